"""Small evacuations whose best plan is known without a solver: by closed form or by brute force."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from planner.network import TransportNetwork
from planner.pipeline import Limits, Result, make_network, make_plan
from planner.problem import EvacuationProblem, pose
from planner.scenario import Scenario
from tests.network_case import link, place, scenario, vehicle

MIN = 60
HOUR = 3600
SINGLES = {1: "100 %"}
QUICK = Limits(time_s=10.0)


def shuttle(
    homes: dict[str, tuple[int, int]],
    *,
    buses: int = 1,
    seats: int = 50,
    horizon: str = "8 h",
    deadlines: dict[str, str] | None = None,
    open_hours: str | None = None,
    **more: Any,
) -> Scenario:
    """Buses between a haven and homes: id → (km from the haven, people), on roads of 60 km/h.

    One kilometre is one minute; loading and unloading take ten each; departures every ten minutes.
    """
    groups = [
        {
            "id": f"{name}_people", "at": name, "people": people, "households": SINGLES,
            **({"deadline": deadlines[name]} if deadlines and name in deadlines else {}),
        }
        for name, (_, people) in homes.items()
    ]  # fmt: skip
    windows = [{"id": "curfew", "kind": "curfew", "modes": ["road"], "open": [open_hours]}]
    given: dict[str, Any] = {
        "horizon": horizon,
        "step": "10 min",
        "places": [
            place("haven", 0, "safe_haven"),
            *(place(name, -km) for name, (km, _) in homes.items()),
        ],
        "links": [
            link(f"{name}_road", name, "haven", f"{km} km", speed="60 km/h")
            for name, (km, _) in homes.items()
        ],
        "groups": groups,
        "vehicles": {"bus": vehicle(seats=seats)},
        "fleets": [{"id": "buses", "vehicle": "bus", "count": buses, "base": "haven"}],
        "windows": windows if open_hours else [],
    }
    return scenario(**{**given, **more})


def ferry() -> Scenario:
    """250 people in a port, one ship of 100 seats, four hours at sea and 40 minutes of pilotage."""
    ship = vehicle(
        "sea", "15 kn", seats=100, loading="20 min", unloading="20 min", overhead="40 min"
    )
    return scenario(
        horizon="36 h",
        step="10 min",
        places=[
            place("port", 0, "embarkation_port", berths=1),
            place("island", 111, "safe_haven", berths=1),
        ],
        links=[{"id": "crossing", "from": "port", "to": "island", "mode": "sea",
                "length": "60 nmi"}],
        groups=[{"id": "waiting", "at": "port", "people": 250, "households": SINGLES}],
        vehicles={"ship": ship},
        fleets=[{"id": "ferry", "vehicle": "ship", "count": 1, "base": "port"}],
    )  # fmt: skip


def bridge() -> Scenario:
    """400 people, eight buses beside them, a bridge for four cars (two buses) in any hour."""
    road = link("bridge", "home", "haven", "20 km", speed="60 km/h", capacity="4 vehicles/h")
    return scenario(
        horizon="8 h",
        step="10 min",
        places=[place("home", 0), place("haven", 20, "safe_haven")],
        links=[road],
        groups=[{"id": "people", "at": "home", "people": 400, "households": SINGLES}],
        fleets=[{"id": "buses", "vehicle": "bus", "count": 8, "base": "home"}],
    )


def solve(case: Scenario, limits: Limits = QUICK) -> Result:
    """The whole line, remedies apart; the plan must stand before the witness."""
    result = make_plan(case, limits, remedies=False)
    assert [str(violation) for violation in result.verdict.violations] == []
    return result


def values(result: Result) -> dict[str, float]:
    """Level to the value that the witness recounted."""
    return dict(result.verdict.figures.levels)


def posed(case: Scenario) -> tuple[EvacuationProblem, TransportNetwork]:
    """The problem and its network."""
    network = make_network(case)
    return pose(case, network), network


@dataclass(frozen=True)
class Shuttle:
    """What brute force needs to know, in minutes; the same as ``shuttle`` makes."""

    km: tuple[int, ...]
    people: tuple[int, ...]
    buses: int
    seats: int
    horizon_min: int
    deadline_min: tuple[int | None, ...] = ()
    open_min: tuple[int, int] | None = None

    def scenario(self) -> Scenario:
        """As a scenario; the clock starts at 06:00."""
        names = [f"home{i}" for i in range(len(self.km))]
        hours = None
        if self.open_min:
            hours = "-".join(f"{6 + m // 60:02}:{m % 60:02}" for m in self.open_min)
        due = {
            name: f"{minutes} min"
            for name, minutes in zip(names, self.deadline_min, strict=False)
            if minutes is not None
        }
        return shuttle(
            dict(zip(names, zip(self.km, self.people, strict=True), strict=True)),
            buses=self.buses, seats=self.seats, horizon=f"{self.horizon_min} min",
            deadlines=due, open_hours=hours,
        )  # fmt: skip

    def optimum(self) -> tuple[float, float, float]:
        """(left behind, deadlines missed, person-hours) of the lexicographically best plan."""
        behind, missed, minutes = _Search(self).best(((0, HAVEN),) * self.buses, self.people)
        return float(behind), float(missed), minutes / 60


HAVEN = -1
Fleet = tuple[tuple[int, int], ...]
"""Buses as (free from this minute, home where it stands or ``HAVEN``), sorted."""
Cost = tuple[int, int, int]


class _Search:
    """Every order of rounds and every departure on the grid, each bus filled up.

    The bus that is free first moves next: it waits, goes somewhere, or stops for good.
    """

    def __init__(self, case: Shuttle) -> None:
        self.case = case
        self.due = case.deadline_min or (None,) * len(case.km)
        self._known: dict[tuple[Fleet, tuple[int, ...]], Cost] = {}

    def best(self, fleet: Fleet, left: tuple[int, ...]) -> Cost:
        """Least cost from here on."""
        if not fleet or not any(left):
            missed = sum(n for n, due in zip(left, self.due, strict=True) if due is not None)
            return sum(left), missed, sum(left) * self.case.horizon_min
        if (fleet, left) not in self._known:
            self._known[fleet, left] = min(self._choices(fleet, left))
        return self._known[fleet, left]

    def _choices(self, fleet: Fleet, left: tuple[int, ...]) -> Iterator[Cost]:
        (free, at), others = fleet[0], fleet[1:]
        yield self.best(others, left)
        if free + 10 <= self.case.horizon_min:
            yield self.best(_with((free + 10, at), others), left)
        for home, km in enumerate(self.case.km):
            if not left[home]:
                continue
            if at == HAVEN and self._open(free, free + km):
                yield self.best(_with((free + _up(km), home), others), left)
            if at == home and self._open(free + 10, free + 10 + km, unload=10):
                yield self._ride((free, home), others, left)

    def _ride(self, bus: tuple[int, int], others: Fleet, left: tuple[int, ...]) -> Cost:
        free, home = bus
        km, due = self.case.km[home], self.due[home]
        end = free + 10 + km + 10
        aboard = min(self.case.seats, left[home])
        fewer = tuple(n - aboard * (i == home) for i, n in enumerate(left))
        behind, missed, minutes = self.best(_with((free + _up(20 + km), HAVEN), others), fewer)
        late = aboard if due is not None and end > due else 0
        return behind, missed + late, minutes + aboard * end

    def _open(self, start: int, end: int, unload: int = 0) -> bool:
        hours = self.case.open_min or (0, self.case.horizon_min)
        return hours[0] <= start and end <= hours[1] and end + unload <= self.case.horizon_min


def _up(minutes: int) -> int:
    """The next multiple of the step."""
    return -(-minutes // 10) * 10


def _with(bus: tuple[int, int], others: Fleet) -> Fleet:
    return tuple(sorted((bus, *others)))
