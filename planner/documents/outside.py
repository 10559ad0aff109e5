"""What those outside the office get: their own movements on paper, and the public brief."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import shapely
from shapely.geometry import shape

from planner.cells import clean
from planner.charts.shapes import feature, lon_lat
from planner.documents import press, svg
from planner.documents.basis import authorisations, sources
from planner.documents.drawing import Drawing
from planner.documents.marks import map_svg
from planner.documents.paper import TO_FILL, Paper
from planner.documents.rows import Row, movements
from planner.documents.terrain import corners, terrain
from planner.documents.view import View
from planner.roads import drawing as drawing_of
from planner.wording import figures, word, words

MOVEMENTS, BRIEF = word("Movements"), word("Public brief")
_BESIDE = 2.6  # degrees around the middle of the public map
_SHEET = (720.0, 400.0)
_LEAST_SHARE = 0.008  # of the sheet: smaller pieces of a country have no name on it
_SECTIONS = (
    words(
        "What is planned",
        "Coming along is voluntary: nobody is made to leave.",
        "Plans change with safety, weather and permissions. This is no promise, and no permission "
        "for anybody to travel.",
    ),
    words(
        "For those who wait, and their families",
        "This paper calls nobody forward. Whoever is to leave is told place and time by the "
        "organisation itself.",
        "Do not set out because of this paper, or of what is said on the radio or the internet.",
        "Questions about relatives: the number above, day and night.",
    ),
    words(
        "For the press",
        "Please do not publish times, routes, meeting places or vehicles, even where you know "
        "them: people who wait there can be attacked.",
        "The number of people is rounded to two digits, the date to the month.",
    ),
)


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
    """One page for people and press: how many, in which month, what each of them may do."""
    drawing = brief_map(paper)
    drawings = {"map": drawing.picture()}
    content = {**brief_content(paper), "sheet": drawing.sheet()}
    return [press.Sheet("brief.pdf", "brief.typ", content, drawings)]


def brief_content(paper: Paper) -> dict[str, Any]:
    """Everything that the public brief says, as text ready to be set."""
    people, office = paper.verdict.figures.evacuated, paper.verdict.scenario.office
    many = paper.say("About {n} people are to be brought to safety.").format(n=paper.count(people))
    few = paper.say("Fewer than 100 people are to be brought to safety.")
    return {
        **press.frame(paper, BRIEF, paper.say(BRIEF)),
        "lead": many if people else few,
        "figures": [
            [paper.say("Where"), _country(paper)],
            [paper.say("When"), _months(paper)],
            [paper.say("Organisation"), clean(office.organisation or TO_FILL)],
            [paper.say("Contact, 24 hours"), clean(office.contact_24h or TO_FILL)],
        ],
        "sections": [[paper.say(head), [paper.say(line) for line in told]]
                     for head, *told in _SECTIONS],
        "credits": sources(paper),
    }  # fmt: skip


def _months(paper: Paper) -> str:
    """'December 2012 - January 2013'."""
    scenario = paper.verdict.scenario
    ends = (scenario.local(0), scenario.local(scenario.horizon_s - 1))
    return " – ".join(dict.fromkeys(figures.month(one, paper.language) for one in ends))


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


def brief_map(paper: Paper) -> Drawing:
    """The country and its neighbours by name; the frame is round the rounded position."""
    lat, lon = _spot(paper)
    drawing = Drawing(*_SHEET)
    view = View.of((lat - _BESIDE, lon - _BESIDE, lat + _BESIDE, lon + _BESIDE), *_SHEET)
    sheet = svg.element("rect", width=view.width, height=view.height)
    drawing.shapes.append(svg.element("defs", svg.element("clipPath", sheet, id="sheet")))
    drawing.add("g", terrain(paper.verdict.network).sheet(view), clip_path="url(#sheet)")
    drawing.add(
        "rect", width=view.width, height=view.height, fill="none", stroke="#666", stroke_width=1
    )
    window = shapely.box(*corners(view))
    for code, area in _countries(paper):
        seen = area.intersection(window)
        if seen.area > _LEAST_SHARE * window.area:
            spot = seen.representative_point()
            name = paper.apart(figures.country(code, paper.language))
            drawing.write(view.spot(spot.y, spot.x), name, 13.0, "middle", bold=True, lifted=True)
    return drawing


def _countries(paper: Paper) -> list[tuple[str, Any]]:
    """(code of two letters, area) of the countries on the map."""
    region = paper.verdict.network.region
    found = [] if region is None else drawing_of(region)["countries"]["features"]
    return [
        (item["properties"]["name"], shapely.make_valid(shape(item["geometry"]))) for item in found
    ]


def _country(paper: Paper) -> str:
    """The country of the rounded position; its degrees where no map says it."""
    lat, lon = _spot(paper)
    for code, area in _countries(paper):
        if area.contains(shapely.Point(lon, lat)):
            return figures.country(code, paper.language)
    return paper.latin(f"{lat:.1f} N, {lon:.1f} E")


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
