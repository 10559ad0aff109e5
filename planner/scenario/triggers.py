"""Triggers: what, once it has happened, changes the decision to go, to wait or to stay."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from planner.scenario.parts import Named
from planner.scenario.quantities import CountNumber, Identifier

Decision = Literal["go", "wait", "stay"]
_LISTS = ("lost", "closed", "shut", "granted", "withdrawn")


class Trigger(Named):
    """Something to be watched: it has fired once enough of what it lists has happened."""

    lost: tuple[Identifier, ...] = ()
    """Places that `by` should hold; one has happened when somebody else holds it."""
    by: Identifier | None = None
    """The party that should hold them."""
    closed: tuple[Identifier, ...] = ()
    """Links; one has happened when nobody can use it at any time of the next 24 hours."""
    shut: tuple[Identifier, ...] = ()
    """Places that nobody can pass at any time of the next 24 hours (a port, an airport)."""
    granted: tuple[Identifier, ...] = ()
    """Authorisations that are in force."""
    withdrawn: tuple[Identifier, ...] = ()
    """Authorisations that are not in force."""
    at_least: CountNumber = 1
    """How many of the things above; of four roads, 'fewer than 2 open' is 3 closed."""
    then: Decision
    """What was decided beforehand for that case: `go`, `wait` or `stay`."""

    @model_validator(mode="after")
    def _watches(self) -> Trigger:
        if not self.things:
            raise ValueError("watches nothing; write for example `closed: [some_link]`")
        if bool(self.lost) != (self.by is not None):
            raise ValueError("`lost:` and `by:` belong together; write both or neither")
        if not 1 <= self.at_least <= len(self.things):
            raise ValueError(
                f"at_least {self.at_least} of {len(self.things)}; "
                f"write a number from 1 to {len(self.things)}"
            )
        return self

    @property
    def things(self) -> tuple[tuple[str, str], ...]:
        """(what happens to it, id) of everything that is watched, in the order of the keys."""
        return tuple((kind, name) for kind in _LISTS for name in getattr(self, kind))
