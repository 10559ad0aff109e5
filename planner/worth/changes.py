"""Single changes of a scenario that may get more people out, each with its price."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from planner.network import TransportNetwork
from planner.problem import local_days
from planner.scenario import Fleet, Group, Link, Place, Scenario, Window
from planner.units import DAY_S, HOUR_S, MINUTE_S, Rate
from planner.worth.cause import Cause
from planner.worth.reasons import Stay

MORE_INTAKE = 1000
HANDLING = {"berths": "berth", "stands": "stand", "loading_bays": "loading bay"}


@dataclass(frozen=True)
class Change:
    """One change. ``make`` gives the changed scenario.

    ``loosens``: it helps by permission, hours, risk or roads, so it cannot help whoever gets no new
    way or hour from it. ``rebuild``: roads, dangers or links are different with it.
    """

    kind: str
    price: int
    what: str
    make: Callable[[], Scenario]
    loosens: bool = True
    rebuild: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """Two changes of one key are one change."""
        return self.kind, self.what


@dataclass(frozen=True)
class Room:
    """What is scarce for one stay: fleets that carry, places and links that are used up."""

    fleets: tuple[str, ...]
    tight: frozenset[str]


class Changes:
    """All changes that may help whoever stays, cheapest first."""

    def __init__(self, network: TransportNetwork, prices: dict[str, int]) -> None:
        self.network = network
        self.scenario = network.scenario
        self.prices = prices

    def of(self, stay: Stay, room: Room) -> list[Change]:
        """Changes for these people, by price, kind and words; a change of each only once."""
        cause = stay.cause
        group = self.scenario.group(stay.group)
        found = [*self._permissions(), *self._acceptance(group), *self._hours(), *self._links()]
        found += self._risk_cap()
        if cause.is_scarce:
            found += [*self._vehicles(room.fleets), *self._intake(cause, room)]
            found += [*self._capacity(room), *self._berths(room)]
        else:
            found += self._vehicles([f.id for f in self.scenario.fleets if not f.count])
        if cause.is_scarce or cause.code == "too_late":
            found += self._horizon()
        return sorted(found, key=lambda change: (change.price, change.kind, change.what))

    def _change(self, kind: str, what: str, make: Callable[[], Scenario], **more: bool) -> Change:
        return Change(kind, self.prices[kind], what, make, **more)

    def _with(self, part: str, old: Any, **update: Any) -> Callable[[], Scenario]:
        """The scenario with one item of a list changed."""

        def make() -> Scenario:
            items = tuple(
                item.model_copy(update=update) if item is old else item
                for item in getattr(self.scenario, part)
            )
            return self.scenario.model_copy(update={part: items})

        return make

    # -- permission, acceptance, risk ---------------------------------------------------------

    def _permissions(self) -> Iterator[Change]:
        names = {p.id: p.label for p in self.scenario.parties}
        for asked in self.scenario.authorisations:
            if asked.state == "requested" and not asked.assume:
                what = f"{names.get(asked.party, asked.party)} grants {asked.label}"
                make = self._with("authorisations", asked, assume="granted")
                yield self._change("authorisation", what, make)

    def _acceptance(self, group: Group) -> Iterator[Change]:
        names = {p.id: p.label for p in (*self.scenario.parties, *self.scenario.fleets)}
        for refused in group.refuses:
            kept = tuple(name for name in group.refuses if name != refused)
            what = f"{group.label} accept {names.get(refused, refused)}"
            yield self._change("acceptance", what, self._with("groups", group, refuses=kept))
        for haven in self.scenario.places if group.destinations else ():
            if haven.role == "safe_haven" and haven.id not in group.destinations:
                wider = (*group.destinations, haven.id)
                what = f"{group.label} accept to go to {haven.label}"
                make = self._with("groups", group, destinations=wider)
                yield self._change("acceptance", what, make, rebuild=True)

    def _risk_cap(self) -> Iterator[Change]:
        now = self.scenario.priorities
        doubled = min(10000, 2 * now.risk_cap_bp)
        changed = now.model_copy(update={"risk_cap_bp": doubled})
        shown = f"{doubled / 100:g} % instead of {now.risk_cap_bp / 100:g} %"
        what = f"the cap on a leg's risk is {shown}"
        yield self._change(
            "risk_cap", what, lambda: self.scenario.model_copy(update={"priorities": changed})
        )

    # -- hours --------------------------------------------------------------------------------

    def _hours(self) -> Iterator[Change]:
        for window in self.scenario.windows:
            update = self._hour_more(window)
            if update:
                what = f"one more hour of '{window.label}'"
                if window.closed and "closed" in update:
                    what = f"'{window.label}' begins one hour later"
                rebuild = bool(window.suspends or window.links or window.places)
                make = self._with("windows", window, **update)
                yield self._change("window_hour", what, make, rebuild=rebuild)

    def _hour_more(self, window: Window) -> dict[str, Any]:
        """The window open for an hour longer each day; empty where that changes nothing."""
        if window.open == "daylight":
            return self._after_sunset()
        if window.open:
            spans = sorted(window.open)
            start, end = spans[-1]
            longer = min(end + HOUR_S, start + DAY_S)
            return {"open": (*spans[:-1], (start, longer))} if longer > end else {}
        if window.closed:
            first, *others = sorted(window.closed)
            later = (first[0] + HOUR_S, first[1])
            kept = (later, *others) if later[0] < later[1] else tuple(others)
            return {"closed": kept}
        return {}

    def _after_sunset(self) -> dict[str, Any]:
        """Daylight as clock hours: the earliest sunrise to an hour after the latest sunset."""
        clock = self.network.clock
        last = clock.always.spans[-1][1]
        whole = [(a, b) for a, b in clock.daylight.spans if a > 0 and b < last]
        if not whole:
            return {}
        rise = min(self._second_of_day(a) for a, _ in whole)
        down = max(self._second_of_day(b) for _, b in whole)
        start = rise // MINUTE_S * MINUTE_S
        end = min(DAY_S, -(-down // MINUTE_S) * MINUTE_S + HOUR_S)
        return {"open": ((start, end),)} if start < end else {}

    def _second_of_day(self, moment_s: int) -> int:
        at = self.scenario.local(moment_s)
        return at.hour * HOUR_S + at.minute * MINUTE_S + at.second

    def _horizon(self) -> Iterator[Change]:
        longer = self.scenario.horizon_s + DAY_S
        yield self._change(
            "horizon_day", "one day more",
            lambda: self.scenario.model_copy(update={"horizon_s": longer}), rebuild=True,
        )  # fmt: skip

    # -- roads --------------------------------------------------------------------------------

    def _links(self) -> Iterator[Change]:
        for link in self.scenario.links:
            if link.status == "closed" or link.closed:
                make = self._with("links", link, status="operational", closed=())
                yield self._change("link", _open_words(link), make, rebuild=True)

    def _capacity(self, room: Room) -> Iterator[Change]:
        for link in self.scenario.links:
            if link.capacity is not None and link.id in room.tight:
                twice = Rate(2 * link.capacity.count, link.capacity.what)
                what = f"{link.label} takes {twice.count} {twice.what} an hour"
                make = self._with("links", link, capacity=twice)
                yield self._change("link_capacity", what, make, loosens=False, rebuild=True)

    # -- numbers ------------------------------------------------------------------------------

    def _vehicles(self, fleets: list[str] | tuple[str, ...]) -> Iterator[Change]:
        for fleet in self.scenario.fleets:
            if fleet.id in fleets:
                yield self._vehicle(fleet)

    def _vehicle(self, fleet: Fleet) -> Change:
        make = self._with("fleets", fleet, count=fleet.count + 1)
        what = f"one more in {fleet.label}" if fleet.count else f"one in {fleet.label}"
        return self._change("vehicle", what, make, loosens=not fleet.count, rebuild=not fleet.count)

    def _intake(self, cause: Cause, room: Room) -> Iterator[Change]:
        for haven in self.scenario.places:
            if haven.intake is not None and haven.id in {*cause.full, *room.tight}:
                yield self._larger(haven)

    def _larger(self, haven: Place) -> Change:
        assert haven.intake is not None
        days = len(local_days(self.scenario))
        more = {"total": MORE_INTAKE, "per_day": -(-MORE_INTAKE // days)}
        update = {
            key: value + more[key]
            for key, value in (("total", haven.intake.total), ("per_day", haven.intake.per_day))
            if value is not None
        }
        intake = haven.intake.model_copy(update=update)
        words = {"total": "in all", "per_day": "a day"}
        told = " and ".join(f"{value:,} {words[key]}" for key, value in update.items())
        make = self._with("places", haven, intake=intake)
        return self._change("intake", f"{haven.label} takes in {told}", make, loosens=False)

    def _berths(self, room: Room) -> Iterator[Change]:
        for place in self.scenario.places:
            for part, word in HANDLING.items():
                count = getattr(place, part)
                if count is not None and place.id in room.tight:
                    make = self._with("places", place, **{part: count + 1})
                    what = f"one more {word} at {place.label}"
                    yield self._change("berth", what, make, loosens=False)


def _open_words(link: Link) -> str:
    opens = "opens" if link.status == "closed" else "is open at all times"
    return f"{link.label} {opens}"
