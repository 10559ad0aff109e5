"""Maps and charts as specifications: plain data, nothing drawn here, no user interface."""

from __future__ import annotations

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
from planner.charts.crowds import Crowd, crowds, havens, most_that_can_leave, safe_at, safe_by
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
from planner.charts.pairs import evacuation_curves, pair_points
from planner.charts.progress import search_curve, search_rows
from planner.charts.specs import (
    convoy_gantt,
    convoy_lanes,
    convoy_rows,
    evacuation_curve,
    evacuation_points,
    gantt_rows,
)  # fmt: skip

__all__ = [
    "Convoy", "Crowd", "Exposure", "Load", "MapSpec", "Track", "backdrop", "bounds", "convoy_gantt",
    "convoy_ids", "convoy_label", "convoy_lanes", "convoy_rows", "convoy_track", "convoys",
    "crowds", "evacuation_curve", "evacuation_curves", "evacuation_points", "exposure",
    "exposure_map", "exposure_rows", "gantt_rows", "havens", "leg_track", "link_layer",
    "load_curve", "load_rows", "loads", "map_layers", "most_that_can_leave", "overheads",
    "pair_points", "position", "safe_at", "safe_by", "search_curve", "search_rows", "self_track",
    "threat_layer", "track", "trips",
]  # fmt: skip
