"""Tables of the desk: from a verdict to rows, without any widget."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner import charts
from planner.cli.text import (
    STATUS_WORDS,
    last_arrivals,
    level_name,
    number,
    percent,
)
from planner.ui.result import retold
from planner.ui.words import duration, moment
from planner.units import format_length

if TYPE_CHECKING:
    import pandas as pd

    from planner.scenario import Scenario
    from planner.verify import Verdict


def levels(verdict: Verdict) -> pd.DataFrame:
    """One row a level: value, proven bound, gap, what was proven."""
    import pandas as pd

    rows = [
        {
            "level": level_name(verdict, level.name),
            "value": number(level.value),
            "proven bound": number(level.bound),
            "gap": percent(level.gap),
            "unit": level.unit,
            "proof": STATUS_WORDS[level.status],
            "bound holds for": level.holds_for,
            "how": level.method,
        }
        for level in verdict.plan.levels
    ]
    return pd.DataFrame(rows)


def groups(verdict: Verdict) -> pd.DataFrame:
    """One row a group: people, out by sortie and by own means, staying, left behind, last safe."""
    import pandas as pd

    scenario = verdict.scenario
    last = last_arrivals(verdict.plan, scenario)
    rows = []
    for group in scenario.groups:
        found = verdict.figures.groups[group.id]
        rows.append(
            {
                "group": group.label,
                "at": scenario.place(group.at).label,
                "people": found.people,
                "by sortie": found.by_sortie,
                "own means": found.self_moved,
                "stay by choice": found.unwilling,
                "left behind": found.left_willing,
                "last safe": moment(scenario, last[group.id]) if group.id in last else "–",
            }
        )
    return pd.DataFrame(rows)


LEFT_COLUMNS = ("group", "people", "why", "would help", "brings out at most", "cost")


def left_behind(verdict: Verdict) -> list[tuple[str, ...]]:
    """One row an entry (LEFT_COLUMNS); those who stay by choice come last."""
    scenario = verdict.scenario
    entries = sorted(
        verdict.plan.left_behind, key=lambda entry: (entry.unwilling, -entry.persons, entry.group)
    )
    rows: list[tuple[str, ...]] = []
    for entry in entries:
        remedy = entry.remedy
        help_ = (
            retold.change(remedy.what) if remedy else "–",
            f"{remedy.gain_persons:,}" if remedy and remedy.gain_persons else "–",
            f"{remedy.price:,}" if remedy and remedy.price is not None else "–",
        )
        why = retold.reason(entry.reason)
        rows.append((scenario.group(entry.group).label, f"{entry.persons:,}", why, *help_))
    return rows


def sorties(verdict: Verdict) -> pd.DataFrame:
    """One row a movement, empty ones and own means included, in order of departure."""
    import pandas as pd

    scenario, network = verdict.scenario, verdict.network
    names = {place.id: place.label for place in scenario.places}
    fleets = {fleet.id: fleet for fleet in scenario.fleets}
    convoy_of = charts.convoy_ids(charts.convoys(verdict))
    rows: list[tuple[int, str, dict[str, object]]] = []
    for sortie in verdict.plan.sorties:
        for index, leg in enumerate(sortie.legs):
            row = {
                "sortie": sortie.id,
                "convoy": convoy_of[sortie.id, index],
                "vehicle": f"{fleets[sortie.fleet].label} {sortie.vehicle}",
                "mode": network.routes[leg.route].mode,
                "from": names[leg.origin],
                "to": names[leg.destination],
                "loading": moment(scenario, leg.load_start_s),
                "departs": moment(scenario, leg.depart_s),
                "arrives": moment(scenario, leg.arrive_s),
                "unloaded": moment(scenario, leg.unload_end_s),
                "way": format_length(network.routes[leg.route].length_m),
                "people": leg.persons,
                "stretchers": sum(line.stretchers for line in leg.manifest),
                "escort": ", ".join(leg.escorted_by),
            }
            rows.append((leg.load_start_s, sortie.id, row))
    for movement in verdict.plan.self_movements:
        row = {
            "sortie": movement.id,
            "convoy": "",
            "vehicle": "on foot" if movement.means == "foot" else f"{movement.vehicles} own cars",
            "mode": movement.means,
            "from": names[movement.origin],
            "to": names[movement.destination],
            "loading": "",
            "departs": moment(scenario, movement.depart_s),
            "arrives": moment(scenario, movement.arrive_s),
            "unloaded": "",
            "way": format_length(network.routes[movement.route].length_m),
            "people": movement.persons,
            "stretchers": 0,
            "escort": "",
        }
        rows.append((movement.depart_s, movement.id, row))
    return pd.DataFrame([row for _, _, row in sorted(rows, key=lambda item: item[:2])])


def violations(verdict: Verdict) -> pd.DataFrame:
    """Broken rules, one a row."""
    import pandas as pd

    rows = [{"rule": v.rule, "where": v.where, "what": v.message} for v in verdict.violations]
    return pd.DataFrame(rows, columns=["rule", "where", "what"])


def changes(scenario: Scenario, what_if: str | None) -> pd.DataFrame:
    """What a what-if sets, one a row, as it is written in the scenario."""
    import pandas as pd

    rows = [
        {"override": name, "sets": path, "to": "nothing" if new is None else str(new)}
        for name in scenario.what_ifs.get(what_if or "", ())
        for path, new in scenario.overrides.get(name, {}).items()
    ]
    return pd.DataFrame(rows, columns=["override", "sets", "to"])


def headline(verdict: Verdict) -> dict[str, str]:
    """Label → figure, for the row of headline figures."""
    figures, scenario = verdict.figures, verdict.scenario
    cleared = moment(scenario, figures.clearance_s) if figures.evacuated else "–"
    return {
        "People": f"{figures.people:,}",
        "Out": f"{figures.evacuated:,}",
        "Left behind": f"{figures.left_behind - figures.unwilling:,}",
        "Stay by choice": f"{figures.unwilling:,}",
        "Last one safe": cleared,
        "Expected casualties": number(figures.levels.get("harm", 0.0)),
        "… if all stayed": number(figures.harm_of_staying),
    }


def after(verdict: Verdict) -> str:
    """How long until the last one is safe."""
    return duration(verdict.figures.clearance_s)
