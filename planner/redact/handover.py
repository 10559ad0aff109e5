"""Verdict in, the Verdict that may leave the office out: protected places become handover points.

A document is written from the redacted Verdict and from nothing else, so that what is withheld is
not there to be found: neither the place's id, names and position, nor the road that leads to it.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel

from planner.errors import Issue, ScenarioError
from planner.plan import LevelResult, Plan, Provenance
from planner.roads import great_circle_m
from planner.scenario import Circle, Place, Ring, Scenario

if TYPE_CHECKING:
    from planner.network import Route, TransportNetwork
    from planner.verify import Verdict

DETOUR = 1.3  # how much longer a road is than a straight line
NEAR_M = 1000  # a zone centred so close to a protected place gives it away
_PLACE_FIELDS = frozenset(
    {"at", "base", "serves", "from_", "to", "start", "origin", "destination", "over", "places"}
    | {"destinations", "handover_point", "centre"}
)
_KEPT_FIELDS = frozenset({"timezone", "map", "rule", "overrides", "what_ifs", "tree", "status"})
_IDENTIFIER = re.compile(r"[A-Za-z0-9_>:#.\-]+")
_Model = TypeVar("_Model", bound=BaseModel)


def hand_over(verdict: Verdict) -> Verdict:
    """The Verdict in which every protected place is replaced by its handover point.

    Movements begin and end at the handover point, by the network's own route from there where it
    has one, else by a straight line. Ids and names that contain the place's are renamed, and the
    embedded scenario tree is dropped. Raises ScenarioError where a protected place has no usable
    handover point.
    """
    stand_ins = _stand_ins(verdict.scenario)
    if not stand_ins:
        return verdict
    words = _Words(verdict, stand_ins)
    scenario = _scenario(verdict.scenario, words)
    network, routes = _network(verdict.network, scenario, words)
    plan = _plan(verdict.plan, words, routes)
    figures = verdict.figures
    return dataclasses.replace(
        verdict,
        plan=plan,
        scenario=scenario,
        network=network,
        violations=tuple(
            dataclasses.replace(v, where=words.other(v.where), message=words.other(v.message))
            for v in verdict.violations
        ),
        figures=dataclasses.replace(
            figures,
            groups={
                words.other(name): dataclasses.replace(row, group=words.other(row.group))
                for name, row in figures.groups.items()
            },
            conditional_on=tuple(words.other(name) for name in figures.conditional_on),
            peak_waiting={
                name: persons
                for name, persons in figures.peak_waiting.items()
                if name not in stand_ins
            },
        ),
    )


def renamed(verdict: Verdict, ids: Iterable[str]) -> tuple[str, ...]:
    """Ids of the scenario (authorisations, links) as :func:`hand_over` renames them."""
    stand_ins = _stand_ins(verdict.scenario)
    if not stand_ins:
        return tuple(ids)
    words = _Words(verdict, stand_ins)
    return tuple(words.other(name) for name in ids)


def _stand_ins(scenario: Scenario) -> dict[str, Place]:
    """Protected place id → the place that stands for it."""
    places = {place.id: place for place in scenario.places}
    found: dict[str, Place] = {}
    for place in scenario.places:
        seen, here = {place.id}, place
        while here.protected:
            following = places.get(here.handover_point or "")
            if following is None or following.id in seen:
                problem = "a protected place without a handover point cannot be written down"
                remedy = "name an unprotected place as its handover_point"
                raise ScenarioError([Issue("", 0, f"places[{place.id}]", problem, remedy)])
            seen.add(following.id)
            here = following
        if here is not place:
            found[place.id] = here
    return found


class _Words:
    """Renames whatever names a protected place."""

    def __init__(self, verdict: Verdict, stand_ins: dict[str, Place]) -> None:
        scenario = verdict.scenario
        self.stand_ins = stand_ins
        self.spots = {name: verdict.network.positions[name] for name in stand_ins}
        self._tokens = {name: _token(scenario, name, place) for name, place in stand_ins.items()}
        self._patterns = [
            (re.compile(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])"), name)
            for name in sorted(stand_ins, key=lambda name: (-len(name), name))
        ]
        names = [
            (text, place.id)
            for place in scenario.places
            for text in (place.name, place.name_ar)
            if text and place.id in stand_ins
        ]
        self._names = [
            (re.compile(rf"(?<!\w){re.escape(text)}(?!\w)", re.IGNORECASE), name)
            for text, name in sorted(names, key=lambda pair: (-len(pair[0]), pair))
        ]

    def place(self, text: str) -> str:
        """A reference to a place."""
        return self.stand_ins[text].id if text in self.stand_ins else self.other(text)

    def other(self, text: str) -> str:
        """Any other text: an id that contains the place's id, a name, a sentence."""
        for pattern, name in self._names:
            text = pattern.sub(_constant(self.stand_ins[name].label), text)
        is_id = _IDENTIFIER.fullmatch(text) is not None
        for pattern, name in self._patterns:
            word = self._tokens[name] if is_id else self.stand_ins[name].label
            text = pattern.sub(_constant(word), text)
        return text


