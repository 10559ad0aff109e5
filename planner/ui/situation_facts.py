"""What the desk says of one thing on the map."""

from __future__ import annotations

from planner import charts, load
from planner.charts import Unsourced
from planner.errors import Issue
from planner.network import TransportNetwork
from planner.scenario import Claim, Control, Link, Place, Threat
from planner.ui.situation import (
    basis,
    hours_words,
    local,
    party_word,
    rate_words,
    role_word,
    state_word,
    when_words,
)
from planner.ui.words import _, counted
from planner.units import format_length

SECTION_OF = {"place": "places", "link": "links", "danger": "threats", "control": "control"}


def item_of(net: TransportNetwork, kind: str, id: str) -> Place | Link | Threat | Control | None:
    """The thing that a click found; None where the scenario has it no longer."""
    items = getattr(net.scenario, SECTION_OF[kind]) if kind in SECTION_OF else ()
    return next((item for item in items if item.id == id), None)


def facts_of(net: TransportNetwork, kind: str, id: str, t_s: int) -> tuple[str, dict[str, str]]:
    """Heading and rows of what is known of a thing at the moment; empty where it is gone."""
    item = item_of(net, kind, id)
    if isinstance(item, Place):
        rows = _place_rows(net, item, t_s)
    elif isinstance(item, Link):
        rows = _link_rows(net, item, t_s)
    elif isinstance(item, Threat):
        rows = _danger_rows(net, item, t_s)
    elif isinstance(item, Control):
        rows = _control_rows(net, item)
    else:
        return "", {}
    return item.label, {**rows, **_claim_rows(net, item)}


def _place_rows(net: TransportNetwork, place: Place, t_s: int) -> dict[str, str]:
    scenario = net.scenario
    people = charts.people_at(scenario).get(place.id, 0)
    active = set(charts.dangers_at(net, t_s)) & set(net.threats_at[place.id])
    dangers = [threat.label for threat in scenario.threats if threat.id in active]
    groups = [group.label for group in scenario.groups if group.at == place.id]
    rows = {
        _("what"): role_word(place.role),
        _("in Arabic"): place.name_ar or "",
        _("people waiting"): f"{people:,}" if people else "",
        _("groups"): ", ".join(groups[:6]) + (" …" if len(groups) > 6 else ""),
        _("held by"): party_word(scenario, charts.holder_at(net, place.id, t_s)),
        _("in danger from"): ", ".join(dangers),
        _("now"): "" if charts.opening(net, place.id).contains(t_s) else _("closed at this hour"),
        _("room"): _room(place),
        _("protected"): _("its position never leaves the office") if place.protected else "",
    }
    return {key: value for key, value in rows.items() if value}


def _room(place: Place) -> str:
    parts = []
    if place.intake is not None and place.intake.total is not None:
        parts.append(_("takes in {n} people").format(n=f"{place.intake.total:,}"))
    if place.capacity is not None:
        parts.append(_("{n} can wait here").format(n=f"{place.capacity:,}"))
    bays = counted("{n} loading bay", "{n} loading bays", place.loading_bays or 0)
    berths = counted("{n} berth", "{n} berths", place.berths or 0)
    stands = counted("{n} aircraft stand", "{n} aircraft stands", place.stands or 0)
    counts = ((place.loading_bays, bays), (place.berths, berths), (place.stands, stands))
    return ", ".join([*parts, *(word for number, word in counts if number)])


def _link_rows(net: TransportNetwork, link: Link, t_s: int) -> dict[str, str]:
    spans = charts.link_spans(net, link)
    shut = spans.get("closed")
    rows = {
        _("now"): state_word(charts.link_state(net, link, t_s)),
        _("closed"): when_words(net.scenario, shut) if shut is not None else "",
        _("held by"): party_word(net.scenario, link.control) if link.control else "",
        _("at most"): ""
        if link.capacity is None
        else f"{link.capacity.count:,} {link.capacity.what}/h",
        _("length"): "" if link.length_m is None else format_length(link.length_m),
    }
    return {key: value for key, value in rows.items() if value}


def _danger_rows(net: TransportNetwork, threat: Threat, t_s: int) -> dict[str, str]:
    active = threat.id in charts.dangers_at(net, t_s)
    inside = sum(
        number
        for place, number in charts.people_at(net.scenario).items()
        if threat.id in net.threats_at[place]
    )
    return {
        _("now"): _("at work") if active else _("quiet"),
        _("when"): hours_words(net, threat),
        _("how bad"): rate_words(threat),
        _("people inside"): f"{inside:,}",
    }


def _control_rows(net: TransportNetwork, entry: Control) -> dict[str, str]:
    return {
        _("held by"): party_word(net.scenario, entry.party),
        _("when"): when_words(net.scenario, net.clock.holding(entry)),
    }


def _claim_rows(net: TransportNetwork, claim: Claim) -> dict[str, str]:
    rows = {
        _("how sure"): basis(charts.standing(net.scenario, claim)),
        _("source"): claim.source or "",
        _("why"): claim.because or "",
        _("remark"): claim.comment or "",
    }
    return {key: value for key, value in rows.items() if value}


def moment_facts(net: TransportNetwork, t_s: int) -> dict[str, str]:
    """What holds at the moment: dangers at work, roads that are not open, windows that are shut."""
    scenario = net.scenario
    active = set(charts.dangers_at(net, t_s))
    dangers = [threat.label for threat in scenario.threats if threat.id in active]
    states = [(link.label, charts.link_state(net, link, t_s)) for link in scenario.links]
    roads = [f"{label} ({state_word(state)})" for label, state in states if state != "open"]
    passable = charts.windows_at(net, t_s)
    shut = [window.label for window in scenario.windows if not passable[window.id]]
    rows = {
        _("time"): local(scenario, t_s),
        _("dangers at work"): ", ".join(dangers) or _("none"),
        _("roads not open"): ", ".join(roads) or _("none"),
        _("not at this hour"): ", ".join(shut),
        _("people waiting"): f"{sum(charts.people_at(scenario).values()):,}",
    }
    return {key: value for key, value in rows.items() if value}


def without_source(net: TransportNetwork, text: str) -> list[tuple[int, Unsourced]]:
    """Claims that have no source, each with its line in the text."""
    found = charts.without_source(net.scenario)
    told = load.located([Issue("", 0, claim.where, "") for claim in found], text, "")
    return [(issue.line, claim) for issue, claim in zip(told, found, strict=True)]
