"""The situation before anything is planned, as sheets for the map: who, where, when."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from planner import charts, network, roads
from planner.charts import Standing, palette
from planner.network import TransportNetwork
from planner.network.roadside import Roadside
from planner.scenario import CONTESTED, Claim, Link, Place, Scenario, Threat, Zone
from planner.timeline import Intervals
from planner.ui.mapview import (
    Bounds,
    Clock,
    Feature,
    Shape,
    Sheet,
    backdrop_sheet,
    clock_of,
    feature,
)
from planner.ui.words import _, counted, duration

LARGEST_PX = 26.0
SMALLEST_PX = 7.0
PARTY_COLOURS = (palette.BLUE, palette.ORANGE, palette.PURPLE, palette.GREEN, palette.SKY)
NOBODYS = "#777777"
RING = "ink"
"""A second rim in the colour of the writing, light or dark."""
FAINT = 0.5


def role_word(role: str) -> str:
    """What a place is for, in this tab's language."""
    return {
        "safe_haven": _("safe haven"),
        "assembly_point": _("assembly point"),
        "hospital": _("hospital"),
        "evacuation_control_point": _("evacuation control point"),
        "embarkation_port": _("port of embarkation"),
        "embarkation_airport": _("airport of embarkation"),
        "border_crossing": _("border crossing"),
        "staging_base": _("staging base"),
    }[role]


def mode_word(mode: str) -> str:
    """Who moves by this means, in this tab's language."""
    return {
        "road": _("road convoy"),
        "sea": _("ship"),
        "river": _("river boat"),
        "air": _("aircraft"),
        "car": _("private cars"),
        "foot": _("people on foot"),
    }[mode]


def state_word(state: str) -> str:
    """How a road stands, in this tab's language."""
    return {"open": _("open"), "restricted": _("restricted"), "closed": _("closed")}[state]


def party_word(scenario: Scenario, party: str | None) -> str:
    """Who holds ground: a party's own name, 'contested' or 'nobody named'."""
    if party is None:
        return _("nobody named")
    if party == CONTESTED:
        return _("contested")
    return next((p.label for p in scenario.parties if p.id == party), party)


def party_colour(scenario: Scenario, party: str | None) -> str:
    """A party's colour: by its place in the scenario's list."""
    order = [known.id for known in scenario.parties]
    return PARTY_COLOURS[order.index(party) % len(PARTY_COLOURS)] if party in order else NOBODYS


def basis(stands: Standing) -> str:
    """What a claim rests on and how old it is, in a few words."""
    word = {
        "sourced": _("with a source"),
        "estimate": _("an estimate"),
        "unsourced": _("no source"),
    }[stands.kind]
    if stands.age_s is None:
        told = _("date not known")
    else:
        told = _("{age} old").format(age=duration(stands.age_s))
    doubt = [_("doubtful")] if stands.doubtful else []
    return ", ".join([told, word, *doubt])


# ------------------------------------------------------------------ the ground


@lru_cache(maxsize=2)
def _region(name: str, stamp: tuple[int, ...]) -> tuple[Roadside, Sheet, str]:
    region = roads.load_map(name)
    credits = dict.fromkeys(note.credit for note in region.sources if note.credit)
    credit = "; ".join(sorted(credits, key=lambda each: not each.startswith("©")))
    return Roadside(region), backdrop_sheet(roads.drawing(region)), credit


def ground(scenario: Scenario) -> tuple[Roadside | None, Sheet, str]:
    """The roads to ask, the sheet below everything, and whose map it is; kept over tabs.

    Raises ScenarioError where the map cannot be read.
    """
    if scenario.map is None:
        return None, backdrop_sheet({}), ""
    folder = roads.region_folder(scenario.map)
    stamp = tuple(path.stat().st_mtime_ns for path in sorted(Path(folder).iterdir()))
    return _region(scenario.map, stamp)


def outline(scenario: Scenario) -> TransportNetwork:
    """Where things are and when they hold. Raises ScenarioError with faults against the map."""
    side = ground(scenario)[0]
    return network.outline(scenario, None if side is None else side.region)


# ------------------------------------------------------------------ sheets


def situation_sheets(net: TransportNetwork) -> list[Sheet]:
    """All that the map shows, the lowest first; what changes with time carries its times."""
    return [
        ground(net.scenario)[1],
        Sheet("control", "areas", _control(net), _("Who holds what")),
        Sheet("dangers", "areas", danger_features(net), _("Dangers")),
        Sheet("links", "lines", link_features(net), _("Roads and lanes")),
        Sheet("places", "points", _places(net), _("Places and people")),
    ]


