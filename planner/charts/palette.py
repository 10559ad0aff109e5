"""Colours that colour-blind readers can tell apart, and a sign beside each: never colour alone.

The palette is Okabe and Ito's "Color Universal Design" (2008), eight colours.
"""

from __future__ import annotations

from planner.wording import word

BLACK = "#000000"
ORANGE = "#E69F00"
SKY = "#56B4E9"
GREEN = "#009E73"
YELLOW = "#F0E442"
BLUE = "#0072B2"
VERMILLION = "#D55E00"
PURPLE = "#CC79A7"
GREY = "#7F7F7F"
"""No colour of theirs: what can be read on a light page and on a dark one."""

MODE_COLOURS = {
    "road": BLUE,
    "sea": GREEN,
    "river": SKY,
    "air": PURPLE,
    "car": ORANGE,
    "foot": ORANGE,
}
MODE_SIGNS = {"road": "R", "sea": "S", "river": "V", "air": "A", "car": "C", "foot": "F"}
MODE_WORDS = {
    "road": word("road convoy"),
    "sea": word("ship"),
    "river": word("river boat"),
    "air": word("aircraft"),
    "car": word("private cars"),
    "foot": word("people on foot"),
}

THREAT_COLOUR = VERMILLION
LINK_COLOURS = {"operational": "#666666", "restricted": ORANGE, "closed": VERMILLION}

ROLE_COLOURS = {
    "safe_haven": GREEN,
    "assembly_point": BLACK,
    "hospital": VERMILLION,
    "evacuation_control_point": BLUE,
    "embarkation_port": BLUE,
    "embarkation_airport": PURPLE,
    "border_crossing": ORANGE,
    "staging_base": "#666666",
}
ROLE_SIGNS = {
    "safe_haven": "H",
    "assembly_point": "A",
    "hospital": "+",
    "evacuation_control_point": "E",
    "embarkation_port": "P",
    "embarkation_airport": "F",
    "border_crossing": "X",
    "staging_base": "B",
}
ROLE_WORDS = {
    "safe_haven": word("safe haven"),
    "assembly_point": word("assembly point"),
    "hospital": word("hospital"),
    "evacuation_control_point": word("evacuation control point"),
    "embarkation_port": word("port of embarkation"),
    "embarkation_airport": word("airport of embarkation"),
    "border_crossing": word("border crossing"),
    "staging_base": word("staging base"),
}


def rgb(colour: str) -> list[int]:
    """'#0072B2' → [0, 114, 178], as map layers want it."""
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
