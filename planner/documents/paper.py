"""What every document starts from: the redacted Verdict, its number, its stamps, its convoys."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from planner import __version__, wording
from planner.cells import clean
from planner.charts import Convoy, convoy_ids
from planner.documents.vocabulary import LEVELS
from planner.redact import Audience, Code, Redacted, Whole, redact
from planner.scenario.parts import Named
from planner.wording import figures

if TYPE_CHECKING:
    from planner.verify import Verdict

DISCLAIMER = wording.word("Decision support, not clearance")
AUDIENCE_WORDS: dict[Audience, str] = {
    "internal": wording.word("INTERNAL"),
    "partners": wording.word("PARTNERS"),
    "crew": wording.word("CREW"),
    "parties": wording.word("PARTIES"),
    "public": wording.word("PUBLIC"),
}
TO_FILL = "______________________"


@dataclass(frozen=True)
class Paper:
    """A redacted Verdict ready to be written down: all that a document can be made from.

    ``warning`` is empty for a verified plan that awaits nobody. ``authorisations`` and
    ``convoy_of`` are by (sortie id, index of the leg). ``codes`` is the office's key to what
    convoys, vehicles and permissions are called outside; empty outside.
    """

    verdict: Verdict
    audience: Audience
    recipient: str
    language: str
    plan_id: str
    issued_at: datetime
    valid_until: datetime
    warning: str
    convoys: tuple[Convoy, ...]
    convoy_of: dict[tuple[str, int], str]
    authorisations: dict[tuple[str, int], tuple[str, ...]]
    codes: tuple[Code, ...] = ()
    with_hxl: bool = False
    """Whether tables in CSV have a row of HXL hashtags."""
    alternates: dict[tuple[str, int], str] = field(default_factory=dict)
    """(sortie id, index of the leg) → id of a route that could be taken instead."""
    revision: int = 1
    before: Paper | None = field(default=None, repr=False)
    """The paper for the same reader that this one supersedes."""
    against: Paper | None = field(default=None, repr=False)
    """The paper of another plan for the same reader, to be compared with."""
    calendar_before: bytes | None = field(default=None, repr=False)
    """The calendar that the reader was given last."""

    def say(self, english: str) -> str:
        """Words of the program in the language of this paper."""
        return wording.text(english, self.language)

    def count(self, value: float, decimals: int = 0) -> str:
        """A number as its language writes it: '22,759'."""
        return figures.number(value, self.language, decimals)

    def percent(self, share: float) -> str:
        """'0.50 %'."""
        return figures.percent(share, self.language)

    def clock(self, t_s: int) -> str:
        """Local clock time of a moment of the plan: '13 Dec 06:00'."""
        return figures.clock(self.local(t_s), self.language)

    def span(self, seconds: int) -> str:
        """'3 h 20 min'."""
        return figures.span(seconds, self.language)

    def apart(self, text: str) -> str:
        """A name or a foreign sentence inside words of this paper's language."""
        return figures.apart(text, self.language)

    def latin(self, text: str) -> str:
        """An id, plate or position, which runs from left to right in every language."""
        return figures.apart(text, self.language, latin=True)

    @property
    def internal(self) -> bool:
        """Whether it stays in the office."""
        return self.audience == "internal"

    @property
    def disclaimer(self) -> str:
        """What stands on every page."""
        return self.say(DISCLAIMER)

    @property
    def addressee(self) -> str:
        """'INTERNAL' or 'CREW: C-7K2QX': who may read it, in the paper's language."""
        word = self.say(AUDIENCE_WORDS[self.audience])
        return f"{word}: {clean(self.recipient)}" if self.recipient else word

    @property
    def expiry(self) -> str:
        """'2012-12-20 06:00 EET (+02:00)': after this the paper is void."""
        if self.audience == "public":
            return f"{self.valid_until:%Y-%m-%d}"
        return stamp(self.valid_until)

    def local(self, t_s: int) -> datetime:
        """Local clock time of a moment of the plan."""
        return self.verdict.scenario.local(t_s)

    def utc(self, t_s: int) -> datetime:
        """The same in UTC."""
        return self.local(t_s).astimezone(UTC)

    def label(self, place_id: str) -> str:
        """What people call a place; in Arabic with the other name beside it, as maps have it."""
        place = self.verdict.scenario.place(place_id)
        told = self.called(place)
        return told if told == clean(place.label) else f"{told} ({clean(place.label)})"

    def called(self, item: Named) -> str:
        """What people call a thing: in an Arabic paper by its Arabic name where it has one."""
        return _called(item, self.language)

    @property
    def status(self) -> str:
        """One word for tables: VERIFIED, CONDITIONAL or FAILED."""
        return self.verdict.status

    def header(self, document: str) -> list[tuple[str, str]]:
        """(field, value) of the header that every document has; blanks are lines to fill.

        ``document`` is its title in English. Where the plan comes from is told in the office alone.
        """
        office = self.verdict.scenario.office
        slug = "-".join(document.lower().replace("'", "").split())
        origin = self._origin() if self.internal else []
        say = self.say
        title = clean(self.verdict.scenario.title)
        named = [(say("Operation"), title)] if title and not self.internal else []
        superseded = [] if self.before is None else [(say("Supersedes"), self.before._numbered())]
        checked = say("VERIFIED: replayed in true time, no rule broken")
        return [
            (say("Document"), f"{self.say(document)}, " + self.latin(f"{self.plan_id}-{slug}")),
            (
                say("Plan"),
                f"{self.latin(self.plan_id)}, " + say("revision {n}").format(n=self.revision),
            ),
            *superseded,
            *named,
            *origin,
            (say("Issued"), self.issued),
            (say("Valid until"), self.expiry),
            (say("Audience"), self.addressee),
            (say("Organisation"), clean(office.organisation or TO_FILL)),
            (say("Contact, 24 hours"), clean(office.contact_24h or TO_FILL)),
            (say("Prepared by"), clean(office.prepared_by or TO_FILL)),
            (say("Approved by"), clean(office.approved_by or TO_FILL)),
            (say("Status"), say("draft")),
            (say("Check"), self.warning or checked),
            *([(say("Solver"), self._solver())] if self.internal else []),
            (say("Made with"), self._tool()),
            (say("Use"), self.disclaimer),
        ]

    def _numbered(self) -> str:
        return f"{self.latin(self.plan_id)}, " + self.say("revision {n}").format(n=self.revision)

    @property
    def issued(self) -> str:
        """'2012-12-12 21:30 UTC = 2012-12-12 23:30 EET (+02:00)'; for the public the day."""
        if self.audience == "public":
            return f"{self.issued_at:%Y-%m-%d}"
        here = self.issued_at.astimezone(self.verdict.scenario.zone)
        return self.latin(f"{stamp(self.issued_at.astimezone(UTC))} = {stamp(here)}")

    def _origin(self) -> list[tuple[str, str]]:
        say, origin = self.say, self.verdict.plan.provenance
        return [
            (say("Scenario"), clean(origin.scenario_title)),
            (say("Scenario file"), clean(origin.scenario_file) or TO_FILL),
            (say("Scenario SHA-256"), origin.scenario_sha256 or TO_FILL),
            (say("What-if"), clean(origin.what_if or say("none (base case)"))),
        ]

    def _solver(self) -> str:
        """'OPTIMAL, stopped by gap, widest gap 0.00 % (arrival)': the worst level's gap."""
        plan, say = self.verdict.plan, self.say
        status = say(plan.status)
        if not plan.levels:
            return status
        if plan.status == "PROVEN_IMPOSSIBLE":
            return f"{status}: {say('nobody at all can get out as things stand')}"
        worst = max(plan.levels, key=lambda level: level.gap)
        told = say("{status}, stopped by {what}, widest gap {gap} ({level})")
        return told.format(
            status=status, what=say(plan.stopped_by), gap=self.percent(worst.gap),
            level=say(LEVELS[worst.name]),
        )  # fmt: skip

    def _tool(self) -> str:
        origin = self.verdict.plan.provenance
        more = f", {clean(origin.engine)}, seed {origin.seed}" if self.internal else ""
        return self.latin(f"Safe Passage {__version__}{more}")


