"""The command line: what it prints, where, and with which exit status."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from planner import assets, load, mapbuild
from planner.cli import desk, papers, planning, scenarios, text
from planner.cli.parser import build_parser
from planner.errors import Issue, ScenarioError
from planner.plan import LeftBehind, Remedy
from planner.scenario.published import published
from tests.command import run

HERE = Path(__file__).parent
BRIDGE = HERE / "scenarios" / "small_bridge.yaml"
WALKOUT = HERE / "scenarios" / "small_walkout.yaml"
BROKEN = """\
schema_version: 1
title: Broken
timezone: Asia/Damascus
start: 2012-12-13T06:00
horizon: 10 h
places:
  - {id: village, role: assembly_point, at: [35.30, 40.10]}
  - {id: haven, role: safe_haven, at: [35.60, 40.00]}
groups:
  - {id: villagers, at: vilage, people: 60}
fleets:
  - {id: buses, vehicle: coach, count: 2, base: heaven}
links:
  - {id: the_road, from: village, to: haven, mode: road, length: 30}
"""


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    path = tmp_path / "broken.yaml"
    path.write_text(BROKEN, encoding="utf-8")
    return path


# ------------------------------------------------------------------ grammar


def test_help_loads_no_library() -> None:
    script = (
        "import sys\nfrom planner.cli import main\ntry:\n    main(['--help'])\nexcept SystemExit:\n"
        "    pass\nprint(sorted({m.split('.')[0] for m in sys.modules} & set(sys.argv[1:])))"
    )
    heavy = ["pydantic", "numpy", "pandas", "yaml", "ortools", "osmnx", "streamlit", "networkx"]
    done = subprocess.run(
        [sys.executable, "-c", script, *heavy], capture_output=True, encoding="utf-8", check=True
    )
    assert "planner" in done.stdout and "--help" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"


def test_limits_come_from_the_configuration_unless_said(monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = load.solver_config()
    limits = shipped.limits.model_copy(
        update={"time_s": 90, "seed": 7, "gap_bp": {"left_behind": 0, "harm": 80, "arrival": 200}}
    )
    config = shipped.model_copy(update={"limits": limits})
    monkeypatch.setattr(load, "solver_config", lambda: config)
    bare = planning.limits_of(build_parser().parse_args(["plan", "x.yaml"]))
    assert (bare.time_s, bare.seed, bare.gap, bare.node_limit) == (90, 7, 0.008, None)
    given = [
        "--time-limit",
        "5s",
        "--seed",
        "0",
        "--gap",
        "2%",
        "--node-limit",
        "3",
        "--memory",
        "2GB",
    ]
    said = planning.limits_of(build_parser().parse_args(["plan", "x.yaml", *given]))
    assert (said.time_s, said.seed, said.gap, said.node_limit) == (5, 0, 0.02, 3)
    assert (bare.memory_mb, said.memory_mb) == (None, 2000.0)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "COMMAND"),
        (["fly"], "invalid choice"),
        (["plan"], "FILE"),
        (["plan", "x.yaml", "--time-limit", "60"], "state the unit"),
        (["plan", "x.yaml", "--time-limit", "0 s"], "at least one second"),
        (["plan", "x.yaml", "--seed", "-1"], "--seed"),
        (["plan", "x.yaml", "--seed", "seven"], "whole number"),
        (["plan", "x.yaml", "--gap", "1"], "percentage"),
        (["plan", "x.yaml", "--what-if", "a", "--every-what-if"], "not allowed with"),
        (["export", "plan.json", "--format"], "expected one argument"),
        (["map"], "ACTION"),
        (["map", "build", "--bbox", "1,2,3"], "south,west,north,east"),
        (["map", "build", "--bbox", "5,2,3,4"], "south < north"),
        (["map", "fetch", "--name", "x"], "--bbox"),
        (["desk", "--port", "99999"], "1..65535"),
        (["new", "a b"], "letters, digits"),
        (["new", "../up"], "letters, digits"),
    ],
)
def test_wrong_usage_is_two(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*arguments) == 2
    assert told in capsys.readouterr().err


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--version") == 0
    assert "Safe Passage" in capsys.readouterr().out


# ------------------------------------------------------------------ check and new


def test_check_tells_every_fault_with_its_line(
    broken: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("check", broken) == 1
    out = capsys.readouterr().out
    assert f"{broken}:14:" in out and "30 km" not in out.splitlines()[0].split("->")[0]
    fixed = BROKEN.replace("length: 30}", "length: 30 km}")
    broken.write_text(fixed, encoding="utf-8")
    assert run("check", broken) == 1
    out = capsys.readouterr().out
    assert f"{broken}:10:" in out and "village" in out
    assert f"{broken}:12:" in out


def test_check_as_json_is_a_list_of_objects(
    broken: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("check", broken, BRIDGE, "--json") == 1
    printed = capsys.readouterr()
    found = json.loads(printed.out)
    assert {tuple(entry) for entry in found} == {
        ("file", "line", "where", "severity", "problem", "remedy")
    }
    assert any(entry["line"] == 14 and entry["severity"] == "error" for entry in found)
    assert "2 file(s)" in printed.err


def test_check_passes_what_is_right(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", BRIDGE, WALKOUT) == 0
    assert "no fault" in capsys.readouterr().out


def test_a_missing_file_is_a_fault(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", "deir_al_sor_2012.yaml") == 1
    assert "did you mean deir_al_zor_2012" in capsys.readouterr().out
    assert run("plan", "nowhere/at_all.yaml") == 1
    assert "there is no such file" in capsys.readouterr().err
    assert run("verify", "nowhere.json", "--json") == 1
    printed = capsys.readouterr()
    assert json.loads(printed.out)["verified"] is False
    assert "no plan.json" in printed.err


def test_a_shipped_scenario_is_found_by_its_name() -> None:
    shipped = scenarios.scenario_file(Path("deir_al_zor_2012"))
    assert shipped.parent == assets.scenarios_dir()
    with pytest.raises(ScenarioError):
        scenarios.scenario_file(Path("..") / "deir_al_zor_2012")


def test_new_copies_and_never_overwrites(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("new", "mine") == 0
    made = tmp_path / "mine.yaml"
    first, rest = made.read_text(encoding="utf-8").split("\n", 1)
    source = assets.scenario_path("deir_al_zor_2012").read_text(encoding="utf-8")
    assert rest == source.split("\n", 1)[1]
    assert first.endswith("scenario.schema.json") and "$schema=file:" in first
    made.write_text("mine alone", encoding="utf-8")
    assert run("new", "mine.yaml") == 1
    assert "there already" in capsys.readouterr().err
    assert made.read_text(encoding="utf-8") == "mine alone"
    assert run("new", "other", "--from", "nothing_such") == 1
    assert not (tmp_path / "other.yaml").exists()


# ------------------------------------------------------------------ plan, verify, compare, export


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small bridge planned with every what-if, by the command itself."""
    out = tmp_path_factory.mktemp("planned")
    done = subprocess.run(
        [sys.executable, "-m", "planner", "plan", str(BRIDGE), "--every-what-if", "--plan-only",
         "--no-remedies", "--out", str(out)],
        capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (out / "told.txt").write_text(done.stdout, encoding="utf-8")
    return out


def test_every_what_if_makes_a_table(planned: Path) -> None:
    told = (planned / "told.txt").read_text(encoding="utf-8").splitlines()
    assert told[0] == "Small bridge shuttle"
    rows = {line.split()[0]: line.split() for line in told[1:] if line.startswith("  ")}
    names = {"base", "bridge_destroyed", "government_grants", "one_bus_only", "high_numbers"}
    assert names <= set(rows)
    assert rows["government_grants"][2] == "CONDITIONAL"
    assert rows["base"][2] == "VERIFIED"
    assert rows["bridge_destroyed"][3] == "0"
    for name in names:
        assert (planned / name / "plan.json").is_file()


def test_plan_as_json_holds_what_others_rely_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert run("plan", WALKOUT, "--out", out, "--json", "--time-limit", "30 s") == 0
    printed = capsys.readouterr()
    found = json.loads(printed.out)
    assert set(found) >= {
        "scenario", "what_if", "status", "stopped_by", "conditional_on", "levels", "people",
        "evacuated", "by_sortie", "self_moved", "left_behind", "unwilling", "clearance_time_min",
        "sorties", "verified", "violations", "wall_s", "peak_rss_mb", "plan",
    }  # fmt: skip
    assert {"name", "value", "bound", "gap"} <= set(found["levels"][0])
    assert found["people"] == found["evacuated"] + found["left_behind"] == 200
    assert found["evacuated"] == found["by_sortie"] + found["self_moved"]
    assert found["verified"] is True and found["violations"] == []
    assert Path(found["plan"]) == out / "plan.json"
    assert {path.name for path in out.iterdir()} >= {"plan.json", "summary.pdf", "people.csv"}
    assert "[" in printed.err  # progress went to standard error


def test_plan_prints_one_screen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = run(
        "plan", BRIDGE, "--what-if", "government_grants", "--out", tmp_path, "--plan-only",
        "--no-remedies",
    )  # fmt: skip
    assert status == 0
    lines = capsys.readouterr().out.splitlines()
    told = "\n".join(lines)
    assert len(lines) <= 50 and max(map(len, lines)) <= 118
    assert "what-if: government_grants" in lines[0]
    assert "NOT AUTHORISED" in told and "government_pending" in told
    assert "people get out" in told and "Expected casualties" in told
    assert "left behind" in told and "proven bound" in told and "Verified" in told


def test_a_wrong_what_if_is_a_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("plan", BRIDGE, "--what-if", "bridge_destroied", "--out", tmp_path, "--json") == 1
    printed = capsys.readouterr()
    found = json.loads(printed.out)
    assert found["verified"] is False and "bridge_destroyed" in found["issues"][0]["remedy"]
    assert "bridge_destroied" in printed.err


def test_verify_replays_a_plan(planned: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("verify", planned / "base") == 0
    assert "Verified" in capsys.readouterr().out
    assert run("verify", planned / "base" / "plan.json", "--json") == 0
    assert json.loads(capsys.readouterr().out)["verified"] is True


def test_verify_fails_a_plan_that_was_changed(
    planned: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = json.loads((planned / "base" / "plan.json").read_text(encoding="utf-8"))
    leg = next(leg for sortie in plan["sorties"] for leg in sortie["legs"] if leg["manifest"])
    leg["manifest"][0]["units"] += 40
    changed = tmp_path / "plan.json"
    changed.write_text(json.dumps(plan), encoding="utf-8")
    assert run("verify", changed) == 1
    assert "FAILED" in capsys.readouterr().out
    assert run("verify", changed, "--json") == 1
    found = json.loads(capsys.readouterr().out)
    assert found["verified"] is False and any("C3" in name for name in found["violations"])
    assert run("export", changed, "--format", "csv", "--out", tmp_path / "table.csv") == 1
    assert "fails its check" in capsys.readouterr().err


@pytest.mark.parametrize("content", ["", "{", "[]", '{"schema_version": 99}', "\x00"])
def test_verify_refuses_what_is_no_plan(
    content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "plan.json"
    path.write_text(content, encoding="utf-8")
    assert run("verify", path) == 1
    printed = capsys.readouterr()
    assert "plan.json" in printed.err
    assert "inside the program" not in printed.err and "Traceback" not in printed.err


def test_compare_shows_the_difference(planned: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("compare", planned / "base", planned / "one_bus_only") == 0
    assert "one_bus_only" in capsys.readouterr().out
    assert run("compare", planned / "base", planned / "one_bus_only", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert isinstance(found, list) and found


def test_export_writes_one_document_or_all(
    planned: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = planned / "base"
    assert run("export", plan, "--format", "csv", "--out", tmp_path / "moves.csv") == 0
    assert (tmp_path / "moves.csv").read_bytes().count(b"\n") > 3
    assert run("export", plan, "--format", "gpx", "--out", tmp_path / "gpx") == 0
    assert list((tmp_path / "gpx").glob("*.gpx"))
    capsys.readouterr()
    issued = "2012-12-13T05:00+02:00"
    assert run("export", plan, "--out", tmp_path / "all", "--issued-at", issued) == 0
    named = [Path(line) for line in capsys.readouterr().out.splitlines()]
    assert all(path.is_file() for path in named)
    assert {"summary.pdf", "routes.geojson"} <= {path.name for path in named}


def test_one_command_writes_for_every_reader_in_every_language(
    planned: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan, out = planned / "base", tmp_path / "all"
    few = ("--document", "movement-table", "--format", "csv", "--out", out)
    every = ("--audience", "all", "--for", "all", "--language", "all")
    assert run("export", plan, *few, *every) == 0
    told = capsys.readouterr()
    made = sorted(path.relative_to(out).as_posix() for path in out.rglob("*.csv"))
    for language in ("ar", "en", "ru"):
        here = [name.split("/")[1] for name in made if name.startswith(f"{language}/")]
        audiences = {name.partition("-")[0] for name in here}
        assert audiences == {"internal", "partners", "crew", "parties"}  # the public gets none
    assert f"{len(made):,} files" in told.err and "MB" in told.err
    assert told.out.count("readers") == 3 * 4
    assert run("export", plan, *few, *every, "--zip") == 0
    assert len(list((out / "ar").glob("SP-*.zip"))) == len(made) // 3
    capsys.readouterr()
    assert run("export", plan, *few, "--audience", "all", "--for", "buses-1") == 1
    assert "no single --for" in capsys.readouterr().err
    assert run("export", plan, "--document", "brif", "--language", "all", "--out", out) == 1
    assert "did you mean brief?" in capsys.readouterr().err


@pytest.mark.parametrize("moment", ["tomorrow", "2012-12-13T05:00"])
def test_a_time_of_issue_needs_an_offset(
    moment: str, planned: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("export", planned / "base", "--out", tmp_path, "--issued-at", moment) == 1
    assert "--issued-at" in capsys.readouterr().err


# ------------------------------------------------------------------ Ctrl-C, errors, hostile text


def test_the_first_interrupt_asks_and_the_second_ends(
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), planning.interruptible() as asked:
        assert not asked()
        signal.raise_signal(signal.SIGINT)
        assert asked()
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before
    assert "best plan so far" in capsys.readouterr().err


def test_what_nobody_foresaw_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def breaks(path: Path) -> Path:
        raise ZeroDivisionError("no people\nat all")

    monkeypatch.setattr(planning, "scenario_file", breaks)
    assert run("plan", BRIDGE, "--out", tmp_path) == 1
    told = capsys.readouterr().err
    assert told.count("\n") == 1 and "ZeroDivisionError: no people at all" in told
    (log,) = tmp_path.glob("planner-error-*.log")
    assert str(log) in told
    assert "Traceback" in log.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (PermissionError(13, "Permission denied", "plan.json"), "plan.json"),
        (KeyboardInterrupt(), ""),
    ],
)
def test_no_traceback_for_what_the_system_refuses(
    error: BaseException,
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def breaks(path: Path) -> Path:
        raise error

    monkeypatch.setattr(papers, "plan_file", breaks)
    assert run("verify", "plan.json") == 1
    printed = capsys.readouterr().err
    assert told in printed and "Traceback" not in printed


def test_names_cannot_speak_to_the_terminal() -> None:
    hostile = Issue("a.yaml", 3, "groups[x]", "no place called '\x1b[2J\u202eevil\n'", "none")
    (line,) = text.issue_lines([hostile])
    assert line.isprintable()
    assert text.cut("\x1b]0;title\x07" + "x" * 50, 10).isprintable()


class Living(list[str]):
    """A standard error that says it is a terminal."""

    def isatty(self) -> bool:
        return True

    def write(self, told: str) -> None:
        self.append(told)

    def flush(self) -> None:
        pass


def news(**more: Any) -> Any:
    whole = {"phase": "search", "elapsed_s": 12.4, "left_s": 47.6, "level": None, "value": None,
             "bound": None, "gap": None, "evacuated": None, "message": ""}  # fmt: skip
    return SimpleNamespace(**{**whole, **more})


def test_progress_tells_time_left_and_gap() -> None:
    line = text.progress_line(
        news(level="harm", value=120.0, bound=119.0, gap=0.00833, evacuated=19801)
    )
    assert line == (
        "[   12 s, 48 s left] search · expected harm 120 · bound 119 · gap 0.83 % · 19,801 out"
    )
    assert text.progress_line(news(left_s=None, message="2 of 3")) == "[   12 s] search · 2 of 3"


def test_progress_lives_on_one_line_of_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Living()
    monkeypatch.setattr(sys, "stderr", terminal)
    printer = planning.ProgressPrinter()
    printer(news(message="a longer message than the next"))
    printer(news(phase="verifying"))
    printer.close()
    assert [part[0] for part in terminal] == ["\r", "\r", "\n"]
    assert len(terminal[1]) == len(terminal[0])  # the rest of the longer line is wiped out


def test_progress_off_a_terminal_comes_in_lines_and_not_too_often(
    capsys: pytest.CaptureFixture[str],
) -> None:
    printer = planning.ProgressPrinter()
    for _ in range(50):
        printer(news())
    printer(news(phase="verifying"))
    printer.close()
    assert len(capsys.readouterr().err.splitlines()) == 2


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, "0"),
        (1234567.0, "1,234,567"),
        (12345.6, "12,346"),
        (0.01234, "0.0123"),
        (45.67, "45.7"),
    ],
)
def test_figures_are_readable(value: float, shown: str) -> None:
    assert text.number(value) == shown


def test_no_gap_but_zero_prints_as_zero() -> None:
    assert [text.percent(share) for share in (0.0, 1e-9, 0.0099, 0.25)] == [
        "0 %", "< 0.01 %", "0.99 %", "25 %",
    ]  # fmt: skip


def test_a_reader_that_leaves_early_is_no_error(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "planner", "check", *[str(tmp_path / "x.yaml")] * 4000]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    )
    assert process.stdout is not None and process.stderr is not None
    with process.stdout, process.stderr:
        process.stdout.readline()
        process.stdout.close()
        told = process.stderr.read()
        process.wait()
    assert "Traceback" not in told and "BrokenPipe" not in told


# ------------------------------------------------------------------ desk and map


def test_the_desk_is_started_with_every_safety_setting() -> None:
    words = desk.streamlit_arguments(8600)
    assert words[0] == "run" and Path(words[1]).name == "app.py" and Path(words[1]).is_file()
    assert {
        "--server.address=127.0.0.1",
        "--server.port=8600",
        "--server.enableXsrfProtection=true",
        "--browser.gatherUsageStats=false",
        "--client.showErrorDetails=none",
        "--client.toolbarMode=minimal",
        "--server.fileWatcherType=none",
        "--server.allowedHosts=127.0.0.1",
    } <= set(words)


@pytest.mark.parametrize(
    ("arguments", "called"),
    [
        (["build"], ("build", None, "syria", Path("maps/syria"))),
        (
            ["build", "--bbox", "1,2,3,4", "--name", "x", "--out", "y"],
            ("build", (1.0, 2.0, 3.0, 4.0), "x", Path("y")),
        ),
        (["import", "Some Town.osm.pbf"], ("osm_import", Path("maps/some_town"), "some_town")),
        (
            ["fetch", "--place", "Palmyra", "--name", "p"],
            ("fetch", None, "Palmyra", "p", Path("maps/p")),
        ),
    ],
)
def test_map_commands_reach_the_map_builder(
    arguments: list[str],
    called: tuple[object, ...],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Some Town.osm.pbf").touch()
    seen: list[tuple[object, ...]] = []

    def records(name: str) -> Any:
        def call(*given: object) -> None:
            *plain, tell = given
            assert callable(tell)
            tell("a sentence")
            seen.append((name, *(p for p in plain if p != Path("Some Town.osm.pbf"))))

        return call

    for name in ("build", "osm_import", "fetch"):
        monkeypatch.setattr(mapbuild, name, records(name))
    assert run("map", *arguments) == 0
    assert seen == [called]
    printed = capsys.readouterr()
    assert printed.err == "a sentence\n" and printed.out.startswith(str(Path(*_folder(called))))


def _folder(called: tuple[object, ...]) -> tuple[str, ...]:
    return next(found.parts for found in called if isinstance(found, Path))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["import", "nothing.osm"], "there is no such file"),
        (["build", "--name", "../up"], "not a name for a map"),
        (["distances", "--map", "nowhere"], "nowhere"),
    ],
)
def test_map_commands_tell_what_is_wrong(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("map", *arguments) == 1
    printed = capsys.readouterr().err
    assert told in printed and "inside the program" not in printed


def test_known_distances_are_shown_beside_those_of_the_map(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("map", "distances") == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 13 and lines[-1] == "10 of 11 within 10 %"


def test_a_port_in_use_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert run("desk", "--no-browser", "--port", str(port)) == 1
    assert str(port) in capsys.readouterr().err


def test_the_desk_hands_over_to_streamlit(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[Sequence[str]] = []

    def runs(name: str, **options: object) -> None:
        seen.append([name, *sys.argv])
        raise SystemExit(0)

    monkeypatch.setattr(desk.runpy, "run_module", runs)
    before = list(sys.argv)
    assert run("desk", "--no-browser") == 0
    assert seen[0][:3] == ["streamlit", "streamlit", "run"]
    assert sys.argv == before
    assert "http://127.0.0.1:" in capsys.readouterr().out


def test_the_browser_opens_once_the_desk_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    answers = iter([OSError("not yet"), None])

    class Opener:
        def open(self, url: str, timeout: float) -> socket.socket:
            found = next(answers)
            if found is not None:
                raise found
            return socket.socket()

    monkeypatch.setattr(desk.urllib.request, "build_opener", lambda *handlers: Opener())
    monkeypatch.setattr(desk.time, "sleep", lambda seconds: None)
    monkeypatch.setattr(desk.webbrowser, "open", opened.append)
    desk._open_when_ready("http://127.0.0.1:1")
    assert opened == ["http://127.0.0.1:1"]


@pytest.mark.skipif(sys.platform == "win32", reason="sends an interrupt as POSIX systems do")
def test_an_interrupt_keeps_the_best_plan_so_far(tmp_path: Path) -> None:
    command = [
        sys.executable, "-m", "planner", "plan", "deir_al_zor_2012", "--time-limit", "5 min",
        "--gap", "0 %", "--no-remedies", "--plan-only", "--json", "--out", str(tmp_path),
    ]  # fmt: skip
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    )
    assert process.stdout is not None and process.stderr is not None
    with process.stdout, process.stderr:
        heard = []
        for line in process.stderr:
            heard.append(line)
            if " · " in line:  # the search has begun
                break
        process.send_signal(signal.SIGINT)
        rest, found = process.stderr.read(), process.stdout.read()
        assert process.wait() == 0, "".join(heard) + rest
    told = json.loads(found)
    assert told["stopped_by"] == "interrupt" and told["verified"] is True
    assert "the best plan so far is kept" in rest
    assert (tmp_path / "plan.json").is_file()


def test_a_place_unknown_to_the_map_is_told_beside_other_faults(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A date in a wrong form and a misspelt place: two faults, and none that only follow."""
    text = assets.scenario_path("deir_al_zor_2012").read_text(encoding="utf-8")
    text = text.replace("start: 2012-12-13T06:00", "start: 13.12.2012 06:00", 1)
    path = tmp_path / "two.yaml"
    path.write_text(text.replace("at: al_joura,", "at: al_jouraa,", 1), encoding="utf-8")
    assert run("check", path) == 1
    first, second = capsys.readouterr().out.splitlines()
    assert "start: cannot take" in first
    assert "'al_jouraa' -> did you mean 'al_joura'?" in second


def test_published_figures_and_remedies_are_told_in_words() -> None:
    figures = {"people": 30000, "bus_trips_low": 500, "bus_trips_high": 600, "ships_low": 5}
    assert published(figures) == [
        ("people", (30000,)), ("bus trips", (500, 600)), ("ships low", (5,)),
    ]  # fmt: skip
    assert published({"_": 1, "x_high": 2}) == [("", (1,)), ("x high", (2,))]
    scenario = load.read(BRIDGE)
    group = scenario.groups[0].id
    helps = Remedy(kind="vehicle", what="one more in Coaches", price=20, gain_persons=2210)
    entry = LeftBehind(group=group, persons=3000, unwilling=False, reason="no seat in time",
                       reason_code="no_seat", remedy=helps)  # fmt: skip
    told = text.stay_words(scenario, entry)
    assert told.endswith(
        "Would help: one more in Coaches: at most 2,210 more people by the relaxed reckoning; "
        "cost 20 on the office's scale."
    )
    assert not re.search(r"price|\(gain|\+2", told)
