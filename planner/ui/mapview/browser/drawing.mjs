// Points, circles and outlines that the planner draws by clicks; the result goes to Python.

const EARTH_M = 6371009;
const CORNERS = 64;
const CLOSE_PX = 12;

/** What each mode asks for next, by the words that Python sent. */
export class Drawing {
  constructor(map, onDone, onHint) {
    this.map = map;
    this.onDone = onDone;
    this.onHint = onHint;
    this.mode = "look";
    this.corners = [];
    this.pointer = null;
  }

  get active() {
    return this.mode === "circle" || this.mode === "polygon";
  }

  set(mode, words) {
    this.words = words;
    if (mode === this.mode) return this.hint();
    this.mode = mode;
    this.clear();
    const aims = mode !== "look";
    this.map.getCanvas().style.cursor = aims ? "crosshair" : "";
    if (this.active) this.map.doubleClickZoom.disable();
    else this.map.doubleClickZoom.enable();
  }

  clear() {
    this.corners = [];
    this.pointer = null;
    this.show();
    this.hint();
  }

  hint() {
    const { words, mode, corners } = this;
    if (!words) return;
    const told = {
      look: "",
      road: words.road,
      point: words.point,
      circle: corners.length ? words.edge : words.centre,
      polygon: corners.length < 3 ? words.corners : words.finish,
    };
    this.onHint(told[mode] || "");
  }

  /** True where the click belonged to the drawing. */
  click(spot, pixel) {
    if (!this.active) return false;
    if (this.mode === "circle" && this.corners.length === 1) {
      const radius = metres(this.corners[0], spot);
      if (radius < 1) return true;
      this.finish({ shape: "circle", centre: latLon(this.corners[0]), radius_m: Math.round(radius) });
      return true;
    }
    if (this.mode === "polygon" && this.corners.length >= 3 && this.isNear(this.corners[0], pixel)) {
      this.close();
      return true;
    }
    const last = this.corners.at(-1);
    if (last && this.isNear(last, pixel)) return true; // the second click of a double one
    this.corners.push(spot);
    this.show();
    this.hint();
    return true;
  }

  isNear(spot, pixel) {
    const there = this.map.project(spot);
    return Math.hypot(there.x - pixel.x, there.y - pixel.y) < CLOSE_PX;
  }

  move(spot) {
    if (!this.active || !this.corners.length) return;
    this.pointer = spot;
    this.show();
  }

  close() {
    if (this.mode === "polygon" && this.corners.length >= 3) {
      this.finish({ shape: "polygon", corners: this.corners.map(latLon) });
    }
  }

  key(name) {
    if (!this.active) return false;
    if (name === "Escape") this.clear();
    else if (name === "Enter") this.close();
    else if (name === "Backspace") {
      this.corners.pop();
      this.show();
      this.hint();
    } else return false;
    return true;
  }

  finish(shape) {
    this.clear();
    this.onDone(shape);
  }

  show() {
    const source = this.map.getSource("drawing");
    if (source) source.setData({ type: "FeatureCollection", features: this.features() });
  }

  features() {
    const { corners, pointer } = this;
    const line = (spots) => ({ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: spots } });
    const dots = corners.map((spot) => ({ type: "Feature", properties: {}, geometry: { type: "Point", coordinates: spot } }));
    if (!corners.length) return [];
    if (this.mode === "circle") {
      return pointer ? [line(circle(corners[0], metres(corners[0], pointer))), line([corners[0], pointer]), ...dots] : dots;
    }
    const spots = pointer ? [...corners, pointer] : corners;
    return spots.length > 1 ? [line([...spots, spots[0]]), ...dots] : dots;
  }
}

const latLon = ([lon, lat]) => [Number(lat.toFixed(5)), Number(lon.toFixed(5))];

/** Great-circle distance (haversine formula). */
export function metres([lonA, latA], [lonB, latB]) {
  const rad = Math.PI / 180;
  const half =
    Math.sin(((latB - latA) * rad) / 2) ** 2 +
    Math.cos(latA * rad) * Math.cos(latB * rad) * Math.sin(((lonB - lonA) * rad) / 2) ** 2;
  return 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(half)));
}

function circle([lon, lat], radius) {
  const rad = Math.PI / 180;
  const reach = radius / EARTH_M;
  return Array.from({ length: CORNERS + 1 }, (_, corner) => {
    const bearing = (2 * Math.PI * corner) / CORNERS;
    const sine = Math.sin(lat * rad) * Math.cos(reach) + Math.cos(lat * rad) * Math.sin(reach) * Math.cos(bearing);
    const east = Math.sin(bearing) * Math.sin(reach) * Math.cos(lat * rad);
    const turn = Math.atan2(east, Math.cos(reach) - Math.sin(lat * rad) * sine);
    return [lon + turn / rad, Math.asin(sine) / rad];
  });
}