def _control(net: TransportNetwork) -> list[Feature]:
    scenario = net.scenario
    found = []
    for entry in scenario.control:
        who = party_word(scenario, entry.party)
        colour = party_colour(scenario, entry.party)
        contested = entry.party == CONTESTED
        stands = charts.standing(scenario, entry)
        text = "\n".join([f"{who}: {entry.label}", basis(stands)])
        shapes = charts.zone_geometries(net, entry.zone)
        for shape in shapes:
            found.append(
                feature(
                    shape,
                    kind="control",
                    id=entry.id,
                    text=text,
                    caption=who if shape["type"] == "Polygon" else "",
                    when=net.clock.holding(entry),
                    colour=colour,
                    fill=0.06 if contested else 0.16,
                    pattern=f"{NOBODYS}|45" if contested else "",
                    dash="dotted" if contested else "",
                    width=1.2,
                )
            )
    return found


def danger_features(net: TransportNetwork) -> list[Feature]:
    """Every danger where and when it is at work."""
    found = []
    for threat in net.scenario.threats:
        text = "\n".join([threat.label, rate_words(threat), hours_words(net, threat)])
        for shape in charts.zone_geometries(net, threat.zone):
            area = shape["type"] == "Polygon"
            found.append(
                feature(
                    shape,
                    kind="danger",
                    id=threat.id,
                    text=text,
                    when=net.clock.active(threat),
                    colour=palette.THREAT_COLOUR,
                    fill=0.1,
                    pattern=f"{palette.THREAT_COLOUR}|135" if area else "",
                    width=1.6 if area else 9,
                    opacity=1 if area else 0.4,
                )
            )
    return found


def rate_words(threat: Threat) -> str:
    """A danger's rate in the words of the scenario."""
    rate = f"{threat.rate_nano / 1_000_000:g}"
    return _("{rate} expected casualties per 1000 person-hours").format(rate=rate)


def hours_words(net: TransportNetwork, threat: Threat) -> str:
    """When a danger is there: hours of the day, or how much of the horizon."""
    if threat.daily:
        spans = ", ".join(f"{_clock(start)}–{_clock(end)}" for start, end in threat.daily)
        return _("every day {hours}").format(hours=spans)
    return when_words(net.scenario, net.clock.active(threat))


def when_words(scenario: Scenario, when: Intervals | None) -> str:
    """Spans of time: all the time, never, or from and until."""
    if when is None or not when.spans:
        return _("never in this plan's time")
    if when.spans == ((0, scenario.horizon_s),):
        return _("all the time")
    told = [f"{local(scenario, start)} – {local(scenario, end)}" for start, end in when.spans[:3]]
    return "; ".join(told) + (" …" if len(when.spans) > 3 else "")


def local(scenario: Scenario, t_s: int) -> str:
    """Local time of a moment: '13 Dec 06:00'."""
    return scenario.local(t_s).strftime("%d.%m. %H:%M")


def _clock(second: int) -> str:
    hour = second // 3600
    return f"{hour if hour <= 24 else hour - 24:02d}:{second // 60 % 60:02d}"


LINK_SIGNS = {"closed": "✕", "restricted": "!", "open": ""}
LINK_COLOURS = {
    "open": palette.LINK_COLOURS["operational"],
    "restricted": palette.LINK_COLOURS["restricted"],
    "closed": palette.LINK_COLOURS["closed"],
}


def link_features(net: TransportNetwork) -> list[Feature]:
    """Every road and lane that the scenario speaks of, in each of its states."""
    found = []
    for link in net.scenario.links:
        stands = charts.standing(net.scenario, link)
        shapes = charts.link_geometries(net, link)
        middle = len(shapes) // 2
        for state, when in charts.link_spans(net, link).items():
            for number, shape in enumerate(shapes):
                found.append(
                    feature(
                        shape,
                        kind="link",
                        id=link.id,
                        text=link_text(net, link, state),
                        when=when,
                        colour=LINK_COLOURS[state],
                        sign=LINK_SIGNS[state] if number == middle else "",
                        width=4.5 if state == "closed" else 3.5,
                        **age_look(stands),
                    )
                )
    return found


def age_look(stands: Standing) -> dict[str, Any]:
    """Old or unreliable information is dashed, very old is faint as well; a guess is dotted."""
    dash = "dotted" if stands.kind != "sourced" else "dashed" if stands.is_old else ""
    return {"dash": dash, "opacity": FAINT if stands.is_very_old else 1}


def link_text(net: TransportNetwork, link: Link, state: str) -> str:
    """What the tooltip says of a road: its state, how old that is, what somebody remarked."""
    lines = [f"{link.label}: {state_word(state)}", basis(charts.standing(net.scenario, link))]
    lines += [said for said in (source_words(link), link.comment) if said]
    return "\n".join(lines)


def source_words(claim: Claim) -> str:
    """Where a claim was read, or the reasoning behind an estimate."""
    if claim.source:
        return _("source: {source}").format(source=claim.source)
    return claim.because or ""


def _places(net: TransportNetwork) -> list[Feature]:
    people = charts.people_at(net.scenario)
    return [_place(net, place, people.get(place.id, 0)) for place in net.scenario.places]


