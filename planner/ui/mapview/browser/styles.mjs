// How each kind of sheet is drawn; colours of the ground and of the writing follow the page's theme.

const FONT = ["Source Sans", "Noto Sans", "sans-serif"];
const BOLD = ["Noto Sans Bold", "sans-serif"];
const TEXT_PX = 13;

export const THEMES = {
  light: {
    water: "#dbe8f0", land: "#f7f5ef", coast: "#788c9b", rivers: "#a9cde2", borders: "#9a8f9a",
    roads: "#cfc5b3", ink: "#1f2d38", halo: "#ffffff", rim: "#ffffff", chosen: "#0b5d8a",
  },
  dark: {
    water: "#131c25", land: "#212b34", coast: "#5b7080", rivers: "#31566d", borders: "#7d727d",
    roads: "#55606a", ink: "#eef3f7", halo: "#10161c", rim: "#f2f5f7", chosen: "#7cc7f2",
  },
};

const get = (name, otherwise) => ["coalesce", ["get", name], otherwise];
const isArea = ["in", ["geometry-type"], ["literal", ["Polygon", "MultiPolygon"]]];
const isLine = ["in", ["geometry-type"], ["literal", ["LineString", "MultiLineString"]]];
const isPoint = ["==", ["geometry-type"], "Point"];
const DASHES = { "": null, dashed: [3, 2], dotted: [0.4, 1.8] };

/** The MapLibre layers of a sheet, the lowest first. */
export function layersOf(sheet, theme) {
  const made = { ground, areas, lines, points, tracks }[sheet.drawn](theme);
  return made.map((layer) => ({ ...layer, id: `${sheet.id}/${layer.id}`, source: sheet.source }));
}

/** A filter that lets the chosen thing through, and nothing where none is chosen. */
export function isChosen(chosen) {
  if (!chosen) return ["literal", false];
  return ["all", ["==", ["get", "kind"], chosen.kind], ["==", ["get", "id"], chosen.id]];
}

function ground(theme) {
  const of = (name) => ["==", ["get", "layer"], name];
  const line = (name, width) => ({
    id: name, type: "line", filter: of(name),
    layout: { "line-join": "round" },
    paint: { "line-color": theme[name], "line-width": width },
  });
  return [
    { id: "land", type: "fill", filter: ["all", of("countries"), isArea], paint: { "fill-color": theme.land } },
    line("rivers", 1.4),
    line("coast", 1),
    { ...line("borders", 1.2), paint: { "line-color": theme.borders, "line-width": 1.2, "line-dasharray": [4, 2] } },
    line("roads", ["interpolate", ["linear"], ["zoom"], 5, 0.7, 9, 1.4, 13, 3.2]),
  ];
}

function strokes(id, filter, paint, layout = {}) {
  return Object.entries(DASHES).map(([dash, lengths]) => ({
    id: dash ? `${id}-${dash}` : id,
    type: "line",
    filter: ["all", filter, ["==", get("dash", ""), dash]],
    layout: { "line-join": "round", "line-cap": dash === "dotted" ? "round" : "butt", ...layout },
    paint: lengths ? { ...paint, "line-dasharray": lengths } : paint,
  }));
}

function chosenLine(theme, filter) {
  return {
    id: "chosen", type: "line", filter: isChosen(null), base: filter,
    layout: { "line-join": "round", "line-cap": "round" },
    paint: { "line-color": theme.chosen, "line-width": ["+", get("width", 2), 7], "line-opacity": 0.55 },
  };
}

function areas(theme) {
  return [
    {
      id: "fill", type: "fill", filter: isArea,
      paint: { "fill-color": get("colour", "#888888"), "fill-opacity": get("fill", 0.15) },
    },
    {
      id: "hatch", type: "fill", filter: ["all", isArea, ["has", "pattern"]],
      paint: { "fill-pattern": ["get", "pattern"], "fill-opacity": get("opacity", 1) },
    },
    chosenLine(theme),
    ...strokes("outline", true, {
      "line-color": get("colour", "#888888"),
      "line-width": get("width", 1.5),
      "line-opacity": get("opacity", 1),
    }),
    {
      id: "name", type: "symbol", filter: ["has", "caption"],
      layout: {
        "text-field": ["get", "caption"], "text-font": FONT, "text-size": 12,
        "text-max-width": 9, "text-padding": 6,
      },
      paint: {
        "text-color": theme.ink, "text-halo-color": theme.halo, "text-halo-width": 1.6,
        "text-opacity": get("opacity", 1),
      },
    },
  ];
}

