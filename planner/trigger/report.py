"""An appraisal of start dates as plain figures, and as sentences for who decides."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import fmean, quantiles
from typing import Any

from planner.plan import LeftBehind
from planner.scenario import Scenario, Trigger
from planner.trigger.dates import Appraisal, Date, number_of

Row = dict[str, Any]
CONFIDENCE = 0.9
"""Share of the draws in which the last safe moment is to hold."""
FEWER = 0.05
"""How many fewer people, as a share, may get out at that moment than by starting at once."""
LOOSE = 0.05
"""A gap of expected casualties from which on a date's plan is told to be far from proven."""
KINDS = {
    "lost": "is lost", "closed": "is closed", "shut": "is closed", "granted": "is granted",
    "withdrawn": "does not hold",
}  # fmt: skip


def report(found: Appraisal) -> Row:
    """Everything that was found; JSON as it stands. Moments are ISO 8601 in the scenario's zone."""
    scenario = found.scenario
    told: Row = {
        "scenario": scenario.title, "what_if": scenario.origin.what_if,
        "scenario_sha256": scenario.origin.sha256, "timezone": scenario.timezone,
        "start": scenario.start_at.isoformat(), "now": _moment(scenario, found.now_s),
        "seed": found.seed, "draws": found.draws, "partial": found.is_partial,
        "harm_of_staying": found.dates[0].verdict.plan.harm_of_staying if found.dates else None,
        "people": found.dates[0].verdict.figures.people if found.dates else 0,
        "dates": [_date(found, date) for date in found.dates],
        "triggers": [_trigger(found, trigger) for trigger in scenario.triggers],
        "permissions": [_permission(found, name) for name in found.comes],
        "ways": [_way(found, name) for name in found.gone],
        "decision_support": "Decision support, not clearance.",
    }  # fmt: skip
    told["last_safe"] = _last_safe(told, found)
    told["sentences"] = sentences(told)
    return told


def _moment(scenario: Scenario, at_s: int) -> str:
    return scenario.local(at_s).isoformat()


def _date(found: Appraisal, date: Date) -> Row:
    verdict, plan = date.verdict, date.verdict.plan
    harm = verdict.figures.levels.get("harm")
    return {
        "start": _moment(found.scenario, date.start_s), "start_s": date.start_s,
        "plan": number_of(date), "verdict": verdict.status, "status": plan.status,
        "out": date.out, "left": date.left,
        "missed": verdict.figures.levels.get("missed_deadlines", 0),
        "harm": harm, "harm_waiting": date.waiting_harm,
        "harm_after": None if harm is None else harm - date.waiting_harm,
        "clearance_s": verdict.figures.clearance_s,
        "left_by_group": _left(found.scenario, plan.left_behind),
        "gaps": {level.name: level.gap for level in plan.levels},
        "drawn": _spread(date.drawn), "drawn_harm": _spread(date.drawn_harm),
        "seconds": round(date.seconds, 1),
    }  # fmt: skip


def _left(scenario: Scenario, entries: Iterable[LeftBehind]) -> dict[str, int]:
    """Label of the group → people of it who are left against their will."""
    told: dict[str, int] = {}
    for entry in entries:
        if not entry.unwilling:
            label = scenario.group(entry.group).label
            told[label] = told.get(label, 0) + entry.persons
    return told


def _spread(values: Sequence[float]) -> Row | None:
    """Mean and quantiles; None where nothing was drawn."""
    if not values:
        return None
    if len(values) == 1:
        return {"mean": values[0], "p5": values[0], "p50": values[0], "p95": values[0]}
    cuts = quantiles(values, n=20, method="inclusive")
    return {"mean": fmean(values), "p5": cuts[0], "p50": cuts[9], "p95": cuts[18]}


def _shares(rows: Sequence[Sequence[bool]]) -> list[float | None]:
    return [fmean(row) if row else None for row in rows]


def _stated(found: Appraisal, what: str, name: str) -> list[bool]:
    return list(found.stated.get(what, {}).get(name, ()))


def _trigger(found: Appraisal, trigger: Trigger) -> Row:
    names = _names(found.scenario)
    happened = found.fired.get(trigger.id, ())
    return {
        "id": trigger.id, "name": trigger.label, "then": trigger.then,
        "at_least": trigger.at_least, "of": len(trigger.things),
        "has_fired": len(happened) >= trigger.at_least,
        "happened": [f"{names.get(name, name)} {KINDS[kind]}" for kind, name in happened],
        "chance_by_date": _shares(found.fires.get(trigger.id, ())),
        "stated_by_date": _stated(found, "fires", trigger.id),
    }  # fmt: skip


