"""The register of the model's constraints: what each says, which rules judge it, how it is relaxed.

It imports nothing of the witness: rules are named as in ``RULES``.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Constraint:
    """One constraint of the model.

    ``id`` is C1 to C18, ``english`` what it says, ``rules`` the names of the witness' rules that
    judge it, ``in_bound`` what a proven bound allows in its place.
    """

    id: str
    english: str
    rules: tuple[str, ...]
    in_bound: str


REGISTER: tuple[Constraint, ...] = (
    Constraint(
        "C1",
        "People are conserved: whoever leaves home reaches a haven, by way of hubs or straight, "
        "nobody leaves before being ready, and all others are told of as left behind.",
        ("C1 people", "C1 chain", "C1 ready"),
        "Kept, in fractions of people; in a hub, comings and goings balance over a span of time.",
    ),
    Constraint(
        "C2",
        "Vehicles are conserved: each starts at its base, goes on from where it stands, moves "
        "inside its fleet's window, and ends where no threat is to come, or at base.",
        ("C2 vehicles", "C2 availability", "C2 end"),
        "Kept in every itinerary; itineraries may be driven by fractions of vehicles.",
    ),
    Constraint(
        "C3",
        "Seats, stretcher places, payload and private cars hold who is on board.",
        ("C3 capacity",),
        "Kept for the vehicles of a departure together, in fractions of people.",
    ),
    Constraint(
        "C4",
        "Loading and unloading take their time, and a ride takes as long as its route.",
        ("C4 handling", "C4 ride"),
        "Loading and unloading take their fixed time only.",
    ),
    Constraint(
        "C5",
        "Loading bays and berths hold the vehicles that load or unload, stands all aircraft on the "
        "ground.",
        ("C5 bays", "C5 berths", "C5 stands"),
        "Kept where it was violated; with hubs at first on average over half an hour.",
    ),
    Constraint(
        "C6",
        "In any half-open 60 minutes slots and processing stay within their rate.",
        ("C6 slots", "C6 processing"),
        "Kept where it was violated; with hubs at first on average over two hours.",
    ),
    Constraint(
        "C7",
        "People who wait at a hub fit in, and a haven takes in no more than its total and its "
        "limit a day.",
        ("C7 waiting", "C7 intake"),
        "Kept where it was violated, in fractions of people.",
    ),
    Constraint(
        "C8",
        "In any half-open 60 minutes no more enter a link than its capacity, convoys, private cars "
        "and walkers together.",
        ("C8 links",),
        "Kept where it was violated; with hubs at first on average over two hours.",
    ),
    Constraint(
        "C9",
        "A movement is under way, on its links and at its places only while they are open.",
        ("C9 windows", "C9 closures"),
        "Kept for the relaxed movement, whose loading and unloading are shorter.",
    ),
    Constraint(
        "C10",
        "Whoever holds the ground has granted this kind of movement; what a what-if assumes is "
        "told as a condition.",
        ("C10 authorisation", "C10 conditions"),
        "Kept for the relaxed movement, whose loading and unloading are shorter.",
    ),
    Constraint(
        "C11",
        "Nobody is taken past or with whom they refuse, or to a haven that they do not accept.",
        ("C11 acceptability",),
        "Kept.",
    ),
    Constraint(
        "C12",
        "Who needs an escort goes with one, at the pace of the slowest; an escort takes along no "
        "more than its ratio.",
        ("C12 escort",),
        "Escorted vehicles move singly, as long as there is an escort at all.",
    ),
    Constraint(
        "C13",
        "Vehicles of a fleet that leave together are a whole number of convoys, each from the "
        "smallest to the largest size, at one speed and with their headway.",
        ("C13 convoy",),
        "Vehicles move singly; by one route no more leave with people in the span of a headway "
        "than one convoy holds.",
    ),
    Constraint(
        "C14",
        "No crew is on duty for too long between two rests, no vehicle goes further than its range "
        "between two fillings, and no leg is longer than the range.",
        ("C14 duty", "C14 fuel", "C14 range"),
        "No leg is longer than a duty or the range. Summed over a fleet: in any span of a duty and "
        "a rest nobody works longer than a duty, and fillings take their time for every range "
        "driven; where crews rest and vehicles fill up is open.",
    ),
    Constraint(
        "C15",
        "Water, berth, runway, road and the places that a fleet serves fit the vehicle.",
        ("C15 fitness",),
        "Kept.",
    ),
    Constraint(
        "C16",
        "Households, and patients with their companions, travel whole.",
        ("C16 households",),
        "Households may be split.",
    ),
    Constraint(
        "C17",
        "Who arrives after the deadline, or never, is counted as missed.",
        ("C17 deadlines",),
        "Kept, in fractions of people.",
    ),
    Constraint(
        "C18",
        "What was promised happens: that vehicle, from there to there, at that moment, with at "
        "least those people.",
        ("C18 commitments",),
        "Promised movements are made, with fractions of people.",
    ),
)
"""C1 to C18 in order. Rules without a number judge what the plan says of itself, or house rules."""
