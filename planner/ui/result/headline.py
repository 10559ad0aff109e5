"""What a minister must know of a plan in ten seconds: one sentence and four figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.cli.text import number, percent
from planner.ui.glossary import meaning
from planner.ui.words import _, counted, duration, moment

if TYPE_CHECKING:
    from planner.plan import LevelResult
    from planner.verify import Verdict

ABOUT_PEOPLE = ("left_behind", "missed_deadlines", "harm")
"""Levels that the headline's proof speaks of; the others are about time and effort."""


@dataclass(frozen=True)
class Card:
    """One figure: what it is, the figure, a line below, and what the word means."""

    label: str
    figure: str
    note: str = ""
    tip: str = ""


@dataclass(frozen=True)
class Headline:
    """``sentence``: who is out by when, who is not and why; ``proof``: how sure that is."""

    sentence: str
    proof: str
    cards: tuple[Card, ...]


def headline(verdict: Verdict) -> Headline:
    """The headline of a plan."""
    return Headline(sentence(verdict), proof(verdict), cards(verdict))


def reason_words() -> dict[str, str]:
    """Code of a reason → the end of a sentence that begins with 'because'."""
    return {
        "no_route": _("no way leads to a haven"),
        "not_authorised": _("an authorisation is still missing"),
        "unacceptable": _("they refuse the only way that there is"),
        "closed": _("the way is closed"),
        "risk_cap": _("the way is too dangerous"),
        "no_fit": _("no vehicle can take them"),
        "no_seat": _("there are not enough seats in time"),
        "too_late": _("no vehicle reaches them in time"),
        "haven_full": _("the havens are full"),
    }


def left_by_reason(verdict: Verdict) -> list[tuple[str, int]]:
    """(code, persons) of those left behind against their will, the most frequent first."""
    found: dict[str, int] = {}
    for entry in verdict.plan.left_behind:
        if not entry.unwilling and entry.persons:
            found[entry.reason_code] = found.get(entry.reason_code, 0) + entry.persons
    return sorted(found.items(), key=lambda item: (-item[1], item[0]))


def sentence(verdict: Verdict) -> str:
    """Who is out by when, who is not, why."""
    figures = verdict.figures
    willing, left = figures.people - figures.unwilling, figures.left_behind - figures.unwilling
    if not figures.evacuated:
        told = _("Nobody gets out: {n} people want to leave.").format(n=f"{willing:,}")
    elif left == 0:
        told = _("All {out} people who want to leave get out; the last is safe on {when}.").format(
            out=f"{figures.evacuated:,}", when=_when(verdict)
        )
    else:
        told = _(
            "{out} of the {willing} people who want to leave get out, the last on {when}; "
            "{left} are left behind."
        ).format(
            out=f"{figures.evacuated:,}", willing=f"{willing:,}", when=_when(verdict),
            left=f"{left:,}",
        )  # fmt: skip
    why = _why(verdict, left)
    return f"{told} {why}" if why else told


def _when(verdict: Verdict) -> str:
    return moment(verdict.scenario, verdict.figures.clearance_s)


def _why(verdict: Verdict, left: int) -> str:
    reasons = left_by_reason(verdict)
    if not reasons or not left:
        return ""
    code, persons = reasons[0]
    why = reason_words().get(code, code)
    if persons == left:
        return _("The reason: {why}.").format(why=why)
    return _("The main reason, for {n} of them: {why}.").format(n=f"{persons:,}", why=why)


def proof(verdict: Verdict) -> str:
    """How sure it is that nothing much better can be had."""
    levels = {level.name: level for level in verdict.plan.levels}
    parts = []
    if verdict.plan.status == "PROVEN_IMPOSSIBLE":
        return _("It is proven that nobody at all can get out as things stand.")
    if "left_behind" in levels and verdict.figures.left_behind > verdict.figures.unwilling:
        parts.append(_fewest(verdict, levels["left_behind"]))
    if "harm" in levels:
        level, stay = levels["harm"], verdict.figures.harm_of_staying
        parts.append(
            _(
                "Expected casualties are {harm} instead of {stay} if everyone stayed ({sure})."
            ).format(
                harm=number(verdict.figures.levels["harm"]), stay=number(stay), sure=sure(level.gap)
            )
        )
    return " ".join(parts) or _("Nothing is proven of it.")


def _fewest(verdict: Verdict, level: LevelResult) -> str:
    weighted = any(group.weight != 1 for group in verdict.scenario.groups)
    if level.gap == 0 and not weighted:
        return _("It is proven that no plan leaves fewer behind.")
    if level.gap == 0:
        return _("It is proven that no plan leaves fewer behind, counted by weight.")
    return _("No plan leaves fewer than {n} behind; this one is within {gap} of that.").format(
        n=number(level.bound), gap=percent(level.gap)
    )


def sure(gap: float) -> str:
    """'proven best' or 'proven to within 0.5 %'."""
    if gap == 0:
        return _("proven best")
    return _("proven to within {gap}").format(gap=percent(gap)) if gap <= 1 else _("not proven")


def cards(verdict: Verdict) -> tuple[Card, ...]:
    """Out, left behind, expected casualties, how sure."""
    figures = verdict.figures
    left = figures.left_behind - figures.unwilling
    by = ""
    if figures.evacuated:
        after = duration(figures.clearance_s)
        by = _("the last on {when}, after {after}").format(when=_when(verdict), after=after)
    stay = (
        _("{n} more stay by choice").format(n=f"{figures.unwilling:,}") if figures.unwilling else ""
    )
    harm = number(figures.levels.get("harm", 0.0))
    alone = _("{n} if everyone stayed").format(n=number(figures.harm_of_staying))
    return (
        Card(
            _("Out, of {n} people").format(n=f"{figures.people:,}"), f"{figures.evacuated:,}", by,
            meaning("evacuated"),
        ),
        Card(_("Left behind"), f"{left:,}", stay, meaning("left behind")),
        Card(_("Expected casualties"), harm, alone, meaning("harm")),
        Card(_("How sure"), *_how_sure(verdict), meaning("gap")),
    )  # fmt: skip


def _how_sure(verdict: Verdict) -> tuple[str, str]:
    if verdict.status == "FAILED":
        return _("FAILED"), counted(
            "{n} rule is broken", "{n} rules are broken", len(verdict.violations)
        )
    gaps = [level.gap for level in verdict.plan.levels if level.name in ABOUT_PEOPLE]
    widest = max(gaps, default=2.0)
    figure = _("not proven")
    if widest <= 1:
        figure = _("within {gap}").format(gap=percent(widest)) if widest else _("proven best")
    if verdict.status == "CONDITIONAL":
        n = len(verdict.figures.conditional_on)
        return figure, counted("awaits {n} authorisation", "awaits {n} authorisations", n)
    if 0 < widest <= 1:
        return figure, _("of the proven best; checked by a second program")
    return figure, _("checked by a second program")
