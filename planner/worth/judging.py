"""What came back about one candidate, judged: screened, searched or neither, and its worth."""

from __future__ import annotations

from dataclasses import dataclass

from planner.scenario import Scenario
from planner.worth.candidates import Candidate
from planner.worth.duals import Priced
from planner.worth.gains import Measure, Proof, Standing, Worth, people, proof_of, saved
from planner.worth.trials import Screened, Searched

STILL = 0.001
"""A bound that moves by less than this share of the value does not move; that of people who count
whole moves with the first hundredth of a person.
"""
OPEN = 0.05
"""Bounds that may themselves still rise by more than this share say nothing by standing still."""
STOPPED = "not searched: stopped before its turn"
OVER = "not searched: the time was used up"
SAME = "cannot gain: every movement and every limit is the same with it"
STILL_WORDS = "cannot gain: bound (those of people, harm and hours stay where they are with it)"
FAILED = "the plan found with it fails its check, so its figures do not count"


@dataclass
class Seen:
    """What came back about one candidate; ``fault``: why nothing did."""

    screened: Screened | None = None
    searched: Searched | None = None
    fault: str = ""

    @property
    def seconds(self) -> float:
        """Time spent on it."""
        parts = (self.screened, self.searched)
        return sum(part.seconds for part in parts if part is not None)


def moved(screened: Screened, priced: Priced) -> dict[str, float]:
    """By level: the share of the value by which its bound moves with the change."""
    return {
        level: max(0.0, priced.bounds[level] - screened.bounds[level]) / max(1e-9, value)
        if value > 0
        else 0.0
        for level, value in priced.values.items()
    }


def is_screened(seen: Seen, priced: Priced) -> bool:
    """Whether a search may be spared: the same problem, or bounds that stay where they are."""
    screened = seen.screened
    if screened is None:
        return False
    if screened.same:
        return True
    first = next(iter(priced.values))
    people_stay = screened.bounds[first] >= priced.bounds[first] - 0.01
    still = max(moved(screened, priced).values()) < STILL
    return people_stay and still and max(priced.open.values()) <= OPEN


def worth_of(
    candidate: Candidate, seen: Seen, scenario: Scenario, base: Standing, priced: Priced,
    reason: str,
) -> Worth:  # fmt: skip
    """The worth of one candidate. ``reason``: why what was not searched was not."""
    ceilings = seen.screened.bounds if seen.screened else {}
    held_back = seen.screened.held_back if seen.screened else {}
    found = seen.searched
    with_it = None
    if found is not None and found.verdict != "FAILED":
        own = {level.name: level.bound for level in found.plan.levels}
        with_it = Standing(found.figures, own, found.figures.levels, held_back)
    heads = people(scenario, base, with_it, ceilings.get("left_behind"), held_back)
    harm, arrival = (
        saved(scenario, level, base, with_it, ceilings.get(level)) for level in ("harm", "arrival")
    )
    screened = found is None and not seen.fault and is_screened(seen, priced)
    if screened and seen.screened and seen.screened.same:
        heads = harm = arrival = Measure(None, None, 0.0)
    proof: Proof = "cannot gain" if screened else "not searched"
    if with_it is not None:
        measures = {"left_behind": heads, "harm": harm, "arrival": arrival}
        proof = proof_of(scenario.priorities.levels, measures)
    return Worth(
        candidate, heads, harm, arrival, proof, _why_not(seen, screened, reason),
        searched=found is not None, screened=screened,
        status=found.plan.status if found else None,
        verdict=found.verdict if found else None,
        conditional_on=found.figures.conditional_on if found else (),
        stopped_by=found.plan.stopped_by if found else None,
        carried=bool(found and found.carried),
        seconds=seen.seconds, violations=found.violations if found else (),
    )  # fmt: skip


def _why_not(seen: Seen, screened: bool, reason: str) -> str:
    if seen.searched is not None:
        return FAILED if seen.searched.verdict == "FAILED" else ""
    if seen.fault:
        return f"not searched: {seen.fault}"
    if screened:
        return SAME if seen.screened and seen.screened.same else STILL_WORDS
    return reason
