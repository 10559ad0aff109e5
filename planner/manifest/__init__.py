"""Who is aboard, person by person: blank until the border or the border guard demands a list.

A manifest is of one movement. It is filled in at the assembly point, read from a table, and kept
encrypted from then on: nothing in this package writes it in clear, and no message of a fault says
what stands in a cell. Persons are opaque tokens; names are taken only where a border demands them.

nouns     what a manifest is, and its text
fields    the columns of the blank; what may never be collected
tokens    opaque names of persons
frame     what the plan says of a movement: vehicles, groups, seats, stretchers
reading   a filled table → the manifest, or every row that does not fit
boarding  reports of who boarded, merged whatever their order
recount   who of how many is missing
sealed    encryption with a passphrase in the age format, and the only way to a file
"""

from __future__ import annotations

from planner.manifest.boarding import Conflict, conflicts, merged, read_updates, standing
from planner.manifest.fields import FIELDS, UPDATE_FIELDS, Field, fields_for, forbidden
from planner.manifest.frame import frame_of, frames, group_codes
from planner.manifest.nouns import STATUSES, Frame, Manifest, Passenger, Planned, Update, Vehicle
from planner.manifest.reading import read_passengers
from planner.manifest.recount import Line, Missing, against, missing, recount, under_way
from planner.manifest.sealed import load, save, seal, unseal
from planner.manifest.tokens import is_token, new_tokens

__all__ = [
    "FIELDS", "STATUSES", "UPDATE_FIELDS", "Conflict", "Field", "Frame", "Line", "Manifest",
    "Missing", "Passenger", "Planned", "Update", "Vehicle", "against", "conflicts", "fields_for",
    "forbidden", "frame_of", "frames", "group_codes", "is_token", "load", "merged", "missing",
    "new_tokens", "read_passengers", "read_updates", "recount", "save", "seal", "standing",
    "under_way", "unseal",
]  # fmt: skip
