"""A draw as a scenario of its own: what a plan would have been made of, had one known."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from planner.draws.draw import Draw
from planner.draws.effects import Effects
from planner.scenario import (
    Authorisation,
    Availability,
    Control,
    Count,
    Fleet,
    Group,
    Link,
    Scenario,
    Threat,
    Window,
    Zone,
)  # fmt: skip
from planner.timeline import Intervals


def world(draw: Draw) -> Scenario:
    """The scenario as it is in a draw, without uncertainty of its own.

    Numbers of people, willingness (no-shows count as unwilling), closures, permissions, control,
    threats and stopped fleets are in it; times of rides, delays and breakdowns are of the way and
    not of the scenario.
    """
    effects, scenario = Effects.of(draw), draw.scenario
    threats, names = _threats(draw, effects)
    changes: dict[str, Any] = {
        "groups": tuple(_group(draw, group) for group in scenario.groups),
        "links": tuple(_link(effects, link, scenario) for link in scenario.links),
        "authorisations": tuple(
            one for p in scenario.authorisations for one in _permission(effects, p, scenario)
        ),
        "threats": threats,
        "control": (*scenario.control, *_takings(effects, scenario)),
        "windows": (*(_window(w, names) for w in scenario.windows), *_shut(effects, scenario)),
        "fleets": tuple(_fleet(effects, fleet, scenario) for fleet in scenario.fleets),
        "people_figure": "base",
        "uncertainty": None,
    }
    return scenario.model_copy(update=changes).with_origin(scenario.origin)


def _group(draw: Draw, group: Group) -> Group:
    persons = draw.people[group.id]
    comes = 10000 - draw.no_shows.get(group.id, 0)
    said = group.people.model_copy(update={"low": persons, "base": persons, "high": persons})
    willing = round(draw.willing[group.id] * comes / 10000)
    assert isinstance(said, Count)
    return group.model_copy(update={"people": said, "willing": willing})


def _link(effects: Effects, link: Link, scenario: Scenario) -> Link:
    closed, opened = effects.when("closes", link.id), effects.when("opens", link.id)
    if not closed.spans and not opened.spans:
        return link
    always = Intervals(((0, scenario.horizon_s),))
    stated = Intervals.of((scenario.at_s(a), scenario.at_s(b)) for a, b in link.closed)
    shut = always if link.status == "closed" else stated
    spans = ((shut - opened) | closed).spans
    status = "restricted" if link.status == "closed" else link.status
    return link.model_copy(update={"closed": spans, "status": status})


def _permission(
    effects: Effects, permission: Authorisation, scenario: Scenario
) -> list[Authorisation]:
    """One entry a span in which it holds; as it stands where no event touches it."""
    touched = any(effects.touches(kind, permission.id) for kind in ("grants", "withdraws"))
    if not touched:
        return [permission]
    stated = Intervals()
    if permission.state == "granted":
        start_s, end_s = scenario.at_s(permission.from_), scenario.at_s(permission.until)
        stated = Intervals.of([(start_s, end_s)])
    spans = effects.granted(permission.id, stated).spans
    if not spans:
        state = "expired" if permission.state == "granted" else permission.state
        return [permission.model_copy(update={"state": state, "assume": None})]
    return [
        permission.model_copy(
            update={
                "id": permission.id if number == 0 else f"{permission.id}_{number + 1}",
                "state": "granted", "from_": start, "until": end, "assume": None,
            }
        )
        for number, (start, end) in enumerate(spans)
    ]  # fmt: skip


def _threats(draw: Draw, effects: Effects) -> tuple[tuple[Threat, ...], dict[str, list[str]]]:
    """Threats at their rates, cut where an event changes them; and old id to the new ones."""
    found: list[Threat] = []
    names: dict[str, list[str]] = {}
    scenario = draw.scenario
    for threat in scenario.threats:
        spans = effects.raised(threat.id)
        start_s, end_s = scenario.at_s(threat.from_), scenario.at_s(threat.until)
        inside = {m for a, b, _ in spans for m in (a, b) if start_s < m < end_s}
        moments = sorted({start_s, end_s, *inside})
        for number, (begin, stop) in enumerate(pairwise(moments)):
            factor = draw.threats.get(threat.id, 1.0)
            for a, b, by in spans:
                factor *= by if a <= begin < b else 1.0
            ident = threat.id if number == 0 else f"{threat.id}_{number + 1}"
            whole = len(moments) == 2
            update: dict[str, Any] = {"id": ident, "rate_nano": round(threat.rate_nano * factor)}
            if not whole:
                update |= {"from_": begin, "until": stop}
            found.append(threat.model_copy(update=update))
            names.setdefault(threat.id, []).append(ident)
    return tuple(found), names


def _window(window: Window, names: dict[str, list[str]]) -> Window:
    suspends = tuple(new for old in window.suspends for new in names.get(old, [old]))
    return window if suspends == window.suspends else window.model_copy(
        update={"suspends": suspends}
    )  # fmt: skip


def _shut(effects: Effects, scenario: Scenario) -> list[Window]:
    """Places that events shut, as windows that are never open for so long."""
    return [
        Window.model_validate(
            {
                "id": f"shut_{place}_{number}", "places": [place], "closed": ["00:00-24:00"],
                "from": start, "until": end,
            }
        )
        for kind, place in effects.touched
        if kind == "shuts"
        for number, (start, end) in enumerate(effects.when("shuts", place).spans, start=1)
    ]  # fmt: skip


def _takings(effects: Effects, scenario: Scenario) -> list[Control]:
    """Control entries of what events take: the whole area where it is one of control."""
    areas = {entry.id: entry.zone for entry in scenario.control}
    links = {link.id for link in scenario.links}
    entries = []
    for kind, name in effects.touched:
        if kind != "takes":
            continue
        own = {"links": [name]} if name in links else {"places": [name]}
        zone = areas.get(name) or Zone.model_validate(own)
        for number, (start, end, party) in enumerate(effects.takings(lambda n, m=name: n == m)):  # type: ignore[misc]
            ident = f"taken_{name}_{number + 1}"
            said = {"id": ident, "party": party, "zone": zone, "from": start, "until": end}
            entries.append((start, Control.model_validate(said)))
    return [entry for _, entry in sorted(entries, key=lambda pair: (pair[0], pair[1].id))]


def _fleet(effects: Effects, fleet: Fleet, scenario: Scenario) -> Fleet:
    """A stopped fleet can be used in the longest span without a stop (a fleet has one span)."""
    stops = effects.when("stops", fleet.id)
    if not stops.spans:
        return fleet
    start_s = scenario.at_s(fleet.available.from_)
    end_s = scenario.at_s(fleet.available.until)
    free = (Intervals.of([(start_s, end_s)]) - stops).spans
    longest = max(free, key=lambda span: (span[1] - span[0], -span[0]), default=(start_s, start_s))
    span = Availability.model_validate({"from": longest[0], "until": longest[1]})
    return fleet.model_copy(update={"available": span})
