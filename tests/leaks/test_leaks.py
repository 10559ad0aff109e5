"""No export of any audience tells what its reader must not know; a planted leak is found."""

from __future__ import annotations

import dataclasses
from functools import cache

import pytest

from planner import documents
from planner.documents import Order
from planner.errors import ScenarioError
from planner.redact import AUDIENCES, Audience, Whole, recipients
from planner.redact import rights as table
from planner.redact.rights import Rights
from tests.leaks import case
from tests.leaks.exports import exports
from tests.leaks.search import Hit, Search
from tests.leaks.unpack import unpacked
from tests.leaks.withheld import Allowed, Withheld, allowed, own_legs, withheld

Reader = tuple[Audience, str | None]


def readers() -> list[Reader]:
    """Everybody for whom the plan has something."""
    whole = case.whole()
    found: list[Reader] = [("internal", None), ("public", None)]
    for audience in AUDIENCES:
        for one in recipients(whole, audience):
            if own_legs(whole, audience, one.id):
                found.append((audience, one.id))
    return found


@cache
def search(reader: Reader) -> Search:
    return Search(*withheld(case.whole(), *reader))


def found(order: Order, whole: Whole | None = None) -> list[Hit]:
    """What the reader of an order could find in its files."""
    made = exports(whole or case.whole(), order)
    assert made
    looking = search((order.audience, order.recipient))
    return [hit for name, content in made.items() for hit in looking.hits(unpacked(content, name))]


def kinds(order: Order) -> set[str]:
    return {hit.found.kind for hit in found(order)}


# ------------------------------------------------------------------ nothing is found


@pytest.mark.parametrize("reader", readers(), ids=lambda reader: "-".join(filter(None, reader)))
def test_no_export_of_any_reader_tells_what_is_withheld(reader: Reader) -> None:
    """Every document in every format; who gets which, the register says."""
    try:
        hits = found(Order(audience=reader[0], recipient=reader[1]))
    except ScenarioError:
        # Whose only leg ends where it begins once the place that hides is handed over.
        legs = [leg for _, leg in own_legs(case.whole(), *reader)]
        assert {(leg.origin, leg.destination) for leg in legs} == {("gate", "merciful")}
        return
    assert [str(hit) for hit in hits] == []


@pytest.mark.parametrize("language", ["ar", "ru"])
@pytest.mark.parametrize("audience", AUDIENCES)
def test_nor_in_another_language(audience: Audience, language: str) -> None:
    """Each audience and each format meets each language once; the reader is another one each."""
    one = [reader for reader in readers() if reader[0] == audience]
    name = one[(len(language) + ord(language[0])) % len(one)][1]
    name = one[0][1] if name == "c0002" else name
    hits = found(Order(audience=audience, recipient=name, language=language))
    assert [str(hit) for hit in hits] == []


@pytest.mark.parametrize("reader", [("partners", "buses"), ("parties", "navy"), ("public", None)])
def test_nor_in_a_re_issue(reader: Reader) -> None:
    """What a document says of the plan that it supersedes is for the same reader as well."""
    verdict = case.whole().verdict
    first, *others = verdict.plan.sorties
    later = [leg.model_copy(update={"commitment": "promised"}) for leg in first.legs]
    former = verdict.plan.model_copy(
        update={"sorties": (first.model_copy(update={"legs": tuple(later)}), *others[:-1])}
    )
    before = Whole(dataclasses.replace(verdict, plan=former))
    order = Order(audience=reader[0], recipient=reader[1], supersedes=before)
    values, told = withheld(before, *reader)
    told.phrases |= allowed(case.whole(), *reader).phrases
    looking = Search(values, told)
    hits = [
        hit
        for name, content in exports(case.whole(), order).items()
        for seen in (looking, search(reader))
        for hit in seen.hits(unpacked(content, name))
    ]
    assert [str(hit) for hit in hits] == []


# ------------------------------------------------------------------ what is planted is found


