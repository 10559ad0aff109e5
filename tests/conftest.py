"""Fixtures shared by all tests, and the rule that a browser test may not skip where it must run."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from planner.pipeline import Limits, Result
    from tests.ready_plans import Made

REQUIRE_BROWSER = "SAFE_PASSAGE_REQUIRE_BROWSER"
os.environ["SAFE_PASSAGE_CACHE"] = ""  # no test depends on what another one has planned before
# No test ever touches what a planner has on this machine.
os.environ["SAFE_PASSAGE_DESK"] = tempfile.mkdtemp(prefix="safe-passage-tests-")
atexit.register(shutil.rmtree, os.environ["SAFE_PASSAGE_DESK"], ignore_errors=True)
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "msedge")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where SAFE_PASSAGE_REQUIRE_BROWSER=1, a skipped test with the browser marker has failed."""
    report = yield
    required = os.environ.get(REQUIRE_BROWSER) == "1"
    if required and report.skipped and item.get_closest_marker("browser"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} skipped where a browser is required: {reason}"
    return report


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """``--dist loadfile`` begins with the files that take longest."""
    if config.getvalue("dist") != "loadfile":
        return None
    from tests.spreading import Spreading

    config.option.loadscopereorder = False  # by number of tests
    return Spreading(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if "PYTEST_XDIST_WORKER" in os.environ:
        from tests.spreading import longest_first

        longest_first(items)


@pytest.fixture(scope="session", autouse=True)
def no_bound_above_its_value() -> Iterator[None]:
    """A plan that contradicts its bound shows that the bound is wrong, whatever a test looks at."""
    from planner import pipeline

    told = pipeline.level_result

    def watched(*args: Any) -> Any:
        level = told(*args)
        assert not level.method.startswith(pipeline.CONTRADICTED[:5]), level.method
        return level

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "level_result", watched)
        yield


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Path of the installed Chromium; the test skips where there is none."""
    named = os.environ.get("SAFE_PASSAGE_CHROMIUM")
    path = named or next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.skip("no Chromium: install Debian's chromium or set SAFE_PASSAGE_CHROMIUM")
    return path


# What a case is given in a test run. Base cases are planned to the end by count of rounds, so that
# their figures do not hang on the machine; the others for some seconds: a plan is there early.
BASE_ROUNDS = 150
SEARCH_S = {"what_if": 10.0, "small": 5.0}


def limits_of(what_if: str | None, kind: str = "crisis") -> Limits:
    """How long a case is planned in a test run."""
    from planner.pipeline import Limits

    if kind == "crisis" and what_if is None:
        return Limits(node_limit=BASE_ROUNDS)
    return Limits(time_s=SEARCH_S["small" if kind == "small" else "what_if"])


@pytest.fixture(scope="session")
def solved() -> Callable[[str, str | None], Result]:
    """Plans a shipped scenario (or a ``small_…`` of tests/scenarios) once in a test run."""
    from planner import assets, load, pipeline

    plans: dict[tuple[str, str | None], Result] = {}

    def plan(name: str, what_if: str | None = None) -> Result:
        if (name, what_if) not in plans:
            small = name.startswith("small_")
            folder = Path(__file__).parent / "scenarios"
            path = folder / f"{name}.yaml" if small else assets.scenario_path(name)
            limits = limits_of(what_if, "small" if small else "crisis")
            scenario = load.read(path, what_if)
            plans[name, what_if] = pipeline.make_plan(scenario, limits, remedies=False)
        return plans[name, what_if]

    return plan


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Two plans of the small bridge, as bytes of plan.json."""
    from tests import ready_plans

    return ready_plans.made(tmp_path_factory)
