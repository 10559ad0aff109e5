"""What one reader must not find, read off the whole plan and the table of audiences.

Everything in the scenario that is text is withheld, unless a line of :func:`allowed` says that the
table lets this reader know it. Nothing here asks ``planner.redact`` what it shows: of that package
only the office's own numbers and codes are taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC
from functools import cache
from typing import Any, Literal, get_args, get_origin

import shapely
from pydantic import BaseModel

from planner.plan import PlanLeg
from planner.redact import Audience, Code, Whole
from planner.scenario import Authorisation, Fleet, Place
from planner.verify import Verdict

_Key = tuple[str, int]
_LEAST_COUNT = 1000
"""Smaller numbers stand everywhere and say nothing."""
_BESIDE = 0.03
"""Degrees: some three kilometres beside a road."""
_YEARS = range(1990, 2100)
_KEPT_FIELDS = frozenset(
    {"timezone", "map", "schema_version", "overrides", "what_ifs", "office"}
    | {"sanity", "remedy_prices", "households"}
)
RISK = (
    "risk", "risks", "hazard", "hazards", "casualties", "harm", "threat", "threats",
    "acceptability", "refuses", "abort", "exposure", "rate_nano", "control",
    "precedence", "unwilling",
    "expected_casualties", "harm_of_staying", "left_behind", "left behind",
)  # fmt: skip
"""Words of what no table outside has a column for."""


@dataclass(frozen=True)
class Withheld:
    """A value: ``text`` in words, or a ``number`` of people, or a ``spot`` (latitude, longitude).

    ``inside``: a part of a word gives it away too.
    """

    kind: str
    text: str = ""
    number: int = 0
    spot: tuple[float, float] | None = None
    inside: bool = False


@dataclass
class Allowed:
    """What the same reader may know: ``phrases`` in which a withheld word may stand, ``spots``.

    ``on_maps`` are names that any map of one's own way has, whatever the plan does elsewhere.
    """

    phrases: set[str] = field(default_factory=set)
    on_maps: set[str] = field(default_factory=set)
    spots: set[tuple[float, float]] = field(default_factory=set)


def withheld(
    whole: Whole, audience: Audience, recipient: str | None = None
) -> tuple[list[Withheld], Allowed]:
    """What the reader must not find in any file, and what may be there all the same.

    ``whole`` holds the verdict as it is, with its protected places.
    """
    told = allowed(whole, audience, recipient)
    found = list(_protected(whole.verdict))
    if audience != "internal":
        found += _office(whole)
        found += [Withheld("risk word", word) for word in _risk(whole, audience, recipient)]
        found += [Withheld("count", number=n) for n in _counts(whole, audience, recipient)]
    if audience == "public":
        found += _everything_public(whole.verdict)
    kept = [one for one in found if one.kind in ("protected", "spot") or _is_news(one, told)]
    return list(dict.fromkeys(kept)), told


def _is_news(one: Withheld, told: Allowed) -> bool:
    return one.text.casefold() not in {phrase.casefold() for phrase in told.phrases} or not one.text


# ------------------------------------------------------------------ for nobody


def _protected(verdict: Verdict) -> Iterator[Withheld]:
    """Names, ids and positions of places that hide, and of what is centred on them."""
    for place in verdict.scenario.places:
        if place.protected:
            names = (place.id, place.name, place.name_ar, place.pcode)
            words = [text for text in names if text]
            yield from (Withheld("protected", text, inside=True) for text in words)
            yield Withheld("spot", spot=verdict.network.positions[place.id])
            if isinstance(place.at, tuple):
                yield Withheld("spot", spot=place.at)


# ------------------------------------------------------------------ the office's own


@cache
def _office_once(whole: Whole) -> tuple[Withheld, ...]:
    verdict = whole.verdict
    scenario, plan = verdict.scenario, verdict.plan
    found = list(_strings(scenario, "scenario"))
    found += [Withheld("what-if", name) for name in (*scenario.overrides, *scenario.what_ifs)]
    found += [Withheld("id", sortie.id) for sortie in plan.sorties]
    found += [Withheld("id", movement.id) for movement in plan.self_movements]
    found += [Withheld("id", f"{s.fleet}-{s.vehicle}") for s in plan.sorties]
    found += [Withheld("id", convoy.id) for convoy in whole.convoys]
    found += [Withheld("code", code.code) for code in whole.codes]
    for entry in plan.left_behind:
        found += [Withheld("left behind", entry.reason)]
        if entry.remedy is not None:
            found.append(Withheld("left behind", entry.remedy.what))
    origin = plan.provenance
    hashes = (origin.scenario_sha256, *origin.map_sha256.values())
    texts = (origin.scenario_file, origin.what_if or "", origin.engine, *hashes)
    found += [Withheld("provenance", text) for text in texts]
    found += [Withheld("provenance", str(patch.get("path", ""))) for patch in origin.patches]
    found += [Withheld("risk", level.method) for level in plan.levels]
    return tuple(dict.fromkeys(one for one in found if len(one.text) > 1))


def _office(whole: Whole) -> tuple[Withheld, ...]:
    return _office_once(whole)


_KINDS = {
    "Place": "place", "Group": "people", "Fleet": "fleet", "Vehicle": "fleet", "Party": "party",
    "VehicleDetail": "crew", "Threat": "risk", "Control": "control", "Team": "team",
    "Authorisation": "permission", "Notification": "permission", "Consignment": "aid",
    "Link": "road", "Window": "hours", "Priorities": "priorities",
}  # fmt: skip


def _strings(value: Any, kind: str) -> Iterator[Withheld]:
    """Every free text of a part of the scenario; words of the language itself are none."""
    if isinstance(value, str):
        yield Withheld(kind, value)
    elif isinstance(value, BaseModel):
        kind = _KINDS.get(type(value).__name__, kind)
        for name, info in type(value).model_fields.items():
            if name not in _KEPT_FIELDS and not _is_language(info.annotation):
                yield from _strings(getattr(value, name), kind)
    elif isinstance(value, tuple | list):
        for item in value:
            yield from _strings(item, kind)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _strings(key, kind)
            yield from _strings(item, kind)


def _is_language(annotation: Any) -> bool:
    if get_origin(annotation) is Literal:
        return True
    return any(_is_language(part) for part in get_args(annotation))


def _risk(whole: Whole, audience: Audience, recipient: str | None) -> Iterator[str]:
    fleets = {fleet.id: fleet for fleet in whole.verdict.scenario.fleets}
    medical = audience == "partners" and fleets[recipient or ""].neutral
    for word in RISK:
        if not (medical and word == "precedence"):
            yield word
    if not medical:
        yield from ("Patients, urgent", "Patients, priority", "Patients, routine")
    if audience != "partners":
        yield from ("escorted_by", "escorted by", "escorted")


def _counts(whole: Whole, audience: Audience, recipient: str | None) -> Iterator[int]:
    """People by group, and totals of the plan, that no sum of the reader's own legs is."""
    figures = whole.verdict.figures
    numbers = {figures.people, figures.evacuated, figures.left_behind, figures.unwilling}
    numbers |= {figures.self_moved, figures.by_sortie}
    for row in figures.groups.values():
        numbers |= {row.people, row.by_sortie, row.left_behind, row.unwilling, row.self_moved}
    for threat in whole.verdict.scenario.threats:
        numbers.add(threat.rate_nano)
    legs = own_legs(whole, audience, recipient)
    own = [leg.persons for _, leg in legs]
    told = {sum(own), *own, *_capacities(whole, {name for (name, _), _ in legs})}
    yield from sorted(n for n in numbers - told if n >= _LEAST_COUNT and n not in _YEARS)


