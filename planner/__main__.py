"""``python -m planner``: the command line where no ``planner`` command was installed."""

from __future__ import annotations

import sys

from planner.cli import main

if __name__ == "__main__":
    sys.exit(main())
