"""Rules about the way: windows, permissions, acceptability, risk (C9, C10, C11, risk cap)."""

from __future__ import annotations

from collections.abc import Iterator

from planner.scenario import Window
from planner.timeline import Intervals
from planner.verify.figures import relied_on, ride_harm
from planner.verify.places import entries_for
from planner.verify.replay import Movement, Replay

Found = Iterator[tuple[str, str]]


# ------------------------------------------------------------------ C9


def windows(replay: Replay) -> Found:
    """C9: a movement is under way, on its links and at its places only while they are open."""
    passable = {w.id: replay.clock.passable(w) for w in replay.scenario.windows if _restricts(w)}
    listed = [w for w in replay.scenario.windows if w.id in passable]
    for m in replay.movements:
        for window in listed:
            if not _concerns(window, m):
                continue
            for start_s, end_s, where in _stretches(replay, window, m):
                if not passable[window.id].covers(start_s, end_s):
                    yield m.where, f"{where} from {replay.when(start_s)}, against '{window.id}'"


def _restricts(window: Window) -> bool:
    """A pause that only suspends threats holds nobody up."""
    scoped = window.modes or window.links or window.places or window.fleets
    return bool(scoped) or not (window.kind == "pause" and window.suspends)


def _concerns(window: Window, m: Movement) -> bool:
    by_mode = not window.modes or m.route.mode in window.modes
    return by_mode and (not window.fleets or (m.fleet is not None and m.fleet.id in window.fleets))


def _stretches(replay: Replay, window: Window, m: Movement) -> Iterator[tuple[int, int, str]]:
    """The times at which the window's subject is used."""
    if not window.links and not window.places:
        yield m.depart_s, m.arrive_s, "under way"
    for use in m.route.links:
        entries = [entry.id for entry in entries_for(replay, use.link)]
        if use.link in window.places or any(entry in window.links for entry in entries):
            yield m.at_s(use.enter_s), m.at_s(use.exit_s, up=True), f"on '{use.link}'"
    if m.origin in window.places:
        yield m.load_start_s, m.depart_s, f"at '{m.origin}'"
    if m.destination in window.places:
        yield m.arrive_s, m.unload_end_s, f"at '{m.destination}'"
    for passage in m.route.passages:
        if any(name in window.places for name in replay.ground_names(passage.ground)):
            start_s, end_s = m.at_s(passage.enter_s), m.at_s(passage.exit_s, up=True)
            yield start_s, end_s, f"passing '{passage.ground}'"


def closures(replay: Replay) -> Found:
    """C9: nobody is on a link while it is closed."""
    for m in replay.movements:
        for use in m.route.links:
            start_s, end_s = m.at_s(use.enter_s), m.at_s(use.exit_s, up=True)
            for entry in entries_for(replay, use.link):
                if entry.status == "closed":
                    yield m.where, f"uses '{entry.id}', which is closed"
                shut = Intervals.of(
                    (replay.scenario.at_s(a), replay.scenario.at_s(b)) for a, b in entry.closed
                )
                if not (replay.clock.always - shut).covers(start_s, end_s):
                    yield (
                        m.where,
                        f"is on '{entry.id}' at {replay.when(start_s)} while it is closed",
                    )


# ------------------------------------------------------------------ C10, C11


def authorisation(replay: Replay) -> Found:
    """C10: whoever holds the ground has granted this kind of movement, or a what-if assumes so."""
    for m in replay.sorties:
        assert m.fleet is not None
        for names, start_s, end_s in replay.grounds(m):
            if not replay.permissions.open_to(names, m.fleet).covers(start_s, end_s):
                yield (
                    m.where,
                    f"is at '{names[0]}' from {replay.when(start_s)} to {replay.when(end_s)} "
                    "without the permission of who holds it",
                )


def conditions(replay: Replay) -> Found:
    """C10: the plan names exactly the assumed permissions that it relies on."""
    needed, told = relied_on(replay), tuple(sorted(replay.plan.conditional_on))
    if needed != told:
        listed = ", ".join(needed) or "nothing"
        yield (
            "conditional_on",
            f"the plan relies on {listed}, but names {', '.join(told) or 'nothing'}",
        )


def acceptability(replay: Replay) -> Found:
    """C11: nobody is taken past or with whom they refuse, or to a haven they do not accept."""
    for m in replay.movements:
        for group_id in m.groups:
            group = replay.groups[group_id]
            for names, start_s, end_s in replay.grounds(m):
                if not replay.permissions.acceptable(names, group).covers(start_s, end_s):
                    yield (
                        m.where,
                        f"'{group_id}' is taken past '{names[0]}', held by whom they refuse",
                    )
            for company in _company(m):
                if company in group.refuses:
                    yield m.where, f"'{group_id}' refuses to go with '{company}'"
            wanted = group.destinations
            if wanted and replay.is_haven(m.destination) and m.destination not in wanted:
                yield m.where, f"'{group_id}' does not accept '{m.destination}'"


def _company(m: Movement) -> Iterator[str]:
    if m.fleet is not None:
        yield m.fleet.id
        if m.fleet.escort is not None and m.leg is not None and m.leg.escorted_by:
            yield m.fleet.escort.by


# ------------------------------------------------------------------ risk


def risk(replay: Replay) -> Found:
    """No ride exposes a person, crews included, to a greater chance of harm than the cap."""
    cap = replay.scenario.priorities.risk_cap_bp / 10000
    for m in replay.movements:
        crew: tuple[str | None, ...] = (None,) if m.kind is not None and m.kind.crew else ()
        for group in (*m.groups, *crew):
            chance = ride_harm(replay, m, group)
            if chance > cap + 1e-12:
                who = f"'{group}'" if group else "its crew"
                yield (
                    m.where,
                    f"the ride has a chance of harm of {chance:.2%} for {who}, cap {cap:.2%}",
                )
