"""Time as intervals and as rates: what is open when, and how dangerous it is when."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Intervals:
    """Sorted, disjoint, half-open ``[start_s, end_s)`` spans, in seconds after the start."""

    spans: tuple[tuple[int, int], ...] = ()

    @staticmethod
    def of(spans: Iterable[tuple[int, int]]) -> Intervals:
        """Any spans, sorted and merged; empty ones vanish."""
        merged: list[tuple[int, int]] = []
        for start, end in sorted(span for span in spans if span[1] > span[0]):
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        return Intervals(tuple(merged))

    def __and__(self, other: Intervals) -> Intervals:
        both: list[tuple[int, int]] = []
        i = j = 0
        while i < len(self.spans) and j < len(other.spans):
            start = max(self.spans[i][0], other.spans[j][0])
            end = min(self.spans[i][1], other.spans[j][1])
            if start < end:
                both.append((start, end))
            if self.spans[i][1] <= other.spans[j][1]:
                i += 1
            else:
                j += 1
        return Intervals(tuple(both))

    def __or__(self, other: Intervals) -> Intervals:
        return Intervals.of(self.spans + other.spans)

    def __sub__(self, other: Intervals) -> Intervals:
        if not self.spans:
            return self
        last = max(self.spans[-1][1], other.spans[-1][1] if other.spans else 0)
        return self & other.complement(min(self.spans[0][0], 0), last)

    def complement(self, start_s: int, end_s: int) -> Intervals:
        """What of ``[start_s, end_s)`` is not covered."""
        gaps: list[tuple[int, int]] = []
        at = start_s
        for start, end in self.spans:
            if start > at:
                gaps.append((at, min(start, end_s)))
            at = max(at, end)
        if at < end_s:
            gaps.append((at, end_s))
        return Intervals.of(gaps)

    def covers(self, start_s: int, end_s: int) -> bool:
        """Whether one span holds all of the closed stretch from ``start_s`` to ``end_s``.

        A span that ends at the very moment ``end_s`` still covers it: who leaves as the gate
        shuts is out.
        """
        index = bisect_right(self.spans, (start_s, 1 << 62)) - 1
        return index >= 0 and self.spans[index][0] <= start_s and end_s <= self.spans[index][1]

    def contains(self, moment_s: int) -> bool:
        """Whether the moment lies in a span."""
        index = bisect_right(self.spans, (moment_s, 1 << 62)) - 1
        return index >= 0 and moment_s < self.spans[index][1]


@dataclass(frozen=True)
class RateFunction:
    """A piecewise constant hazard rate: ``rate_nano[i]`` holds from ``from_s[i]`` to the next.

    The unit is millionths of one expected casualty per person-hour.
    """

    from_s: tuple[int, ...]
    rate_nano: tuple[int, ...]
    total: tuple[int, ...]  # nano x seconds accumulated up to from_s[i]

    @staticmethod
    def on(intervals: Intervals, rate_nano: int) -> RateFunction:
        """The rate inside the intervals, zero outside."""
        from_s, rates, total = [-(1 << 40)], [0], [0]
        for start, end in intervals.spans:
            for moment, rate in ((start, rate_nano), (end, 0)):
                total.append(total[-1] + rates[-1] * (moment - from_s[-1]))
                from_s.append(moment)
                rates.append(rate)
        return RateFunction(tuple(from_s), tuple(rates), tuple(total))

    def upto(self, moment_s: int) -> int:
        """Integral from long ago to ``moment_s``, in nano x seconds."""
        index = bisect_right(self.from_s, moment_s) - 1
        return self.total[index] + self.rate_nano[index] * (moment_s - self.from_s[index])

    def between(self, start_s: int, end_s: int) -> int:
        """Integral over ``[start_s, end_s)`` in nano x seconds; / 3.6e12 = expected casualties."""
        return self.upto(end_s) - self.upto(start_s)
