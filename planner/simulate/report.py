"""A rehearsal as plain figures: what ``--json`` prints, files and charts are made from, and the
desk shows."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.plan import plan_id
from planner.scenario import Event, Scenario
from planner.scenario.parts import Named
from planner.simulate.course import Leg
from planner.simulate.outcome import Outcome
from planner.simulate.rehearsal import Rehearsal
from planner.simulate.tally import FIGURES, Tally

QUANTILES = (5, 25, 50, 75, 95)
IN_TIME_S = 1800
"""A load is in time that is off board at most so much later than planned."""
MEASURES = ("evacuated", "left", "clearance_s", "harm", "missed", "stranded")
LEAST_DRAWS = 20
"""Fewer draws on one side say nothing of a lever."""
NOTE = (
    "Decision support, not clearance. A rehearsal says what the stated chances allow; it does not "
    "plan anew, and what nobody thought of is not in it."
)
Row = dict[str, Any]


def report(found: Rehearsal) -> Row:
    """Everything as JSON-able values; times in seconds after the start."""
    plan, tally = found.course.plan, found.tally
    scenario = found.course.scenario
    return {
        "scenario": scenario.title,
        "what_if": plan.provenance.what_if,
        "plan": plan_id(plan),
        "timezone": scenario.timezone,
        "start": scenario.start_at.isoformat(),
        "horizon_s": scenario.horizon_s,
        "seed": found.seed,
        "draws": len(tally.numbers),
        "draws_wanted": found.wanted,
        "stopped": found.stopped,
        "is_certain": scenario.uncertainty is None,
        "in_time_s": IN_TIME_S,
        "note": NOTE,
        "planned": _planned(found.undisturbed),
        "figures": {name: _distribution(tally, name) for name in MEASURES if tally.numbers},
        "share_out": _share_out(tally),
        "fan": _fan(found),
        "tornado": tornado(tally, scenario),
        "causes": _causes(tally, scenario),
        "costs": [_cost_row(scenario, cost) for cost in found.costs],
        "sorties": _sorties(tally, scenario),
        "draw_rows": [
            {"draw": number} | dict(zip(FIGURES, map(_whole, row), strict=True))
            for number, row in sorted(zip(tally.numbers, tally.figures, strict=True))
        ],
    }  # fmt: skip


def _planned(outcome: Outcome) -> Row:
    return {name: getattr(outcome, name) for name in FIGURES}


def _whole(value: float) -> float | int:
    return int(value) if value == int(value) else round(value, 6)


def _distribution(tally: Tally, name: str) -> Row:
    values = tally.column(name)
    count = len(values)
    low, middle, high = (float(v) for v in np.quantile(values, [0.05, 0.5, 0.95]))
    spread = float(values.std(ddof=1)) if count > 1 else 0.0
    return {
        "mean": float(values.mean()), "error": spread / math.sqrt(count),
        "p5": low, "p50": middle, "p95": high,
    }  # fmt: skip


def _share_out(tally: Tally) -> Row | None:
    """Of those who want to go and came, the share that got out."""
    if not tally.numbers:
        return None
    out = tally.column("evacuated")
    came = out + tally.column("left")
    share = out[came > 0] / came[came > 0]
    if not len(share):
        return None
    low, middle, high = (float(v) for v in np.quantile(share, [0.05, 0.5, 0.95]))
    return {"mean": float(share.mean()), "p5": low, "p50": middle, "p95": high}


def _fan(found: Rehearsal) -> list[Row]:
    """Rows at_s, plan, p5 … p95, up to a little after the last arrival."""
    tally = found.tally
    if not tally.curves:
        return []
    curves = np.array(tally.curves)
    bands = np.quantile(curves, [q / 100 for q in QUANTILES], axis=0)
    planned = tally.curve(found.undisturbed)
    last = int(np.argmax(curves.max(axis=0) >= curves.max())) if curves.size else 0
    last = min(len(tally.moments) - 1, max(last, int(np.argmax(planned >= planned.max()))) + 5)
    return [
        {
            "at_s": tally.moments[n],
            "plan": int(planned[n]),
            **{f"p{q}": round(float(bands[i, n]), 1) for i, q in enumerate(QUANTILES)},
        }
        for n in range(last + 1)
    ]


# ------------------------------------------------------------------ what matters most


def tornado(tally: Tally, scenario: Scenario) -> list[Row]:
    """By lever the mean of people out and of people left where it was low, and where it was high.

    Low and high are the fifths of the draws with the smallest and the largest figures; of events
    the draws without and with it. The levers are independent of each other but for the events that
    follow others, so the difference is what the lever does, with the chance error given.
    """
    found = []
    for key in tally.levers[0] if tally.levers else ():
        values = np.array([levers[key] for levers in tally.levers])
        low, high = _sides(values, key.startswith("events/"))
        if low is None or high is None:
            continue
        kind, ident = key.split("/", 1)
        row: Row = {"kind": kind, "id": ident, "label": _label(scenario, kind, ident),
                    "low": float(values[low].mean()), "high": float(values[high].mean()),
                    "draws": [int(low.sum()), int(high.sum())]}  # fmt: skip
        for name in ("evacuated", "left", "harm"):
            index = FIGURES.index(name)
            figures = np.array([figure[index] for figure in tally.figures])
            row[f"{name}_low"] = float(figures[low].mean())
            row[f"{name}_high"] = float(figures[high].mean())
            row[f"{name}_error"] = _error(figures[low], figures[high])
        found.append(row)
    return sorted(found, key=lambda row: -abs(row["left_high"] - row["left_low"]))


def _sides(
    values: NDArray[np.float64], is_event: bool
) -> tuple[NDArray[np.bool_] | None, NDArray[np.bool_] | None]:
    if is_event:
        low, high = values == 0, values == 1
    else:
        first, last = np.quantile(values, [0.2, 0.8])
        low, high = values <= first, values >= last
        if first == last:
            return None, None
    enough = min(int(low.sum()), int(high.sum())) >= min(LEAST_DRAWS, max(2, len(values) // 20))
    return (low, high) if enough else (None, None)


def _error(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    parts = [float(side.var(ddof=1)) / len(side) for side in (one, other) if len(side) > 1]
    return math.sqrt(sum(parts))


# ------------------------------------------------------------------ what breaks it


def _causes(tally: Tally, scenario: Scenario) -> list[Row]:
    """By link, place, permission …: how often it broke the plan, and what that cost, a draw."""
    count = max(1, len(tally.numbers))
    rows = [
        {
            "kind": kind,
            "id": thing,
            "label": _thing_label(scenario, kind, thing),
            "share": hit.draws / count,
            "movements": hit.movements / count,
            "hours": hit.seconds / 3600 / count,
            "persons": hit.persons / count,
            "did": dict(sorted(hit.did.items())),
        }
        for (kind, thing), hit in tally.hits.items()
    ]
    return sorted(rows, key=lambda row: (-row["share"], -row["movements"], row["kind"], row["id"]))


def _cost_row(scenario: Scenario, cost: Any) -> Row:
    return {
        "kind": cost.kind, "id": cost.ident, "label": _label(scenario, cost.kind, cost.ident),
        "share": cost.share, "draws": cost.draws, "evacuated": cost.evacuated,
        "error": cost.error, "harm": cost.harm, "missed": cost.missed,
        "a_draw": cost.evacuated * cost.share,
    }  # fmt: skip


def _label(scenario: Scenario, kind: str, ident: str) -> str:
    unsure = scenario.uncertainty
    if unsure is None or kind == "people":
        return ident
    entries: tuple[Named | Event, ...] = getattr(unsure, kind)
    return next((entry.label for entry in entries if entry.id == ident), ident)


_SECTIONS = {
    "link": "links", "place": "places", "passengers": "places", "permission": "authorisations",
    "danger": "threats", "fleet": "fleets", "company": "fleets", "team": "teams",
}  # fmt: skip


def _thing_label(scenario: Scenario, kind: str, thing: str) -> str:
    listed: tuple[Named, ...] = ()
    if (kind, thing) == ("hours", "horizon"):
        return "end of the plan"
    if kind == "hours":
        return f"closed hours ({thing})"
    if kind == "crowding" and ">" in thing:
        ends = thing.split(":")[0].split(">")
        return " → ".join(_thing_label(scenario, "place", end) for end in ends)
    if kind in ("breakdown", "lateness") and scenario.uncertainty is not None:
        entries = "breakdowns" if kind == "breakdown" else "delays"
        listed = getattr(scenario.uncertainty, entries)
    elif kind in _SECTIONS:
        listed = getattr(scenario, _SECTIONS[kind])
    elif kind == "control":
        listed = (*scenario.control, *scenario.places, *scenario.links)
    return next((entry.label for entry in listed if entry.id == thing), thing)


# ------------------------------------------------------------------ load by load


def _sorties(tally: Tally, scenario: Scenario) -> list[Row]:
    """By planned load the chance that it gets there, in time or at all, and how late."""
    if not tally.late:
        return []
    late = np.array(tally.late)
    there = np.isfinite(late)
    in_time = there & (np.nan_to_num(late, nan=np.inf) <= IN_TIME_S)
    rows = []
    for number, leg in enumerate(tally.loaded):
        arrived = late[there[:, number], number]
        rows.append(
            {
                **_load_row(leg, scenario),
                "in_time": float(in_time[:, number].mean()),
                "arrives": float(there[:, number].mean()),
                "late_p50_s": float(np.median(arrived)) if len(arrived) else None,
                "late_p95_s": float(np.quantile(arrived, 0.95)) if len(arrived) else None,
                "broken_by": _worst(tally, leg.sortie, scenario),
            }
        )
    return rows


def _load_row(leg: Leg, scenario: Scenario) -> Row:
    return {
        "sortie": leg.sortie, "leg": leg.number + 1,
        "fleet": leg.fleet.label if leg.fleet else leg.means,
        "origin": scenario.place(leg.origin).label,
        "destination": scenario.place(leg.destination).label,
        "depart_s": leg.depart_s, "arrive_s": leg.unload_end_s, "persons": leg.persons,
    }  # fmt: skip


def _worst(tally: Tally, sortie: str, scenario: Scenario) -> str | None:
    known = tally.blame.get(sortie)
    if not known:
        return None
    kind, thing = max(sorted(known), key=lambda one: known[one])
    return f"{kind}: {_thing_label(scenario, kind, thing)}"
