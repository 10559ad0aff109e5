"""The rule of ``conftest.py``: where a browser must run, a browser test that skips has failed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SUITE = """
import pytest

@pytest.fixture
def nothing_there():
    pytest.skip("no Chromium here")

@pytest.mark.browser
def test_fixture_skips(nothing_there): pass

@pytest.mark.browser
@pytest.mark.skip(reason="marked")
def test_marked(): pass

@pytest.mark.browser
def test_body_skips():
    pytest.skip("in the body")

def test_other_skip():
    pytest.skip("not a browser test")
"""


def run(folder: Path, required: str) -> subprocess.CompletedProcess[str]:
    shutil.copy(Path(__file__).with_name("conftest.py"), folder / "conftest.py")
    (folder / "test_it.py").write_text(SUITE, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = browser\n", encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-rA", "-p", "no:cacheprovider", "--rootdir", str(folder)],
        cwd=folder,
        env={
            **os.environ,
            "SAFE_PASSAGE_REQUIRE_BROWSER": required,
            "PYTEST_ADDOPTS": "",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        },
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


# What skips before the test's body counts as an error of its set-up.
@pytest.mark.parametrize(
    ("required", "closing"), [("1", "1 failed, 1 skipped, 2 errors"), ("", "4 skipped")]
)
def test_a_browser_test_may_skip_only_where_no_browser_is_required(
    tmp_path: Path, required: str, closing: str
) -> None:
    done = run(tmp_path, required)
    assert closing in done.stdout, done.stdout + done.stderr
    assert done.returncode == (1 if required else 0)
