"""What the evacuation plan says besides its figures: who, from where, on what, by whose leave.

Every section is rows of text ready to be set; what nobody gave is a line to fill.
"""

from __future__ import annotations

from collections.abc import Iterable

from planner.cells import clean
from planner.charts import havens
from planner.documents.moves import awaited
from planner.documents.paper import TO_FILL, Paper
from planner.documents.vocabulary import LEVELS
from planner.plan import PlanLeg
from planner.scenario import Claim, Fleet, Group, Place, Window, segments

Rows = list[list[str]]
_FIRST = 3
"""Names that are listed before the rest is counted."""


def decision(paper: Paper) -> Rows:
    """What is decided by whom: lines to fill, since no scenario holds it."""
    say = paper.say
    asked = (
        say("Decision authority"), say("Decision: go, wait, stay or part"),
        say("Trigger and its present value"), say("Abort criteria"),
        say("Date, time and signature"),
    )  # fmt: skip
    return [[words, TO_FILL] for words in asked]


def to_settle(paper: Paper) -> Rows:
    """What must be arranged and no scenario holds: lines to fill."""
    say = paper.say
    asked = (
        say("Communications: channels, check-in interval, lost-contact deadline"),
        say("Medical: lead, hospitals on the way, medical evacuation"),
        say("Reception, registration and tracing of families"),
        say("Water, food and shelter at assembly points"), say("Fuel and recovery of vehicles"),
    )  # fmt: skip
    return [[words, TO_FILL] for words in asked]


def options(paper: Paper) -> Rows:
    """Going by this plan beside staying; other choices are other plans."""
    say, told = paper.say, paper.verdict.figures
    willing = told.people - told.unwilling
    harm = told.levels.get("harm", 0.0)
    return [
        [say("go by this plan"), paper.count(told.evacuated),
         paper.count(willing - told.evacuated), paper.count(harm, 2)],
        [say("everybody stays"), paper.count(0), paper.count(willing),
         paper.count(told.harm_of_staying, 2)],
        [say("wait, or move a part first"), *[say("plan it as a what-if")] * 3],
    ]  # fmt: skip


def persons(paper: Paper) -> Rows:
    """Who they are: name, low, base, high, willing share, own means, from when, deadline."""
    return [_persons(paper, group) for group in paper.verdict.scenario.groups]


def _persons(paper: Paper, group: Group) -> list[str]:
    people = group.people
    own = [
        f"{share / 100:g} % {paper.say(means)}"
        for means, share in (("car", group.own_car), ("foot", group.on_foot))
        if share
    ]
    ready_s = paper.verdict.scenario.at_s(group.ready)
    due = "" if group.deadline_s is None else paper.clock(group.deadline_s)
    return [
        clean(group.label), paper.count(people.low), paper.count(people.base),
        paper.count(people.high), f"{group.willing / 100:g} %", ", ".join(own),
        paper.clock(ready_s) if ready_s else "", due,
    ]  # fmt: skip


def patients(paper: Paper) -> Rows:
    """Medical groups: name, precedence, people, stretchers wanted, out, left behind, deadline."""
    found, scenario = [], paper.verdict.scenario
    for group in scenario.groups:
        if group.is_medical:
            told = paper.verdict.figures.groups[group.id]
            wanted = sum(
                number * unit.stretchers
                for segment in segments(scenario, group)
                for unit, number in segment.units
                if segment.means != "unwilling"
            )
            due = "" if group.deadline_s is None else paper.clock(group.deadline_s)
            found.append(
                [
                    clean(group.label), paper.say(group.precedence or "routine"),
                    paper.count(told.people), paper.count(wanted), paper.count(told.evacuated),
                    paper.count(told.left_willing), due,
                ]
            )  # fmt: skip
    return found


def gatherings(paper: Paper) -> Rows:
    """Where people board: place, first boarding, last departure, vehicles, people, most waiting."""
    found: dict[str, list[PlanLeg]] = {}
    for sortie in paper.verdict.plan.sorties:
        for leg in sortie.legs:
            if leg.manifest:
                found.setdefault(leg.origin, []).append(leg)
    peaks = paper.verdict.figures.peak_waiting
    rows = []
    for place in paper.verdict.scenario.places:
        legs = found.get(place.id, [])
        if legs:
            rows.append(
                [
                    clean(place.label), paper.clock(min(leg.load_start_s for leg in legs)),
                    paper.clock(max(leg.depart_s for leg in legs)), paper.count(len(legs)),
                    paper.count(sum(leg.persons for leg in legs)),
                    paper.count(peaks[place.id]) if peaks.get(place.id) else "",
                    _given(paper, place.capacity),
                ]
            )  # fmt: skip
    return rows


