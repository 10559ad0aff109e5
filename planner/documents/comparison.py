"""Two plans side by side on paper: figures, both curves, and the groups that fare differently."""

from __future__ import annotations

from typing import Any

from planner.cells import clean
from planner.charts import evacuation_points, havens, palette
from planner.compare import as_objects, compare
from planner.documents import press, svg
from planner.documents.basis import changes
from planner.documents.curve import HEIGHT, WIDTH, Axes, grid, label_lines, line, nice_step
from planner.documents.paper import Paper
from planner.plan import Plan
from planner.units import HOUR_S
from planner.wording import word

TITLE = word("Comparison of two plans")


def sheets(paper: Paper) -> list[press.Sheet]:
    """The brief on paper; nothing where no other plan is given."""
    if paper.against is None:
        return []
    drawings = {"curves": curves_svg(paper, paper.against)}
    return [
        press.Sheet("comparison.pdf", "comparison.typ", content(paper, paper.against), drawings)
    ]


def content(paper: Paper, other: Paper) -> dict[str, Any]:
    """Everything that the brief says, as text ready to be set; A is ``paper``, B ``other``."""
    rows = as_objects(compare(paper.verdict, other.verdict))
    headline = [row for row in rows if row["section"] == "headline"]
    say = paper.say
    return {
        **press.frame(paper, TITLE, say(TITLE)),
        "operation": clean(paper.verdict.scenario.title),
        "lead": _lead(paper, headline),
        "plans": [_plan(paper, "A"), _plan(other, "B", paper)],
        "figures": [
            [_what(paper, row), f"{_cell(paper, row, 'a')} → {_cell(paper, row, 'b')}"]
            for row in headline if row["what"] in ("evacuated", "left behind", "expected harm")
        ],
        "rows": [_line(paper, row) for row in headline],
        "groups": _groups(paper, other, rows),
        "changes": [["A", *told] for told in changes(paper)]
        + [["B", *told] for told in changes(other)],
        "alike": paper.verdict.plan.horizon_s == other.verdict.plan.horizon_s
        and paper.verdict.scenario.start_at == other.verdict.scenario.start_at,
    }  # fmt: skip


def _plan(paper: Paper, letter: str, told: Paper | None = None) -> list[str]:
    say = (told or paper).say
    origin = paper.verdict.plan.provenance
    case = clean(origin.what_if or say("none (base case)"))
    return [letter, paper.plan_id, clean(origin.scenario_title), case, say(paper.status),
            say(paper.verdict.plan.status)]  # fmt: skip


def _lead(paper: Paper, headline: list[dict[str, Any]]) -> str:
    found = {row["what"]: row for row in headline}
    out, harm = found["evacuated"], found.get("expected harm")
    words = paper.say("With B {n} people more are safe than with A.")
    if (out["difference"] or 0) < 0:
        words = paper.say("With B {n} people fewer are safe than with A.")
    elif not out["difference"]:
        words = paper.say("With B as many people are safe as with A.")
    told = words.format(n=paper.count(abs(out["difference"] or 0)))
    if harm is not None and harm["difference"]:
        more = paper.say("Expected casualties among all who want to leave: {a} with A, {b} with B.")
        told += " " + more.format(a=_cell(paper, harm, "a"), b=_cell(paper, harm, "b"))
    return told


def _what(paper: Paper, row: dict[str, Any]) -> str:
    return paper.say(row["what"])


def _line(paper: Paper, row: dict[str, Any]) -> list[str]:
    difference = _cell(paper, row, "difference", signed=True)
    return [_what(paper, row), _cell(paper, row, "a"), _cell(paper, row, "b"), difference]


def _cell(paper: Paper, row: dict[str, Any], key: str, *, signed: bool = False) -> str:
    value = row[key]
    if value is None:
        return "-"
    sign = "+" if signed and value > 0 else ""
    if row["unit"] == "s":
        told = sign + paper.span(round(value))
    elif isinstance(value, int) or abs(value) >= 1000:
        told = sign + paper.count(value)
    else:
        told = sign + paper.count(value, 2)
    return paper.apart(told)


def _groups(paper: Paper, other: Paper, rows: list[dict[str, Any]]) -> list[list[str]]:
    """Group, what, A, B, difference, of every figure of a group that is not the same."""
    labels = {
        group.id: clean(group.label)
        for one in (other, paper)
        for group in one.verdict.scenario.groups
    }
    return [
        [labels.get(row["section"], row["section"]), *_line(paper, row)]
        for row in rows
        if row["section"] != "headline" and row["difference"] != 0
    ]


def curves_svg(paper: Paper, other: Paper) -> str:
    """People safe over time by both plans: A whole, B dashed, each named at its end."""
    say = paper.say
    last_s = max(HOUR_S, *(_last_s(one) for one in (paper, other)))
    top = max(1, *(_willing(one.verdict.plan) for one in (paper, other)))
    step = nice_step(top, 5)
    axes = Axes(last_s, step * -(-top // step))
    parts = grid(paper, axes, step)
    labels = []
    for one, letter, colour, dash in (
        (paper, "A", palette.BLUE, ""), (other, "B", palette.VERMILLION, "6 3")
    ):  # fmt: skip
        willing = _willing(one.verdict.plan)
        ends = [axes.spot(0, willing), axes.spot(last_s, willing)]
        parts.append(line(ends, palette.BLACK, 0.9, "1.5 3"))
        rows = [row for row in evacuation_points(one.verdict) if row["t_s"] <= last_s]
        parts.append(line(axes.steps(rows, "safe"), colour, 2.2, dash))
        safe = rows[-1]["safe"] if rows else 0
        words = say("{n} safe").format(n=paper.count(safe))
        labels.append((safe, colour, f"{letter}: {words}"))
    parts += label_lines(axes, labels)
    return svg.document(WIDTH, HEIGHT, "".join(parts))


def _willing(plan: Plan) -> int:
    return plan.people - plan.unwilling


def _last_s(paper: Paper) -> int:
    plan = paper.verdict.plan
    last_s = plan.clearance_time_s(havens(paper.verdict.scenario)) or plan.horizon_s
    return min(plan.horizon_s, -(-round(last_s * 1.03) // HOUR_S) * HOUR_S)