def _permission(found: Appraisal, name: str) -> Row:
    wanted = next(p for p in found.scenario.authorisations if p.id == name)
    first = found.dates[0].verdict.plan.left_behind
    waiting = sum(
        entry.persons for entry in first
        if entry.remedy is not None and name in entry.remedy.what.replace(",", " ").split()
    )  # fmt: skip
    return {
        "id": name, "name": wanted.label, "state": wanted.state, "people_waiting": waiting,
        "chance_by_date": _shares(found.comes[name]),
        "stated_by_date": _stated(found, "comes", name),
    }  # fmt: skip


def _way(found: Appraisal, name: str) -> Row:
    return {
        "id": name, "name": _names(found.scenario).get(name, name),
        "chance_closed_by_date": _shares(found.gone[name]),
        "stated_by_date": _stated(found, "gone", name),
    }  # fmt: skip


def _names(scenario: Scenario) -> dict[str, str]:
    things = (*scenario.places, *scenario.links, *scenario.authorisations)
    return {thing.id: thing.label for thing in things}


# ------------------------------------------------------------------ the last safe moment


def _last_safe(told: Row, found: Appraisal) -> Row | None:
    """The last date that leaves nobody more behind, as planned and in most of the draws.

    Whoever may begin earlier may follow a later date's plan as well: what a date leaves behind is
    the least of its own plan and of all later ones.
    In the draws date by date is compared with starting at the first date in the same draw.
    """
    if not found.dates:
        return None
    first = found.dates[0]
    fewest = min(date.left for date in found.dates)
    planned = max(n for n, date in enumerate(found.dates) if date.left == fewest)
    rows = told["dates"]
    safe: Row = {"planned": rows[planned]["start"], "planned_s": rows[planned]["start_s"]}
    if not first.drawn:
        return {**safe, "drawn": None, "shares": [], "confidence": CONFIDENCE, "fewer": FEWER}
    shares = [
        fmean(a >= (1 - FEWER) * b for a, b in zip(date.drawn, first.drawn, strict=False))
        if date.drawn else 0.0
        for date in found.dates
    ]  # fmt: skip
    drawn = _last(share >= CONFIDENCE for share in shares)
    return {
        **safe, "drawn": rows[drawn]["start"], "drawn_s": rows[drawn]["start_s"],
        "shares": shares, "confidence": CONFIDENCE, "fewer": FEWER,
    }  # fmt: skip


def _last(holds: Iterable[bool]) -> int:
    """Number of the last date up to which it holds without a break (the first always does)."""
    last = 0
    for number, good in enumerate(holds):
        if number and not good:
            break
        last = number
    return last


# ------------------------------------------------------------------ words


def sentences(told: Row) -> list[str]:
    """What a decision maker would read, most important first."""
    if not told["dates"]:
        return ["Stopped before the first date was planned."]
    found = [_fired(told), _go_or_stay(told), _until_when(told)]
    found += [_in_draws(told), _waiting(told), *_coming(told), *_closing(told), _unproven(told)]
    return [sentence for sentence in found if sentence]


def day(moment: str) -> str:
    """'2012-12-14T06:00:00+02:00' → '2012-12-14 06:00'."""
    return moment[:16].replace("T", " ")


def _fired(told: Row) -> str:
    fired = [one for one in told["triggers"] if one["has_fired"]]
    if fired:
        each = [f"{one['name']} (decided for it: {one['then']})" for one in fired]
        return f"Fired at {day(told['now'])}: {'; '.join(each)}."
    if told["triggers"]:
        number = len(told["triggers"])
        return f"None of the {number} triggers has fired at {day(told['now'])}."
    return "No triggers are set: add `triggers:` to the scenario."


def _go_or_stay(told: Row) -> str:
    first = told["dates"][0]
    if first["verdict"] == "FAILED":
        return f"The plan that begins at {day(first['start'])} fails its check: use none of this."
    words = (
        f"Beginning at {day(first['start'])}, {first['out']:,} of {told['people']:,} people get "
        f"out and {first['left']:,} stay against their will"
    )
    if first["harm"] is None:
        return words + "."
    less = told["harm_of_staying"] - first["harm"]
    than = f"{abs(less):.1f} {'fewer' if less >= 0 else 'more'} than if all stayed"
    return f"{words}; {first['harm']:.1f} casualties are expected, {than}."