def _place(net: TransportNetwork, place: Place, people: int) -> Feature:
    lat, lon = net.positions[place.id]
    open_hours = charts.opening(net, place.id)
    steps = _steps(net, place)
    return feature(
        {"type": "Point", "coordinates": [round(lon, 5), round(lat, 5)]},
        kind="place",
        id=place.id,
        text=_place_text(net, place, people, 0),
        caption=_caption(place, people),
        series={
            "text": [(t, _place_text(net, place, people, t)) for t in steps],
            "opacity": [(t, 1.0 if open_hours.contains(t) else 0.35) for t in steps],
        }
        if len(steps) > 1
        else None,
        colour=palette.ROLE_COLOURS[place.role],
        sign=palette.ROLE_SIGNS[place.role],
        radius=round(radius_px(people), 1),
        ring=RING if place.protected else "",
        priority=people + 100_000 * (place.role == "safe_haven") + 50_000 * place.protected,
    )


def radius_px(people: int) -> float:
    """The circle's area grows with the people who wait there."""
    return min(LARGEST_PX, SMALLEST_PX + math.sqrt(people) / 6)


def _caption(place: Place, people: int) -> str:
    number = f"  {people:,}" if people else ""
    kept = f" ({_('protected')})" if place.protected else ""
    return f"{place.label}{number}{kept}"


def _steps(net: TransportNetwork, place: Place) -> list[int]:
    """Moments at which something about the place changes."""
    found = {start for start, _end, _party in charts.holder_spans(net, place.id)}
    found |= {moment for span in charts.opening(net, place.id).spans for moment in span}
    return sorted({0} | {t for t in found if 0 <= t < net.scenario.horizon_s})


def _place_text(net: TransportNetwork, place: Place, people: int, t_s: int) -> str:
    scenario = net.scenario
    holder = party_word(scenario, charts.holder_at(net, place.id, t_s))
    lines = [f"{place.label} · {role_word(place.role)}"]
    lines += [place.name_ar] if place.name_ar else []
    lines += [counted("{n} person waits here", "{n} people wait here", people)] if people else []
    lines.append(_("held by: {party}").format(party=holder))
    if not charts.opening(net, place.id).contains(t_s):
        lines.append(_("closed at this hour"))
    if place.protected:
        lines.append(_("protected: its position never leaves the office"))
    return "\n".join(lines)


# ------------------------------------------------------------------ view and time


def spread(net: TransportNetwork, margin: float = 0.12) -> Bounds:
    """West, south, east, north of the places of this crisis that lie near one another.

    Havens far abroad are left out where most people are elsewhere: the map begins where they wait.
    """
    here = charts.people_at(net.scenario)
    at = {place: net.positions[place] for place in here if place in net.positions}
    at = at or net.positions
    lats, lons = [lat for lat, _lon in at.values()], [lon for _lat, lon in at.values()]
    reach = max(max(lats) - min(lats), max(lons) - min(lons), 0.15)
    south, north = min(lats) - reach * margin, max(lats) + reach * margin
    west, east = min(lons) - reach * margin, max(lons) + reach * margin
    return (west, south, east, north)


def everything(net: TransportNetwork) -> Bounds:
    """West, south, east, north of all places."""
    lats, lons = zip(*net.positions.values(), strict=True)
    return (min(lons), min(lats), max(lons), max(lats))


def situation_notes(net: TransportNetwork) -> list[tuple[int, str]]:
    """A line on each moment at which something changes: dangers, people in them, roads, day."""
    return [(t, moment_words(net, t)) for t in charts.changes(net)]


def situation_clock(
    net: TransportNetwork, notes: Sequence[tuple[int, str]], *, at_s: int, jump: int
) -> Clock:
    """The time bar over the whole horizon with its nights and notes."""
    return clock_of(net.scenario, at_s=at_s, jump=jump, daylight=net.clock.daylight, notes=notes)


def zone_of(shape: Shape) -> Zone:
    """A drawn shape as the zone that it will be."""
    if shape.centre is not None:
        around = {"centre": list(shape.centre), "radius": f"{max(1, shape.radius_m)} m"}
        return Zone.model_validate({"circle": around})
    return Zone.model_validate({"polygon": [list(corner) for corner in shape.corners]})


def moment_words(net: TransportNetwork, t_s: int) -> str:
    """'3 dangers at work, 9,400 people inside them · 1 road closed · night'."""
    scenario = net.scenario
    dangers = len(charts.dangers_at(net, t_s))
    shut = sum(charts.link_state(net, link, t_s) == "closed" for link in scenario.links)
    people = f"{charts.in_danger_at(net, t_s):,}"
    parts = [
        counted("{n} danger at work", "{n} dangers at work", dangers),
        _("{people} people inside").format(people=people),
        counted("{n} road or lane closed", "{n} roads or lanes closed", shut),
        _("day") if net.clock.daylight.contains(t_s) else _("night"),
    ]
    held = [w.label for w in scenario.windows if not charts.windows_at(net, t_s)[w.id]]
    if held:
        parts.append(_("not now: {windows}").format(windows=", ".join(held[:3])))
    return " · ".join(parts)
