"""Aid that goes in: on which legs it rides, and how much of it arrives, as the plan tells it.

A plan tells of aid by ``aid`` on its legs (``aid``: the consignment's id, ``kg``) and of what
became of it by ``aid`` of its own (``aid``, ``kg``, ``arrive_s``). A plan without either carries
none.
"""

from __future__ import annotations

from collections.abc import Iterator

from planner.scenario import Consignment
from planner.verify.replay import Movement, Replay

Found = Iterator[tuple[str, str]]


def loads(replay: Replay) -> Found:
    """Aid rides with its own fleets, from its place to its place, on the way to people alone."""
    known = {consignment.id: consignment for consignment in replay.scenario.aid}
    for m in replay.sorties:
        for load in m.aid:
            consignment = known.get(load.aid)
            if consignment is None:
                yield m.where, f"no aid called '{load.aid}'"
            else:
                yield from _rides(m, consignment)
            if load.kg < 1:
                yield m.where, f"a load of '{load.aid}' weighs nothing"
        if m.aid and m.manifest:
            yield m.where, "aid takes room where people ride"
        elif m.aid and not _collects(m):
            yield m.where, "the leg is made for aid alone: nobody is collected after it"


def _rides(m: Movement, consignment: Consignment) -> Found:
    assert m.fleet is not None
    if m.fleet.id not in consignment.fleets:
        yield m.where, f"aid '{consignment.id}' does not ride with '{m.fleet.id}'"
    if (m.origin, m.destination) != (consignment.from_, consignment.to):
        yield (
            m.where,
            f"aid '{consignment.id}' goes from '{consignment.from_}' to '{consignment.to}'",
        )


def _collects(m: Movement) -> bool:
    """Whether the same sortie carries people, or takes a team in, from this leg on."""
    legs = m.sortie.legs if m.sortie else ()
    return any(leg.load_start_s >= m.load_start_s and (leg.manifest or leg.teams) for leg in legs)


def told(replay: Replay) -> Found:
    """Of each consignment no more arrives than there is, and the plan tells it rightly."""
    entries: dict[str, list[tuple[int, int | None]]] = {}
    for entry in getattr(replay.plan, "aid", ()):
        entries.setdefault(entry.aid, []).append((entry.kg, entry.arrive_s))
    for consignment in replay.scenario.aid:
        kg, arrive_s = delivered(replay, consignment.id)
        if kg > consignment.mass_kg:
            yield consignment.id, f"{kg} kg arrive, there are {consignment.mass_kg} kg"
        claimed = entries.pop(consignment.id, [(0, None)])
        if claimed != [(kg, arrive_s)]:
            moment = "" if arrive_s is None else f", the last at {replay.when(arrive_s)}"
            yield consignment.id, f"{kg} kg arrive{moment}; the plan tells otherwise"
    for name in sorted(entries):
        yield name, "the plan tells of aid that the scenario does not know"


def delivered(replay: Replay, consignment: str) -> tuple[int, int | None]:
    """(kilograms of a consignment that arrive, the moment at which the last is off board)."""
    arrivals = [
        (m.unload_end_s, load.kg)
        for m in replay.sorties
        for load in m.aid
        if load.aid == consignment
    ]
    last_s = max((moment for moment, _ in arrivals), default=None)
    return sum(kg for _, kg in arrivals), last_s
