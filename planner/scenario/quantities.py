"""Annotated types: text as people write it in, unit-typed integers out.

Every type carries its JSON Schema, so that the generated schema shows an editor what to write.
"""

from __future__ import annotations

import math
import re
from datetime import datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from planner import units
from planner.units import Rate

_REAL = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?")


def _text(pattern: str, example: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern, "examples": [example]})


def _parsed(parse: Any) -> BeforeValidator:
    return BeforeValidator(lambda value: parse(value) if isinstance(value, str) else value)


def _flag(value: Any) -> Any:
    if isinstance(value, str):
        if value in ("true", "false"):
            return value == "true"
        raise ValueError(f"write true or false (got '{value[:40]}')")
    return value


def parse_real(value: Any) -> float:
    """'0.4', '-3', 12 → a finite float; '1_000', 'nan' and 'inf' are none."""
    if isinstance(value, (int, float)) and math.isfinite(value):
        return float(value)
    if isinstance(value, str) and _REAL.fullmatch(value.strip()):
        number = float(value)
        if math.isfinite(number):
            return number
    got = f"'{value[:40]}'" if isinstance(value, str) else type(value).__name__
    raise ValueError(f"write a number, for example 1.5 (got {got})")


def parse_moment(text: str) -> datetime | int:
    """ISO 8601 (local to the scenario's zone, or with an offset) or a duration after the start."""
    if text[:4].isdigit() and text[4:5] == "-":
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            raise ValueError(
                f"not a time: '{text[:40]}'; write for example 2012-12-13T06:00"
            ) from None
    try:
        return units.parse_duration_s(text)
    except ValueError:
        raise ValueError(
            f"not a time: '{text[:40]}'; write 2012-12-13T06:00, or '36 h' after the start"
        ) from None


def parse_local_time(text: str) -> datetime:
    """ISO 8601, local to the scenario's zone or with an offset; no duration."""
    try:
        moment = parse_moment(text)
    except ValueError:
        moment = 0
    if isinstance(moment, datetime):
        return moment
    raise ValueError(f"write a date and time, for example 2012-12-13T06:00 (got '{text[:40]}')")


Duration = Annotated[int, _parsed(units.parse_duration_s), _text(r"^[0-9]", "3 h 20 min")]
Length = Annotated[int, _parsed(units.parse_length_m), _text(r"^[0-9]", "12 km")]
Speed = Annotated[int, _parsed(units.parse_speed_mph), _text(r"^[0-9]", "60 km/h")]
Mass = Annotated[int, _parsed(units.parse_mass_kg), _text(r"^[0-9]", "12 t")]
Share = Annotated[int, _parsed(units.parse_share_bp), _text(r"%\s*$", "85 %")]
Hazard = Annotated[
    int, _parsed(units.parse_hazard_nano), _text(r"person-hours", "0.4 per 1000 person-hours")
]
CountNumber = Annotated[
    int, _parsed(units.parse_count), WithJsonSchema({"type": "integer", "minimum": 0})
]
Real = Annotated[float, BeforeValidator(parse_real), WithJsonSchema({"type": "number"})]
Flag = Annotated[bool, BeforeValidator(_flag), WithJsonSchema({"type": "boolean"})]
Moment = Annotated[datetime | int, _parsed(parse_moment), _text(r"^[0-9]", "2012-12-13T06:00")]
LocalTime = Annotated[datetime, _parsed(parse_local_time), _text(r"^[0-9]{4}-", "2012-12-13T06:00")]
ClockSpan = Annotated[tuple[int, int], _parsed(units.parse_clock_span), _text("-", "07:00-11:00")]


def _rate(value: Any) -> Any:
    return units.parse_rate(value) if isinstance(value, str) else value


FlowRate = Annotated[Rate, BeforeValidator(_rate), _text(r"/\s*h$", "60 vehicles/h")]
Identifier = Annotated[
    str, WithJsonSchema({"type": "string", "pattern": "^[a-z0-9][a-z0-9_]*$", "maxLength": 60})
]
