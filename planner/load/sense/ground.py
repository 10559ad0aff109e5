"""Places, links and threats."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

from planner.load.sense.look import NOT_PLANNED, Look
from planner.scenario import Link, Place, Threat

EARTH_M = 6_371_009
# An added link may be this much shorter than the straight line: coordinates are rounded.
SHORTEST = 0.8
HIGHEST_MULTIPLIER = 100
_LIMITS = {
    "slots": ("movements",),
    "processing": ("persons", "vehicles"),
    "capacity": ("vehicles", "persons"),
}


def look_at(look: Look) -> None:
    """Every place, link and threat."""
    for place in look.scenario.places:
        _place(look, place)
    for link in look.scenario.links:
        _rate(look, "links", link, "capacity")
        if link.map_link is None and link.along is None and link.near is None:
            _added(look, link)
        else:
            _remark(look, link)
    for threat in look.scenario.threats:
        _threat(look, threat)


def straight_m(one: Place, other: Place) -> int | None:
    """Great circle in metres (haversine, mean radius); None where a position is the map's."""
    if isinstance(one.at, str) or isinstance(other.at, str):
        return None
    (lat1, lon1), (lat2, lon2) = (map(radians, at) for at in (one.at, other.at))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return round(2 * EARTH_M * asin(sqrt(min(1.0, half))))


def _rate(look: Look, section: str, item: Place | Link, key: str) -> None:
    rate = getattr(item, key)
    if rate is not None and rate.what not in _LIMITS[key]:
        known = " or ".join(f"'{rate.count} {what}/h'" for what in _LIMITS[key])
        path = look.item(section, item.id, key)
        look.error(path, f"{rate.what}/h are not counted here", f"write {known}")


def _place(look: Look, place: Place) -> None:
    def fault(key: str, problem: str, remedy: str) -> None:
        look.error(look.item("places", place.id, key), problem, remedy)

    _rate(look, "places", place, "slots")
    _rate(look, "places", place, "processing")
    if isinstance(place.at, str) and not look.root.get("map").text:
        problem = f"'{place.at}' would be a place of the map, but the scenario names no map"
        fault("at", problem, "write [latitude, longitude], or add `map:`")
    if place.intake is not None and place.role != "safe_haven":
        fault(
            "intake", f"role {place.role} takes nobody in", "write `capacity:` for those who wait"
        )
    if not place.protected:
        return
    stand_in = look.places.get(place.handover_point or "")
    if place.handover_point is None:
        remedy = "add `handover_point:`, the place that stands for it in what leaves the office"
        fault("protected", "a protected place without a handover point", remedy)
    elif place.handover_point == place.id or (stand_in and stand_in.protected):
        fault("handover_point", "a protected place cannot stand in", "name an open place")


def _added(look: Look, link: Link) -> None:
    def fault(key: str, problem: str, remedy: str) -> None:
        look.error(look.item("links", link.id, key), problem, remedy)

    if link.from_ is None or link.to is None:
        key = "from" if link.from_ is None else "to"
        remedy = (
            "give `from:` and `to:`, or name a road of the map by `map_link:`, `along:` or `near:`"
        )
        fault(key, "nobody says which road this is", remedy)
        return
    if link.from_ == link.to:
        fault("to", "leads nowhere", "give two places")
        return
    if not link.length_m:
        fault("length", "the length of an added link is missing", "add for example `length: 12 km`")
        return
    _speed(look, link)
    ends = [look.places[end] for end in (link.from_, link.to) if end in look.places]
    straight = straight_m(*ends) if len(ends) == 2 else None
    if straight is not None and link.length_m < SHORTEST * straight:
        problem = f"shorter than the straight line of {straight / 1000:.1f} km"
        look.warn(look.item("links", link.id, "length"), problem, "check length and positions")


def _speed(look: Look, link: Link) -> None:
    highest = look.credible.highest_speed_mph[link.mode]
    path = look.item("links", link.id, "speed")
    if link.speed_mph == 0:
        look.error(path, "nobody moves at speed 0", "write `status: closed` for a closed link")
    elif link.speed_mph is not None and link.speed_mph > highest:
        problem = f"{link.speed_mph / 1000:g} km/h is past belief for mode {link.mode}"
        look.error(path, problem, f"at most {highest // 1000} km/h; check the unit")


def _remark(look: Look, link: Link) -> None:
    def fault(key: str, problem: str, remedy: str) -> None:
        look.error(look.item("links", link.id, key), problem, remedy)

    ways = {"map_link": link.map_link, "along": link.along, "near": link.near}
    key, *more = (name for name, value in ways.items() if value is not None)
    if not look.root.get("map").text:
        fault(key, "speaks of the map, but the scenario names no map", "add `map:`")
    for other in more:
        fault(other, "two ways to say which road", f"keep `{key}:` or `{other}:`")
    for other, value in (("from", link.from_), ("to", link.to), ("length", link.length_m)):
        if value is not None:
            fault(other, f"the map knows where '{key}' leads", f"leave `{other}:` out")
    if link.mode != "road" or link.one_way:
        what = "mode" if link.mode != "road" else "one_way"
        fault(what, f"changing the {what} of a road of the map is {NOT_PLANNED}", "leave it out")
    _speed(look, link)


def _threat(look: Look, threat: Threat) -> None:
    highest = look.credible.highest_hazard_nano
    if threat.rate_nano > highest:
        rate = threat.rate_nano / 1_000_000
        problem = f"{rate:g} casualties per 1000 person-hours are past belief"
        remedy = f"at most {highest / 1_000_000:g}; is the rate per 1000 person-hours?"
        look.error(look.item("threats", threat.id, "rate"), problem, remedy)
    for group, factor in threat.multiplier.items():
        if not 0 <= factor <= HIGHEST_MULTIPLIER:
            path = look.item("threats", threat.id, "multiplier", group)
            look.error(path, f"factor {factor:g}", f"lies between 0 and {HIGHEST_MULTIPLIER}")
