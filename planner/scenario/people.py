"""People as whole units: households, and patients with their companions.

Every head of a group is in exactly one segment; shares become integers by largest remainder.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from planner.scenario.model import Scenario
from planner.scenario.parts import Group
from planner.units import largest_remainder

Means = Literal["unwilling", "ride", "car", "foot"]


@dataclass(frozen=True, order=True)
class Unit:
    """People who travel together: ``persons`` heads of whom ``stretchers`` lie."""

    persons: int
    stretchers: int = 0

    @property
    def seats(self) -> int:
        """Seats that the unit needs besides its stretcher places."""
        return self.persons - self.stretchers


@dataclass(frozen=True)
class Segment:
    """The part of a group that has one means: who stays by choice, rides, drives or walks.

    People with a car or on foot may also be carried by a vehicle where that serves them better.
    """

    group: str
    means: Means
    units: tuple[tuple[Unit, int], ...]

    @property
    def persons(self) -> int:
        """Heads."""
        return sum(unit.persons * count for unit, count in self.units)


def _households(persons: int, sizes: dict[int, int]) -> dict[int, int]:
    """Whole households of the given mix whose members add up to exactly ``persons``.

    ``sizes`` maps household size to its share of the households. The mix is met as nearly as whole
    households allow; the rest is made up of the largest sizes that still fit, then of one smaller
    household that stands for the remainder.
    """
    mean_times_share = sum(size * share for size, share in sizes.items())
    counts = {size: persons * share // mean_times_share for size, share in sorted(sizes.items())}
    rest = persons - sum(size * count for size, count in counts.items())
    for size in sorted((s for s in sizes if sizes[s]), reverse=True):
        while rest >= size:
            counts[size] += 1
            rest -= size
    if rest:
        counts[rest] = counts.get(rest, 0) + 1
    return {size: count for size, count in counts.items() if count}


def _patients(group: Group, patients: int) -> dict[Unit, int]:
    """Patients with companions: stretcher and seated ones, the mean number of companions kept."""
    lying, seated = largest_remainder(patients, [group.stretcher, 10000 - group.stretcher])
    mean_bp = round((group.companions or 0.0) * 10000)
    units: dict[Unit, int] = {}
    for count, stretchers in ((lying, 1), (seated, 0)):
        few, part_bp = divmod(mean_bp, 10000)
        with_few, with_more = largest_remainder(count, [10000 - part_bp, part_bp])
        for companions, number in ((few, with_few), (few + 1, with_more)):
            if number:
                unit = Unit(1 + companions, stretchers)
                units[unit] = units.get(unit, 0) + number
    return units


def segments(scenario: Scenario, group: Group) -> tuple[Segment, ...]:
    """The group cut into its segments; together they hold every head of the group once."""
    if group.exactly:
        return _exactly(group)
    count = getattr(group.people, scenario.people_figure)
    willing, unwilling = largest_remainder(count, [group.willing, 10000 - group.willing])
    shares = [10000 - group.own_car - group.on_foot, group.own_car, group.on_foot]
    parts: list[tuple[Means, int]] = [("unwilling", unwilling)]
    means: tuple[Means, ...] = ("ride", "car", "foot")
    parts += list(zip(means, largest_remainder(willing, shares), strict=True))
    out = []
    for mean, number in parts:
        if number:
            if group.is_medical:
                units = _patients(group, number)
            else:
                sizes = group.households
                units = {Unit(size): n for size, n in _households(number, sizes).items()}
            out.append(Segment(group.id, mean, tuple(sorted(units.items()))))
    return tuple(out)


def _exactly(group: Group) -> tuple[Segment, ...]:
    """The segments of a group that is known household by household."""
    known: dict[Means, dict[Unit, int]] = {}
    for entry in group.exactly:
        if entry.units and entry.persons:
            units = known.setdefault(entry.means, {})
            unit = Unit(entry.persons, entry.stretchers)
            units[unit] = units.get(unit, 0) + entry.units
    order: tuple[Means, ...] = ("unwilling", "ride", "car", "foot")
    return tuple(
        Segment(group.id, means, tuple(sorted(known[means].items())))
        for means in order if means in known
    )  # fmt: skip


def people(scenario: Scenario) -> int:
    """Everybody in the scenario, companions of patients included, teams that go in not."""
    return sum(s.persons for group in scenario.groups for s in segments(scenario, group))
