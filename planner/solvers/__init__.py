"""One front door: ``Solver(problem, limits)`` searches for whole vehicles and proves bounds.

``choose(problem)`` tells which engine suits a problem, and why.

OR-Tools is imported in this package and nowhere else.
"""

from __future__ import annotations

from planner.solvers.certificate import prices_of
from planner.solvers.choice import Choice, choose
from planner.solvers.clashes import clashes
from planner.solvers.door import Solver
from planner.solvers.engine import LevelProof, Limits, Update
from planner.solvers.memory import Memory, Trace, names_of_movers, spelled
from planner.solvers.packing import pack
from planner.solvers.twostage import TwoStage, two_stage, two_stage_fits

__all__ = [
    "Choice",
    "LevelProof",
    "Limits",
    "Memory",
    "Solver",
    "Trace",
    "TwoStage",
    "Update",
    "choose",
    "clashes",
    "names_of_movers",
    "pack",
    "prices_of",
    "spelled",
    "two_stage",
    "two_stage_fits",
]
