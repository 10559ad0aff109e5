"""Tables of a finished plan: from a Verdict to rows, without any widget."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from planner import charts
from planner.charts import Load
from planner.cli.text import last_arrivals, number, percent
from planner.ui.result import retold
from planner.ui.result.chart_words import word
from planner.ui.result.movements import local
from planner.ui.words import _, duration

if TYPE_CHECKING:
    import pandas as pd

    from planner.verify import Verdict


def level_words() -> dict[str, str]:
    """Level → its name in this tab's language."""
    return {
        "left_behind": _("left behind"),
        "missed_deadlines": _("missed deadlines"),
        "harm": _("expected harm"),
        "changes": _("changes of the running plan"),
        "arrival": _("total arrival time"),
        "effort": _("effort"),
    }


def status_words() -> dict[str, str]:
    """What was proven, in this tab's language."""
    return {
        "OPTIMAL": _("proven best"),
        "FEASIBLE": _("not proven best"),
        "NO_PLAN_IN_TIME": _("no plan in the time given"),
        "PROVEN_IMPOSSIBLE": _("proven impossible"),
    }


def stopped_words() -> dict[str, str]:
    """Why the search ended, in this tab's language."""
    return {
        "gap": _("the search came to its end"),
        "time": _("stopped by the time limit"),
        "nodes": _("stopped by the limit of rounds"),
        "interrupt": _("stopped by you"),
    }


def unit_words() -> dict[str, str]:
    """Unit of a level, in this tab's language."""
    return {
        "persons": _("persons"),
        "expected casualties": _("expected casualties"),
        "person-hours": _("person-hours"),
        "effort points": _("effort points"),
    }


def level_name(verdict: Verdict, name: str) -> str:
    """The level in words; heads that count more than once are told from plain heads."""
    words = level_words().get(name, name)
    weighted = any(group.weight != 1 for group in verdict.scenario.groups)
    return (
        _("{level}, by weight").format(level=words) if name == "left_behind" and weighted else words
    )


def _frame(rows: list[dict[str, Any]], columns: tuple[str, ...]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(rows, columns=list(columns))


def levels(verdict: Verdict) -> pd.DataFrame:
    """One row a level: value, proven bound, gap, what was proven."""
    rows = [
        {
            "level": level_name(verdict, level.name),
            "value": number(level.value),
            "bound": number(level.bound),
            "gap": percent(level.gap),
            "unit": unit_words().get(level.unit, level.unit),
            "proof": status_words()[level.status],
            "holds_for": level.holds_for,
            "how": level.method,
        }
        for level in verdict.plan.levels
    ]
    names = ("level", "value", "bound", "gap", "unit", "proof", "holds_for", "how")
    return _frame(rows, names)


def groups(verdict: Verdict) -> pd.DataFrame:
    """One row a group: people, out by sortie and by own means, staying, left behind, last safe."""
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
                "by_sortie": found.by_sortie,
                "own_means": found.self_moved,
                "stay": found.unwilling,
                "left_behind": found.left_willing,
                "last_safe": local(scenario, last[group.id]) if group.id in last else None,
            }
        )
    names = ("group", "at", "people", "by_sortie", "own_means", "stay", "left_behind", "last_safe")
    return _frame(rows, names)


def late(verdict: Verdict) -> pd.DataFrame:
    """Who is out last, and why not earlier; those who miss their deadline first."""
    scenario = verdict.scenario
    entries = sorted(verdict.plan.late, key=lambda entry: (-entry.missed, -entry.last_s))
    rows = [
        {
            "group": scenario.group(entry.group).label,
            "people": entry.persons,
            "missed": entry.missed,
            "last_safe": local(scenario, entry.last_s),
            "why": retold.reason(entry.reason),
        }
        for entry in entries
    ]
    return _frame(rows, ("group", "people", "missed", "last_safe", "why"))


