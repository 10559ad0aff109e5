"""What a sweep found, as rows, cells and sentences for the page, without any widget."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planner.cli.text import number
from planner.ui.result.dates import when
from planner.ui.session import BASE
from planner.ui.words import _, counted, duration
from planner.units import HOUR_S

if TYPE_CHECKING:
    import pandas as pd

Row = dict[str, Any]
MEASURES = ("left_behind", "evacuated", "harm", "clearance_s")
STATISTICS = ("mean", "p5", "p50", "p95")


def measure_words() -> dict[str, str]:
    """Figure → its name in this tab's language."""
    return {
        "left_behind": _("people left behind"),
        "evacuated": _("people out"),
        "harm": _("expected casualties"),
        "clearance_s": _("last one safe after"),
    }


def statistic_words() -> dict[str, str]:
    """Mean or quantile → its name in this tab's language."""
    return {"mean": _("mean"), "p5": _("5 %"), "p50": _("median"), "p95": _("95 %")}


def outcome_words() -> dict[str, str]:
    """Outcome of a case without a plan → what that means."""
    return {
        "unverified": _("its plan fails its check"),
        "fault": _("the scenario has a fault there"),
        "error": _("an error inside the program"),
        "lost": _("its worker ended"),
    }


def case_of(row: Row) -> str:
    """The name of its what-if, or that of the base."""
    return row["what_if"] or BASE


# ------------------------------------------------------------------ sentences


def sentence(told: Row) -> str:
    """The best and the worst of it."""
    known = [cell for cell in told["cells"] if cell["left_behind"]]
    if not known:
        return _("No case has a verified plan.")
    best = min(known, key=lambda cell: cell["left_behind"]["mean"])
    worst = max(known, key=lambda cell: cell["left_behind"]["mean"])
    least, most = (f"{cell['left_behind']['mean']:,.0f}" for cell in (best, worst))
    if least == most:
        return _("All cases leave {n} people behind, on average.").format(n=least)
    return _(
        "On average {least} people are left behind at best ({best}), {most} at worst ({worst})."
    ).format(least=least, best=_named(told, best), most=most, worst=_named(told, worst))


def _named(told: Row, cell: Row) -> str:
    dates = {one["start"] for one in told["cells"]}
    return f"{case_of(cell)}, {when(cell['start'])}" if len(dates) > 1 else case_of(cell)


def base(told: Row) -> str:
    """How much was done, and from what."""
    parts = [
        _("{done} of {of} cases are done, {planned} with a verified plan.").format(
            done=f"{told['done']:,}", of=f"{told['cases']:,}", planned=f"{told['planned']:,}"
        )
    ]
    if told["before"]:
        parts.append(
            counted("{n} was there before.", "{n} were there before.", told["before"])
        )  # fmt: skip
    if told["draws"]:
        draws = counted("{n} draw of each", "{n} draws of each", told["draws"])
        parts.append(f"{draws}, " + _("seed {n}").format(n=told["seed"]) + ".")
    return " ".join(parts)


# ------------------------------------------------------------------ tables


def said(measure: str, value: float) -> str:
    """A figure in words."""
    if measure == "clearance_s":
        return duration(round(value / HOUR_S) * HOUR_S)
    return number(value) if measure == "harm" else f"{value:,.0f}"


def heat(told: Row, measure: str, statistic: str) -> tuple[list[Row], list[str], list[str]]:
    """(cells, rows, columns): what-ifs by dates; by mean and quantiles where there is one date."""
    cells = told["cells"]
    rows = list(dict.fromkeys(case_of(cell) for cell in cells))
    dates = sorted({cell["start"] for cell in cells})
    if len(dates) > 1:
        found = [_cell(cell, measure, statistic, when(cell["start"])) for cell in cells]
        return found, rows, [when(date) for date in dates]
    words = statistic_words()
    shown = STATISTICS if told["draws"] > 1 else STATISTICS[:1]
    found = [_cell(cell, measure, name, words[name]) for cell in cells for name in shown]
    return found, rows, [words[name] for name in shown]


def _cell(cell: Row, measure: str, statistic: str, column: str) -> Row:
    value = cell[measure][statistic] if cell[measure] else None
    words = _("no plan") if value is None else said(measure, value)
    if value is not None and cell["planned"] < cell["cases"]:
        words += " *"
    return {"row": case_of(cell), "column": column, "value": value, "told": words}


def table(told: Row) -> pd.DataFrame:
    """One row a what-if and date."""
    import pandas as pd

    rows = [
        {
            "scenario": case_of(cell),
            "begin": when(cell["start"]),
            "cases": cell["cases"],
            "with_plan": cell["planned"],
            "out": _rounded(cell, "evacuated", "mean"),
            "least": _rounded(cell, "evacuated", "p5"),
            "most_of_all": _rounded(cell, "evacuated", "p95"),
            "all_left": _rounded(cell, "left_behind", "mean"),
            "casualties": _rounded(cell, "harm", "mean", 2),
            "last_safe": said("clearance_s", cell["clearance_s"]["mean"])
            if cell["clearance_s"]
            else "",
        }
        for cell in told["cells"]
    ]
    frame = pd.DataFrame(rows)
    return frame if told["draws"] > 1 else frame.drop(columns=["least", "most_of_all"])


def _rounded(cell: Row, measure: str, statistic: str, digits: int = 0) -> float | None:
    if not cell[measure]:
        return None
    value = round(cell[measure][statistic], digits)
    return value if digits else int(value)


def without(told: Row) -> list[tuple[str, str, str]]:
    """(case, outcome, why) of the first cases without a plan."""
    words = outcome_words()
    return [
        (
            f"{case_of(row)}, {when(row['start'])}"
            + ("" if row["draw"] < 0 else " · " + _("draw {n}").format(n=row["draw"])),
            words.get(row["outcome"], row["outcome"]),
            row["why"] or "",
        )
        for row in told["without"]
    ]
