"""Movement orders: a printed page for the leader of each road convoy, a second where it is long."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from planner.cells import clean
from planner.charts import Convoy
from planner.documents import press
from planner.documents.course import Stretch, stretches
from planner.documents.drawing import Drawing
from planner.documents.hours import Clockwork, told
from planner.documents.moves import awaited
from planner.documents.paper import Paper
from planner.documents.timestrip import strip
from planner.documents.tracks import not_drawn
from planner.documents.waymap import WayMaps
from planner.load import solver_config
from planner.plan import PlanLeg, Sortie
from planner.roads import great_circle_m
from planner.scenario import Authorisation, Link, VehicleDetail
from planner.units import DAY_S, HOUR_S, MINUTE_S

TITLE, TEMPLATE = "Movement order", "movement_order.typ"
LINE = "__________"
_NEAR_M = 15_000  # a hospital this near to the way is on the way
_IN_A_FILE = 60  # nobody leafs through more, and typst needs three megabytes for each
_ROADS = 3  # classes of road that are named


def pdf_bytes(paper: Paper) -> bytes:
    """Every order of the paper in one file; a page that says so where there is none."""
    content, drawings = _made(paper)
    return press.pdf(paper, TEMPLATE, content, drawings)


def sheets(paper: Paper) -> Iterator[press.Sheet]:
    """The same, to be printed or looked at; many orders in several files, of so many each."""
    book, meant = _Book(paper), ordered(paper)
    for number, first in enumerate(range(0, max(1, len(meant)), _IN_A_FILE), start=1):
        name = "movement_orders.pdf" if number == 1 else f"movement_orders_{number}.pdf"
        said = _said(book, meant[first : first + _IN_A_FILE])
        yield press.Sheet(name, TEMPLATE, said, book.taken())


def content(paper: Paper) -> dict[str, Any]:
    """Everything that the orders say, as text ready to be set."""
    return _made(paper)[0]


def ordered(paper: Paper) -> list[Convoy]:
    """The convoys that get an order: those on roads; the lift schedule has ships and aircraft.

    Between a protected place and its handover point there is no way that could be written down.
    """
    roads = [convoy for convoy in paper.convoys if convoy.mode == "road"]
    return [convoy for convoy in roads if convoy.origin != convoy.destination]


def _made(paper: Paper) -> tuple[dict[str, Any], dict[str, str]]:
    book = _Book(paper)
    return _said(book, ordered(paper)), book.taken()


def _said(book: _Book, convoys: list[Convoy]) -> dict[str, Any]:
    paper = book.paper
    orders = [book.order(convoy) for convoy in convoys]
    frame = press.frame(paper, TITLE, paper.verdict.scenario.title)
    counted = [[paper.say("Convoys"), paper.count(len(orders))]]
    told = {"orders": orders, "figures": counted, "office": paper.internal, "line": LINE}
    return {**frame, **told}


class _Book:
    """The orders of one paper, with what they share: maps, hours, who goes where next."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self.clockwork = Clockwork(paper)
        self.maps = WayMaps(paper)
        self.drawings: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._links = {link.id: link for link in paper.verdict.scenario.links}
        parties = paper.verdict.scenario.parties
        self._parties = {party.id: paper.called(party) for party in parties}
        self._threats = {item.id: item for item in paper.verdict.scenario.threats}
        self._turns = turns(paper)

    def taken(self) -> dict[str, str]:
        """The drawings of the orders since the last time, by name."""
        kept, self.drawings, self._names = self.drawings, {}, {}
        return kept

    def order(self, convoy: Convoy) -> dict[str, Any]:
        """One order as text, its drawings kept."""
        paper = self.paper
        pieces = stretches(paper, convoy)
        first = convoy.members[0]
        other = paper.alternates.get((first[0].id, first[1]), "")
        ways = self.maps.of(convoy, pieces, other)
        times = strip(paper, self.clockwork, convoy, pieces)
        return {
            "id": convoy.id,
            "from": paper.label(convoy.origin),
            "to": paper.label(convoy.destination),
            "map": self._kept("map", ways),
            "map_sheet": ways.sheet(),
            "strip": self._kept("strip", times),
            "strip_sheet": times.sheet(),
            "alternate": bool(other),
            "lead": self._lead(convoy),
            "checks": self._checks(convoy, pieces),
            "lost": self._lost(),
            "facts": [list(fact) for fact in self._facts(convoy, other, pieces)],
            "legs": self._legs(convoy, pieces),
            "vehicles": vehicle_rows(paper, convoy, self._turns),
            "permissions": self._permissions(convoy),
            "notices": self._notices(convoy),
        }

    def _kept(self, kind: str, drawing: Drawing) -> str:
        """Name of a drawing; the same picture is kept once."""
        picture = drawing.picture()
        if picture not in self._names:
            self._names[picture] = f"{kind}-{len(self._names)}"
            self.drawings[self._names[picture]] = picture
        return self._names[picture]

    def _lead(self, convoy: Convoy) -> list[str]:
        """Start, end, load: (what, value) of the four large figures."""
        paper = self.paper
        load_s = min(leg.load_start_s for leg in convoy.legs)
        return [
            f"{paper.local(load_s):%Y-%m-%d %H:%M}", f"{paper.local(convoy.depart_s):%H:%M}",
            clock_beside(paper, convoy.arrive_s, convoy.depart_s),
            str(len(convoy.members)), load(paper, convoy),
        ]  # fmt: skip

    def _checks(self, convoy: Convoy, pieces: tuple[Stretch, ...]) -> str:
        """When to report, by the plan: on leaving, at each place of the table, on arriving."""
        paper = self.paper
        found = [f"{paper.local(convoy.depart_s):%H:%M} {paper.say('on leaving')}"]
        for one in pieces[:-1]:
            at = clock_beside(paper, one.end_s, convoy.depart_s)
            found.append(paper.apart(f"{at} {self._spot(one.to_name, one.to_m)}"))
        last = clock_beside(paper, convoy.arrive_s, convoy.depart_s)
        return " · ".join([*found, f"{last} {paper.say('on arriving')}"])

    def _lost(self) -> str:
        after_s = solver_config().orders.lost_contact_after_s
        words = self.paper.say("nothing heard {span} after one of these (an estimate)")
        return words.format(span=self.paper.span(after_s))

    def _facts(
        self, convoy: Convoy, other: str, pieces: tuple[Stretch, ...]
    ) -> Iterator[tuple[str, str]]:
        """(what, value) beside the map."""
        paper, say = self.paper, self.paper.say
        route = paper.verdict.network.routes[convoy.route]
        yield say("Way"), f"{kilometres(paper, route.length_m)} · {_spent(convoy)}"
        classes = sorted(route.segments, key=lambda part: -part[1])[:_ROADS]
        classes = [part for part in classes if part[1] >= 500] or classes[:1]
        if classes:
            roads = [f"{say(kind)} {kilometres(paper, metres, 0)}" for kind, metres, _ in classes]
            yield say("Road"), ", ".join(roads)
        if route.oldest_as_of:
            yield say("Map as of"), clean(route.oldest_as_of)
        missing = not_drawn(paper, convoy)
        if missing:
            yield say("Map of the way"), missing
        yield say("Daylight"), told(paper, self.clockwork.daylight(convoy)) or say("none")
        for window in self.clockwork.windows(convoy):
            words = told(paper, window.open) or say("none")
            yield say("Movement allowed"), f"{words} ({paper.apart(window.label)})"
        yield say("Alternate (dashes)" if other else "Alternate"), self._alternate(convoy, other)
        yield say("Hospital on the way"), self._hospital(convoy)
        everywhere = _everywhere(pieces)
        if everywhere:
            yield say("Hazard all the way"), "; ".join(self._danger(name) for name in everywhere)

    def _alternate(self, convoy: Convoy, other: str) -> str:
        if not other:
            return self.paper.say("none known") if self._tells_other() else LINE
        route = self.paper.verdict.network.routes[other]
        links = dict.fromkeys(use.link for use in route.links if use.link in self._links)
        by = [self.paper.called(self._links[name]) for name in links]
        last = clock_beside(self.paper, convoy.depart_s + route.travel_s, convoy.depart_s)
        way = self.paper.say("{km}, {hours} h, there at {time}").format(
            km=kilometres(self.paper, route.length_m), hours=hours(route.travel_s), time=last
        )
        return f"{way} · {', '.join(by)}" if by else way

    def _tells_other(self) -> bool:
        return self.paper.audience in ("internal", "crew")

    def _hospital(self, convoy: Convoy) -> str:
        """Hospitals that may be named, the nearest to the way first; a line where none is known."""
        verdict = self.paper.verdict
        points = verdict.network.routes[convoy.route].points
        found = []
        for place in verdict.scenario.places:
            if place.role == "hospital" and not place.protected:
                lat, lon = verdict.network.positions[place.id]
                near = min(great_circle_m(lat, lon, a, b) for a, b, _ in points)
                if near <= _NEAR_M:
                    found.append((near, clean(place.label)))
        return ", ".join(name for _, name in sorted(found)) or LINE

    # ------------------------------------------------------------------ legs

    def _legs(self, convoy: Convoy, pieces: tuple[Stretch, ...]) -> list[list[str]]:
        """Rows: number, what, km, km/h, ETD, ETA, road, age, party, hazard (office alone)."""
        say, paper = self.paper.say, self.paper
        load_s = min(leg.load_start_s for leg in convoy.legs)
        end_s = max(leg.unload_end_s for leg in convoy.legs)
        rows = []
        if load_s < convoy.depart_s:
            rows.append(self._halt(say("Halt: loading at {place}"), convoy.origin, load_s,
                                   convoy.depart_s))  # fmt: skip
        for number, one in enumerate(pieces, start=1):
            ends = [self._spot(one.from_name, one.from_m), self._spot(one.to_name, one.to_m)]
            row = [
                str(number), " – ".join(dict.fromkeys(ends)), paper.count(one.length_m / 1000, 1),
                str(one.speed_kmh), clock_beside(paper, one.start_s, load_s),
                clock_beside(paper, one.end_s, load_s), *self._road(one, convoy),
            ]  # fmt: skip
            rows.append([*row, *self._secret(one, pieces)] if paper.internal else row)
        if convoy.arrive_s < end_s:
            rows.append(self._halt(say("Halt: unloading at {place}"), convoy.destination,
                                   convoy.arrive_s, end_s))  # fmt: skip
        return rows

    def _halt(self, words: str, place: str, from_s: int, until_s: int) -> list[str]:
        span = [f"{self.paper.local(t_s):%H:%M}" for t_s in (from_s, until_s)]
        row = ["", words.format(place=self.paper.label(place)), "", "", *span,
               hours(until_s - from_s), ""]  # fmt: skip
        return [*row, "", ""] if self.paper.internal else row

    def _spot(self, name: str, metre: int) -> str:
        if name:
            return press.shortened(name)
        return self.paper.say("km {n}").format(n=self.paper.count(metre / 1000))

    def _road(self, one: Stretch, convoy: Convoy) -> tuple[str, str]:
        """Status of the road and how old that report is at departure."""
        named = [self._links[name] for name in one.links if name in self._links]
        if not named:
            return self.paper.say("no report"), "–"
        status = [f"{self.paper.called(link)}: {self.paper.say(link.status)}" for link in named]
        return "; ".join(status), "; ".join(self._age(link, convoy) for link in named)

    def _age(self, link: Link, convoy: Convoy) -> str:
        if link.as_of is None:
            return self.paper.say("not dated")
        seen_s = self.paper.verdict.scenario.at_s(link.as_of)
        return self.paper.span(age(convoy.depart_s - seen_s))

    def _secret(self, one: Stretch, pieces: tuple[Stretch, ...]) -> tuple[str, str]:
        """Who holds it, and what does harm there at that time but not all the way."""
        holders = [self._parties.get(name, self.paper.say(name)) for name in one.parties]
        here = [name for name in one.threats if name not in _everywhere(pieces)]
        dangers = [self._danger(name) for name in here]
        return ", ".join(holders) or "–", "; ".join(dangers) or "–"

    def _danger(self, name: str) -> str:
        threat = self._threats[name]
        return f"{clean(threat.label)} {threat.rate_nano / 1_000_000:g}"

    # ------------------------------------------------------------------ leave

    def _permissions(self, convoy: Convoy) -> list[list[str]]:
        """Permissions that the movement relies on: reference, name, state, when it holds."""
        paper = self.paper
        waiting = set(awaited(paper, convoy))
        names = dict.fromkeys(
            name
            for sortie, index in convoy.members
            for name in paper.authorisations.get((sortie.id, index), ())
        )
        found = []
        for item in paper.verdict.scenario.authorisations:
            if item.id in names:
                state = paper.say("AWAITED") if item.id in waiting else paper.say(item.state)
                party = self._parties.get(item.party, "")
                # Outside the office a permission has its code for a name.
                label = clean(item.label) if item.label != item.id else ""
                told_name = " · ".join(filter(None, (label, party)))
                found.append([item.id, told_name, state, self._validity(item, convoy)])
        return found

    def _validity(self, item: Authorisation, convoy: Convoy) -> str:
        """From when, where the convoy is there before; until when, where that is stated."""
        paper, scenario = self.paper, self.paper.verdict.scenario
        start_s, load_s = scenario.at_s(item.from_), min(leg.load_start_s for leg in convoy.legs)
        start = f"{paper.local(start_s):%Y-%m-%d %H:%M}" if start_s > load_s else ""
        until = ""
        if item.until is not None:
            until = f"{paper.local(scenario.at_s(item.until)):%Y-%m-%d %H:%M}"
        if start and until:
            return paper.say("{start} to {until}").format(start=start, until=until)
        if start:
            return paper.say("from {start}").format(start=start)
        return f"{paper.say('until')} {paper.apart(until)}" if until else ""

    def _notices(self, convoy: Convoy) -> list[str]:
        """Messages to the parties about these vehicles, as far as the reader may know them."""
        paper, found = self.paper, []
        for item in paper.verdict.scenario.notifications:
            if item.fleets and not set(item.fleets) & set(convoy.vehicles()):
                continue
            sent = LINE
            if item.sent_at is not None:
                sent = f"{paper.local(paper.verdict.scenario.at_s(item.sent_at)):%Y-%m-%d %H:%M}"
            party = self._parties.get(item.party, "")
            who = f"{paper.latin(item.id)} ({paper.apart(party)})"
            found.append(f"{who}: {paper.say(item.state)}, {sent}")
        return found


