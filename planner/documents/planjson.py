"""plan.json: the Plan as text, the same bytes for the same plan, and back again."""

from __future__ import annotations

import hashlib
import json

from pydantic import ValidationError

from planner.errors import Issue, ScenarioError
from planner.plan import PLAN_SCHEMA_VERSION, Plan

MAX_BYTES = 256_000_000
_REMEDY = "make the plan again: planner plan SCENARIO"


def dumps(plan: Plan) -> str:
    """The plan in the order of its schema, indented by one, a newline at the end."""
    tree = plan.model_dump(mode="json")
    return json.dumps(tree, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


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


def plan_id(plan: Plan) -> str:
    """A name for exactly this plan: 'SP-' and the first twelve digits of plan.json's SHA-256."""
    return "SP-" + hashlib.sha256(dumps(plan).encode("utf-8")).hexdigest()[:12]
