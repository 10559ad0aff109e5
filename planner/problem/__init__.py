"""The evacuation problem: who is to be moved, by what, within which shared limits.

Constraints in English (ids as in the verifier):

C1 people are conserved: a commodity's units leave home at most once; what reaches a hub leaves it.
C2 a mover's movements follow each other in place and time, inside its availability, to safety.
C3 seats and stretcher places of a departure hold who rides on it.
C4 loading and unloading are part of every movement.
C5 bays, berths and stands at a place hold the vehicles that are on them at any moment.
C6 slots, processing and border rates hold in any half-open 60 minutes.
C7 who waits at a hub fits in, and a haven takes in no more than its total and its day's limit.
C8 a link takes no more than its capacity in any half-open 60 minutes.
C9 a movement starts only where every window on its way is open while it is there.
C10 a movement starts only where every party on its way has granted it.
C11 a commodity boards only what it accepts.
C12 escorted vehicles move as formations of up to ``ratio`` ships and one escort.
C13 vehicles that go in convoys move as formations of a convoy's size, a headway apart.
C14 no movement is longer than a vehicle's range or a crew's duty; ``Rota`` follows both.
C15 a mover goes only to places that it fits.
C16 households travel whole: counted in persons here, packed by ``schedule``.
C17 arriving after the deadline, or never, counts in the second level.
C18 commitments are movements that one vehicle must make, before anything else that it does.
"""

from planner.problem.commodities import commodities_of
from planner.problem.limits import local_days, working
from planner.problem.model import (
    HUB_ROLES,
    Commodity,
    Conveyance,
    EvacuationProblem,
    Limit,
)  # fmt: skip
from planner.problem.posing import pose

__all__ = [
    "HUB_ROLES",
    "Commodity",
    "Conveyance",
    "EvacuationProblem",
    "Limit",
    "commodities_of",
    "local_days",
    "pose",
    "working",
]
