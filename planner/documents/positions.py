"""Where something is, as a pilot, a soldier and a telephone write it: degrees and MGRS."""

from __future__ import annotations

from functools import cache
from typing import Any

_DIGITS = 5  # a square of one metre


@cache
def _converter() -> Any:
    import mgrs

    return mgrs.MGRS()


def degrees(lat: float, lon: float) -> str:
    """'35.34717, 40.14391': decimal degrees of WGS 84, latitude first, to about a metre."""
    return f"{lat:.5f}, {lon:.5f}"


def grid_reference(lat: float, lon: float, digits: int = _DIGITS) -> str:
    """'37S FV 03943 12144': the square of the Military Grid Reference System that holds it.

    ``digits`` of easting and northing: 5 for one metre, 4 for ten, down to 1 for ten kilometres.
    The pole caps (no zone number) are written without it.
    """
    told = _converter().toMGRS(lat, lon, MGRSPrecision=digits)
    text = told.decode("ascii") if isinstance(told, bytes) else str(told)
    cut = len(text) - 2 * digits
    return (
        f"{text[: cut - 2]} {text[cut - 2 : cut]} {text[cut : cut + digits]} {text[cut + digits :]}"
    )
