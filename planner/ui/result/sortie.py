"""The tab of movements: filters, the table, and the way of the row that was picked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import streamlit as st

from planner.ui import look, maps
from planner.ui.result import movements, tell
from planner.ui.words import _, counted, moment

if TYPE_CHECKING:
    import pandas as pd

    from planner.ui.session import Run
    from planner.verify import Verdict

TABLE_PX, MAP_PX = 330, 360
WIDTH_PX = 700


def show(run: Run) -> None:
    """The whole tab."""
    verdict, number = run.verdict, run.number
    top, right = st.columns([2, 3], vertical_alignment="bottom")
    by_trip, by_group = _("Movements"), _("Manifests")
    with top:
        how = st.segmented_control(
            _("Rows"), [by_trip, by_group], default=by_trip, required=True, key=f"rows-{number}",
            label_visibility="collapsed",
        )  # fmt: skip
    manifest = how == by_group
    whole = movements.manifests(verdict) if manifest else movements.movements(verdict)
    with right:
        loaded = st.toggle(_("Only with people on board"), value=True, key=f"loaded-{number}")
    frame = _filtered(run, whole, loaded)
    hidden = [name for name in movements.ASKED if name in frame.columns]
    people = int(frame.loc[frame["final"].astype(bool), "people"].sum()) if len(frame) else 0
    rows = counted("{n} row", "{n} rows", len(frame))
    reach = _("{n} people reach a haven in them").format(n=f"{people:,}")
    look.note(f"{rows}; {reach}. {_('Pick a row to see its way and its times.')}")
    event = tell.table(
        frame, hidden, height=TABLE_PX, on_select="rerun", selection_mode="single-row",
        key=f"trips-{number}-{manifest}",
    )  # fmt: skip
    picked = event.selection.rows if event is not None else []
    if picked and picked[0] < len(frame):
        _detail(run, str(frame.iloc[picked[0]]["sortie"]))


def _filtered(run: Run, frame: pd.DataFrame, loaded: bool) -> pd.DataFrame:
    """The rows that the filters leave."""
    scenario, number = run.verdict.scenario, run.number
    places = {place.id: place.label for place in scenario.places}
    groups = {group.id: group.label for group in scenario.groups}
    first, second, third, fourth = st.columns(4)
    fleets = first.multiselect(
        _("Fleet"), sorted(set(frame["fleet"])), key=f"f-fleet-{number}", placeholder=_("all")
    )
    at = second.multiselect(
        _("From or to"), list(places), format_func=lambda name: places[name],
        key=f"f-place-{number}", placeholder=_("all"),
    )  # fmt: skip
    who = third.multiselect(
        _("Group"), list(groups), format_func=lambda name: groups[name], key=f"f-group-{number}",
        placeholder=_("all"),
    )  # fmt: skip
    start = movements.local(scenario, 0)
    end = start + timedelta(seconds=run.verdict.plan.horizon_s)
    with fourth:
        span: tuple[datetime, datetime] = st.slider(
            _("Begins"), start, end, (start, end), step=timedelta(hours=1),
            format="D MMM HH:mm", key=f"f-time-{number}",
        )  # fmt: skip
    hours = tuple(round((moment - start).total_seconds()) for moment in span)
    return movements.chosen(frame, fleets, at, who, (hours[0], hours[1]), loaded)


def times(verdict: Verdict, name: str) -> list[tuple[str, ...]]:
    """The legs of a sortie as rows: from, to, loading, departs, arrives, unloaded, people, who."""
    scenario = verdict.scenario
    frame = movements.movements(verdict)
    rows = frame[frame["sortie"] == name].to_dict("records")
    legs = {s.id: s.legs for s in verdict.plan.sorties}.get(name)
    if legs is None:
        return [_row(row, [_said(row[key]) for key in movements.TIMES]) for row in rows]
    found = []
    for row in rows:
        leg = legs[row["leg"]]
        moments = (leg.load_start_s, leg.depart_s, leg.arrive_s, leg.unload_end_s)
        found.append(_row(row, [moment(scenario, t_s) for t_s in moments]))
    return found


def _said(at: datetime) -> str:
    return f"{at:%a} {at.day} {at:%b %H:%M}"


def _row(row: dict[Any, Any], clock: list[str]) -> tuple[str, ...]:
    ends = (str(row["from"]), str(row["to"]))
    return (*ends, *clock, f"{row['people']:,}", str(row["groups"]) or "–")


def _detail(run: Run, name: str) -> None:
    heading = (
        _("from"), _("to"), _("loading"), _("departs"), _("arrives"), _("unloaded"), _("people"),
        _("groups on board"),
    )  # fmt: skip
    rows = times(run.verdict, name)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        look.heading(_("Sortie {name}").format(name=name))
        look.table(heading, rows, right=(6,))
    with right:
        ways = movements.ways(run.verdict, name)
        with st.container(key=f"map-land-way-{run.number}"):
            st.pydeck_chart(
                maps.way_deck(run.verdict, ways, (WIDTH_PX, MAP_PX)), height=MAP_PX,
                alt=_("Map of the way of {name}").format(name=name),
            )  # fmt: skip
