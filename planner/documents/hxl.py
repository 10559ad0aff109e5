"""The HXL row of a table: a hashtag under each heading that the standard (1.1) has one for.

The row is written where it is asked for; nothing here reads one.
"""

from __future__ import annotations

from planner.documents.columns import Column

_PLACES = {
    "id": "#loc+code", "name": "#loc+name", "role": "#loc+type", "lat": "#geo+lat",
    "lon": "#geo+lon", "mgrs": "#geo+mgrs", "degrees": "#geo+coord",
    "at_id": "#loc+code", "at": "#loc+name",
    "from_id": "#loc+origin+code", "from": "#loc+origin+name",
    "to_id": "#loc+dest+code", "to": "#loc+dest+name",
}  # fmt: skip
_TIMES = {
    "load_start": "#date+loading+start", "depart": "#date+depart", "arrive": "#date+arrive",
    "unload_end": "#date+unloading+end", "first_safe": "#date+safe+first",
    "last_safe": "#date+safe+last", "start": "#date+start", "end": "#date+end",
    "time": "#date+pass", "from": "#date+start", "until": "#date+end",
    "latest": "#date+deadline", "first_departure": "#date+depart+first",
}  # fmt: skip
_PEOPLE = {
    "people": "#affected", "persons": "#affected+moving", "stretchers": "#affected+stretchers",
    "out_by_sortie": "#reached+vehicles", "own_means": "#reached+own_means",
    "unwilling": "#affected+unwilling", "left_behind": "#affected+left_behind",
    "group_id": "#group+code", "group": "#group+name",
}  # fmt: skip
_OTHER = {
    "plan": "#meta+plan", "plan_status": "#status+plan", "valid_until": "#date+expiry",
    "convoy": "#activity+code", "movement": "#activity+code", "kind": "#activity+type",
    "mode": "#delivery+mode", "km": "#indicator+distance_km+num", "reason": "#cause",
    "remedy": "#need", "vehicles": "#capacity+vehicles+num", "authorisations": "#access+code",
    "party": "#org+party", "state": "#status", "what": "#meta+field", "value": "#meta+value",
}  # fmt: skip


def tag(column: Column) -> str:
    """The hashtag of a column; empty where there is none that fits."""
    known = _PLACES | _PEOPLE | _OTHER
    for ending in ("_local", "_utc"):
        stem = column.name.removesuffix(ending)
        if stem != column.name and stem in _TIMES:
            return f"{_TIMES[stem]}+{ending[1:]}"
    return known.get(column.name, "")


def row(columns: tuple[Column, ...]) -> list[str]:
    """The whole row, a cell a column."""
    return [tag(column) for column in columns]