def _constant(word: str) -> Any:
    # As a function, so that a backslash in a name is no group reference.
    return lambda match: word


def _token(scenario: Scenario, name: str, stand_in: Place) -> str:
    """What replaces the id inside other ids, such that no two of them become one."""
    lists = (
        scenario.groups, scenario.fleets, scenario.teams, scenario.links, scenario.threats,
        scenario.control, scenario.authorisations, scenario.windows, scenario.parties,
        scenario.notifications, scenario.aid,
    )  # fmt: skip
    taken = {item.id for kind in lists for item in kind}
    pattern = re.compile(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])")
    compound = [text for text in sorted(taken) if pattern.search(text)]
    number, word = 1, stand_in.id
    while any(pattern.sub(_constant(word), text) in taken for text in compound):
        number += 1
        word = f"{stand_in.id}_{number}"
    return word


def _walk(value: Any, words: _Words, field: str = "") -> Any:
    if isinstance(value, str):
        return words.place(value) if field in _PLACE_FIELDS else words.other(value)
    if isinstance(value, BaseModel):
        return _model(value, words)
    if isinstance(value, tuple | list):
        return type(value)(_walk(item, words, field) for item in value)
    if isinstance(value, dict):
        return {_walk(key, words, field): _walk(item, words, field) for key, item in value.items()}
    return value


def _model(model: _Model, words: _Words) -> _Model:
    if isinstance(model, LevelResult):
        return model
    changes: dict[str, Any] = {}
    for name, info in type(model).model_fields.items():
        if name in _KEPT_FIELDS or _has_words_of_the_language(info.annotation):
            continue
        old = getattr(model, name)
        new = _walk(old, words, name)
        if new != old:
            changes[name] = new
    changes |= _moved_centre(model, words)
    return model.model_copy(update=changes) if changes else model


def _has_words_of_the_language(annotation: Any) -> bool:
    """Whether the values are words such as 'hospital' that mean the language's own."""
    if get_origin(annotation) is Literal:
        return True
    return any(_has_words_of_the_language(part) for part in get_args(annotation))


def _moved_centre(model: BaseModel, words: _Words) -> dict[str, str]:
    """A zone centred on a protected place's position is centred on the handover point."""
    if not isinstance(model, Circle | Ring):
        return {}
    field = "centre" if isinstance(model, Circle) else "from_"
    centre = getattr(model, field)
    if isinstance(centre, tuple):
        for name, spot in words.spots.items():
            if great_circle_m(centre[0], centre[1], *spot) < NEAR_M:
                return {field: words.stand_ins[name].id}
    return {}


def _scenario(scenario: Scenario, words: _Words) -> Scenario:
    kept = tuple(place for place in scenario.places if place.id not in words.stand_ins)
    bare = scenario.model_copy(update={"places": kept, "overrides": {}, "what_ifs": {}})
    walked = _model(bare, words)
    # A link between a protected place and its handover point would lead nowhere.
    links = tuple(link for link in walked.links if link.from_ is None or link.from_ != link.to)
    return walked.model_copy(update={"links": links}).with_origin(
        scenario.origin.model_copy(update={"tree": {}, "patches": ()})
    )


