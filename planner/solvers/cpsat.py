"""CP-SAT as it is used here: with one voice for Ctrl-C, the program's own."""

from __future__ import annotations

from ortools.sat.python import cp_model


def solver() -> cp_model.CpSolver:
    """A solver that leaves SIGINT alone.

    By default it catches the signal while it solves and leaves the system's own answer behind,
    which ends the program without a word at the next Ctrl-C, whatever plan is in hand.
    """
    found = cp_model.CpSolver()
    found.parameters.catch_sigint_signal = False
    return found
