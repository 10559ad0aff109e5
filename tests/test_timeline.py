"""Intervals behave like sets of seconds; rates like integrals summed second by second."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from planner.timeline import Intervals, RateFunction

END = 60
spans = st.lists(st.tuples(st.integers(0, END), st.integers(0, END)), max_size=6)


def seconds(intervals: Intervals) -> set[int]:
    return {s for a, b in intervals.spans for s in range(a, b)}


def plain(pairs: list[tuple[int, int]]) -> set[int]:
    return {s for a, b in pairs for s in range(a, b)}


@given(spans)
def test_any_spans_become_sorted_and_disjoint(pairs: list[tuple[int, int]]) -> None:
    made = Intervals.of(pairs)
    assert seconds(made) == plain(pairs)
    assert all(a < b for a, b in made.spans)
    assert all(x[1] < y[0] for x, y in zip(made.spans, made.spans[1:], strict=False))


@given(spans, spans)
def test_they_are_sets(one: list[tuple[int, int]], other: list[tuple[int, int]]) -> None:
    a, b = Intervals.of(one), Intervals.of(other)
    assert seconds(a & b) == plain(one) & plain(other)
    assert seconds(a | b) == plain(one) | plain(other)
    assert seconds(a - b) == plain(one) - plain(other)
    assert seconds(a.complement(0, END)) == set(range(END)) - plain(one)


@given(spans, st.integers(0, END), st.integers(0, END))
def test_covers_holds_a_stretch_in_one_piece(
    pairs: list[tuple[int, int]], start: int, length: int
) -> None:
    made = Intervals.of(pairs)
    held = any(a <= start and start + length <= b for a, b in made.spans)
    assert made.covers(start, start + length) == held


def test_who_leaves_as_the_gate_shuts_is_out() -> None:
    gate = Intervals.of([(10, 20)])
    assert gate.covers(10, 20)
    assert not gate.covers(10, 21)
    assert not gate.covers(9, 20)
    assert gate.covers(20, 20)
    assert gate.contains(19)
    assert not gate.contains(20)


@given(spans, st.integers(0, 900), st.integers(0, END), st.integers(0, END))
def test_a_rate_is_summed_second_by_second(
    pairs: list[tuple[int, int]], rate: int, start: int, end: int
) -> None:
    function = RateFunction.on(Intervals.of(pairs), rate)
    expected = rate * len(plain(pairs) & set(range(start, end)))
    assert function.between(start, max(start, end)) == expected


def test_the_spans_of_two_bombardments() -> None:
    """400 nano in [10, 20) and [30, 40): between 15 and 35 there are 10 s of it, 4,000 nano-s."""
    function = RateFunction.on(Intervals.of([(10, 20), (30, 40)]), 400)
    assert function.between(15, 35) == 4_000
    assert function.upto(1_000) == 8_000
