// The desk's map: MapLibre with our own sheets only, nothing fetched but the files beside this one.
//
// Python sends sheets by a mark of their content; a body comes along once and is kept here. Moves of
// the time bar are drawn here, without Python. Python hears of clicks, drawn shapes and, when they
// have come to rest, of the time and the view.

import * as gl from "./maplibre-gl.mjs";
import { Drawing } from "./drawing.mjs";
import { atMoment, isTimed } from "./moments.mjs";
import { THEMES, isChosen, layersOf, stripes } from "./styles.mjs";
import { TimeBar } from "./timebar.mjs";

const KEPT_BODIES = 80;
const HIT_PX = 5;
const VIEW_MS = 600;

const bodies = new Map(); // mark of a sheet → its features
const seen = new Map(); // key of a map → where it was left
const groups = new Map(); // name → maps that move together
const shown = new WeakMap(); // where Streamlit puts the component → its map

export default function mount({ data, parentElement, setStateValue, setTriggerValue }) {
  for (const [mark, features] of Object.entries(data.bodies)) keepBody(mark, features);
  let view = shown.get(parentElement);
  const send = { state: setStateValue, trigger: setTriggerValue };
  if (!view) {
    try {
      view = new MapView(parentElement, data);
    } catch (error) {
      send.state("failed", String(error.message || error).slice(0, 200));
      return undefined;
    }
    shown.set(parentElement, view);
  }
  view.update(data, send);
  return () => {
    shown.delete(parentElement);
    view.remove();
  };
}

function keepBody(mark, features) {
  bodies.delete(mark);
  bodies.set(mark, features);
  while (bodies.size > KEPT_BODIES) bodies.delete(bodies.keys().next().value);
}

function colourOf(root, name) {
  return getComputedStyle(root.host || root).getPropertyValue(name).trim();
}

function isDark(root) {
  const pen = document.createElement("canvas").getContext("2d");
  pen.fillStyle = colourOf(root, "--st-background-color") || "#ffffff";
  const full = pen.fillStyle;
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(full.slice(at, at + 2), 16));
  return 0.299 * red + 0.587 * green + 0.114 * blue < 128;
}

function make(tag, className, parent) {
  const element = document.createElement(tag);
  element.className = className;
  parent.append(element);
  return element;
}

class MapView {
  constructor(root, message) {
    this.root = root;
    this.key = message.key;
    this.kept = seen.get(this.key) || {};
    this.sheets = new Map();
    this.hidden = new Set(this.kept.hidden || []);
    this.t = this.kept.t ?? (message.clock ? message.clock.at_s : 0);
    this.jump = this.kept.jump ?? (message.clock ? message.clock.jump : 0);
    this.around = this.kept.around ?? null;
    this.build(message);
  }

  build(message) {
    const frame = make("div", "frame", this.root);
    this.frame = frame;
    this.canvas = make("div", "canvas", frame);
    this.canvas.style.height = `${message.height}px`;
    this.theme = THEMES[isDark(this.root) ? "dark" : "light"];
    const words = message.words;
    this.map = new gl.Map({
      container: this.canvas,
      style: {
        version: 8,
        sources: {},
        layers: [{ id: "paper", type: "background", paint: { "background-color": this.theme.land } }],
      },
      ...(this.kept.view || { bounds: message.bounds, fitBoundsOptions: { padding: 40, maxZoom: 14 } }),
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      maxPitch: 0,
      minZoom: 1,
      maxZoom: 17,
      fadeDuration: 0,
      locale: {
        "NavigationControl.ZoomIn": words.zoom_in,
        "NavigationControl.ZoomOut": words.zoom_out,
        "Map.Title": message.label,
      },
    });
    if (this.kept.view || message.around_mark) this.around = message.around_mark;
    this.map.keyboard.disableRotation?.();
    this.map.touchZoomRotate.disableRotation();
    this.map.addControl(new gl.NavigationControl({ showCompass: false }), "top-left");
    this.map.addControl(new gl.ScaleControl({ maxWidth: 110 }), "bottom-left");
    this.hint = make("div", "hint", this.canvas);
    this.hint.setAttribute("role", "status");
    this.switches = make("details", "switches", this.canvas);
    this.tip = make("div", "tip", this.canvas);
    this.tip.hidden = true;
    this.credit = make("div", "credit", this.canvas);
    this.drawing = new Drawing(
      this.map,
      (shape) => this.send.trigger("drawn", shape),
      (told) => {
        this.hint.textContent = told;
        this.hint.hidden = !told;
      },
    );
    this.bar = new TimeBar((t) => this.setTime(t), (t) => this.report(t));
    frame.append(this.bar.element);
    this.canvas.mapView = this; // for whoever drives the page from outside: tests
    this.listen();
    this.loaded = false;
    this.map.once("load", () => {
      this.loaded = true;
      this.addDrawing();
      this.update(this.message, this.send);
    });
  }

