"""What the command line prints: faults, progress, the one-screen summary."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from planner.errors import Issue
from planner.scenario.published import published as named
from planner.units import format_duration

if TYPE_CHECKING:
    from planner.bounds import Recount
    from planner.pipeline import Progress
    from planner.plan import LeftBehind, Plan
    from planner.scenario import Scenario
    from planner.verify import Verdict

WIDTH = 100
LAST_TOLD = 3
GROUPS_SHOWN = 16
LEVEL_WORDS = {
    "left_behind": "left behind",
    "missed_deadlines": "missed deadlines",
    "harm": "expected harm",
    "changes": "changes",
    "arrival": "total arrival time",
    "effort": "effort",
}
STATUS_WORDS = {
    "OPTIMAL": "proven best",
    "FEASIBLE": "not proven best",
    "NO_PLAN_IN_TIME": "no plan in the time given",
    "PROVEN_IMPOSSIBLE": "proven impossible",
}
CLAIMED = "not reckoned again"


def plain(text: object) -> str:
    """Text without control and direction characters: a name may hold terminal commands."""
    hidden = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    return "".join(
        "\N{REPLACEMENT CHARACTER}" if unicodedata.category(c) in hidden else c for c in str(text)
    )


def write_json(thing: Any) -> None:
    """One JSON value on standard output."""
    json.dump(thing, sys.stdout, ensure_ascii=False, indent=1, allow_nan=False)
    sys.stdout.write("\n")


def issue_objects(issues: Iterable[Issue]) -> list[dict[str, Any]]:
    """Issues as JSON objects."""
    keys = ("file", "line", "where", "severity", "problem", "remedy")
    return [{key: getattr(issue, key) for key in keys} for issue in issues]


def issue_lines(issues: Iterable[Issue]) -> list[str]:
    """Issues as lines, in the order given."""
    return [plain(issue) for issue in issues]


RELAXED = "itineraries"
"""The phase whose values no plan has: vehicles are still divided there."""


def progress_line(progress: Progress) -> str:
    """One step of the solver in one line: seconds, time left, level, value, bound, gap."""
    parts = [f"{progress.elapsed_s:5.0f} s"]
    if progress.left_s is not None:
        parts.append(f"{max(0, progress.left_s):.0f} s left")
    head = ", ".join(parts)
    told = [progress.phase.replace("_", " ")]
    if progress.level is not None and progress.value is not None:
        words = f"{LEVEL_WORDS.get(progress.level, progress.level)} {number(progress.value)}"
        told.append(f"{words} with parts of vehicles" if progress.phase == RELAXED else words)
        told += _bound(progress)
    if progress.evacuated is not None:
        told.append(f"{progress.evacuated:,} out")
    if progress.message:
        told.append(progress.message)
    return plain(f"[{head}] " + " · ".join(told))


def _bound(progress: Progress) -> list[str]:
    # The first bounds of a search are far out: a gap above 100 % tells nobody anything.
    if progress.bound is None or progress.gap is None or progress.gap > 1:
        return []
    return [f"bound {number(progress.bound)}", f"gap {percent(progress.gap)}"]


def number(value: float) -> str:
    """1234567.0 → '1,234,567'; small fractions keep three figures."""
    if value == int(value) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:,.3g}" if abs(value) < 10 else f"{value:,.1f}"


def percent(share: float) -> str:
    """0.0123 → '1.2 %'; what is not zero never prints as 0 %."""
    if share == 0:
        return "0 %"
    if abs(share) >= 0.1:
        return f"{share * 100:,.0f} %"
    return "< 0.01 %" if abs(share) < 0.0001 else f"{share * 100:.2g} %"


def moment(scenario: Scenario, seconds: int) -> str:
    """Local day and time: 'Fri 14 Dec 16:20'."""
    at: datetime = scenario.local(seconds)
    return f"{at:%a} {at.day} {at:%b %H:%M}"


def table(rows: Sequence[Sequence[str]], right: Iterable[int] = ()) -> list[str]:
    """Rows with their columns aligned; the first row is the heading."""
    right = set(right)
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [
            cell.rjust(width) if i in right else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  " + "  ".join(cells).rstrip())
    return lines


def cut(text: str, width: int) -> str:
    """The text, shortened with '…' where it is longer than ``width``."""
    text = plain(text)
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"


# ------------------------------------------------------------------ the one-screen summary


def summary_lines(verdict: Verdict, recounts: Iterable[Recount] = ()) -> list[str]:
    """Who is out by when, who is not and why, harm beside staying, levels, what the plan awaits.

    What ``recounts`` do not bear out is told as the plan's own word, not as proven.
    """
    doubted = frozenset(one.level for one in recounts if not one.holds)
    blocks = [
        _headline(verdict),
        _groups(verdict),
        _not_out(verdict),
        _late(verdict),
        _levels(verdict, doubted),
        _harm(verdict),
        _sanity(verdict),
        _check(verdict, doubted),
    ]
    lines: list[str] = []
    for block in blocks:
        if block:
            lines += [*block, ""]
    return lines[:-1]


def bound_lines(verdict: Verdict, recounts: Iterable[Recount]) -> list[str]:
    """Which bounds came out again from the plan's own prices, which did not, which cannot."""
    lines = []
    good = [LEVEL_WORDS[one.level] for one in recounts if one.again is not None and one.holds]
    if good:
        words = f"Bounds reckoned again from the prices in the plan: {', '.join(good)}."
        lines += ["", *_wrapped(words, "")]
    for level, one in zip(verdict.plan.levels, recounts, strict=True):
        name = LEVEL_WORDS[one.level]
        if one.again is not None and not one.holds:
            lines += _wrapped(
                f"FAILED: the plan claims a bound of {one.told:.9g} for {name}, and its prices "
                f"prove {one.again:.9g}.", ""
            )  # fmt: skip
        elif not one.holds:
            words = f"Not reckoned again: {name}; its bound comes from: {level.method}."
            lines += _wrapped(words, "")
    return lines


