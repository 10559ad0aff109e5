"""Faults as part of the interface: where, what is wrong, and the remedy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, order=True)
class Issue:
    """One fault in an input.

    ``file`` and ``line`` (1-based; 0 where no line applies) say where in the text, ``where`` names
    the thing (``groups[joura].people``), ``problem`` what is wrong, ``remedy`` what to write.
    """

    file: str
    line: int
    where: str
    problem: str
    remedy: str = ""
    severity: Severity = "error"

    def __str__(self) -> str:
        place = (
            f"{self.file}:{self.line}: " if self.line else (f"{self.file}: " if self.file else "")
        )
        kind = "warning: " if self.severity == "warning" else ""
        where = f"{self.where}: " if self.where else ""
        remedy = f" -> {self.remedy}" if self.remedy else ""
        return f"{place}{kind}{where}{self.problem}{remedy}"


class ScenarioError(Exception):
    """Raised with every Issue that was found, never with the first alone."""

    def __init__(self, issues: Iterable[Issue]) -> None:
        self.issues: tuple[Issue, ...] = tuple(issues)
        super().__init__("\n".join(str(issue) for issue in self.issues))


class Impossible(ScenarioError):
    """Raised where it is proven that no plan keeps the scenario's commitments."""