def _everywhere(pieces: tuple[Stretch, ...]) -> list[str]:
    """Threats that do harm on every stretch of a way that has several."""
    if len(pieces) < 2:
        return []
    return [name for name in pieces[0].threats if all(name in one.threats for one in pieces)]


# ------------------------------------------------------------------ vehicles


def turns(paper: Paper) -> dict[tuple[str, int], tuple[Sortie, PlanLeg]]:
    """(sortie id, index of a leg) → the leg that this vehicle makes next, with its sortie."""
    by_vehicle: dict[tuple[str, int], list[tuple[Sortie, int]]] = {}
    for sortie in paper.verdict.plan.sorties:
        legs = by_vehicle.setdefault((sortie.fleet, sortie.vehicle), [])
        legs += [(sortie, index) for index in range(len(sortie.legs))]
    found = {}
    for legs in by_vehicle.values():
        legs.sort(key=lambda one: one[0].legs[one[1]].depart_s)
        for (sortie, index), (then, at) in itertools.pairwise(legs):
            found[sortie.id, index] = (then, then.legs[at])
    return found


def vehicle_rows(
    paper: Paper, convoy: Convoy, following: dict[tuple[str, int], tuple[Sortie, PlanLeg]]
) -> list[list[str]]:
    """Rows in the order of march: number, vehicle, plate, marking, driver, radio, places, people,
    range, what it does next. Places and people are those who sit, then those who lie."""
    scenario, rows = paper.verdict.scenario, []
    for number, (sortie, index) in enumerate(convoy.members, start=1):
        fleet = scenario.fleet(sortie.fleet)
        kind, known = scenario.vehicle(fleet), detail(paper, sortie)
        leg = sortie.legs[index]
        lying = sum(line.stretchers for line in leg.manifest)
        radio = " · ".join(filter(None, (known.call_sign, known.radio)))
        rows.append(
            [
                str(number), f"{clean(fleet.label)} {sortie.vehicle}",
                clean(known.plate or known.name or LINE),
                paper.say("impartial") if fleet.neutral else LINE, clean(known.driver or LINE),
                clean(radio or LINE), str(kind.seats), str(kind.stretchers),
                str(leg.persons - lying), str(lying),
                paper.count(kind.range_m / 1000) if kind.range_m else LINE,
                _next(paper, following.get((sortie.id, index)), leg),
            ]
        )  # fmt: skip
    return [[press.shortened(cell) for cell in row] for row in rows]


