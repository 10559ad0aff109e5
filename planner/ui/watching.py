"""Jobs in the making, for whichever page they were wished for on: progress, queue, stop, cancel."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
import streamlit as st

from planner import charts
from planner.ui import appraising, longwork, look, rehearsing, sweeping, tickets, timing
from planner.ui.result import frames
from planner.ui.result.chart_words import in_words
from planner.ui.runner import PLANS, Job
from planner.ui.session import BASE, Session
from planner.ui.words import _, counted, duration


@st.fragment(run_every=0.5)
def watch(session: Session) -> None:
    """Every job that runs or waits; when one has ended the whole page is drawn anew."""
    session.refresh()
    jobs = session.jobs
    if not jobs or any(job.ending() is not None for job in jobs):
        st.rerun()  # the whole app: the router takes the plan in
    with st.container(border=True, key="progress"):
        for number, job in enumerate(jobs):
            if job.waiting:
                _waiting(job)
            elif job.wish.kind in PLANS:
                _planning(job)
            else:
                _working(job)
            _buttons(job, number)


def phase_words() -> dict[str, str]:
    """Phase of a job → what it does, in this tab's language."""
    return {
        "starting": _("starting"),
        "network": _("looking for the ways"),
        "problem": _("setting the problem up"),
        "dispatch rules": _("a first plan by simple rules"),
        "itineraries": _("better itineraries, and how good they can be at most"),
        "itinerary columns": _("better itineraries, and how good they can be at most"),
        "whole vehicles": _("whole vehicles and whole households"),
        "continuous time": _("bounds at any moment"),
        "reasons": _("why people are left behind, and what would help"),
        "verifying": _("the second program replays the plan"),
        "candidates": _("what could be changed"),
        "prices": _("what each limit costs"),
        "bounds": _("what each change could gain at most"),
        "searches": _("planning with each change"),
        "checks": _("checking"),
        "dates": _("planning from this date on"),
        "cases": _("planning case after case"),
        "waiting for the scheduler": _("the scheduler is gone; waiting for it"),
        "draws": _("playing the plan, draw after draw"),
        "costs": _("playing draws again without one cause, to see what it cost"),
    }


def _phase(now: dict[str, Any]) -> str:
    phase = str(now.get("phase", "starting")).replace("_", " ")
    return phase_words().get(phase, phase)


def _waiting(job: Job) -> None:
    place = tickets.place(job.folder)
    head = _("{name} waits for its turn.").format(name=job.wish.what_if or BASE)
    told = _("Every solve has this machine for itself.")
    if place is not None:
        told = counted("{n} solve is before it", "{n} solves are before it", place.ahead)
        if place.left_s:
            wait = duration(max(1, round(place.left_s)))
            told += ", " + _("at most {time}").format(time=wait)
    look.banner("plain", head, told)


def _planning(job: Job) -> None:
    found = job.progress() or {}
    head = _("Planning {name}.").format(name=job.wish.what_if or BASE)
    if job.wish.kind != "plan":
        head = _("Planning anew what is left of plan {n}.").format(n=job.wish.plan)
    kept = _("The best plan so far is being kept …")
    look.banner("plain", head, kept if job.stopping else _phase(found.get("now") or {}))
    share = min(1.0, job.elapsed_s / max(job.wish.time_s, 1))
    left = max(0, round(job.wish.time_s - job.elapsed_s))
    told = _("{elapsed} s of the search; at most {left} s are left")
    st.progress(share, text=told.format(elapsed=f"{job.elapsed_s:.0f}", left=left))
    history: list[dict[str, Any]] = found.get("history", [])
    if not history:
        return
    left_half, right_half = st.columns([2, 3])
    with left_half:
        heading = (_("level"), _("best so far"), _("proven bound"), _("gap"))
        look.table(heading, frames.level_rows(history), right=(1, 2, 3))
    with right_half:
        # The rows go beside the specification: as long as that stays the same the picture does
        # not blink.
        spec = in_words(charts.search_curve(history, frames.level_words()))
        rows = spec.pop("data")["values"]
        st.vega_lite_chart(pd.DataFrame(rows), spec, alt=_("Value and bound of each level"))


