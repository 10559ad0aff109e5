"""The desk's front door; the pages live in ``planner/ui/``."""

from __future__ import annotations

from planner.ui.app import main

main()
