"""Bus evacuation instances: the public text format, and the published recipe for random ones.

The format, non-blank lines of whole numbers (a colon counts as a blank, as one repository has it)::

    buses capacity
    depots busesOfDepot1 busesOfDepot2 …
    points totalDemand demand1 demand2 …
    shelters totalCapacity capacity1 capacity2 …
    one row a depot: [number] distance to every point
    one row a point: [number] distance to every shelter

The public files begin each row of distances with its number; it may be left out. Distances may have
up to three decimals. Totals are checked against their terms.

Readings. Point and shelter are equally far both ways: one row serves the loaded ride out and the
empty ride back, as in the published model. Demands and capacities are persons; a point is visited
ceil(demand / capacity) times, and persons are split among those visits in any way. A bus goes to a
point only to fetch someone there, as in Goerigk, Grün and Heßler's model. Published runs of a flow
model also let buses pass through points and shelters, which shortens ways where distances break the
triangle inequality; ``passing`` gives that problem: every way is then a shortest one.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from planner.solvers.trips import TripProblem, Vessel

UNIT_MS = 1000
"""Milliseconds that one unit of distance is counted as."""
BUSES = {2: 2, 3: 2, 4: 3, 5: 3, 6: 4, 7: 4, 8: 5, 9: 5, 10: 6}
"""Buses by the number of points, as published."""
FARTHEST, MOST_LOADS, MOST_ROOM = 10, 5, 10
MOST_NUMBERS = 4_000_000
MOST_PAIRS = 4_000_000
"""Buses times busloads, as many as are taken."""


class FileFault(ValueError):
    """An instance file that cannot be read; the message names file and line."""


@dataclass(frozen=True)
class BusInstance:
    """One bus evacuation instance. Distances in thousandths of the file's unit."""

    name: str
    capacity: int
    buses: tuple[int, ...]
    """Per depot."""
    demand: tuple[int, ...]
    """Per point, persons."""
    room: tuple[int, ...]
    """Per shelter, persons."""
    from_depot: tuple[tuple[int, ...], ...]
    """[depot][point]."""
    to_shelter: tuple[tuple[int, ...], ...]
    """[point][shelter], the same both ways."""

    def passing(self) -> BusInstance:
        """The same with shortest ways, through points and shelters, instead of direct ones.

        Those from depots too; no way leads through a depot.
        """
        across = np.array(self.to_shelter, dtype=np.int64)
        points, shelters = across.shape
        far = int(across.sum()) + int(np.sum(self.from_depot)) + 1
        ways = np.full((points + shelters, points + shelters), far, dtype=np.int64)
        ways[:points, points:] = across
        ways[points:, :points] = across.T
        np.fill_diagonal(ways, 0)
        for via in range(points + shelters):
            np.minimum(ways, ways[:, via, None] + ways[None, via, :], out=ways)
        out = np.array(self.from_depot, dtype=np.int64)
        start = (out[:, :, None] + ways[None, :points, :points]).min(axis=1)
        return replace(
            self,
            name=f"{self.name}-passing",
            from_depot=tuple(map(tuple, start.tolist())),
            to_shelter=tuple(map(tuple, ways[:points, points:].tolist())),
        )

    def problem(self) -> TripProblem:
        """The instance in the nouns of the trip engines; one unit of distance is 1000 ms."""
        depots = [d for d, count in enumerate(self.buses) for _ in range(count)]
        back = tuple(zip(*self.to_shelter, strict=True))
        every = len(depots)
        return TripProblem(
            vessels=tuple(Vessel(f"bus_{b + 1}", self.capacity, 0) for b in range(every)),
            pickups=tuple(f"point_{p + 1}" for p in range(len(self.demand))),
            drops=tuple(f"shelter_{s + 1}" for s in range(len(self.room))),
            source_of=tuple(range(len(self.demand))),
            demand=self.demand,
            drop_capacity=self.room,
            start_ms=tuple(self.from_depot[d] for d in depots),
            loaded_ms=(self.to_shelter,) * every,
            empty_ms=(back,) * every,
        )


