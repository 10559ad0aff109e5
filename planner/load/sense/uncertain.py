"""Distributions and events: what cannot be, what contradicts itself, what is claimed twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from planner.load.sense.look import Look
from planner.load.yamltext import Path, Step
from planner.scenario import Breakdown, Delay, Event, FactorSpread, GroupShare, Uncertainty

HIGHEST_FACTOR = 100
_OPPOSITES = (("closes", "opens"), ("grants", "withdraws"))
_ROAD_ONLY = "give one of `classes:`, `links:`, `modes:`, `fleets:`"


def look_at(look: Look) -> None:
    """The section, where there is one."""
    known = look.scenario.uncertainty
    if known is None:
        return
    for name in ("willing", "no_shows"):
        _shares(look, name, getattr(known, name))
    _factors(look, known)
    _delays(look, known)
    _threats(look, known)
    for event in known.events:
        _event(look, event)
    _following(look, known.events)
    _never(look, known.events)
    _exclusive(look, known.events)
    _rivals(look, known.events)


def _path(look: Look, part: str, ident: str, *keys: Step) -> Path:
    items = look.root.get("uncertainty").get(part).items
    ids = [item.get("id").text for item in items]
    return ("uncertainty", part, ids.index(ident), *keys)


def _shares(look: Look, part: str, entries: Sequence[GroupShare]) -> None:
    """Each group is spoken of once."""
    owner: dict[str, str] = {}
    for entry in entries:
        for group in entry.groups or ("",):
            first = owner.setdefault(group, entry.id)
            if first != entry.id:
                who = f"group '{group}'" if group else "all other groups"
                problem = f"'{first}' speaks of {who} too"
                look.error(_path(look, part, entry.id, "groups"), problem, "keep one of the two")
        _reason(look, part, entry.id, entry)


def _reason(look: Look, part: str, ident: str, entry: object) -> None:
    if getattr(entry, "estimate", False) and getattr(entry, "because", None) is None:
        problem, remedy = "an estimate without its reason", "add `because:`"
        look.warn(_path(look, part, ident), problem, remedy)


def _factor(look: Look, path: Path, factor: FactorSpread, least: float) -> None:
    low, _, high = factor.figures
    if low < least or high > HIGHEST_FACTOR or (least == 0 and low < 0):
        bad = low if low < least else high
        remedy = f"lies between {least:g} and {HIGHEST_FACTOR}; 1 leaves it as it is"
        look.error(path, f"factor {bad:g}", remedy)


def _factors(look: Look, known: Uncertainty) -> None:
    for entry in known.travel:
        path = _path(look, "travel", entry.id)
        _factor(look, (*path, "factor"), entry.factor, 0.1)
        if not (entry.classes or entry.links or entry.modes or entry.fleets):
            look.error(path, "says neither road, mode nor fleet", _ROAD_ONLY)
        classes = _classes()
        for number, name in enumerate(entry.classes):
            if name not in classes:
                problem = f"no road class called '{name[:40]}'"
                look.error((*path, "classes", number), problem, f"known: {', '.join(classes)}")
        _reason(look, "travel", entry.id, entry)


def _classes() -> list[str]:
    from planner.speeds import shipped

    return sorted(shipped().classes)


def _delays(look: Look, known: Uncertainty) -> None:
    for delay in known.delays:
        if not (delay.modes or delay.fleets):
            path = _path(look, "delays", delay.id)
            look.error(path, "says neither mode nor fleet", "give `modes:` or `fleets:`")
        _somebodys(look, "delays", delay)
        _reason(look, "delays", delay.id, delay)
    for breakdown in known.breakdowns:
        _somebodys(look, "breakdowns", breakdown)
        _reason(look, "breakdowns", breakdown.id, breakdown)


def _somebodys(look: Look, part: str, entry: Delay | Breakdown) -> None:
    """Modes by which no fleet goes."""
    kinds = look.scenario.vehicles
    used = {kinds[f.vehicle].mode if f.vehicle in kinds else None for f in look.scenario.fleets}
    for number, mode in enumerate(entry.modes):
        if not entry.fleets and None not in used and mode not in used:
            path = _path(look, part, entry.id, "modes", number)
            look.warn(path, f"no fleet goes by {mode}", "it touches nobody: leave it out")


def _threats(look: Look, known: Uncertainty) -> None:
    owner: dict[str, str] = {}
    for entry in known.threats:
        _factor(look, _path(look, "threats", entry.id, "factor"), entry.factor, 0)
        for threat in entry.threats or ("",):
            first = owner.setdefault(threat, entry.id)
            if first != entry.id:
                what = f"threat '{threat}'" if threat else "all other threats"
                path = _path(look, "threats", entry.id, "threats")
                look.error(path, f"'{first}' speaks of {what} too", "keep one of the two")
        _reason(look, "threats", entry.id, entry)


# ------------------------------------------------------------------ events


def _event(look: Look, event: Event) -> None:
    def fault(key: str, problem: str, remedy: str) -> None:
        look.error(_path(look, "events", event.id, key), problem, remedy)

    if not event.effects:
        remedy = "add for example `closes: [some_link]`, or delete it"
        look.error(_path(look, "events", event.id), "changes nothing", remedy)
    for one, other in _OPPOSITES:
        for name in sorted({*getattr(event, one)} & {*getattr(event, other)}):
            fault(other, f"both {one} and {other} '{name}'", "an event does one or the other")
    if event.per_day == 10000:
        fault("per_day", "certain every day", "write `chance: 100 %` with its window")
    for threat, factor in event.raises.items():
        if not 0 <= factor <= HIGHEST_FACTOR:
            path = _path(look, "events", event.id, "raises", threat)
            look.error(path, f"factor {factor:g}", f"lies between 0 and {HIGHEST_FACTOR}")
    _permissions(look, event)
    _links(look, event)
    _window(look, event)
    _reason(look, "events", event.id, event)


def _permissions(look: Look, event: Event) -> None:
    states = {item.id: item.state for item in look.scenario.authorisations}
    granted = {name for other in _events(look) for name in other.grants}
    for number, name in enumerate(event.grants):
        path = _path(look, "events", event.id, "grants", number)
        state, remedy = states.get(name), "an event can grant only what is requested"
        if state == "granted":
            look.warn(path, f"'{name}' is granted already", remedy)
        elif state in ("refused", "expired"):
            look.error(path, f"'{name}' is {state}", remedy)
    for number, name in enumerate(event.withdraws):
        if name in states and states[name] != "granted" and name not in granted:
            path = _path(look, "events", event.id, "withdraws", number)
            remedy = "an event can withdraw only what is granted, or what another event grants"
            look.warn(path, f"'{name}' is {states[name]}", remedy)


def _events(look: Look) -> tuple[Event, ...]:
    return look.scenario.uncertainty.events if look.scenario.uncertainty else ()


def _links(look: Look, event: Event) -> None:
    links = {link.id: link for link in look.scenario.links}
    closed_by_others = {
        name for other in _events(look) if other.id != event.id for name in other.closes
    }
    for number, name in enumerate(event.opens):
        link = links.get(name)
        shut = link is None or link.status == "closed" or link.closed or name in closed_by_others
        if not shut:
            path = _path(look, "events", event.id, "opens", number)
            remedy = "name a link with `status: closed` or `closed:`, or one that an event closes"
            look.warn(path, f"'{name}' is never closed", remedy)


def _window(look: Look, event: Event) -> None:
    scenario = look.scenario
    start_s, end_s = scenario.at_s(event.from_), scenario.at_s(event.until)
    path = _path(look, "events", event.id)
    if not look.timed:
        pass  # what lies before the start or after the end cannot be said
    elif start_s >= scenario.horizon_s:
        remedy = "check the date, or delete the event"
        look.error((*path, "from"), "begins after the end of the plan", remedy)
    elif event.until is not None and (end_s < 0 or end_s < start_s):
        problem = "over before the start" if end_s < 0 else "ends before it begins"
        look.error((*path, "until"), problem, "check both moments")
    if event.per_day is not None and (event.after is not None or event.follows is not None):
        key = "after" if event.after is not None else "follows"
        remedy = "write `chance:`, or leave this out"
        look.error((*path, key), "a chance a day has its moment from the days", remedy)


def _following(look: Look, events: Sequence[Event]) -> None:
    """No event follows itself, by whatever detour."""
    parent = {event.id: event.follows for event in events}
    for event in events:
        trail: list[str] = [event.id]
        while (above := parent.get(trail[-1])) and above not in trail:
            trail.append(above)
        if above == event.id:
            said = " follows ".join([*trail, event.id])
            path = _path(look, "events", event.id, "follows")
            look.error(path, f"follows itself ({said})", "let one of them stand on its own")


def _never(look: Look, events: Sequence[Event]) -> None:
    """Events that cannot begin in their time, or are over as they begin."""
    if not look.timed:
        return
    end_s, at_s = look.scenario.horizon_s, look.scenario.at_s
    first: dict[str, int] = {}
    for _ in events:  # parents before children, whatever their order in the file
        for event in events:
            above = first.get(event.follows, 0) if event.follows is not None else at_s(event.from_)
            soonest = above + (event.after.low if event.after is not None else 0)
            first[event.id] = max(0, at_s(event.from_), soonest)
    for event in events:
        path = _path(look, "events", event.id)
        last_s = min(end_s - 1, at_s(event.until))
        late = first[event.id] > last_s >= at_s(event.from_) and last_s >= 0
        if late and (event.after is not None or event.follows is not None):
            key = "after" if event.after is not None else "follows"
            moment = look.scenario.local(first[event.id])
            problem = f"it comes at {moment:%d %b %H:%M} at the earliest, when its time is over"
            remedy = "it never happens: check `after:`, `until:` and the horizon"
            look.error((*path, key), problem, remedy)
        if event.lasts is not None and event.lasts.high <= 0:
            look.error((*path, "lasts"), "lasts no time: it changes nothing", "say how long")


def _exclusive(look: Look, events: Sequence[Event]) -> None:
    """Of events that exclude each other the chances are no more than all, and all are chances."""
    together: dict[str, list[Event]] = {}
    for event in events:
        if event.either is not None:
            together.setdefault(event.either, []).append(event)
    for word, found in together.items():
        total = 0
        for event in found:
            path = _path(look, "events", event.id)
            total += event.chance or 0
            if event.per_day is not None:
                remedy = "write `chance:` for events that exclude each other"
                look.error((*path, "per_day"), f"a chance a day under either '{word}'", remedy)
            if event.follows != found[0].follows:
                problem = f"follows another event than '{found[0].id}', which it excludes"
                look.error((*path, "either"), problem, "let both follow the same event, or none")
            if event.follows in {other.id for other in found}:
                problem = f"follows '{event.follows}', which it excludes: it never happens"
                look.error((*path, "follows"), problem, "leave out `follows:` or `either:`")
        if total > 10000:
            names = ", ".join(event.id for event in found)
            problem = f"the chances under either '{word}' add up to {total / 100:g} % ({names})"
            path = _path(look, "events", found[-1].id, "chance")
            look.error(path, problem, "make them 100 % at most")


def _rivals(look: Look, events: Sequence[Event]) -> None:
    """Two certain events that say the opposite of one thing at the same moments cannot both be."""
    for one, other in _pairs(events):
        if one.either is not None and one.either == other.either:
            continue
        for does, undoes in (*_OPPOSITES, *((b, a) for a, b in _OPPOSITES)):
            for name in sorted({*getattr(one, does)} & {*getattr(other, undoes)}):
                if one.chance == other.chance == 10000 and _same_time(look, one, other):
                    path = _path(look, "events", other.id, undoes)
                    problem = f"{undoes} '{name}' for certain, and '{one.id}' {does} it for certain"
                    look.error(path, problem, "give them different times, or chances that differ")


def _pairs(events: Sequence[Event]) -> Iterator[tuple[Event, Event]]:
    for index, one in enumerate(events):
        for other in events[index + 1 :]:
            yield one, other


def _same_time(look: Look, one: Event, other: Event) -> bool:
    """Whether both begin in the same span and last to the end."""
    spans = [(look.scenario.at_s(e.from_), look.scenario.at_s(e.until)) for e in (one, other)]
    return spans[0] == spans[1] and one.lasts is None and other.lasts is None
