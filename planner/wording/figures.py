"""Numbers, dates and spans of time as a language writes them (Unicode's CLDR, read by Babel).

Digits are the Western ones and times run to 24 hours in every language: a number on paper is read
out over a radio and compared with a number plate, a GPX file or an English copy of the same order,
and an hour taken for the other half of the day costs lives. What tables and calendars hold as
numbers and moments is not text and does not come here.
"""

from __future__ import annotations

from datetime import date, datetime

from planner.units import DAY_S, HOUR_S, MINUTE_S, format_duration
from planner.wording import RIGHT_TO_LEFT

_PLAIN = "en"


def number(value: float, language: str, decimals: int = 0) -> str:
    """22759 → '22,759', Russian '22 759'; so many decimals, rounded half to even."""
    if language == _PLAIN:
        return f"{value:,.{decimals}f}"
    from babel.numbers import format_decimal

    form = "#,##0" + ("." + "0" * decimals if decimals else "")
    return format_decimal(value, form, locale=language, numbering_system="latn")


def percent(share: float, language: str, decimals: int = 2) -> str:
    """0.005 → '0.50 %'."""
    return f"{number(100 * share, language, decimals)} %"


def day(moment: date, language: str) -> str:
    """'13 Dec', '13 дек.'."""
    if language == _PLAIN:
        return f"{moment:%d %b}"
    from babel.dates import format_date

    return format_date(moment, "dd MMM", locale=language)


def clock(moment: datetime, language: str) -> str:
    """'13 Dec 06:00'; the moment's own clock."""
    return f"{day(moment, language)} {moment:%H:%M}"


def month(moment: date, language: str) -> str:
    """'December 2012', 'декабрь 2012'."""
    from babel.dates import format_date

    return format_date(moment, "LLLL y", locale=language)


def country(code: str, language: str) -> str:
    """'SY' → 'Syria', 'Сирия' as CLDR has it; the code where it has none."""
    from babel import Locale

    return Locale.parse(language).territories.get(code) or code


def span(seconds: int, language: str) -> str:
    """12000 → '3 h 20 min'; days above 48 h, seconds only below one minute."""
    if language == _PLAIN:
        return format_duration(seconds)
    from babel.units import format_unit

    if seconds < 0:
        return "-" + span(-seconds, language)
    parts = [(seconds, "second")]
    if seconds >= MINUTE_S:
        minutes = (seconds + MINUTE_S // 2) // MINUTE_S
        days, rest = divmod(minutes, DAY_S // MINUTE_S) if minutes >= 2880 else (0, minutes)
        hours, rest = divmod(rest, HOUR_S // MINUTE_S)
        parts = [(days, "day"), (hours, "hour"), (rest, "minute")]
    told = [
        format_unit(value, f"duration-{unit}", "short", locale=language, numbering_system="latn")
        for value, unit in parts
        if value
    ]
    return " ".join(told) or format_unit(0, "duration-minute", "short", locale=language)


_FIRST_STRONG, _LEFT_TO_RIGHT, _END = "\u2068", "\u2066", "\u2069"


def apart(text: str, language: str, *, latin: bool = False) -> str:
    """Text of its own direction inside text of this language: a name, a plate, a number.

    In a language written from right to left it is enclosed in the marks of Unicode's bidirectional
    algorithm (UAX 9), so that neither disturbs the other; ``latin`` for what always runs from left
    to right. Elsewhere it stays as it is.
    """
    if language not in RIGHT_TO_LEFT or not text:
        return text
    return f"{_LEFT_TO_RIGHT if latin else _FIRST_STRONG}{text}{_END}"
