"""What might happen, by number: draw k of seed s is the same whoever asks, and however many ask.

luck     named streams of chance, each its own: a new quantity moves none of the others
draw     one draw of everything that a scenario is not sure of             (Draw, draw)
effects  what the draw's events do to links, places, permissions, threats   (Effects)
worlds   the scenario as it is in one draw, to be planned like any other    (world)
"""

from __future__ import annotations

from planner.draws.draw import Draw, Happening, Misfortune, draw, nothing_happens
from planner.draws.effects import Effects
from planner.draws.luck import Luck
from planner.draws.worlds import world

__all__ = [
    "Draw", "Effects", "Happening", "Luck", "Misfortune", "draw", "nothing_happens", "world",
]  # fmt: skip
