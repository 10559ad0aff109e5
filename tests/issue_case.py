"""The small plan made by hand, issued again with changes: later, dropped, added, granted."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from planner.plan import Sortie
from planner.scenario import Scenario
from planner.verify import Verdict
from tests import paper_case


def with_sorties(verdict: Verdict, change: Callable[[Sortie], Sortie | None]) -> Verdict:
    """The plan with each sortie changed; None drops it."""
    told = tuple(new for old in verdict.plan.sorties if (new := change(old)) is not None)
    return dataclasses.replace(verdict, plan=verdict.plan.model_copy(update={"sorties": told}))


def later(verdict: Verdict, sortie: str, by_s: int) -> Verdict:
    """One sortie leaves later, its escort with it."""
    names = {"ferries-1-1": ("ferries-1-1", "cutters-1-1")}.get(sortie, (sortie,))
    moments = ("load_start_s", "depart_s", "arrive_s", "unload_end_s")

    def change(old: Sortie) -> Sortie:
        if old.id not in names:
            return old
        legs = tuple(
            leg.model_copy(update={name: getattr(leg, name) + by_s for name in moments})
            for leg in old.legs
        )
        return old.model_copy(update={"legs": legs})

    return with_sorties(verdict, change)


def without(verdict: Verdict, *sorties: str) -> Verdict:
    """Some sorties are dropped."""
    return with_sorties(verdict, lambda old: None if old.id in sorties else old)


def emptier(verdict: Verdict, sortie: str) -> Verdict:
    """One unit fewer on each line of a sortie."""

    def change(old: Sortie) -> Sortie:
        if old.id != sortie:
            return old
        legs = tuple(
            leg.model_copy(
                update={
                    "manifest": tuple(
                        line.model_copy(update={"units": line.units - 1}) for line in leg.manifest
                    )
                }
            )
            for leg in old.legs
        )
        return old.model_copy(update={"legs": legs})

    return with_sorties(verdict, change)


def with_scenario(verdict: Verdict, **parts: Any) -> Verdict:
    """The same plan in a scenario with other parts."""
    tree = {**paper_case.TREE, **parts}
    made = Scenario.model_validate(tree).with_origin(verdict.scenario.origin)
    return dataclasses.replace(verdict, scenario=made)


def authorised(state: str = "requested", **more: Any) -> list[dict[str, Any]]:
    """The permissions of the scenario, the one to use the port with other fields."""
    kept = [dict(item) for item in paper_case.TREE["authorisations"]]
    kept[-1] |= {"state": state, **more}
    if state == "granted":
        kept[-1].pop("assume")
    return kept


def granted() -> Verdict:
    """Everything is granted; the plan awaits nobody."""
    found = with_scenario(paper_case.verified(), authorisations=authorised("granted"))
    return dataclasses.replace(found, status="VERIFIED")
