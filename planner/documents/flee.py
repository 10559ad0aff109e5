"""What the displacement model FLEE reads: locations, the roads between them, what closes when.

Columns as in its documentation on the construction of a simulation instance (FLEE 3): a line of
headings that begins with #, ids in place of names, kilometres, days after the start. For the office
alone: homes, counts and dangers of the whole scenario, protected places as their handover points.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from planner.charts import havens, link_spans, people_at
from planner.documents.paper import Paper
from planner.units import DAY_S

_UNLIMITED = 100_000_000
"""A camp of capacity 0 takes nobody in; their advice is a very high number."""
_BY_WAY = 1.01
"""A road is left out where the way through another place is at most so much longer."""
_LAND = frozenset({"road", "foot"})
_Pair = tuple[str, str]


def files(paper: Paper) -> dict[str, bytes]:
    """The three files of a folder ``flee``."""
    roads = _roads(paper)
    return {
        "flee/locations.csv": _csv(_LOCATION, _locations(paper)),
        "flee/routes.csv": _csv(_ROUTE, ((a, b, f"{km:.1f}", "0") for (a, b), km in roads.items())),
        "flee/closures.csv": _csv(_CLOSURE, _closures(paper, roads)),
    }


_LOCATION = ("#name", "region", "country", "lat", "long", "location_type", "conflict_date",
             "population/capacity")  # fmt: skip
_ROUTE = ("#name1", "name2", "distance[km]", "forced_redirection")
_CLOSURE = ("#closure_type", "name1", "name2", "closure_start", "closure_end")


def _csv(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return out.getvalue().encode("utf-8")


def _locations(paper: Paper) -> Iterable[tuple[str, ...]]:
    """Homes in danger as conflict, havens as camps, all else as towns; homes come first.

    The country of the first location is the home country there; nobody told us any.
    """
    verdict = paper.verdict
    network, people, safe = verdict.network, people_at(verdict.scenario), havens(verdict.scenario)
    for place in sorted(verdict.scenario.places, key=lambda place: place.id not in people):
        lat, lon = network.positions[place.id]
        since = _in_danger_since(paper, place.id)
        kind = "camp" if place.id in safe else "conflict" if since is not None else "town"
        number = people.get(place.id, 0)
        if kind == "camp":
            limit = place.intake.total if place.intake else None
            number = _UNLIMITED if limit is None else limit
        first = str(since) if kind == "conflict" else ""
        yield (place.id, "", "", f"{lat:.5f}", f"{lon:.5f}", kind, first, str(number))


def _in_danger_since(paper: Paper, place: str) -> int | None:
    """The first day on which somebody who waits there is in danger; None where nobody ever is."""
    network = paper.verdict.network
    if place not in people_at(network.scenario):
        return None
    known = {threat.id: threat for threat in network.scenario.threats}
    active = [network.clock.active(known[name]).spans for name in network.threats_at[place]]
    days = [spans[0][0] // DAY_S for spans in active if spans]
    return min(days, default=None)


def _roads(paper: Paper) -> dict[_Pair, float]:
    """Pairs of places with the kilometres between them, without those that lead by a third one."""
    network = paper.verdict.network
    shortest: dict[_Pair, float] = {}
    for (origin, destination, _), names in network.between.items():
        ways = [network.routes[name] for name in names]
        lengths = [way.length_m / 1000 for way in ways if way.mode in _LAND and way.length_m]
        if lengths and origin != destination:
            pair = (min(origin, destination), max(origin, destination))
            shortest[pair] = min([*lengths, shortest.get(pair, lengths[0])])
    spots = sorted({name for pair in shortest for name in pair})
    return {
        pair: km
        for pair, km in sorted(shortest.items())
        if not any(_leads_by(shortest, pair, km, by) for by in spots if by not in pair)
    }


def _leads_by(shortest: dict[_Pair, float], pair: _Pair, km: float, by: str) -> bool:
    first = shortest.get((min(pair[0], by), max(pair[0], by)))
    second = shortest.get((min(by, pair[1]), max(by, pair[1])))
    return first is not None and second is not None and first + second <= km * _BY_WAY


def _closures(paper: Paper, roads: dict[_Pair, float]) -> Iterable[tuple[str, ...]]:
    """Roads on which a link is closed for whole days; its step is a day.

    The type ``link`` is read by its code, though its documentation names places and borders alone.
    """
    network, horizon_s = paper.verdict.network, paper.verdict.scenario.horizon_s
    shut = {link.id: link_spans(network, link).get("closed") for link in network.scenario.links}
    found = set()
    for (origin, destination, _), names in network.between.items():
        pair = (min(origin, destination), max(origin, destination))
        for use in network.routes[names[0]].links if pair in roads else ():
            closed = shut.get(use.link)
            for start_s, end_s in closed.spans if closed else ():
                days = _days(start_s, end_s, horizon_s)
                if days is not None:
                    found.add((*pair, *days))
    return [("link", first, second, str(a), str(b)) for first, second, a, b in sorted(found)]


def _days(start_s: int, end_s: int, horizon_s: int) -> tuple[int, int] | None:
    """The whole days of a closure; -1 is the end of the simulation."""
    first = -(-start_s // DAY_S)
    last = -1 if end_s >= horizon_s else end_s // DAY_S
    return (first, last) if last == -1 or last > first else None
