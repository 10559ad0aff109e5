"""A tree of texts → a Scenario, or every fault of its shape in the words of the language."""

from __future__ import annotations

import re
import types
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from planner.errors import Issue
from planner.load.spelling import VERY, meant, near
from planner.load.yamltext import Node, Path, Step
from planner.scenario import Scenario

# "state a percentage, for example '85 %' (got '85')" is remedy and finding in one.
_REMEDY_GOT = re.compile(r"(?P<remedy>.+) \(got (?P<got>.*)\)", re.DOTALL)
_REMEDY_AFTER = re.compile(r"(?P<problem>.+?)[;,] (?P<remedy>(?:write|make|known:) .+)", re.DOTALL)
MISSING, UNKNOWN = "missing", "unknown key"
_WANTED = {
    "model_type": "keys with values",
    "dict_type": "keys with values",
    "tuple_type": "a list",
    "list_type": "a list",
    "string_type": "text",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "datetime_type": "a time",
}

_STAND_INS: dict[str, Any] = {
    "title": "?",
    "timezone": "UTC",
    "start": "2000-01-01",
    "horizon": "30 days",
}
_STAND_INS |= {"step": "30 min", "places": []}
_TIMES = frozenset({"timezone", "start", "horizon"})


def without_nulls(tree: Any) -> Any:
    """A key with nothing behind it is as if it were not written (in overrides null removes)."""
    if isinstance(tree, dict):
        return {
            key: value if key == "overrides" else without_nulls(value)
            for key, value in tree.items()
            if value is not None
        }
    if isinstance(tree, list):
        return [without_nulls(item) for item in tree]
    return tree


def build(root: Node, file: str) -> tuple[Scenario | None, list[Issue]]:
    """The typed Scenario, or None and one Issue for each thing that does not fit."""
    try:
        return Scenario.model_validate(without_nulls(root.plain)), []
    except ValidationError as error:
        return None, issues_of(error, root, file, Scenario)


def salvage(root: Node) -> tuple[Scenario | None, bool]:
    """The Scenario without the parts that do not fit, so that the rest can be looked at too.

    Items of lists and values of mappings at the top are left out whole. The flag tells whether its
    times mean anything (start, horizon and zone were there).
    """
    tree = without_nulls(root.plain)
    for _ in range(3):
        try:
            whole = {**_STAND_INS, **tree}
            return Scenario.model_validate(whole), tree.keys() >= _TIMES
        except ValidationError as error:
            tree = _less(tree, [details["loc"] for details in error.errors(include_url=False)])
    return None, False


def _less(tree: dict[str, Any], faulty: list[tuple[int | str, ...]]) -> dict[str, Any]:
    out = dict(tree)
    nested = {loc[:3] for loc in faulty if len(loc) > 2 and _is_listed(tree, loc)}
    gone = {loc[:2] for loc in faulty if loc[:3] not in nested}
    for key, value in tree.items():
        if (key,) in gone:
            del out[key]
        elif isinstance(value, list):
            out[key] = [item for i, item in enumerate(value) if (key, i) not in gone]
        elif isinstance(value, dict):
            out[key] = {
                k: _without(item, {loc[2] for loc in nested if loc[:2] == (key, k)})
                for k, item in value.items()
                if (key, k) not in gone
            }
            if any(loc[:1] == (key,) and len(loc) == 2 and loc[1] not in value for loc in faulty):
                del out[key]
        elif any(loc[:1] == (key,) for loc in faulty):
            del out[key]
    return out


def _is_listed(tree: dict[str, Any], loc: tuple[int | str, ...]) -> bool:
    """Whether a location is an item of a list in a section: ``uncertainty.events[3]``."""
    section = tree.get(str(loc[0]))
    return isinstance(section, dict) and isinstance(section.get(loc[1]), list)


def _without(value: Any, gone: set[int | str]) -> Any:
    """A list without the items of these numbers; anything else as it is."""
    if not gone or not isinstance(value, list):
        return value
    return [item for index, item in enumerate(value) if index not in gone]