  listen() {
    const { map } = this;
    map.on("click", (event) => this.click(event));
    map.on("mousemove", (event) => this.move(event));
    map.on("mouseout", () => this.showTip(null));
    map.on("dblclick", (event) => {
      if (!this.drawing.active) return;
      event.preventDefault();
      this.drawing.close();
    });
    map.on("move", (event) => this.moved(event));
    map.on("moveend", (event) => this.settled(event));
    map.on("error", (event) => console.warn("map:", event.error && event.error.message));
    this.canvas.addEventListener("keydown", (event) => {
      if (this.drawing.key(event.key)) {
        event.preventDefault();
        event.stopPropagation();
      }
    });
  }

  // ------------------------------------------------------------------ what Python says

  update(message, send) {
    this.message = message;
    this.send = send;
    this.join(message.together);
    this.restyle();
    this.canvas.style.height = `${message.height}px`;
    this.map.getCanvas().setAttribute("aria-label", message.label);
    this.credit.textContent = message.credit;
    this.setClock(message);
    if (!this.loaded) return;
    this.drawing.set(message.mode, message.words);
    this.setSheets(message.sheets);
    this.choose(message.chosen);
    this.listSwitches();
    this.look(message);
    this.frame.dataset.ready = "yes";
  }

  setClock(message) {
    const { clock, words } = message;
    this.bar.element.hidden = !clock;
    if (!clock) return;
    const notes = bodies.get(clock.notes_mark);
    if (notes) keepBody(clock.notes_mark, notes);
    else this.send.trigger("missing", [clock.notes_mark]);
    if (clock.jump !== this.jump) {
      this.jump = clock.jump;
      this.t = clock.at_s;
    }
    const dark = this.theme === THEMES.dark;
    this.bar.t = Math.min(this.t, clock.end_s);
    this.bar.set({ ...clock, notes: notes || [] }, words, {
      night: dark ? "rgba(120,150,190,.28)" : "rgba(40,60,100,.17)",
      ink: this.theme.ink,
      font: colourOf(this.root, "--st-font") || "sans-serif",
    });
  }

  look(message) {
    if (!message.bounds || message.around_mark === this.around) return;
    this.around = message.around_mark;
    this.map.fitBounds(message.bounds, { padding: 40, maxZoom: 14, duration: 0 });
    this.keep();
  }

  restyle() {
    const theme = THEMES[isDark(this.root) ? "dark" : "light"];
    if (theme === this.theme || !this.loaded) return;
    this.theme = theme;
    for (const sheet of this.sheets.values()) {
      for (const layer of layersOf(sheet, theme)) {
        for (const [name, value] of Object.entries(layer.paint)) {
          this.map.setPaintProperty(layer.id, name, value);
        }
      }
    }
    this.map.setPaintProperty("drawing/line", "line-color", theme.chosen);
    this.map.setPaintProperty("drawing/dots", "circle-color", theme.chosen);
    this.paper();
  }

  paper() {
    const sea = [...this.sheets.values()].some((sheet) =>
      sheet.drawn === "ground" && sheet.features.some((feature) => feature.properties.layer === "countries"));
    this.map.setPaintProperty("paper", "background-color", sea ? this.theme.water : this.theme.land);
  }

  setSheets(wanted) {
    const missing = wanted.filter((sheet) => !bodies.has(sheet.mark)).map((sheet) => sheet.mark);
    if (missing.length) this.send.trigger("missing", missing);
    const drawn = new Map(wanted.map((sheet) => [sheet.id, sheet.drawn]));
    for (const [id, sheet] of [...this.sheets]) if (drawn.get(id) !== sheet.drawn) this.drop(id);
    let above = "drawing/line";
    for (const sheet of [...wanted].reverse()) {
      const features = bodies.get(sheet.mark);
      const known = this.sheets.get(sheet.id);
      if (!known) this.add(sheet, features, above);
      else if (features && known.mark !== sheet.mark) this.fill(Object.assign(known, sheet, { features }));
      else if (features) Object.assign(known, sheet);
      if (features) keepBody(sheet.mark, features);
      above = this.sheets.get(sheet.id).layers[0].id;
    }
    this.paper();
  }

