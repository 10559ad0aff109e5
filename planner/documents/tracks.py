"""Where movements pass when, for maps and telephones: GeoJSON and GPX."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from planner import __version__
from planner.cells import clean
from planner.charts import (
    Convoy,
    Track,
    convoy_label,
    convoy_track,
    havens,
    position,
    self_track,
)
from planner.charts.shapes import feature, line, lon_lat
from planner.documents.paper import Paper
from planner.documents.rows import own_vehicles
from planner.roads import great_circle_m


def utc(moment: datetime) -> str:
    """'2012-12-13T05:20:00Z'."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def geojson_bytes(paper: Paper) -> bytes:
    """RFC 7946: a line a convoy and a party on its own, with times in UTC, and the places.

    ``coordTimes`` has one time for each position of a line. The header is a foreign member.
    """
    verdict_title = paper.verdict.scenario.title
    document = {
        "type": "FeatureCollection",
        "safe_passage": {
            "audience": paper.addressee,
            "valid_until_utc": utc(paper.valid_until),
            "warning": paper.warning,
            "plan_status": paper.status,
            "issued_utc": utc(paper.issued_at),
            "Plan": f"{paper.plan_id}, revision {paper.revision}",
            **({"Scenario": clean(verdict_title)} if verdict_title else {}),
            "use": paper.disclaimer,
        },
        "features": [*convoy_features(paper), *own_features(paper), *place_features(paper)],
    }
    return (json.dumps(document, ensure_ascii=False, allow_nan=False) + "\n").encode("utf-8")


def convoy_features(paper: Paper) -> list[dict[str, Any]]:
    """A line a convoy; every other file that shows movements says no more of them."""
    return [_convoy_feature(paper, convoy) for convoy in paper.convoys]


def own_features(paper: Paper) -> list[dict[str, Any]]:
    """A line a party of people who go by their own means."""
    return [_own_feature(paper, number) for number in range(len(_own(paper)))]


def _line_of(track: Track) -> dict[str, Any]:
    return line([lon_lat(lat, lon) for lat, lon, _ in track])


def _times_of(paper: Paper, track: Track) -> list[str]:
    return [utc(paper.utc(t_s)) for _, _, t_s in track]


def _convoy_feature(paper: Paper, convoy: Convoy) -> dict[str, Any]:
    verdict = paper.verdict
    points = convoy_track(verdict, convoy)
    route = verdict.network.routes[convoy.route]
    return feature(
        _line_of(points),
        kind="convoy",
        plan_status=paper.status,
        convoy=convoy.id,
        mode=convoy.mode,
        from_id=convoy.origin,
        from_name=paper.label(convoy.origin),
        to_id=convoy.destination,
        to_name=paper.label(convoy.destination),
        vehicles=clean(convoy_label(verdict, convoy)),
        sorties=[sortie.id for sortie, _ in convoy.members],
        persons=convoy.persons,
        stretchers=convoy.stretchers,
        depart_utc=utc(paper.utc(convoy.depart_s)),
        arrive_utc=utc(paper.utc(convoy.arrive_s)),
        km=round(route.length_m / 1000, 1),
        links=list(dict.fromkeys(use.link for use in route.links)),
        estimate=route.estimate,
        coordTimes=_times_of(paper, points),
    )


def _own(paper: Paper) -> tuple[Any, ...]:
    return paper.verdict.plan.self_movements


def _own_feature(paper: Paper, number: int) -> dict[str, Any]:
    movement = paper.verdict.plan.self_movements[number]
    points = self_track(paper.verdict.network, movement)
    route = paper.verdict.network.routes[movement.route]
    return feature(
        _line_of(points),
        kind="own means",
        plan_status=paper.status,
        movement=movement.id,
        mode=movement.means,
        from_id=movement.origin,
        from_name=paper.label(movement.origin),
        to_id=movement.destination,
        to_name=paper.label(movement.destination),
        vehicles=own_vehicles(movement),
        persons=movement.persons,
        depart_utc=utc(paper.utc(movement.depart_s)),
        arrive_utc=utc(paper.utc(movement.arrive_s)),
        km=round(route.length_m / 1000, 1),
        links=list(dict.fromkeys(use.link for use in route.links)),
        estimate=route.estimate,
        coordTimes=_times_of(paper, points),
    )


