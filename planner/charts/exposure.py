"""Exposure to danger: what each hour of the plan costs each group, in expected casualties.

Counted as the witness counts harm: waiting at home until departure (to the end where nobody comes),
rides through zones, time at ports, unloading; crews beside the groups. All hours of all rows
together are the plan's expected casualties.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from planner.charts.specs import SCHEMA, Spec, clock, time_axis
from planner.units import HOUR_S
from planner.verify.figures import willing_persons
from planner.verify.replay import PER_CASUALTY, Movement, Replay

if TYPE_CHECKING:
    from planner.verify import Verdict

CREWS = "crews"
_Presence = dict[tuple[str, str | None], list[tuple[int, int]]]
"""(place, group or None for crews) to (moment, change of how many are there)."""


@dataclass(frozen=True)
class Exposure:
    """``hours``: their beginnings in seconds; ``harm``: row to expected casualties by hour.

    Rows are group ids in the scenario's order, then ``CREWS`` where crews are in danger.
    """

    hours: tuple[int, ...]
    harm: dict[str, tuple[float, ...]]

    @property
    def total(self) -> float:
        """Expected casualties of the plan."""
        return sum(sum(row) for row in self.harm.values())


def exposure(verdict: Verdict) -> Exposure:
    """Expected casualties by group and hour."""
    return _Ledger(Replay(verdict.plan, verdict.scenario, verdict.network)).told()


class _Ledger:
    def __init__(self, replay: Replay) -> None:
        self.replay = replay
        last = max([replay.scenario.horizon_s, *(m.unload_end_s for m in replay.movements)])
        self.hours = tuple(range(0, max(1, last), HOUR_S))
        self.nano: dict[str | None, list[float]] = {}
        self.present: _Presence = {}

    def told(self) -> Exposure:
        """Every presence and every ride, summed up."""
        self._waiting_at_home()
        for m in self.replay.movements:
            self._movement(m)
        for (place, group), changes in self.present.items():
            self._staying(place, group, changes)
        order = [*(g.id for g in self.replay.scenario.groups), None]
        return Exposure(
            self.hours,
            {
                name or CREWS: tuple(value / PER_CASUALTY for value in self.nano[name])
                for name in order
                if name in self.nano
            },
        )

    def _waiting_at_home(self) -> None:
        for group in self.replay.scenario.groups:
            persons = willing_persons(self.replay, group.id)
            self._stay(group.at, group.id, 0, self.replay.scenario.horizon_s, persons)

    def _stay(self, place: str, group: str | None, from_s: int, until_s: int, heads: int) -> None:
        changes = self.present.setdefault((place, group), [])
        changes += [(from_s, heads), (until_s, -heads)]

    def _movement(self, m: Movement) -> None:
        for line in m.manifest:
            self._line(m, line.group, line.persons)
        if m.kind is not None and m.kind.crew:
            self._ride(m, None, m.kind.crew)
            self._stay(m.origin, None, m.load_start_s, m.depart_s, m.kind.crew)
            self._stay(m.destination, None, m.arrive_s, m.unload_end_s, m.kind.crew)

    def _line(self, m: Movement, group: str, heads: int) -> None:
        home, end_s = self.replay.groups[group].at, self.replay.scenario.horizon_s
        self._ride(m, group, heads)
        self._stay(m.destination, group, m.arrive_s, m.unload_end_s, heads)
        if m.origin == home:
            self._stay(home, group, m.depart_s, end_s, -heads)
        else:
            self._stay(m.origin, group, 0, m.depart_s, heads)
        if not self.replay.is_haven(m.destination):
            # Waiting at a port ends with the departure above; until now it began at the start.
            self._stay(m.destination, group, 0, m.unload_end_s, -heads)

    def _ride(self, m: Movement, group: str | None, heads: int) -> None:
        for zone in m.route.exposures:
            if zone.threat in self.replay.hazards:
                start_s, end_s = m.at_s(zone.enter_s), m.at_s(zone.exit_s, up=True)
                self._add(zone.threat, group, start_s, end_s, heads)

    def _staying(self, place: str, group: str | None, changes: list[tuple[int, int]]) -> None:
        threats = self.replay.threats_at[place]
        if not threats:
            return
        heads, before_s = 0, 0
        for moment, change in sorted(changes):
            if heads and moment > before_s:
                for threat in threats:
                    self._add(threat, group, before_s, moment, heads)
            heads, before_s = heads + change, moment

    def _add(self, threat: str, group: str | None, start_s: int, end_s: int, heads: int) -> None:
        """Harm of so many heads over a stretch of time, put into its hours."""
        hazard = self.replay.hazards[threat]
        weight = heads * self.replay.multiplier(threat, group)
        row = self.nano.setdefault(group, [0.0] * len(self.hours))
        at = start_s
        while at < end_s:
            index = max(0, bisect_right(self.hours, at) - 1)
            until = self.hours[index] + HOUR_S if index + 1 < len(self.hours) else end_s
            until = min(end_s, max(until, at + 1))
            row[index] += weight * hazard.between(at, until)
            at = until


def exposure_rows(verdict: Verdict, found: Exposure | None = None) -> list[dict[str, Any]]:
    """Cells with any danger: group, start and end (clock), casualties."""
    scenario = verdict.scenario
    labels = {group.id: group.label for group in scenario.groups}
    found = found or exposure(verdict)
    return [
        {
            "group": labels.get(name, name),
            "start": clock(scenario, hour),
            "end": clock(scenario, hour + HOUR_S),
            "casualties": round(value, 6),
        }
        for name, row in found.harm.items()
        for hour, value in zip(found.hours, row, strict=True)
        if value > 1e-9
    ]


def exposure_map(verdict: Verdict, found: Exposure | None = None, dark: bool = False) -> Spec:
    """Heat map: groups down, hours across, worst first.

    More danger stands out more: darker on a light page, brighter on a ``dark`` one.
    """
    found = found or exposure(verdict)
    labels = {group.id: group.label for group in verdict.scenario.groups}
    worst = sorted(found.harm, key=lambda name: -sum(found.harm[name]))
    return {
        "$schema": SCHEMA,
        "width": "container",
        "height": {"step": 22},
        "data": {"values": exposure_rows(verdict, found)},
        "mark": {"type": "rect"},
        "encoding": {
            "x": time_axis("start", f"local time ({verdict.scenario.timezone})"),
            "x2": {"field": "end"},
            "y": {
                "field": "group",
                "type": "nominal",
                "sort": [labels.get(name, name) for name in worst],
                "axis": {"title": None, "labelLimit": 240, "labelFlush": False},
            },
            "color": {
                "field": "casualties",
                "type": "quantitative",
                "scale": {"scheme": "cividis" if dark else "oranges", "type": "sqrt"},
                "legend": {
                    "title": "expected casualties an hour", "orient": "top",
                    "gradientLength": 260,
                },
            },
            "tooltip": [
                {"field": "group", "title": "group"},
                {"field": "start", "type": "temporal", "title": "hour from",
                 "timeUnit": "utcyearmonthdatehoursminutes", "format": "%a %d %b %H:%M"},
                {"field": "casualties", "title": "expected casualties", "format": ".4f"},
            ],
        },
    }  # fmt: skip
