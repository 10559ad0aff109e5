"""What those outside the office get: their own movements on paper, and the public brief."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from planner.cells import clean
from planner.charts.shapes import feature, lon_lat
from planner.documents import press, svg
from planner.documents.basis import authorisations, sources
from planner.documents.marks import map_svg
from planner.documents.paper import Paper
from planner.documents.rows import Row, movements
from planner.documents.terrain import terrain
from planner.documents.view import View
from planner.wording import word, words

MOVEMENTS, BRIEF = word("Movements"), word("Public brief")
_BESIDE = 1.0  # degrees around the middle of the public map


# ------------------------------------------------------------------ movements


def movement_sheets(paper: Paper) -> list[press.Sheet]:
    """The recipient's legs in order of time, with a map of their ways."""
    drawings = {"map": map_svg(paper)}
    return [press.Sheet("movements.pdf", "movements.typ", movements_content(paper), drawings)]


def movements_content(paper: Paper) -> dict[str, Any]:
    """Everything that the paper on movements says, as text ready to be set."""
    table = movements(paper)
    told = [_line(paper, row) for row in sorted(table.rows, key=_order)]
    with_lying = "stretchers" in {column.name for column in table.columns}
    heads = [*words("convoy", "vehicle", "from", "to", "km", "leaves", "arrives", "people")]
    heads += [word("stretchers")] if with_lying else []
    people = sum(leg.persons for sortie in paper.verdict.plan.sorties for leg in sortie.legs)
    return {
        **press.frame(paper, MOVEMENTS, paper.verdict.scenario.title),
        "lead": _lead(paper, len(paper.convoys)),
        "figures": [
            [paper.say("Convoys"), paper.count(len(paper.convoys))],
            [paper.say("Vehicle trips"), paper.count(len(paper.verdict.plan.sorties))],
            [paper.say("People on board, all movements added"), paper.count(people)],
        ],
        "heads": [paper.say(head) for head in heads],
        "columns": ["auto", "wide", "wide", "wide"] + ["auto"] * (len(heads) - 4),
        "numbers": [4, *range(7, len(heads))],
        "rows": told,
        "authorisations": authorisations(paper),
        "credits": sources(paper),
    }


def _lead(paper: Paper, number: int) -> str:
    spans = [
        moment
        for convoy in paper.convoys
        for moment in (paper.local(convoy.depart_s), paper.local(convoy.arrive_s))
    ]
    words = paper.say("{n} movements from {first} to {last}, local time ({zone}).")
    return words.format(
        n=number, first=paper.latin(_clock(min(spans))), last=paper.latin(_clock(max(spans))),
        zone=paper.latin(paper.verdict.scenario.timezone),
    )  # fmt: skip


def _order(row: Row) -> tuple[str, str]:
    moment = row["depart_utc"]
    return (moment.isoformat() if isinstance(moment, datetime) else "", str(row["sortie"]))


def _line(paper: Paper, row: Row) -> list[str]:
    known = " · ".join(str(row[n]) for n in ("plate", "call_sign", "driver") if row.get(n))
    vehicle = f"{row['fleet']} {row['sortie']}" + (f" · {known}" if known else "")
    told = [
        row["convoy"], vehicle, row["from"], row["to"], f"{row['km']:g}",
        _clock(row["depart_local"]), _clock(row["arrive_local"]), f"{row['persons']:,}",
    ]  # fmt: skip
    if "stretchers" in row:
        told.append(f"{row['stretchers']:,}")
    return [press.shortened(str(cell)) for cell in told]


def _clock(moment: Any) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


# ------------------------------------------------------------------ the public


def brief_sheets(paper: Paper) -> list[press.Sheet]:
    """One page: a rounded total, the month, a map of the country around."""
    drawings = {"map": brief_svg(paper)}
    return [press.Sheet("brief.pdf", "brief.typ", brief_content(paper), drawings)]


def brief_content(paper: Paper) -> dict[str, Any]:
    """Everything that the public brief says, as text ready to be set."""
    return {
        **press.frame(paper, BRIEF, paper.say(BRIEF)),
        "lead": paper.say(
            "It is planned to bring people out of danger. Times, routes and places are not "
            "published for their safety."
        ),
        "figures": [list(fact) for fact in _facts(paper)],
        "credits": sources(paper),
    }


def _facts(paper: Paper) -> list[tuple[str, str]]:
    lat, lon = _spot(paper)
    say, people = paper.say, paper.verdict.figures.evacuated
    return [
        (say("People to be brought to safety, about"), paper.count(people) if people else "< 100"),
        (say("Month"), month(paper)),
        (say("Area, about"), paper.latin(f"{lat:.1f} N, {lon:.1f} E")),
    ]


def month(paper: Paper) -> str:
    """'2012-12', or '2012-12 – 2013-01'."""
    scenario = paper.verdict.scenario
    first, last = scenario.local(0), scenario.local(scenario.horizon_s - 1)
    return " – ".join(dict.fromkeys((f"{first:%Y-%m}", f"{last:%Y-%m}")))


def _spot(paper: Paper) -> tuple[float, float]:
    return next(iter(paper.verdict.network.positions.values()))


def brief_svg(paper: Paper) -> str:
    """The country around the area; the frame is round the rounded position, not round places."""
    lat, lon = _spot(paper)
    view = View.of((lat - _BESIDE, lon - _BESIDE, lat + _BESIDE, lon + _BESIDE))
    x, y = view.spot(lat, lon)
    reach = abs(view.spot(lat + 0.1, lon)[1] - y)
    ring = svg.element(
        "circle", cx=x, cy=y, r=reach, fill="#0072b2", fill_opacity=0.25, stroke="#0072b2",
        stroke_width=1.4,
    )  # fmt: skip
    frame = svg.element(
        "rect", width=view.width, height=view.height, fill="none", stroke="#666", stroke_width=1
    )
    return svg.document(
        view.width, view.height, terrain(paper.verdict.network).sheet(view) + ring + frame
    )


def brief_rows(paper: Paper) -> list[tuple[str, str]]:
    """(what, value) of the brief for tables, with what every table says."""
    say = paper.say
    return [
        *_facts(paper), (say("Valid until"), paper.expiry), (say("Audience"), paper.addressee),
        (say("Plan"), paper.plan_id), (say("Check"), paper.warning or say(paper.status)),
        (say("Use"), paper.disclaimer),
    ]  # fmt: skip


def brief_geojson(paper: Paper) -> bytes:
    """One point, to a tenth of a degree, with the facts as its fields."""
    lat, lon = _spot(paper)
    told = {what: clean(value) for what, value in brief_rows(paper)}
    spot = {"type": "Point", "coordinates": lon_lat(lat, lon)}
    document = {
        "type": "FeatureCollection",
        "safe_passage": {"audience": paper.addressee, "valid_until": paper.expiry},
        "features": [feature(spot, **told)],
    }
    return (json.dumps(document, ensure_ascii=False, allow_nan=False) + "\n").encode("utf-8")
