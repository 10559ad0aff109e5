"""The scenario as a whole: its time, its size, its priorities."""

from __future__ import annotations

from planner.load.config import solver_config
from planner.load.sense.look import Look
from planner.load.spelling import meant
from planner.units import format_duration


def look_at(look: Look) -> None:
    """Horizon and step, people, havens, priorities, prices."""
    _grid(look)
    _size(look)
    scenario = look.scenario
    levels = scenario.priorities.levels
    if len(set(levels)) < len(levels):
        look.error(("priorities", "levels"), "a level stands twice", "name each level once")
    if "left_behind" not in levels:
        remedy = "write left_behind, where it belongs: otherwise nobody counts who stays"
        look.error(("priorities", "levels"), "left_behind is not among the levels", remedy)
    elif levels[0] == "effort":
        remedy = "write it after what the effort is made for"
        look.warn(("priorities", "levels"), "effort comes first: nobody moves at all", remedy)
    _robust(look)
    known = solver_config().remedy_prices
    for kind in scenario.remedy_prices:
        if kind not in known:
            look.error(("remedy_prices", kind), f"no remedy called '{kind}'", meant(kind, known))


def _robust(look: Look) -> None:
    """What is decided now ends with the plan at the latest, and there is something to fear."""
    scenario, wanted = look.scenario, look.scenario.robust
    if wanted is None:
        return
    if scenario.uncertainty is None and not look.root.get("uncertainty").pairs:
        problem = "without `uncertainty:` every draw would be the same"
        look.error(("robust",), problem, "say what nobody knows for sure, or delete `robust:`")
    where = ("robust", "first_stage")
    if wanted.first_stage_s > scenario.horizon_s > 0:
        longest = format_duration(scenario.horizon_s)
        look.error(where, "longer than the horizon", f"write at most '{longest}'")
    elif wanted.first_stage_s < scenario.step_s:
        remedy = f"write at least '{format_duration(scenario.step_s)}'"
        look.error(where, "shorter than the step: nothing is decided now", remedy)
    levels = scenario.priorities.levels
    if "left_behind" in levels and levels[0] != "left_behind":
        problem = f"{levels[0]} comes before left_behind, by which robust plans are measured"
        look.error(("priorities", "levels"), problem, "write left_behind first")


def _grid(look: Look) -> None:
    horizon_s, step_s, bounds = look.scenario.horizon_s, look.scenario.step_s, look.credible
    longest, shortest = bounds.longest_horizon_s, bounds.shortest_step_s
    if horizon_s == 0:
        look.error(("horizon",), "no time at all", "write for example '7 days'")
    elif horizon_s > longest:
        remedy = f"plan at most {format_duration(longest)} at a time"
        look.error(("horizon",), "too long to plan in one piece", remedy)
    if step_s < shortest:
        look.error(("step",), "too short", f"write at least '{format_duration(shortest)}'")
    elif step_s > horizon_s > 0:
        look.error(("step",), "longer than the horizon", "write for example '30 min'")
    if look.scenario.start.year < 1950 or look.scenario.start.year > 2150:
        look.error(("start",), f"year {look.scenario.start.year}", "check the date")


def _size(look: Look) -> None:
    scenario = look.scenario
    total = sum(group.people.high for group in scenario.groups)
    if total > look.credible.most_people:
        problem = f"{total:,} people in all groups are past belief"
        look.error(("groups",), problem, f"at most {look.credible.most_people:,}")
    roles = {item.get("role").text for item in look.root.get("places").items}
    if "safe_haven" not in roles:
        look.error(("places",), "no safe haven", "give one place `role: safe_haven`")
    if not look.root.get("groups").items:
        look.warn(("groups",), "nobody to move", "describe the people under `groups:`")
