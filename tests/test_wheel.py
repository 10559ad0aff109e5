"""The wheel by itself: built, installed where no checkout is in reach, and put to work.

The environment is a fresh one. Its only link to the running one is the folder of the locked
third-party packages, named by a ``.pth`` line; Python reads no ``.pth`` files in a folder found
that way, so the editable install of the checkout stays out of reach.
``test_the_wheel_runs_from_its_own_files`` proves it.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import sysconfig
import time
import urllib.error
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[1]

SCENARIO = """\
schema_version: 1
title: One road out
timezone: Asia/Damascus
start: 2012-12-13T06:00
horizon: 10 h
step: 30 min
places:
  - {id: village, role: assembly_point, at: [35.30, 40.10], loading_bays: 2}
  - {id: haven, role: safe_haven, at: [35.60, 40.00]}
groups:
  - {id: villagers, at: village, people: 60}
vehicles:
  minibus:
    {mode: road, seats: 20, speed: 60 km/h, loading: {fixed: 10 min}, unloading: {fixed: 5 min}}
fleets:
  - {id: minibuses, vehicle: minibus, count: 2, base: haven}
links:
  - {id: the_road, from: village, to: haven, mode: road, length: 30 km, speed: 60 km/h}
"""


@dataclass(frozen=True)
class Installed:
    """A fresh environment with the wheel in it, and a folder to work in outside the checkout."""

    python: Path
    command: Path
    work: Path

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.command), *arguments],
            cwd=self.work,
            env=clean_environment(),
            capture_output=True,
            encoding="utf-8",
            check=False,
        )


def clean_environment() -> dict[str, str]:
    hidden = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    return {**kept, "PYTHONUTF8": "1"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    home = tmp_path_factory.mktemp("environment")
    venv.EnvBuilder(with_pip=False, symlinks=os.name != "nt").create(home)
    scripts = home / ("Scripts" if os.name == "nt" else "bin")
    python = scripts / ("python.exe" if os.name == "nt" else "python")
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"]
    subprocess.run([*pip, "--no-index", "--no-deps", str(wheel)], check=True, capture_output=True)
    asked = [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    site = Path(subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip())
    locked = dict.fromkeys(sysconfig.get_path(name) for name in ("purelib", "platlib"))
    (site / "locked_packages.pth").write_text("\n".join(locked) + "\n", encoding="utf-8")
    work = tmp_path_factory.mktemp("office")
    (work / "one_road.yaml").write_text(SCENARIO, encoding="utf-8")
    return Installed(python, scripts / ("planner.exe" if os.name == "nt" else "planner"), work)


def test_the_wheel_carries_the_package_and_what_it_ships(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
        licences = [name for name in archive.namelist() if name.endswith("licenses/LICENSE")]
    tracked = subprocess.run(
        ["git", "ls-files", "planner", "maps", "config", "scenarios"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    inside = {
        name if name.startswith("planner/") else f"planner/_data/{name}"
        for name in tracked
        if not name.startswith("scenarios/") or name.count("/") == 1
    }
    assert sorted(inside - names) == []
    assert not [name for name in names if "expected" in name or "__pycache__" in name]
    assert not [name for name in names if not name.startswith("planner/")]
    assert licences


def test_the_wheel_runs_from_its_own_files(installed: Installed) -> None:
    told = subprocess.run(
        [str(installed.python), "-c", WHERE],
        cwd=installed.work,
        env=clean_environment(),
        check=True,
        capture_output=True,
        text=True,
    )
    seen = json.loads(told.stdout)
    home = str(installed.python.parents[1])
    assert seen["planner"].startswith(home)
    assert all(seen[name].startswith(home) for name in ("maps", "config", "scenarios"))
    assert all(seen["there"])
    assert str(ROOT) not in seen["path"]


WHERE = """
import json, sys
import planner
from planner import assets
folders = {"maps": assets.maps_dir(), "config": assets.config_dir()}
folders["scenarios"] = assets.scenarios_dir()
print(json.dumps({
    "planner": planner.__file__,
    "path": sys.path,
    "there": [folder.is_dir() for folder in folders.values()],
    **{name: str(folder) for name, folder in folders.items()},
}))
"""


def test_check_finds_maps_and_catalogues_in_the_wheel(installed: Installed) -> None:
    for scenario in sorted(installed.python.parents[1].rglob("_data/scenarios/*.yaml")):
        done = installed.run("check", str(scenario))
        assert done.returncode == 0, done.stdout + done.stderr
    done = installed.run("check", "one_road.yaml")
    assert done.returncode == 0, done.stdout + done.stderr


def test_check_tells_a_fault_and_exits_with_one(installed: Installed) -> None:
    broken = SCENARIO.replace("at: village, people", "at: vilage, people")
    (installed.work / "broken.yaml").write_text(broken, encoding="utf-8")
    done = installed.run("check", "broken.yaml")
    assert done.returncode == 1
    assert "vilage" in done.stdout + done.stderr


def test_plan_brings_everyone_out(installed: Installed) -> None:
    done = installed.run("plan", "one_road.yaml", "--out", "out", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert (told["people"], told["evacuated"], told["left_behind"]) == (60, 60, 0)
    assert told["verified"] is True
    checked = installed.run("verify", str(Path("out") / "plan.json"))
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.fixture
def desk(installed: Installed) -> Iterator[str]:
    """Address of a desk that ``planner desk`` started; ended with all its children afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = installed.work / "desk.log"
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            [str(installed.command), "desk", "--no-browser", "--port", str(port)],
            cwd=installed.work,
            env=clean_environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        address = f"http://127.0.0.1:{port}"
        try:
            wait_until_healthy(address, process, log)
            yield address
        finally:
            end(process)


def wait_until_healthy(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    patience_s = 90.0
    ends = time.monotonic() + patience_s
    while time.monotonic() < ends:
        if process.poll() is not None:
            break
        try:
            if fetch(f"{address}/_stcore/health") == "ok":
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"the desk did not come up:\n{log.read_text(encoding='utf-8')}")


def fetch(url: str) -> str:
    # No proxy: the desk is on this machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=5) as answer:
        return str(answer.read().decode("utf-8"))


def end(process: subprocess.Popen[bytes]) -> None:
    try:
        family = [
            psutil.Process(process.pid),
            *psutil.Process(process.pid).children(recursive=True),
        ]
    except psutil.NoSuchProcess:
        family = []
    for member in family:
        try:
            member.terminate()
        except psutil.NoSuchProcess:
            continue
    _, alive = psutil.wait_procs(family, timeout=10)
    for member in alive:
        member.kill()
    process.wait()


def test_the_desk_answers(desk: str) -> None:
    assert fetch(f"{desk}/_stcore/health") == "ok"
    assert "<title>" in fetch(desk)
