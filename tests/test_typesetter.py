"""Typst's own process: its faults are told, it is begun anew in time, and after it has died."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from planner.documents import orders, typesetter
from planner.documents.paper import prepare
from planner.documents.typesetter import Typesetter, TypesetterError
from tests import paper_case as case


def job(folder: Path, source: str, kind: str = "pdf") -> dict[str, Any]:
    page = folder / "page.typ"
    page.write_text(source, encoding="utf-8")
    return {"input": str(page), "root": str(folder), "format": kind, "timestamp": 0}


def dying(stream: Any, length: int) -> bytes:
    raise EOFError


def test_pages_faults_and_a_death(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = Typesetter()
    try:
        (made,) = own.pages(job(tmp_path, "one"))
        assert made.startswith(b"%PDF")
        first = own._child
        with pytest.raises(TypesetterError, match="unknown variable"):
            own.pages(job(tmp_path, "#nothing"))
        assert own.pages(job(tmp_path, "one")) == [made]
        assert own._child is first
        pictures = own.pages(job(tmp_path, "one #pagebreak() two", "png"))
        assert [picture[:4] for picture in pictures] == [b"\x89PNG"] * 2
        monkeypatch.setattr(typesetter, "_ENOUGH", 10)
        assert own.pages(job(tmp_path, "one")) == [made]
        assert own._child is not first and own._child is not None
        own._child.kill()
        own._child.wait()
        assert own.pages(job(tmp_path, "one")) == [made]
        with monkeypatch.context() as broken, pytest.raises(TypesetterError, match="try again"):
            broken.setattr(typesetter, "_exactly", dying)
            own.pages(job(tmp_path, "one"))
        assert own.pages(job(tmp_path, "one")) == [made]
    finally:
        own.close()
    assert own._child is None


def test_many_orders_are_several_files(monkeypatch: pytest.MonkeyPatch) -> None:
    paper = prepare(case.conditional())
    (whole,) = orders.sheets(paper)
    monkeypatch.setattr(orders, "_IN_A_FILE", 1)
    several = list(orders.sheets(paper))
    assert [one.name for one in several][:2] == ["movement_orders.pdf", "movement_orders_2.pdf"]
    told = [order["id"] for one in several for order in one.content["orders"]]
    assert told == [order["id"] for order in whole.content["orders"]] and len(told) > 1
    for one in several:
        (order,) = one.content["orders"]
        assert {order["map"], order["strip"]} == set(one.drawings)