def _headline(verdict: Verdict) -> list[str]:
    plan, scenario, figures = verdict.plan, verdict.scenario, verdict.figures
    what_if = plan.provenance.what_if
    title = plain(scenario.title) + (f" · what-if: {plain(what_if)}" if what_if else "")
    lines = [title, "=" * min(len(title), WIDTH)]
    out = f"{figures.evacuated:,} of {figures.people:,} people get out"
    means = f"{figures.by_sortie:,} by sortie, {figures.self_moved:,} by own means"
    if figures.evacuated:
        last = moment(scenario, figures.clearance_s)
        after = format_duration(figures.clearance_s)
        lines += _wrapped(f"{out} ({means}); the last is safe on {last}, after {after}.", "")
    else:
        lines.append(f"{out}.")
    stay = f", of whom {figures.unwilling:,} by choice" if figures.unwilling else ""
    lines.append(f"{figures.left_behind:,} stay{stay}. {len(plan.sorties):,} sorties.")
    goods = {aid.id: aid for aid in scenario.aid}
    lines += [
        f"Aid {plain(goods[told.aid].label)}: {told.kg:,} of {goods[told.aid].mass_kg:,} kg go in."
        for told in plan.aid if told.aid in goods
    ]  # fmt: skip
    if plan.status == "PROVEN_IMPOSSIBLE":
        lines.append("It is proven that nobody at all can get out as things stand.")
    return lines


def _groups(verdict: Verdict) -> list[str]:
    scenario = verdict.scenario
    last = last_arrivals(verdict.plan, scenario)
    rows = [("group", "people", "out", "last safe", "stay by choice", "left behind")]
    full = []
    for group in scenario.groups:
        share = verdict.figures.groups[group.id]
        if share.left_willing == 0 and len(scenario.groups) > GROUPS_SHOWN:
            full.append(group.id)
            continue
        when = moment(scenario, last[group.id]) if group.id in last else "–"
        moved = (f"{share.people:,}", f"{share.evacuated:,}", when)
        stay = (f"{share.unwilling:,}", f"{share.left_willing:,}")
        rows.append((cut(group.label, 34), *moved, *stay))
    lines = table(rows, right=(1, 2, 4, 5)) if len(rows) > 1 else []
    if full:
        when = moment(scenario, max((last[g] for g in full if g in last), default=0))
        lines.append(f"  {len(full)} more groups are out in full, the last on {when}.")
    return lines


