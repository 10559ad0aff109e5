"""The languages as JSON Schemas (draft-07), for editors: scenarios, and situation reports.

Generated from the nouns into ``config/scenario.schema.json`` and ``config/situation.schema.json``;
``python -m planner.schema`` writes the files anew, a test keeps them fresh. They are narrower than
the reader where an editor should hint (patterns of quantities).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from planner import assets
from planner.scenario import Scenario, Situation

NAME = "scenario.schema.json"
SITUATION = "situation.schema.json"
_MAPS_OF_SCHEMAS = ("properties", "definitions", "patternProperties")
_LISTS_OF_SCHEMAS = ("anyOf", "allOf", "oneOf")
_PLAIN = (str, bool, int, float)


def document() -> dict[str, Any]:
    """The schema as nested dicts."""
    return _titled(Scenario, "Safe Passage scenario", "One crisis to plan for.", _shorthands)


def situation() -> dict[str, Any]:
    """The schema of situation reports as nested dicts."""
    about = "What has become of a running plan, for `planner replan`."
    return _titled(Situation, "Safe Passage situation report", about)


def _titled(
    noun: type[BaseModel], title: str, about: str,
    mend: Callable[[dict[str, Any]], None] = lambda definitions: None,
) -> dict[str, Any]:  # fmt: skip
    raw = noun.model_json_schema(by_alias=True)
    raw["definitions"] = raw.pop("$defs")
    schema: dict[str, Any] = _draft7(raw)
    mend(schema["definitions"])
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        **{key: value for key, value in schema.items() if key != "definitions"},
        "title": title,
        "description": about,
        "definitions": schema["definitions"],
    }


def text(schema: dict[str, Any] | None = None) -> str:
    """A schema (else that of scenarios) as its file holds it."""
    return json.dumps(document() if schema is None else schema, indent=1, ensure_ascii=False) + "\n"


def write(folder: Path | None = None) -> Path:
    """Write both files (into ``config/`` of the checkout) and return the scenarios' path."""
    folder = folder or assets.config_dir()
    path = folder / NAME
    path.write_text(text(), encoding="utf-8", newline="\n")
    (folder / SITUATION).write_text(text(situation()), encoding="utf-8", newline="\n")
    return path


def _shorthands(definitions: dict[str, Any]) -> None:
    """What a validator takes before the shape: one word in the place of a mapping or a list."""
    whole = {"type": ["integer", "string"], "minimum": 0, "pattern": "^[0-9]+$"}
    duration = {"type": "string", "pattern": "^[0-9]", "examples": ["20 min"]}
    _or(definitions, "Count", whole)
    _or(definitions, "Handling", duration)
    _or(definitions, "ShareSpread", {"type": "string", "pattern": r"%\s*$", "examples": ["5 %"]})
    _or(definitions, "DurationSpread", duration)
    _or(definitions, "FactorSpread", {"type": ["number", "string"], "pattern": "^[-+]?[0-9]"})
    hours = definitions["Window"]["properties"]["open"]["anyOf"]
    hours.append({"type": "string", "pattern": "-", "examples": ["06:00-18:00"]})
    # A kind of vehicle may state no more than what differs from the catalogue's.
    definitions["Vehicle"].pop("required")


def _or(definitions: dict[str, Any], name: str, short: dict[str, Any]) -> None:
    description = definitions[name].pop("description")
    definitions[name] = {"description": description, "anyOf": [short, definitions[name]]}


def _draft7(schema: Any) -> Any:
    if not isinstance(schema, dict):
        return schema
    out: dict[str, Any] = {}
    for key, value in schema.items():
        if key in _MAPS_OF_SCHEMAS:
            out[key] = {name: _draft7(inner) for name, inner in value.items()}
        elif key in _LISTS_OF_SCHEMAS:
            out[key] = [_draft7(inner) for inner in value]
        elif key == "prefixItems":
            out["items"], out["additionalItems"] = [_draft7(inner) for inner in value], False
        elif key != "title":
            out[key] = _draft7(value) if isinstance(value, dict) and key != "default" else value
    return _typed(_referring(_defaulted(out)))


def _defaulted(schema: dict[str, Any]) -> dict[str, Any]:
    """Without defaults that an editor could not insert: units turned into seconds, lists, null."""
    default = schema.get("default")
    wrong = isinstance(default, int) and schema.get("type") == "string"
    if "default" in schema and (wrong or not isinstance(default, _PLAIN)):
        schema = {key: value for key, value in schema.items() if key != "default"}
    return schema


def _referring(schema: dict[str, Any]) -> dict[str, Any]:
    """Draft-07 ignores what stands beside ``$ref``: the reference goes into an ``allOf``."""
    if "$ref" not in schema:
        return schema
    target = {"$ref": schema["$ref"].replace("#/$defs/", "#/definitions/")}
    rest = {key: value for key, value in schema.items() if key != "$ref"}
    return {**rest, "allOf": [target]} if rest else target


def _typed(schema: dict[str, Any]) -> dict[str, Any]:
    """YAML decides by looks whether a scalar is a number; the reader types it by its key.

    So a name may look like a number (``radio: 146.5``), and a number may stand in quotes.
    """
    kind = schema.get("type")
    if kind == "integer" and "const" in schema:
        rest = {key: value for key, value in schema.items() if key not in ("type", "const")}
        return {**rest, "enum": [schema["const"], str(schema["const"])]}
    if kind == "string" and "enum" not in schema:
        identifier = schema.get("pattern", "").startswith("^[a-z0-9]")
        if "pattern" not in schema or identifier:
            return {**schema, "type": ["string", "integer" if identifier else "number"]}
    if kind == "integer":
        return {**schema, "type": ["integer", "string"], "pattern": "^[0-9]+$"}
    if kind == "number":
        return {**schema, "type": ["number", "string"], "pattern": "^[-+]?[0-9]"}
    if kind == "boolean":
        return {**schema, "type": ["boolean", "string"], "enum": [True, False, "true", "false"]}
    return schema


if __name__ == "__main__":
    print(write())
