"""The small plan of the documents with something to hide in every field that the language has.

Names and remarks are words that stand nowhere else, so that each can be found by itself; 3,917
people whom nobody fetches make counts that no other number is.
"""

from __future__ import annotations

import copy
import dataclasses
from functools import cache
from typing import Any

from planner import network, verify
from planner.plan import LeftBehind
from planner.redact import Whole
from planner.scenario import Origin, Scenario
from tests import paper_case

CROWD = 3917
_MORE: dict[str, list[dict[str, Any]]] = {
    "places": [
        {"id": "cellar_nine", "name": "Cellar Nine", "role": "hospital", "control": "council",
         "at": ["35.26131", "40.08827"], "protected": "true", "handover_point": "town",
         "comment": "behind the quince tree"},
        {"id": "quarry", "name": "Jasper quarry", "role": "assembly_point",
         "at": ["35.21", "40.21"], "because": "the wardens of the quarry said so"},
    ],
    "groups": [
        {"id": "quarry_people", "name": "Quarrymen and kin", "at": "quarry", "people": str(CROWD),
         "refuses": ["council"], "source": "Wainwright's tally of the quarry"},
        {"id": "cellar_wounded", "name": "Wounded of the cellar", "at": "cellar_nine",
         "people": "7", "companions": "0", "precedence": "urgent"},
    ],
    "fleets": [
        {"id": "moth_trucks", "name": "Moth lorries", "vehicle": "lorry", "count": "1",
         "base": "quarry",
         "vehicles": [{"plate": "QX 4417", "driver": "Orlando Quill", "call_sign": "nightjar",
                       "radio": "146.520"}]},
    ],
    "threats": [
        {"id": "kestrel_fire", "name": "Kestrel battery",
         "zone": {"places": ["town", "cellar_nine"]}, "rate": "0.037 per 1000 person-hours",
         "because": "two shells a day since Tuesday"},
    ],
    "control": [
        {"id": "ochre_belt", "name": "Ochre belt", "party": "militia",
         "zone": {"polygon": [["35.0", "39.0"], ["35.0", "39.1"], ["35.05", "39.1"]]}},
    ],
    "authorisations": [
        {"id": "ochre_leave", "name": "Leave for the ochre belt", "party": "militia",
         "state": "refused", "over": ["ochre_belt"], "conditions": "no uniforms after vespers"},
    ],
    "notifications": [
        {"id": "vesper_note", "name": "Vesper note", "party": "militia", "state": "sent",
         "sent_at": "2012-12-13T06:30"},
        {"id": "harbour_note", "name": "Harbour note", "party": "navy", "state": "drafted"},
    ],
    "windows": [
        {"id": "larkspur_pause", "name": "Larkspur pause", "kind": "pause", "open": ["07:00-11:00"],
         "places": ["gate"], "suspends": ["kestrel_fire"]},
    ],
    "parties": [{"id": "militia", "name": "Ochre militia", "name_ar": "ميليشيا المغرة"}],
}  # fmt: skip


def tree() -> dict[str, Any]:
    """The scenario as text."""
    made = copy.deepcopy(paper_case.TREE)
    for key, items in _MORE.items():
        made[key] = [*made.get(key, []), *items]
    made["vehicles"]["lorry"] = {
        "mode": "road", "seats": "20", "speed": "50 km/h", "loading": "20 min",
        "unloading": "10 min", "name": "Lorry with benches",
    }  # fmt: skip
    bus = {**made["vehicles"]["bus"], "comment": "brakes looked after by Tallow"}
    made["vehicles"]["bus"] = bus
    made["groups"][0] |= {"precedence": "priority", "comment": "of the Merciful Clinic's ward"}
    made["fleets"][0]["vehicles"] += [
        {"plate": "BX 2291", "driver": "Ursula Fenn", "call_sign": "bittern", "radio": "151.940"}
    ]
    made["fleets"][2]["vehicles"] = [{"name": "Sea Holly", "call_sign": "razorbill"}]
    made["overrides"] = {"thistle_closes": {"links[bridge].status": "closed"}}
    made["what_ifs"] = {"thistle_case": ["thistle_closes"]}
    return made


@cache
def whole() -> Whole:
    """The plan; the crowd of the quarry and the cellar's wounded are left behind."""
    text = tree()
    origin = Origin(file="town.yaml", sha256="ab" * 32, what_if="leave_assumed", tree=text)
    made = Scenario.model_validate(text).with_origin(origin)
    found = network.build(made, None)
    planned = paper_case.plan(made, found)
    more = [
        LeftBehind(group=group, persons=persons, unwilling=False, reason_code="no_route",
                   reason=reason)
        for group, persons, reason in (
            ("quarry_people", CROWD, "no lorry crosses the ochre belt"),
            ("cellar_wounded", 7, "Cellar Nine has no ramp"),
        )
    ]  # fmt: skip
    planned = planned.model_copy(
        update={"left_behind": (*planned.left_behind, *more), "people": planned.people + CROWD + 7}
    )
    verdict = verify.check(planned, made, found)
    return Whole(dataclasses.replace(verdict, violations=(), status="CONDITIONAL"))
