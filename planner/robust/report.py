"""A comparison as plain figures: values by the measure, what they are worth, regrets, the table."""

from __future__ import annotations

import math
from collections.abc import Mapping
from statistics import fmean, stdev
from typing import Any

from planner.plan import plan_id
from planner.robust.compare import Candidate, Comparison, Rehearsed
from planner.robust.measure import cvar
from planner.robust.trials import Outcome
from planner.robust.words import sentences

Row = dict[str, Any]
NOTE = (
    "Each draw knows its numbers of people, closures, permissions, dangers and stopped fleets; "
    "times of rides, delays and breakdowns are in draws that are played, not in those planned for."
)


def report(found: Comparison) -> Row:
    """Everything that was found; JSON as it stands. Moments are ISO 8601 in the scenario's zone.

    People left behind count by weight, as the first level of the objective does; ``heads`` are
    people.
    """
    scenario, robust = found.scenario, found.robust
    told: Row = {
        "scenario": scenario.title, "what_if": scenario.origin.what_if,
        "scenario_sha256": scenario.origin.sha256, "timezone": scenario.timezone,
        "start": scenario.start_at.isoformat(),
        "first_stage_s": robust.first_stage_s,
        "first_stage_until": scenario.local(robust.first_stage_s).isoformat(),
        "measure": robust.measure, "alpha": robust.alpha, "seed": found.asked.seed,
        "draws": len(found.worlds_of("draw")), "partial": found.is_partial,
        "weighted": any(group.weight != 1 for group in scenario.groups),
        "worlds": [_world(found, world.id) for world in found.worlds],
        "candidates": [_candidate(found, number) for number in range(len(found.candidates))],
        "chosen": None, "summary": None, "first_day": _first_day(found),
        "rehearsed": _rehearsed(found), "plan": None, "note": NOTE,
        "decision_support": "Decision support, not clearance.",
    }  # fmt: skip
    if found.chosen is not None and found.plan is not None:
        told["chosen"] = next(n for n, c in enumerate(found.candidates) if c is found.chosen)
        told["summary"] = _summary(found, found.candidates[0], found.chosen)
        told["plan"] = {
            "id": plan_id(found.plan.plan), "verdict": found.plan.status,
            "status": found.plan.plan.status,
        }  # fmt: skip
    told["sentences"] = sentences(told)
    return told


def _world(found: Comparison, ident: str) -> Row:
    """What a world is, and how it would go if one knew."""
    world = next(one for one in found.worlds if one.id == ident)
    own = found.alone.get(ident)
    return {
        "id": ident, "kind": world.kind, "label": world.label, "people": world.people,
        "events": list(world.events), "left": None if own is None else own.left,
        "heads": None if own is None else own.heads,
        "bound": found.bounds.get(ident), "levels": {} if own is None else own.values,
        "verdict": None if own is None else own.verdict.status,
    }  # fmt: skip


def _candidate(found: Comparison, number: int) -> Row:
    """A first day, its value by draw and what-if, and what is regretted there at most."""
    candidate = found.candidates[number]
    cells = [_cell(found, candidate, world.id) for world in found.worlds]
    drawn = [c["left"] for c in cells if c["kind"] == "draw" and c["left"] is not None]
    regrets = {c["world"]: c["regret"] for c in cells if c["regret"] is not None}
    is_whole = len(drawn) == len(found.worlds_of("draw")) and not candidate.why_not
    worst = max(regrets, key=lambda name: regrets[name], default=None)
    return {
        "number": number, "label": candidate.label, "departures": len(candidate.stage.legs),
        "alone": len(candidate.stage.alone), "why_not": candidate.why_not or None,
        "chosen": candidate is found.chosen, "cells": cells,
        "mean": fmean(drawn) if is_whole else None,
        "cvar": cvar(drawn, found.robust.alpha) if is_whole else None,
        "worst": max(drawn) if is_whole else None,
        "value": _weighed(found, candidate, "left_behind") if is_whole else None,
        "harm": _weighed(found, candidate, "harm") if is_whole else None,
        "missed": _weighed(found, candidate, "missed_deadlines") if is_whole else None,
        "max_regret": None if worst is None else regrets[worst], "max_regret_in": worst,
        "regrets_known": len(regrets), "regrets_of": len(found.worlds),
    }  # fmt: skip


def _cell(found: Comparison, candidate: Candidate, world: str) -> Row:
    outcome, own = candidate.outcomes.get(world), found.alone.get(world)
    kind = next(one.kind for one in found.worlds if one.id == world)
    told: Row = {"world": world, "kind": kind, "left": None, "heads": None, "bound": None,
                 "missed": None, "harm": None, "called_off": None, "verdict": None, "regret": None,
                 "plan": None}  # fmt: skip
    if outcome is None:
        return told
    values = outcome.values
    regret = None if own is None else max(0.0, values["left_behind"] - own.left)
    return told | {
        "left": outcome.left, "heads": outcome.heads, "bound": outcome.bound,
        "missed": values.get("missed_deadlines"), "harm": values.get("harm"),
        "called_off": outcome.called_off, "verdict": outcome.verdict.status, "regret": regret,
        "plan": plan_id(outcome.verdict.plan),
    }  # fmt: skip


