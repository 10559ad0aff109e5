"""Which column of a file means which column of a section: by its header, or by its HXL hashtag.

HXL (hxlstandard.org, 1.1) puts a row of hashtags with attributes below the headers. What is taken:

======================================  ===================  ==================  ================
hashtag                                 places               groups              fleets
======================================  ===================  ==================  ================
``#loc`` ``#loc+name``                  name                 at (a place)        base (a place)
``#loc+name+i_ar`` ``#loc+name+ar``     name_ar
``#loc+id``                             id
``#loc+code`` ``#adm…+code``            pcode                at (by its pcode)   base
``#adm1`` … ``#adm5`` (the finest)      name, without #loc   at, without #loc    base, without it
``#loc+type``                           role
``#geo+lat`` ``#geo+lon`` ``#geo+coord``  at
``#capacity``                           capacity
``#affected`` ``#population`` ``#inneed``                    people.base; with
                                                             +min / +max also
                                                             low and high
``#x_group+id`` ``#x_group+name``                            id, name
``#item+type`` ``#item+name`` ``#item+id``                                       vehicle, name, id
``#item+num`` ``#capacity+num``                                                  count
``#meta+source`` ``#meta+comments`` ``#date``  source, comment, as_of (all three)
======================================  ===================  ==================  ================

A column that counts only some (``+f``, ``+children``) is never taken for all. Headers are the keys
of the language (``people.base``) or words that people use for them.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from planner.tables.columns import columns

IMPORTED = ("places", "groups", "fleets")
LAT, LON, BOTH = "at:lat", "at:lon", "at:both"
# Header words besides the keys themselves, per section; "" for all.
_WORDS: dict[str, dict[str, str]] = {
    "": {
        "identifier": "id", "arabic_name": "name_ar", "name_arabic": "name_ar", "name_en": "name",
        "label": "name", "comments": "comment", "remark": "comment", "remarks": "comment",
        "notes": "comment", "date": "as_of",
    },
    "places": {
        "place": "name", "site": "name", "site_name": "name", "location": "name", "type": "role",
        "place_type": "role", "p_code": "pcode", "code": "pcode", "lat": LAT, "latitude": LAT,
        "y": LAT, "lon": LON, "long": LON, "lng": LON, "longitude": LON, "x": LON,
        "coordinates": BOTH, "position": BOTH, "held_by": "control",
    },
    "groups": {
        "group": "name", "place": "at", "site": "at", "location": "at", "people": "people.base",
        "population": "people.base", "persons": "people.base", "individuals": "people.base",
        "number": "people.base", "affected": "people.base", "low": "people.low",
        "min": "people.low", "base": "people.base", "high": "people.high", "max": "people.high",
    },
    "fleets": {
        "fleet": "name", "type": "vehicle", "vehicle_type": "vehicle", "kind": "vehicle",
        "number": "count", "quantity": "count", "vehicles": "count", "location": "base",
        "place": "base", "capacity": "seats",
    },
}  # fmt: skip
# (hashtag, attributes that it must have, column); the most exact rule that fits is taken.
_Rule = tuple[str, frozenset[str], str]


def _rules(*lines: str) -> tuple[_Rule, ...]:
    out = []
    for line in lines:
        tag, _, column = line.partition(" ")
        name, *attributes = tag.split("+")
        out.append((name, frozenset(attributes), column))
    return tuple(out)


_ALL = ("#meta+source source", "#meta+comments comment", "#date as_of")
_HXL: dict[str, tuple[_Rule, ...]] = {
    "places": _rules(
        "#loc name", "#loc+name name", "#loc+name+i_ar name_ar", "#loc+name+ar name_ar",
        "#loc+id id", "#loc+code pcode", "#loc+type role", "#geo+lat at:lat", "#geo+lon at:lon",
        "#geo+coord at:both", "#capacity capacity", *_ALL,
    ),
    "groups": _rules(
        "#loc at", "#loc+name at", "#loc+code at", "#loc+id at", "#x_group+id id",
        "#x_group+name name",
        *(f"#{tag}{more}" for tag in ("affected", "population", "inneed")
          for more in (" people.base", "+min people.low", "+max people.high")),
        *_ALL,
    ),
    "fleets": _rules(
        "#item+type vehicle", "#item+name name", "#item+id id", "#item+num count",
        "#capacity+num count", "#loc base", "#loc+name base", "#loc+id base", "#loc+code base",
        *_ALL,
    ),
}  # fmt: skip
_FALLBACK = {"places": "name", "groups": "at", "fleets": "base"}
_PART_OF_ALL = frozenset(
    {"f", "m", "i", "infants", "children", "adolescents", "adults", "elderly", "killed", "injured"}
)
_NEUTRAL = frozenset({"all", "ind", "name", "num", "total"})
_TAG = re.compile(r"#[a-z][a-z0-9_]*(?:\s*\+\s*[a-z][a-z0-9_]*)*", re.IGNORECASE)
_HEAD_ROWS = 25


@dataclass(frozen=True)
class Mapping:
    """Where the data begins, and which column of the file goes where.

    ``first`` is the index of the first row of data; ``targets`` has one entry a column of the file,
    empty where nothing takes it; ``headers`` is what the file calls its columns.
    """

    first: int
    headers: tuple[str, ...]
    targets: tuple[str, ...]
    hxl: bool

    @property
    def ignored(self) -> tuple[str, ...]:
        """Headers of the columns that nothing takes."""
        named = zip(self.headers, self.targets, strict=True)
        return tuple(header for header, target in named if header and not target)


def mapped(rows: tuple[tuple[str, ...], ...], section: str) -> Mapping:
    """The mapping of a file's rows to the columns of a section."""
    tags_at = next((i for i, row in enumerate(rows[:_HEAD_ROWS]) if _is_tags(row)), None)
    if tags_at is None:
        head_at = _header_row(rows, section)
        headers = tuple(cell.strip() for cell in rows[head_at])
        wanted = [_of_header(header, section) for header in headers]
        return Mapping(head_at + 1, headers, _once(wanted), hxl=False)
    tags = rows[tags_at]
    above = rows[tags_at - 1] if tags_at else tags
    headers = tuple(h.strip() or t.strip() for h, t in zip(above, tags, strict=True))
    by_tag = _of_tags(tags, section)
    keys = {column.key for column in columns(section)}
    # A header that is a key of the language says more than a hashtag.
    wanted = [
        header if header in keys else target for header, target in zip(headers, by_tag, strict=True)
    ]
    return Mapping(tags_at + 1, headers, _once(wanted), hxl=True)


