"""A blank situation report for a running plan: what is under way by it, and a line of each kind."""

from __future__ import annotations

from collections.abc import Iterator

from planner.plan import Plan, PlanLeg, Sortie, plan_id
from planner.scenario import Scenario

MOST = 40
"""Legs under way that are listed; more are counted."""
HEAD = """\
# What has become of plan {plan}, where it is otherwise than planned.
# What is not mentioned went as planned. Local times ({zone}).
# Take the # away where a line applies, and correct it.
plan: {plan}
at: {at}
#source: duty officer
"""
KINDS = """\
#held:                       # what has not left although the plan says so
#  - {{sortie: {sortie}, leg: {leg}, reason: flat tyre}}
#departed:                   # what left at another time, or with others on board
#  - {{sortie: {sortie}, leg: {leg}, at: {at}}}
#arrived:                    # what arrived at another time
#  - {{sortie: {sortie}, leg: {leg}, at: {at}}}
#vehicles:                   # where a vehicle is, whether it can go on
#  - {{fleet: {fleet}, vehicle: {vehicle}, at: {place}}}
#  - {{fleet: {fleet}, vehicle: {vehicle}, broken: true, from: {at}}}
#links:                      # what closed or opened, since when, until when
#  - {{link: {link}, state: closed, from: {at}}}
#refused:                    # who does not want to leave any more
#  - {{group: {group}, people: 10, reason: in their words}}
#new_people:                 # whom nobody had reckoned with
#  - {{id: newly_come, like: {group}, people: 20}}
"""


def blank(plan: Plan, scenario: Scenario, now_s: int) -> str:
    """A report of ``now_s`` (seconds after the plan's start) that says nothing yet.

    What is under way by the plan is listed in comments, and so is one line of each kind, with names
    of this plan. As it stands it can be read and says that all went as planned.
    """
    legs = list(_under_way(plan, now_s))
    lines = [f"#   {_line(scenario, *one)}" for one in legs[:MOST]]
    if len(legs) > MOST:
        lines.append(f"#   … and {len(legs) - MOST} more")
    told = "# Under way at that time by the plan:\n" if legs else "# Nothing is under way then.\n"
    at = _moment(scenario, now_s)
    sortie, number = _example(plan, now_s)
    names = {
        "sortie": sortie.id if sortie else "SORTIE", "leg": number, "at": at,
        "fleet": sortie.fleet if sortie else "FLEET", "vehicle": sortie.vehicle if sortie else 1,
        "place": sortie.legs[number - 1].origin if sortie else "PLACE",
        "link": scenario.links[0].id if scenario.links else "LINK",
        "group": scenario.groups[0].id if scenario.groups else "GROUP",
    }  # fmt: skip
    head = HEAD.format(plan=plan_id(plan), zone=scenario.timezone, at=at)
    return head + told + "".join(f"{line}\n" for line in lines) + KINDS.format(**names)


def _under_way(plan: Plan, now_s: int) -> Iterator[tuple[Sortie, int, PlanLeg]]:
    for sortie in plan.sorties:
        for number, leg in enumerate(sortie.legs, start=1):
            if leg.load_start_s <= now_s < leg.unload_end_s:
                yield sortie, number, leg


def _example(plan: Plan, now_s: int) -> tuple[Sortie | None, int]:
    """A leg that is under way, or the first of the plan."""
    for sortie, number, _leg in _under_way(plan, now_s):
        return sortie, number
    return (plan.sorties[0] if plan.sorties else None), 1


def _line(scenario: Scenario, sortie: Sortie, number: int, leg: PlanLeg) -> str:
    leaves, comes = (f"{scenario.local(s):%d %b %H:%M}" for s in (leg.depart_s, leg.arrive_s))
    people = f"{leg.persons} people" if leg.persons else "empty"
    way = f"{leg.origin} {leaves} > {leg.destination} {comes}"
    return f"{sortie.id} leg {number}: {way}, {people}"


def _moment(scenario: Scenario, at_s: int) -> str:
    return f"{scenario.local(at_s):%Y-%m-%dT%H:%M}"
