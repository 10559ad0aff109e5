"""One front door: ``Solver(problem, limits)`` searches for whole vehicles and proves bounds.

OR-Tools is imported in this package and nowhere else.
"""

from __future__ import annotations

from planner.solvers.clashes import clashes
from planner.solvers.engine import LevelProof, Limits, Solver, Update
from planner.solvers.memory import Memory
from planner.solvers.packing import pack

__all__ = ["LevelProof", "Limits", "Memory", "Solver", "Update", "clashes", "pack"]