def _working(job: Job) -> None:
    """Work of another kind than a plan: how much of it is done."""
    now = (job.progress() or {}).get("now") or {}
    kept = _("What is known by now is being kept …")
    look.banner("plain", _working_on(job), kept if job.stopping else _phase(now))
    pairs = longwork.counts(str(now.get("message") or ""))
    told = _("{elapsed} s").format(elapsed=f"{job.elapsed_s:.0f}")
    share = longwork.share(pairs)
    if job.wish.kind == appraising.KIND:
        share = min(1.0, job.elapsed_s / max(job.wish.time_s, 1))
        left = max(0, round(job.wish.time_s - job.elapsed_s))
        told = _("{elapsed} s; at most {left} s are left").format(
            elapsed=f"{job.elapsed_s:.0f}", left=left
        )
    st.progress(share, text=" · ".join([told, *_counted(job, pairs), *_workers(now)]))


def _working_on(job: Job) -> str:
    case = job.wish.what_if or BASE
    if job.wish.kind == rehearsing.KIND:
        return _("Rehearsing plan {n}.").format(n=job.wish.plan)
    if job.wish.kind == sweeping.KIND:
        return _("Sweeping.")
    if job.wish.kind == timing.KIND:
        return _("Trying start dates, on {name}.").format(name=case)
    return _("What would help most, on {name}.").format(name=case)


def _workers(now: dict[str, Any]) -> list[str]:
    """Of a sweep: how many workers there are, how many cases have no plan, how long it takes."""
    said = dict(re.findall(r"(workers|failed)=(\d+)", str(now.get("message") or "")))
    found = []
    if "workers" in said:
        found.append(counted("{n} worker", "{n} workers", int(said["workers"])))
    if int(said.get("failed", 0)):
        found.append(counted("{n} without a plan", "{n} without a plan", int(said["failed"])))
    left_s = now.get("left_s")
    if said and isinstance(left_s, int | float):
        left = duration(60 * max(1, -(-round(left_s) // 60)))
        found.append(_("about {time} left").format(time=left))
    return found


def _counted(job: Job, pairs: list[tuple[int, int]]) -> list[str]:
    """How many of how many, in words, from coarse to fine."""
    words = {
        appraising.KIND: [_("{done} of {of} changes")],
        sweeping.KIND: [_("{done} of {of} cases")],
        timing.KIND: [_("date {done} of {of}"), _("{done} of {of} draws")],
    }.get(job.wish.kind, [_("{done} of {of} draws")])
    # A date that is being planned is told by its number, all else by how many are done.
    first = int(job.wish.kind == timing.KIND)
    return [
        word.format(done=f"{done + first * (number == 0):,}", of=f"{of:,}")
        for number, (word, (done, of)) in enumerate(zip(words, pairs, strict=False))
    ]


def _buttons(job: Job, number: int) -> None:
    is_plan = job.wish.kind in PLANS
    keep = _("Stop, keep the best plan") if is_plan else _("Stop, keep what is known")
    drop = _("End without a plan") if is_plan else _("End without an answer")
    with st.container(horizontal=True):
        if not job.waiting:
            st.button(
                _("Stopping …") if job.stopping else keep, icon=":material/stop_circle:",
                on_click=job.stop, disabled=job.stopping, key=f"stop-{number}",
            )  # fmt: skip
        st.button(
            _("Leave the queue") if job.waiting else drop, icon=":material/cancel:",
            on_click=job.end, key=f"end-{number}",
        )  # fmt: skip


def ended(session: Session) -> None:
    """How the last job ended, where it left nothing."""
    ending = session.last
    if ending is None or ending.outcome == "plan":
        return
    if ending.outcome == "faults":
        lines = [str(issue) for issue in ending.issues[:8]]
        is_plan = session.last_job is None or session.last_job.wish.kind in PLANS
        head = _("No plan: the scenario has faults.") if is_plan else _("No answer:")
        look.banner("bad", head, lines=lines)
    elif ending.outcome == "ended":
        look.banner("wait", _("Ended without a plan."), ending.sentence)
    else:
        crashed = _("No plan: the solver's process broke off.")
        inside = _("No plan: an error inside the program.")
        look.banner("bad", crashed if ending.outcome == "crashed" else inside, ending.sentence)
        if session.last_job is not None:
            st.download_button(
                _("The log, for whoever looks into it"), session.last_job.log,
                file_name="safe-passage-log.txt", mime="text/plain", on_click="ignore",
                icon=":material/download:",
            )  # fmt: skip
