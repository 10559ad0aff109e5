"""Streams of chance that are called by name, and what is drawn from one number in [0, 1)."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist
from typing import Protocol

import numpy as np

from planner.scenario import Spread

_NORMAL = NormalDist()


class Stream(Protocol):
    """Numbers in [0, 1), one after the other."""

    def random(self) -> float:
        """The next one."""


@dataclass(frozen=True)
class Luck:
    """The chances of one draw.

    A stream is Philox (Salmon et al. 2011, as numpy has it) with a key out of seed and name and a
    counter that begins at the draw's number: it depends on nothing else, neither on how many draws
    are made nor on what other streams there are.
    """

    seed: int
    number: int

    def stream(self, *name: str | int) -> np.random.Generator:
        """The stream of a name; asked again it begins anew."""
        key = _key(self.seed, "\0".join(str(part) for part in name))
        return np.random.Generator(np.random.Philox(key=key, counter=self.number << 192))

    def first(self, *name: str | int) -> float:
        """The first number of a stream."""
        return float(self.stream(*name).random())


@lru_cache(maxsize=65536)
def _key(seed: int, name: str) -> int:
    digest = hashlib.sha256(f"{seed}\0{name}".encode()).digest()
    return int.from_bytes(digest[:16], "little")


def within(spread: Spread, chance: float) -> float:
    """The figure below which lies a share ``chance`` of the spread (its quantile).

    Triangular by its inverse; PERT is a beta distribution with weight 4 on the base (Malcolm et al.
    1959); uniform between low and high.
    """
    low, base, high = spread.figures
    return quantile(spread.shape, low, base, high, chance)


def quantile(shape: str, low: float, base: float, high: float, chance: float) -> float:
    """As ``within``, of the figures themselves."""
    width = high - low
    if width == 0:
        return low
    if shape == "uniform":
        return low + width * chance
    if shape == "pert":
        from scipy.special import betaincinv

        a, b = 1 + 4 * (base - low) / width, 1 + 4 * (high - base) / width
        return low + width * float(betaincinv(a, b, chance))
    split = (base - low) / width
    if chance < split:
        return low + math.sqrt(chance * width * (base - low))
    return high - math.sqrt((1 - chance) * width * (high - base))


def alike(common: float, shared: float, own: float) -> float:
    """A chance that is ``common`` (0 to 1) parts the shared one and else its own, still uniform.

    One-factor Gaussian copula: the correlation of the normal scores is ``common``.
    """
    if common <= 0:
        return own
    score = math.sqrt(common) * _score(shared) + math.sqrt(1 - common) * _score(own)
    return _NORMAL.cdf(score)


def _score(chance: float) -> float:
    return _NORMAL.inv_cdf(min(max(chance, 1e-12), 1 - 1e-12))
