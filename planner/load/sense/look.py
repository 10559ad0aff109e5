"""What every check needs: the Scenario, the lines of its text, and where to put what it finds."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from planner.errors import Issue, Severity
from planner.load.config import Credible
from planner.load.yamltext import Node, Path, Step
from planner.scenario import Fleet, Place, Scenario, Vehicle

NOT_PLANNED = "not planned by this version"


@dataclass
class Look:
    """One look at one Scenario; ``issues`` grows."""

    scenario: Scenario
    root: Node
    file: str
    credible: Credible
    timed: bool = True
    """Whether start, horizon and zone mean anything."""
    issues: list[Issue] = field(default_factory=list)

    @cached_property
    def _indexes(self) -> dict[tuple[str, str], int]:
        # By id: where parts of the text did not fit, the Scenario's lists are shorter than these.
        return {
            (section, item.get("id").text or ""): index
            for section, node in self.root.pairs.items()
            for index, item in reversed(list(enumerate(node.items)))
        }

    @cached_property
    def places(self) -> dict[str, Place]:
        """Places by id."""
        return {place.id: place for place in self.scenario.places}

    @cached_property
    def fleets(self) -> dict[str, Fleet]:
        """Fleets by id."""
        return {fleet.id: fleet for fleet in self.scenario.fleets}

    def is_whole(self, section: str) -> bool:
        """Whether every item of a list could be read: else nothing is missing for sure."""
        node = self.root.pairs.get(section)
        return node is None or len(node.items) == len(getattr(self.scenario, section))

    def vehicle(self, fleet: Fleet) -> Vehicle | None:
        """The fleet's kind with the fleet's own figures; None where its kind is unknown."""
        return self.scenario.vehicle(fleet) if fleet.vehicle in self.scenario.vehicles else None

    def item(self, section: str, item: str, *keys: Step) -> Path:
        """Path of a key of the item of that id."""
        return (section, self._indexes[section, item], *keys)

    def error(self, path: Path, problem: str, remedy: str) -> None:
        """An error at a path of the text."""
        self._tell(path, problem, remedy, "error")

    def warn(self, path: Path, problem: str, remedy: str) -> None:
        """A warning at a path of the text."""
        self._tell(path, problem, remedy, "warning")

    def _tell(self, path: Path, problem: str, remedy: str, severity: Severity) -> None:
        line, where = self.root.line_of(path), self.root.where(path)
        self.issues.append(Issue(self.file, line, where, problem, remedy, severity))