def _given(paper: Paper, value: int | None) -> str:
    return "" if value is None else paper.count(value)


def ways(paper: Paper) -> Rows:
    """Between two places: mode, convoys with people, people, km, hours, and the next best way."""
    used: dict[tuple[str, str, str], dict[str, list[int]]] = {}
    for convoy in paper.convoys:
        if convoy.loaded:
            by = used.setdefault((convoy.origin, convoy.destination, convoy.mode), {})
            entry = by.setdefault(convoy.route, [0, 0])
            entry[0] += 1
            entry[1] += convoy.persons
    rows = []
    for (origin, destination, mode), routes in used.items():
        main = max(routes, key=lambda name: (routes[name][1], name))
        rows.append(
            [
                paper.label(origin), paper.label(destination), paper.say(mode),
                paper.count(sum(n for n, _ in routes.values())),
                paper.count(sum(n for _, n in routes.values())),
                _length(paper, main), _alternate(paper, main),
            ]
        )  # fmt: skip
    return rows


def _length(paper: Paper, name: str) -> str:
    route = paper.verdict.network.routes[name]
    return f"{paper.count(route.length_m / 1000)} {paper.say('km')}, {paper.span(route.travel_s)}"


def _alternate(paper: Paper, main: str) -> str:
    """The fastest other way between the same two places for the same kind of vehicle."""
    network = paper.verdict.network
    route = network.routes[main]
    names = network.between.get((route.origin, route.destination, route.profile), ())
    others = [name for name in names if name != main and name in network.routes]
    if not others:
        return paper.say("none on the map")
    return _length(paper, min(others, key=lambda name: (network.routes[name].travel_s, name)))


def fleets(paper: Paper) -> Rows:
    """Vehicles: fleet, kind, how many, seats, stretchers, base, trips, people, crews' names."""
    return [_fleet(paper, fleet) for fleet in paper.verdict.scenario.fleets]


def _fleet(paper: Paper, fleet: Fleet) -> list[str]:
    scenario = paper.verdict.scenario
    kind = scenario.vehicle(fleet)
    trips = [sortie for sortie in paper.verdict.plan.sorties if sortie.fleet == fleet.id]
    lying = kind.stretchers if fleet.stretchers is None else fleet.stretchers
    sitting = kind.seats if fleet.seats is None else fleet.seats
    marks = [paper.say("escort")] if fleet.is_escort else []
    marks += [paper.say("impartial")] if fleet.neutral else []
    return [
        clean(fleet.label) + (f" ({', '.join(marks)})" if marks else ""),
        clean(kind.name or fleet.vehicle), paper.count(fleet.count), paper.count(sitting),
        paper.count(lying), paper.label(fleet.base), paper.count(len(trips)),
        paper.count(sum(leg.persons for sortie in trips for leg in sortie.legs)),
    ]  # fmt: skip


def reliance(paper: Paper) -> Rows:
    """Permissions that movements rely on: party, permission, state, how many, first and last."""
    scenario = paper.verdict.scenario
    parties = {party.id: clean(party.label) for party in scenario.parties}
    found: dict[str, list[int]] = {}
    for convoy in paper.convoys:
        for name in dict.fromkeys(
            name
            for sortie, index in convoy.members
            for name in paper.authorisations.get((sortie.id, index), ())
        ):
            found.setdefault(name, []).append(convoy.depart_s)
    return [
        [
            parties.get(item.party, item.party), clean(item.label), paper.say(item.state),
            paper.count(len(found[item.id])), paper.clock(min(found[item.id])),
            paper.clock(max(found[item.id])), clean(item.conditions or ""),
        ]
        for item in sorted(scenario.authorisations, key=lambda one: one.party)
        if item.id in found
    ]  # fmt: skip


def waiting(paper: Paper) -> int:
    """How many convoys with people may not leave before somebody's yes."""
    return sum(bool(convoy.loaded and awaited(paper, convoy)) for convoy in paper.convoys)


def hours(paper: Paper) -> Rows:
    """When movement is allowed: what, kind, hours, from when until when."""
    scenario = paper.verdict.scenario
    rows = []
    for window in scenario.windows:
        start_s, end_s = scenario.at_s(window.days_from, 0), scenario.at_s(window.until)
        rows.append(
            [
                clean(window.label), paper.say(window.kind), _hours(paper, window),
                paper.clock(start_s), paper.clock(end_s),
            ]
        )  # fmt: skip
    return rows