function lines(theme) {
  return [
    chosenLine(theme),
    {
      id: "casing", type: "line", filter: isLine,
      layout: { "line-join": "round", "line-cap": "round" },
      paint: {
        "line-color": theme.halo, "line-width": ["+", get("width", 3), 2.5],
        "line-opacity": ["*", 0.8, get("opacity", 1)],
      },
    },
    ...strokes("line", isLine, {
      "line-color": get("colour", "#666666"),
      "line-width": get("width", 3),
      "line-opacity": get("opacity", 1),
    }),
    {
      id: "sign", type: "symbol", filter: ["all", isLine, ["has", "sign"]],
      layout: {
        "symbol-placement": "line-center", "text-field": ["get", "sign"], "text-font": BOLD,
        "text-size": 17, "text-rotation-alignment": "viewport", "text-allow-overlap": true,
        "text-ignore-placement": true,
      },
      paint: { "text-color": get("colour", "#666666"), "text-halo-color": theme.halo, "text-halo-width": 2 },
    },
  ];
}

function discs(theme, filter, stroke) {
  return [
    {
      id: "chosen-disc", type: "circle", filter: isChosen(null), base: filter,
      paint: {
        "circle-radius": ["+", get("radius", 6), 6], "circle-color": theme.chosen,
        "circle-opacity": 0.35, "circle-stroke-color": theme.chosen, "circle-stroke-width": 2,
      },
    },
    {
      id: "ring", type: "circle", filter: ["all", filter, ["has", "ring"]],
      paint: {
        "circle-radius": ["+", get("radius", 6), 4.5], "circle-opacity": 0,
        "circle-stroke-color": ["case", ["==", ["get", "ring"], "ink"], theme.ink, ["to-color", ["get", "ring"], theme.ink]],
        "circle-stroke-width": 2.5,
      },
    },
    {
      id: "disc", type: "circle", filter,
      paint: {
        "circle-radius": get("radius", 6), "circle-color": get("colour", "#444444"),
        "circle-opacity": get("opacity", 1),
        "circle-stroke-color": get("edge", theme.rim), "circle-stroke-width": stroke,
      },
    },
    {
      id: "sign", type: "symbol", filter: ["all", filter, ["has", "sign"]],
      layout: {
        "text-field": ["get", "sign"], "text-font": BOLD,
        "text-size": ["max", 10, ["min", 15, ["*", 1.35, get("radius", 6)]]],
        "text-allow-overlap": true, "text-padding": 3,
      },
      paint: { "text-color": get("sign_colour", "#ffffff") },
    },
  ];
}

function points(theme) {
  return [
    ...discs(theme, isPoint, 1.5),
    {
      id: "caption", type: "symbol", filter: ["all", isPoint, ["has", "caption"]],
      layout: {
        "text-field": ["get", "caption"], "text-font": FONT, "text-size": TEXT_PX,
        "text-variable-anchor": ["left", "right", "top", "bottom"], "text-justify": "auto",
        "text-radial-offset": ["+", 0.35, ["/", get("radius", 6), TEXT_PX]],
        "symbol-sort-key": ["-", 0, get("priority", 0)], "text-max-width": 14,
      },
      paint: { "text-color": theme.ink, "text-halo-color": theme.halo, "text-halo-width": 1.8 },
    },
  ];
}

function tracks(theme) {
  const part = (name) => ["==", ["get", "part"], name];
  const way = (name, width, opacity) => ({
    id: name, type: "line", filter: part(name),
    layout: { "line-join": "round", "line-cap": "round" },
    paint: { "line-color": get("colour", "#444444"), "line-width": width, "line-opacity": opacity },
  });
  return [
    chosenLine(theme, isLine),
    way("ahead", 2, 0.4),
    way("behind", 3.5, 0.9),
    ...discs(theme, part("mover"), 1.2),
  ];
}

/** A striped picture for areas that colour alone must not tell apart: `pattern` is "colour|degrees". */
export function stripes(pattern) {
  const [colour, degrees] = pattern.split("|");
  const side = 16;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side;
  const pen = canvas.getContext("2d");
  pen.strokeStyle = colour;
  pen.globalAlpha = 0.55;
  pen.lineWidth = 1.6;
  const slope = Number(degrees);
  pen.beginPath();
  if (slope === 0 || slope === 90) {
    pen.moveTo(slope ? side / 2 : 0, slope ? 0 : side / 2);
    pen.lineTo(slope ? side / 2 : side, slope ? side : side / 2);
  } else {
    for (const shift of [-side, 0, side]) {
      pen.moveTo(slope === 45 ? shift : shift + side, side);
      pen.lineTo(slope === 45 ? shift + side : shift, 0);
    }
  }
  pen.stroke();
  return pen.getImageData(0, 0, side, side);
}
