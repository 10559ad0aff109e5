"""Words for what plans and scenarios write as codes, and the marks of those that are words already.

``Paper.say`` tells any of them in the paper's language.
"""

from __future__ import annotations

from planner.wording import word, words

LEVELS = {
    "left_behind": word("left behind"),
    "missed_deadlines": word("missed deadlines"),
    "harm": word("expected harm"),
    "changes": word("changes of the running plan"),
    "arrival": word("sum of arrival times"),
    "effort": word("effort"),
}
"""What the objective levels are called."""

REASONS = {
    "unwilling": word("they stay by choice"),
    "no_route": word("no way out is known"),
    "not_authorised": word("a permission is missing"),
    "unacceptable": word("they do not accept a party or escort on the way"),
    "closed": word("the way is closed"),
    "risk_cap": word("every way is more dangerous than is allowed"),
    "no_fit": word("no vehicle can take them"),
    "no_seat": word("no seat is left"),
    "too_late": word("nobody can get there in time"),
    "haven_full": word("the safe havens are full"),
}
"""Why people are left behind, by reason code; the plan itself has a sentence in English."""

REMEDIES = {
    "vehicle": word("one more vehicle"),
    "window_hour": word("one more hour"),
    "authorisation": word("a permission"),
    "acceptance": word("acceptance of a party or escort"),
    "link": word("a closed road opened"),
    "link_capacity": word("more room on a road"),
    "intake": word("more room at a safe haven"),
    "berth": word("one more berth, stand or bay"),
    "horizon_day": word("one more day"),
    "risk_cap": word("a higher limit of danger"),
    "slots": word("more slots"),
    "pause": word("a pause of the fighting"),
    "processing": word("faster registration"),
    "not_searched": word("none was searched"),
    "none_found": word("none was found"),
}
"""Kinds of remedies."""

STATUS = words("OPTIMAL", "FEASIBLE", "NO_PLAN_IN_TIME", "PROVEN_IMPOSSIBLE", "gap", "time",
               "nodes", "interrupt", "VERIFIED", "CONDITIONAL", "FAILED")  # fmt: skip
UNITS = words("persons", "expected casualties", "person-hours", "effort points")
STATES = words("requested", "granted", "refused", "expired", "drafted", "sent", "acknowledged",
               "superseded", "in time", "late", "not needed", "unknown", "authorisation",
               "notification")  # fmt: skip
MODES = words("road", "sea", "river", "air", "car", "foot", "ride")
KINDS = words("people", "empty", "escort", "team in", "aid in", "own means", "seat", "stretcher",
              "yes", "no")  # fmt: skip
NOTICES = words("emergency evacuation", "movement", "static site", "start", "edge of the ground",
                "end", "boarding", "alighting", "added", "dropped", "times", "way", "vehicles",
                "permission", "draft")  # fmt: skip
FIGURES = words("low", "base", "high", "confirmed", "probable", "doubtful", "urgent", "priority",
                "routine")  # fmt: skip
ABOARD = words("Passengers", "Patients, urgent", "Patients, priority", "Patients, routine")
"""What readers outside are told of who is on board."""
ROADS = words("motorway", "trunk", "primary", "secondary", "tertiary", "unclassified",
              "residential", "living_street", "service", "track", "path", "road", "sea_lane",
              "flight")  # fmt: skip
"""Classes of roads, as OpenStreetMap has them."""
LINKS = words("operational", "restricted", "closed", "contested")
WINDOWS = words("daylight", "curfew", "pause", "weather", "sea_state", "other")
COMPARED = words("people", "evacuated", "by vehicles", "by own means", "left behind",
                 "stay by choice", "clearance", "sorties", "harm of staying", "expected harm",
                 "missed deadlines", "sum of arrival times", "effort")  # fmt: skip
"""What the comparison of two plans calls its figures."""

VEHICLES = words(
    "Coach", "Minibus", "City bus", "Truck with benches", "Taxi or private car with driver",
    "Ambulance", "Four-wheel-drive ambulance", "Large landing ship (Ropucha class)",
    "Chartered passenger and car ferry", "Destroyer (escort)", "Frigate (escort)", "Small boat",
    "Ilyushin Il-76", "Ilyushin Il-62", "Yakovlev Yak-42",
)  # fmt: skip
"""What the kinds of vehicles that come with the program are called (config/vehicles.yaml)."""