def _capacities(whole: Whole, sorties: set[str]) -> Iterator[int]:
    """What one's own vehicles can take, in whatever unit."""
    scenario = whole.verdict.scenario
    for fleet in {s.fleet for s in whole.verdict.plan.sorties if s.id in sorties}:
        kind = scenario.vehicle(scenario.fleet(fleet))
        yield from (n for n in kind.model_dump().values() if isinstance(n, int))


def _everything_public(verdict: Verdict) -> Iterator[Withheld]:
    """Days on which something moves, and where."""
    moments = {moment for sortie in verdict.plan.sorties for leg in sortie.legs
               for moment in (leg.depart_s, leg.arrive_s)}  # fmt: skip
    local = [verdict.scenario.local(moment) for moment in sorted(moments)]
    days = {f"{at:%Y-%m-%d}" for one in local for at in (one, one.astimezone(UTC))}
    for day in sorted(days):
        yield Withheld("time", day)
        yield Withheld("time", day.replace("-", "") + "T", inside=True)
    for name, spot in sorted(verdict.network.positions.items()):
        yield Withheld("spot", f"position of {name}", spot=spot)


# ------------------------------------------------------------------ what may be known


def allowed(whole: Whole, audience: Audience, recipient: str | None) -> Allowed:
    """By the table of audiences: own movements, their places, vehicles, roads and permissions."""
    scenario, base = whole.verdict.scenario, whole.base
    office = scenario.office
    told = Allowed()
    told.phrases |= _given(scenario.timezone, scenario.map)
    told.phrases |= _given(
        office.organisation, office.contact_24h, base.scenario.office.contact_24h
    )
    for place in base.scenario.places:
        told.spots.add(base.network.positions[place.id])
    if audience == "public":
        told.spots.clear()
        return told
    told.phrases |= _given(
        office.prepared_by, office.approved_by, base.scenario.office.prepared_by,
        base.scenario.office.approved_by, scenario.title, base.scenario.title,
    )  # fmt: skip
    legs = own_legs(whole, audience, recipient)
    keys = {key for key, _ in legs}
    told.phrases |= _of_ways(whole, legs, audience != "parties")
    if audience != "parties":
        told.on_maps |= _towns_beside(whole, legs)
    told.phrases |= _of_vehicles(whole, keys, audience)
    told.phrases |= _of_permissions(whole, keys, audience, recipient)
    told.phrases |= _codes(whole, keys, audience, recipient)
    if audience == "parties":
        told.phrases |= _given(recipient, *_names(scenario.parties, recipient))
        told.phrases |= _given(*_names(base.scenario.parties, recipient))
    if audience == "partners":
        own = next(fleet for fleet in scenario.fleets if fleet.id == recipient)
        told.phrases |= _given(own.id, own.name, own.name_ar)
        told.phrases |= {text for one in own.vehicles for text in _given(*_detail(one))}
        told.phrases |= {name for name, _ in keys if name.startswith(f"{own.id}-")}
        told.phrases |= {f"{own.id}-{n}" for n in range(1, own.count + 1)}
    return told


