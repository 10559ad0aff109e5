"""A plan as sheets for the map: who moves when, how many wait where, over the whole horizon."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planner import charts
from planner.charts import Crowd, palette
from planner.timeline import Intervals
from planner.ui import situation
from planner.ui.mapview import Bounds, Feature, Sheet, feature
from planner.ui.words import _

if TYPE_CHECKING:
    from planner.network import TransportNetwork
    from planner.verify import Verdict

REACH_DEG = 0.05


def movement_sheets(verdict: Verdict) -> list[Sheet]:
    """Dangers, roads, crowds and convoys; all that changes with time carries its times."""
    net = verdict.network
    return [
        situation.ground(verdict.scenario)[1],
        Sheet("dangers", "areas", situation.danger_features(net), _("Dangers")),
        Sheet("links", "lines", situation.link_features(net), _("Roads and lanes")),
        Sheet("movers", "tracks", _movers(verdict), _("Movement")),
        Sheet("places", "points", _places(verdict), _("Places and people")),
    ]


# ------------------------------------------------------------------ who moves


def _movers(verdict: Verdict) -> list[Feature]:
    found = [_convoy(verdict, convoy) for convoy in charts.convoys(verdict)]
    names = {place.id: place.label for place in verdict.scenario.places}
    for movement in verdict.plan.self_movements:
        way = f"{names[movement.origin]} → {names[movement.destination]}"
        what = situation.mode_word(movement.means)
        text = f"{what}: {_('{n} people').format(n=f'{movement.persons:,}')}\n{way}"
        points = charts.self_track(verdict.network, movement)
        span = (movement.depart_s, movement.arrive_s)
        found.append(_track(movement.id, movement.means, points, span, text, loaded=True))
    return found


def _convoy(verdict: Verdict, convoy: charts.Convoy) -> Feature:
    names = {place.id: place.label for place in verdict.scenario.places}
    load = _("{n} people").format(n=f"{convoy.persons:,}") if convoy.loaded else _("empty")
    text = (
        f"{convoy.id}: {charts.convoy_label(verdict, convoy)}, {load}\n"
        f"{names[convoy.origin]} → {names[convoy.destination]}\n"
        f"{situation.local(verdict.scenario, convoy.depart_s)} – "
        f"{situation.local(verdict.scenario, convoy.arrive_s)}"
    )
    begins = convoy.legs[0].load_start_s
    ends = max(leg.unload_end_s for leg in convoy.legs)
    points = charts.convoy_track(verdict, convoy)
    return _track(convoy.id, convoy.mode, points, (begins, ends), text, loaded=convoy.loaded)


def _track(
    name: str,
    mode: str,
    points: charts.Track,
    span: tuple[int, int],
    text: str,
    *,
    loaded: bool,
) -> Feature:
    course = [[round(lon, 5), round(lat, 5)] for lat, lon, _moment in points]
    times = [moment for _lat, _lon, moment in points]
    if len(course) == 1:
        course, times = course * 2, times * 2
    return feature(
        {"type": "LineString", "coordinates": course},
        kind="convoy",
        id=name,
        text=text,
        times=times,
        when=Intervals.of([span]),
        colour=palette.MODE_COLOURS[mode],
        sign=palette.MODE_SIGNS[mode] if loaded else "",
        radius=9 if loaded else 5,
    )


# ------------------------------------------------------------------ who waits


def _places(verdict: Verdict) -> list[Feature]:
    steps = charts.crowd_steps(verdict)
    return [_place(verdict, place.id, steps[place.id]) for place in verdict.scenario.places]


def _place(verdict: Verdict, name: str, steps: list[tuple[int, Crowd]]) -> Feature:
    net = verdict.network
    place = verdict.scenario.place(name)
    lat, lon = net.positions[name]
    first = steps[0][1]
    series: dict[str, list[tuple[int, Any]]] = {
        "radius": [(t, round(situation.radius_px(_here(crowd)), 1)) for t, crowd in steps],
        "caption": [(t, _caption(place.label, crowd)) for t, crowd in steps],
        "text": [(t, f"{place.label}\n{crowd_words(crowd)}") for t, crowd in steps],
    }
    return feature(
        {"type": "Point", "coordinates": [round(lon, 5), round(lat, 5)]},
        kind="place",
        id=name,
        text=place.label,
        caption=_caption(place.label, first),
        series=series if len(steps) > 1 else {key: each[:1] for key, each in series.items()},
        colour=palette.ROLE_COLOURS[place.role],
        sign=palette.ROLE_SIGNS[place.role],
        ring=situation.RING if place.protected else "",
        priority=_here(first) + 100_000 * (place.role == "safe_haven"),
    )


def _here(crowd: Crowd) -> int:
    return crowd.to_leave + crowd.left + crowd.safe


def _caption(label: str, crowd: Crowd) -> str:
    number = crowd.safe or crowd.to_leave + crowd.left
    return f"{label}  {number:,}" if number else label


def crowd_words(crowd: Crowd) -> str:
    """'1,200 waiting · 80 left behind', or 'nobody'."""
    return _told(crowd.to_leave, 0, crowd.safe, crowd.left, crowd.staying) or _("nobody")


def _told(waiting: int, moving: int, safe: int, left: int, staying: int) -> str:
    parts = [
        (waiting, _("waiting")),
        (moving, _("under way")),
        (safe, _("safe")),
        (left, _("left behind")),
        (staying, _("stay by choice")),
    ]
    return " · ".join(f"{number:,} {word}" for number, word in parts if number)


def movement_notes(verdict: Verdict) -> list[tuple[int, str]]:
    """A line on each moment at which somebody leaves or arrives: everybody, counted once."""
    steps = charts.crowd_steps(verdict)
    moments = sorted({0} | {t for each in steps.values() for t, _crowd in each})
    at = dict.fromkeys(steps, 0)
    found = []
    for moment in moments:
        now = []
        for place, each in steps.items():
            while at[place] + 1 < len(each) and each[at[place] + 1][0] <= moment:
                at[place] += 1
            now.append(each[at[place]][1])
        waiting, safe = sum(crowd.to_leave for crowd in now), sum(crowd.safe for crowd in now)
        left, staying = sum(crowd.left for crowd in now), sum(crowd.staying for crowd in now)
        moving = verdict.plan.people - waiting - safe - left - staying
        found.append((moment, _told(waiting, moving, safe, left, staying)))
    return found


# ------------------------------------------------------------------ where to look


def region_bounds(net: TransportNetwork) -> Bounds:
    """West, south, east, north of the places within the area of the map's roads."""
    spots = list(net.positions.values())
    if net.region is not None:
        nodes = [data for _node, data in net.region.roads.nodes(data=True)]
        lats, lons = [float(n["y"]) for n in nodes], [float(n["x"]) for n in nodes]
        box = (min(lats), max(lats), min(lons), max(lons))
        inside = [s for s in spots if box[0] <= s[0] <= box[1] and box[2] <= s[1] <= box[3]]
        spots = inside or spots
    return bounds_of(spots)


def bounds_of(spots: list[tuple[float, float]]) -> Bounds:
    """West, south, east, north of (latitude, longitude) spots."""
    lats, lons = [lat for lat, _lon in spots], [lon for _lat, lon in spots]
    return (min(lons), min(lats), max(lons), max(lats))


def close_look(net: TransportNetwork, place: str) -> Bounds:
    """Some ten kilometres around one place."""
    lat, lon = net.positions[place]
    return (lon - REACH_DEG, lat - REACH_DEG, lon + REACH_DEG, lat + REACH_DEG)