def place_features(paper: Paper) -> list[dict[str, Any]]:
    """A point a place."""
    verdict = paper.verdict
    safe = havens(verdict.scenario)
    out = []
    for place in verdict.scenario.places:
        spot = {"type": "Point", "coordinates": lon_lat(*verdict.network.positions[place.id])}
        out.append(
            feature(
                spot, kind="place", id=place.id, name=paper.label(place.id), role=place.role,
                haven=place.id in safe,
            )
        )  # fmt: skip
    return out


_STRAIGHT_M = 2000  # a road may well run straight so far
_NO_MARKUP = str.maketrans("<>", "‹›")


def title_of(paper: Paper, convoy: Convoy) -> str:
    """What a phone calls the convoy. Phones show the name and hide the description."""
    ends = f"{paper.label(convoy.origin)} - {paper.label(convoy.destination)}"
    stamped = {"VERIFIED": "", "CONDITIONAL": "NOT AUTHORISED "}
    mark = stamped.get(paper.status, f"{paper.status} ") if paper.warning else ""
    return f"{mark}{convoy.id} {ends}"


def described(paper: Paper, convoy: Convoy) -> str:
    """Who may read it, what goes, until when it holds: one line."""
    parts = (
        paper.addressee, paper.warning, paper.plan_id,
        clean(convoy_label(paper.verdict, convoy)),
        f"{paper.say('people')}: {paper.count(convoy.persons)}",
        f"{paper.say('Valid until')} {paper.expiry}", paper.disclaimer, not_drawn(paper, convoy),
    )  # fmt: skip
    return " · ".join(part for part in parts if part)


def not_drawn(paper: Paper, convoy: Convoy) -> str:
    """Which roads of the way are straight lines on it, because no map has them; empty for none."""
    route = paper.verdict.network.routes[convoy.route]
    known = {link.id: link for link in paper.verdict.scenario.links}
    names = []
    for use in route.links if route.mode == "road" else ():
        a, b = (position(route.points, moment) for moment in (use.enter_s, use.exit_s))
        between = any(use.enter_s < moment < use.exit_s for _, _, moment in route.points)
        if not between and use.link in known and great_circle_m(*a, *b) >= _STRAIGHT_M:
            names.append(paper.called(known[use.link]).replace("_", " "))
    if not names:
        return ""
    words = paper.say("The way is not drawn on {roads}: the straight line there is no road.")
    return words.format(roads=", ".join(dict.fromkeys(names)))


def gpx_bytes(paper: Paper, convoy: Convoy) -> bytes:
    """One convoy's way for a telephone: both ends as waypoints, a route, a track with UTC times."""
    from gpxpy import gpx

    verdict = paper.verdict
    points = convoy_track(verdict, convoy)
    names = {end: paper.label(end) for end in (convoy.origin, convoy.destination)}
    title = title_of(paper, convoy)
    document = gpx.GPX()
    document.creator = f"Safe Passage {__version__}"
    document.name = title
    # Some phones show descriptions as HTML.
    document.description = described(paper, convoy).translate(_NO_MARKUP)
    document.time = paper.issued_at.astimezone(UTC)
    for name, t_s in ((convoy.origin, convoy.depart_s), (convoy.destination, convoy.arrive_s)):
        lat, lon = verdict.network.positions[name]
        when = paper.utc(t_s)
        document.waypoints.append(
            gpx.GPXWaypoint(round(lat, 5), round(lon, 5), time=when, name=names[name])
        )
    route = gpx.GPXRoute(name=title)
    segment = gpx.GPXTrackSegment()
    for lat, lon, t_s in points:
        spot = (round(lat, 5), round(lon, 5))
        route.points.append(gpx.GPXRoutePoint(*spot))
        segment.points.append(gpx.GPXTrackPoint(*spot, time=paper.utc(t_s)))
    track = gpx.GPXTrack(name=title)
    missing = not_drawn(paper, convoy).translate(_NO_MARKUP)
    for one in (route, track) if missing else ():
        one.comment = missing
    track.segments.append(segment)
    document.routes.append(route)
    document.tracks.append(track)
    return (document.to_xml(version="1.1") + "\n").encode("utf-8")