  /** A sheet below the layer `above`; one whose body has not come yet is empty and has no mark. */
  add(sheet, features, above) {
    const source = `${sheet.id}:${sheet.drawn}`;
    const made = { ...sheet, source, mark: features ? sheet.mark : "", features: features || [], layers: [] };
    this.sheets.set(sheet.id, made);
    this.map.addSource(source, { type: "geojson", data: { type: "FeatureCollection", features: [] } });
    for (const { base, ...layer } of layersOf(made, this.theme)) {
      this.map.addLayer(layer, above);
      made.layers.push({ id: layer.id, base, chooses: layer.id.includes("/chosen") });
    }
    if (made.off && this.kept.hidden === undefined) this.hidden.add(sheet.id);
    this.showOrHide(made);
    this.fill(made);
  }

  drop(id) {
    const { layers, source } = this.sheets.get(id);
    for (const layer of layers) this.map.removeLayer(layer.id);
    this.map.removeSource(source);
    this.sheets.delete(id);
  }

  fill(sheet) {
    for (const feature of sheet.features) {
      const pattern = feature.properties.pattern;
      if (pattern && !this.map.hasImage(pattern)) this.map.addImage(pattern, stripes(pattern));
    }
    sheet.timed = isTimed(sheet.features);
    sheet.last = null;
    this.drawAt(sheet);
  }

  drawAt(sheet) {
    const source = this.map.getSource(sheet.source);
    if (!sheet.timed) {
      source.setData({ type: "FeatureCollection", features: sheet.features });
      return;
    }
    const { clock } = this.message;
    // Spans are half-open: at the very end of the horizon its last moment is shown.
    const { mark, data } = atMoment(sheet.features, clock ? Math.min(this.t, clock.end_s - 1) : this.t);
    if (mark === sheet.last) return;
    sheet.last = mark;
    source.setData(data);
  }

  choose(chosen) {
    for (const sheet of this.sheets.values()) {
      for (const layer of sheet.layers.filter((each) => each.chooses)) {
        const filter = isChosen(chosen);
        this.map.setFilter(layer.id, layer.base ? ["all", layer.base, filter] : filter);
      }
    }
  }

  // ------------------------------------------------------------------ time

  setTime(t, alone = false) {
    const begun = performance.now();
    this.t = t;
    if (this.loaded) {
      for (const sheet of this.sheets.values()) if (sheet.timed) this.drawAt(sheet);
      this.map.once("idle", () => {
        this.frame.dataset.redrawnMs = String(Math.round(performance.now() - begun));
      });
      this.map.triggerRepaint();
    }
    this.keep();
    if (alone) return;
    for (const other of this.others()) {
      if (other.message.clock) Object.assign(other.bar, { t });
      other.bar.show();
      other.setTime(t, true);
    }
  }

  report(t) {
    this.send.state("time", t);
  }

  // ------------------------------------------------------------------ view

  join(name) {
    if (name === this.group) return;
    this.leave();
    this.group = name;
    if (!name) return;
    if (!groups.has(name)) groups.set(name, new Set());
    groups.get(name).add(this);
  }

  leave() {
    if (this.group) groups.get(this.group).delete(this);
    this.group = "";
  }

  others() {
    return this.group ? [...groups.get(this.group)].filter((other) => other !== this) : [];
  }

  moved(event) {
    if (event.following) return;
    const view = { center: this.map.getCenter(), zoom: this.map.getZoom() };
    for (const other of this.others()) other.map.jumpTo(view, { following: true });
  }

  settled(event) {
    this.keep();
    if (event.following || !this.message || !this.message.reports_view) return;
    clearTimeout(this.viewing);
    this.viewing = setTimeout(() => {
      const centre = this.map.getCenter();
      this.send.state("view", {
        lat: Number(centre.lat.toFixed(5)),
        lon: Number(centre.lng.toFixed(5)),
        zoom: Number(this.map.getZoom().toFixed(2)),
      });
    }, VIEW_MS);
  }

  keep() {
    seen.set(this.key, {
      view: { center: this.map.getCenter(), zoom: this.map.getZoom() },
      around: this.around,
      t: this.t,
      jump: this.jump,
      hidden: [...this.hidden],
    });
  }

  // ------------------------------------------------------------------ pointer

