"""Authorisations and windows."""

from __future__ import annotations

from planner.load.sense.look import Look
from planner.scenario import Authorisation, Window


def look_at(look: Look) -> None:
    """Every authorisation and window."""
    for permission in look.scenario.authorisations:
        _assumed(look, permission)
    for window in look.scenario.windows:
        _window(look, window)


def _assumed(look: Look, permission: Authorisation) -> None:
    if permission.assume is None or permission.state == "requested":
        return
    path = look.item("authorisations", permission.id, "assume")
    if permission.state == "granted":
        look.warn(path, "granted already: nothing to assume", "leave `assume:` out")
    else:
        problem = f"one that is {permission.state} cannot be assumed"
        look.error(path, problem, "assume only what is requested")


def _window(look: Look, window: Window) -> None:
    path = look.item("windows", window.id)
    if window.open is None and not window.closed and not window.suspends:
        problem = "says neither when it is open nor when it is closed"
        look.error(path, problem, "add `open:`, `closed:` or `suspends:`")
    if window.open == ():
        look.error((*path, "open"), "no hours at all", "write `closed: [00:00-24:00]`")
