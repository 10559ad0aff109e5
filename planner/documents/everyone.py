"""The documents of every recipient of an audience, one after the other."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from planner.documents.archive import is_safe
from planner.errors import Issue, ScenarioError
from planner.redact import Whole, recipients, renamed
from planner.redact.redacted import nothing_for

if TYPE_CHECKING:
    from planner.documents import Issued, Order

Make = Callable[[Whole, "Order"], "Issued"]
Heard = Callable[[int, int, str], None]


def for_everyone(
    whole: Whole, order: Order, make: Make, heard: Heard | None = None
) -> Iterator[tuple[str, Issued | None]]:
    """(name of the folder, what was made) for each recipient of the order's audience, as made.

    None where nothing in the plan concerns them. The name is the code by which the reader is
    called, or an id of the scenario as documents show it; never a word that somebody wrote.
    ``heard`` is told (number from 1, how many, folder) before each. Raises ScenarioError where the
    order cannot be met for anybody, or where there is nobody.
    """
    found = recipients(whole, order.audience)
    if not found:
        problem = f"this plan has no {order.audience} for whom documents could be made"
        raise ScenarioError([Issue("", 0, "", problem, "leave --for out, or plan with them")])
    for number, one in enumerate(found, start=1):
        if heard is not None:
            heard(number, len(found), one.id)
        wanted = replace(order, recipient=one.id)
        try:
            made = make(whole, wanted)
        except ScenarioError as error:
            if error.issues != (nothing_for(one.id),):
                raise
            yield one.id, None
            continue
        yield folder_name(whole, wanted, made), made


def folder_name(whole: Whole, order: Order, made: Issued) -> str:
    """What a folder or a file for this reader is called: 'crew-V-7K2QX', 'partners-ferries'."""
    if not order.recipient:
        return order.audience
    code = made.paper.recipient
    if order.audience in ("partners", "parties"):
        code = renamed(whole.verdict, (order.recipient,))[0]
    if not is_safe(code) or "/" in code:
        code = hashlib.sha256(code.encode("utf-8", "replace")).hexdigest()[:12]
    return f"{order.audience}-{code}"
