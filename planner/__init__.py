"""Safe Passage plans the evacuation of people from conflict zones, from YAML scenario to verified plan."""

__version__ = "0.1.0"
