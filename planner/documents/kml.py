"""KML 2.2: movements with their spans of time for Google Earth, and a plain one for phones.

Names are text; descriptions are read as HTML by those who show them, and therefore escaped once
more. Nothing is fetched: no icon, no link, no overlay.
"""

from __future__ import annotations

import html
import io
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any
from xml.etree import ElementTree as ET

from planner.cells import clean
from planner.charts import Convoy, convoy_track, palette, zone_geometries
from planner.charts.shapes import lon_lat
from planner.documents import tracks
from planner.documents.archive import sealed
from planner.documents.paper import Paper, stamps

NAMESPACE = "http://www.opengis.net/kml/2.2"
_MOST_SPANS = 60
_TEXT_FIELDS = frozenset({"from_name", "to_name", "vehicles", "name", "coordTimes"})
"""Fields that hold names, which are told as text alone, and those that KML has its own way for."""
_Span = tuple[str, str] | None


def kml_bytes(paper: Paper) -> bytes:
    """Places, convoys, people on their own, and for the office the dangers, each when it is so.

    No movement and no place has a field that the GeoJSON for the same reader has not.
    """
    root, document = _document(paper, f"{paper.plan_id} {paper.addressee}")
    _describe(document, [f"{name}: {value}" for name, value in stamps(paper).items()])
    convoys, own = tracks.convoy_features(paper), tracks.own_features(paper)
    modes = {str(one["properties"]["mode"]) for one in (*convoys, *own)}
    for mode in sorted(modes):
        _line_style(document, mode, palette.MODE_COLOURS[mode])
    if paper.internal:
        _area_style(document)
    _folder(document, paper.say("Places"), _places(paper))
    _folder(document, paper.say("Convoys"), _lines(paper, convoys, "convoy"))
    _folder(document, paper.say("Own means"), _lines(paper, own, "movement"))
    if paper.internal:
        _folder(document, paper.say("Dangers"), _dangers(paper))
    return _written(root)


def kmz_bytes(paper: Paper) -> bytes:
    """The same, packed; the same bytes for the same plan and time of issue."""
    return packed(kml_bytes(paper))


