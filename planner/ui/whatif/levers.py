"""What a planner may try without writing YAML: a few settings made from the scenario itself.

A lever's setting becomes override paths (``planner.load.overrides``); nothing else knows of levers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from planner.scenario import Scenario
from planner.units import HOUR_S

PAUSE = "windows[+what_if_pause]"
PAUSE_BEGINS_H = 8
DAYS = 14
STATES = ("operational", "restricted", "closed")
OPEN = "open"
"""A road's setting besides the three states: operational, and its closed hours do not hold."""
Kind = Literal["fleet", "road", "permission", "window", "pause", "start", "people"]
Value = int | float | str | bool


@dataclass(frozen=True)
class Lever:
    """One setting: what it is about (``label`` is a name out of the scenario), and how it stands.

    ``now`` is its value as written; numbers go from ``least`` to ``most``; a road, permission or
    people figure takes one of ``choices``.
    """

    kind: Kind
    id: str
    label: str
    now: Value
    least: float = 0
    most: float = 0
    choices: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Tells it from the other levers."""
        return f"{self.kind}:{self.id}"


def levers(scenario: Scenario) -> list[Lever]:
    """The levers of a scenario, in the order in which they are shown."""
    out = [*_fleets(scenario), *_roads(scenario), *_permissions(scenario), *_windows(scenario)]
    if scenario.threats:
        out.append(Lever("pause", "", "", 0, 0, 12))
    out.append(Lever("start", "", "", 0, -DAYS, DAYS))
    out.append(Lever("people", "", "", scenario.people_figure, choices=("low", "base", "high")))
    return out


def _fleets(scenario: Scenario) -> Iterator[Lever]:
    for fleet in scenario.fleets:
        most = max(2 * fleet.count, fleet.count + 10)
        yield Lever("fleet", fleet.id, fleet.label, fleet.count, 0, most)


def _roads(scenario: Scenario) -> Iterator[Lever]:
    for link in scenario.links:
        choices = (*STATES, OPEN) if link.closed else STATES
        yield Lever("road", link.id, link.label, link.status, choices=choices)


def _permissions(scenario: Scenario) -> Iterator[Lever]:
    for asked in scenario.authorisations:
        if asked.state == "requested":
            yield Lever("permission", asked.id, asked.label, asked.assume == "granted")


def _windows(scenario: Scenario) -> Iterator[Lever]:
    for window in scenario.windows:
        if isinstance(window.open, tuple) and len(window.open) == 1:
            begins, ends = (t_s / HOUR_S for t_s in window.open[0])
            if begins < ends:
                yield Lever("window", window.id, window.label, ends - begins, 0.5, 24 - begins)


def changes(scenario: Scenario, lever: Lever, value: Value) -> dict[str, Any]:
    """What the setting changes: override path → value; nothing where it is as written."""
    if value == lever.now:
        return {}
    if lever.kind == "fleet":
        return {f"fleets[{lever.id}].count": int(value)}
    if lever.kind == "road":
        return _road(scenario, lever, str(value))
    if lever.kind == "permission":
        return {f"authorisations[{lever.id}].assume": "granted" if value else None}
    if lever.kind == "window":
        window = next(one for one in scenario.windows if one.id == lever.id)
        span = window.open[0] if isinstance(window.open, tuple) else (0, 0)
        ends = min(24 * HOUR_S, span[0] + round(float(value) * HOUR_S))
        return {f"windows[{lever.id}].open": [_span(span[0], ends)]}
    if lever.kind == "pause":
        return {PAUSE: _pause(scenario, float(value))}
    if lever.kind == "start":
        begins = scenario.local(0) + timedelta(days=int(value))
        return {"start": f"{begins:%Y-%m-%dT%H:%M}"}
    return {"people_figure": str(value)}


def _road(scenario: Scenario, lever: Lever, value: str) -> dict[str, Any]:
    if value == OPEN:
        found: dict[str, Any] = {f"links[{lever.id}].closed": None}
        if lever.now != "operational":
            found[f"links[{lever.id}].status"] = "operational"
        return found
    return {f"links[{lever.id}].status": value}


def _pause(scenario: Scenario, hours: float) -> dict[str, Any]:
    begins = PAUSE_BEGINS_H * HOUR_S
    return {
        "name": "Daily pause in the fighting",
        "kind": "pause",
        "open": [_span(begins, begins + round(hours * HOUR_S))],
        "suspends": [threat.id for threat in scenario.threats],
        "estimate": True,
        "because": "assumed for a what-if",
    }


def _span(begins_s: int, ends_s: int) -> str:
    return f"{_clock(begins_s)}-{_clock(ends_s)}"


def _clock(t_s: int) -> str:
    return f"{t_s // HOUR_S:02d}:{t_s % HOUR_S // 60:02d}"


def all_changes(scenario: Scenario, settings: Mapping[str, Value]) -> dict[str, Any]:
    """The changes of all settings, by lever key; what is as written changes nothing."""
    out: dict[str, Any] = {}
    for lever in levers(scenario):
        if lever.key in settings:
            out.update(changes(scenario, lever, settings[lever.key]))
    return out


def settings_of(
    scenario: Scenario, told: Mapping[str, Any]
) -> tuple[dict[str, Value], dict[str, Any]]:
    """The settings that make these changes, by lever key, and the changes that no lever makes."""
    rest = dict(told)
    settings: dict[str, Value] = {}
    for lever in levers(scenario):
        value = _read(scenario, lever, rest)
        if value is None:
            continue
        made = changes(scenario, lever, value)
        if made and all(key in rest and rest[key] == made[key] for key in made):
            settings[lever.key] = value
            for key in made:
                del rest[key]
    return settings, rest


def _read(scenario: Scenario, lever: Lever, told: Mapping[str, Any]) -> Value | None:
    """The value that a lever would need to have made the changes that are told."""
    found: Any = None
    if lever.kind == "fleet":
        found = told.get(f"fleets[{lever.id}].count")
    elif lever.kind == "road":
        shut = f"links[{lever.id}].closed"
        found = (
            OPEN if shut in told and told[shut] is None else told.get(f"links[{lever.id}].status")
        )
    elif lever.kind == "permission":
        path = f"authorisations[{lever.id}].assume"
        found = told[path] == "granted" if path in told else None
    elif lever.kind in ("window", "pause"):
        item = told.get(PAUSE if lever.kind == "pause" else f"windows[{lever.id}].open")
        spans = item.get("open") if isinstance(item, dict) else item
        found = _hours(spans[0]) if isinstance(spans, list) and spans else None
    elif lever.kind == "start":
        found = _days(scenario, told.get("start"))
    else:
        found = told.get("people_figure")
    return found if isinstance(found, int | float | str) else None


def _hours(span: Any) -> float | None:
    from planner.units import parse_clock_span

    try:
        begins, ends = parse_clock_span(str(span))
    except ValueError:
        return None
    return (ends - begins) / HOUR_S


def _days(scenario: Scenario, start: Any) -> int | None:
    from datetime import datetime

    try:
        begins = datetime.fromisoformat(str(start))
    except ValueError:
        return None
    return (begins.date() - scenario.local(0).date()).days