def last_arrivals(plan: Plan, scenario: Scenario) -> dict[str, int]:
    """For each group that has anyone out: the moment at which its last person is safe."""
    havens = {place.id for place in scenario.places if place.role == "safe_haven"}
    last: dict[str, int] = {}
    for _, leg in plan.final_legs:
        if leg.destination in havens:
            for line in leg.manifest:
                last[line.group] = max(last.get(line.group, 0), leg.unload_end_s)
    for movement in plan.self_movements:
        for line in movement.manifest:
            last[line.group] = max(last.get(line.group, 0), movement.arrive_s)
    return last


def _not_out(verdict: Verdict) -> list[str]:
    entries = [entry for entry in verdict.plan.left_behind if not entry.unwilling and entry.persons]
    if not entries:
        return ["Everyone who wants to leave gets out."] if verdict.figures.evacuated else []
    entries.sort(key=lambda entry: (-entry.persons, entry.group))
    lines = ["Not out, and why"]
    for entry in entries[:10]:
        lines += _wrapped(stay_words(verdict.scenario, entry))
    if len(entries) > 10:
        rest = sum(entry.persons for entry in entries[10:])
        lines.append(f"  … and {rest:,} in {len(entries) - 10} more entries (left_behind.csv)")
    return lines


def _late(verdict: Verdict) -> list[str]:
    """Who misses a deadline and who is out last, and why not earlier."""
    told = [late for late in verdict.plan.late if late.missed]
    told += [late for late in verdict.plan.late if not late.missed][: max(0, LAST_TOLD - len(told))]
    lines = ["Out last, and why not earlier"] if told else []
    for late in told:
        label, last = (
            verdict.scenario.group(late.group).label,
            moment(verdict.scenario, late.last_s),
        )
        missed = f", {late.missed:,} after their deadline" if late.missed else ""
        lines += _wrapped(f"{label}: {last}{missed}. {late.reason}.")
    return lines


def stay_words(scenario: Scenario, entry: LeftBehind) -> str:
    """Who stays, why, and what would help, in one paragraph."""
    text = f"{scenario.group(entry.group).label}: {entry.persons:,}. {entry.reason.rstrip('.')}."
    remedy = entry.remedy
    if remedy is not None:
        if remedy.kind in ("not_searched", "none_found"):
            return f"{text} What would help: {remedy.what}."
        more = remedy.gain_persons
        gain = f": at most {more:,} more people by the relaxed reckoning" if more else ""
        cost = f"; cost {remedy.price} on the office's scale" if remedy.price is not None else ""
        text += f" Would help: {remedy.what}{gain}{cost}."
    return text


def _wrapped(text: str, indent: str = "  ") -> list[str]:
    import textwrap

    return textwrap.wrap(plain(text), WIDTH, initial_indent=indent, subsequent_indent=indent + "  ")


def level_name(verdict: Verdict, name: str) -> str:
    """The level in words; heads that count more than once are told from plain heads."""
    words = LEVEL_WORDS.get(name, name)
    weighted = any(group.weight != 1 for group in verdict.scenario.groups)
    return f"{words}, by weight" if name == "left_behind" and weighted else words


def _levels(verdict: Verdict, doubted: frozenset[str]) -> list[str]:
    levels = verdict.plan.levels
    head = "bound" if doubted else "proven bound"
    rows = [("level", "value", head, "gap", "unit", "")]
    for level in levels:
        name = level_name(verdict, level.name)
        figures = (number(level.value), number(level.bound), percent(level.gap))
        words = CLAIMED if level.name in doubted else STATUS_WORDS[level.status]
        rows.append((name, *figures, level.unit, words))
    return [*table(rows, right=(1, 2, 3)), *_any_moment(verdict)] if levels else []


