"""Which legs a recipient is shown, and at which times they begin and end for others to read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.charts import overheads
from planner.plan import PlanLeg, Sortie
from planner.redact.audience import Audience
from planner.redact.reliance import stays
from planner.redact.rights import Rights
from planner.redact.whole import Whole

if TYPE_CHECKING:
    from planner.network import TransportNetwork
    from planner.verify import Verdict


@dataclass(frozen=True)
class Shown:
    """One leg that is shown: ``index`` of it in its sortie, ``convoy`` as the office numbers it.

    ``fleet`` is the index of its fleet in the scenario. ``permissions`` are the ids, as the
    scenario has them, of the authorisations that it relies on. ``inside`` are the stretches, as
    seconds after departure on the route, on which the party that reads is in control.
    """

    sortie: Sortie
    index: int
    leg: PlanLeg
    fleet: int
    convoy: str
    permissions: tuple[str, ...]
    is_escort: bool = False
    inside: tuple[tuple[int, int], ...] = ()


def shown_legs(
    whole: Whole, audience: Audience, recipient: str, rights: Rights
) -> tuple[Shown, ...]:
    """The legs for one recipient, in the order of the plan."""
    verdict, base = whole.verdict, whole.base
    found = tuple(_all_legs(whole))
    if audience == "parties":
        return tuple(_notified(verdict, found, recipient))
    own = [one for one in found if _is_own(verdict, one, audience, recipient)]
    if not rights.escorts:
        return tuple(one for one in own if not _only_escorts(base, one, audience, recipient))
    wanted = {(name, one.leg.depart_s) for one in own for name in one.leg.escorted_by}
    known = {(one.sortie.id, one.index) for one in own}
    escorts = [
        Shown(one.sortie, one.index, one.leg, one.fleet, one.convoy, one.permissions, True)
        for one in found
        if (one.sortie.id, one.leg.depart_s) in wanted and (one.sortie.id, one.index) not in known
    ]
    return (*own, *escorts)


def _is_own(verdict: Verdict, one: Shown, audience: Audience, recipient: str) -> bool:
    fleet = verdict.scenario.fleets[one.fleet].id
    if audience == "partners":
        return fleet == recipient
    return recipient in (f"{fleet}-{one.sortie.vehicle}", one.convoy)


def _only_escorts(base: Verdict, one: Shown, audience: Audience, recipient: str) -> bool:
    """A convoy's leader is not told who guards it; an escort's own crew knows its way."""
    return one.convoy == recipient and base.scenario.fleets[one.fleet].is_escort


def _all_legs(whole: Whole) -> Iterator[Shown]:
    """Every leg that leads from one place to another once protected places are handed over."""
    verdict, base = whole.verdict, whole.base
    hidden = {place.id for place in verdict.scenario.places if place.protected}
    numbers = {fleet.id: number for number, fleet in enumerate(base.scenario.fleets)}
    riding = overheads(base.scenario)
    for before, sortie in zip(verdict.plan.sorties, base.plan.sorties, strict=True):
        free_s = 0
        for index, (old, leg) in enumerate(zip(before.legs, sortie.legs, strict=True)):
            if leg.origin == leg.destination:
                continue
            touched = (old.origin in hidden, old.destination in hidden)
            travel_s = base.network.routes[leg.route].travel_s + riding[sortie.fleet]
            told = _retimed(leg, touched, travel_s, free_s)
            free_s = told.unload_end_s
            yield Shown(
                sortie, index, told, numbers[sortie.fleet], whole.convoy_of[sortie.id, index],
                whole.relied[before.id, index],
            )  # fmt: skip


def _retimed(leg: PlanLeg, touched: tuple[bool, bool], travel_s: int, free_s: int) -> PlanLeg:
    """Times as seen from the handover point: how long the rest takes would tell how far it is."""
    if touched[1]:
        arrive_s = leg.depart_s + travel_s
        end_s = arrive_s + leg.unload_end_s - leg.arrive_s
        leg = leg.model_copy(update={"arrive_s": arrive_s, "unload_end_s": end_s})
    if touched[0]:
        depart_s = leg.arrive_s - travel_s
        load_s = max(depart_s - (leg.depart_s - leg.load_start_s), min(free_s, depart_s))
        leg = leg.model_copy(update={"depart_s": depart_s, "load_start_s": load_s})
    return leg


# ------------------------------------------------------------------ parties


def _notified(verdict: Verdict, found: tuple[Shown, ...], party: str) -> Iterator[Shown]:
    """Legs that pass the party's ground while it holds it; escorts are not told of."""
    for one in found:
        fleet = verdict.scenario.fleets[one.fleet]
        if fleet.is_escort:
            continue
        overhead_s = verdict.scenario.vehicle(fleet).overhead_s
        held = list(_held(verdict.network, one.leg, overhead_s, party))
        if held:
            yield Shown(
                one.sortie, one.index, one.leg, one.fleet, one.convoy, one.permissions,
                inside=tuple(_merged(held)),
            )  # fmt: skip


def _held(
    network: TransportNetwork, leg: PlanLeg, overhead_s: int, party: str
) -> Iterator[tuple[int, int]]:
    """Stretches of the route that the party holds while the leg is there."""
    route = network.routes.get(leg.route)
    for name, enter_s, exit_s, offsets in stays(route, leg, overhead_s):
        ground = network.grounds.get(name)
        if ground is None:
            continue
        for from_s, until_s, holder in ground.spans:
            if holder == party and max(from_s, enter_s) < min(until_s, max(exit_s, enter_s + 1)):
                yield offsets
                break


def _merged(spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    kept: tuple[int, int] | None = None
    for start, end in sorted(spans):
        if kept is not None and start <= kept[1]:
            kept = (kept[0], max(kept[1], end))
            continue
        if kept is not None:
            yield kept
        kept = (start, end)
    if kept is not None:
        yield kept
