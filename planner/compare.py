"""Two Verdicts side by side: what differs, in figures and group by group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planner.units import format_duration

if TYPE_CHECKING:
    import pandas as pd

    from planner.verify import Verdict

COLUMNS = ("section", "what", "unit", "a", "b", "difference")
_Row = tuple[str, str, str, float | None, float | None]
_LEVELS = (
    ("harm", "expected harm", "expected casualties"),
    ("missed_deadlines", "missed deadlines", "persons"),
    ("changes", "changes of a running plan", "points"),
    ("arrival", "sum of arrival times", "person-hours"),
    ("effort", "effort", "points"),
)
_GROUP_FIGURES = (
    ("people", "people"),
    ("evacuated", "evacuated"),
    ("left_willing", "left behind"),
    ("unwilling", "stay by choice"),
)


def compare(a: Verdict, b: Verdict) -> pd.DataFrame:
    """A row a figure: section ('headline' or a group's id), what, unit, a, b, difference (b - a).

    A figure that one plan does not have (a group of the other scenario alone) is missing there, and
    so is its difference. Clearance is in seconds.
    """
    import pandas as pd

    rows = [*_headline(a, b), *_groups(a, b)]
    frame = pd.DataFrame(
        [(*row, None if row[3] is None or row[4] is None else row[4] - row[3]) for row in rows],
        columns=list(COLUMNS),
    )
    return frame.astype({"a": "float64", "b": "float64", "difference": "float64"})


def _headline(a: Verdict, b: Verdict) -> list[_Row]:
    first, second = a.figures, b.figures
    counts: list[tuple[str, str, float, float]] = [
        ("people", "persons", first.people, second.people),
        ("evacuated", "persons", first.evacuated, second.evacuated),
        ("by vehicles", "persons", first.by_sortie, second.by_sortie),
        ("by own means", "persons", first.self_moved, second.self_moved),
        ("left behind", "persons", first.left_behind - first.unwilling,
         second.left_behind - second.unwilling),
        ("stay by choice", "persons", first.unwilling, second.unwilling),
        ("clearance", "s", first.clearance_s, second.clearance_s),
        ("sorties", "sorties", first.sorties, second.sorties),
        ("harm of staying", "expected casualties", first.harm_of_staying, second.harm_of_staying),
    ]  # fmt: skip
    rows: list[_Row] = [("headline", what, unit, x, y) for what, unit, x, y in counts]
    rows += [
        ("headline", what, unit, first.levels.get(name), second.levels.get(name))
        for name, what, unit in _LEVELS
        if name in first.levels or name in second.levels
    ]
    return rows


def _groups(a: Verdict, b: Verdict) -> list[_Row]:
    first, second = a.figures.groups, b.figures.groups
    names = list(first) + [name for name in second if name not in first]
    return [
        (name, what, "persons", _of(first.get(name), figure), _of(second.get(name), figure))
        for name in names
        for figure, what in _GROUP_FIGURES
    ]


def _of(found: Any, figure: str) -> float | None:
    return None if found is None else float(getattr(found, figure))


def as_objects(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The frame as plain objects for JSON: whole numbers whole, missing ones null."""
    return [
        {str(key): _plain(value) for key, value in row.items()} for row in frame.to_dict("records")
    ]


def _plain(value: Any) -> Any:
    if not isinstance(value, float):
        return value
    if value != value:
        return None
    return int(value) if value.is_integer() else value


def table_text(a: Verdict, b: Verdict) -> str:
    """The differences as text of at most 79 columns: the headline, then groups that differ."""
    frame = compare(a, b)
    lines = [
        f"A  {_name(a)}",
        f"B  {_name(b)}",
        "",
        f"{'':28}{'A':>17}{'B':>17}{'B - A':>17}",
    ]
    labels = {group.id: group.label for verdict in (a, b) for group in verdict.scenario.groups}
    section = "headline"
    for row in as_objects(frame):
        if row["section"] != "headline" and not _differs(row):
            continue
        if row["section"] != section:
            section = row["section"]
            lines += ["", _shown(labels.get(section, section))[:79]]
        told = (_cell(row, "a"), _cell(row, "b"), _cell(row, "difference", signed=True))
        lines.append(f"{row['what'][:27]:28}" + "".join(f"{cell:>17}" for cell in told))
    if section == "headline":
        lines += ["", "No group fares differently."]
    return "\n".join(lines)


def _differs(row: dict[str, Any]) -> bool:
    return row["difference"] is None or row["difference"] != 0


def _name(verdict: Verdict) -> str:
    made_from = verdict.plan.provenance
    what_if = f", what-if {made_from.what_if}" if made_from.what_if else ""
    return _shown(f"{made_from.scenario_title}{what_if}: {verdict.status}, {verdict.plan.status}")


def _shown(text: str) -> str:
    """Without characters that a terminal would obey."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _cell(row: dict[str, Any], key: str, *, signed: bool = False) -> str:
    value = row[key]
    if value is None:
        return "-"
    if value == 0:
        return "0"
    sign = "+" if signed else ""
    if row["unit"] == "s":
        return (sign if value > 0 else "") + format_duration(round(value))
    # Harm is a matter of thousandths: below 1000 four digits count, wherever the point is.
    form = f"{sign},.0f" if isinstance(value, int) or abs(value) >= 1000 else f"{sign}.4g"
    return f"{value:{form}}"