def violations(verdict: Verdict) -> pd.DataFrame:
    """Broken rules, one a row."""
    rows = [{"rule": v.rule, "where": v.where, "what": v.message} for v in verdict.violations]
    return _frame(rows, ("rule", "where", "what"))


def curve(verdict: Verdict) -> pd.DataFrame:
    """The evacuation curve as a table: when, safe, under way."""
    rows = [
        {"when": local(verdict.scenario, point["t_s"]), "safe": point["safe"],
         "under_way": point["under_way"]}
        for point in charts.evacuation_points(verdict)
    ]  # fmt: skip
    return _frame(rows, ("when", "safe", "under_way"))


def convoys(verdict: Verdict, loaded_only: bool) -> pd.DataFrame:
    """The convoys as a table."""
    rows = [
        {"convoy": row["convoy"], "way": row["way"], "vehicle": row["vehicles"],
         "people": row["persons"], "start": _read(row["start"]), "end": _read(row["end"])}
        for row in charts.convoy_rows(verdict)
        if row["persons"] or not loaded_only
    ]  # fmt: skip
    return _frame(rows, ("convoy", "way", "vehicle", "people", "start", "end"))


def gantt(verdict: Verdict, fleet: str | None) -> pd.DataFrame:
    """The bars of the vehicles as a table."""
    rows = [
        {"vehicle": row["vehicle"], "what": word(row["phase"]), "start": _read(row["start"]),
         "end": _read(row["end"]), "convoy": row["convoy"], "people": row["persons"]}
        for row in charts.gantt_rows(verdict, fleet)
    ]  # fmt: skip
    return _frame(rows, ("vehicle", "what", "start", "end", "convoy", "people"))


def _read(clock: str) -> datetime:
    return datetime.fromisoformat(clock.removesuffix("Z"))


def sites(verdict: Verdict, found: tuple[Load, ...]) -> pd.DataFrame:
    """One row a limit: the most that it had to bear, when, and for how long it was full."""
    rows = [
        {
            "site": load.label,
            "kind": word(load.kind),
            "what": word(load.what),
            "limit": load.limit,
            "most": round(load.most, 1),
            "when": local(verdict.scenario, load.at_s),
            "full": duration(load.full_s) if load.full_s else "",
        }
        for load in found
    ]
    return _frame(rows, ("site", "kind", "what", "limit", "most", "when", "full"))


def site_course(verdict: Verdict, load: Load) -> pd.DataFrame:
    """One limit over time."""
    rows = [
        {"when": local(verdict.scenario, t_s), "most": round(count, 1)} for t_s, count in load.steps
    ]
    return _frame(rows, ("when", "most"))


def danger(verdict: Verdict, found: charts.Exposure) -> pd.DataFrame:
    """Expected casualties by group: in all, and by local day."""
    labels = {group.id: group.label for group in verdict.scenario.groups}
    days = [verdict.scenario.local(hour) for hour in found.hours]
    names = [f"{day.day} {day:%b}" for day in days]
    rows = []
    for group, row in sorted(found.harm.items(), key=lambda item: -sum(item[1])):
        cells: dict[str, Any] = {
            "group": labels.get(group) or word(group),
            "total": round(sum(row), 3),
        }
        for name, value in zip(names, row, strict=True):
            cells[name] = cells.get(name, 0.0) + value
        rows.append({key: round(v, 3) if isinstance(v, float) else v for key, v in cells.items()})
    return _frame(rows, ("group", "total", *dict.fromkeys(names)))


def level_rows(history: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    """The last news of each level, in the order in which the levels came up."""
    last = {entry["level"]: entry for entry in history}
    rows: list[tuple[str, ...]] = []
    for level, entry in last.items():
        # The first bounds of a search are far out: a gap above 100 % tells nobody anything.
        is_near = entry["gap"] is not None and entry["gap"] <= 1
        bound = number(entry["bound"]) if is_near else "–"
        gap = percent(entry["gap"]) if is_near else "–"
        rows.append((level_words().get(level, level), number(entry["value"]), bound, gap))
    return rows
