"""Speed and capacity by road class and condition: ``config/speeds.yaml``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from planner import assets, units
from planner.errors import Issue, ScenarioError
from planner.load.yamltext import Node, parse

# OSM classes that speeds.yaml has no row for, and the row that stands for them.
_STANDS_FOR = {
    "living_street": "residential",
    "road": "unclassified",
    "busway": "secondary",
}


@dataclass(frozen=True)
class ClassFigures:
    """One road class: ``speed_mph`` metres per hour, ``capacity_vph`` vehicles/h and direction."""

    speed_mph: int
    capacity_vph: int


@dataclass(frozen=True)
class SpeedTable:
    """Figures by class; factors (parts per ten thousand) by condition and by access status."""

    classes: dict[str, ClassFigures]
    conditions_bp: dict[str, int]
    status_bp: dict[str, int]
    foot_mph: int
    foot_pph: int

    def figures(self, road_class: str) -> ClassFigures:
        """Figures of a class; links and synonyms (``trunk_link``, ``road``) use their parent's.

        An unknown class is driven like ``unclassified``.
        """
        plain = road_class.removesuffix("_link")
        known = self.classes.get(_STANDS_FOR.get(plain, plain))
        return known or self.classes["unclassified"]


@lru_cache(maxsize=1)
def shipped() -> SpeedTable:
    """The table in ``config/speeds.yaml``."""
    return read(assets.config_dir() / "speeds.yaml")


def read(path: Path) -> SpeedTable:
    """Read a table. Raises ScenarioError with every figure that is missing or malformed."""
    tree, issues = parse(path.read_text(encoding="utf-8"), path.name)
    if tree is None or issues:
        raise ScenarioError(issues)
    numbers = _Numbers(path.name, [])
    table = SpeedTable(
        classes={
            name: ClassFigures(
                numbers.of(node, "speed", units.parse_speed_mph, f"classes.{name}"),
                numbers.of(node, "capacity", _count, f"classes.{name}"),
            )
            for name, node in tree.get("classes").pairs.items()
        },
        conditions_bp=numbers.shares(tree.get("conditions"), "conditions"),
        status_bp=numbers.shares(tree.get("status"), "status"),
        foot_mph=numbers.of(tree.get("foot"), "speed", units.parse_speed_mph, "foot"),
        foot_pph=numbers.of(tree.get("foot"), "capacity", _count, "foot"),
    )
    for road_class in ("motorway", "trunk", "primary", "secondary", "unclassified"):
        if road_class not in table.classes:
            numbers.issues.append(
                Issue(path.name, tree.get("classes").line, f"classes.{road_class}", "missing",
                      "every table needs this class")
            )  # fmt: skip
    if numbers.issues:
        raise ScenarioError(numbers.issues)
    return table


def _count(text: str) -> int:
    return units.parse_rate(text).count


@dataclass
class _Numbers:
    file: str
    issues: list[Issue]

    def of(self, node: Node, key: str, parse_text: Callable[[str], int], where: str) -> int:
        found = node.get(key)
        try:
            return parse_text(found.text or "")
        except ValueError as error:
            self.issues.append(Issue(self.file, found.line, f"{where}.{key}", str(error)))
            return 0

    def shares(self, node: Node, where: str) -> dict[str, int]:
        return {key: self.of(node, key, units.parse_share_bp, where) for key in node.pairs}
