"""Every contradiction of a situation report, with itself and with the plan, told at once.

``report`` finds what it says twice, ``happened`` what cannot have come after one another; here is
what contradicts the ground and the people that are left.
"""

from __future__ import annotations

from dataclasses import dataclass

from planner.errors import Issue
from planner.load import located
from planner.network import Route, TransportNetwork
from planner.plan import PlanLeg, SelfMovement
from planner.replan.happened import Past, supply_of
from planner.replan.report import Closing, LegKey, Report, ordered


@dataclass(frozen=True)
class Grounds:
    """The network in which a plan runs, and the one with the links as they are reported."""

    before: TransportNetwork
    now: TransportNetwork

    def route(self, leg: PlanLeg | SelfMovement) -> Route:
        """The way as it is known now: links that have closed are told apart there only."""
        route = self.before.routes[leg.route]
        key = (route.origin, route.destination, route.profile)
        for name in self.now.between.get(key, ()):
            twin = self.now.routes[name]
            same = (twin.length_m, twin.travel_s) == (route.length_m, route.travel_s)
            if same and twin.points == route.points:
                return twin
        return route


def contradictions(
    report: Report, past: Past, grounds: Grounds, content: bytes | str, file: str
) -> list[Issue]:
    """All Issues of a report with their lines in its text."""
    if report.now_s >= report.scenario.horizon_s:
        problem = f"the plan ends at {report.when(report.scenario.horizon_s)}"
        report.fault("at", problem, "give an earlier --now, or plan anew with a longer horizon")
    for closing in report.links:
        if not closing.is_open:
            _closed(report, past, grounds, closing)
    _refusals(report, past)
    return ordered(located(report.issues, content, file))


def names_of(report: Report, link: str) -> set[str]:
    """The names under which routes speak of a link that is reported."""
    found = {link}
    for entry in report.scenario.links:
        if link in (entry.id, entry.map_link):
            found |= {name for name in (entry.id, entry.map_link) if name}
    return found


def _closed(report: Report, past: Past, grounds: Grounds, closing: Closing) -> None:
    """Nothing that has left is on a link while that is closed, unless it has turned back."""
    names = names_of(report, closing.link)
    for key, leg in past.legs.items():
        sortie = report.sorties[key[0]]
        kind = report.scenario.vehicle(report.scenario.fleet(sortie.fleet))
        for enter_s, exit_s in _times_on(grounds.route(leg), leg, names, kind.overhead_s):
            if enter_s < closing.until_s and exit_s > closing.from_s:
                _on_closed(report, closing, key, leg, enter_s)
                break


def _times_on(
    route: Route, leg: PlanLeg, names: set[str], overhead_s: int
) -> list[tuple[int, int]]:
    """When a leg is on a link, stretched evenly where it took longer than its route."""
    begin = leg.depart_s + overhead_s // 2
    ride, took = max(1, route.travel_s), max(1, leg.arrive_s - leg.depart_s - overhead_s)
    return [
        (begin + use.enter_s * took // ride, begin + use.exit_s * took // ride)
        for use in route.links if use.link in names
    ]  # fmt: skip


def _on_closed(report: Report, closing: Closing, key: LegKey, leg: PlanLeg, enter_s: int) -> None:
    name = f"leg {key[1]} of '{key[0]}'"
    since = report.when(closing.from_s)
    if key in report.arrived:
        problem = (
            f"{name} arrived at {report.when(leg.arrive_s)} over '{closing.link}', which is "
            f"closed since {since}"
        )
        report.fault(report.wheres[key], problem, "correct one of the two")
        return
    problem = (
        f"'{closing.link}' is closed since {since}, and {name} is to be on it at "
        f"{report.when(enter_s)}"
    )
    remedy = "report under `held:`, `arrived:` or `vehicles:` (turned back) what became of it"
    report.fault(closing.where, problem, remedy)


def _refusals(report: Report, past: Past) -> None:
    """No more people refuse than are still at home and were willing."""
    supply = supply_of(report.scenario)
    for number, entry in enumerate(report.situation.refused, start=1):
        if entry.group not in report.refused:
            continue
        home = sum(
            kind[2].persons * (units - past.gone[kind])
            for kind, units in supply.items()
            if kind[0] == entry.group and kind[1] != "unwilling"
        )
        if entry.people > home:
            problem = f"{entry.people} persons refuse, but only {home} are still to leave"
            report.fault(f"refused[#{number}].people", problem, f"write {home} at most")
