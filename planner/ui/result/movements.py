"""Sorties and manifests as tables that can be filtered, and the way of a single sortie."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from planner import charts
from planner.charts import palette
from planner.ui.words import _
from planner.units import format_length

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    import pandas as pd

    from planner.plan import ManifestLine
    from planner.scenario import Scenario
    from planner.verify import Verdict

Row = dict[str, Any]
TIMES = ("loading", "departs", "arrives", "unloaded")
SHOWN = (
    "sortie", "fleet", "vehicle", "from", "to", "people", "departs", "arrives", "groups",
    "stretchers", "loading", "unloaded", "convoy", "mode", "way", "escort",
)  # fmt: skip
LINES = (
    "sortie", "fleet", "vehicle", "group", "households", "size", "people", "stretchers", "from",
    "to", "departs", "arrives", "convoy",
)  # fmt: skip
ASKED = ("leg", "t_s", "group_ids", "place_ids", "final")
"""Columns that are not shown: what filters and tests ask."""


def local(scenario: Scenario, t_s: int) -> datetime:
    """Local clock time without its zone, as tables sort and show it."""
    return scenario.local(t_s).replace(tzinfo=None)


def movements(verdict: Verdict) -> pd.DataFrame:
    """One row a leg or a movement by own means, in order of time (SHOWN, and what filters ask)."""
    import pandas as pd

    rows = sorted([*_legs(verdict), *_own(verdict)], key=lambda row: (row["t_s"], row["sortie"]))
    return pd.DataFrame(rows, columns=[*SHOWN, *ASKED])


def manifests(verdict: Verdict) -> pd.DataFrame:
    """One row a group and size of household on board: counts, never names (LINES, and filters)."""
    import pandas as pd

    rows: list[Row] = []
    lines = {(s.id, i): leg.manifest for s in verdict.plan.sorties for i, leg in enumerate(s.legs)}
    lines |= {(m.id, 0): m.manifest for m in verdict.plan.self_movements}
    for row in movements(verdict).to_dict("records"):
        manifest = lines[row["sortie"], row["leg"]]
        rows += [_line(verdict.scenario, row, line) for line in manifest]
    return pd.DataFrame(rows, columns=[*LINES, *ASKED])


def _line(scenario: Scenario, row: dict[Any, Any], line: ManifestLine) -> Row:
    return {
        **{key: row[key] for key in (*LINES, *ASKED) if key in row},
        "group": scenario.group(line.group).label,
        "group_ids": (line.group,),
        "households": line.units,
        "size": line.unit_persons,
        "people": line.persons,
        "stretchers": line.stretchers,
    }


def _legs(verdict: Verdict) -> Iterable[Row]:
    scenario, network = verdict.scenario, verdict.network
    names = {place.id: place.label for place in scenario.places}
    fleets = {fleet.id: fleet for fleet in scenario.fleets}
    convoy_of = charts.convoy_ids(charts.convoys(verdict))
    havens = charts.havens(scenario)
    for sortie in verdict.plan.sorties:
        for index, leg in enumerate(sortie.legs):
            moments = (leg.load_start_s, leg.depart_s, leg.arrive_s, leg.unload_end_s)
            yield {
                "sortie": sortie.id,
                "convoy": convoy_of[sortie.id, index],
                "fleet": fleets[sortie.fleet].label,
                "vehicle": str(sortie.vehicle),
                "mode": scenario.vehicle(fleets[sortie.fleet]).mode,
                "from": names[leg.origin],
                "to": names[leg.destination],
                **{key: local(scenario, t) for key, t in zip(TIMES, moments, strict=True)},
                "way": format_length(network.routes[leg.route].length_m),
                "people": leg.persons,
                "stretchers": sum(line.stretchers for line in leg.manifest),
                "groups": _groups(scenario, leg.manifest),
                "escort": ", ".join(leg.escorted_by),
                "leg": index,
                "t_s": leg.load_start_s,
                "group_ids": tuple(dict.fromkeys(line.group for line in leg.manifest)),
                "place_ids": (leg.origin, leg.destination),
                "final": bool(leg.manifest) and leg.destination in havens,
            }


def _own(verdict: Verdict) -> Iterable[Row]:
    scenario, network = verdict.scenario, verdict.network
    names = {place.id: place.label for place in scenario.places}
    for move in verdict.plan.self_movements:
        moments = (move.depart_s, move.depart_s, move.arrive_s, move.arrive_s)
        yield {
            "sortie": move.id,
            "convoy": "",
            "fleet": own_means(move.means),
            "vehicle": f"{move.vehicles} ×" if move.vehicles else "",
            "mode": move.means,
            "from": names[move.origin],
            "to": names[move.destination],
            **{key: local(scenario, t) for key, t in zip(TIMES, moments, strict=True)},
            "way": format_length(network.routes[move.route].length_m),
            "people": move.persons,
            "stretchers": sum(line.stretchers for line in move.manifest),
            "groups": _groups(scenario, move.manifest),
            "escort": "",
            "leg": 0,
            "t_s": move.depart_s,
            "group_ids": tuple(dict.fromkeys(line.group for line in move.manifest)),
            "place_ids": (move.origin, move.destination),
            "final": True,
        }


def own_means(means: str) -> str:
    """How people leave by themselves, in words."""
    return _("own cars") if means == "car" else _("on foot")


def _groups(scenario: Scenario, manifest: tuple[ManifestLine, ...]) -> str:
    found: dict[str, int] = {}
    for line in manifest:
        found[line.group] = found.get(line.group, 0) + line.persons
    return ", ".join(f"{scenario.group(name).label}: {n:,}" for name, n in found.items())


def chosen(
    frame: pd.DataFrame,
    fleets: Collection[str] = (),
    places: Collection[str] = (),
    groups: Collection[str] = (),
    hours_s: tuple[int, int] | None = None,
    loaded: bool = False,
) -> pd.DataFrame:
    """The rows that fit: fleets by label, places and groups by id, departures in the span.

    Nothing chosen of a kind means all of it.
    """
    keep = frame["t_s"] >= (hours_s[0] if hours_s else 0)
    if hours_s:
        keep &= frame["t_s"] <= hours_s[1]
    if fleets:
        keep &= frame["fleet"].isin(list(fleets))
    for column, wanted in (("place_ids", set(places)), ("group_ids", set(groups))):
        if wanted:
            keep &= frame[column].map(lambda ids, wanted=wanted: bool(wanted & set(ids)))
    if loaded:
        keep &= frame["people"] > 0
    return frame[keep]


def ways(verdict: Verdict, name: str) -> list[Row]:
    """The legs of a sortie, or a movement by own means, as lines: path of [lon, lat], colour."""
    network = verdict.network
    found: list[tuple[str, str, int]] = []
    for sortie in verdict.plan.sorties:
        if sortie.id == name:
            mode = verdict.scenario.vehicle(verdict.scenario.fleet(sortie.fleet)).mode
            found += [(leg.route, mode, leg.persons) for leg in sortie.legs]
    found += [(m.route, m.means, m.persons) for m in verdict.plan.self_movements if m.id == name]
    return [
        {
            "path": [[lon, lat] for lat, lon, _offset in network.routes[route].points],
            "colour": palette.rgb(palette.MODE_COLOURS[mode]),
            "loaded": persons > 0,
            "from": network.routes[route].origin,
            "to": network.routes[route].destination,
        }
        for route, mode, persons in found
    ]
