"""Which ways a leg may take: the quickest, and those that avoid something at the price of time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.network.shortest import Chains, shortest_paths
from planner.network.stretches import Stretches
from planner.network.ways import Ints, Ways
from planner.network.zones import Bools, Floats

MOST = 5
"""Routes kept for a pair of places."""
STRONG, MILD = 50.0, 3.0
"""How many times as long as it is the most dangerous way counts when danger is avoided."""
AVOIDED = 50.0
"""How many times as long as it is a party's ground counts when the party is avoided."""
COMBINATIONS = 6
"""Sets of limited links avoided together in one round."""
LINK, GROUND = "link:", "ground:"
"""Features are named by these and an id."""
Words = NDArray[np.uint64]


@dataclass(frozen=True)
class Avoid:
    """What one search keeps away from: features it may not touch, or that cost more; danger."""

    never: frozenset[str] = frozenset()
    rather_not: frozenset[str] = frozenset()
    danger: float = 0.0


@dataclass(frozen=True)
class Features:
    """Links and grounds that tell routes apart, as bits of every way (one row of words a way)."""

    names: tuple[str, ...]
    bits: Words
    danger: Floats
    """Mean hazard rate by share of the way, in millionths an hour."""

    def mask(self, names: Iterable[str]) -> Words:
        """The bits of some features."""
        wanted = set(names)
        flags = np.array([[name in wanted for name in self.names]], dtype=np.bool_)
        row: Words = _words(flags)[0]
        return row

    def touching(self, names: Iterable[str]) -> Bools:
        """Which ways bear any of the features."""
        return np.asarray((self.bits & self.mask(names)).any(axis=1))