@dataclass(frozen=True)
class _Row:
    where: str
    numbers: tuple[Fraction, ...]

    def whole(self) -> list[int]:
        """The numbers as whole ones. Raises FileFault where one has decimals or is negative."""
        for number in self.numbers:
            if number.denominator != 1 or number < 0:
                raise FileFault(f"{self.where}: a whole number is needed here, not {float(number)}")
        return [int(number) for number in self.numbers]


def read(path: Path) -> BusInstance:
    """The instance in a file. Raises FileFault with file and line for whatever is wrong with it."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise FileFault(f"{path}: this is not a text file in UTF-8") from None
    except OSError as error:
        raise FileFault(f"{path}: cannot be read ({error.strerror or error})") from None
    return parse(text, path.stem, str(path))


def parse(text: str, name: str, where: str = "text") -> BusInstance:
    """The instance in a text; ``where`` begins the messages of FileFault."""
    rows = _rows(text, where)
    buses, capacity = _first(rows, where)
    per_depot = _counted(_next(rows, where, "the depots"), "depots", 1)
    _agree(per_depot[0].where, "buses in line 1", buses, sum(per_depot[1]), "the depots' buses")
    demand = _totalled(_next(rows, where, "the points"), "points", "demand")
    room = _totalled(_next(rows, where, "the shelters"), "shelters", "capacity")
    pairs = buses * sum(-(-people // capacity) for people in demand)
    if pairs > MOST_PAIRS:
        told = f"buses times busloads are {pairs}, at most {MOST_PAIRS} are taken"
        raise FileFault(f"{where}: {told}")
    from_depot = _distances(rows, where, len(per_depot[1]), len(demand), "depot", "points")
    to_shelter = _distances(rows, where, len(demand), len(room), "point", "shelters")
    for extra in rows:
        raise FileFault(f"{extra.where}: the instance ends before this line")
    return BusInstance(
        name, capacity, tuple(per_depot[1]), tuple(demand), tuple(room), from_depot, to_shelter
    )


def _rows(text: str, where: str) -> Iterator[_Row]:
    left = MOST_NUMBERS
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.replace(":", " ").split()
        left -= len(words)
        if left < 0:
            raise FileFault(f"{where}, line {number}: more than {MOST_NUMBERS} numbers in the file")
        if words:
            here = f"{where}, line {number}"
            yield _Row(here, tuple(_number(word, here) for word in words))


def _number(word: str, where: str) -> Fraction:
    if re.fullmatch(r"[+-]?\d{1,12}(\.\d{1,9})?", word, re.ASCII) is None:
        raise FileFault(f"{where}: {word[:40]!r} is not a number")
    return Fraction(word)


def _next(rows: Iterator[_Row], where: str, what: str) -> _Row:
    row = next(rows, None)
    if row is None:
        raise FileFault(f"{where}: the file ends before {what}")
    return row


def _first(rows: Iterator[_Row], where: str) -> tuple[int, int]:
    row = _next(rows, where, "the number of buses and their capacity")
    numbers = row.whole()
    if len(numbers) != 2:
        told = f"two numbers are needed (buses, capacity), {len(numbers)} are here"
        raise FileFault(f"{row.where}: {told}")
    if numbers[0] < 1 or numbers[1] < 1:
        raise FileFault(f"{row.where}: at least one bus of at least one place is needed")
    return numbers[0], numbers[1]


def _counted(row: _Row, what: str, head: int) -> tuple[_Row, list[int]]:
    """What follows the ``head`` leading numbers, as many as the first of them says."""
    numbers = row.whole()
    terms = numbers[head:]
    if numbers[0] < 1:
        raise FileFault(f"{row.where}: the number of {what} is {numbers[0]}, at least 1 is needed")
    if len(terms) != numbers[0]:
        raise FileFault(f"{row.where}: {numbers[0]} {what} are told, {max(0, len(terms))} follow")
    return row, terms


def _totalled(row: _Row, what: str, quantity: str) -> list[int]:
    _, terms = _counted(row, what, 2)
    total = int(row.numbers[1])
    _agree(row.where, f"total {quantity}", total, sum(terms), f"the {what}")
    return terms


def _agree(where: str, what: str, told: int, found: int, of: str) -> None:
    if told != found:
        raise FileFault(f"{where}: {what} is {told}, but {of} add up to {found}")


def _distances(
    rows: Iterator[_Row], where: str, height: int, width: int, of: str, to: str
) -> tuple[tuple[int, ...], ...]:
    found = []
    for index in range(1, height + 1):
        row = _next(rows, where, f"the distances of {of} {index}")
        numbers = row.numbers
        if len(numbers) == width + 1 and numbers[0] == index:
            numbers = numbers[1:]
        if len(numbers) != width:
            raise FileFault(
                f"{row.where}: {of} {index} needs {width} distances to the {to} "
                f"(after its number {index}, or without it), {len(row.numbers)} numbers are here"
            )
        found.append(tuple(_thousandths(number, row.where) for number in numbers))
    return tuple(found)


def _thousandths(number: Fraction, where: str) -> int:
    scaled = number * UNIT_MS
    if scaled.denominator != 1 or scaled < 0:
        raise FileFault(
            f"{where}: a distance is at least 0 and has at most three decimals, not {float(number)}"
        )
    return int(scaled)


def generate(points: int, seed: int, buses: int | None = None) -> BusInstance:
    """A random instance by the published recipe; the same for the same arguments.

    One depot, as many shelters as points, buses of one busload; distances U{1..10}, demands
    U{1..5}, capacities U{1..10} drawn anew until they suffice. Raises ValueError for fewer than one
    point or bus, or a number of points without a published number of buses where none is given.
    """
    if buses is None:
        if points not in BUSES:
            raise ValueError(f"no number of buses is published for {points} points: give one")
        buses = BUSES[points]
    if points < 1 or buses < 1:
        raise ValueError("at least one point and one bus are needed")
    rng = random.Random(seed)
    demand = tuple(rng.randint(1, MOST_LOADS) for _ in range(points))
    from_depot = (tuple(rng.randint(1, FARTHEST) * UNIT_MS for _ in range(points)),)
    to_shelter = tuple(
        tuple(rng.randint(1, FARTHEST) * UNIT_MS for _ in range(points)) for _ in range(points)
    )
    room: tuple[int, ...] = ()
    while sum(room) < sum(demand):
        room = tuple(rng.randint(1, MOST_ROOM) for _ in range(points))
    name = f"BEP-1-{points}-{points}-{buses}-s{seed}"
    return BusInstance(name, 1, (buses,), demand, room, from_depot, to_shelter)


def write(instance: BusInstance) -> str:
    """The instance in the public format, with the rows numbered."""
    lines = [
        [str(sum(instance.buses)), str(instance.capacity)],
        [str(len(instance.buses)), *map(str, instance.buses)],
        [str(len(instance.demand)), str(sum(instance.demand)), *map(str, instance.demand)],
        [str(len(instance.room)), str(sum(instance.room)), *map(str, instance.room)],
        [],
        *([str(n), *map(_decimal, row)] for n, row in enumerate(instance.from_depot, start=1)),
        [],
        *([str(n), *map(_decimal, row)] for n, row in enumerate(instance.to_shelter, start=1)),
    ]
    return "".join(" ".join(line) + "\n" for line in lines)


def _decimal(thousandths: int) -> str:
    whole, rest = divmod(thousandths, UNIT_MS)
    return f"{whole}.{rest:03d}".rstrip("0") if rest else str(whole)
