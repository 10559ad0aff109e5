"""The compiled kernel against its own source run by Python, and against plain recursion."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from planner.solvers.kernels import (
    NONE,
    STOP,
    WAIT,
    best_values,
    movement_gains,
    unit_gain,
    worth_at,
)  # fmt: skip

NEVER = -1e300


class Draw:
    """A random layout: movements between places with gains by start."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.places, self.moments, moves = 4, 25, 9
        origin = rng.integers(0, self.places, moves)
        self.to = rng.integers(0, self.places, moves)
        self.steps = rng.integers(1, 6, moves)
        self.options = np.argsort(origin, kind="stable")
        counts = np.bincount(origin, minlength=self.places)
        self.first = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
        self.value = rng.normal(0.5, 2.0, (moves, self.moments))
        self.value[rng.random(self.value.shape) < 0.3] = NEVER
        self.wait = rng.random((self.places, self.moments)) * 0.2
        self.may_end = rng.random((self.places, self.moments)) < 0.6
        self.origin = origin

    def run(self, kernel) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[no-untyped-def]
        """(best, choice) as the kernel fills them in."""
        best = np.empty((self.places, self.moments))
        choice = np.empty((self.places, self.moments), dtype=np.int64)
        kernel(
            self.first, self.options, self.to, self.steps, self.value, self.wait, self.may_end,
            best, choice,
        )  # fmt: skip
        return best, choice

    def by_recursion(self) -> np.ndarray:
        """The most from every place and moment, by trying everything."""

        @cache
        def most(place: int, moment: int) -> float:
            found = [0.0] if self.may_end[place, moment] else [NEVER]
            if moment + 1 < self.moments:
                found.append(most(place, moment + 1) - self.wait[place, moment])
            for move in np.flatnonzero(self.origin == place):
                there = moment + int(self.steps[move])
                if there < self.moments and self.value[move, moment] > NEVER:
                    found.append(self.value[move, moment] + most(int(self.to[move]), there))
            return max(found)

        return np.array([[most(p, t) for t in range(self.moments)] for p in range(self.places)])


@pytest.mark.parametrize("seed", range(8))
def test_compiled_and_plain_agree(seed: int) -> None:
    draw = Draw(seed)
    compiled, plain = draw.run(best_values), draw.run(best_values.py_func)
    np.testing.assert_array_equal(compiled[0], plain[0])
    np.testing.assert_array_equal(compiled[1], plain[1])
    np.testing.assert_allclose(plain[0], draw.by_recursion(), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_following_the_choices_earns_the_worth(seed: int) -> None:
    draw = Draw(seed)
    best, choice = draw.run(best_values)
    for place in range(draw.places):
        if best[place, 0] < -1e299:
            continue
        at, moment, earned = place, 0, 0.0
        while True:
            act = int(choice[at, moment])
            assert act != NONE
            if act == STOP:
                break
            if act == WAIT:
                earned -= draw.wait[at, moment]
                moment += 1
                continue
            assert draw.origin[act] == at
            earned += draw.value[act, moment]
            at, moment = int(draw.to[act]), moment + int(draw.steps[act])
        assert earned == pytest.approx(best[place, 0])


def test_nothing_to_do_and_nowhere_to_end() -> None:
    draw = Draw(0)
    draw.value[:] = NEVER
    draw.may_end[:] = False
    best, choice = draw.run(best_values)
    assert (choice[:, -1] == NONE).all()
    assert (best < -1e299).all()


@pytest.mark.parametrize("seed", range(3))
def test_gains_compiled_and_plain_agree(seed: int) -> None:
    """With hubs, rows, people who sit and people who lie."""
    rng = np.random.default_rng(seed)
    moves, moments, pairs = 6, 20, 9
    hubs = rng.integers(-1, 2, (pairs, 2))
    units = np.stack([np.full(pairs, 2.0), rng.integers(0, 2, pairs), np.zeros(pairs)], axis=1)
    units[5:, 2] = 1.0
    owner = np.array([0, 1, 1, 2, 3, 3, 4, 4, 5])
    first = np.searchsorted(owner, np.arange(moves + 1)).astype(np.int64)
    rows = rng.integers(0, 3, (pairs, 3))
    given = (
        np.column_stack([rng.integers(0, 3, (moves, 2)), np.arange(moves), np.full(moves, 600),
                         np.full(moves, 5000)]),
        rng.random(moves), first,
        np.column_stack([rng.integers(0, 4, pairs), rows, hubs]), units,
        rng.random((3, moments)) < 0.8, rng.random((3, moments)), rng.random(4),
        rng.normal(8.0, 3.0, 4), 3600, rng.random((moves - 1, moments)),
        rng.random((moves - 2, moments)), np.array([0, 3, 5, 5, 5]),
        np.array([3600.0, 20000.0, 72000.0, 9000.0, 72000.0]), rng.normal(5.0, 2.0, 5),
        np.array([20.0, 3.0]),
    )  # fmt: skip
    made = []
    for kernel in (movement_gains, movement_gains.py_func):
        out = [np.zeros((moves, moments), dtype) for dtype in (float, np.int32, np.int32, float)]
        kernel(*given, *out)
        made.append(out)
    for compiled, plain in zip(*made, strict=True):
        np.testing.assert_allclose(compiled, plain, rtol=1e-12)
    value, seated, lying, lie = made[0]
    assert (value[~given[5][given[0][:, 0]]] == NEVER).all()
    assert (seated >= 0).any() and (lying >= 0).any() and lie.max() == 3.0
    stamps = range(0, 72000, 1800)
    for stamp in stamps:
        expected = given[14][:3][np.searchsorted(given[13][:3], stamp)]
        assert worth_at.py_func(given[13], given[14], 0, 3, stamp) == expected
        assert worth_at(given[13], given[14], 0, 3, stamp) == expected
    pair, unit = given[3][0], given[4][0]
    told = [kernel(pair, unit, 3, 11400, 15800, given[6], given[7], given[8], 0.5, *given[12:15])
            for kernel in (unit_gain, unit_gain.py_func)]  # fmt: skip
    assert told[0] == pytest.approx(told[1], rel=1e-12)
