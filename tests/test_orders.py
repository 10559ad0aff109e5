"""Movement orders: recounted from the page, one or two pages each, silent outside the office."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from datetime import datetime
from functools import cache

import pytest

from planner import documents, network
from planner.charts import Convoy
from planner.documents import cards, orders, press, tracks
from planner.documents.course import NO_ONE, Course, stretches, towns
from planner.documents.hours import Clockwork, told
from planner.documents.paper import Paper, prepare
from planner.documents.timestrip import strip
from planner.network import Route
from planner.scenario import Scenario
from planner.timeline import Intervals
from planner.verify import Verdict
from tests import paper_case as case
from tests.test_documents import pdf_pages

HOUR = 3600


@cache
def paper(audience: str = "internal", whom: str | None = None, language: str = "en") -> Paper:
    return prepare(case.conditional(), None, audience, whom, language)  # type: ignore[arg-type]


@cache
def pages(audience: str = "internal", whom: str | None = None, language: str = "en") -> list[str]:
    return pdf_pages(orders.pdf_bytes(paper(audience, whom, language)))


def text(*reader: str) -> str:
    return " ".join(pages(*reader))


# ------------------------------------------------------------------ figures


def test_each_road_convoy_has_one_order_of_at_most_two_pages() -> None:
    made = orders.content(paper())["orders"]
    # One of the five goes by sea, another from the hidden clinic to its handover point.
    roads = [c for c in paper().convoys if c.mode == "road" and c.origin != c.destination]
    assert [order["id"] for order in made] == [convoy.id for convoy in roads]
    assert len(roads) == 3 and len(paper().convoys) == 5
    starts = [re.match(r".*?Movement order (c\d+)", page) for page in pages()]
    assert [found[1] for found in starts if found] == [convoy.id for convoy in roads]
    assert len(roads) <= len(pages()) <= 2 * len(roads)


def test_the_figures_of_an_order_are_those_of_the_plan() -> None:
    for order, convoy in zip(
        orders.content(paper())["orders"], orders.ordered(paper()), strict=True
    ):
        on_board = sum(int(row[8]) + int(row[9]) for row in order["vehicles"])
        lying = sum(int(row[9]) for row in order["vehicles"])
        assert (on_board, lying) == (convoy.persons, convoy.stretchers)
        assert len(order["vehicles"]) == len(convoy.members) == int(order["lead"][3])
        legs = [row for row in order["legs"] if row[0]]
        length_m = paper().verdict.network.routes[convoy.route].length_m
        assert sum(float(row[2]) for row in legs) == pytest.approx(length_m / 1000, abs=0.2)
        assert legs[0][4] == f"{paper().local(convoy.depart_s):%H:%M}"
        assert legs[-1][5] == f"{paper().local(convoy.arrive_s):%H:%M}"
        shown = text()
        assert f"Movement order {convoy.id}" in shown
        assert f"{length_m / 1000:,.1f} km" in shown


def test_what_a_vehicle_does_next_is_its_next_leg() -> None:
    convoy = next(c for c in orders.ordered(paper()) if c.destination == "town")
    made = {order["id"]: order for order in orders.content(paper())["orders"]}
    ((sortie, index),) = convoy.members
    (row,) = made[convoy.id]["vehicles"]
    then = sortie.legs[index + 1]
    assert row[-1] == f"{paper().local(then.depart_s):%H:%M} {paper().label(then.destination)}"
    assert orders.content(paper())["orders"][-1]["vehicles"][0][-1] == "released"


def test_names_that_look_like_code_are_text() -> None:
    shown = text().replace(" ", "")
    for name in (case.HOSTILE_NAME, case.HOSTILE_MARKUP, "Old <bridge>: restricted", "=1+1"):
        assert name.replace(" ", "") in shown


def test_nobody_is_invented() -> None:
    """Call sign, leader and deputy stay empty; a driver who is not known is a line."""
    buses = orders.content(paper())["orders"][0]["vehicles"]
    known = [row for row in buses if row[4] != orders.LINE]
    assert all(row[4] == orders.LINE for row in buses if row not in known)
    assert "Leader ....." in text() and "then call ....." in text()


def test_check_ins_are_those_of_the_plan_and_lost_contact_is_a_setting() -> None:
    told = orders.content(paper())["orders"]
    for one, convoy in zip(told, orders.ordered(paper()), strict=True):
        leaves, arrives = (f"{paper().local(t):%H:%M}" for t in (convoy.depart_s, convoy.arrive_s))
        assert one["checks"].startswith(f"{leaves} on leaving")
        assert one["checks"].endswith("on arriving") and arrives in one["checks"]
        inner = one["checks"].split(" · ")[1:-1]
        ends = [piece.to_name for piece in stretches(paper(), convoy)[:-1]]
        assert [words.split(" ", 1)[0] for words in inner] == [
            f"{paper().local(piece.end_s):%H:%M}" for piece in stretches(paper(), convoy)[:-1]
        ]
        assert all(name in words for name, words in zip(ends, inner, strict=True))
        assert one["lost"] == "nothing heard 30 min after one of these (an estimate)"


# ------------------------------------------------------------------ stretches


def test_the_way_is_cut_at_named_links_and_nothing_is_lost() -> None:
    for convoy in orders.ordered(paper()):
        found = stretches(paper(), convoy)
        ends = [(one.from_m, one.to_m) for one in found]
        assert ends[0][0] == 0
        assert ends[-1][1] == paper().verdict.network.routes[convoy.route].length_m
        assert all(a[1] == b[0] for a, b in itertools.pairwise(ends))
        moments = [(one.start_s, one.end_s) for one in found]
        assert moments[0][0] == convoy.depart_s and moments[-1][1] == convoy.arrive_s
        assert all(a[1] == b[0] for a, b in itertools.pairwise(moments))
    to_town = next(c for c in paper().convoys if c.destination == "town")
    assert [one.links for one in stretches(paper(), to_town)] == [("bridge",)]


def test_where_no_party_holds_the_ground_that_is_told() -> None:
    made = {order["to"]: order for order in orders.content(paper())["orders"]}
    (leg,) = (row for row in made[case.HOSTILE_NAME]["legs"] if row[0])
    assert leg[8] == f"Council, {NO_ONE}"


def test_a_long_way_has_no_more_rows_than_asked_for() -> None:
    longest = max(orders.ordered(paper()), key=lambda c: c.arrive_s - c.depart_s)
    route = paper().verdict.network.routes[longest.route]
    assert len(stretches(paper(), longest, most=1)) == 1
    course = Course.of(paper(), longest)
    assert course.metre(0) == 0 and course.metre(route.travel_s) == route.length_m
    assert course.moment(route.travel_s) == longest.arrive_s


def test_towns_on_the_way_are_those_of_the_map() -> None:
    verdict = case.mapped()
    bus = {"mode": "road", "seats": "30", "speed": "60 km/h", "loading": "9 min",
           "unloading": "9 min"}  # fmt: skip
    fleet = {"id": "buses", "vehicle": "bus", "count": "1", "base": "raqqa"}
    made = Scenario.model_validate({**case.MAPPED, "vehicles": {"bus": bus}, "fleets": [fleet]})
    ground = network.build(made, verdict.network.region)
    told_paper = prepare(replace(verdict, scenario=made, network=ground))
    route = next(route for route in ground.routes.values() if route.origin == "joura")
    found = towns(told_paper, route)
    assert 1 <= len(found) <= 4
    assert [moment for _, moment in found] == sorted(moment for _, moment in found)
    assert all(0.1 * route.travel_s < moment < 0.9 * route.travel_s for _, moment in found)
    assert ground.region is not None
    assert {name for name, _ in found} <= {place.name for place in ground.region.places.values()}
    assert towns(paper(), _any_route(case.conditional())) == []
    # A scenario that uses one of those towns as well shows the same ones.
    known = {place.name: name for name, place in ground.region.places.items()}
    used = {"id": "stop", "role": "assembly_point", "name": found[0][0], "at": known[found[0][0]]}
    more = made.model_copy(
        update={"places": Scenario.model_validate(
            {**case.MAPPED, "places": [*case.MAPPED["places"], used]}
        ).places}
    )  # fmt: skip
    there = network.build(more, verdict.network.region)
    again = next(one for one in there.routes.values() if one.points == route.points)
    assert towns(prepare(replace(verdict, scenario=more, network=there)), again) == found


def _any_route(verdict: Verdict) -> Route:
    return next(route for route in verdict.network.routes.values() if route.mode == "road")


# ------------------------------------------------------------------ hours


def test_darkness_and_shut_hours_are_those_of_the_clock() -> None:
    clockwork = Clockwork(paper())
    convoy = orders.ordered(paper())[0]
    begin, end = clockwork.days(convoy)
    assert end - begin == 24 * HOUR and begin == -6 * HOUR
    light = clockwork.daylight(convoy)
    assert len(light.spans) == 1 and begin < light.spans[0][0] < light.spans[0][1] < end
    assert clockwork.shut(convoy).spans == ()
    assert told(paper(), Intervals(((0, HOUR), (2 * HOUR, 18 * HOUR)))) == (
        "06:00 to 07:00, 08:00 to 24:00"
    )
    sheet = strip(paper(), clockwork, convoy, stretches(paper(), convoy)).sheet()
    clocks = [word[2] for word in sheet["words"]]
    for leg in convoy.legs:
        for moment in (leg.load_start_s, leg.depart_s, leg.arrive_s, leg.unload_end_s):
            assert f"{paper().local(moment):%H:%M}" in clocks


WINDOWS = [
    {"id": "light", "kind": "daylight", "open": "daylight", "modes": ["road"]},
    {"id": "curfew", "kind": "curfew", "closed": ["20:00-05:00"]},
    {"id": "storm", "kind": "weather", "closed": ["00:00-24:00"], "from": "30 h"},
]


def facts_of(made: Paper, convoy: Convoy) -> list[str]:
    """What an order of the convoy says of daylight and of the hours in which it may move."""
    (order,) = (o for o in orders.content(made)["orders"] if o["id"] == convoy.id)
    return [f"{what}: {words}" for what, words in order["facts"] if what in HOURS]


HOURS = ("Daylight", "Movement allowed")


def test_a_crew_reads_the_hours_that_the_office_reads_and_no_night_before_the_start() -> None:
    verdict = case.remade({**case.TREE, "windows": WINDOWS})
    office = prepare(verdict)
    crew = prepare(verdict, None, "crew", "buses-2")
    told_office = {c.depart_s: facts_of(office, c) for c in orders.ordered(office)}
    shift_s = office.verdict.scenario.at_s(crew.verdict.scenario.start)
    for convoy in orders.ordered(crew):
        said = facts_of(crew, convoy)
        assert said == told_office[convoy.depart_s + shift_s]
        assert len(said) == 4 and not any("00:00 to" in one for one in said)
        assert "06:00 to 20:00" in said[2]  # the curfew ends at 05:00, the plan begins at 06:00
        light = Clockwork(office).daylight(orders.ordered(office)[0]).spans[0]
        first, last = re.findall(r"\d\d:\d\d", said[0])
        assert [first, last] == re.findall(r"\d\d:\d\d", said[1])
        minute = "2012-12-13T{}:00+02:00"
        begin, end = (datetime.fromisoformat(minute.format(at)) for at in (first, last))
        assert office.local(light[0]) <= begin and end <= office.local(light[1])


def test_a_permission_is_valid_as_long_as_somebody_said() -> None:
    leave = {"id": "leave", "party": "navy", "state": "granted"}

    def said(**more: str) -> set[str]:
        granted = {**leave, **more}
        verdict = case.remade({**case.TREE, "authorisations": [granted]})
        found = set()
        for reader in ((), ("crew", "buses-2")):
            made = orders.content(prepare(verdict, None, *reader))["orders"]  # type: ignore[arg-type]
            (order,) = (o for o in made if o["to"] == "Port")  # from 07:12, there at 08:02
            found |= {valid for _, _, _, valid in order["permissions"]}
        return found

    assert said() == {""}
    assert said(**{"from": "2012-12-13T07:45"}) == {"from 2012-12-13 07:45"}
    assert said(**{"from": "2012-12-12T08:00"}) == {""}
    assert said(until="2012-12-13T18:00") == {"until 2012-12-13 18:00"}


def test_clock_times_of_the_strip_do_not_touch() -> None:
    for convoy in orders.ordered(paper()):
        drawn = strip(paper(), Clockwork(paper()), convoy, stretches(paper(), convoy))
        tops = sorted(word[0] for word in drawn.words if word[1] == 10)
        assert len(tops) >= 2 and all(b - a > 24 for a, b in itertools.pairwise(tops))


# ------------------------------------------------------------------ readers


def test_every_page_says_for_whom_and_until_when() -> None:
    for page in pages():
        assert "INTERNAL · Decision support, not clearance" in page
        assert f"Valid until {paper().expiry}" in page
        assert "NOT AUTHORISED: awaits Leave to use the port" in page
        assert re.search(r"Page \d+ of \d+", page)


def test_a_failed_plan_is_stamped_on_every_page() -> None:
    failed = orders.pdf_bytes(prepare(case.failed()))
    for page in pdf_pages(failed):
        assert "FAILED ITS CHECK: DO NOT USE" in page


@pytest.mark.parametrize(("audience", "whom"), [("partners", "buses"), ("crew", "buses-1")])
def test_outside_nobody_reads_of_danger_holders_or_hidden_places(audience: str, whom: str) -> None:
    shown = text(audience, whom)
    assert "held by" in text() and "hazard" in text() and "Council" in text()
    for secret in (*case.SECRETS, "held by", "hazard", "Council", "helling of", "missiles"):
        assert secret not in shown, secret
    assert case.HOSTILE_MARKUP.replace(" ", "") in shown.replace(" ", "")
    assert "Old <bridge>" in text("partners", "buses")


def test_the_crew_is_told_another_way_and_a_partner_is_not() -> None:
    """The bridge has no other way round; a detour of the same ends is made for the test."""
    verdict = case.conditional()
    ways = verdict.network
    leg = next(s for s in verdict.plan.sorties if s.id == "buses-2-1").legs[0]
    taken = ways.routes[leg.route]
    detour = replace(taken, id="detour", length_m=20_000, travel_s=1800, links=())
    key = (taken.origin, taken.destination, taken.profile)
    other = replace(
        verdict,
        network=replace(
            ways,
            routes={**ways.routes, "detour": detour},
            between={**ways.between, key: (*ways.between[key], "detour")},
        ),
    )
    found = {}
    for audience, whom in (("internal", None), ("crew", "buses-2"), ("partners", "buses")):
        made = orders.content(prepare(other, None, audience, whom))["orders"]  # type: ignore[arg-type]
        (order,) = (one for one in made if one["to"] == case.HOSTILE_NAME)
        found[audience] = dict(order["facts"]).get("Alternate (dashes)")
    assert found["internal"] == found["crew"] == "20.0 km, 0:30 h, there at 07:30"
    assert found["partners"] is None


def test_a_road_that_no_map_has_is_not_passed_off_as_drawn() -> None:
    """Every road of the case is a line between two places; drawn with a bend it is a way."""
    reader = paper("partners", "buses")
    convoy = next(c for c in orders.ordered(reader) if c.destination == "town")
    words = "The way is not drawn on Old <bridge>"
    (order,) = (o for o in orders.content(reader)["orders"] if o["id"] == convoy.id)
    assert dict(order["facts"])["Map of the way"].startswith(words)
    cards_of = cards.content(paper("crew", "buses-2"))["cards"]
    assert cards_of[0]["legs"][0]["missing"].startswith(words)
    track = tracks.gpx_bytes(reader, convoy).decode("utf-8")
    assert track.count("The way is not drawn on Old ‹bridge›") == 3
    route = reader.verdict.network.routes[convoy.route]
    a, b = route.points[0], route.points[-1]
    bend = (a[0], b[1], route.travel_s // 2)
    drawn = replace(
        reader.verdict.network,
        routes={
            **reader.verdict.network.routes,
            convoy.route: replace(route, points=(a, bend, b)),
        },
    )
    better = replace(reader, verdict=replace(reader.verdict, network=drawn))
    assert tracks.not_drawn(better, convoy) == ""


def test_a_reader_without_road_movements_is_told_so() -> None:
    (page,) = pages("partners", "ferries")
    assert "No road movement concerns this reader." in page


@pytest.mark.parametrize("language", ["ar", "ru"])
def test_other_languages_say_everything_in_their_own_words(language: str) -> None:
    english = orders.content(paper())["orders"][0]
    there = orders.content(paper("internal", None, language))["orders"][0]
    assert [fact[0] for fact in there["facts"]] != [fact[0] for fact in english["facts"]]
    plates = [[row[2] for row in order["vehicles"]] for order in (english, there)]
    assert plates[0] == plates[1] != []
    known = press.words(orders.TEMPLATE, language)
    assert [word for word, told_word in known.items() if word == told_word] == []
    assert len(pages("internal", None, language)) <= 2 * len(orders.ordered(paper()))


# ------------------------------------------------------------------ large plans


def test_a_way_is_drawn_once_however_many_convoys_take_it() -> None:
    convoys = orders.ordered(paper())
    many = tuple(replace(convoys[0], id=f"c{n:04d}") for n in range(1, 41))
    made, drawings = orders._made(replace(paper(), convoys=many))
    assert len(made["orders"]) == 40
    assert len(drawings) == 2


def test_the_order_is_offered_to_whoever_moves() -> None:
    got = {one: documents.offered(one) for one in ("internal", "partners", "crew", "parties")}  # type: ignore[arg-type]
    names = {who: [one.name for one in found] for who, found in got.items()}
    assert all("movement-order" in names[who] for who in ("internal", "partners", "crew"))
    assert "movement-order" not in names["parties"]
