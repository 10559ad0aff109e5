"""Who of how many is missing: a manifest counted against what the plan says of its movement."""

from __future__ import annotations

from dataclasses import dataclass, field

from planner.errors import Issue
from planner.manifest.boarding import ABOARD, standing
from planner.manifest.nouns import STATUSES, Frame, Kind, Manifest, Status

_KINDS: tuple[Kind, ...] = ("seat", "stretcher")


@dataclass(frozen=True)
class Line:
    """Persons of one part of a movement: planned, on the list, and how many have each status."""

    part: str
    """movement, vehicle, group, seat or stretcher."""
    name: str
    planned: int
    listed: int
    by_status: dict[Status, int] = field(default_factory=dict)

    @property
    def aboard(self) -> int:
        """Boarded, those who have arrived included."""
        return sum(self.by_status.get(status, 0) for status in ABOARD)

    @property
    def missing(self) -> int:
        """Places of the plan without anybody aboard, whatever the reason."""
        return max(0, self.planned - self.aboard)

    @property
    def unlisted(self) -> int:
        """Places of the plan for which nobody is on the list."""
        return max(0, self.planned - self.listed)


@dataclass(frozen=True)
class Missing:
    """Somebody on the list who is not aboard."""

    person: str
    vehicle: str
    group: str
    kind: Kind
    status: Status


def recount(manifest: Manifest) -> tuple[Line, ...]:
    """The movement, its vehicles, its groups, its seats and its stretcher places."""
    frame = manifest.frame
    lines = [_line(manifest, "movement", frame.movement)]
    lines += [_line(manifest, "vehicle", one.id, vehicle=one.id) for one in frame.vehicles]
    lines += [_line(manifest, "group", group, group=group) for group in frame.groups]
    lines += [_line(manifest, kind, "all", kind=kind) for kind in _KINDS]
    return tuple(lines)


def _line(
    manifest: Manifest,
    part: str,
    name: str,
    vehicle: str | None = None,
    group: str | None = None,
    kind: Kind | None = None,
) -> Line:
    state = standing(manifest)
    kinds = _KINDS if kind is None else (kind,)
    planned = sum(manifest.frame.places(one, vehicle, group) for one in kinds)
    on_list = [
        one
        for one in manifest.passengers
        if vehicle in (None, one.vehicle) and group in (None, one.group) and one.kind in kinds
    ]
    counted = dict.fromkeys(STATUSES, 0)
    for one in on_list:
        counted[state[one.person]] += 1
    return Line(part, name, planned, len(on_list), counted)


def missing(manifest: Manifest) -> tuple[Missing, ...]:
    """Everybody on the list who is not aboard, by vehicle in the order of the list."""
    state = standing(manifest)
    order = {vehicle.id: at for at, vehicle in enumerate(manifest.frame.vehicles)}
    found = [
        Missing(one.person, one.vehicle, one.group, one.kind, state[one.person])
        for one in manifest.passengers
        if state[one.person] not in ABOARD
    ]
    return tuple(sorted(found, key=lambda one: order.get(one.vehicle, 0)))


def under_way(manifest: Manifest) -> tuple[str, ...]:
    """Tokens of those who boarded and have not been reported as arrived, once anybody has been."""
    state = standing(manifest)
    if "arrived" not in state.values():
        return ()
    return tuple(person for person, status in state.items() if status == "boarded")


def against(manifest: Manifest, frames: tuple[Frame, ...], file: str) -> list[Issue]:
    """What the plan says otherwise than when the manifest was made; ``frames`` are the plan's."""
    ours = manifest.frame
    plan = frames[0].plan if frames else "?"
    if plan == ours.plan and ours in frames:
        return []
    remedy = "make a manifest from this plan, or check against the one that it was made from"
    if plan != ours.plan:
        issues = [Issue(file, 0, ours.movement, f"was made from {ours.plan}, not {plan}", remedy)]
    else:
        issues = [Issue(file, 0, ours.movement, "is not as the plan has it", remedy)]
    same = next((frame for frame in frames if frame.movement == ours.movement), None)
    if same is None:
        issues.append(Issue(file, 0, ours.movement, "the plan has no such movement", remedy))
        return issues
    for what, here, there in _compared(ours, same):
        if here != there:
            issues.append(Issue(file, 0, what, f"{here} here, {there} in the plan", remedy))
    return issues


def _compared(ours: Frame, other: Frame) -> list[tuple[str, str, str]]:
    def way(frame: Frame) -> str:
        return f"{frame.origin} to {frame.destination}"

    rows = [
        ("way", way(ours), way(other)),
        ("departure", f"{ours.depart:%d %b %H:%M} UTC", f"{other.depart:%d %b %H:%M} UTC"),
    ]
    vehicles = dict.fromkeys(one.id for frame in (ours, other) for one in frame.vehicles)
    for vehicle in vehicles:
        counts = [
            f"{frame.places('seat', vehicle)} seats, {frame.places('stretcher', vehicle)} lying"
            for frame in (ours, other)
        ]
        rows.append((f"vehicle {vehicle}", counts[0], counts[1]))
    return rows