def _is_tags(row: tuple[str, ...]) -> bool:
    written = [cell.strip() for cell in row if cell.strip()]
    return bool(written) and all(_TAG.fullmatch(cell) for cell in written)


def _header_row(rows: tuple[tuple[str, ...], ...], section: str) -> int:
    """The row with the most known headers among the first; titles may stand above it."""
    counts = [sum(bool(_of_header(cell, section)) for cell in row) for row in rows[:_HEAD_ROWS]]
    return counts.index(max(counts))


def _of_header(header: str, section: str) -> str:
    keys = {column.key for column in columns(section)}
    if header.strip() in keys:
        return header.strip()
    word = normal(header)
    exact = {normal(key): key for key in keys}
    found = _WORDS[section].get(word) or exact.get(word) or _WORDS[""].get(word) or ""
    return found if found in keys or found in (LAT, LON, BOTH) else ""


def normal(header: str) -> str:
    """Lower case, without accents, words joined by underscores."""
    plain = unicodedata.normalize("NFKD", header.strip().casefold())
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return re.sub(r"[\W_]+", "_", bare).strip("_")


def _of_tags(tags: tuple[str, ...], section: str) -> list[str]:
    """The column of each hashtag; of several that fit, the one with the fewest other attributes."""
    out = [""] * len(tags)
    best: dict[str, tuple[int, int]] = {}
    for index, cell in enumerate(tags):
        name, *attributes = re.split(r"\s*\+\s*", cell.strip().lower()) or [""]
        had = frozenset(attributes)
        if had & _PART_OF_ALL:
            continue
        fits = [rule for rule in _HXL[section] if rule[0] == name and rule[1] <= had]
        if not fits:
            continue
        rule = max(fits, key=lambda rule: len(rule[1]))
        score = (len(had - rule[1] - _NEUTRAL), index)
        if rule[2] not in best or score < best[rule[2]]:
            best[rule[2]] = score
    for target, (_, index) in best.items():
        out[index] = target
    return _with_areas(out, tags, section)


def _with_areas(out: list[str], tags: tuple[str, ...], section: str) -> list[str]:
    """Administrative areas where no location is given, the finest first; codes of areas."""
    areas = []
    for index, cell in enumerate(tags):
        name, *attributes = re.split(r"\s*\+\s*", cell.strip().lower()) or [""]
        if re.fullmatch(r"#adm[1-5]", name) and not out[index]:
            areas.append((name, "code" in attributes, index))
    for code in (False, True):
        target = "pcode" if code and section == "places" else _FALLBACK[section]
        found = [(name, index) for name, is_code, index in areas if is_code == code]
        if found and target not in out:
            out[max(found)[1]] = target
    return out


def _once(wanted: list[str]) -> tuple[str, ...]:
    """Each column is filled by one column of the file, the first that means it."""
    seen: set[str] = set()
    out = []
    for target in wanted:
        out.append("" if target in seen else target)
        seen.add(target)
    return tuple(out)


def tag_of(section: str, target: str) -> str:
    """The hashtag that a file of ours bears for a column; empty where HXL has none."""
    if section not in _HXL:
        return ""
    fits = [rule for rule in _HXL[section] if rule[2] == target]
    if target in ("at", "base"):
        fits = [rule for rule in fits if "id" in rule[1]] or fits
    if not fits:
        return ""
    name, attributes, _ = max(fits, key=lambda rule: len(rule[1])) if target == "name" else fits[0]
    return "+".join([name, *sorted(attributes, reverse=target == "name_ar")])
