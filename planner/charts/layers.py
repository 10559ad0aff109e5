"""The map at one moment: who is where, what moves, what is dangerous, which links are open.

Plain data for whoever draws: GeoJSON collections and rows with ``lat``, ``lon`` in degrees, a
colour as ``[r, g, b]`` and a one-letter ``sign`` beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from planner.charts import palette
from planner.charts.convoys import Convoy, convoy_track, convoys, position, self_track
from planner.charts.crowds import Crowd, crowds
from planner.charts.shapes import collection, feature, link_geometries, lon_lat, zone_geometries
from planner.plan import SelfMovement

if TYPE_CHECKING:
    from planner.network import TransportNetwork
    from planner.verify import Verdict

Collection = dict[str, Any]
Row = dict[str, Any]


@dataclass(frozen=True)
class MapSpec:
    """Everything that a map shows at ``t_s`` seconds after the start.

    ``background`` has the GeoJSON collections ``countries``, ``coast``, ``borders``, ``rivers`` and
    ``roads``. ``places`` are rows with id, label, role, role_word, sign, colour, lat, lon,
    to_leave, left, staying, safe, text. ``movers`` are rows of convoys and of people on their own:
    id, label, mode, sign, colour, lat, lon, persons, vehicles, loaded, origin, destination, state,
    text. ``threats`` and ``links`` are GeoJSON. ``bounds`` is (south, west, north, east) of all
    places. ``counts`` has waiting, under_way, safe, left, staying: together everybody.
    """

    t_s: int
    local_time: str
    background: dict[str, Collection]
    places: list[Row]
    movers: list[Row]
    threats: Collection
    links: Collection
    bounds: tuple[float, float, float, float]
    counts: dict[str, int] = field(default_factory=dict)


def backdrop(network: TransportNetwork) -> dict[str, Collection]:
    """Land, coast, borders, rivers and roads of the region; empty where there is no map."""
    if network.region is None:
        layers = ("countries", "coast", "borders", "rivers", "roads")
        return {layer: collection([]) for layer in layers}
    from planner.roads import drawing

    return drawing(network.region)


def bounds(network: TransportNetwork) -> tuple[float, float, float, float]:
    """(south, west, north, east) of all places, in degrees."""
    spots = [network.positions[place.id] for place in network.scenario.places]
    lats, lons = [lat for lat, _ in spots], [lon for _, lon in spots]
    return (min(lats), min(lons), max(lats), max(lons))


def map_layers(
    verdict: Verdict, t_s: int, background: dict[str, Collection] | None = None
) -> MapSpec:
    """The map ``t_s`` seconds after the start.

    ``background`` (from :func:`backdrop`) can be handed in by a caller who draws many moments.
    """
    scenario, network = verdict.scenario, verdict.network
    here = crowds(verdict, t_s)
    places = [place_row(network, place.id, here[place.id]) for place in scenario.places]
    movers = _convoys_under_way(verdict, t_s) + _people_under_way(verdict, t_s)
    return MapSpec(
        t_s=t_s,
        local_time=scenario.local(t_s).strftime("%Y-%m-%d %H:%M %Z"),
        background=backdrop(network) if background is None else background,
        places=places,
        movers=movers,
        threats=threat_layer(network, t_s),
        links=link_layer(network, t_s),
        bounds=bounds(network),
        counts={
            "waiting": sum(crowd.to_leave for crowd in here.values()),
            "under_way": sum(row["persons"] for row in movers),
            "safe": sum(crowd.safe for crowd in here.values()),
            "left": sum(crowd.left for crowd in here.values()),
            "staying": sum(crowd.staying for crowd in here.values()),
        },
    )


def place_row(network: TransportNetwork, place_id: str, crowd: Crowd) -> Row:
    """One place with its people, as a row of ``MapSpec.places``."""
    place = network.scenario.place(place_id)
    lat, lon = network.positions[place_id]
    told = [
        (crowd.to_leave, "waiting"),
        (crowd.left, "left behind"),
        (crowd.staying, "staying by choice"),
        (crowd.safe, "safe"),
    ]
    numbers = ", ".join(f"{number:,} {word}" for number, word in told if number) or "nobody"
    return {
        "id": place.id,
        "label": place.label,
        "role": place.role,
        "role_word": palette.ROLE_WORDS[place.role],
        "sign": palette.ROLE_SIGNS[place.role],
        "colour": palette.rgb(palette.ROLE_COLOURS[place.role]),
        "lat": lat,
        "lon": lon,
        "to_leave": crowd.to_leave,
        "left": crowd.left,
        "staying": crowd.staying,
        "safe": crowd.safe,
        "text": f"{place.label} ({palette.ROLE_WORDS[place.role]}): {numbers}",
    }


def _mover(name: str, label: str, mode: str, spot: tuple[float, float], **more: Any) -> Row:
    return {
        "id": name,
        "label": label,
        "mode": mode,
        "sign": palette.MODE_SIGNS[mode],
        "colour": palette.rgb(palette.MODE_COLOURS[mode]),
        "lat": spot[0],
        "lon": spot[1],
        **more,
    }


def convoy_label(verdict: Verdict, convoy: Convoy) -> str:
    """'12 Raqqa buses' or '2 Landing ships, 1 Destroyer'."""
    fleets = {fleet.id: fleet for fleet in verdict.scenario.fleets}
    return ", ".join(f"{n} x {fleets[fleet].label}" for fleet, n in convoy.vehicles().items())


def _convoys_under_way(verdict: Verdict, t_s: int) -> list[Row]:
    names = {place.id: place.label for place in verdict.scenario.places}
    rows = []
    for convoy in convoys(verdict):
        if not convoy.legs[0].load_start_s <= t_s <= max(leg.unload_end_s for leg in convoy.legs):
            continue
        label = convoy_label(verdict, convoy)
        way = f"{names[convoy.origin]} → {names[convoy.destination]}"
        load = f"{convoy.persons:,} people" if convoy.loaded else "empty"
        spot = position(convoy_track(verdict, convoy), t_s)
        rows.append(
            _mover(
                convoy.id, label, convoy.mode, spot,
                persons=_aboard(convoy, t_s), vehicles=len(convoy.members), loaded=convoy.loaded,
                origin=convoy.origin, destination=convoy.destination,
                state=_state(convoy, t_s),
                text=f"{convoy.id}: {label}, {load}, {way}, {_state(convoy, t_s)}",
            )
        )  # fmt: skip
    return rows


def _aboard(convoy: Convoy, t_s: int) -> int:
    """Evacuees who have left one place and are not yet counted at the next."""
    return sum(leg.persons for leg in convoy.legs if leg.depart_s <= t_s < leg.unload_end_s)


def _state(convoy: Convoy, t_s: int) -> str:
    if t_s < convoy.depart_s:
        return "loading"
    return "under way" if t_s <= convoy.arrive_s else "unloading"


def _people_under_way(verdict: Verdict, t_s: int) -> list[Row]:
    names = {place.id: place.label for place in verdict.scenario.places}
    rows = []
    for movement in verdict.plan.self_movements:
        if movement.depart_s <= t_s < movement.arrive_s:
            way = f"{names[movement.origin]} → {names[movement.destination]}"
            label = _own_label(movement)
            spot = position(self_track(verdict.network, movement), t_s)
            rows.append(
                _mover(
                    movement.id, label, movement.means, spot,
                    persons=movement.persons, vehicles=movement.vehicles, loaded=True,
                    origin=movement.origin, destination=movement.destination, state="under way",
                    text=f"{label}, {movement.persons:,} people, {way}",
                )
            )  # fmt: skip
    return rows


def _own_label(movement: SelfMovement) -> str:
    if movement.means == "foot":
        return "on foot"
    return "1 private car" if movement.vehicles == 1 else f"{movement.vehicles} private cars"


def threat_layer(network: TransportNetwork, t_s: int | None = None) -> Collection:
    """Zones of the threats that do harm at the moment; of all threats where it is None."""
    features = []
    for threat in network.scenario.threats:
        rate_nano = _rate_at(network, threat.id, t_s)
        if t_s is None or rate_nano:
            for shape in zone_geometries(network, threat.zone):
                text = f"{threat.label}: {rate_nano / 1_000_000:g} per 1000 person-hours"
                features.append(feature(shape, id=threat.id, label=threat.label, text=text))
    return collection(features)


def _rate_at(network: TransportNetwork, threat: str, t_s: int | None) -> int:
    hazard = network.hazard[threat]
    return max(hazard.rate_nano) if t_s is None else hazard.between(t_s, t_s + 1)


def link_layer(network: TransportNetwork, t_s: int) -> Collection:
    """The scenario's links with their state at the moment: open, restricted or closed."""
    features = []
    for link in network.scenario.links:
        opened = network.link_open.get(link.id)
        shut = link.status == "closed" or (opened is not None and not opened.contains(t_s))
        state = "closed" if shut else link.status
        word = {"operational": "open"}.get(state, state)
        for shape in link_geometries(network, link):
            features.append(
                feature(
                    shape, id=link.id, label=link.label, status=state,
                    colour=palette.rgb(palette.LINK_COLOURS[state]),
                    text=f"{link.label}: {word}" + (f" ({link.comment})" if link.comment else ""),
                )
            )  # fmt: skip
    return collection(features)


def trips(verdict: Verdict) -> list[Row]:
    """Paths of all convoys and people on their own: ``path`` of [lon, lat], ``timestamps`` in s."""
    rows = []
    for convoy in convoys(verdict):
        points = convoy_track(verdict, convoy)
        rows.append(_trip(convoy.id, convoy.mode, convoy.persons, points))
    for movement in verdict.plan.self_movements:
        points = self_track(verdict.network, movement)
        rows.append(_trip(movement.id, movement.means, movement.persons, points))
    return rows


def _trip(name: str, mode: str, persons: int, points: tuple[tuple[float, float, int], ...]) -> Row:
    return {
        "id": name,
        "mode": mode,
        "persons": persons,
        "loaded": persons > 0,
        "colour": palette.rgb(palette.MODE_COLOURS[mode]),
        "path": [lon_lat(lat, lon) for lat, lon, _ in points],
        "timestamps": [moment for _, _, moment in points],
    }
