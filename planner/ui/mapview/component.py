"""Where Streamlit finds the map's files, and the component that shows them.

The files lie in ``browser/``: ours, and MapLibre GL JS unmodified (``VENDORED.json`` names version
and hashes). Streamlit serves such a folder only where a package's manifest names it, and reads the
manifests of installed distributions alone; the desk also runs from a checkout, so it hands its
manifest over itself.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

import planner

PROJECT = "safe-passage"
NAME = f"{PROJECT}.map"
FOLDER = Path(__file__).resolve().parent / "browser"
EVENTS = ("failed", "time", "view", "clicked", "drawn")


def component() -> Callable[..., Any]:
    """The mounting command of the running Streamlit."""
    from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
    from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

    manager = get_bidi_component_manager()
    if manager.get_component_asset_root(NAME) is None:
        entry = ComponentConfig(NAME.removeprefix(f"{PROJECT}."), FOLDER.name)
        manifest = ComponentManifest(PROJECT, planner.__version__, [entry])
        manager.register_from_manifest(manifest, FOLDER.parent)
    return st.components.v2.component(NAME, js="mapview.mjs", css="mapview.css")
