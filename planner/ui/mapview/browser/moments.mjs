// What of a sheet holds at one moment.
//
// A feature may carry `when`, a list of [from_s, until_s) outside of which it is not drawn; `series`,
// a mapping of property to [[from_s, value], ...] of which the last one begun holds; and, where it is
// a track, `times`, one second for each of its coordinates.

/** Whether anything of these features changes with time. */
export function isTimed(features) {
  return features.some((feature) => feature.when || feature.series || feature.times);
}

/** The features of the moment, as GeoJSON, and a mark that changes when they do. */
export function atMoment(features, t) {
  const found = [];
  const marks = [];
  features.forEach((feature, index) => {
    const spans = feature.when || (feature.times ? [[feature.times[0], feature.times.at(-1) + 1]] : null);
    if (spans && !spans.some(([from, until]) => from <= t && t < until)) return;
    if (feature.times) {
      const moved = alongTrack(feature, t);
      found.push(...moved);
      marks.push(index, moved.at(-1).geometry.coordinates);
      return;
    }
    const properties = { ...feature.properties };
    for (const [name, steps] of Object.entries(feature.series || {})) {
      properties[name] = lastBegun(steps, t);
    }
    marks.push(index, feature.series ? Object.values(properties) : "");
    found.push({ type: "Feature", geometry: feature.geometry, properties });
  });
  return { mark: JSON.stringify(marks), data: { type: "FeatureCollection", features: found } };
}

/** The value of the last step that has begun, or the first one's. */
export function lastBegun(steps, t) {
  let low = 0;
  let high = steps.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (steps[middle][0] <= t) low = middle;
    else high = middle - 1;
  }
  return steps.length ? steps[low][1] : undefined;
}

function alongTrack(feature, t) {
  const { coordinates } = feature.geometry;
  const { times, properties } = feature;
  let leg = 0;
  while (leg < times.length - 1 && times[leg + 1] <= t) leg += 1;
  const here = between(coordinates, times, leg, t);
  const behind = [...coordinates.slice(0, leg + 1), here];
  const ahead = [here, ...coordinates.slice(leg + 1)];
  const part = (name, type, spots) => ({
    type: "Feature",
    geometry: { type, coordinates: spots },
    properties: { ...properties, part: name },
  });
  const parts = [];
  if (ahead.length > 1) parts.push(part("ahead", "LineString", ahead));
  if (behind.length > 1) parts.push(part("behind", "LineString", behind));
  return [...parts, part("mover", "Point", here)];
}

function between(coordinates, times, leg, t) {
  const next = leg + 1;
  if (t <= times[leg] || next >= times.length) return coordinates[leg];
  const share = (t - times[leg]) / Math.max(1, times[next] - times[leg]);
  return coordinates[leg].map((value, axis) => value + share * (coordinates[next][axis] - value));
}
