"""Reports of who boarded, merged: the same reports give the same state, whatever their order.

The state of a person is the latest report. Of two at one moment the one holds by which the person
is not aboard, so that nobody counts as safe on a doubtful report; contradictions are told.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from planner.cells import clean
from planner.manifest.fields import UPDATE_FIELDS
from planner.manifest.nouns import STATUSES, Frame, Manifest, Status, Update, clock
from planner.manifest.reading import MOST_LETTERS, Sheet, matched, tidy
from planner.manifest.tokens import is_token, tidy_token
from planner.tables.grid import read_grid

SHEET = "Status"
FAR = timedelta(days=30)
ABOARD: frozenset[Status] = frozenset({"boarded", "arrived"})
# Of reports at one moment the last one in this order holds.
_DOUBT: tuple[Status, ...] = ("arrived", "boarded", "present", "listed", "no-show", "refused")
# What may not come after a status without being told.
_BACKWARD: dict[Status, frozenset[Status]] = {
    "boarded": frozenset({"listed", "present", "no-show"}),
    "arrived": frozenset({"listed", "present", "boarded", "no-show", "refused"}),
    "present": frozenset({"listed"}),
}
_ALSO = {"no show": "no-show", "noshow": "no-show"}


@dataclass(frozen=True, order=True)
class Conflict:
    """Two reports of one person that contradict each other; ``holds`` is the one that counts."""

    person: str
    at: datetime
    what: str
    holds: Status


def read_updates(content: bytes, file: str, manifest: Manifest) -> tuple[Update, ...]:
    """The reports of a CSV or XLSX table. Raises ScenarioError with every fault, by row."""
    sheet = Sheet(file)
    grid = read_grid(content, file, SHEET)
    columns = matched(sheet, grid, UPDATE_FIELDS, ("person", "status", "time", "by"))
    sheet.settle()
    known = {one.person for one in manifest.passengers}
    found = []
    for number, row in enumerate(grid.rows[1:], start=2):
        cells = {name: tidy(row[index]) for name, index in columns.items()}
        if any(cells.values()):
            found.append(_update(sheet, number, cells, known, manifest.frame))
    if not found:
        sheet.fault(2, "", "no row is filled in", "one row for each report")
    sheet.settle()
    return tuple(update for update in found if update is not None)


def _update(
    sheet: Sheet, row: int, cells: dict[str, str], known: set[str], frame: Frame
) -> Update | None:
    before = len(sheet.issues)
    person = tidy_token(cells["person"])
    if not is_token(person):
        sheet.fault(row, "person", "no token, or one that was miswritten", "copy it from the list")
    elif person not in known:
        sheet.fault(row, "person", f"{person} is not on this manifest", "report it to its movement")
    status = " ".join(cells["status"].lower().replace("_", " ").split())
    status = _ALSO.get(status, status)
    if status not in STATUSES:
        sheet.fault(row, "status", "no such status", f"write {' or '.join(STATUSES)}")
    at = _moment(sheet, row, cells["time"], frame)
    if not cells["by"]:
        sheet.fault(row, "by", "nothing is written", "write a function or initials")
    for name in ("by", "handed_over_to"):
        if len(cells.get(name, "")) > MOST_LETTERS:
            sheet.fault(row, name, f"more than {MOST_LETTERS} letters", "write less")
    if len(sheet.issues) > before or at is None:
        return None
    over = clean(cells.get("handed_over_to", ""))
    return Update(
        person=person, at=at, status=next(s for s in STATUSES if s == status), by=cells["by"],
        handed_over_to=over,
    )  # fmt: skip


def _moment(sheet: Sheet, row: int, text: str, frame: Frame) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or len(text) < 13:
        remedy = f"write it like {frame.depart.astimezone(frame.zone):%Y-%m-%dT%H:%M}"
        sheet.fault(row, "time", "not a day and a time", remedy)
        return None
    aware = found if found.tzinfo else found.replace(tzinfo=frame.zone)
    if not frame.depart - FAR <= aware <= frame.arrive + FAR:
        problem = f"more than {FAR.days} days from the movement ({clock(frame.depart, frame)})"
        sheet.fault(row, "time", problem, "is the year or the month right?")
        return None
    return aware.astimezone(UTC)


def merged(manifest: Manifest, updates: Iterable[Update]) -> Manifest:
    """The manifest with these reports besides its own, each once, by time."""
    every = {*manifest.updates, *updates}
    return manifest.model_copy(update={"updates": tuple(sorted(every, key=_order))})


def _order(update: Update) -> tuple[datetime, int, str, str, str]:
    doubt = _DOUBT.index(update.status)
    return (update.at, doubt, update.person, update.by, update.handed_over_to)


def standing(manifest: Manifest) -> dict[str, Status]:
    """Token → what holds of the person; ``listed`` where nobody reported anything."""
    state: dict[str, Status] = {one.person: "listed" for one in manifest.passengers}
    for update in sorted(manifest.updates, key=_order):
        state[update.person] = update.status
    return state


def conflicts(manifest: Manifest) -> tuple[Conflict, ...]:
    """Every pair of reports that contradict each other, by person and time."""
    holds = standing(manifest)
    by_person: dict[str, list[Update]] = {}
    for update in sorted(manifest.updates, key=_order):
        by_person.setdefault(update.person, []).append(update)
    found = []
    for person, reports in by_person.items():
        for first, second in pairwise(reports):
            what = _contradiction(first, second, manifest.frame)
            if what:
                found.append(Conflict(person, second.at, what, holds[person]))
    return tuple(sorted(found))


def _contradiction(first: Update, second: Update, frame: Frame) -> str:
    if first.status == second.status:
        return ""
    when = clock(second.at, frame)
    if first.at == second.at:
        return f"{when}: {first.by} reports {first.status}, {second.by} {second.status}"
    if second.status in _BACKWARD.get(first.status, frozenset()):
        before = f"{first.status} at {clock(first.at, frame)} ({first.by})"
        return f"{before}, then {second.status} at {when} ({second.by})"
    if second.status == "arrived" and first.status not in ABOARD:
        return f"arrived at {when} ({second.by}), but never reported as boarded"
    return ""
