"""Edits of a scenario's text: pure functions, text in, text out.

The text is the only state; whatever is not meant to change keeps its every byte, comments included
(``splice``). Each result is read again by the one reader and refused, as ScenarioError with its
Issues, where it does not read as meant or has a fault that was not there before.
"""

from __future__ import annotations

from planner.edit.change import (
    add_items,
    agreed,
    faults,
    new_faults,
    put,
    remove_item,
    rename,
    renamed,
    rewritten,
    set_value,
    set_values,
    tree_of,
    usual_order,
)  # fmt: skip
from planner.edit.whatifs import (
    add_what_if,
    copy_what_if,
    remove_what_if,
    rename_what_if,
)  # fmt: skip

__all__ = [
    "add_items", "add_what_if", "agreed", "copy_what_if", "faults", "new_faults", "put",
    "remove_item", "remove_what_if", "rename", "rename_what_if", "renamed", "rewritten",
    "set_value", "set_values", "tree_of", "usual_order",
]  # fmt: skip
