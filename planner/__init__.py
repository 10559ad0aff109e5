"""Safe Passage: a YAML scenario becomes a verified evacuation plan and its route documents."""

__version__ = "0.1.0"