def _any_moment(verdict: Verdict) -> list[str]:
    """Bounds that hold whenever vehicles leave, and what the grid of departures costs at most."""
    rows = [("whenever vehicles leave", "no less than", "the grid costs at most")]
    for level in verdict.plan.levels:
        if level.any_moment_bound is not None and level.grid_gap is not None:
            bound, gap = number(level.any_moment_bound), percent(level.grid_gap)
            rows.append((level_name(verdict, level.name), bound, gap))
    return ["", *table(rows, right=(1, 2))] if len(rows) > 1 else []


def _harm(verdict: Verdict) -> list[str]:
    ours = verdict.figures.levels.get("harm")
    if ours is None:
        return []
    stay = verdict.figures.harm_of_staying
    return [f"Expected casualties: {number(ours)} with this plan, {number(stay)} if all stayed."]


def _sanity(verdict: Verdict) -> list[str]:
    published = verdict.scenario.sanity
    if not published:
        return []
    told = ", ".join(
        f"{plain(words)} {' to '.join(map(number, values))}" for words, values in named(published)
    )
    modes = loaded_legs(verdict)
    ours = ", ".join(f"{count:,} by {mode}" for mode, count in modes.items()) or "none"
    return [
        *_wrapped(f"Published, to compare with: {told}.", ""),
        *_wrapped(f"Ours: loaded movements {ours}.", ""),
    ]


def loaded_legs(verdict: Verdict) -> dict[str, int]:
    """Movements with evacuees on board, counted by mode, in alphabetical order."""
    scenario = verdict.scenario
    mode_of = {fleet.id: scenario.vehicle(fleet).mode for fleet in scenario.fleets}
    counts: dict[str, int] = {}
    for sortie, _ in verdict.plan.final_legs:
        counts[mode_of[sortie.fleet]] = counts.get(mode_of[sortie.fleet], 0) + 1
    return dict(sorted(counts.items()))


def _check(verdict: Verdict, doubted: frozenset[str]) -> list[str]:
    stopped = {
        "gap": "the search came to its end",
        "time": "the time limit",
        "nodes": "the node limit",
        "interrupt": "your interruption",
    }[verdict.plan.stopped_by]
    words = STATUS_WORDS[verdict.plan.status]
    if doubted and verdict.plan.status == "OPTIMAL":
        words = "best by its own word; not all its bounds could be reckoned again"
    lines = _wrapped(f"Plan: {words}; stopped by {stopped}.", "")
    if verdict.status == "FAILED":
        lines.append(
            f"FAILED: the check found {len(verdict.violations)} breach(es). Do not use it."
        )
        for breach in verdict.violations[:8]:
            lines += _wrapped(f"{breach.rule}, {breach.where}: {breach.message}")
        return lines
    lines.append("Verified: replayed in true time by a second program; no rule is broken.")
    if verdict.status == "CONDITIONAL":
        bar = "!" * WIDTH
        lines += [bar, "NOT AUTHORISED. This plan may not run before these are granted:"]
        lines += [f"  {plain(line)}" for line in awaited_lines(verdict)]
        lines.append(bar)
    return lines


def awaited_lines(verdict: Verdict) -> list[str]:
    """The authorisations that a conditional plan waits for: id, name, party asked."""
    entries = {entry.id: entry for entry in verdict.scenario.authorisations}
    parties = {party.id: party.label for party in verdict.scenario.parties}
    lines = []
    for awaited in verdict.figures.conditional_on:
        entry = entries.get(awaited)
        if entry is None:
            lines.append(awaited)
            continue
        name = f" ({entry.name})" if entry.name else ""
        lines.append(f"{awaited}{name}, asked of {parties.get(entry.party, entry.party)}")
    return lines