def detail(paper: Paper, sortie: Sortie) -> VehicleDetail:
    """What is known of the vehicle."""
    listed = paper.verdict.scenario.fleet(sortie.fleet).vehicles
    return listed[sortie.vehicle - 1] if sortie.vehicle <= len(listed) else VehicleDetail()


def _next(paper: Paper, following: tuple[Sortie, PlanLeg] | None, leg: PlanLeg) -> str:
    if following is None:
        return paper.say("released")
    then = following[1]
    moment = clock_beside(paper, then.depart_s, leg.depart_s)
    return f"{moment} {paper.label(then.destination)}"


def load(paper: Paper, convoy: Convoy) -> str:
    """Who or what is on board, in a few words."""
    told = []
    if convoy.persons:
        told.append(paper.say("{n} people").format(n=paper.count(convoy.persons)))
    if convoy.stretchers:
        told.append(paper.say("{n} of them lying").format(n=paper.count(convoy.stretchers)))
    team = sum(ride.persons for leg in convoy.legs for ride in leg.teams)
    if team:
        told.append(paper.say("team of {n}").format(n=team))
    aid_kg = sum(load.kg for leg in convoy.legs for load in leg.aid)
    if aid_kg:
        told.append(paper.say("{n} kg of aid").format(n=paper.count(aid_kg)))
    return ", ".join(told) or paper.say("nobody: empty")


# ------------------------------------------------------------------ words for times


def hours(seconds: int) -> str:
    """'2:05': hours and minutes, as every language reads them."""
    minutes = round(max(0, seconds) / MINUTE_S)
    return f"{minutes // 60}:{minutes % 60:02d}"


def age(seconds: int) -> int:
    """Whole hours, whole days from four days on: nobody knows it better."""
    unit = DAY_S if seconds >= 4 * DAY_S else HOUR_S
    return max(HOUR_S, seconds // unit * unit)


def kilometres(paper: Paper, metres: int, decimals: int = 1) -> str:
    """'12.3 km'."""
    return paper.say("{n} km").format(n=paper.count(metres / 1000, decimals))


def _spent(convoy: Convoy) -> str:
    return hours(convoy.arrive_s - convoy.depart_s)


def clock_beside(paper: Paper, t_s: int, beside_s: int) -> str:
    """'16:30', with the date in front where it is not the day of the other moment."""
    moment: datetime = paper.local(t_s)
    same = moment.date() == paper.local(beside_s).date()
    return f"{moment:%H:%M}" if same else f"{moment:%m-%d %H:%M}"
