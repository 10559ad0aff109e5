"""What can be said on the command line."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from planner import __version__
from planner.cli.manifestparser import add_manifest
from planner.units import parse_duration_s, parse_share_bp

EPILOG = """\
exit status: 0 there is a verified plan (people left behind, a gap, or Ctrl-C with a verified plan
in hand are still 0); 1 faults in the scenario, no plan, or a failed verification; 2 wrong usage.
Under --json standard output is JSON alone; progress goes to standard error.
Decision support, not clearance."""

YES_KINDS = (
    "authorisation", "link", "pause", "window_hour", "vehicle", "intake", "berth", "link_capacity",
    "slots", "processing", "acceptance",
)  # fmt: skip


def build_parser() -> argparse.ArgumentParser:
    """The whole grammar; each command sets ``run``: from the arguments to the exit status."""
    parser = argparse.ArgumentParser(
        prog="planner",
        description="Plans how people leave places that are dangerous: a YAML scenario becomes a "
        "verified plan and its documents.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"Safe Passage {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _check(commands)
    _plan(commands)
    _replan(commands)
    _verify(commands)
    _compare(commands)
    _worth(commands)
    _rehearse(commands)
    _trigger(commands)
    _robust(commands)
    _sweep(commands)
    _export(commands)
    add_manifest(commands)
    _new(commands)
    _map(commands)
    _desk(commands)
    return parser


Commands = argparse._SubParsersAction  # the class has no public name


def _command(
    commands: Commands[argparse.ArgumentParser],
    name: str,
    run: Callable[[argparse.Namespace], int],
    about: str,
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=about, description=about[0].upper() + about[1:] + ".")
    command.set_defaults(run=run)
    return command


def _json_flag(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print JSON alone on standard output")


def _scenario(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "file", type=Path, metavar="FILE", help="a scenario, or a shipped one's name"
    )


def _check(commands: Commands[argparse.ArgumentParser]) -> None:
    def run(arguments: argparse.Namespace) -> int:
        from planner.cli.scenarios import check

        return check(arguments)

    command = _command(
        commands, "check", run, "every fault in a scenario, with its line and remedy"
    )
    command.add_argument("files", nargs="+", type=Path, metavar="FILE")
    _json_flag(command)


def _plan(commands: Commands[argparse.ArgumentParser]) -> None:
    def run(arguments: argparse.Namespace) -> int:
        from planner.cli.planning import plan

        return plan(arguments)

    command = _command(commands, "plan", run, "make the plan, check it, write its documents")
    _scenario(command)
    which = command.add_mutually_exclusive_group()
    which.add_argument("--what-if", metavar="NAME", help="apply this what-if of the scenario")
    which.add_argument(
        "--every-what-if",
        action="store_true",
        help="plan the base and every what-if, print a table",
    )
    command.add_argument(
        "--out", type=Path, metavar="DIR", help="folder of the documents (default: out/SCENARIO)"
    )
    _limits(command)
    command.add_argument(
        "--any-moment", type=_duration, default=0, metavar="T",
        help="so long for bounds that hold whenever vehicles leave, not on the grid alone ('40 s')",
    )  # fmt: skip
    command.add_argument(
        "--no-remedies", action="store_true", help="do not search what would help those left behind"
    )
    command.add_argument(
        "--no-cache", action="store_true", help="begin from nothing, and keep nothing for next time"
    )
    command.add_argument(
        "--plan-only", action="store_true", help="write plan.json and no other document"
    )
    _json_flag(command)


def _limits(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--time-limit", type=_duration, metavar="T",
        help="for example '60s', '5 min' (this and what follows: default in config/solver.yaml)",
    )  # fmt: skip
    command.add_argument("--node-limit", type=_whole, metavar="N", help="stop after so many nodes")
    command.add_argument("--seed", type=_whole, metavar="N")
    command.add_argument(
        "--memory", type=_memory, metavar="M", help="the most that one plan may take: '4 GB'"
    )
    command.add_argument(
        "--gap",
        type=_share,
        metavar="G",
        help="good enough: a level this near to its bound is proven no further ('0.5 %%')",
    )


def _replan(commands: Commands[argparse.ArgumentParser]) -> None:
    def run(arguments: argparse.Namespace) -> int:
        from planner.cli.replanning import replan

        return replan(arguments)

    about = "a running plan made anew from a situation report: what has left is kept"
    command = _command(commands, "replan", run, about)
    command.add_argument("plan", type=Path, metavar="PLAN", help="the plan.json that is running")
    command.add_argument(
        "--situation", type=Path, metavar="FILE",
        help="the report (default: everything went as planned so far)",
    )  # fmt: skip
    command.add_argument(
        "--now", metavar="TIME", required=True,
        help="from when on to plan: 2012-12-13T10:00, or '4 h' after the start",
    )  # fmt: skip
    command.add_argument(
        "--out", type=Path, metavar="DIR",
        help="folder of the documents, which say what changed (default: replanned, beside PLAN)",
    )  # fmt: skip
    _limits(command)
    command.add_argument(
        "--plan-only", action="store_true", help="write plan.json and no other document"
    )
    command.set_defaults(any_moment=0)
    _json_flag(command)


def _verify(commands: Commands[argparse.ArgumentParser]) -> None:
    def run(arguments: argparse.Namespace) -> int:
        from planner.cli.papers import verify

        return verify(arguments)

    command = _command(commands, "verify", run, "replay a plan in true time against its scenario")
    command.add_argument(
        "plan", type=Path, metavar="PLAN", help="a plan.json, or a ZIP of documents of one"
    )
    _json_flag(command)


def _compare(commands: Commands[argparse.ArgumentParser]) -> None:
    def run(arguments: argparse.Namespace) -> int:
        from planner.cli.papers import compare_plans

        return compare_plans(arguments)

    command = _command(commands, "compare", run, "the differences between two plans")
    command.add_argument("first", type=Path, metavar="A", help="a plan.json")
    command.add_argument("second", type=Path, metavar="B", help="another plan.json")
    _json_flag(command)


def _worth(commands: Commands[argparse.ArgumentParser]) -> None:
    def run(arguments: argparse.Namespace) -> int:
        from planner.cli.worth import worth

        return worth(arguments)

    about = "what each pending yes, closed link, pause or extra vehicle would gain"
    command = _command(commands, "worth", run, about)
    _scenario(command)
    command.add_argument("--what-if", metavar="NAME", help="start from this what-if")
    command.add_argument(
        "--plan", type=Path, metavar="PLAN", help="a plan.json of it (default: plan it first)"
    )
    command.add_argument(
        "--time-limit", type=_duration, default=600, metavar="T", help="for everything (10 min)"
    )
    command.add_argument(
        "--each", type=_duration, default=15, metavar="T", help="for each search (15 s)"
    )
    command.add_argument(
        "--kind", choices=YES_KINDS, action="append", help="only this kind; may be repeated"
    )
    command.add_argument("--seed", type=_whole, default=0, metavar="N")
    command.add_argument(
        "--out", type=Path, metavar="DIR", help="folder for worth.json, a table, a chart, the plans"
    )
    _json_flag(command)


def _rehearse(commands: Commands[argparse.ArgumentParser]) -> None:
    def run(arguments: argparse.Namespace) -> int:
        from planner.cli.rehearse import rehearse

        return rehearse(arguments)

    about = "play a plan through many draws of what nobody knows for sure"
    command = _command(commands, "rehearse", run, about)
    command.add_argument("plan", type=Path, metavar="PLAN", help="a plan.json")
    command.add_argument(
        "--draws", type=_draws, default=1000, metavar="N", help="how many (default: 1000)"
    )
    command.add_argument("--seed", type=_whole, default=0, metavar="S")
    command.add_argument(
        "--uncertainty", type=Path, metavar="FILE",
        help="a scenario whose `uncertainty:` counts instead of that in the plan",
    )  # fmt: skip
    command.add_argument(
        "--out", type=Path, metavar="DIR", help="folder for rehearsal.json, tables and charts"
    )
    _json_flag(command)


def _trigger(commands: Commands[argparse.ArgumentParser]) -> None:
    def run(arguments: argparse.Namespace) -> int:
        from planner.cli.trigger import trigger

        return trigger(arguments)

    about = "go, wait or stay: what each start date costs and gains, which triggers have fired"
    command = _command(commands, "trigger", run, about)
    _scenario(command)
    command.add_argument("--what-if", metavar="NAME", help="apply this what-if of the scenario")
    command.add_argument(
        "--dates", nargs="+", default=[], metavar="DATE",
        help="start dates, '2012-12-15' or '2012-12-15T06:00' (default: every day)",
    )  # fmt: skip
    command.add_argument(
        "--now", metavar="TIME", help="present moment for the triggers (default: the start)"
    )
    command.add_argument(
        "--draws", type=_whole, default=100, metavar="N", help="draws a date (default: 100)"
    )
    command.add_argument("--seed", type=_whole, default=0, metavar="S")
    command.add_argument(
        "--each", type=_duration, default=20.0, metavar="T",
        help="longest search for one date (default: 20 s)",
    )  # fmt: skip
    command.add_argument("--node-limit", type=_whole, metavar="N", help="rounds instead of time")
    command.add_argument(
        "--out", type=Path, metavar="DIR", help="folder for trigger.json, dates.csv and a picture"
    )
    _json_flag(command)


def _robust(commands: Commands[argparse.ArgumentParser]) -> None:
    def run(arguments: argparse.Namespace) -> int:
        from planner.cli.robust import robust

        return robust(arguments)

    about = "a first day that is good in several draws at once, beside the base plan's"
    command = _command(commands, "robust", run, about)
    _scenario(command)
    command.add_argument("--what-if", metavar="NAME", help="apply this what-if of the scenario")
    command.add_argument(
        "--draws", type=_whole, default=4, metavar="N", help="draws planned for, 1 to 8 (4)"
    )
    command.add_argument("--seed", type=_whole, default=0, metavar="S")
    command.add_argument(
        "--limit", "--time-limit", dest="time_limit", type=_duration, default=600, metavar="T",
        help="for everything (10 min)",
    )  # fmt: skip
    command.add_argument(
        "--each", type=_duration, default=20, metavar="T", help="longest single search (20 s)"
    )
    command.add_argument("--node-limit", type=_whole, metavar="N", help="rounds instead of time")
    command.add_argument(
        "--rehearse", type=_whole, default=100, metavar="N",
        help="further draws in which the plans are played (default: 100)",
    )  # fmt: skip
    command.add_argument(
        "--no-what-ifs", action="store_true", help="no what-ifs in the table of regrets"
    )
    command.add_argument(
        "--out", type=Path, metavar="DIR",
        help="folder for the base case's plan with that first day, robust.json, tables, a picture",
    )  # fmt: skip
    _json_flag(command)


def _sweep(commands: Commands[argparse.ArgumentParser]) -> None:
    def run(arguments: argparse.Namespace) -> int:
        from planner.cli.sweeps import sweep

        return sweep(arguments)

    about = "plan every what-if in every draw from every start date, one row a case"
    command = _command(commands, "sweep", run, about)
    _scenario(command)
    command.add_argument(
        "--what-ifs", nargs="+", default=["base"], metavar="NAME",
        help="'all' for the base and every what-if; 'base' is the scenario itself (default)",
    )  # fmt: skip
    command.add_argument(
        "--draws", type=_whole, default=0, metavar="N",
        help="draws 0 to N-1 of the scenario's uncertainty (default: as it states itself)",
    )  # fmt: skip
    command.add_argument(
        "--seed", type=_whole, default=0, metavar="S", help="of draws and searches"
    )
    command.add_argument(
        "--dates", nargs="+", default=[], metavar="T",
        help="nobody moves before: '2012-12-15', '2012-12-15T18:00', '36 h' after the start",
    )  # fmt: skip
    command.add_argument(
        "--out", type=Path, metavar="DIR", help="folder of the rows (default: out/SCENARIO--sweep)"
    )
    where = command.add_mutually_exclusive_group()
    where.add_argument(
        "--workers", type=_count, metavar="N", help="processes here (default: one a core)"
    )
    where.add_argument(
        "--scheduler",
        type=_scheduler,
        metavar="ADDRESS",
        help="of a Dask scheduler: tcp://HOST:PORT",
    )
    command.add_argument("--time-limit", type=_duration, metavar="T", help="for each case")
    command.add_argument("--node-limit", type=_whole, metavar="N", help="for each case")
    command.add_argument("--gap", type=_share, metavar="G", help="for each case: good enough")
    command.add_argument(
        "--memory", type=_memory, metavar="M", help="the most that one worker here may take: '4 GB'"
    )
    command.set_defaults(any_moment=0)
    _json_flag(command)


def _export(commands: Commands[argparse.ArgumentParser]) -> None:
    def run(arguments: argparse.Namespace) -> int:
        from planner.cli.exports import export

        return export(arguments)

    command = _command(commands, "export", run, "write documents of a plan")
    command.add_argument("plan", type=Path, metavar="PLAN", help="a plan.json")
    command.add_argument(
        "--document", metavar="NAME", default="all",
        help="plan, movement-table, routes, places, people, left-behind, codes, movements, "
        "movement-order, lift-schedule, drivers-card, calendar, requests, notification, "
        "authorisation-request, manifest, comparison, displacement, brief (default: all that the "
        "audience gets)",
    )  # fmt: skip
    command.add_argument(
        "--format", metavar="NAME", default="all",
        help="json, pdf, csv, xlsx, geojson, gpkg, kml, kmz, gpx, driver-kml, ics, flee, or zip: "
        "everything as one file (default: all)",
    )  # fmt: skip
    command.add_argument(
        "--audience", metavar="WHO", default="internal",
        help="internal, partners, crew, parties, public, or all: every reader, a folder for each "
        "(default: internal)",
    )  # fmt: skip
    command.add_argument(
        "--for", dest="recipient", metavar="ID",
        help="partners: a fleet; crew: a vehicle (fleet-number) or a convoy; parties: a party; "
        "all: a folder for each of them",
    )  # fmt: skip
    command.add_argument(
        "--language", metavar="CODE", default="en", help="en, ar, ru, or all (default: en)"
    )
    command.add_argument(
        "--out",
        type=Path,
        metavar="PATH",
        help="folder, or a file where there is one (default: beside PLAN, a folder for others)",
    )
    command.add_argument(
        "--issued-at",
        metavar="TIME",
        help="time of issue, ISO 8601 (default: the beginning of what is shown)",
    )
    command.add_argument(
        "--zip", action="store_true",
        help="one file with a list of hashes, which `planner verify` compares",
    )  # fmt: skip
    command.add_argument(
        "--hxl", action="store_true", help="a row of HXL hashtags under the headings of each CSV"
    )
    command.add_argument(
        "--supersedes", type=Path, metavar="PLAN",
        help="the plan.json of the former issue: documents say what changed since",
    )  # fmt: skip
    command.add_argument(
        "--against", type=Path, metavar="PLAN",
        help="another plan.json: the document 'comparison' lays both side by side",
    )  # fmt: skip
    command.add_argument(
        "--former-calendar", type=Path, metavar="ICS",
        help="the movements.ics that this reader was given last: movements keep their entries",
    )  # fmt: skip
    command.add_argument(
        "--revision", type=_whole, metavar="N", help="number of this issue (default: the next)"
    )


def _new(commands: Commands[argparse.ArgumentParser]) -> None:
    def run(arguments: argparse.Namespace) -> int:
        from planner.cli.scenarios import new

        return new(arguments)

    command = _command(commands, "new", run, "copy a shipped scenario to start from")
    command.add_argument(
        "name", metavar="NAME", help="the copy is NAME.yaml; nothing is overwritten"
    )
    command.add_argument(
        "--from", dest="source", default="deir_al_zor_2012", metavar="SCENARIO", help="which one"
    )


def _map(commands: Commands[argparse.ArgumentParser]) -> None:
    about = "make or look at a map"
    parser = commands.add_parser("map", help=about, description=about.capitalize() + ".")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")

    def add(name: str, help_text: str) -> argparse.ArgumentParser:
        def run(arguments: argparse.Namespace) -> int:
            from planner.cli import maps

            return maps.run(arguments)

        return _command(actions, name, run, help_text)

    build = add("build", "a region's map from registry packages, without a network")
    build.add_argument("--bbox", type=_bbox, metavar="S,W,N,E", help="default: the shipped region")
    build.add_argument("--name", metavar="NAME", help="default: the shipped region's")
    build.add_argument("--out", type=Path, metavar="DIR")
    bring = add("import", "a map from an OpenStreetMap file")
    bring.add_argument("file", type=Path, metavar="FILE.osm.pbf|.osm")
    bring.add_argument("--name", metavar="NAME", help="default: the file's name")
    bring.add_argument("--out", type=Path, metavar="DIR")
    fetch = add("fetch", "a map from the network (the only command that uses it)")
    where = fetch.add_mutually_exclusive_group(required=True)
    where.add_argument("--bbox", type=_bbox, metavar="S,W,N,E")
    where.add_argument("--place", metavar="NAME")
    fetch.add_argument("--name", metavar="NAME", required=True)
    fetch.add_argument("--out", type=Path, metavar="DIR")
    distances = add("distances", "known distances beside those of the map")
    distances.add_argument("--map", default="syria", metavar="NAME")


def _desk(commands: Commands[argparse.ArgumentParser]) -> None:
    def run(arguments: argparse.Namespace) -> int:
        from planner.cli.desk import desk

        return desk(arguments)

    command = _command(commands, "desk", run, "the browser app, on this machine alone")
    command.add_argument(
        "--port", type=_port, metavar="N", help="default: the first free from 8501"
    )
    command.add_argument(
        "--no-browser", "--headless", action="store_true", help="do not open a browser window"
    )


# ------------------------------------------------------------------ what may stand behind a flag


def _duration(text: str) -> int:
    try:
        seconds = parse_duration_s(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    if seconds < 1:
        raise argparse.ArgumentTypeError(f"at least one second (got '{text}')")
    return seconds


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise argparse.ArgumentTypeError(f"a whole number of 0 or more (got '{text}')")
    return int(text)


def _draws(text: str) -> int:
    count = _whole(text)
    if not 1 <= count <= 1_000_000:
        raise argparse.ArgumentTypeError(f"1 to 1,000,000 draws (got '{text}')")
    return count


def _port(text: str) -> int:
    port = _whole(text)
    if not 1 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"a port lies in 1..65535 (got '{text}')")
    return port


def _share(text: str) -> float:
    try:
        return parse_share_bp(text) / 10000
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _count(text: str) -> int:
    found = _whole(text)
    if not 1 <= found <= 1024:
        raise argparse.ArgumentTypeError(f"write a number from 1 to 1024 (got '{text}')")
    return found


def _scheduler(text: str) -> str:
    from planner.sweep.ground import address_of

    try:
        return address_of(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _memory(text: str) -> float:
    """Megabytes."""
    number, unit = text.strip().upper().rstrip("B")[:-1], text.strip().upper().rstrip("B")[-1:]
    sizes = {"M": 1.0, "G": 1000.0}
    try:
        found = float(number) * sizes[unit]
    except (ValueError, KeyError):
        found = 0.0
    if not 1 <= found < float("inf"):
        raise argparse.ArgumentTypeError(f"write for example '800 MB' or '4 GB' (got '{text}')")
    return found


def _bbox(text: str) -> tuple[float, float, float, float]:
    try:
        south, west, north, east = (float(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"write south,west,north,east in degrees, for example 33,35,37,42 (got '{text}')"
        ) from None
    if not (-90 <= south < north <= 90 and -180 <= west < east <= 180):
        raise argparse.ArgumentTypeError(f"south < north and west < east are needed (got '{text}')")
    return south, west, north, east
