"""``planner desk``: the browser app on this machine alone."""

from __future__ import annotations

import argparse
import runpy
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
import webbrowser
from contextlib import suppress
from pathlib import Path

import planner

ADDRESS = "127.0.0.1"
FIRST_PORT = 8501
# Streamlit reads .streamlit/config.toml only from where it is started, so every setting is a flag.
# The first block keeps the desk on this machine, the themes are how it looks.
SETTINGS = {
    "server.address": ADDRESS,
    "server.headless": "true",
    "server.enableCORS": "true",
    "server.enableXsrfProtection": "true",
    "server.maxUploadSize": "2",
    "server.fileWatcherType": "none",
    "server.runOnSave": "false",
    "browser.gatherUsageStats": "false",
    "browser.serverAddress": ADDRESS,
    # A text that stands alone in a page's file is a remark, not something to show.
    "runner.magicEnabled": "false",
    "client.showErrorDetails": "none",
    "client.toolbarMode": "minimal",
    "client.showSidebarNavigation": "true",
    "global.developmentMode": "false",
    "logger.hideWelcomeMessage": "true",
    "theme.light.primaryColor": "#0b5d8a",
    "theme.light.backgroundColor": "#ffffff",
    "theme.light.secondaryBackgroundColor": "#f2f5f7",
    "theme.light.textColor": "#1d2b36",
    "theme.light.borderColor": "#d3dbe1",
    "theme.light.linkColor": "#0b5d8a",
    "theme.dark.primaryColor": "#6ab7e0",
    "theme.dark.backgroundColor": "#11181e",
    "theme.dark.secondaryBackgroundColor": "#1c262e",
    "theme.dark.textColor": "#e6ecf0",
    "theme.dark.borderColor": "#3a4852",
    "theme.dark.linkColor": "#8ccbf0",
    "theme.baseRadius": "small",
    "theme.baseFontSize": "15",
    "theme.metricValueFontSize": "1.3rem",
    "theme.paddingTop": "0.5rem",
    "theme.paddingBottom": "1.5rem",
    "theme.showWidgetBorder": "true",
}


def streamlit_arguments(port: int) -> list[str]:
    """The words after ``streamlit``: the app's file and every setting as a flag."""
    app = Path(planner.__file__).resolve().parent / "ui" / "app.py"
    flags = [f"--{name}={value}" for name, value in SETTINGS.items()]
    # A page elsewhere that points its own name at this machine is refused.
    flags += [f"--server.allowedHosts={host}" for host in (ADDRESS, "localhost")]
    return ["run", str(app), f"--server.port={port}", *flags]


def free_port(wanted: int | None) -> int | None:
    """The wanted port, or the first free one from 8501 on; None where it is taken."""
    for port in [wanted] if wanted else range(FIRST_PORT, FIRST_PORT + 50):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            # A port that only waits after its last user (TIME_WAIT) counts as free.
            if probe.connect_ex((ADDRESS, port)) != 0:
                return port
    return None


def desk(arguments: argparse.Namespace) -> int:
    """Serve until Ctrl-C; 1 where the port is taken."""
    port = free_port(arguments.port)
    if port is None:
        taken = arguments.port or f"{FIRST_PORT}–{FIRST_PORT + 49}"
        print(f"planner: port {taken} is in use; choose another with --port", file=sys.stderr)
        return 1
    address = f"http://{ADDRESS}:{port}"
    print(f"The desk: {address} (this machine alone). Ctrl-C ends it.", flush=True)
    threading.Thread(target=_warm_up, daemon=True).start()
    if not arguments.no_browser:
        threading.Thread(target=_open_when_ready, args=(address,), daemon=True).start()
    before = sys.argv
    sys.argv = ["streamlit", *streamlit_arguments(port)]
    try:
        runpy.run_module("streamlit", run_name="__main__", alter_sys=True)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    finally:
        sys.argv = before
    return 0


def _warm_up() -> None:
    """Import what the first page needs, while the browser is still on its way.

    What is wrong with one of them the page tells, which imports them too.
    """
    with suppress(ImportError):
        import pandas  # noqa: F401

        from planner import charts, pipeline, searches  # noqa: F401


def _open_when_ready(address: str) -> None:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for _ in range(120):
        try:
            with direct.open(f"{address}/_stcore/health", timeout=1):
                webbrowser.open(address)
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.25)
