"""The plan as one audience may know it, and what its documents need besides."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from planner.charts import Convoy, convoys, havens
from planner.errors import Issue, ScenarioError
from planner.plan import AidLoad, Plan, PlanLeg, Provenance, Sortie, TeamRide, dumps, plan_id
from planner.redact.audience import Audience, meant, refusals
from planner.redact.codes import Code
from planner.redact.public import public_verdict
from planner.redact.rights import rights_of
from planner.redact.scene import Reader, Scene
from planner.redact.shown import Shown, shown_legs
from planner.redact.whole import Whole

if TYPE_CHECKING:
    from planner.network import TransportNetwork
    from planner.scenario import Scenario
    from planner.verify import Figures, GroupFigures, Verdict

_Key = tuple[str, int]


@dataclass(frozen=True)
class Redacted:
    """What documents are written from: nothing that is withheld can be reached from here.

    ``verdict`` has the shape of the whole one, so that everything that reads a Verdict reads it.
    ``recipient`` is what the reader calls himself ("" for internal and public). ``number`` names
    the plan as the reader knows it: a hash of what he is shown. ``convoys`` bear the names that
    documents use, ``authorisations`` are by (sortie id, index of the leg), and so are
    ``alternates``, ids of routes that could be taken instead. ``codes`` is the office's key, empty
    for everybody else.
    """

    verdict: Verdict
    audience: Audience
    recipient: str
    number: str
    convoys: tuple[Convoy, ...]
    authorisations: dict[_Key, tuple[str, ...]]
    codes: tuple[Code, ...]
    alternates: dict[_Key, str]
    issued_at: datetime
    """The time of issue where nobody gave one, the same for office, crew and parties: the
    scenario's start; for the public the first of its month."""

    @property
    def valid_until(self) -> datetime:
        """When its documents are void: as the office says, else when the plan ends."""
        scenario = self.verdict.scenario
        return scenario.local(scenario.at_s(scenario.office.valid_until))


def redact(verdict: Verdict | Whole, audience: Audience, recipient: str | None = None) -> Redacted:
    """The plan as ``audience`` may know it; ``recipient`` as ``--for`` names it.

    internal: all of it, with handover points in place of protected places. partners, crew,
    parties: the recipient's own legs alone. public: rounded totals, no times, no ways. Pass a
    :class:`Whole` where there are several to be made. Raises ScenarioError with everything that
    speaks against it (see :func:`refusals`), where nothing in the plan concerns the recipient, and
    where a protected place has no handover point.
    """
    whole = Whole.of(verdict)
    faults = refusals(whole, audience, recipient)
    if faults:
        raise ScenarioError(faults)
    recipient = meant(whole, audience, recipient)
    if audience == "internal":
        return Redacted(
            whole.base, audience, "", plan_id(whole.verdict.plan), whole.convoys,
            whole.authorisations, whole.codes, whole.alternates, whole.verdict.scenario.start_at,
        )  # fmt: skip
    if audience == "public":
        told = public_verdict(whole.base)
        number, first = _number(told, audience, ""), told.scenario.start_at
        return Redacted(told, audience, "", number, (), {}, (), {}, first)
    return _outside(whole, audience, recipient or "")


def _outside(whole: Whole, audience: Audience, recipient: str) -> Redacted:
    fleets = {fleet.id: fleet for fleet in whole.verdict.scenario.fleets}
    rights = rights_of(audience, fleets.get(recipient) if audience == "partners" else None)
    legs = shown_legs(whole, audience, recipient, rights)
    if not legs:
        raise ScenarioError([nothing_for(recipient)])
    reader = Reader(whole, audience, recipient, rights)
    scene = Scene(reader, legs)
    sorties, keys = _sorties(scene)
    others = {keys[_id(one)]: scene.alternate(one) for one in legs}
    scenario = scene.scenario()
    told = _verdict(whole.verdict, scenario, scene.network(scenario), sorties)
    names, permissions = whole.coded["convoy"], scene.permissions()
    label = _label(reader, scene)
    return Redacted(
        verdict=told, audience=audience, recipient=label,
        number=_number(told, audience, label),
        convoys=_convoys(told, {keys[_id(one)]: names[one.convoy] for one in legs}),
        authorisations={
            keys[_id(one)]: tuple(permissions[p] for p in one.permissions if p in permissions)
            for one in legs
        },
        codes=(),
        alternates={key: name for key, name in others.items() if name},
        issued_at=whole.verdict.scenario.start_at,
    )  # fmt: skip


def nothing_for(recipient: str) -> Issue:
    """The fault that the plan has nothing for somebody."""
    problem = f"no leg of this plan concerns {recipient}"
    return Issue("", 0, "", problem, "there is nothing to hand over; plan with its help first")


def _label(reader: Reader, scene: Scene) -> str:
    """What the reader is called: numbers that would count others become the code."""
    old, new = reader.verdict.scenario, reader.base.scenario
    labels = {
        "partners": dict(
            zip((f.id for f in old.fleets), (f.label for f in new.fleets), strict=True)
        ),
        "parties": {
            party.id: now.label for party, now in zip(old.parties, new.parties, strict=True)
        },
    }
    if reader.audience in labels:
        return labels[reader.audience][reader.recipient]
    one = scene.legs[0]
    if reader.recipient == one.convoy:
        return reader.whole.coded["convoy"][one.convoy]
    return reader.whole.coded["vehicle"][f"{one.sortie.fleet}-{one.sortie.vehicle}"]


# ------------------------------------------------------------------ the plan


def _id(one: Shown) -> _Key:
    return (one.sortie.id, one.index)


