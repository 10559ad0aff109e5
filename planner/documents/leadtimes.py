"""What must be asked and told before anybody moves, and until when: for the office alone.

A permission that is awaited must be asked for, and a party be told, its lead time before the first
departure that hangs on it. What is too late for some movements names each of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from planner.cells import clean
from planner.charts import Convoy
from planner.documents.columns import STAMPS, columns
from planner.documents.paper import Paper
from planner.documents.rows import Row, Table
from planner.scenario import Authorisation, Notification
from planner.units import format_duration

Kind = Literal["authorisation", "notification"]
Timing = Literal["in time", "late", "not needed", "unknown"]


@dataclass(frozen=True)
class Ask:
    """One request or message. Moments are seconds after the scenario's start.

    ``sent_s``: when it was or will be sent; what is only drafted cannot be sent before the time of
    issue. None: somebody sent it and did not write down when. ``latest_s`` is the latest moment to
    send for the first movement that hangs on it; None where none does. ``too_late`` are the convoys
    that leave before the lead time is over.
    """

    kind: Kind
    id: str
    label: str
    party: str
    state: str
    lead_time_s: int
    sent_s: int | None
    convoys: tuple[str, ...]
    first_s: int | None
    latest_s: int | None
    too_late: tuple[str, ...]
    first_utc: datetime | None = None
    latest_utc: datetime | None = None
    """The same moments in UTC."""

    @property
    def timing(self) -> Timing:
        """Whether the first movement that hangs on it can go as planned."""
        if self.latest_s is None:
            return "not needed"
        if self.sent_s is None:
            return "unknown"
        return "late" if self.sent_s > self.latest_s else "in time"

    @property
    def late_s(self) -> int:
        """By how much it comes too late for the first movement."""
        if self.latest_s is None or self.sent_s is None:
            return 0
        return max(0, self.sent_s - self.latest_s)


def asks(paper: Paper) -> tuple[Ask, ...]:
    """Every awaited permission that a movement relies on and every message, soonest due first.

    ``paper`` is the office's: nobody outside sees what is asked of others.
    """
    scenario = paper.verdict.scenario
    found = [_authorisation(paper, item) for item in scenario.authorisations]
    found += [_notification(paper, item) for item in scenario.notifications]
    wanted = [one for one in found if one is not None]
    last = paper.verdict.plan.horizon_s
    return tuple(sorted(wanted, key=lambda one: last if one.latest_s is None else one.latest_s))


def _authorisation(paper: Paper, item: Authorisation) -> Ask | None:
    if item.state == "granted":
        return None
    relying = [convoy for convoy in paper.convoys if item.id in _permissions(paper, convoy)]
    if not relying:
        return None
    asked_s = paper.verdict.scenario.at_s(item.requested_at)
    return _ask(paper, "authorisation", item, asked_s, relying)


def _permissions(paper: Paper, convoy: Convoy) -> Iterator[str]:
    for sortie, index in convoy.members:
        yield from paper.authorisations.get((sortie.id, index), ())


def _notification(paper: Paper, item: Notification) -> Ask | None:
    if item.state == "superseded":
        return None
    scenario = paper.verdict.scenario
    about = [
        convoy
        for convoy in paper.convoys
        if not item.fleets or set(item.fleets) & set(convoy.vehicles())
    ]
    sent_s = None if item.sent_at is None else scenario.at_s(item.sent_at)
    if item.state == "drafted":
        issued_s = scenario.at_s(paper.issued_at)
        sent_s = issued_s if sent_s is None else max(sent_s, issued_s)
    return _ask(paper, "notification", item, sent_s, about)


def _ask(
    paper: Paper,
    kind: Kind,
    item: Authorisation | Notification,
    sent_s: int | None,
    convoys: Iterable[Convoy],
) -> Ask:
    parties = {party.id: paper.called(party) for party in paper.verdict.scenario.parties}
    hanging = sorted(convoys, key=lambda convoy: (convoy.depart_s, convoy.id))
    first_s = hanging[0].depart_s if hanging else None
    lead_s = item.lead_time_s
    latest_s = None if first_s is None else first_s - lead_s
    return Ask(
        kind=kind,
        id=item.id,
        label=paper.called(item),
        party=clean(parties.get(item.party, item.party)),
        state=item.state,
        lead_time_s=lead_s,
        sent_s=sent_s,
        convoys=tuple(convoy.id for convoy in hanging),
        first_s=first_s,
        latest_s=latest_s,
        too_late=tuple(
            convoy.id
            for convoy in hanging
            if sent_s is not None and convoy.depart_s < sent_s + lead_s
        ),
        first_utc=None if first_s is None else paper.utc(first_s),
        latest_utc=None if latest_s is None else paper.utc(latest_s),
    )


def untold(paper: Paper) -> tuple[str, ...]:
    """Names of parties of whom something is asked and to whom no message is planned."""
    scenario = paper.verdict.scenario
    told = {item.party for item in scenario.notifications if item.state != "superseded"}
    relied = {name for names in paper.authorisations.values() for name in names}
    asked = {item.party for item in scenario.authorisations if item.id in relied}
    return tuple(clean(p.label) for p in scenario.parties if p.id in asked - told)


COLUMNS = (
    *columns(
        """
        kind: authorisation (a party is asked) or notification (a party is told)
        id: its id in the scenario
        name: what people call it
        party: who is asked or told
        state: requested, drafted, sent, acknowledged
        timing: in time, late, not needed (no movement hangs on it), unknown (sent, but when?)
        latest_local: latest moment to send it for the first movement, local clock
        latest_utc: the same in UTC
        sent_local: when it was or will be sent; a draft at the time of issue
        sent_utc: the same in UTC
        late_by: how much too late it is for the first movement
        lead_time: what the party wants between message and movement
        first_departure_local: the first movement that hangs on it, local clock
        first_departure_utc: the same in UTC
        movements: how many convoys hang on it
        too_late_for: convoys that leave before the lead time is over
        """
    ),
    *STAMPS,
)
"""The columns of the list of what is to be asked and told."""
_LISTED = 60


def table(paper: Paper) -> Table:
    """A row for each request and message, soonest due first."""
    rows: list[Row] = []
    for one in asks(paper):
        late = one.too_late[:_LISTED]
        more = f" and {len(one.too_late) - _LISTED} more" if len(one.too_late) > _LISTED else ""
        row: Row = {
            "kind": one.kind, "id": one.id, "name": one.label, "party": one.party,
            "state": one.state, "timing": one.timing,
            "late_by": format_duration(one.late_s) if one.late_s else "",
            "lead_time": format_duration(one.lead_time_s),
            "movements": len(one.convoys), "too_late_for": " ".join(late) + more,
            "plan": paper.plan_id, "plan_status": f"{paper.status} / {paper.addressee}",
            "valid_until": paper.expiry,
        }  # fmt: skip
        for name, moment_s in (
            ("latest", one.latest_s), ("sent", one.sent_s), ("first_departure", one.first_s)
        ):  # fmt: skip
            row[f"{name}_local"] = None if moment_s is None else paper.local(moment_s)
            row[f"{name}_utc"] = None if moment_s is None else paper.utc(moment_s)
        rows.append(row)
    return Table("requests", "Requests and messages", COLUMNS, tuple(rows))