def _until_when(told: Row) -> str:
    rows, safe = told["dates"], told["last_safe"]
    if len(rows) == 1:
        return ""
    number = next(n for n, row in enumerate(rows) if row["start_s"] == safe["planned_s"])
    if number == len(rows) - 1:
        return f"No date up to {day(safe['planned'])} leaves anybody more behind."
    later, here = rows[number + 1], rows[number]
    more = {
        group: count - here["left_by_group"].get(group, 0)
        for group, count in later["left_by_group"].items()
        if count > here["left_by_group"].get(group, 0)
    }
    worst = sorted(more.items(), key=lambda item: (-item[1], item[0]))[:3]
    who = ", ".join(f"{count:,} of {group}" for group, count in worst)
    until = "At once" if number == 0 else f"Until {day(safe['planned'])}"
    verb = "is when nobody more is left" if number == 0 else "nobody more is left behind"
    return (
        f"{until} {verb}; beginning at {day(later['start'])} leaves {later['left']:,} instead of "
        f"{here['left']:,} ({who})."
    )


def _in_draws(told: Row) -> str:
    safe, first = told["last_safe"], told["dates"][0]
    if safe["drawn"] is None or first["drawn"] is None:
        return ""
    spread = first["drawn"]
    return (
        f"In {told['draws']:,} draws of what nobody knows for sure, beginning first brings out "
        f"{spread['p5']:,.0f} to {spread['p95']:,.0f} (9 of 10 draws). The last moment at which in "
        f"9 of 10 draws not more than {safe['fewer']:.0%} fewer get out than by beginning first: "
        f"{day(safe['drawn'])}."
    )


def _waiting(told: Row) -> str:
    """What waiting costs from one date to the next, among those who wait."""
    rows = [row for row in told["dates"] if row["harm"] is not None]
    if len(rows) < 2:
        return ""
    steps = [b["harm"] - a["harm"] for a, b in pairwise(rows)]
    low, high = min(steps), max(steps)
    each = f"{low:+.1f} to {high:+.1f}" if round(low, 1) != round(high, 1) else f"{low:+.1f}"
    return (
        f"From one of these dates to the next the expected casualties of the whole change by "
        f"{each}; waiting until {day(rows[-1]['start'])} alone is expected to cost "
        f"{rows[-1]['harm_waiting']:.1f}."
    )


def _coming(told: Row) -> list[str]:
    found = []
    for row in told["permissions"]:
        chances = row["chance_by_date"]
        if not chances or chances[-1] is None or not max(chances):
            continue
        waits = f", {row['people_waiting']:,} people wait for it" if row["people_waiting"] else ""
        last = day(told["dates"][-1]["start"])
        found.append(
            f"{row['name']} ({row['state']}{waits}): in force by {last} in {chances[-1]:.0%} of "
            "the draws."
        )
    return found


def _course(chances: Sequence[float], days: Sequence[str]) -> str:
    """How the chance that something is closed goes, in words."""
    half = next((n for n, chance in enumerate(chances) if chance < 0.5), None)
    if chances[0] >= 0.5:
        first = f"closed at {days[0]} in {chances[0]:.0%} of the draws"
        if half is None:
            return f"{first}, and mostly so at every later date"
        return f"{first}, at {days[half]} in {chances[half]:.0%}"
    worst = max(range(len(chances)), key=lambda n: chances[n])
    lost = next((n for n, chance in enumerate(chances) if chance >= 0.5), None)
    if lost is not None:
        return f"likely lost from {days[lost]} on (closed in {chances[lost]:.0%} of the draws)"
    before = f", {chances[0]:.0%} at the first date" if worst else ""
    return f"closed at {days[worst]} in {chances[worst]:.0%} of the draws{before}"


def _unproven(told: Row) -> str:
    """Dates whose search the clock ended early: differences between dates may be its doing."""
    loose = [
        (row, row["gaps"].get("harm") or 0.0) for row in told["dates"]
        if (row["gaps"].get("harm") or 0.0) > LOOSE
    ]  # fmt: skip
    if not loose:
        return ""
    worst, gap = max(loose, key=lambda pair: pair[1])
    which = "all dates" if len(loose) == len(told["dates"]) else f"{len(loose)} of the dates"
    which = "one date" if len(loose) == 1 else which
    return (
        f"The search for {which} ended before expected casualties were near the least possible "
        f"(worst: {day(worst['start'])}, up to {gap:.0%} too many): smaller differences between "
        "dates say nothing. More time: --each."
    )


def _closing(told: Row) -> list[str]:
    found = []
    for row in told["ways"]:
        chances = row["chance_closed_by_date"]
        if not chances or chances[0] is None:
            continue
        if max(chances) >= 0.02:
            days = [day(date["start"]) for date in told["dates"]]
            found.append(f"{row['name']}: {_course(chances, days)}.")
    return found