def _sorties(scene: Scene) -> tuple[tuple[Sortie, ...], dict[_Key, _Key]]:
    """The sorties of the shown legs, and (old id, old index) → (new id, new index)."""
    grouped: dict[str, list[Shown]] = {}
    for one in scene.legs:
        grouped.setdefault(one.sortie.id, []).append(one)
    names = _names(scene, grouped)
    keys = {
        _id(one): (names[name], index)
        for name, legs in grouped.items()
        for index, one in enumerate(legs)
    }
    out = [
        Sortie(
            id=names[name], fleet=scene.fleets[legs[0].fleet].id,
            vehicle=scene.numbers[legs[0].fleet, legs[0].sortie.vehicle],
            legs=tuple(_leg(scene, one, names) for one in legs),
        )
        for name, legs in grouped.items()
    ]  # fmt: skip
    # Not in the order of the plan, which would tell who stands between two of them.
    return tuple(sorted(out, key=lambda sortie: (sortie.start_s, sortie.id))), keys


def _names(scene: Scene, grouped: dict[str, list[Shown]]) -> dict[str, str]:
    """Old id of a sortie → its id for the reader: his own ones stay, others are coded."""
    counted: dict[str, int] = {}
    found = {}
    for name, legs in grouped.items():
        one = legs[0]
        if scene.reader.rights.ids and not one.is_escort:
            found[name] = name
            continue
        vehicle = scene.reader.whole.coded["vehicle"][f"{one.sortie.fleet}-{one.sortie.vehicle}"]
        counted[vehicle] = counted.get(vehicle, 0) + 1
        found[name] = f"{vehicle}-{counted[vehicle]}"
    return found


def _leg(scene: Scene, one: Shown, names: dict[str, str]) -> PlanLeg:
    leg, shift_s = one.leg, scene.shift_s
    riding, aid_kg = sum(r.persons for r in leg.teams), sum(load.kg for load in leg.aid)
    escorts = leg.escorted_by if scene.reader.rights.escorts else ()
    return PlanLeg(
        route=scene.route(one), origin=leg.origin, destination=leg.destination,
        load_start_s=leg.load_start_s - shift_s, depart_s=leg.depart_s - shift_s,
        arrive_s=leg.arrive_s - shift_s, unload_end_s=leg.unload_end_s - shift_s,
        manifest=scene.manifest(leg),
        teams=(TeamRide(team="team", persons=riding),) if riding else (),
        aid=(AidLoad(aid="aid", kg=aid_kg),) if aid_kg else (),
        escorted_by=tuple(sorted(names[name] for name in escorts if name in names)),
    )  # fmt: skip


def _convoys(told: Verdict, names: dict[_Key, str]) -> tuple[Convoy, ...]:
    """The reader's convoys under their codes."""
    used: dict[str, int] = {}
    out = []
    for convoy in convoys(told):
        sortie, index = convoy.members[0]
        name = names[sortie.id, index]
        used[name] = used.get(name, 0) + 1
        out.append(replace(convoy, id=name if used[name] == 1 else f"{name}-{used[name]}"))
    return tuple(out)


# ------------------------------------------------------------------ the verdict


def _verdict(
    verdict: Verdict,
    scenario: Scenario,
    network: TransportNetwork,
    sorties: tuple[Sortie, ...],
) -> Verdict:
    """The legs with figures recounted from them; no objective level, nobody left behind."""
    plan = Plan(
        provenance=Provenance(
            scenario_title=scenario.title, scenario_file="", scenario_sha256="", what_if=None,
            patches=(), tree={}, map=None, map_sha256={}, seed=0, engine="",
            planner_version=verdict.plan.provenance.planner_version,
        ),
        status="FEASIBLE", stopped_by="gap", conditional_on=(), horizon_s=scenario.horizon_s,
        step_s=scenario.step_s, people=sum(g.people.base for g in scenario.groups), levels=(),
        sorties=sorties, self_movements=(), left_behind=(), harm_of_staying=0.0,
    )  # fmt: skip
    safe = havens(scenario)
    arrivals, total = [], 0
    for moment, persons in plan.arrivals(safe):
        total += persons
        arrivals.append((moment, total))
    awaited = {
        item.id
        for item in scenario.authorisations
        if item.assume is not None and item.state == "requested"
    }
    figures = replace(
        verdict.figures, people=plan.people, evacuated=total, by_sortie=total, self_moved=0,
        left_behind=0, unwilling=0, clearance_s=plan.clearance_time_s(safe), sorties=len(sorties),
        levels={}, groups=_groups(verdict.figures.groups, plan, scenario), harm_of_staying=0.0,
        conditional_on=tuple(sorted(awaited)) if verdict.status == "CONDITIONAL" else (),
        peak_waiting={}, arrivals=tuple(arrivals),
    )  # fmt: skip
    return replace(
        verdict, plan=plan, scenario=scenario, network=network, violations=(), figures=figures
    )


def _groups(
    before: dict[str, GroupFigures], plan: Plan, scenario: Scenario
) -> dict[str, GroupFigures]:
    # The class of the rows comes from the rows: the witness's own module is not imported here.
    row = next(iter(before.values()), None)
    if row is None:
        return {}
    return {
        group.id: replace(
            row, group=group.id, people=group.people.base, by_sortie=group.people.base,
            self_moved=0, left_behind=0, unwilling=0,
        )
        for group in scenario.groups
    }  # fmt: skip


def _number(told: Verdict, audience: str, recipient: str) -> str:
    """A number that changes when, and only when, what the reader is shown changes."""
    figures: Figures = told.figures
    people = str(figures.people)
    parts = (audience, recipient, dumps(told.plan), told.scenario.model_dump_json(), people)
    text = "\n".join(parts)
    return "SP-" + hashlib.sha256(text.encode("utf-8")).hexdigest()[:12]
