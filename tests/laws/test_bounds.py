"""Bounds reckoned twice: by the engine, and by a plain dynamic programme that shares none of it."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from planner import bounds, load, pipeline
from planner.bounds.tolls import Toll
from planner.plan import Certificate
from planner.problem import EvacuationProblem
from planner.scenario import Scenario
from planner.solvers import Limits
from planner.solvers.certificate import certify
from planner.solvers.columns import ColumnEngine
from tests.bench import lift_case
from tests.bench.lift_case import Size
from tests.laws.test_rotating_variations import flying, rotating
from tests.laws.test_variations import FOLDER, variation

LEVELS = ("left_behind", "missed_deadlines", "harm", "arrival", "effort")
ROUNDS = 12


def _varied(seed: int) -> Scenario:
    name, text = variation(seed)
    return load.read_text(text, name)


def _lift(seed: int) -> Scenario:
    return lift_case.scenario(Size(3, 30, seed=seed, fleets=2))


def _chain(seed: int) -> Scenario:
    return lift_case.scenario(Size(3, 24, seed=seed, chain=True))


KINDS: dict[str, tuple[Callable[[int], Scenario], range]] = {
    "varied": (_varied, range(15)),
    "rotating": (rotating, range(12)),
    "flying": (flying, range(4)),
    "lift": (_lift, range(2)),
    "chain": (_chain, range(2)),
}
CASES = [(kind, seed) for kind, (_, seeds) in KINDS.items() for seed in seeds]


@cache
def posed(kind: str, seed: int) -> EvacuationProblem:
    scenario = KINDS[kind][0](seed)
    return pipeline.make_problem(scenario, pipeline.make_network(scenario))


@cache
def proven(kind: str, seed: int) -> tuple[tuple[float, Certificate, dict[str, float]], ...]:
    """By level the engine's bound, its certificate, and the values at which it held the others."""
    problem = posed(kind, seed)
    engine = ColumnEngine(problem, problem.relaxed, 3600 if seed % 2 else 0)
    holds: dict[str, float] = {}
    found = []
    for level in LEVELS:
        result = engine.optimise(level, dict(holds), until=float("inf"), rounds=ROUNDS)
        assert result.prices is not None
        found.append((result.bound, certify(level, result.prices, holds), dict(holds)))
        holds[level] = result.value * (1 + 1e-6) + 1e-6
    return tuple(found)


@pytest.mark.parametrize(("kind", "seed"), CASES)
def test_both_come_to_the_same(kind: str, seed: int) -> None:
    """Not less again than told; more only where a vehicle would have waited to stop for good."""
    for told, certificate, holds in proven(kind, seed):
        again = bounds.bound(posed(kind, seed), certificate, holds)
        assert again is not None
        assert again >= told - 1e-6 * max(1.0, abs(told)), certificate.level


@cache
def drawn(kind: str, seed: int) -> dict[tuple[object, ...], float]:
    """Prices by lot on people, people in hubs, and every limit at some moments."""
    problem, lot = posed(kind, seed), random.Random(seed)
    horizon_s = problem.grid.horizon_s
    found: dict[tuple[object, ...], float] = {}
    for who in problem.commodities:
        if not who.is_hub:
            found["d", who.index] = lot.uniform(0, 60)
            continue
        for mark in (lot.randrange(horizon_s), horizon_s + 1):
            found["h", who.index, mark] = lot.uniform(-20, 40)
    for limit in problem.limits:
        whole = limit.kind in ("intake", "duty", "fuel")
        for _ in range(3):
            moment = limit.window[0] if whole else lot.randrange(0, horizon_s, 600)
            width = lot.choice([0, 3600])
            found["r", (limit.kind, limit.at, moment, limit.window[1], width)] = lot.uniform(0, 3)
    return found


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(("kind", "seed"), CASES)
def test_both_come_to_the_same_at_prices_drawn_by_lot(kind: str, seed: int, level: str) -> None:
    problem = posed(kind, seed)
    held = {"harm": 0.5, "left_behind": 7.0} if level in ("arrival", "effort") else {}
    prices = drawn(kind, seed) | {("w", name): 0.01 * (seed + 1) for name in held}
    engine = ColumnEngine(problem, problem.relaxed)
    told = engine.optimise(level, held, until=0.0, prices=prices, target=float("-inf")).bound
    again = bounds.bound(problem, certify(level, prices, held), held)
    assert again is not None
    room = 1e-6 * max(1.0, abs(told))
    assert again >= told - room
    if all(np.all(ends) for ends in problem.relaxed.may_end):
        assert again <= told + room


def test_all_kinds_of_limits_had_a_price() -> None:
    priced = {key[1][0] for case in CASES for key in drawn(*case) if key[0] == "r"}  # type: ignore[index]
    assert priced == {
        "link", "link_persons", "bays", "berths", "stands", "slots", "persons_rate",
        "vehicles_rate", "intake", "waiting", "duty", "fuel", "headway",
    }  # fmt: skip


