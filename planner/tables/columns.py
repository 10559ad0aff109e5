"""Which columns the table of a section has: read off the nouns of the scenario.

Nested keys get a column each (``people.base``, ``intake.per_day``), so that a cell holds one value;
what has no fixed keys (``zone``, ``households``) is one cell in the notation of the text.
"""

from __future__ import annotations

import types
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, WithJsonSchema
from pydantic.fields import FieldInfo

from planner.edit import usual_order
from planner.load.references import named_at
from planner.scenario import Claim, Handling, Scenario, Zone

Kind = Literal["text", "number", "share", "flag", "choice", "one", "many", "tree"]
# As the desk shows them: the first seven are what every crisis has.
SECTIONS = (
    "places", "groups", "fleets", "links", "threats", "authorisations", "windows",
    "parties", "control", "teams", "aid", "notifications", "commitments",
)  # fmt: skip
_WHOLE = (Handling, Zone)  # their shape differs from item to item


@dataclass(frozen=True)
class Column:
    """One column: ``key`` as in the text with dots between, and what its cells hold.

    ``text`` as people wrote it, ``number`` a bare whole number, ``share`` a percentage, ``flag``
    true or false, ``choice`` one of ``options``, ``one`` the id of a thing of the kind ``names``,
    ``many`` a list of texts, of options or of ids, ``tree`` any value in the notation of the text.
    """

    key: str
    kind: Kind
    means: str
    options: tuple[str, ...] = ()
    names: str = ""
    example: str = ""
    required: bool = False
    default: bool = False
    """Of a flag: what it is where it is not written."""
    claim: bool = False
    """Whether it says what a claim rests on."""

    @property
    def path(self) -> tuple[str, ...]:
        """The keys below the item."""
        return tuple(self.key.split("."))


@cache
def columns(section: str) -> tuple[Column, ...]:
    """All columns of a section in the usual order of their keys, what claims rest on last."""
    model = _model(section)
    found = {column.key: column for column in _columns(model, "", named_at(section))}
    order = usual_order((section, 0))
    place = {key: index for index, key in enumerate(order)}
    last = len(order)
    return tuple(sorted(found.values(), key=lambda c: place[c.path[0]] + (last if c.claim else 0)))


def column(section: str, key: str) -> Column:
    """The column of that key; KeyError where there is none."""
    return {found.key: found for found in columns(section)}[key]


def _model(section: str) -> type[BaseModel]:
    (model,) = _members(get_args(Scenario.model_fields[section].annotation)[0])
    assert isinstance(model, type) and issubclass(model, BaseModel)
    return model


def _columns(model: type[BaseModel], head: str, named: dict[str, str]) -> list[Column]:
    out: list[Column] = []
    for name, field in model.model_fields.items():
        key = f"{head}{field.alias or name}"
        inner = _flat(field)
        if inner is None:
            claim = name in Claim.model_fields
            out.append(_column(key, field, named, claim))
        else:
            out += _columns(inner, f"{key}.", named)
    return out


def _flat(field: FieldInfo) -> type[BaseModel] | None:
    """The model whose keys get columns of their own."""
    models = [m for m in _members(field.annotation) if isinstance(m, type)]
    nested = [m for m in models if issubclass(m, BaseModel) and m not in _WHOLE]
    return nested[0] if nested else None


def _column(key: str, field: FieldInfo, named: dict[str, str], claim: bool) -> Column:
    members = _members(field.annotation)
    kind, options = _kind(members)
    names = named.get(key) or named.get(f"{key}[]") or ""
    if names and kind == "text":
        kind = "one"
    examples = [e for meta in _schemas(field) for e in meta.get("examples", ())]
    if kind == "text" and any(meta.get("type") == "integer" for meta in _schemas(field)):
        kind = "number"
    if kind == "text" and any("%" in meta.get("pattern", "") for meta in _schemas(field)):
        kind = "share"
    means = " ".join((field.description or "").split())
    return Column(
        key, kind, means, options, names,
        example=examples[0] if examples else "",
        required=(field.is_required() and "." not in key) or key == "people.base",
        default=field.default is True,
        claim=claim,
    )  # fmt: skip


def _kind(members: list[Any]) -> tuple[Kind, tuple[str, ...]]:
    if members == [bool]:
        return "flag", ()
    if len(members) == 1 and get_origin(members[0]) is Literal:
        return "choice", tuple(map(str, get_args(members[0])))
    if len(members) == 1 and get_origin(members[0]) is tuple:
        arguments = get_args(members[0])
        inner = _members(arguments[0])
        if len(arguments) == 2 and arguments[1] is Ellipsis and len(inner) == 1:
            if get_origin(inner[0]) is Literal:
                return "many", tuple(map(str, get_args(inner[0])))
            if inner[0] is str or _is_span(arguments[0]):
                return "many", ()
        return "tree", ()
    plain = all(isinstance(m, type) and not issubclass(m, (BaseModel, dict)) for m in members)
    return ("text" if plain else "tree"), ()


def _is_span(kind: Any) -> bool:
    """A span of the day is a pair of numbers made of one text."""
    return any(isinstance(meta, WithJsonSchema) for meta in getattr(kind, "__metadata__", ()))


def _members(kind: Any) -> list[Any]:
    """The types of a union without None, annotations taken off."""
    if get_origin(kind) is Annotated:
        return _members(get_args(kind)[0])
    if get_origin(kind) in (Union, types.UnionType):
        return [part for member in get_args(kind) for part in _members(member)]
    return [] if kind is type(None) else [kind]


def _schemas(field: FieldInfo) -> list[dict[str, Any]]:
    """What the quantities of a field tell an editor."""
    found = [meta for meta in field.metadata if isinstance(meta, WithJsonSchema)]
    for member in (field.annotation, *get_args(field.annotation)):
        found += [m for m in getattr(member, "__metadata__", ()) if isinstance(m, WithJsonSchema)]
    return [meta.json_schema for meta in found if meta.json_schema]
