"""Maps and charts as specifications: plain data, nothing drawn here, no user interface."""

from __future__ import annotations

from planner.charts.claims import Standing, Unsourced, standing, without_source
from planner.charts.convoys import (
    Convoy,
    Track,
    convoy_ids,
    convoy_track,
    convoys,
    leg_track,
    overheads,
    position,
    self_track,
    track,
)  # fmt: skip
from planner.charts.crowds import (
    Crowd,
    crowd_steps,
    crowds,
    havens,
    most_that_can_leave,
    safe_at,
    safe_by,
)  # fmt: skip
from planner.charts.exposure import Exposure, exposure, exposure_map, exposure_rows
from planner.charts.layers import (
    MapSpec,
    backdrop,
    bounds,
    convoy_label,
    link_layer,
    map_layers,
    threat_layer,
    trips,
)  # fmt: skip
from planner.charts.loads import Load, load_curve, load_rows, loads
from planner.charts.moments import (
    changes,
    dangers_at,
    holder_at,
    holder_spans,
    in_danger_at,
    link_spans,
    link_state,
    opening,
    people_at,
    windows_at,
)  # fmt: skip
from planner.charts.pairs import evacuation_curves, pair_points
from planner.charts.progress import search_curve, search_rows
from planner.charts.shapes import link_geometries, zone_geometries
from planner.charts.specs import (
    convoy_gantt,
    convoy_lanes,
    convoy_rows,
    evacuation_curve,
    evacuation_points,
    gantt_rows,
)  # fmt: skip

__all__ = [
    "Convoy", "Crowd", "Exposure", "Load", "MapSpec", "Standing", "Track", "Unsourced", "backdrop",
    "bounds", "changes", "convoy_gantt", "convoy_ids", "convoy_label", "convoy_lanes",
    "convoy_rows", "convoy_track", "convoys", "crowd_steps", "crowds", "dangers_at",
    "evacuation_curve", "evacuation_curves", "evacuation_points", "exposure", "exposure_map",
    "exposure_rows", "gantt_rows", "havens", "holder_at", "holder_spans", "in_danger_at",
    "leg_track", "link_geometries", "link_layer", "link_spans", "link_state", "load_curve",
    "load_rows", "loads", "map_layers", "most_that_can_leave", "opening", "overheads",
    "pair_points", "people_at", "position", "safe_at", "safe_by", "search_curve", "search_rows",
    "self_track", "standing", "threat_layer", "track", "trips", "windows_at", "without_source",
    "zone_geometries",
]  # fmt: skip
