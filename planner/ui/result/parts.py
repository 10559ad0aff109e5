"""The parts of the page that show a finished plan, one a tab."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import streamlit as st

from planner import charts
from planner.cli.text import number
from planner.scenario.published import published
from planner.ui import look, tables
from planner.ui.glossary import meaning
from planner.ui.result import frames, sortie, tell
from planner.ui.result.chart_words import word
from planner.ui.result.headline import headline
from planner.ui.time_map import time_map
from planner.ui.words import _, clock_words, counted, duration

if TYPE_CHECKING:
    from planner.charts import Load
    from planner.ui.session import Run
    from planner.verify import Verdict

Made = TypeVar("Made")
TALL_PX = 520
KEPT = "result_kept"
MOST_KEPT = 8


def tabs() -> dict[str, Callable[[Run], None]]:
    """Name of a tab → what shows it, in their order."""
    return {
        _("Map"): _map,
        _("Curve"): _curve,
        _("Left behind"): _left,
        _("Vehicles"): _vehicles,
        _("Ports and bridges"): _sites,
        _("Danger"): _danger,
        _("Movements"): sortie.show,
        _("People"): _people,
        _("Proof"): _proof,
    }


def standing(verdict: Verdict) -> None:
    """A plan that fails or waits for a yes says so in a banner that cannot be overlooked."""
    if verdict.status == "FAILED":
        lines = [str(breach) for breach in verdict.violations[:5]]
        look.banner("bad", _("FAILED: this plan breaks rules. Do not use it."), lines=lines)
    elif verdict.status == "CONDITIONAL":
        lines = awaited(verdict)
        look.banner("wait", _("NOT AUTHORISED: this plan awaits"), lines=lines)


def awaited(verdict: Verdict) -> list[str]:
    """The authorisations that a conditional plan waits for: id, name, party asked."""
    entries = {entry.id: entry for entry in verdict.scenario.authorisations}
    parties = {party.id: party.label for party in verdict.scenario.parties}
    lines = []
    for ident in verdict.figures.conditional_on:
        entry = entries.get(ident)
        if entry is None:
            lines.append(ident)
            continue
        name = f"{ident} ({entry.name})" if entry.name else ident
        told = _("{name}, asked of {party}")
        lines.append(told.format(name=name, party=parties.get(entry.party, entry.party)))
    return lines


def head(verdict: Verdict) -> None:
    """The sentence and the four figures."""
    found = headline(verdict)
    look.lead(found.sentence, found.proof)
    look.cards((card.label, card.figure, card.note, card.tip) for card in found.cards)


def _map(run: Run) -> None:
    time_map([run], key=f"one-{run.number}", height=410)


def _curve(run: Run) -> None:
    verdict = run.verdict
    tell.chart(lambda: charts.evacuation_curve(verdict), lambda: frames.curve(verdict))
    most = charts.most_that_can_leave(verdict)
    if most is not None:
        told = _("Proven: no plan on this grid of departures brings more than {n} people out.")
        look.note(told.format(n=f"{most:,}"))


def _left(run: Run) -> None:
    verdict = run.verdict
    rows = tables.left_behind(verdict)
    if not rows:
        look.banner("good", _("Nobody is left behind."))
    else:
        look.table(left_columns(), rows, right=(1, 4, 5))
        look.note(_("Those who stay by choice stand last; no objective counts them."))
    late = frames.late(verdict)
    if len(late):
        look.heading(_("Out last, and why not earlier"))
        rows = [
            (
                str(row["group"]), f"{row['people']:,}", f"{row['missed']:,}",
                clock_words(row["last_safe"]), str(row["why"]),
            )
            for row in late.to_dict("records")
        ]  # fmt: skip
        heading = (_("group"), _("people"), _("after their deadline"), _("last safe"),
                   _("why not earlier"))  # fmt: skip
        look.table(heading, rows, right=(1, 2, 3))


def left_columns() -> tuple[str, ...]:
    """Headings of the table of those left behind."""
    return (
        _("group"), _("people"), _("why"), _("would help"), _("brings out at most"),
        _("cost on the office's scale"),
    )  # fmt: skip


def _vehicles(run: Run) -> None:
    verdict = run.verdict
    fleets = {fleet.id: fleet.label for fleet in verdict.scenario.fleets}
    used = [fleet for fleet in fleets if any(s.fleet == fleet for s in verdict.plan.sorties)]
    if not used:
        look.note(_("No vehicle moves."))
        return
    left, right = st.columns([2, 3], vertical_alignment="bottom")
    by_convoy, by_vehicle = _("By convoy"), _("By vehicle")
    with left:
        how = st.segmented_control(
            _("Bars"), [by_convoy, by_vehicle], default=by_convoy, required=True,
            key=f"bars-{run.number}", label_visibility="collapsed",
        )  # fmt: skip
    if how == by_vehicle:
        with right:
            fleet = st.selectbox(_("Fleet"), used, format_func=lambda name: fleets[name])
        tell.chart(
            lambda: charts.convoy_gantt(verdict, fleet),
            lambda: frames.gantt(verdict, fleet),
            TALL_PX,
        )
        return
    with right:
        empty = st.toggle(_("Empty ones too"), key=f"empty-{run.number}")
    look.note(f"{_('convoy').capitalize()}: {meaning('convoy')}")
    tell.chart(
        lambda: charts.convoy_lanes(verdict, not empty),
        lambda: frames.convoys(verdict, not empty),
        TALL_PX,
    )


def _sites(run: Run) -> None:
    verdict = run.verdict
    found = _kept(run, "loads", charts.loads)
    if not found:
        look.note(_("Nothing that has a limit is used."))
        return
    numbers = list(range(len(found)))
    fullest = max(numbers, key=lambda n: (found[n].full_s, -n))
    number = st.selectbox(
        _("Limit"), numbers, index=fullest, format_func=lambda n: _load_words(found[n]),
        key=f"site-{run.number}",
    )  # fmt: skip
    load = found[number]
    tell.chart(lambda: charts.load_curve(verdict, load), lambda: frames.site_course(verdict, load))
    look.heading(_("Every limit, and how far it was used"))
    tell.table(frames.sites(verdict, found))


def _load_words(load: Load) -> str:
    return f"{load.label} ({word(load.kind)}): {word(load.what)}"


def _danger(run: Run) -> None:
    verdict = run.verdict
    found = _kept(run, "exposure", charts.exposure)
    if not found.total:
        look.banner("good", _("Nobody is in danger at any hour."))
        return
    told = _("Expected casualties by group and hour; all together {n}. Crews are counted too.")
    look.note(told.format(n=number(found.total)))
    tell.chart(
        lambda: charts.exposure_map(verdict, found, dark=tell.is_dark()),
        lambda: frames.danger(verdict, found),
        TALL_PX,
    )


def _kept(run: Run, name: str, make: Callable[[Verdict], Made]) -> Made:
    """Made once a plan in this tab: it does not change."""
    kept = st.session_state.setdefault(KEPT, {})
    key = (str(run.folder), name)
    if key not in kept:
        while len(kept) >= MOST_KEPT:
            kept.pop(next(iter(kept)))
        kept[key] = make(run.verdict)
    found: Made = kept[key]
    return found


def _people(run: Run) -> None:
    tell.table(frames.groups(run.verdict))


def _proof(run: Run) -> None:
    verdict = run.verdict
    look.note(meaning("levels"))
    tell.table(frames.levels(verdict))
    if verdict.violations:
        tell.table(frames.violations(verdict))
    plan = verdict.plan
    told = _("{status}; {stopped}; seed {seed}.").format(
        status=frames.status_words()[plan.status].capitalize(),
        stopped=frames.stopped_words()[plan.stopped_by], seed=plan.provenance.seed,
    )  # fmt: skip
    if run.ending.wall_s:
        took = _("{seconds} s, {mb} MB.")
        told += " " + took.format(
            seconds=f"{run.ending.wall_s:.0f}", mb=f"{run.ending.peak_rss_mb:,.0f}"
        )
    look.note(told)
    if plan.provenance.engine_reason:
        look.note(f"{plan.provenance.engine}: {plan.provenance.engine_reason}")
    if verdict.scenario.sanity:
        look.note(_("Published figures to compare with; they are never used:"))
        look.facts({
            words: "–".join(number(float(value)) for value in values)
            for words, values in published(verdict.scenario.sanity)
        })  # fmt: skip


def made(runs: list[Run], mark: str) -> list[dict[str, object]]:
    """One row a plan of this desk, the newest first; ``mark``: of the present text.

    Told from what is known at a glance: opening a plan costs a replay.
    """
    return [
        {
            "plan": run.label,
            "out": run.figures.get("out"),
            "left_behind": run.figures.get("left"),
            "check": run.figures.get("status"),
            "last_safe": duration(int(run.figures.get("clearance_s", 0))),
            "seconds": round(run.ending.wall_s),
            "text": _("as now") if run.fingerprint == mark else _("earlier"),
        }
        for run in reversed(runs)
    ]


def made_note(n: int) -> str:
    """How many plans there are."""
    return counted("{n} plan made, the newest first", "{n} plans made, the newest first", n)
