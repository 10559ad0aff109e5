"""Quantities as people write them, and the integers the product calculates with.

Inside, everything is an integer whose name bears its unit: seconds, metres, metres per hour,
persons, parts per ten thousand (``_bp``), billionths of one expected casualty per person-hour
(``_nano``).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from fractions import Fraction

MINUTE_S = 60
HOUR_S = 3600
DAY_S = 86400
_DURATION_UNITS = {
    "s": 1, "sec": 1, "second": 1, "seconds": 1,
    "min": MINUTE_S, "minute": MINUTE_S, "minutes": MINUTE_S,
    "h": HOUR_S, "hour": HOUR_S, "hours": HOUR_S,
    "d": DAY_S, "day": DAY_S, "days": DAY_S,
}  # fmt: skip
_LENGTH_UNITS = {"m": Fraction(1), "km": Fraction(1000), "nmi": Fraction(1852)}
_SPEED_UNITS = {"km/h": Fraction(1000), "kn": Fraction(1852), "m/s": Fraction(3600)}
_MASS_UNITS = {"kg": Fraction(1), "t": Fraction(1000)}
_NUMBER = r"[0-9]{1,15}(?:\.[0-9]{1,9})?"
_TERM = re.compile(rf"\s*({_NUMBER})\s*([A-Za-z/]+)\s*")


def _number(text: str) -> Fraction:
    return Fraction(text)


def _terms(text: str, units: dict[str, Fraction], what: str, example: str) -> Fraction:
    """Sum of terms such as ``3 h 20 min``; ValueError names the missing or unknown unit."""
    text = str(text).strip()
    if re.fullmatch(rf"[+-]?{_NUMBER}", text):
        raise ValueError(f"state the unit, for example '{example}' (got '{text}')")
    total, position = Fraction(0), 0
    while position < len(text):
        term = _TERM.match(text, position)
        if term is None:
            raise ValueError(f"not a {what}: '{text[:40]}'; write for example '{example}'")
        if term.group(2) not in units:
            raise ValueError(
                f"unknown unit '{term.group(2)[:20]}' for a {what}; known: {', '.join(units)}"
            )
        total += _number(term.group(1)) * units[term.group(2)]
        position = term.end()
    if not text:
        raise ValueError(f"empty {what}; write for example '{example}'")
    return total


def parse_duration_s(text: str) -> int:
    """'3 h 20 min' → 12000 seconds. Raises ValueError with the remedy."""
    units = {name: Fraction(size) for name, size in _DURATION_UNITS.items()}
    return round(_terms(text, units, "duration", "3 h 20 min"))


def parse_length_m(text: str) -> int:
    """'412 km', '450 m', '20 nmi' → metres."""
    return round(_terms(text, _LENGTH_UNITS, "length", "12 km"))


def parse_speed_mph(text: str) -> int:
    """'60 km/h', '15 kn' → metres per hour."""
    return round(_terms(text, _SPEED_UNITS, "speed", "60 km/h"))


def parse_mass_kg(text: str) -> int:
    """'40 t', '900 kg' → kilograms."""
    return round(_terms(text, _MASS_UNITS, "mass", "12 t"))


def parse_share_bp(text: str) -> int:
    """'85 %' → 8500 parts per ten thousand; 0 to 100 %."""
    found = re.fullmatch(rf"\s*({_NUMBER})\s*%\s*", str(text))
    if found is None:
        raise ValueError(f"state a percentage, for example '85 %' (got '{str(text)[:40]}')")
    share = round(_number(found.group(1)) * 100)
    if share > 10000:
        raise ValueError(f"'{str(text)[:40]}' is more than all; write 100 % at most")
    return share


def parse_count(text: str) -> int:
    """A bare whole number, 0 to 10 million."""
    if not re.fullmatch(r"\s*[0-9]{1,9}\s*", str(text)):
        raise ValueError(
            f"write a whole number of 0 or more, without a unit (got '{str(text)[:40]}')"
        )
    value = int(str(text))
    if value > 10_000_000:
        raise ValueError(f"{value:,} are past belief; write 10,000,000 at most")
    return value


@dataclass(frozen=True)
class Rate:
    """``count`` of ``what`` (vehicles, persons, movements, ships) in any half-open 60 minutes."""

    count: int
    what: str


_RATE = re.compile(r"\s*([0-9]{1,9})\s+(vehicles|persons|movements|ships)\s*/\s*h\s*")


def parse_rate(text: str) -> Rate:
    """'60 vehicles/h', '400 persons/h', '6 movements/h' → Rate."""
    found = _RATE.fullmatch(str(text))
    if found is None:
        raise ValueError(
            f"not a rate: '{str(text)[:40]}'; write for example '60 vehicles/h' or '400 persons/h'"
        )
    return Rate(int(found.group(1)), found.group(2))


_HAZARD = re.compile(rf"\s*({_NUMBER})\s+per\s+1,?000\s+person-hours\s*")


def parse_hazard_nano(text: str) -> int:
    """'0.4 per 1000 person-hours' → 400,000 billionths of a casualty per person-hour."""
    found = _HAZARD.fullmatch(str(text))
    if found is None:
        raise ValueError(
            f"not a hazard rate: '{str(text)[:40]}'; write for example '0.4 per 1000 person-hours'"
        )
    nano = round(_number(found.group(1)) * 1_000_000)
    if nano == 0 and _number(found.group(1)) > 0:
        raise ValueError(f"'{str(text)[:40]}' is nothing; the least rate is 0.000001")
    return nano


_CLOCK = re.compile(r"\s*([0-9]{1,2}):([0-9]{2})\s*-\s*([0-9]{1,2}):([0-9]{2})\s*")


def parse_clock_span(text: str) -> tuple[int, int]:
    """'07:00-11:00' → (25200, 39600) seconds after midnight; '20:00-06:00' ends past 24:00."""
    found = _CLOCK.fullmatch(str(text))
    if found is None:
        raise ValueError(
            f"not a span of the day: '{str(text)[:40]}'; write for example '07:00-11:00'"
        )
    hours = [int(part) for part in found.groups()]
    start = hours[0] * HOUR_S + hours[1] * MINUTE_S
    end = hours[2] * HOUR_S + hours[3] * MINUTE_S
    if max(start, end) > DAY_S or hours[1] > 59 or hours[3] > 59:
        raise ValueError(f"no such time of day: '{text[:40]}'; write 00:00 to 24:00")
    if start == end:
        raise ValueError(f"'{text[:40]}' is empty; write two different times")
    return (start, end if end > start else end + DAY_S)


def format_duration(seconds: int) -> str:
    """12000 → '3 h 20 min'; whole minutes, seconds only below one minute; days above 48 h."""
    if seconds < 0:
        return "-" + format_duration(-seconds)
    if seconds < MINUTE_S:
        return f"{seconds} s"
    minutes = (seconds + 30) // 60
    days, rest = divmod(minutes, 1440) if minutes >= 2880 else (0, minutes)
    parts = [(days, "d"), (rest // 60, "h"), (rest % 60, "min")]
    return " ".join(f"{value} {unit}" for value, unit in parts if value) or "0 min"


def format_length(metres: int) -> str:
    """45300 → '45.3 km'; below 1 km in metres."""
    return f"{metres} m" if metres < 1000 else f"{metres / 1000:,.1f} km"


def travel_s(length_m: int, speed_mph: int) -> int:
    """Seconds, rounded up, to cover ``length_m`` metres at ``speed_mph`` metres per hour."""
    return math.ceil(length_m * HOUR_S / speed_mph)


def largest_remainder(total: int, weights: list[int]) -> list[int]:
    """Split ``total`` whole things in proportion to ``weights``; ties go to the earlier entry.

    Hamilton's method. Raises ValueError where all weights are zero and something is to be split.
    """
    size = sum(weights)
    if size == 0:
        if total:
            raise ValueError("nothing to split by: all weights are zero")
        return [0] * len(weights)
    parts = [total * weight // size for weight in weights]
    order = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % size), i))
    for index in order[: total - sum(parts)]:
        parts[index] += 1
    return parts


@dataclass(frozen=True)
class TimeGrid:
    """The only place where seconds become steps: departures lie on multiples of ``step_s``.

    With ``spread_s`` steps stand for spans of time: what happens at a step may really happen up to
    so many seconds later. A bound on a grid of spans as long as its steps (``cells``) holds for
    every moment of departure.
    """

    step_s: int
    horizon_s: int
    spread_s: int = 0

    @staticmethod
    def cells(step_s: int, horizon_s: int) -> TimeGrid:
        """Spans of ``step_s``, one after the other, that hold every moment."""
        return TimeGrid(step_s, horizon_s, step_s)

    @property
    def steps(self) -> int:
        """Number of grid moments 0, Δ, 2Δ … that lie inside the horizon (its end included)."""
        return self.horizon_s // self.step_s + 1

    def time_s(self, step: int) -> int:
        """Moment of a step in seconds after the start."""
        return step * self.step_s

    def up(self, seconds: int) -> int:
        """Steps that a movement of ``seconds`` occupies: only its sum rounds up.

        Where spans are as long as steps it rounds down: whoever follows another movement in true
        time follows it in steps as well.
        """
        down = self.spread_s >= self.step_s
        return seconds // self.step_s if down else -(-seconds // self.step_s)
