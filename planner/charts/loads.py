"""Load and queue at each port, airport, crossing, haven and bridge over time, beside its limit.

The counts are those by which the witness judges: vehicles at one time, people waiting, and what
passes in the 60 minutes up to a moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from planner.charts import palette
from planner.charts.specs import SCHEMA, Spec, clock, time_axis
from planner.scenario import Place
from planner.units import HOUR_S
from planner.verify import places as counts
from planner.verify.figures import stays_at_hubs
from planner.verify.replay import Replay

if TYPE_CHECKING:
    from planner.verify import Verdict

WAITING, AN_HOUR = "people waiting", "in any 60 minutes"
Steps = tuple[tuple[int, float], ...]


@dataclass(frozen=True)
class Load:
    """What one limit of one site has to bear.

    ``steps`` are (seconds, how many from then on); ``limit`` is None where nobody has set one.
    ``site`` is the id of a place or link, ``what`` the measure in words.
    """

    site: str
    label: str
    kind: str
    what: str
    limit: int | None
    steps: Steps

    @property
    def most(self) -> float:
        """The largest count."""
        return max((value for _, value in self.steps), default=0.0)

    @property
    def at_s(self) -> int:
        """The first moment of the largest count."""
        return next((t_s for t_s, value in self.steps if value == self.most), 0)

    @property
    def full_s(self) -> int:
        """Seconds for which nothing more would go in."""
        if self.limit is None:
            return 0
        pairs = zip(self.steps, self.steps[1:], strict=False)
        return sum(b - a for (a, value), (b, _) in pairs if value >= self.limit - 1e-6)


def loads(verdict: Verdict) -> tuple[Load, ...]:
    """Every measure that is ever more than nothing, by site in the scenario's order."""
    replay = Replay(verdict.plan, verdict.scenario, verdict.network)
    found = [*_places(replay), *_links(replay, verdict)]
    return tuple(load for load in found if load.most > 0)


def _places(replay: Replay) -> Iterator[Load]:
    at_once = {
        "loading bays": counts.handled(replay, ("road",)),
        "berths": counts.handled(replay, counts.VESSELS),
        "stands": counts.on_ground(replay),
    }
    waiting, flights = stays_at_hubs(replay), counts.flights(replay)
    for place in replay.scenario.places:
        room = {
            "loading bays": place.loading_bays, "berths": place.berths, "stands": place.stands,
        }  # fmt: skip
        kind = palette.ROLE_WORDS[place.role]
        if waiting.get(place.id):
            steps = _level(waiting[place.id])
            yield Load(place.id, place.label, kind, WAITING, place.capacity, steps)
        for what, stays in at_once.items():
            if room[what] is not None and stays.get(place.id):
                steps = _level(stays[place.id])
                yield Load(place.id, place.label, kind, f"{what} in use", room[what], steps)
        yield from _hourly(replay, place, kind, flights.get(place.id, []))
        yield from _taken_in(replay, place, kind)


def _hourly(
    replay: Replay, place: Place, kind: str, flights: list[tuple[int, float]]
) -> Iterator[Load]:
    if place.slots is not None and flights:
        what = f"landings and take-offs {AN_HOUR}"
        yield Load(place.id, place.label, kind, what, place.slots.count, _rolling(flights))
    if place.processing is not None:
        events = counts.processed(replay, place.id, place.processing.what)
        what = f"{place.processing.what} processed {AN_HOUR}"
        yield Load(place.id, place.label, kind, what, place.processing.count, _rolling(events))