  hits(point) {
    const box = [[point.x - HIT_PX, point.y - HIT_PX], [point.x + HIT_PX, point.y + HIT_PX]];
    const layers = [...this.sheets.values()]
      .filter((sheet) => sheet.drawn !== "ground" && !this.hidden.has(sheet.id))
      .flatMap((sheet) => sheet.layers.filter((layer) => !layer.chooses).map((layer) => layer.id));
    const found = layers.length ? this.map.queryRenderedFeatures(box, { layers }) : [];
    const rank = (feature) => ({ Point: 0, LineString: 1, MultiLineString: 1 })[feature.geometry.type] ?? 2;
    const once = new Map();
    for (const feature of found.sort((a, b) => rank(a) - rank(b))) {
      const { kind, id } = feature.properties;
      if (id !== undefined && !once.has(`${kind} ${id}`)) once.set(`${kind} ${id}`, feature);
    }
    return [...once.values()];
  }

  click(event) {
    const spot = event.lngLat.wrap().toArray();
    if (this.drawing.click(spot, event.point)) return;
    const told = this.hits(event.point).map(({ properties, layer }) => ({
      kind: String(properties.kind ?? ""),
      id: String(properties.id),
      sheet: layer.id.slice(0, layer.id.lastIndexOf("/")),
    }));
    this.send.trigger("clicked", {
      lat: Number(spot[1].toFixed(5)),
      lon: Number(spot[0].toFixed(5)),
      zoom: Number(this.map.getZoom().toFixed(2)),
      hits: told.slice(0, 8),
    });
  }

  move(event) {
    this.drawing.move(event.lngLat.wrap().toArray());
    if (this.drawing.active) return this.showTip(null);
    const { mode } = this.message;
    if (mode === "point") return this.showTip(null);
    const hits = this.hits(event.point).filter(({ properties }) => mode === "look" || properties.kind === "link");
    if (mode === "look") this.map.getCanvas().style.cursor = hits.length ? "pointer" : "";
    return this.showTip(hits, event.point);
  }

  showTip(hits, point) {
    const lines = (hits || []).map((feature) => feature.properties.text).filter(Boolean).slice(0, 4);
    this.tip.hidden = !lines.length;
    if (!lines.length) return;
    this.tip.replaceChildren(
      ...lines.flatMap((text) => String(text).split("\n")).map((text) => {
        const line = document.createElement("bdi");
        line.dir = "auto";
        line.textContent = text;
        return line;
      }),
    );
    const right = point.x > this.canvas.clientWidth / 2;
    const low = point.y > this.canvas.clientHeight / 2;
    Object.assign(this.tip.style, {
      left: right ? "" : `${point.x + 14}px`,
      right: right ? `${this.canvas.clientWidth - point.x + 14}px` : "",
      top: low ? "" : `${point.y + 14}px`,
      bottom: low ? `${this.canvas.clientHeight - point.y + 14}px` : "",
    });
  }

  // ------------------------------------------------------------------ the list of sheets

  listSwitches() {
    const titled = this.message.sheets.filter((sheet) => sheet.title).map((sheet) => this.sheets.get(sheet.id));
    const mark = JSON.stringify(titled.map((sheet) => [sheet.id, sheet.title]));
    this.switches.hidden = titled.length < 2;
    if (mark === this.listed) return;
    this.listed = mark;
    const summary = document.createElement("summary");
    summary.textContent = this.message.words.layers;
    this.switches.replaceChildren(
      summary,
      ...titled.map((sheet) => {
        const label = document.createElement("label");
        const box = document.createElement("input");
        box.type = "checkbox";
        box.checked = !this.hidden.has(sheet.id);
        box.addEventListener("change", () => {
          if (box.checked) this.hidden.delete(sheet.id);
          else this.hidden.add(sheet.id);
          this.showOrHide(sheet);
          this.keep();
        });
        const name = document.createElement("bdi");
        name.textContent = sheet.title;
        label.append(box, name);
        return label;
      }),
    );
  }

  showOrHide(sheet) {
    for (const layer of sheet.layers) {
      this.map.setLayoutProperty(layer.id, "visibility", this.hidden.has(sheet.id) ? "none" : "visible");
    }
  }

  addDrawing() {
    this.map.addSource("drawing", { type: "geojson", data: { type: "FeatureCollection", features: [] } });
    this.map.addLayer({
      id: "drawing/line", type: "line", source: "drawing",
      paint: { "line-color": this.theme.chosen, "line-width": 2.5, "line-dasharray": [2, 1] },
    });
    this.map.addLayer({
      id: "drawing/dots", type: "circle", source: "drawing", filter: ["==", ["geometry-type"], "Point"],
      paint: { "circle-color": this.theme.chosen, "circle-radius": 5, "circle-stroke-color": "#fff", "circle-stroke-width": 1.5 },
    });
  }

  remove() {
    this.keep();
    clearTimeout(this.viewing);
    this.leave();
    this.bar.remove();
    this.map.remove();
    this.frame.remove();
  }
}
