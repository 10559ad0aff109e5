"""Vega-Lite specifications: the evacuation curve and the Gantt chart of the convoys.

Moments are written as local clock time and drawn on a UTC axis, so that the reader's own time zone
does not shift them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planner.charts import palette
from planner.charts.convoys import convoy_ids, convoys
from planner.charts.crowds import most_that_can_leave, moves, safe_by
from planner.plan import PlanLeg, Sortie
from planner.scenario import Scenario
from planner.units import HOUR_S

if TYPE_CHECKING:
    from planner.verify import Verdict

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
_PHASES = {
    "loading": palette.YELLOW,
    "with people": palette.BLUE,
    "unloading": palette.GREEN,
    "empty": "#b0b0b0",
    "escort": palette.PURPLE,
}
_LANE = "\u2007"
"""A blank that no name holds: a row of a way after its first has one for each row before it."""
_VEHICLES = ("road", "sea", "river", "air")
Spec = dict[str, Any]


def clock(scenario: Scenario, t_s: int) -> str:
    """Local clock time in ISO 8601 with a Z that means 'as it is written', for a UTC axis."""
    return scenario.local(t_s).strftime("%Y-%m-%dT%H:%M:%SZ")


def time_axis(field: str, title: str) -> Spec:
    """Local clock time along the foot of a chart."""
    return {
        "field": field,
        "type": "temporal",
        "scale": {"type": "utc"},
        "axis": {"title": title, "format": "%d %b %H:%M", "labelOverlap": True},
    }


def evacuation_points(verdict: Verdict) -> list[dict[str, Any]]:
    """Rows with t_s, local, safe, under_way: at each departure and arrival and at both ends."""
    scenario, plan = verdict.scenario, verdict.plan
    steps = dict(safe_by(verdict))
    change: dict[int, int] = {}
    for _, _, leaves_s, there_s, persons in moves(plan):
        change[leaves_s] = change.get(leaves_s, 0) + persons
        change[there_s] = change.get(there_s, 0) - persons
    rows, safe, under_way = [], 0, 0
    for t_s in sorted({0, plan.horizon_s, *steps, *change}):
        safe = steps.get(t_s, safe)
        under_way += change.get(t_s, 0)
        rows.append(
            {"t_s": t_s, "local": clock(scenario, t_s), "safe": safe, "under_way": under_way}
        )
    return rows


def _last_s(verdict: Verdict) -> int:
    """Where the curve's axis ends: a little after the last arrival, inside the horizon."""
    last_s, horizon_s = verdict.figures.clearance_s, verdict.plan.horizon_s
    return min(horizon_s, last_s + max(HOUR_S, last_s // 16)) if last_s else horizon_s


def evacuation_curve(verdict: Verdict) -> Spec:
    """People safe and under way over time, with those who want to leave and the proven most."""
    plan = verdict.plan
    ends_s = _last_s(verdict)
    rows = [row for row in evacuation_points(verdict) if row["t_s"] <= ends_s]
    rows.append({**rows[-1], "t_s": ends_s, "local": clock(verdict.scenario, ends_s)})
    values = [
        {"local": row["local"], "persons": row[key], "series": series}
        for key, series in (("safe", "safe"), ("under_way", "under way"))
        for row in rows
    ]
    willing = plan.people - plan.unwilling
    levels = [{"persons": willing, "series": "want to leave"}]
    most = most_that_can_leave(verdict)
    if most is not None and most < willing:
        levels.append({"persons": most, "series": "proven most"})
    colour = {
        "field": "series",
        "type": "nominal",
        "scale": {
            "domain": ["safe", "under way", "want to leave", "proven most"],
            "range": [palette.GREEN, palette.BLUE, palette.GREY, palette.VERMILLION],
        },
        "legend": {"title": None, "orient": "top"},
    }
    dash = {
        "field": "series",
        "type": "nominal",
        "scale": {
            "domain": ["safe", "under way", "want to leave", "proven most"],
            "range": [[1, 0], [2, 2], [6, 4], [1, 3]],
        },
        "legend": {"title": None, "orient": "top"},
    }
    persons = {"field": "persons", "type": "quantitative", "axis": {"title": "people"}}
    return {
        "$schema": SCHEMA,
        "width": "container",
        "height": 280,
        "layer": [
            {
                "data": {"values": values},
                "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2},
                "encoding": {
                    "x": time_axis("local", f"local time ({verdict.scenario.timezone})"),
                    "y": persons,
                    "color": colour,
                    "strokeDash": dash,
                },
            },
            {
                "data": {"values": levels},
                "mark": {"type": "rule", "strokeWidth": 1.5},
                "encoding": {"y": persons, "color": colour, "strokeDash": dash},
            },
        ],
    }


def gantt_rows(verdict: Verdict, fleet: str | None = None) -> list[dict[str, Any]]:
    """Bars by vehicle: vehicle, phase, start, end (clock), convoy, persons, text."""
    scenario = verdict.scenario
    ids = convoy_ids(convoys(verdict))
    fleets = {item.id: item for item in scenario.fleets}
    names = {place.id: place.label for place in scenario.places}
    rows = []
    for sortie in verdict.plan.sorties:
        if fleet is not None and sortie.fleet != fleet:
            continue
        vehicle = f"{fleets[sortie.fleet].label} {sortie.vehicle}"
        for index, leg in enumerate(sortie.legs):
            convoy = ids[sortie.id, index]
            text = f"{sortie.id}, {convoy}: {names[leg.origin]} → {names[leg.destination]}, " + (
                f"{leg.persons} people"
            )
            for phase, start_s, end_s in _phases(sortie, leg, fleets[sortie.fleet].is_escort):
                rows.append(
                    {
                        "vehicle": vehicle,
                        "phase": phase,
                        "start": clock(scenario, start_s),
                        "end": clock(scenario, end_s),
                        "convoy": convoy,
                        "persons": leg.persons,
                        "text": text,
                    }
                )
    return rows


def _phases(sortie: Sortie, leg: PlanLeg, is_escort: bool) -> list[tuple[str, int, int]]:
    ride = "with people" if leg.manifest else ("escort" if is_escort else "empty")
    spans = [
        ("loading", leg.load_start_s, leg.depart_s),
        (ride, leg.depart_s, leg.arrive_s),
        ("unloading", leg.arrive_s, leg.unload_end_s),
    ]
    return [(phase, start, end) for phase, start, end in spans if end > start]


def convoy_gantt(verdict: Verdict, fleet: str | None = None) -> Spec:
    """Each vehicle's legs as bars over time; of one fleet, or of all."""
    rows = gantt_rows(verdict, fleet)
    labels = {fleet.id: fleet.label for fleet in verdict.scenario.fleets}
    numbers = sorted({(s.fleet, s.vehicle) for s in verdict.plan.sorties if s.fleet in labels})
    used = {row["vehicle"] for row in rows}
    named = (f"{labels[fleet]} {number}" for fleet, number in numbers)
    vehicles = [name for name in named if name in used]
    return {
        "$schema": SCHEMA,
        "width": "container",
        "height": {"step": 16},
        "data": {"values": rows},
        "mark": {"type": "bar", "height": 11},
        "encoding": {
            "x": time_axis("start", f"local time ({verdict.scenario.timezone})"),
            "x2": {"field": "end"},
            "y": {
                "field": "vehicle",
                "type": "nominal",
                "sort": vehicles,
                "axis": {
                    "title": None,
                    "labelLimit": 220,
                    "labelOverlap": False,
                    "labelFlush": False,
                },
            },
            "color": {
                "field": "phase",
                "type": "nominal",
                "scale": {"domain": list(_PHASES), "range": list(_PHASES.values())},
                "legend": {"title": None, "orient": "top"},
            },
            "tooltip": [
                {"field": "text", "title": "movement"},
                {"field": "phase", "title": "phase"},
            ],
        },
    }


def convoy_rows(verdict: Verdict) -> list[dict[str, Any]]:
    """A bar a convoy: way, lane (beside others on the same way), load, start, end (clock), text."""
    scenario = verdict.scenario
    names = {place.id: place.label for place in scenario.places}
    labels = {fleet.id: fleet.label for fleet in scenario.fleets}
    busy: dict[tuple[str, str], list[int]] = {}
    rows = []
    for convoy in convoys(verdict):
        start_s = min(leg.load_start_s for leg in convoy.legs)
        end_s = max(leg.unload_end_s for leg in convoy.legs)
        lanes = busy.setdefault((convoy.origin, convoy.destination), [])
        lane = next((n for n, until_s in enumerate(lanes) if until_s <= start_s), len(lanes))
        lanes[lane : lane + 1] = [end_s]
        vehicles = ", ".join(f"{n} x {labels[fleet]}" for fleet, n in convoy.vehicles().items())
        rows.append(
            {
                "convoy": convoy.id,
                "way": f"{names[convoy.origin]} → {names[convoy.destination]}",
                "lane": lane,
                "load": "with people" if convoy.loaded else "empty",
                "mode": palette.MODE_WORDS[convoy.mode],
                "start": clock(scenario, start_s),
                "end": clock(scenario, end_s),
                "persons": convoy.persons,
                "vehicles": vehicles,
            }
        )
    return rows


def convoy_lanes(verdict: Verdict, loaded_only: bool = True) -> Spec:
    """Convoys as bars over time: the rows of one way stand below each other, named at the first."""
    rows = [row for row in convoy_rows(verdict) if row["persons"] or not loaded_only]
    ways = list(dict.fromkeys(row["way"] for row in rows))
    rows.sort(key=lambda row: (ways.index(row["way"]), row["lane"]))
    values = [{**row, "row": row["way"] + _LANE * row["lane"]} for row in rows]
    modes = [mode for mode in _VEHICLES if palette.MODE_WORDS[mode] in {r["mode"] for r in rows}]
    return {
        "$schema": SCHEMA,
        "width": "container",
        "height": {"step": 13},
        "data": {"values": values},
        "mark": {"type": "bar", "height": 10},
        "encoding": {
            "x": time_axis("start", f"local time ({verdict.scenario.timezone})"),
            "x2": {"field": "end"},
            "y": {
                "field": "row",
                "type": "nominal",
                "sort": list(dict.fromkeys(row["row"] for row in values)),
                "axis": {
                    "title": None,
                    "labelLimit": 280,
                    "labelExpr": f"indexof(datum.label, '{_LANE}') >= 0 ? '' : datum.label",
                    "labelOverlap": False,
                    "labelFlush": False,
                },
            },
            "color": {
                "field": "mode",
                "type": "nominal",
                "scale": {
                    "domain": [palette.MODE_WORDS[mode] for mode in modes],
                    "range": [palette.MODE_COLOURS[mode] for mode in modes],
                },
                "legend": {"title": None, "orient": "top"},
            },
            "opacity": {
                "field": "load",
                "type": "nominal",
                "scale": {"domain": ["with people", "empty"], "range": [1, 0.4]},
                "legend": None if loaded_only else {"title": None, "orient": "top"},
            },
            "tooltip": [
                {"field": "convoy", "title": "convoy"},
                {"field": "way", "title": "way"},
                {"field": "vehicles", "title": "vehicles"},
                {"field": "persons", "title": "people"},
            ],
        },
    }
