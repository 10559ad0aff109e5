"""A reason for staying."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cause:
    """A reason by code (those of ``plan.LeftBehind.reason_code``) and in the planner's words.

    ``is_scarce``: there is a way out, but not for everybody in time; otherwise nothing moves them,
    however many the vehicles. ``short_of_nothing``: counted in fractions of vehicles and households
    there was room for everybody who has a way out.
    """

    code: str
    words: str
    is_scarce: bool = False
    short_of_nothing: bool = False
    full: tuple[str, ...] = ()
    """Havens that take in no more."""
    cut_short: bool = False
    """The search ended first: nothing is known to be short."""
    asked: tuple[str, ...] = ()
    """Requests for the passage of a team that is waited for, which nobody has answered."""