def test_every_kind_of_value_is_looked_for() -> None:
    told = {
        audience: {value.kind for reader in readers() if reader[0] == audience
                   for value in search(reader).values}
        for audience in AUDIENCES
    }  # fmt: skip
    assert told["internal"] == {"protected", "spot"}
    every = {"protected", "spot", "place", "people", "fleet", "party", "crew", "risk", "control",
             "team", "permission", "road", "hours", "what-if", "id", "code", "left behind",
             "provenance", "count"}  # fmt: skip
    for audience in AUDIENCES[1:]:
        assert told[audience] >= every, audience
    assert told["public"] >= {"time"}
    words = {value.text for value in search(("crew", "buses-2")).values}
    assert {"Ochre militia", "Larkspur pause", "Kestrel battery", "no uniforms after vespers",
            "Orlando Quill", "QX 4417", "Sea Holly", "townspeople", "behind the quince tree",
            "Wainwright's tally of the quarry", "thistle_case"} <= words  # fmt: skip
    assert "Ursula Fenn" not in words  # the driver of this very bus
    assert case.CROWD in {value.number for value in search(("crew", "buses-2")).values}


def test_the_whole_plan_itself_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were the office's own tables handed to a crew, hardly a kind would be missed."""
    made = documents.files(case.whole(), Order())
    looking = search(("crew", "buses-2"))
    hits = [hit for name, content in made.items() for hit in looking.hits(unpacked(content, name))]
    seen = {hit.found.kind for hit in hits}
    assert seen >= {"protected", "spot", "place", "people", "fleet", "party", "crew", "risk",
                    "control", "permission", "id", "code", "left behind", "provenance",
                    "count"}  # fmt: skip


def test_a_place_that_is_not_handed_over_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("planner.redact.whole.hand_over", lambda verdict: verdict)
    leaking = Whole(case.whole().verdict)
    hits = found(Order(), leaking)
    files = {hit.where.partition("!")[0].partition(" (")[0] for hit in hits}
    assert files >= {"movement_table.csv", "movement_table.xlsx", "routes.geojson", "summary.pdf",
                     "people.csv", "left_behind.csv"}  # fmt: skip
    assert {hit.found.kind for hit in hits} == {"protected", "spot"}


@pytest.mark.parametrize(
    ("reader", "field", "value", "kind"),
    [
        (("crew", "buses-2"), "ids", True, "id"),
        (("crew", "ferries-1"), "escorts", True, "fleet"),
        (("parties", "navy"), "ids", True, "id"),
        (("parties", "navy"), "crew", True, "fleet"),
        (("parties", "council"), "roads", True, "road"),
    ],
)
def test_a_right_too_many_is_found(
    monkeypatch: pytest.MonkeyPatch, reader: Reader, field: str, value: object, kind: str
) -> None:
    rows = {**table._TABLE}
    rows[reader[0]] = dataclasses.replace(rows[reader[0]], **{field: value})
    monkeypatch.setattr(table, "_TABLE", rows)
    assert isinstance(rows[reader[0]], Rights)
    assert kind in kinds(Order(audience=reader[0], recipient=reader[1]))


def test_a_public_brief_of_the_whole_plan_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("planner.redact.redacted.public_verdict", lambda base: base)
    assert kinds(Order(audience="public")) >= {"fleet", "party", "risk"}


def test_a_town_on_a_map_of_ones_own_way_is_no_secret_unless_people_hide_there() -> None:
    """The map's towns beside a road are on every map of it, whatever the plan uses."""
    told = Allowed(on_maps={"Homs"})
    page = [("movement_orders_2.pdf!page 8 (text)", "latakia 5 homs 100 km")]
    for kind, seen in (("place", False), ("risk", False), ("protected", True)):
        assert bool(list(Search([Withheld(kind, "Homs")], told).hits(page))) is seen
    elsewhere = [("movements.pdf!page 1 (text)", "latakia 5 homs 100 km")]
    assert list(Search([Withheld("place", "Homs")], told).hits(elsewhere))


def test_what_may_be_told_may_be_told_where_words_have_grown_together() -> None:
    told = Allowed(phrases={"Il-62 government planes"})
    looking = Search([Withheld("party", "Government")], told)
    assert not list(
        looking.hits([("core.xml (without tags)", "partners: il-62 government planesuse")])
    )
    assert list(looking.hits([("core.xml (without tags)", "partners: il-62 government grounduse")]))
