// The time bar below a map: play, a slider over the whole horizon with its nights, and the local time.

import { lastBegun } from "./moments.mjs";

const WHOLE_S = 40; // what playing the whole horizon takes
const REPORT_MS = 250; // after the slider has come to rest

/** A bar; `onTime(t)` is called at every move, `onRest(t)` when it has come to rest. */
export class TimeBar {
  constructor(onTime, onRest) {
    this.onTime = onTime;
    this.onRest = onRest;
    this.t = 0;
    this.playing = null;
    this.element = document.createElement("div");
    this.element.className = "bar";
    this.button = document.createElement("button");
    this.button.type = "button";
    this.button.addEventListener("click", () => (this.playing ? this.pause() : this.play()));
    const track = document.createElement("div");
    track.className = "track";
    this.strip = document.createElement("canvas");
    this.strip.setAttribute("aria-hidden", "true");
    this.slider = document.createElement("input");
    this.slider.type = "range";
    this.slider.addEventListener("input", () => {
      this.pause();
      this.go(Number(this.slider.value));
      this.restSoon();
    });
    this.told = document.createElement("output");
    this.told.className = "told";
    this.note = document.createElement("div");
    this.note.className = "note";
    this.note.dir = "auto";
    track.append(this.strip, this.slider);
    this.element.append(this.button, track, this.told, this.note);
    this.sizes = new ResizeObserver(() => this.drawStrip());
    this.sizes.observe(this.strip);
  }

  /** Take over what Python says of the clock. */
  set(clock, words, colours) {
    const fresh = JSON.stringify(clock) !== this.last;
    this.clock = clock;
    this.words = words;
    this.colours = colours;
    if (fresh) {
      this.last = JSON.stringify(clock);
      const format = (options) =>
        new Intl.DateTimeFormat(clock.language, { timeZone: clock.zone, hourCycle: "h23", ...options });
      this.moment = format({ weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
      this.day = format({ weekday: "short", day: "numeric" });
      Object.assign(this.slider, { min: 0, max: clock.end_s, step: clock.step_s });
      this.slider.setAttribute("aria-label", words.time);
    }
    this.show();
    this.drawStrip();
  }

  /** Show the moment `t` seconds after the start. */
  go(t) {
    this.t = Math.max(0, Math.min(this.clock ? this.clock.end_s : t, t));
    this.show();
    this.onTime(this.t);
  }

  show() {
    if (!this.clock) return;
    this.slider.value = this.t;
    const told = this.moment.format(this.clock.start_ms + this.t * 1000);
    this.told.textContent = told;
    this.slider.setAttribute("aria-valuetext", told);
    this.note.textContent = lastBegun(this.clock.notes, this.t) || "";
    this.button.textContent = this.playing ? "❚❚" : "▶";
    this.button.setAttribute("aria-label", this.playing ? this.words.pause : this.words.play);
  }

  restSoon() {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.onRest(Math.round(this.t)), REPORT_MS);
  }

  play() {
    let before = performance.now();
    if (this.t >= this.clock.end_s) this.t = 0;
    const turn = (now) => {
      const passed = ((now - before) / 1000) * (this.clock.end_s / WHOLE_S);
      before = now;
      this.go(this.t + passed);
      if (this.t >= this.clock.end_s) this.pause();
      else this.playing = requestAnimationFrame(turn);
    };
    this.playing = requestAnimationFrame(turn);
    this.show();
  }

  pause() {
    if (!this.playing) return;
    cancelAnimationFrame(this.playing);
    this.playing = null;
    this.show();
    this.restSoon();
  }

  /** Nights as bands, midnights as ticks with the day's name. */
  drawStrip() {
    const { clock, strip, colours } = this;
    const width = strip.clientWidth;
    const height = strip.clientHeight;
    if (!clock || !width || !colours) return;
    const sharp = window.devicePixelRatio || 1;
    strip.width = width * sharp;
    strip.height = height * sharp;
    const pen = strip.getContext("2d");
    pen.scale(sharp, sharp);
    const at = (t) => (t / clock.end_s) * width;
    pen.fillStyle = colours.night;
    for (const [from, until] of clock.nights) pen.fillRect(at(from), 0, at(until) - at(from), height);
    pen.fillStyle = colours.ink;
    pen.font = `11px ${colours.font}`;
    pen.textBaseline = "top";
    let free = 0;
    for (const midnight of clock.midnights) {
      pen.globalAlpha = 0.35;
      pen.fillRect(at(midnight), 0, 1, height);
      pen.globalAlpha = 0.85;
      const name = this.day.format(clock.start_ms + midnight * 1000 + 43200000);
      const room = pen.measureText(name).width;
      if (at(midnight) >= free && at(midnight) + room + 6 < width) {
        pen.fillText(name, at(midnight) + 4, 2);
        free = at(midnight) + room + 12;
      }
    }
  }

  remove() {
    this.pause();
    clearTimeout(this.resting);
    this.sizes.disconnect();
  }
}
