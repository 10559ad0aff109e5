"""What everybody may know: a rounded total, a month, a tenth of a degree."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from planner.network import TransportNetwork
from planner.plan import Plan, Provenance
from planner.redact.scene import part
from planner.scenario import Office, Place, Scenario

if TYPE_CHECKING:
    from planner.verify import Verdict

AREA = "area"
LEAST = 100
"""Fewer people than that are not told as a number."""


def rounded(persons: int) -> int:
    """Two digits, and the rest zeros; 0 where there are fewer than a hundred."""
    if persons < LEAST:
        return 0
    unit = int(10 ** (len(str(persons)) - 2))
    return unit * round(persons / unit)


def public_verdict(base: Verdict) -> Verdict:
    """No movement, no place, no time: how many are to be brought out, in which month, about where.

    ``base`` is the verdict with protected places handed over.
    """
    old = base.scenario
    first, last = old.local(0), old.local(old.horizon_s)
    start = datetime(first.year, first.month, 1)
    end = (datetime(last.year, last.month, 1) + timedelta(days=32)).replace(day=1)
    shift_s = old.at_s(start)
    horizon_s = old.at_s(end) - shift_s
    spot = _about(base)
    scenario = part(
        Scenario, title="", timezone=old.timezone, start=start, horizon_s=horizon_s,
        step_s=3600, map=old.map,
        office=Office(
            organisation=old.office.organisation, contact_24h=old.office.contact_24h,
            valid_until=horizon_s,
        ),
        places=(part(Place, id=AREA, name=None, role="assembly_point", at=spot),),
    )  # fmt: skip
    total = rounded(base.figures.evacuated)
    plan = Plan(
        provenance=Provenance(
            scenario_title="", scenario_file="", scenario_sha256="", what_if=None, patches=(),
            tree={}, map=None, map_sha256={}, seed=0, engine="",
            planner_version=base.plan.provenance.planner_version,
        ),
        status="FEASIBLE", stopped_by="gap", conditional_on=(), horizon_s=horizon_s,
        step_s=3600, people=total, levels=(), sorties=(), self_movements=(), left_behind=(),
        harm_of_staying=0.0,
    )  # fmt: skip
    figures = replace(
        base.figures, people=total, evacuated=total, by_sortie=0, self_moved=0, left_behind=0,
        unwilling=0, clearance_s=0, sorties=0, levels={}, groups={}, harm_of_staying=0.0,
        conditional_on=(), peak_waiting={}, arrivals=(),
    )  # fmt: skip
    network = TransportNetwork(
        scenario=scenario, region=base.network.region, positions={AREA: spot}, routes={},
        between={}, profile_of={}, grounds={}, link_open={}, link_capacity={}, hazard={},
        threats_at={}, map_hashes={},
    )  # fmt: skip
    return replace(
        base, plan=plan, scenario=scenario, network=network, violations=(), figures=figures
    )


def _about(base: Verdict) -> tuple[float, float]:
    """The middle of the homes, to a tenth of a degree: about ten kilometres."""
    homes = {group.at for group in base.scenario.groups}
    spots = [base.network.positions[name] for name in sorted(homes)]
    spots = spots or sorted(base.network.positions.values()) or [(0.0, 0.0)]
    return (
        round(sum(lat for lat, _ in spots) / len(spots), 1),
        round(sum(lon for _, lon in spots) / len(spots), 1),
    )
