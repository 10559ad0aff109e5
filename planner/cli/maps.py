"""``planner map``: build, import, fetch a region's map; its distances beside known ones."""
