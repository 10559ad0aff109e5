"""``planner manifest new | import | board | check``: who is aboard, never written in clear.

The passphrase comes from a prompt or a file. What goes wrong inside is told without the words of
the error, which could hold what stood in a list.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from planner.cli.papers import plan_file
from planner.cli.text import plain, table, write_json
from planner.errors import Issue, ScenarioError

if TYPE_CHECKING:
    from planner.manifest import Frame, Manifest, Update
    from planner.verify import Verdict

SHOWN = 40
_AGE = (b"age-encryption.org/", b"-----BEGIN AGE ")


def guarded(does: Callable[[argparse.Namespace], int], arguments: argparse.Namespace) -> int:
    """Run an action; an error that nobody foresaw is told by its kind and place alone."""
    try:
        return does(arguments)
    except (ScenarioError, OSError):
        raise
    except Exception as error:
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        place = "?"
        if trace is not None:
            place = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
        kind = type(error).__name__
    told = "its words are left out, as they could hold what stands in a list"
    print(f"planner: an error inside the program ({kind} at {place}); {told}", file=sys.stderr)
    return 1


def new(arguments: argparse.Namespace) -> int:
    """Write blank lists; nothing that is there already is overwritten."""
    from planner import manifest
    from planner.documents import manifests, sheets
    from planner.documents.paper import prepare

    verdict, frames = _frames(arguments.plan)
    wanted = frames
    if arguments.movement != "all":
        wanted = (manifest.frame_of(frames, arguments.movement),)
    if not wanted:
        raise ScenarioError([Issue(str(arguments.plan), 0, "", "nobody moves in vehicles")])
    folder = arguments.out or plan_file(arguments.plan).resolve().parent / "manifests"
    endings = ("csv", "xlsx") if arguments.format == "all" else (arguments.format,)
    paths = [folder / f"manifest_{frame.movement}.{end}" for frame in wanted for end in endings]
    _keep(paths)
    folder.mkdir(parents=True, exist_ok=True)
    paper = prepare(verdict)
    for frame in wanted:
        tokens = manifest.new_tokens(manifests.places(frame))
        blank = manifests.blank(frame, tokens, _needs(arguments))
        tables = [blank, manifests.report(frame), manifests.print_sheet(frame, tokens)]
        name = f"Passenger manifest {frame.movement}"
        for end in endings:
            path = folder / f"manifest_{frame.movement}.{end}"
            content = (
                sheets.csv_bytes(blank) if end == "csv" else sheets.xlsx_bytes(paper, name, tables)
            )
            path.write_bytes(content)
            print(plain(path))
    return 0


def import_(arguments: argparse.Namespace) -> int:
    """A filled list → the encrypted manifest; every fault by row, and then nothing is written."""
    from planner import manifest

    _keep([arguments.out])
    frames = _frames(arguments.plan)[1]
    frame = manifest.frame_of(frames, arguments.movement)
    content = arguments.file.read_bytes()
    movements = frozenset(one.movement for one in frames)
    found = manifest.read_passengers(
        content, arguments.file.name, frame, _needs(arguments), movements
    )
    manifest.save(found, arguments.out, _passphrase(arguments.passphrase_file, new=True))
    planned = sum(line.persons for line in frame.planned)
    print(f"{plain(arguments.out)}: {len(found.passengers)} of {planned} places listed, encrypted")
    print(
        f"planner: {plain(arguments.file.name)} still holds the list in clear; destroy it and its "
        "copies when you have opened the encrypted one",
        file=sys.stderr,
    )
    return 0


def board(arguments: argparse.Namespace) -> int:
    """Merge reports; where one row of one file does not fit, nothing is merged."""
    from planner import manifest

    passphrase = _passphrase(arguments.passphrase_file)
    found = manifest.load(arguments.manifest, passphrase)
    target = arguments.out or arguments.manifest
    if arguments.out is not None and arguments.out.resolve() != arguments.manifest.resolve():
        _keep([arguments.out])
    issues: list[Issue] = []
    updates: list[Update] = []
    for path in arguments.status:
        try:
            updates += _reports(path, found, passphrase)
        except ScenarioError as error:
            issues += error.issues
    if issues:
        raise ScenarioError(issues)
    after = manifest.merged(found, updates)
    manifest.save(after, target, passphrase)
    fresh = len(after.updates) - len(found.updates)
    if not arguments.json:
        print(f"{plain(target)}: {fresh} new reports, {len(after.updates)} in all")
    _tell(after, [], arguments.json)
    return 0


def _reports(path: Path, found: Manifest, passphrase: str) -> tuple[Update, ...]:
    from planner import manifest

    content = path.read_bytes()
    if not content.startswith(_AGE):
        return manifest.read_updates(content, path.name, found)
    other = manifest.load(path, passphrase)
    if other.frame != found.frame or other.passengers != found.passengers:
        remedy = "give a copy of the same manifest, or the report as a table"
        raise ScenarioError([Issue(path.name, 0, "", "is another manifest", remedy)])
    return other.updates


def check(arguments: argparse.Namespace) -> int:
    """Count a manifest; 1 where the plan has the movement otherwise."""
    from planner import manifest

    frames: tuple[Frame, ...] = ()
    names: dict[str, str] = {}
    if arguments.plan is not None:
        verdict, frames = _frames(arguments.plan)
        labels = {group.id: group.label for group in verdict.scenario.groups}
        codes = manifest.group_codes(verdict.scenario)
        names = {code: f"{code} {labels[group]}" for group, code in codes.items()}
    found = manifest.load(arguments.manifest, _passphrase(arguments.passphrase_file))
    issues: list[Issue] = []
    if arguments.plan is not None:
        issues = manifest.against(found, frames, arguments.manifest.name)
    _tell(found, issues, arguments.json, names if not issues else {})
    return int(bool(issues))


ACTIONS: dict[str, Callable[[argparse.Namespace], int]] = {
    "new": new,
    "import": import_,
    "board": board,
    "check": check,
}


def _tell(
    found: Manifest, issues: list[Issue], as_json: bool, names: dict[str, str] | None = None
) -> None:
    """Who of how many is missing, and what contradicts itself: tokens and counts, no names.

    ``names`` says what people call a group, where the plan was asked.
    """
    from planner import manifest

    lines, gone = manifest.recount(found), manifest.missing(found)
    clashes = manifest.conflicts(found)
    if as_json:
        write_json(
            {
                "manifest": found.frame.id,
                "counts": [
                    {"part": one.part, "name": one.name, "planned": one.planned,
                     "listed": one.listed, "aboard": one.aboard, "missing": one.missing,
                     "status": dict(one.by_status)}
                    for one in lines
                ],
                "missing": [vars(one) for one in gone],
                "boarded_not_arrived": list(manifest.under_way(found)),
                "conflicts": [
                    {"person": one.person, "what": one.what, "holds": one.holds} for one in clashes
                ],
                "issues": [str(issue) for issue in issues],
            }
        )  # fmt: skip
        return
    print(f"Manifest {plain(found.frame.id)}: {plain(found.frame.origin)} to "
          f"{plain(found.frame.destination)}")  # fmt: skip
    head = ["planned", "listed", "present", "boarded", "arrived", "no-show", "refused", "missing"]
    rows: list[tuple[str, ...]] = [("", "", *head)]
    for one in lines:
        of = one.by_status
        counts = (one.planned, one.listed, of["present"], of["boarded"], of["arrived"],
                  of["no-show"], of["refused"], one.missing)  # fmt: skip
        name = (names or {}).get(one.name, one.name)
        rows.append((one.part, plain(name), *map(str, counts)))
    for text in [*table(rows, right=tuple(range(2, 10))), *_missing_lines(found)]:
        print(text)
    for clash in clashes:
        print(f"Contradiction, {clash.person}: {plain(clash.what)}. Counted as {clash.holds}.")
    for issue in issues:
        print(plain(str(issue)), file=sys.stderr)


def _missing_lines(found: Manifest) -> list[str]:
    from planner import manifest

    gone = manifest.missing(found)
    whole = manifest.recount(found)[0]
    expected = manifest.under_way(found)
    lines = [f"Boarded and not reported as arrived: {', '.join(expected)}"] if expected else []
    if not gone and not whole.unlisted:
        return [*lines, "Nobody is missing."]
    lines.append(f"Missing: {whole.missing} of {whole.planned}.")
    if whole.unlisted:
        lines.append(f"  {whole.unlisted} places of the plan have nobody on the list")
    for one in gone[:SHOWN]:
        lines.append(
            f"  {one.person} {plain(one.vehicle)} {plain(one.group)} {one.kind}: {one.status}"
        )
    if len(gone) > SHOWN:
        lines.append(f"  … and {len(gone) - SHOWN} more (--json lists them all)")
    return lines


# ------------------------------------------------------------------ plan, files, passphrase


def _frames(plan: Path) -> tuple[Verdict, tuple[Frame, ...]]:
    from planner import manifest, pipeline
    from planner.documents.planjson import plan_id

    verdict = pipeline.verify_file(plan_file(plan))
    return verdict, manifest.frames(verdict, plan_id(verdict.plan))


def _needs(arguments: argparse.Namespace) -> frozenset[str]:
    return frozenset(name for name in ("medical", "border") if getattr(arguments, name))


def _keep(paths: list[Path]) -> None:
    """Raises ScenarioError where one of the files is there already."""
    remedy = "name another, or move it away: it may hold what somebody filled in"
    there = [Issue(str(path), 0, "", "is there already", remedy) for path in paths if path.exists()]
    if there:
        raise ScenarioError(there)


def _passphrase(file: Path | None, new: bool = False) -> str:
    """From the file's first line, or asked for (twice for a new file), never shown."""
    from planner.manifest.sealed import LEAST_CHARACTERS

    said = _asked(new) if file is None else _first_line(file)
    if new and len(said) < LEAST_CHARACTERS:
        problem = f"the passphrase is shorter than {LEAST_CHARACTERS} characters"
        raise _refusal(problem, "take five or more words that have nothing to do with each other")
    if not said:
        raise _refusal("the passphrase is empty", "write it into the file's first line")
    return said


def _first_line(file: Path) -> str:
    try:
        with file.open(encoding="utf-8-sig") as lines:
            return lines.readline(10_000).rstrip("\r\n")
    except (OSError, ValueError) as error:
        what = getattr(error, "strerror", None) or "not a text in UTF-8"
    raise _refusal(f"--passphrase-file cannot be read: {what}", "name a file with the passphrase")


def _asked(twice: bool) -> str:
    import getpass

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", getpass.GetPassWarning)
            said = getpass.getpass("Passphrase: ")
            again = getpass.getpass("The same again: ") if twice else said
    except (getpass.GetPassWarning, EOFError):
        problem = "there is no terminal on which the passphrase could be asked for unseen"
        raise _refusal(problem, "use --passphrase-file") from None
    if said != again:
        raise _refusal("the two passphrases differ", "try again")
    return said


def _refusal(problem: str, remedy: str) -> ScenarioError:
    return ScenarioError([Issue("", 0, "", problem, remedy)])
