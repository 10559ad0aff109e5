"""Fleets and kinds of vehicles."""

from __future__ import annotations

from planner.load.sense.look import NOT_PLANNED, Look
from planner.load.yamltext import Path
from planner.scenario import Fleet, Handling, Mode, Vehicle
from planner.units import format_duration

MOST_VEHICLES = 5000


def look_at(look: Look) -> None:
    """Every kind of vehicle and every fleet."""
    for name, kind in look.scenario.vehicles.items():
        _kind(look, ("vehicles", name), kind, kind.mode)
    for fleet in look.fleets.values():
        _fleet(look, fleet)
        _escort(look, fleet)


def _kind(look: Look, path: Path, kind: Vehicle | Fleet, mode: Mode) -> None:
    bounds = look.credible
    if kind.speed_mph == 0:
        look.error((*path, "speed"), "does not move", "write its speed")
    elif kind.speed_mph is not None and kind.speed_mph > bounds.highest_speed_mph[mode]:
        most = bounds.highest_speed_mph[mode] // 1000
        problem = f"{kind.speed_mph / 1000:g} km/h is past belief for mode {mode}"
        look.error((*path, "speed"), problem, f"at most {most} km/h; check the unit")
    for key in ("seats", "stretchers"):
        seats = getattr(kind, key)
        if seats is not None and seats > bounds.most_seats[mode]:
            problem = f"{seats:,} {key} are past belief for mode {mode}"
            look.error((*path, key), problem, f"at most {bounds.most_seats[mode]:,}")
    _handling(look, (*path, "loading"), kind.loading)
    _handling(look, (*path, "unloading"), kind.unloading)
    if isinstance(kind, Vehicle):
        _figures(look, path, kind)


def _handling(look: Look, path: Path, handling: Handling | None) -> None:
    longest = look.credible.longest_handling_s
    if handling is not None and handling.fixed_s > longest:
        remedy = f"at most {format_duration(longest)}; check the unit"
        look.error(path, "so long is past belief", remedy)
    if handling is not None and handling.per_person_s > 3600:
        look.error(path, "more than an hour a person is past belief", "check the unit")


def _figures(look: Look, path: Path, kind: Vehicle) -> None:
    for key, value in (("cost_per_km", kind.cost_per_km), ("draught_metres", kind.draught_m)):
        if value is not None and value < 0:
            look.error((*path, key), "below zero", "write 0 or more")
    if kind.car_equivalents <= 0:
        look.error((*path, "car_equivalents"), "not above zero", "a private car counts 1")
    if kind.draught_m is not None and kind.draught_m > 25:
        look.error((*path, "draught_metres"), "no ship has such a draught", "write metres")


def _fleet(look: Look, fleet: Fleet) -> None:
    def fault(key: str, problem: str, remedy: str) -> None:
        look.error(look.item("fleets", fleet.id, key), problem, remedy)

    kind = look.vehicle(fleet)
    if kind is not None:
        _kind(look, look.item("fleets", fleet.id), fleet, kind.mode)
        if not kind.seats + kind.stretchers and not fleet.is_escort:
            fault("vehicle", "carries nobody", "add `seats:`, or `is_escort: true`")
        if kind.mode == "foot":
            fault("vehicle", f"a fleet on foot is {NOT_PLANNED}", "use `on_foot:` of the group")
    if fleet.count > MOST_VEHICLES:
        fault("count", f"{fleet.count:,} vehicles are past belief", f"at most {MOST_VEHICLES:,}")
    if len(fleet.vehicles) > fleet.count:
        listed = len(fleet.vehicles)
        fault("vehicles", f"{listed} are listed, but `count:` is {fleet.count}", "let them agree")


def _escort(look: Look, fleet: Fleet) -> None:
    if fleet.escort is None:
        return

    def fault(key: str, problem: str, remedy: str) -> None:
        look.error(look.item("fleets", fleet.id, "escort", key), problem, remedy)

    by = look.fleets.get(fleet.escort.by)
    if fleet.escort.ratio == 0:
        fault("ratio", "an escort for none", "write how many one escort takes along")
    if fleet.is_escort:
        fault("by", "an escort with an escort", "let only the escorted fleet name one")
    if by is None:
        return
    own, other = look.vehicle(fleet), look.vehicle(by)
    if not by.is_escort:
        fault("by", f"'{by.id}' is no escort", f"add `is_escort: true` to fleet '{by.id}'")
    if by.base != fleet.base:
        problem = f"'{by.id}' begins at '{by.base}', this fleet at '{fleet.base}'"
        fault("by", problem, "give both the same base: they set out together")
    if own and other and own.mode != other.mode:
        fault("by", f"'{by.id}' moves by {other.mode}, this fleet by {own.mode}", "choose another")
