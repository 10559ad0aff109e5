"""plan.json: the Plan as text, the same bytes for the same plan, and back again."""

from __future__ import annotations

import json

from pydantic import ValidationError

from planner.errors import Issue, ScenarioError
from planner.plan import PLAN_SCHEMA_VERSION, Plan, dumps, plan_id

__all__ = ["dumps", "loads", "plan_id"]

MAX_BYTES = 256_000_000
_REMEDY = "make the plan again: planner plan SCENARIO"


def loads(text: str, file: str = "plan.json") -> Plan:
    """Text → Plan. Raises ScenarioError with every fault where it is not a plan of this version."""
    if len(text) > MAX_BYTES:
        raise ScenarioError([Issue(file, 0, "", "too large for a plan", _REMEDY)])
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError) as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else 0
        told = error.msg if isinstance(error, json.JSONDecodeError) else "nested too deeply"
        raise ScenarioError([Issue(file, line, "", f"not JSON: {told}", _REMEDY)]) from error
    version = tree.get("schema_version") if isinstance(tree, dict) else None
    if version != PLAN_SCHEMA_VERSION:
        problem = f"not a plan of schema version {PLAN_SCHEMA_VERSION} (got {str(version)[:20]})"
        raise ScenarioError([Issue(file, 0, "schema_version", problem, _REMEDY)])
    try:
        return Plan.model_validate_json(text)
    except ValidationError as error:
        raise ScenarioError(
            Issue(file, 0, ".".join(str(part) for part in fault["loc"]), fault["msg"], _REMEDY)
            for fault in error.errors(include_url=False, include_input=False)
        ) from error