def issues_of(error: ValidationError, root: Node, file: str, model: type[BaseModel]) -> list[Issue]:
    """pydantic's findings, one Issue a place (a union reports each of its members)."""
    out: dict[Path, Issue] = {}
    for details in error.errors(include_url=False):
        path = _path(root, details)
        problem, remedy = _words(details, root, path, model)
        issue = Issue(file, root.line_of(path), root.where(path), problem, remedy)
        earlier = out.get(path)
        if earlier is None or "cannot take" not in issue.problem:
            out[path] = issue
    # A key that is misspelt is not missing too.
    misspelt = {
        (*path[:-1], word)
        for path, issue in out.items()
        if issue.problem == UNKNOWN and (word := near(str(path[-1]), keys_at(model, path[:-1])))
    }
    return [i for path, i in out.items() if i.problem != MISSING or path not in misspelt]


def _path(root: Node, details: ErrorDetails) -> Path:
    """The part of pydantic's location that stands in the text, with a missing key at its end."""
    node, out = root, list[Step]()
    for step in details["loc"]:
        step = step if isinstance(node.value, list) else str(step)
        found = node.child(step)
        if found is None:
            if details["type"] == "missing":
                out.append(step)
            break
        out.append(step)
        node = found
    return tuple(out)


def _words(
    details: ErrorDetails, root: Node, path: Path, model: type[BaseModel]
) -> tuple[str, str]:
    """Problem and remedy."""
    kind, field = details["type"], _field(model, path)
    about = f" ({field.description})" if field is not None and field.description else ""
    if kind == "missing":
        return MISSING, f"add `{path[-1]}:`{about}"
    if kind == "extra_forbidden":
        return UNKNOWN, meant(str(path[-1]), keys_at(model, path[:-1]))
    got = _got(_at(root, path))
    if kind == "literal_error":
        known = re.findall(r"'([^']*)'", str(details.get("ctx", {}).get("expected", "")))
        word = _at(root, path).text
        return f"cannot take {got}", meant(word or "", known, VERY)
    if kind == "value_error":
        return split(str(details.get("ctx", {}).get("error", details["msg"])))
    wanted = _WANTED.get(kind)
    return f"cannot take {got}", (
        f"write {wanted}{about}" if wanted else f"{details['msg']}{about}"
    )


def split(message: str) -> tuple[str, str]:
    """A validator's message as problem and remedy."""
    found = _REMEDY_GOT.fullmatch(message)
    if found and not message.startswith("not "):
        return f"cannot take {found['got']}", found["remedy"]
    found = _REMEDY_AFTER.fullmatch(message)
    return (found["problem"], found["remedy"]) if found else (message, "")


def _at(root: Node, path: Path) -> Node:
    node = root
    for step in path:
        node = node.get(step)
    return node


def _got(node: Node) -> str:
    if isinstance(node.value, dict):
        return "keys with values"
    if isinstance(node.value, list):
        return "a list"
    return f"'{node.value[:40]}'" if node.value else "nothing"


def keys_at(model: type[BaseModel], path: Path) -> list[str]:
    """The keys that the language knows at a path of the text (empty: any, or none)."""
    return [
        field.alias or name
        for found in _models_at(model, path)
        for name, field in found.model_fields.items()
    ]


def _field(model: type[BaseModel], path: Path) -> FieldInfo | None:
    """The nearest field above the end of a path, for its description."""
    for cut in range(len(path), 0, -1):
        for found in _models_at(model, path[: cut - 1]):
            for name, field in found.model_fields.items():
                if (field.alias or name) == path[cut - 1]:
                    return field
    return None


def _models_at(model: type[BaseModel], path: Path) -> list[type[BaseModel]]:
    kinds: list[Any] = [model]
    for step in path:
        kinds = [inner for kind in kinds for inner in _inside(kind, step)]
    return [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]


def _inside(kind: Any, step: Step) -> list[Any]:
    """What may lie under one step of a type, unions and annotations taken apart."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        fields = kind.model_fields.items()
        return [
            part
            for name, field in fields
            if (field.alias or name) == step
            for part in _parts(field.annotation)
        ]
    arguments = [part for argument in get_args(kind) for part in _parts(argument)]
    if get_origin(kind) is dict:
        return list(_parts(get_args(kind)[1]))
    return arguments if get_origin(kind) in (tuple, list) else []


def _parts(kind: Any) -> list[Any]:
    if get_origin(kind) is Annotated:
        return _parts(get_args(kind)[0])
    if get_origin(kind) in (Union, types.UnionType):
        return [part for member in get_args(kind) for part in _parts(member)]
    return [kind]
