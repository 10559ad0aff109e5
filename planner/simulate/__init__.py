"""Rehearsal: a plan played through many draws, by discrete events (simpy).

    course      the plan made ready to be played                       (Course)
    conditions  what holds in one draw: openings, obstacles, dangers
    play        one draw: vehicles as processes, people, queues        (play → Outcome)
    rehearsal   draw after draw, and what each cause cost              (rehearse → Rehearsal)
    report      quantiles, fan, tornado, causes, loads                 (report → plain figures)

It shares no code with what makes plans, and none with the witness. It does not plan anew: it does
what dispatchers do with the plan in hand.
"""

from __future__ import annotations

from planner.simulate.course import Course
from planner.simulate.outcome import Arrival, Incident, Outcome
from planner.simulate.play import play
from planner.simulate.rehearsal import (
    Cost,
    Player,
    Players,
    Rehearsal,
    Turn,
    alone,
    rehearse,
    without,
)
from planner.simulate.report import report
from planner.simulate.tally import Played

__all__ = [
    "Arrival", "Cost", "Course", "Incident", "Outcome", "Played", "Player", "Players", "Rehearsal",
    "Turn", "alone", "play", "rehearse", "report", "without",
]  # fmt: skip