def stamps(paper: Paper) -> dict[str, str]:
    """What every file for machines says of itself; for the public, days in place of moments."""
    told = {
        "audience": paper.addressee,
        "plan": f"{paper.plan_id}, revision {paper.revision}",
        "plan_status": paper.status,
        "issued": paper.issued,
        "valid_until": paper.expiry,
        "warning": paper.warning,
        "translation": wording.remark(paper.language),
        "use": paper.disclaimer,
    }
    # Marks for the direction of writing are for pages.
    return {name: clean(value) for name, value in told.items() if value}


def stamp(moment: datetime) -> str:
    """'2012-12-13 06:00 UTC' or '2012-12-13 08:00 EET (+02:00)'."""
    if moment.utcoffset() == UTC.utcoffset(None) and moment.tzname() == "UTC":
        return moment.strftime("%Y-%m-%d %H:%M UTC")
    offset = moment.strftime("%z")
    name = moment.tzname() or ""
    named = f" {name}" if name and name[0] not in "+-" else ""
    return moment.strftime("%Y-%m-%d %H:%M") + f"{named} ({offset[:3]}:{offset[3:5]})"


def prepare(
    verdict: Verdict | Whole,
    issued_at: datetime | None = None,
    audience: Audience = "internal",
    recipient: str | None = None,
    language: str = "en",
) -> Paper:
    """Redact a Verdict for an audience and gather what all its documents share.

    ``issued_at`` is an aware time; where it is not given, the scenario's start. Raises
    ScenarioError as :func:`planner.redact.redact`.
    """
    return paper_of(redact(verdict, audience, recipient), issued_at, language)