def _hours(paper: Paper, window: Window) -> str:
    if window.open == "daylight":
        return paper.say("open from sunrise to sunset")
    parts = []
    if window.open is not None:
        spans = ", ".join(_span(span) for span in window.open)
        parts.append(paper.say("open {hours}").format(hours=paper.latin(spans)))
    if window.closed:
        spans = ", ".join(_span(span) for span in window.closed)
        parts.append(paper.say("closed {hours}").format(hours=paper.latin(spans)))
    return "; ".join(parts)


def _span(span: tuple[int, int]) -> str:
    return "-".join(f"{t_s // 3600:02d}:{t_s % 3600 // 60:02d}" for t_s in span)


# ------------------------------------------------------------------ what is claimed


def claims(paper: Paper) -> Rows:
    """What the plan takes for true: kind, of what, why, when, how old, how sure.

    Claims of one kind with one source are one row.
    """
    scenario, say = paper.verdict.scenario, paper.say
    kinds: tuple[tuple[str, Iterable[tuple[str, Claim]]], ...] = (
        (say("numbers of people"), [(group.label, group.people) for group in scenario.groups]),
        (say("groups"), [(group.label, group) for group in scenario.groups]),
        (say("places"), [(place.label, place) for place in scenario.places]),
        (say("roads and lanes"), [(link.label, link) for link in scenario.links]),
        (say("vehicles"), [(fleet.label, fleet) for fleet in scenario.fleets]),
        (say("threats"), [(threat.label, threat) for threat in scenario.threats]),
        (say("who holds what"), [(held.label, held) for held in scenario.control]),
        (say("permissions"), [(item.label, item) for item in scenario.authorisations]),
    )
    rows: Rows = []
    for kind, named in kinds:
        told: dict[tuple[str, str, str, str], list[str]] = {}
        for label, claim in named:
            if claim.source or claim.estimate or claim.because:
                told.setdefault(_basis(paper, claim), []).append(clean(label))
        for basis, labels in told.items():
            listed = ", ".join(paper.apart(label) for label in labels[:_FIRST])
            if len(labels) > _FIRST:
                listed += " " + say("and {n} more").format(n=len(labels) - _FIRST)
            rows.append([kind, listed, *basis])
    return rows


def _basis(paper: Paper, claim: Claim) -> tuple[str, str, str, str]:
    """(source or reason, as of, age at the start of the plan, reliability)."""
    why = clean(claim.source or claim.because or "")
    told = paper.say("estimate") + (f": {paper.apart(why)}" if why else "")
    return (
        told if claim.estimate else why, *_age(paper, claim),
        paper.say(claim.reliability) if claim.reliability else "",
    )  # fmt: skip


def _age(paper: Paper, claim: Claim) -> tuple[str, str]:
    if claim.as_of is None:
        return "", ""
    moment_s = paper.verdict.scenario.at_s(claim.as_of)
    return paper.clock(moment_s), paper.span(-moment_s) if moment_s < 0 else ""


def objective(paper: Paper) -> str:
    """What the plan is for, and in which order it weighs."""
    order = ", ".join(paper.say(LEVELS[name]) for name in paper.verdict.scenario.priorities.levels)
    words = paper.say(
        "Bring everybody who wants to leave to a safe haven. In this order as little as possible "
        "of: {levels}."
    )
    return words.format(levels=order)


def safe_places(paper: Paper) -> Rows:
    """Havens: name, people taken in, first and last arrival, limit in all and a day, permission."""
    scenario = paper.verdict.scenario
    moments: dict[str, list[tuple[int, int]]] = {}
    for _, leg in paper.verdict.plan.final_legs:
        moments.setdefault(leg.destination, []).append((leg.unload_end_s, leg.persons))
    for own in paper.verdict.plan.self_movements:
        moments.setdefault(own.destination, []).append((own.arrive_s, own.persons))
    rows = []
    for place in scenario.places:
        if place.id in havens(scenario):
            came = moments.get(place.id, [])
            first = paper.clock(min(came)[0]) if came else ""
            last = paper.clock(max(came)[0]) if came else ""
            people = paper.count(sum(n for _, n in came))
            rows.append([clean(place.label), people, first, last, _limit(paper, place), TO_FILL])
    return rows


def _limit(paper: Paper, place: Place) -> str:
    intake = place.intake
    told = []
    if intake and intake.total is not None:
        told.append(paper.say("{n} in all").format(n=paper.count(intake.total)))
    if intake and intake.per_day is not None:
        told.append(paper.say("{n} a day").format(n=paper.count(intake.per_day)))
    return ", ".join(told) or "-"
