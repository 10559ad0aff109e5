"""Moments and spans against the horizon."""

from __future__ import annotations

from planner.load.sense import claims
from planner.load.sense.look import Look
from planner.load.yamltext import Path
from planner.scenario.quantities import Moment

NEVER = "lies outside the horizon"


def look_at(look: Look) -> None:
    """Every span and moment."""
    scenario = look.scenario
    for threat in scenario.threats:
        _span(look, look.item("threats", threat.id), threat.from_, threat.until)
    for window in scenario.windows:
        _span(look, look.item("windows", window.id), window.days_from, window.until)
    for fleet in scenario.fleets:
        path = look.item("fleets", fleet.id, "available")
        _span(look, path, fleet.available.from_, fleet.available.until)
    for control in scenario.control:
        _span(look, look.item("control", control.id), control.from_, control.until)
    for link in scenario.links:
        for index, (start, end) in enumerate(link.closed):
            _span(look, look.item("links", link.id, "closed", index), start, end, keys=("", ""))
    _permissions(look)
    _people(look)
    _aid(look)
    _office(look)
    claims.ages(look)


def _span(
    look: Look,
    path: Path,
    start: Moment,
    end: Moment | None,
    keys: tuple[str, str] = ("from", "until"),
) -> bool:
    """Whether a span begins before it ends and meets the horizon; an error where not."""
    start_s, end_s = look.scenario.at_s(start), look.scenario.at_s(end)
    first, last = ((*path, key) if key else path for key in keys)
    if end_s <= min(0, start_s):
        look.error(last, f"{NEVER}: over before its start", "check the date, or delete the entry")
    elif end is not None and end_s <= start_s:
        look.error(last, "ends before it begins", "check both moments")
    elif start_s >= look.scenario.horizon_s:
        look.error(first, f"{NEVER}: begins after its end", "check the date, or delete the entry")
    else:
        return True
    return False


def _permissions(look: Look) -> None:
    """What is refused or expired may be history; the rest must be able to take effect."""
    scenario = look.scenario
    for permission in scenario.authorisations:
        path = look.item("authorisations", permission.id)
        if permission.state in ("refused", "expired"):
            continue
        if not _span(look, path, permission.from_, permission.until):
            continue
        earliest = scenario.at_s(permission.requested_at) + permission.lead_time_s
        if earliest >= scenario.at_s(permission.until):
            problem = "the lead time ends too late for it to matter"
            look.warn((*path, "lead_time"), problem, "check lead_time, requested_at and until")


def _people(look: Look) -> None:
    scenario = look.scenario
    horizon_s = scenario.horizon_s
    for group in scenario.groups:
        ready_s = scenario.at_s(group.ready)
        if ready_s >= horizon_s:
            path = look.item("groups", group.id, "ready")
            look.error(path, "ready only after the horizon", "check the date, or plan longer")
        if group.deadline_s is None:
            continue
        path = look.item("groups", group.id, "deadline")
        if group.deadline_s > horizon_s:
            look.warn(path, "later than the horizon", "the horizon is the deadline then")
        elif group.deadline_s <= ready_s:
            look.warn(path, "passes before they are ready", "it cannot be met")
    for commitment in scenario.commitments:
        if not 0 <= scenario.at_s(commitment.load_start) < horizon_s:
            path = look.item("commitments", commitment.id, "load_start")
            look.error(path, NEVER, "check the date, or delete the commitment")


def _aid(look: Look) -> None:
    for consignment in look.scenario.aid:
        path = look.item("aid", consignment.id, "by")
        by_s = look.scenario.at_s(consignment.by)
        if by_s <= 0:
            look.error(path, "due before the start", "check the date")
        elif by_s > look.scenario.horizon_s:
            look.warn(path, "later than the end of the plan", "the horizon is the last moment then")


def _office(look: Look) -> None:
    until = look.scenario.office.valid_until
    if until is not None and look.scenario.at_s(until) <= 0:
        look.warn(("office", "valid_until"), "the documents are void from the start", "check it")
