"""``planner worth``: what each pending yes would gain, by planning again with it."""

from __future__ import annotations

import argparse
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.cli.papers import plan_file
from planner.cli.planning import ProgressPrinter, interruptible
from planner.cli.scenarios import scenario_file
from planner.cli.text import WIDTH, cut, number, plain, table, write_json
from planner.errors import Issue, ScenarioError

if TYPE_CHECKING:
    from planner.pipeline import Progress
    from planner.scenario import Scenario
    from planner.verify import Verdict
    from planner.worth.appraisal import Appraisal, News

HEADING = ("change", "people", "proven", "at most", "harm", "hours", "")
LEGEND = (
    "people: more get out than without it; proven: at least so many more than by any plan without "
    "it; at most: by any plan with it. harm: expected casualties less; hours: person-hours until "
    "safe less. 'seen' and '?': so it is between the two plans, but a better plan without it is "
    "not ruled out. not known: searched for {each:.0f} s, and the plan found by then is worse "
    "there than the one without the change, which costs nothing by itself."
)
NOT_KNOWN = "not known"
SHORT = {"seen, not proven": "seen", "nothing seen": "nothing"}
SHOWN = 12


def worth(arguments: argparse.Namespace) -> int:
    """Appraise every change and print the table; 0 where the plans passed their checks."""
    from planner import load
    from planner.worth.appraisal import Budget, appraise
    from planner.worth.candidates import KINDS

    path = scenario_file(arguments.file)
    scenario = load.read(path, arguments.what_if)
    base = _given(arguments.plan, scenario) if arguments.plan else None
    budget = Budget(time_s=arguments.time_limit, each_s=arguments.each, seed=arguments.seed)
    told = ProgressPrinter()
    with interruptible() as should_stop:
        try:
            found = appraise(
                scenario, budget, base, tuple(arguments.kind or KINDS), on_progress=told,
                on_news=lambda news: told(_as_progress(news)), should_stop=should_stop,
            )  # fmt: skip
        finally:
            told.close()
    objects, files = _written(found, arguments.out)
    if arguments.json:
        write_json(objects)
    else:
        for line in lines(objects):
            print(line)
        if files:
            print(f"{len(files)} files in {plain(arguments.out)}")
    failed = any(row["searched"] and not row["verified"] for row in objects["candidates"])
    return int(failed or not objects["verified"])


def _given(path: Path, scenario: Scenario) -> Verdict:
    """The Verdict of a saved plan. Raises ScenarioError where it is one of another scenario."""
    from planner import pipeline

    verdict = pipeline.verify_file(plan_file(path))
    said, origin = verdict.plan.provenance, scenario.origin
    if (said.scenario_sha256, said.what_if) != (origin.sha256, origin.what_if):
        case = f"what-if {said.what_if}" if said.what_if else "no what-if"
        problem = f"the plan was made from another scenario file or what-if (it has {case})"
        raise ScenarioError([Issue(str(path), 0, "", problem, "plan this scenario first")])
    return verdict


def _written(found: Appraisal, out: Path | None) -> tuple[dict[str, Any], list[Path]]:
    """The report, and the files that were written of it."""
    from planner.worth.report import report

    objects = report(found)
    if out is None:
        return objects, []
    from planner.documents import gains

    named = gains.plan_files(objects["candidates"], found.plans)
    objects = report(found, named)
    return objects, gains.write(out, objects, found.plans, found.base.plan)


def _as_progress(news: News) -> Progress:
    from planner.pipeline import Progress

    count = f"{news.done} of {news.of}" if news.of else ""
    return Progress(news.phase, news.elapsed_s, None, message=count)


# ------------------------------------------------------------------ the table


def lines(told: dict[str, Any]) -> list[str]:
    """The report as text of at most 100 columns."""
    what_if = f" · what-if: {told['what_if']}" if told["what_if"] else ""
    title = plain(told["scenario"] + what_if)
    found = [title, "=" * min(len(title), WIDTH), *_base(told), ""]
    if not told["verified"]:
        return [*found, "FAILED: the plan without any change fails its check; nothing was tried."]
    rows = told["candidates"]
    searched = [row for row in rows if row["searched"]]
    if searched:
        shown = [HEADING, *(_row(row) for row in searched)]
        found += [
            *table(shown, right=range(1, 6)),
            *_wrapped(LEGEND.format(each=told["each_s"]), "  "),
            "",
        ]
    conditional = sorted({name for row in searched for name in row["conditional_on"]})
    if conditional:
        words = f"NOT AUTHORISED: the plans with these wait for them: {', '.join(conditional)}."
        found += [*_wrapped(words), ""]
    found += _not_searched([row for row in rows if not row["searched"] and not row["screened"]])
    found += _screened([row for row in rows if row["screened"]])
    return [*found, *_foot(told)]