def own_legs(whole: Whole, audience: Audience, recipient: str | None) -> list[tuple[_Key, PlanLeg]]:
    """The legs that the reader moves, or that a party's ground sees; by (sortie id, index)."""
    verdict = whole.verdict
    convoys = {
        (sortie.id, index): convoy.id
        for convoy in whole.convoys
        for sortie, index in convoy.members
    }
    found = []
    for old, new in zip(verdict.plan.sorties, whole.base.plan.sorties, strict=True):
        for index, leg in enumerate(old.legs):
            names = (f"{old.fleet}-{old.vehicle}", convoys.get((new.id, index)))
            is_own = {
                "partners": old.fleet == recipient,
                "crew": recipient in names,
                "parties": audience == "parties" and _sees(verdict, leg, recipient),
            }.get(audience, False)
            if is_own:
                found.append(((old.id, index), leg))
    return found


def _sees(verdict: Verdict, leg: PlanLeg, party: str | None) -> bool:
    """Whether the leg is on ground that the party holds at some moment of it."""
    network, route = verdict.network, verdict.network.routes[leg.route]
    for name in (leg.origin, leg.destination, *(passage.ground for passage in route.passages)):
        ground = network.grounds.get(name)
        for start_s, end_s, holder in () if ground is None else ground.spans:
            if holder == party and start_s <= leg.unload_end_s and end_s > leg.load_start_s:
                return True
    return False


def _of_ways(whole: Whole, legs: Iterable[tuple[_Key, PlanLeg]], roads: bool) -> set[str]:
    """Places at the ends of one's legs, protected ones as the places that stand for them."""
    scenario = whole.verdict.scenario
    found: set[str] = set()
    places = {place.id: place for place in scenario.places}
    shown = {place.id: place for place in whole.base.scenario.places}
    now = {sortie.id: sortie for sortie in whole.base.plan.sorties}
    old = dict(zip((s.id for s in whole.verdict.plan.sorties), now.values(), strict=True))
    for (name, index), leg in legs:
        for end in (leg.origin, leg.destination):
            place: Place = places[end]
            while place.protected:
                place = places[place.handover_point or ""]
            found |= _given(place.id, place.name, place.name_ar, shown[place.id].name)
        if roads:
            route = whole.base.network.routes[old[name].legs[index].route]
            used = {use.link for use in route.links}
            for link in scenario.links:
                if link.id in used or link.map_link in used:
                    found |= _given(link.id, link.name, link.name_ar, link.map_link)
            found |= used
    return found