@pytest.mark.parametrize(("kind", "seed"), [("varied", 0), ("varied", 4), ("rotating", 3)])
def test_at_any_prices_no_plan_is_better(kind: str, seed: int) -> None:
    """Prices drawn by lot prove less than the best ones, and never a lie."""
    scenario = KINDS[kind][0](seed)
    plan = pipeline.make_plan(scenario, Limits(time_s=8, node_limit=6), remedies=False).verdict.plan
    values = {level.name: level.value for level in plan.levels}
    lot = random.Random(seed)
    for _, certificate, _ in proven(kind, seed):
        level = certificate.level
        before = dict(list(values.items())[: list(values).index(level)])
        for _ in range(12):
            drawn = certificate.model_copy(
                update={
                    "held": tuple(f"{name}|{value!r}|{lot.uniform(0, 2)}"
                                  for name, value in before.items()),
                    **{part: tuple(_scaled(entry, lot) for entry in getattr(certificate, part))
                       for part in ("taken", "hubs", "limits")},
                }
            )  # fmt: skip
            found = bounds.bound(posed(kind, seed), drawn, before)
            assert found is not None
            assert found <= values[level] + 1e-6 * max(1.0, values[level])


def _scaled(entry: str, lot: random.Random) -> str:
    *parts, price = entry.split("|")
    return "|".join([*parts, repr(float(price) * lot.uniform(0.0, 2.0))])


@pytest.mark.parametrize(
    ("part", "entry"),
    [
        ("limits", "link|bridge|0|0|0|-1.0"),
        ("limits", "link|bridge|0|0|0|nan"),
        ("limits", "link|bridge"),
        ("taken", "0|x"),
        ("taken", "99999|1.0"),
        ("held", "left_behind|-1.0|1.0"),
        ("held", "no_such_level|0.0|1.0"),
        ("held", "left_behind|1e9|-1.0"),
    ],
)
def test_what_is_no_certificate_proves_nothing(part: str, entry: str) -> None:
    certificate = Certificate.model_validate({"level": "harm", part: (entry,)})
    assert bounds.bound(posed("varied", 0), certificate, {"left_behind": 0.0}) is None


def test_a_price_on_what_is_not_there_buys_nothing() -> None:
    for told, certificate, holds in proven("varied", 0)[:1]:
        more = (*certificate.limits, "link|no_such_bridge|0|0|0|5.0", "moon|x|0|0|0|5.0")
        again = bounds.bound(
            posed("varied", 0), certificate.model_copy(update={"limits": more}), holds
        )
        assert again == pytest.approx(told)


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan whose bounds have certificates: the columns' own, as crews must rest."""
    from planner.documents import planjson

    plan = pipeline.make_plan(rotating(3), Limits(time_s=8, node_limit=30), remedies=False)
    path = tmp_path_factory.mktemp("saved") / "plan.json"
    path.write_text(planjson.dumps(plan.verdict.plan), encoding="utf-8")
    return path


def test_a_saved_plan_is_reckoned_again(saved: Path) -> None:
    found = pipeline.recount_bounds(pipeline.verify_file(saved))
    assert any(one.again is not None and one.told > 0 for one in found)
    assert all(one.holds for one in found if one.again is not None)


def test_a_bound_raised_by_hand_is_caught(
    saved: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from planner.cli import main

    tree: dict[str, Any] = json.loads(saved.read_text(encoding="utf-8"))
    certified = {certificate["level"] for certificate in tree["certificates"]}
    level = next(
        one for one in tree["levels"] if one["name"] in certified and one["gap"] > 1e-3
    )  # fmt: skip
    level |= {"bound": level["value"], "gap": 0.0, "status": "OPTIMAL"}
    forged = tmp_path / "plan.json"
    forged.write_text(json.dumps(tree), encoding="utf-8")
    assert main(["verify", str(saved)]) == 0
    assert "Bounds reckoned again" in capsys.readouterr().out
    assert main(["verify", str(forged)]) == 1
    assert "FAILED: the plan claims a bound" in capsys.readouterr().out


def test_a_certificate_does_not_leave_with_what_is_redacted() -> None:
    from planner.redact import hand_over

    scenario = load.read(FOLDER / "small_bridge.yaml")
    hidden = [
        place.model_copy(update={"protected": True, "handover_point": scenario.places[0].id})
        if place.role == "assembly_point" and place.id != scenario.places[0].id else place
        for place in scenario.places
    ]  # fmt: skip
    scenario = scenario.model_copy(update={"places": tuple(hidden)})
    verdict = pipeline.make_plan(scenario, Limits(time_s=4), remedies=False).verdict
    assert verdict.plan.certificates
    if any(place.protected for place in scenario.places):
        assert hand_over(verdict).plan.certificates == ()


def test_standing_and_passing_are_counted_as_they_are_meant() -> None:
    """By hand: a berth for 40 minutes seen from a quarter-hour, a ramp passed within an hour."""
    limit = next(one for one in posed("varied", 0).limits)
    toll = Toll(limit, 3600, 3600, 1.0)
    since, until = np.array([3000.0, 4000.0, 5000.0]), np.array([3600.0, 6400.0, 7400.0])
    assert toll.standing(since, until).tolist() == [0.0, 500 / 900, 0.0]
    assert toll.passing(since, until).tolist() == [0.0, 1.0, 0.0]
