"""What a change is worth, from two plans and their bounds: seen, and proven from both sides.

With value v and proven bound b of a level without the change (v°, b° with it), any plan without it
has at least b: so the plan in hand with the change gains at least b − v° on whatever could be had
without it, and no plan with the change gains more than v − b° on the plan in hand without it. A
gain is proven where b − v° > 0. On a level after the first this holds among plans no worse on the
levels before.

A change only allows more and so costs nothing: where the plan found with it is worse on a later
level, what the change is worth there is not known.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, Literal

from planner.scenario import Scenario, segments
from planner.verify import Figures, VerdictStatus
from planner.worth.candidates import Candidate

TINY = 1e-6
PROOFS = ("proven", "seen, not proven", "nothing seen", "not searched", "cannot gain")
Proof = Literal["proven", "seen, not proven", "nothing seen", "not searched", "cannot gain"]


@dataclass(frozen=True)
class Measure:
    """One gain: ``seen`` between the two plans, and what is proven of it; None is not known."""

    seen: float | None = None
    at_least: float | None = None
    at_most: float | None = None


@dataclass(frozen=True)
class Standing:
    """A plan's figures, bounds that hold for all plans no worse than ``held`` on the levels before,
    and the persons by group who have no way out at all.
    """

    figures: Figures
    bounds: dict[str, float]
    held: dict[str, float]
    held_back: dict[str, int]

    def holds(self, before: tuple[str, ...]) -> bool:
        """Whether bounds of a level hold among the plans no worse than this one before it."""
        ours = self.figures.levels
        return all(ours[name] <= self.held[name] + TINY for name in before)


@dataclass(frozen=True)
class Worth:
    """What one change is worth; people, expected casualties and person-hours until safe."""

    candidate: Candidate
    people: Measure
    harm: Measure
    arrival: Measure
    proof: Proof
    why_not: str = ""
    searched: bool = False
    screened: bool = False
    status: str | None = None
    verdict: VerdictStatus | None = None
    conditional_on: tuple[str, ...] = ()
    stopped_by: str | None = None
    carried: bool = False
    seconds: float = 0.0
    violations: tuple[str, ...] = field(default=(), repr=False)

    @property
    def order(self) -> tuple[Any, ...]:
        """Best first: what was seen, then what is not known by what it could be."""
        told = (self.people, self.harm, self.arrival)
        seen = tuple(-(m.seen or 0.0) for m in told)
        most = tuple(-(math.inf if m.at_most is None else m.at_most) for m in told)
        return (not self.searched, self.screened, seen, most, self.candidate.id)


def fewest_left(scenario: Scenario, weighted: float, held_back: dict[str, int]) -> int:
    """Heads that stay at the least where the first level, counted by weight, is ``weighted``.

    Who has no way out stays; of the others as few as possible, so those who count most often.
    """
    groups = []
    for group in scenario.groups:
        held = held_back.get(group.id, 0)
        willing = sum(s.persons for s in segments(scenario, group) if s.means != "unwilling")
        groups.append((group.weight, held, willing - held))
    heads = float(sum(held for _, held, _ in groups))
    rest = weighted - sum(weight * held for weight, held, _ in groups)
    rest -= TINY * max(1.0, weighted)
    for weight, _, persons in sorted(groups, reverse=True):
        if rest <= 0 or weight <= 0:
            break
        stay = min(float(persons), rest / weight)
        heads, rest = heads + stay, rest - stay * weight
    return math.ceil(heads - TINY)


def left_willing(figures: Figures) -> int:
    """Heads left behind against their will."""
    return figures.left_behind - figures.unwilling


def people(
    scenario: Scenario, base: Standing, with_it: Standing | None, ceiling: float | None,
    held_back: dict[str, int],
) -> Measure:  # fmt: skip
    """Heads more that get out. ``ceiling``: a bound of the first level with the change, and
    ``held_back`` the persons by group who have no way out even then.
    """
    ours = left_willing(base.figures)
    # Only the first level's bound holds whatever becomes of the others.
    is_first = scenario.priorities.levels[0] == "left_behind"
    known = (ceiling, _bound(with_it, "left_behind")) if is_first else ()
    bounds = [x for x in (*known, 0.0) if x is not None]
    most = float(ours - fewest_left(scenario, max(bounds), held_back))
    if with_it is None:
        return Measure(None, None, max(0.0, most))
    left = left_willing(with_it.figures)
    at_best = base.bounds["left_behind"] if is_first else 0.0
    least = fewest_left(scenario, at_best, base.held_back) - left
    return Measure(float(ours - left), float(max(0, least)), max(0.0, most))


def saved(
    scenario: Scenario, level: str, base: Standing, with_it: Standing | None, ceiling: float | None
) -> Measure:
    """How much less of a later level. ``ceiling``: its bound with the change, where one is known,
    among plans no worse than what the base's bounds are held at on the levels before.

    Every change only allows more, so the plan without it is a plan with it: a plan found with it
    that does worse here shows how far the search came, and not what the change is worth.
    """
    ours = base.figures.levels[level]
    before: tuple[str, ...] = scenario.priorities.levels
    before = before[: before.index(level)] if level in before else ()
    is_held = base.holds(before)
    bounds = [] if ceiling is None or not is_held else [ceiling]
    least = None
    if with_it is not None:
        theirs = with_it.figures.levels
        at = [(theirs[name], base.figures.levels[name]) for name in before]
        own = _bound(with_it, level)
        if own is not None and all(a >= b - TINY for a, b in at):
            bounds.append(own)
        if is_held and level in base.bounds and all(a <= b + TINY for a, b in at):
            least = max(0.0, base.bounds[level] - theirs[level])
    most = max(0.0, ours - max(bounds)) if bounds else None
    seen = None if with_it is None else ours - with_it.figures.levels[level]
    if seen is not None and seen < -TINY:
        seen = None
    return Measure(seen, least, most)


def _bound(standing: Standing | None, level: str) -> float | None:
    return None if standing is None else standing.bounds.get(level)


def proof_of(levels: tuple[str, ...], measures: dict[str, Measure]) -> Proof:
    """Whether a search proved a gain, saw one, or saw none; ``measures`` by level."""
    if any((m.at_least or 0.0) > TINY for m in measures.values()):
        return "proven"
    for level in levels:
        seen = measures[level].seen if level in measures else 0.0
        if abs(seen or 0.0) > TINY:
            return "seen, not proven" if (seen or 0.0) > 0 else "nothing seen"
    return "nothing seen"


def as_object(worth: Worth, plan: str | None = None) -> dict[str, Any]:
    """One row of the report as a JSON object; ``plan``: the file of its plan."""
    candidate = worth.candidate
    whole = [None if x is None else round(x) for x in _parts(worth.people)]
    return {
        "id": candidate.id,
        "kind": candidate.kind,
        "what": candidate.what,
        "people_gained": whole[0],
        "people_gained_at_least": whole[1],
        "people_gained_at_most": whole[2],
        **_numbers("harm_saved", worth.harm),
        **_numbers("arrival_hours_saved", worth.arrival),
        "gain": worth.proof,
        "status": worth.status,
        "verdict": worth.verdict,
        "verified": worth.verdict is not None and worth.verdict != "FAILED",
        "conditional": worth.verdict == "CONDITIONAL",
        "conditional_on": list(worth.conditional_on),
        "searched": worth.searched,
        "screened": worth.screened,
        "why_not": worth.why_not or None,
        "stopped_by": worth.stopped_by,
        "found_without_it": worth.carried,
        "seconds": round(worth.seconds, 2),
        "price": candidate.price,
        "patch": candidate.patch,
        "plan": plan,
        "violations": list(worth.violations),
    }


def _parts(measure: Measure) -> tuple[float | None, float | None, float | None]:
    return measure.seen, measure.at_least, measure.at_most


def _numbers(name: str, measure: Measure) -> dict[str, float | None]:
    seen, least, most = (None if x is None else round(x, 6) + 0.0 for x in _parts(measure))
    return {name: seen, f"{name}_at_least": least, f"{name}_at_most": most}