def _base(told: dict[str, Any]) -> list[str]:
    base = told["base"]
    levels = {level["name"]: level for level in base["levels"]}
    parts = [f"{base['evacuated']:,} of {base['people']:,} people get out"]
    parts.append(f"{base['left_behind']:,} stay against their will")
    for name, words in (("harm", "expected harm"), ("arrival", "person-hours until safe")):
        if name in levels:
            value, bound = levels[name]["value"], levels[name]["bound"]
            parts.append(f"{words} {number(value)} (at least {number(bound)})")
    text = _wrapped(f"Without any of it: {', '.join(parts)}.")
    if base["found_with"]:
        words = f"This plan was found while '{base['found_with']}' was tried; it holds without it."
        text += _wrapped(words)
    return text


def _row(row: dict[str, Any]) -> tuple[str, ...]:
    if not row["verified"]:
        return (cut(row["what"], 40), "–", "–", "–", "–", "–", "FAILED")
    return (
        cut(row["what"], 40),
        signed(row["people_gained"]),
        f"{row['people_gained_at_least']:,}",
        f"{row['people_gained_at_most']:,}",
        _unsure(row, "harm_saved"),
        _unsure(row, "arrival_hours_saved"),
        SHORT.get(row["gain"], row["gain"]),
    )


def signed(value: float | None) -> str:
    """A gain with its sign; nothing gained is 0."""
    if value is None:
        return "–"
    if abs(value) < 1e-6:
        return "0"
    return ("+" if value > 0 else "-") + number(abs(value))


def _unsure(row: dict[str, Any], key: str) -> str:
    """A gain with a question mark where nothing of it is proven; without one in its column."""
    if row[key] is None:
        return f"{NOT_KNOWN} "
    told = signed(row[key])
    return f"{told}?" if told.startswith("+") and not row[f"{key}_at_least"] else f"{told} "


def _not_searched(rows: list[dict[str, Any]]) -> list[str]:
    return _by_reason([(row["why_not"], f"{row['what']} ({_most(row)})") for row in rows])


def _most(row: dict[str, Any]) -> str:
    """The most that it can be, in people or else in harm."""
    if row["people_gained_at_most"] or row["harm_saved_at_most"] is None:
        return f"at most {row['people_gained_at_most']:,} people"
    return f"nobody more, harm at most {signed(row['harm_saved_at_most'])}"


def _screened(rows: list[dict[str, Any]]) -> list[str]:
    return _by_reason([(row["why_not"], row["what"]) for row in rows])


def _by_reason(told: list[tuple[str, str]]) -> list[str]:
    """Each reason with those whose it is, at most a dozen of them by name."""
    names: dict[str, list[str]] = {}
    for reason, name in told:
        names.setdefault(reason, []).append(name)
    found: list[str] = []
    for reason, those in names.items():
        more = f"; and {len(those) - SHOWN} more" if len(those) > SHOWN else ""
        found += _wrapped(f"{reason[0].upper()}{reason[1:]}")
        found += [*_wrapped("; ".join(those[:SHOWN]) + more, "  "), ""]
    return found


def _foot(told: dict[str, Any]) -> list[str]:
    counts = told["counts"]
    kinds = ", ".join(f"{counts[key]} {key}" for key in counts if counts[key])
    text = f"{len(told['candidates'])} changes: {kinds}." if kinds else "Nothing to say yes to."
    text += f" {told['seconds']:.0f} s, {told['each_s']:.0f} s each at most, seed {told['seed']}."
    foot = _wrapped(text)
    return ["Stopped: this is what was known by then.", *foot] if told["partial"] else foot


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(plain(text), WIDTH, initial_indent=indent, subsequent_indent=indent)
