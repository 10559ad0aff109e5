"""An appraisal as plain objects, for JSON and for whoever draws it."""

from __future__ import annotations

from collections import Counter
from typing import Any

from planner.worth.appraisal import Appraisal
from planner.worth.gains import PROOFS, as_object, left_willing

MEANING = (
    "gained and saved: the plan with the change against the plan without it; at_least: against "
    "whatever could be planned without it; at_most: whatever is planned with it. Harm and hours "
    "are compared among plans that are no worse on the levels before. null: not known; where a "
    "plan was searched, the one found in that time is worse there, which a change that only allows "
    "more cannot be."
)


def report(found: Appraisal, plans: dict[str, str] | None = None) -> dict[str, Any]:
    """Everything as one JSON object; ``plans``: by candidate the file that holds its plan."""
    files = plans or {}
    provenance = found.base.plan.provenance
    told: Counter[str] = Counter(row.proof for row in found.rows)
    return {
        "scenario": provenance.scenario_title,
        "what_if": provenance.what_if,
        "verified": found.verdict != "FAILED",
        "partial": found.is_partial,
        "base": base_object(found),
        "counts": {proof: told[proof] for proof in PROOFS},
        "candidates": [as_object(row, files.get(row.candidate.id)) for row in found.rows],
        "meaning": MEANING,
        "bounds_hold_for": found.holds_for,
        "seed": provenance.seed,
        "each_s": found.budget.each_s,
        "time_limit_s": found.budget.time_s,
        "processes": max(1, found.budget.workers),
        "seconds": round(found.seconds, 2),
    }


def base_object(found: Appraisal) -> dict[str, Any]:
    """The plan without any change: figures with their bounds."""
    base, figures = found.base, found.base.figures
    return {
        "status": base.plan.status,
        "verdict": found.verdict,
        "stopped_by": base.plan.stopped_by,
        "conditional_on": list(figures.conditional_on),
        "found_with": found.found_with,
        "people": figures.people,
        "evacuated": figures.evacuated,
        "left_behind": left_willing(figures),
        "unwilling": figures.unwilling,
        "levels": [
            {
                "name": level,
                "value": figures.levels[level],
                "bound": min(found.bounds[level], figures.levels[level]),
            }
            for level in base.scenario.priorities.levels
            if level in found.bounds
        ],
    }