def _towns_beside(whole: Whole, legs: Iterable[tuple[_Key, PlanLeg]]) -> set[str]:
    """Towns of the public map beside one's own roads, as the map calls them."""
    network = whole.verdict.network
    ways = [
        shapely.LineString([(lon, lat) for lat, lon, _ in network.routes[name].points])
        for name in {leg.route for _, leg in legs}
        if len(network.routes[name].points) > 1
    ]
    if network.region is None or not ways:
        return set()
    beside = shapely.union_all(ways).buffer(_BESIDE)
    shapely.prepare(beside)
    towns = [one for one in network.region.places.values() if one.kind == "town"]
    return {one.name for one in towns if beside.contains(shapely.Point(one.lon, one.lat))}


def _of_vehicles(whole: Whole, keys: set[_Key], audience: Audience) -> set[str]:
    """What goes: kinds, and as far as the table says whose, with plates, drivers and radios."""
    verdict = whole.verdict
    fleets: dict[str, Fleet] = {fleet.id: fleet for fleet in verdict.scenario.fleets}
    sorties = {sortie.id: sortie for sortie in verdict.plan.sorties}
    own = {name for name, _ in keys}
    escorts = {
        other for name, index in keys for other in sorties[name].legs[index].escorted_by
        if audience == "partners"
    }  # fmt: skip
    found: set[str] = set()
    for name in sorted(own | escorts):
        sortie = sorties[name]
        fleet = fleets[sortie.fleet]
        kind = verdict.scenario.vehicle(fleet)
        found |= _given(fleet.vehicle, fleet.vehicle.replace("_", " "), kind.name)
        if fleet.vehicles and sortie.vehicle <= len(fleet.vehicles):
            detail = fleet.vehicles[sortie.vehicle - 1]
            told = _detail(detail) if audience != "parties" else (detail.plate, detail.name)
            called = (detail.name, detail.call_sign, detail.radio)
            found |= _given(*(told if name in own else called))
        if name not in own:
            continue
        if audience != "parties":
            found |= _given(fleet.name, fleet.name_ar if fleet.name else None)
            found |= _given(None if fleet.name else fleet.id)
    return found


def _of_permissions(
    whole: Whole, keys: set[_Key], audience: Audience, recipient: str | None
) -> set[str]:
    """A party reads its own permissions in words; nobody else does."""
    if audience != "parties":
        return set()
    now = whole.base.scenario.authorisations
    found: set[str] = set()
    for old, new in zip(whole.verdict.scenario.authorisations, now, strict=True):
        if old.party == recipient:
            found |= _words(old) | _words(new)
    return found


def _words(item: Authorisation) -> set[str]:
    return _given(item.name, item.name_ar, item.conditions)


def _codes(whole: Whole, keys: set[_Key], audience: Audience, recipient: str | None) -> set[str]:
    """Codes of one's own convoys, vehicles and permissions."""
    verdict = whole.verdict
    pairs = list(zip(verdict.plan.sorties, whole.base.plan.sorties, strict=True))
    new_id = {old.id: new.id for old, new in pairs}
    vehicle = {old.id: f"{new.fleet}-{new.vehicle}" for old, new in pairs}
    escorts = {
        other
        for old, _ in pairs
        for index, leg in enumerate(old.legs)
        if audience == "partners" and (old.id, index) in keys
        for other in leg.escorted_by
    }
    mine = {(new_id[name], index) for name, index in keys}
    convoys = {c.id for c in whole.convoys for s, n in c.members if (s.id, n) in mine}
    vehicles = {vehicle[name] for name in {name for name, _ in keys} | escorts}
    relied = {name for key in keys for name in whole.relied[key]}
    own = {a.id for a in verdict.scenario.authorisations if a.party == recipient}
    permissions = relied & own if audience == "parties" else relied
    meant = {("convoy", c) for c in convoys} | {("vehicle", v) for v in vehicles}
    codes: dict[tuple[str, str], Code] = {(code.kind, code.id): code for code in whole.codes}
    found = {codes[one].code for one in meant}
    return found | {whole.coded["permission"][name] for name in permissions}


def _names(items: Iterable[Any], name: str | None) -> tuple[str | None, ...]:
    return next(((item.name, item.name_ar) for item in items if item.id == name), ())


def _detail(one: Any) -> tuple[str | None, ...]:
    return (one.plate, one.driver, one.call_sign, one.radio, one.name)


def _given(*texts: str | None) -> set[str]:
    return {text for text in texts if text}