def _taken_in(replay: Replay, place: Place, kind: str) -> Iterator[Load]:
    """People whom a haven takes in: each local day from its midnight on, and in all."""
    if place.intake is None:
        return
    in_all: dict[int, float] = {0: 0.0}
    days: dict[str, dict[int, float]] = {}
    for m in replay.movements:
        if m.destination == place.id and m.persons:
            in_all[m.unload_end_s] = in_all.get(m.unload_end_s, 0.0) + m.persons
            day = days.setdefault(replay.scenario.local(m.unload_end_s).date().isoformat(), {})
            day[m.unload_end_s] = day.get(m.unload_end_s, 0.0) + m.persons
    if place.intake.per_day is not None:
        a_day: dict[int, float] = {0: 0.0}
        for name, day in days.items():
            midnight_s = replay.scenario.at_s(datetime.fromisoformat(name) + timedelta(days=1))
            for moment, persons in day.items():
                a_day[moment] = a_day.get(moment, 0.0) + persons
                a_day[midnight_s] = a_day.get(midnight_s, 0.0) - persons
        what = "people taken in this day"
        yield Load(place.id, place.label, kind, what, place.intake.per_day, _summed(a_day))
    if place.intake.total is not None:
        what = "people taken in so far"
        yield Load(place.id, place.label, kind, what, place.intake.total, _summed(in_all))


def _links(replay: Replay, verdict: Verdict) -> Iterator[Load]:
    labels = {link.id: link.label for link in verdict.scenario.links}
    labels |= {link.map_link: link.label for link in verdict.scenario.links if link.map_link}
    for link, events in counts.entering(replay).items():
        rate = counts.capacity_of(replay, link)
        if rate is not None:
            what = f"{rate.what} entering {AN_HOUR}"
            label = labels.get(link, link)
            yield Load(link, label, "road or bridge", what, rate.count, _rolling(events))


def _level(stays: Iterable[tuple[int, int, int]]) -> Steps:
    """How many are there from each moment on."""
    change: dict[int, float] = {0: 0.0}
    for start, end, weight in stays:
        if end > start:
            change[start] = change.get(start, 0.0) + weight
            change[end] = change.get(end, 0.0) - weight
    return _summed(change)


def _rolling(events: Iterable[tuple[int, float]]) -> Steps:
    """How many came in the 60 minutes up to each moment."""
    change: dict[int, float] = {0: 0.0}
    for moment, weight in events:
        if weight:
            change[moment] = change.get(moment, 0.0) + weight
            change[moment + HOUR_S] = change.get(moment + HOUR_S, 0.0) - weight
    return _summed(change)


def _summed(change: dict[int, float]) -> Steps:
    level, steps = 0.0, []
    for moment in sorted(change):
        level += change[moment]
        steps.append((moment, round(level, 6) + 0.0))
    return tuple(steps)


def load_rows(verdict: Verdict, load: Load) -> list[dict[str, Any]]:
    """The steps as rows: local (clock), count; down to nothing at the end of the horizon."""
    steps = list(load.steps)
    if steps[-1][0] < verdict.plan.horizon_s:
        steps.append((verdict.plan.horizon_s, steps[-1][1]))
    return [{"local": clock(verdict.scenario, t_s), "count": count} for t_s, count in steps]


def load_curve(verdict: Verdict, load: Load) -> Spec:
    """One measure over time as an area, its limit as a dashed line."""
    y = {"field": "count", "type": "quantitative", "axis": {"title": load.what}}
    layers: list[Spec] = [
        {
            "data": {"values": load_rows(verdict, load)},
            "mark": {
                "type": "area", "interpolate": "step-after", "color": palette.BLUE,
                "opacity": 0.55, "line": {"color": palette.BLUE, "strokeWidth": 1.5},
            },
            "encoding": {
                "x": time_axis("local", f"local time ({verdict.scenario.timezone})"),
                "y": y,
                "tooltip": [
                    {"field": "local", "type": "temporal", "title": "from",
                     "timeUnit": "utcyearmonthdatehoursminutes", "format": "%a %d %b %H:%M"},
                    {"field": "count", "title": load.what},
                ],
            },
        }
    ]  # fmt: skip
    if load.limit is not None:
        rule = {"data": {"values": [{"count": load.limit}]}, "encoding": {"y": y}}
        layers += [
            {**rule, "mark": {"type": "rule", "color": palette.VERMILLION, "strokeDash": [6, 4],
                              "strokeWidth": 1.5}},
            {**rule, "mark": {"type": "text", "align": "left", "dx": 4, "dy": -7, "x": 0,
                              "color": palette.VERMILLION, "fontWeight": "bold",
                              "text": f"limit {load.limit:,}"}},
        ]  # fmt: skip
    return {"$schema": SCHEMA, "width": "container", "height": 260, "layer": layers}