def paper_of(told: Redacted, issued_at: datetime | None = None, language: str = "en") -> Paper:
    """What documents are written from, of a plan that is redacted already."""
    recipient = told.recipient
    if told.audience == "parties":  # its own name is the only one that its paper has
        recipient = next((_called(p, language) for p in told.verdict.scenario.parties), recipient)
    return Paper(
        verdict=told.verdict, audience=told.audience, recipient=recipient, language=language,
        plan_id=told.number, issued_at=issued_at or told.issued_at, valid_until=told.valid_until,
        warning=_warning(told, language), convoys=told.convoys,
        convoy_of=convoy_ids(told.convoys), authorisations=told.authorisations, codes=told.codes,
        alternates=told.alternates,
    )  # fmt: skip


def _warning(told: Redacted, language: str) -> str:
    verdict = told.verdict
    if verdict.status == "FAILED":
        count = len(verdict.violations)
        words = wording.text("FAILED ITS CHECK: DO NOT USE", language)
        many = wording.text("breaches: {n}", language).format(n=count)
        return f"{words} ({many})"
    if verdict.status == "CONDITIONAL":
        named = _awaited(told, language)
        if not named:
            return wording.text("NOT AUTHORISED: awaits permission", language)
        return wording.text("NOT AUTHORISED: awaits", language) + " " + ", ".join(named)
    return ""


def _called(item: Named, language: str) -> str:
    return clean(item.name_ar if language == "ar" and item.name_ar else item.label)


def _awaited(told: Redacted, language: str) -> list[str]:
    """Names of the permissions that are awaited; for those who may not know them, their codes."""
    scenario = told.verdict.scenario
    awaited = {item.id: item for item in scenario.authorisations}
    parties = {party.id: _called(party, language) for party in scenario.parties}
    found = []
    for name in told.verdict.figures.conditional_on:
        party = parties.get(awaited[name].party)
        label = _called(awaited[name], language)
        found.append(label if party is None else f"{label} ({party})")
    return found