def packed(content: bytes) -> bytes:
    """A KMZ around a KML; the earliest time that a ZIP can name, whatever the clock says."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(sealed("doc.kml"), content)
    return out.getvalue()


def driver_kml(paper: Paper, convoy: Convoy) -> bytes:
    """One convoy for a phone: both ends and the way; no areas, which some phones refuse."""
    root, document = _document(paper, tracks.title_of(paper, convoy))
    _describe(document, [tracks.described(paper, convoy)])
    _line_style(document, convoy.mode, palette.MODE_COLOURS[convoy.mode])
    ends = ((convoy.origin, convoy.depart_s), (convoy.destination, convoy.arrive_s))
    for name, t_s in ends:
        mark = _placemark(f"{paper.local(t_s):%d %b %H:%M} {paper.label(name)}")
        lat, lon = paper.verdict.network.positions[name]
        _geometry(mark, {"type": "Point", "coordinates": lon_lat(lat, lon)})
        document.append(mark)
    way = _placemark(tracks.title_of(paper, convoy), style=convoy.mode)
    points = [lon_lat(lat, lon) for lat, lon, _ in convoy_track(paper.verdict, convoy)]
    _geometry(way, {"type": "LineString", "coordinates": points if len(points) > 1 else points * 2})
    document.append(way)
    return _written(root)


# ------------------------------------------------------------------ what stands in it


def _places(paper: Paper) -> Iterable[ET.Element]:
    for found in tracks.place_features(paper):
        told = found["properties"]
        lines = [paper.say(palette.ROLE_WORDS[told["role"]])]
        mark = _placemark(str(told["name"]), lines, fields=told)
        _geometry(mark, found["geometry"])
        yield mark


def _lines(paper: Paper, found: Sequence[dict[str, Any]], key: str) -> Iterable[ET.Element]:
    for one in found:
        told = one["properties"]
        lines = [
            paper.warning, f"{told['from_name']} - {told['to_name']}", str(told["vehicles"]),
            f"{paper.say('people')}: {told['persons']}", f"{told['km']:g} km",
            f"{told['depart_utc']} - {told['arrive_utc']}",
        ]  # fmt: skip
        mark = _placemark(
            f"{told[key]} {told['from_name']} - {told['to_name']}", lines,
            (told["depart_utc"], told["arrive_utc"]), told["mode"], told,
        )  # fmt: skip
        _geometry(mark, one["geometry"])
        yield mark


def _dangers(paper: Paper) -> Iterable[ET.Element]:
    network = paper.verdict.network
    for threat in network.scenario.threats:
        spans = network.clock.active(threat).spans
        if len(spans) > _MOST_SPANS:
            spans = ((spans[0][0], spans[-1][1]),)
        for start, end in spans:
            when = (tracks.utc(paper.utc(start)), tracks.utc(paper.utc(end)))
            mark = _placemark(
                clean(threat.label), [f"{threat.rate_nano / 1_000_000:g} / 1000 h"], when, "danger"
            )
            shapes = zone_geometries(network, threat.zone)
            _geometry(mark, {"type": "GeometryCollection", "geometries": shapes})
            yield mark


# ------------------------------------------------------------------ elements


def _document(paper: Paper, name: str) -> tuple[ET.Element, ET.Element]:
    root = ET.Element("kml", xmlns=NAMESPACE)
    document = ET.SubElement(root, "Document")
    _say(document, "name", name)
    return root, document


def _say(parent: ET.Element, tag: str, words: str) -> None:
    ET.SubElement(parent, tag).text = clean(words)


def _describe(parent: ET.Element, lines: Iterable[str]) -> None:
    told = [html.escape(clean(line), quote=False) for line in lines if line]
    ET.SubElement(parent, "description").text = "<br/>".join(told)


def _colour(rgb: str, alpha: str) -> str:
    """'#0072b2' as KML writes it: alpha, blue, green, red."""
    red, green, blue = rgb[1:3], rgb[3:5], rgb[5:7]
    return f"{alpha}{blue}{green}{red}".lower()


def _line_style(document: ET.Element, name: str, rgb: str) -> None:
    style = ET.SubElement(ET.SubElement(document, "Style", id=name), "LineStyle")
    _say(style, "color", _colour(rgb, "ff"))
    _say(style, "width", "4")


def _area_style(document: ET.Element) -> None:
    style = ET.SubElement(document, "Style", id="danger")
    line = ET.SubElement(style, "LineStyle")
    _say(line, "color", _colour(palette.THREAT_COLOUR, "ff"))
    _say(line, "width", "2")
    area = ET.SubElement(style, "PolyStyle")
    _say(area, "color", _colour(palette.THREAT_COLOUR, "55"))


def _folder(document: ET.Element, name: str, marks: Iterable[ET.Element]) -> None:
    found = list(marks)
    if found:
        folder = ET.SubElement(document, "Folder")
        _say(folder, "name", name)
        folder.extend(found)


def _placemark(
    name: str,
    lines: Iterable[str] = (),
    span: _Span = None,
    style: str = "",
    fields: dict[str, Any] | None = None,
) -> ET.Element:
    """In the order that the schema wants: name, description, time, style, fields."""
    mark = ET.Element("Placemark")
    _say(mark, "name", name)
    told = [line for line in lines if line]
    if told:
        _describe(mark, told)
    if span is not None:
        time = ET.SubElement(mark, "TimeSpan")
        _say(time, "begin", span[0])
        _say(time, "end", span[1])
    if style:
        _say(mark, "styleUrl", f"#{style}")
    kept = {key: value for key, value in (fields or {}).items() if key not in _TEXT_FIELDS}
    if kept:
        extended = ET.SubElement(mark, "ExtendedData")
        for key, value in kept.items():
            _say(ET.SubElement(extended, "Data", name=key), "value", _plain(value))
    return mark


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def _geometry(parent: ET.Element, shape: dict[str, Any]) -> None:
    kind = shape["type"]
    if kind == "GeometryCollection":
        many = ET.SubElement(parent, "MultiGeometry")
        for one in shape["geometries"]:
            _geometry(many, one)
        return
    element = ET.SubElement(parent, kind)
    if kind == "Polygon":
        for number, ring in enumerate(shape["coordinates"]):
            side = "innerBoundaryIs" if number else "outerBoundaryIs"
            _coordinates(ET.SubElement(ET.SubElement(element, side), "LinearRing"), ring)
        return
    if kind == "LineString":
        _say(element, "tessellate", "1")
    points = shape["coordinates"]
    _coordinates(element, [points] if kind == "Point" else points)


def _coordinates(parent: ET.Element, points: Iterable[Sequence[float]]) -> None:
    _say(parent, "coordinates", " ".join(f"{lon},{lat}" for lon, lat in points))


def _written(root: ET.Element) -> bytes:
    ET.indent(root, " ")
    told: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return told + b"\n"