def _plan(plan: Plan, words: _Words, routes: dict[str, str]) -> Plan:
    # The prices of a certificate name places and moments: who may not know them gets none.
    bare = plan.model_copy(update={"provenance": _provenance(plan, words), "certificates": ()})
    walked = _model(bare, words)
    # The walk renames words; which route a leg takes is decided by what was put in its place.
    sorties = tuple(
        sortie.model_copy(
            update={
                "legs": tuple(
                    leg.model_copy(update={"route": routes.get(old.route, old.route)})
                    for leg, old in zip(sortie.legs, before.legs, strict=True)
                )
            }
        )
        for sortie, before in zip(walked.sorties, plan.sorties, strict=True)
    )
    own = tuple(
        movement.model_copy(update={"route": routes.get(old.route, old.route)})
        for movement, old in zip(walked.self_movements, plan.self_movements, strict=True)
    )
    return walked.model_copy(update={"sorties": sorties, "self_movements": own})


def _provenance(plan: Plan, words: _Words) -> Provenance:
    patches = tuple(
        patch
        for patch in plan.provenance.patches
        if words.other(str(sorted(patch.items()))) == str(sorted(patch.items()))
    )
    return plan.provenance.model_copy(update={"tree": {}, "patches": patches})


def _network(
    network: TransportNetwork, scenario: Scenario, words: _Words
) -> tuple[TransportNetwork, dict[str, str]]:
    """The network without protected places, and which route stands for each that touched one."""
    hidden = words.stand_ins
    positions = {name: spot for name, spot in network.positions.items() if name not in hidden}
    routes: dict[str, Route] = {}
    put: dict[str, str] = {}
    for name, route in network.routes.items():
        if route.origin in hidden or route.destination in hidden:
            stand_in = _route(network, route, words)
            put[name] = stand_in.id
            routes.setdefault(stand_in.id, _cleaned(stand_in, words))
        else:
            routes[name] = _cleaned(route, words)
    changed = dataclasses.replace(
        network,
        scenario=scenario,
        positions=positions,
        routes=routes,
        between={
            pair: ids
            for pair, ids in network.between.items()
            if pair[0] not in hidden and pair[1] not in hidden
        },
        profile_of={words.other(name): profile for name, profile in network.profile_of.items()},
        # Who holds a stretch of a way could tell where a zone around a protected place ends.
        grounds={
            name: dataclasses.replace(
                ground, names=tuple(dict.fromkeys(words.other(word) for word in ground.names))
            )
            for name, ground in network.grounds.items()
            if name in positions
        },
        link_open={
            words.other(name): spans
            for name, spans in network.link_open.items()
            if name not in hidden
        },
        link_capacity={words.other(name): rate for name, rate in network.link_capacity.items()},
        hazard={words.other(name): rate for name, rate in network.hazard.items()},
        threats_at={
            name: tuple(words.other(threat) for threat in threats)
            for name, threats in network.threats_at.items()
            if name not in hidden
        },
        convoy_profile_of={
            words.other(name): profile for name, profile in network.convoy_profile_of.items()
        },
        _allowed={},
    )
    return changed, put


def _cleaned(route: Route, words: _Words) -> Route:
    """A route that does not tell whether it passes a protected place."""
    return dataclasses.replace(
        route,
        links=tuple(
            dataclasses.replace(use, link=words.other(use.link))
            for use in route.links
            if use.link not in words.stand_ins
        ),
        exposures=tuple(
            dataclasses.replace(stay, threat=words.other(stay.threat)) for stay in route.exposures
        ),
        passages=(),
        sources=tuple(words.other(source) for source in route.sources),
    )


def _route(network: TransportNetwork, route: Route, words: _Words) -> Route:
    """The way from handover point to handover point: the network's own, of another vehicle of the
    same mode where this one has none, else a straight line at a pace that allows for bends."""
    origin, destination = words.place(route.origin), words.place(route.destination)
    found = network.between.get((origin, destination, route.profile), ())
    if not found:
        found = tuple(
            name
            for (start, end, _), names in network.between.items()
            if (start, end) == (origin, destination)
            for name in names[:1]
            if network.routes[name].mode == route.mode
        )
    if found:
        return network.routes[found[0]]
    here, there = network.positions[origin], network.positions[destination]
    length_m = round(great_circle_m(*here, *there))
    travel_s = round(route.travel_s * DETOUR * length_m / max(1, route.length_m))
    return dataclasses.replace(
        route,
        id=f"{origin}>{destination}:{route.profile}#handover",
        origin=origin,
        destination=destination,
        length_m=length_m,
        travel_s=travel_s,
        links=(),
        exposures=(),
        passages=(),
        points=((*here, 0), (*there, travel_s)),
        segments=(),
        estimate=True,
    )
