"""Everything that somebody could say yes to: each a single change, made into a scenario."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from planner import load
from planner.errors import ScenarioError
from planner.network import TransportNetwork
from planner.scenario import Scenario
from planner.units import Rate
from planner.worth.cause import Cause
from planner.worth.changes import Change, Changes, Room
from planner.worth.patches import Patch, patch, patched
from planner.worth.reasons import Stay

KINDS = (
    "authorisation", "link", "pause", "window_hour", "vehicle", "intake", "berth", "link_capacity",
    "slots", "processing", "acceptance",
)  # fmt: skip
"""In the order in which they are looked at. The horizon and the cap on risk are nobody's yes:
with another horizon harm and arrival count other hours, and the cap is the planner's own.
"""
LARGE = 20
"""From so many vehicles on a fleet is also tried with a tenth more."""
RATES = {"slots": "slots", "processing": "processing"}


@dataclass(frozen=True)
class Candidate:
    """One change: ``scenario`` has it, ``patch`` says it as an override would.

    ``scenario`` is None where the changed scenario has faults; ``fault`` is then the first of them.
    """

    id: str
    kind: str
    what: str
    price: int | None
    patch: Patch = field(compare=False)
    scenario: Scenario | None = field(compare=False, repr=False)
    fault: str = ""


def candidates(network: TransportNetwork, kinds: tuple[str, ...] = KINDS) -> list[Candidate]:
    """Every single change of these kinds, by kind and then in the order of the scenario."""
    scenario = network.scenario
    prices = {**load.solver_config().remedy_prices, **scenario.remedy_prices}
    found: dict[tuple[str, str], tuple[Change | None, Patch]] = {}
    for change in _changes(network, prices):
        if change.kind in kinds and change.key not in found:
            found[change.key] = (change, patch(scenario, change.make()))
    drafts = [
        (kind, what, prices.get(kind), changes, change)
        for (kind, what), (change, changes) in found.items()
    ]
    drafts += [
        (kind, what, prices.get(kind), changes, None)
        for kind, what, changes in _more(scenario)
        if kind in kinds
    ]
    drafts.sort(key=lambda draft: KINDS.index(draft[0]))
    names = _names([(kind, changes) for kind, _, _, changes, _ in drafts])
    return [_candidate(scenario, name, *draft) for name, draft in zip(names, drafts, strict=True)]


def _candidate(
    scenario: Scenario, name: str, kind: str, what: str, price: int | None, changes: Patch,
    change: Change | None,
) -> Candidate:  # fmt: skip
    """From the text where there is one, so that a plan of it can be checked years later."""
    made, fault = None, ""
    try:
        if scenario.origin.tree:
            made = patched(scenario, name, changes)
        elif change is not None:
            made = change.make()
    except ScenarioError as error:
        fault = error.issues[0].problem
    return Candidate(name, kind, what, price, changes, made, fault)


def _names(drafts: list[tuple[str, Patch]]) -> list[str]:
    """``kind:item``, with what it is set to where two changes concern one item."""
    short = [f"{kind}:{_item(next(iter(changes), ''))}" for kind, changes in drafts]
    full = []
    for name, (_, changes) in zip(short, drafts, strict=True):
        path, value = next(iter(changes.items()), ("", None))
        leaf = path.rpartition(".")[2]
        told = ",".join(value) if isinstance(value, list) else value
        full.append(f"{name}:{leaf}={told}" if short.count(name) > 1 else name)
    return full


def _item(path: str) -> str:
    return path.partition("[")[2].partition("]")[0].removeprefix("+") or path


# -- the changes that remedies know, asked for everybody ------------------------------------------


def _changes(network: TransportNetwork, prices: dict[str, int]) -> Iterator[Change]:
    """What remedies consider for one group, for every group and with everything scarce."""
    scenario = network.scenario
    ids = [place.id for place in scenario.places] + [link.id for link in scenario.links]
    everything = Room(tuple(fleet.id for fleet in scenario.fleets), frozenset(ids))
    havens = tuple(place.id for place in scenario.places if place.role == "safe_haven")
    scarce = Cause("no_seat", "", is_scarce=True, full=havens)
    known = Changes(network, prices)
    for group in scenario.groups:
        yield from known.of(Stay(group.id, 0, scarce, ()), everything)


# -- and more -------------------------------------------------------------------------------------


def _more(scenario: Scenario) -> Iterator[tuple[str, str, Patch]]:
    """Changes that no remedy considers: (kind, words, patch)."""
    for make in (_unrestricted, _pauses, _tenths, _rates):
        yield from make(scenario)


def _unrestricted(scenario: Scenario) -> Iterator[tuple[str, str, Patch]]:
    for link in scenario.links:
        if link.status == "restricted":
            update = {"status": "operational", "closed": (), "capacity": None}
            yield "link", f"{link.label} opens fully", _with(scenario, "links", link, update)


def _pauses(scenario: Scenario) -> Iterator[tuple[str, str, Patch]]:
    """Pauses that an override of the scenario describes and that are not applied."""
    present = {f"windows[+{window.id}]" for window in scenario.windows}
    for name, changes in scenario.overrides.items():
        windows = [value for value in changes.values() if isinstance(value, dict)]
        new = all(path.startswith("windows[+") for path in changes) and not present & set(changes)
        pauses = windows and all(window.get("kind") == "pause" for window in windows)
        if new and pauses and len(windows) == len(changes):
            told = " and ".join(str(w.get("name") or w.get("id") or name) for w in windows)
            yield "pause", f"agreed: {told}", dict(changes)


def _tenths(scenario: Scenario) -> Iterator[tuple[str, str, Patch]]:
    for fleet in scenario.fleets:
        if fleet.count >= LARGE:
            more = -(-fleet.count // 10)
            update = {"count": fleet.count + more}
            what = f"{more} more in {fleet.label}"
            yield "vehicle", what, _with(scenario, "fleets", fleet, update)


def _rates(scenario: Scenario) -> Iterator[tuple[str, str, Patch]]:
    for place in scenario.places:
        for part, kind in RATES.items():
            rate = getattr(place, part)
            if rate is not None:
                twice = Rate(2 * rate.count, rate.what)
                what = f"{place.label} handles {twice.count} {twice.what} an hour"
                yield kind, what, _with(scenario, "places", place, {part: twice})


def _with(scenario: Scenario, part: str, old: Any, update: dict[str, Any]) -> Patch:
    items = tuple(
        item.model_copy(update=update) if item is old else item for item in getattr(scenario, part)
    )
    return patch(scenario, scenario.model_copy(update={part: items}))
