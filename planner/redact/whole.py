"""A verdict with what every redaction of it asks for, reckoned once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from planner.charts import Convoy, convoy_ids, convoys
from planner.redact.alternates import alternates
from planner.redact.codes import Code, coded, key_of
from planner.redact.handover import hand_over, renamed
from planner.redact.reliance import relied_on

if TYPE_CHECKING:
    from planner.verify import Verdict


@dataclass(eq=False)
class Whole:
    """Make one where documents go to many: each further recipient costs little then."""

    verdict: Verdict

    @staticmethod
    def of(verdict: Verdict | Whole) -> Whole:
        """The same, or the verdict with nothing reckoned yet."""
        return verdict if isinstance(verdict, Whole) else Whole(verdict)

    @cached_property
    def base(self) -> Verdict:
        """The verdict with its protected places handed over.

        Raises ScenarioError where one of them has no handover point.
        """
        return hand_over(self.verdict)

    @cached_property
    def convoys(self) -> tuple[Convoy, ...]:
        """The convoys as internal documents number them."""
        return convoys(self.base)

    @cached_property
    def convoy_of(self) -> dict[tuple[str, int], str]:
        """(sortie id of the base, index of the leg) → convoy id."""
        return convoy_ids(self.convoys)

    @cached_property
    def relied(self) -> dict[tuple[str, int], tuple[str, ...]]:
        """(sortie id of the verdict, index) → ids of authorisations as the scenario has them.

        Asked of the plan as it is: the other one has forgotten whose ground it passes.
        """
        return relied_on(self.verdict)

    @cached_property
    def authorisations(self) -> dict[tuple[str, int], tuple[str, ...]]:
        """(sortie id of the base, index) → the same with the ids that internal documents use."""
        ids = [item.id for item in self.verdict.scenario.authorisations]
        told = dict(zip(ids, renamed(self.verdict, ids), strict=True))
        pairs = zip(self.verdict.plan.sorties, self.base.plan.sorties, strict=True)
        return {
            (new.id, index): tuple(told[name] for name in self.relied[old.id, index])
            for old, new in pairs
            for index in range(len(old.legs))
        }

    @cached_property
    def alternates(self) -> dict[tuple[str, int], str]:
        """(sortie id of the base, index) → id of the route of the base that could be taken."""
        found = alternates(self.verdict)
        pairs = zip(self.verdict.plan.sorties, self.base.plan.sorties, strict=True)
        return {
            (new.id, index): found[old.id, index]
            for old, new in pairs
            for index in range(len(old.legs))
            if found.get((old.id, index)) in self.base.network.routes
        }

    @cached_property
    def coded(self) -> dict[str, dict[str, str]]:
        """Kind → id → code. Permissions are by the scenario's own ids, the rest by the base's."""
        key = key_of(self.base.plan)
        vehicles = (f"{sortie.fleet}-{sortie.vehicle}" for sortie in self.base.plan.sorties)
        permissions = (item.id for item in self.verdict.scenario.authorisations)
        return {
            "convoy": coded(key, "convoy", (convoy.id for convoy in self.convoys)),
            "vehicle": coded(key, "vehicle", vehicles),
            "permission": coded(key, "permission", permissions),
        }

    @cached_property
    def codes(self) -> tuple[Code, ...]:
        """The office's key: what convoys, vehicles and permissions are called outside."""
        base = self.base.scenario
        places = {place.id: place.label for place in base.places}
        fleets = {fleet.id: fleet.label for fleet in base.fleets}
        told = {c.id: f"{places[c.origin]} - {places[c.destination]}" for c in self.convoys}
        told |= {f"{s.fleet}-{s.vehicle}": fleets[s.fleet] for s in self.base.plan.sorties}
        out = [
            Code(kind, name, code, told[name])
            for kind in ("convoy", "vehicle")
            for name, code in self.coded[kind].items()
        ]
        permitted = self.coded["permission"]
        pairs = zip(self.verdict.scenario.authorisations, base.authorisations, strict=True)
        out += [Code("permission", new.id, permitted[old.id], new.label) for old, new in pairs]
        return tuple(out)
