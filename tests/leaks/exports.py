"""What leaves the office for one reader: every document in every format that the register has."""

from __future__ import annotations

from dataclasses import replace

from planner import documents
from planner.documents import Files, Order
from planner.redact import Whole


def exports(whole: Whole, order: Order) -> Files:
    """The files of an order but those that hold the plan itself, which stay in the office."""
    made = documents.files(whole, order)
    for document in order.rows():
        for kind in document.whole & {*order.formats_of(document)}:
            for name in documents.files(whole, replace(order, document=document.name, format=kind)):
                del made[name]
    return made