def _words(flags: Bools) -> Words:
    rows, count = flags.shape
    width = max(1, -(-count // 64)) * 64
    padded = np.zeros((rows, width), dtype=np.bool_)
    padded[:, :count] = flags
    words: Words = np.packbits(padded, axis=1).view(np.uint64)
    return words


def features(
    stretches: Stretches, names: Sequence[str], of_kind: Sequence[Iterable[str]], danger: Floats
) -> Features:
    """Bits of every way from what each kind of stretch bears."""
    known = tuple(names)
    flags = np.zeros((max(1, len(of_kind)), len(known)), dtype=np.bool_)
    for row, borne in enumerate(of_kind):
        have = set(borne)
        flags[row] = [name in have for name in known]
    runs = _words(flags)[stretches.kind]
    if not len(stretches.start) - 1:
        return Features(known, np.zeros((0, runs.shape[1]), dtype=np.uint64), danger)
    return Features(known, np.bitwise_or.reduceat(runs, stretches.start[:-1], axis=0), danger)


@dataclass(frozen=True)
class Candidate:
    """One path of ways between two places with what it costs."""

    ways: Ints
    time_ms: int
    danger: float
    bits: tuple[int, ...]

    def beats(self, other: Candidate) -> bool:
        """At least as good in time, danger and in every feature that it touches."""
        return (
            self.time_ms <= other.time_ms
            and self.danger <= other.danger * (1 + 1e-9)
            and all(mine & ~theirs == 0 for mine, theirs in zip(self.bits, other.bits, strict=True))
        )


@dataclass(frozen=True)
class Search:
    """All pairs of one profile: ways, their milliseconds, what is usable, who wants what."""

    ways: Ways
    time_ms: Ints
    usable: Bools
    nodes: tuple[int, ...]
    wanted: Bools
    features: Features
    avoid: tuple[Avoid, ...]

    def run(self) -> dict[tuple[int, int], tuple[Candidate, ...]]:
        """Pareto set of paths for every pair (positions in ``nodes``), quickest first."""
        found: dict[tuple[int, int], list[Candidate]] = {}
        quickest = self._paths(self.time_ms.astype(np.float64), self.usable, self.wanted)
        _collect(found, self._candidates(quickest))
        for avoid in self.avoid:
            wanted = self._touched(found, avoid)
            if wanted.any():
                _collect(found, self._candidates(self._avoiding(avoid, wanted)))
        self._one_link_after_the_other(found)
        return {pair: _best(found[pair]) for pair in sorted(found)}

    def _one_link_after_the_other(self, found: dict[tuple[int, int], list[Candidate]]) -> None:
        """Of parallel bridges the second, the third …: avoid all those that were used so far."""
        links = [name for name in self.features.names if name.startswith(LINK)]
        mask = tuple(int(word) for word in self.features.mask(links))
        used = {pair: _common(known[0].bits, mask) for pair, known in found.items()}
        for _ in range(1, MOST):
            groups: dict[tuple[int, ...], list[tuple[int, int]]] = {}
            for pair, bits in used.items():
                if any(bits):
                    groups.setdefault(bits, []).append(pair)
            used = {}
            # The commonest first: on a map with many limited links not every combination is tried.
            ranked = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
            for bits, pairs in ranked[:COMBINATIONS]:
                wanted = np.zeros_like(self.wanted)
                wanted[tuple(np.array(pairs).T)] = True
                barred = (self.features.bits & np.array(bits, dtype=np.uint64)).any(axis=1)
                paths = self._paths(self.time_ms.astype(np.float64), self.usable & ~barred, wanted)
                more = self._candidates(paths)
                _collect(found, more)
                for pair, candidate in more:
                    met = _common(candidate.bits, mask)
                    if any(met):
                        used[pair] = tuple(a | b for a, b in zip(bits, met, strict=True))

    def _paths(self, cost: Floats, usable: Bools, wanted: Bools) -> Chains:
        graph = (self.ways.tail, self.ways.head, self.ways.nodes)
        return shortest_paths(graph, cost, usable, self.nodes, self.nodes, wanted)

    def _avoiding(self, avoid: Avoid, wanted: Bools) -> Chains:
        factor = np.ones(len(self.ways))
        if avoid.danger and self.features.danger.max() > 0:
            factor += avoid.danger * self.features.danger / self.features.danger.max()
        if avoid.rather_not:
            factor[self.features.touching(avoid.rather_not)] += AVOIDED
        usable = self.usable
        if avoid.never:
            usable = usable & ~self.features.touching(avoid.never)
        return self._paths(self.time_ms * factor, usable, wanted)

    def _touched(self, found: dict[tuple[int, int], list[Candidate]], avoid: Avoid) -> Bools:
        """Pairs whose quickest path meets what is to be avoided; for the others it stays best."""
        mask = [int(word) for word in self.features.mask(avoid.never | avoid.rather_not)]
        wanted = np.zeros_like(self.wanted)
        for pair, candidates in found.items():
            first = candidates[0]
            met = any(have & bad for have, bad in zip(first.bits, mask, strict=True))
            wanted[pair] = met or (avoid.danger > 0 and first.danger > 0)
        return wanted

    def _candidates(self, chains: Chains) -> list[tuple[tuple[int, int], Candidate]]:
        if not len(chains.ways):
            return []
        first = chains.start[:-1]
        times = np.add.reduceat(self.time_ms[chains.ways], first).tolist()
        exposure = self.features.danger[chains.ways] * self.time_ms[chains.ways]
        dangers = np.add.reduceat(exposure, first).tolist()
        bits = np.bitwise_or.reduceat(self.features.bits[chains.ways], first, axis=0).tolist()
        bounds = chains.start.tolist()
        pairs = zip(chains.source.tolist(), chains.target.tolist(), strict=True)
        return [
            (
                pair,
                Candidate(
                    chains.ways[bounds[i] : bounds[i + 1]], times[i], dangers[i], tuple(bits[i])
                ),
            )
            for i, pair in enumerate(pairs)
        ]


def _common(bits: tuple[int, ...], mask: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(have & word for have, word in zip(bits, mask, strict=True))


def _collect(
    found: dict[tuple[int, int], list[Candidate]],
    more: list[tuple[tuple[int, int], Candidate]],
) -> None:
    """Add what no path of the same pair already beats."""
    for pair, candidate in more:
        known = found.setdefault(pair, [])
        if not any(other.beats(candidate) for other in known):
            known.append(candidate)


def _best(candidates: list[Candidate]) -> tuple[Candidate, ...]:
    """At most ``MOST`` that none other beats, those found first preferred; quickest first."""
    kept = [
        candidate
        for i, candidate in enumerate(candidates)
        if not any(j != i and other.beats(candidate) for j, other in enumerate(candidates))
    ]
    return tuple(sorted(kept[:MOST], key=_order))


def _order(candidate: Candidate) -> tuple[int, float, tuple[int, ...], tuple[int, ...]]:
    return (candidate.time_ms, candidate.danger, candidate.bits, tuple(candidate.ways[:8].tolist()))


def avoidances(
    *,
    forbidden: Sequence[frozenset[str]],
    sometimes: Sequence[frozenset[str]],
    links: Sequence[str],
    timed: frozenset[str],
    parties: Sequence[frozenset[str]],
    is_dangerous: bool,
) -> tuple[Avoid, ...]:
    """The searches of one profile, the most needed first.

    ``forbidden``: grounds on which some mover may never be; ``sometimes``: not always; ``links``:
    limited, windowed or closed at times, ``timed`` the two latter; ``parties``: grounds of each.
    """
    found = [Avoid(never=names) for names in forbidden]
    if is_dangerous:
        found.append(Avoid(danger=STRONG))
    found += [Avoid(never=frozenset([link])) for link in links]
    found += [Avoid(never=names) for names in sometimes]
    found.append(Avoid(never=timed))
    found += [Avoid(rather_not=names) for names in parties]
    if is_dangerous:
        found.append(Avoid(danger=MILD))
    unique: dict[Avoid, None] = {}
    for avoid in found:
        if avoid.never or avoid.rather_not or avoid.danger:
            unique.setdefault(avoid)
    return tuple(unique)
