"""What every document starts from: the redacted Verdict, its number, its stamps, its convoys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from planner import __version__
from planner.cells import clean
from planner.charts import Convoy, convoy_ids, convoys
from planner.documents.planjson import plan_id
from planner.documents.reliance import relied_on
from planner.redact import hand_over, renamed

if TYPE_CHECKING:
    from planner.verify import Verdict

AUDIENCE = "INTERNAL"
DISCLAIMER = "Decision support, not clearance"
TO_FILL = "______________________"


@dataclass(frozen=True)
class Paper:
    """A Verdict ready to be written down. ``verdict`` is redacted already.

    ``warning`` is empty for a verified plan that awaits nobody. ``authorisations`` and
    ``convoy_of`` are by (sortie id, index of the leg).
    """

    verdict: Verdict
    plan_id: str
    issued_at: datetime
    warning: str
    convoys: tuple[Convoy, ...]
    convoy_of: dict[tuple[str, int], str]
    authorisations: dict[tuple[str, int], tuple[str, ...]]

    def local(self, t_s: int) -> datetime:
        """Local clock time of a moment of the plan."""
        return self.verdict.scenario.local(t_s)

    def utc(self, t_s: int) -> datetime:
        """The same in UTC."""
        return self.local(t_s).astimezone(UTC)

    def label(self, place_id: str) -> str:
        """What people call a place."""
        return clean(self.verdict.scenario.place(place_id).label)

    @property
    def status(self) -> str:
        """One word for tables: VERIFIED, CONDITIONAL or FAILED."""
        return self.verdict.status

    def header(self, document: str) -> list[tuple[str, str]]:
        """(field, value) of the header that every document has; blanks are lines to fill."""
        verdict = self.verdict
        scenario, plan = verdict.scenario, verdict.plan
        office, origin = scenario.office, plan.provenance
        issued = self.issued_at.astimezone(UTC)
        here = self.issued_at.astimezone(scenario.zone)
        valid = office.valid_until
        until = TO_FILL if valid is None else stamp(self.local(scenario.at_s(valid)))
        made_with = f"Safe Passage {__version__}, {clean(origin.engine)}, seed {origin.seed}"
        return [
            ("Document", f"{document}, {self.plan_id}-{document.split()[0].lower()}"),
            ("Plan", f"{self.plan_id}, revision 1"),
            ("Scenario", clean(origin.scenario_title)),
            ("Scenario file", clean(origin.scenario_file) or TO_FILL),
            ("Scenario SHA-256", origin.scenario_sha256 or TO_FILL),
            ("What-if", clean(origin.what_if or "none (base case)")),
            ("Issued", f"{stamp(issued)} = {stamp(here)}"),
            ("Valid until", until),
            ("Audience", AUDIENCE),
            ("Organisation", clean(office.organisation or TO_FILL)),
            ("Contact, 24 hours", clean(office.contact_24h or TO_FILL)),
            ("Prepared by", clean(office.prepared_by or TO_FILL)),
            ("Approved by", clean(office.approved_by or TO_FILL)),
            ("Status", "draft"),
            ("Check", self.warning or "VERIFIED: replayed in true time, no rule broken"),
            ("Solver", solver_line(verdict)),
            ("Made with", made_with),
            ("Use", DISCLAIMER),
        ]


def stamp(moment: datetime) -> str:
    """'2012-12-13 06:00 UTC' or '2012-12-13 08:00 EET (+02:00)'."""
    if moment.utcoffset() == UTC.utcoffset(None) and moment.tzname() == "UTC":
        return moment.strftime("%Y-%m-%d %H:%M UTC")
    offset = moment.strftime("%z")
    name = moment.tzname() or ""
    named = f" {name}" if name and name[0] not in "+-" else ""
    return moment.strftime("%Y-%m-%d %H:%M") + f"{named} ({offset[:3]}:{offset[3:5]})"


def solver_line(verdict: Verdict) -> str:
    """'OPTIMAL, widest gap 0 % (arrival)': the worst level's gap."""
    plan = verdict.plan
    if not plan.levels:
        return plan.status
    if plan.status == "PROVEN_IMPOSSIBLE":
        return f"{plan.status}: nobody at all can get out as things stand"
    worst = max(plan.levels, key=lambda level: level.gap)
    return f"{plan.status}, stopped by {plan.stopped_by}, widest gap {worst.gap:.2%} ({worst.name})"


def prepare(verdict: Verdict, issued_at: datetime | None = None) -> Paper:
    """Redact a Verdict and gather what all its documents share.

    ``issued_at`` is an aware time; the scenario's start where it is not given.
    """
    redacted = hand_over(verdict)
    found = convoys(redacted)
    return Paper(
        verdict=redacted,
        plan_id=plan_id(verdict.plan),
        issued_at=issued_at or verdict.scenario.start_at,
        warning=_warning(redacted),
        convoys=found,
        convoy_of=convoy_ids(found),
        # Asked of the plan as it is: the redacted one has forgotten whose ground it passes.
        authorisations={key: renamed(verdict, ids) for key, ids in relied_on(verdict).items()},
    )


def _warning(verdict: Verdict) -> str:
    if verdict.status == "FAILED":
        count = len(verdict.violations)
        return f"FAILED ITS CHECK: DO NOT USE ({count} {'breach' if count == 1 else 'breaches'})"
    if verdict.status == "CONDITIONAL":
        awaited = {item.id: item for item in verdict.scenario.authorisations}
        parties = {party.id: party.label for party in verdict.scenario.parties}
        told = [
            f"{clean(awaited[name].label)} ({clean(parties.get(awaited[name].party, ''))})"
            for name in verdict.figures.conditional_on
        ]
        return "NOT AUTHORISED: awaits " + ", ".join(told)
    return ""
