"""What is drawn on the map, written into the scenario's text: text in, text out.

Every function raises ScenarioError with its Issues where the text would not read as meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from planner import edit
from planner.network.roadside import Between, Stretch
from planner.scenario import Link, Scenario
from planner.ui.mapview import Shape

ID_LENGTH = 40
Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Grounds:
    """Why somebody writes this: a source, or else the reasoning behind an estimate."""

    source: str = ""
    because: str = ""

    def keys(self, scenario: Scenario) -> dict[str, str]:
        """The keys of a claim; what has a source is taken as true at the start of the plan."""
        if self.source.strip():
            return {"source": self.source.strip(), "as_of": moment(scenario.start)}
        because = self.because.strip()
        return {"estimate": "true", **({"because": because} if because else {})}


def moment(at: datetime) -> str:
    """A local moment as the scenario writes it."""
    return at.replace(tzinfo=None).strftime("%Y-%m-%dT%H:%M")


def fresh_id(scenario: Scenario, name: str, kind: str) -> str:
    """An id out of a name that nothing in the scenario bears; ``kind`` where none can be made."""
    stem = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:ID_LENGTH].strip("_") or kind
    sections = (scenario.places, scenario.links, scenario.threats, scenario.control)
    used = {item.id for section in sections for item in section}
    number, found = 2, stem
    while found in used:
        found, number = f"{stem}_{number}", number + 1
    return found


def closing(spans: Sequence[Span], known: Iterable[Any] = ()) -> dict[str, Any]:
    """The keys that close a road: in the spans besides those known, or for good where none is."""
    if not spans:
        return {"status": "closed"}
    more = [[moment(start), moment(end)] for start, end in spans]
    return {"closed": [*known, *more]}


def close_link(
    text: str, scenario: Scenario, link: Link, spans: Sequence[Span], grounds: Grounds, file: str
) -> str:
    """A link of the scenario closed, for good or in some spans; a source replaces the old one."""
    item = _written(text, "links", link.id, file)
    values = closing(spans, item.get("closed") or [])
    if grounds.source.strip():
        values |= grounds.keys(scenario)
    return edit.set_values(text, {f"links[{link.id}].{k}": v for k, v in values.items()}, file)


def open_link(text: str, link: Link, file: str) -> str:
    """A link open all the time again."""
    item = _written(text, "links", link.id, file)
    values: dict[str, Any] = {}
    if item.get("status") == "closed":
        values[f"links[{link.id}].status"] = "operational"
    if item.get("closed"):
        values[f"links[{link.id}].closed"] = None
    return edit.set_values(text, values, file) if values else text


def close_between(
    text: str,
    scenario: Scenario,
    between: Between,
    spans: Sequence[Span],
    grounds: Grounds,
    file: str,
) -> str:
    """The map's road between two places closed: a new link that speaks of it."""
    name = f"{between.names[0]} – {between.names[1]}"
    return _new_link(text, scenario, name, {"along": list(between.ends)}, spans, grounds, file)


def close_piece(
    text: str,
    scenario: Scenario,
    stretch: Stretch,
    name: str,
    spans: Sequence[Span],
    grounds: Grounds,
    file: str,
) -> str:
    """One piece of the map's roads closed, junction to junction: a new link that speaks of it."""
    near = [f"{part:.5f}" for part in stretch.spot]
    return _new_link(text, scenario, name, {"near": near}, spans, grounds, file)


def close_named(
    text: str, scenario: Scenario, named: str, spans: Sequence[Span], grounds: Grounds, file: str
) -> str:
    """A reviewed link of the map (a bridge) closed: a new link that speaks of it."""
    name = named.replace("_", " ").capitalize()
    return _new_link(text, scenario, name, {"map_link": named}, spans, grounds, file)


def _new_link(
    text: str,
    scenario: Scenario,
    name: str,
    what: dict[str, Any],
    spans: Sequence[Span],
    grounds: Grounds,
    file: str,
) -> str:
    item = {"id": fresh_id(scenario, name, "road"), "name": name, **what}
    item |= closing(spans) | grounds.keys(scenario)
    return edit.add_items(text, "links", [item], file)


def add_place(
    text: str,
    scenario: Scenario,
    spot: tuple[float, float],
    name: str,
    role: str,
    control: str | None,
    grounds: Grounds,
    file: str,
) -> str:
    """A place at (latitude, longitude)."""
    item: dict[str, Any] = {"id": fresh_id(scenario, name, role), "name": name.strip()}
    item |= {"role": role, "at": [f"{part:.5f}" for part in spot]}
    item |= {"control": control} if control else {}
    return edit.add_items(text, "places", [item | grounds.keys(scenario)], file)


@dataclass(frozen=True)
class Danger:
    """What a new danger is like: a rate per 1000 person-hours, hours of the day, first and last."""

    name: str
    rate: float
    daily: tuple[str, ...] = ()
    start: datetime | None = None
    end: datetime | None = None


def zone_of(shape: Shape) -> dict[str, Any]:
    """A drawn shape as a zone."""
    if shape.centre is not None:
        centre = [f"{part:.5f}" for part in shape.centre]
        return {"circle": {"centre": centre, "radius": f"{shape.radius_m} m"}}
    return {"polygon": [[f"{lat:.5f}", f"{lon:.5f}"] for lat, lon in shape.corners]}


def add_danger(
    text: str, scenario: Scenario, shape: Shape, danger: Danger, grounds: Grounds, file: str
) -> str:
    """A danger in a drawn zone."""
    item: dict[str, Any] = {"id": fresh_id(scenario, danger.name, "danger")}
    item |= {"name": danger.name.strip(), "zone": zone_of(shape)}
    item["rate"] = f"{danger.rate:g} per 1000 person-hours"
    item |= {"daily": list(danger.daily)} if danger.daily else {}
    item |= {"from": moment(danger.start)} if danger.start is not None else {}
    item |= {"until": moment(danger.end)} if danger.end is not None else {}
    return edit.add_items(text, "threats", [item | grounds.keys(scenario)], file)


def _written(text: str, section: str, ident: str, file: str) -> dict[str, Any]:
    """The item as it stands in the text."""
    items = edit.tree_of(text, file).get(section) or []
    return next((dict(item) for item in items if item.get("id") == ident), {})