def _weighed(found: Comparison, candidate: Candidate, level: str) -> float | None:
    values = {name: o.values for name, o in candidate.outcomes.items()}
    if any(level not in of for of in values.values()):
        return None
    return found.weighed({name: of[level] for name, of in values.items()})


def _bounds(outcomes: Mapping[str, Outcome]) -> dict[str, float]:
    return {name: min(outcome.bound, outcome.left) for name, outcome in outcomes.items()}


def _summary(found: Comparison, first: Candidate, chosen: Candidate) -> Row:
    """The three values, what lies between them, and between which figures the truth lies.

    All by the measure: EEV with the base plan's first day, RP with the chosen one, WS if one knew.
    True RP is at most what was found and at least its bound; so are the others.
    """
    drawn = [world.id for world in found.worlds_of("draw")]
    eev = found.weighed({n: first.outcomes[n].left for n in drawn})
    rp = found.weighed({n: chosen.outcomes[n].left for n in drawn})
    ws = found.weighed({n: found.alone[n].left for n in drawn})
    ws_bound = found.weighed({n: min(found.bounds[n], found.alone[n].left) for n in drawn})
    eev_bound = found.weighed(_bounds({n: first.outcomes[n] for n in drawn}))
    rp_bound = min(rp, max(ws_bound, found.two_stage_bound or 0.0))
    price = {
        level: chosen.outcomes["base"].values[level] - value
        for level, value in first.outcomes["base"].values.items()
    }
    return {
        "eev": eev, "rp": rp, "ws": ws, "eev_bound": eev_bound, "rp_bound": rp_bound,
        "ws_bound": ws_bound, "two_stage_bound": found.two_stage_bound,
        "proven": rp - rp_bound <= 1e-6,
        "vss": eev - rp, "vss_at_least": max(0.0, eev_bound - rp),
        "vss_at_most": max(eev - rp, eev - rp_bound),
        "evpi": rp - ws, "evpi_at_least": max(0.0, rp_bound - ws), "evpi_at_most": rp - ws_bound,
        "price": price, "is_base": chosen is first,
        "called_off": sum(chosen.outcomes[n].called_off for n in drawn),
    }  # fmt: skip


def _first_day(found: Comparison) -> list[Row]:
    """The departures that are decided now, with the numbers of the base case."""
    if found.plan is None or found.chosen is None:
        return []
    scenario, until_s = found.scenario, found.robust.first_stage_s
    rows: list[Row] = []
    for sortie in found.plan.plan.sorties:
        for leg in sortie.legs:
            if leg.load_start_s < until_s:
                rows.append({
                    "start": scenario.local(leg.load_start_s).isoformat(),
                    "start_s": leg.load_start_s, "what": sortie.fleet, "vehicle": sortie.vehicle,
                    "from": leg.origin, "to": leg.destination, "persons": leg.persons,
                    "groups": sorted({line.group for line in leg.manifest}), "route": leg.route,
                })  # fmt: skip
    for own in found.plan.plan.self_movements:
        if own.depart_s < until_s:
            rows.append({
                "start": scenario.local(own.depart_s).isoformat(), "start_s": own.depart_s,
                "what": own.means, "vehicle": own.vehicles or None, "from": own.origin,
                "to": own.destination, "persons": own.persons,
                "groups": sorted({line.group for line in own.manifest}), "route": own.route,
            })  # fmt: skip
    order = {fleet.id: n for n, fleet in enumerate(scenario.fleets)}
    return sorted(rows, key=lambda r: (r["start_s"], order.get(r["what"], 1 << 30),
                                       r["vehicle"] or 0, r["from"]))  # fmt: skip


def _rehearsed(found: Comparison) -> Row | None:
    """Both plans of the base case as they stand, in draws that nobody has planned for."""
    known: Rehearsed | None = found.rehearsed
    if known is None or not known.robust:
        return None
    count = len(known.robust)
    saved = [a - b for a, b in zip(known.base, known.robust, strict=True)]
    error = stdev(saved) / math.sqrt(count) if count > 1 else 0.0
    told = {
        name: {"mean": fmean(values), "cvar": cvar(values, found.robust.alpha),
               "worst": max(values)}
        for name, values in (("base", known.base), ("robust", known.robust))
    }  # fmt: skip
    return {**told, "first": known.numbers[0], "draws": count, "saved": fmean(saved),
            "saved_error": error}  # fmt: skip
