"""Fixtures shared by all tests, and the rule that a browser test may not skip where it must run."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator

import pytest

REQUIRE_BROWSER = "SAFE_PASSAGE_REQUIRE_BROWSER"
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


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Path of the installed Chromium; the test skips where there is none."""
    named = os.environ.get("SAFE_PASSAGE_CHROMIUM")
    path = named or next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.skip("no Chromium: install Debian's chromium or set SAFE_PASSAGE_CHROMIUM")
    return path
