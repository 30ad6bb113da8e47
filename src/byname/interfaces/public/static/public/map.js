/* Lets a map the server drew move, where the browser can; where it cannot, the drawing stays.

   <div class="map" data-map data-label="Map of …" data-src="areas.geojson"
        data-lib="maplibre-gl.mjs" data-worker="maplibre-gl-worker.mjs" data-css="maplibre-gl.css"
        data-selected="slug"          the area this page is about (optional)
        data-prefix="/fr/"            what stands before the features' own paths in the page's language (optional)
        data-pick | data-pick-form="#id"   a click chooses a point (see place.js) instead of opening an area
        data-names-lang="en"          the language of the names, where it is not the page's
        data-zoom-in data-zoom-out    what the two buttons are called
        data-schematic="true" data-schematic-words="…"   said where the boundaries are drawn, not surveyed
        data-keys                     how to use the keyboard here (this and the next four are left out where not given)
        data-not-yet                  said after the name of a place without a team
        data-two-fingers data-hold-ctrl data-hold-cmd    how to move the map inside a page that scrolls
   >  <svg>…</svg>  </div>

   Features: polygons with slug, name, kind "area" or "neighbourhood", url, served.
   Events: `byname:map` with the map once it is drawn; `byname:point` with { lat, lon } where a point is chosen. */

const ZOOM_BUTTONS_PX = 64; // their width and margins in map.css: the first view keeps clear of them
const TOKENS = ["map", "cell", "paper", "ink", "soft", "brand"];

/* Which layer takes which colour of the page: said once, for the first drawing and for every change of scheme. */
const COLOURS = [
  ["ground", "background-color", (of) => of.map],
  ["cells", "fill-color", (of) => of.cell],
  ["tint", "fill-color", (of) => of.brand],
  ["edges", "line-color", (of) => of.paper],
  ["outline", "line-color", (of) => of.brand],
  ["names", "text-color", (of) => ["case", ["any", ["get", "chosen"], ["get", "served"]], of.ink, of.soft]],
  ["names", "text-halo-color", (of) => of.cell],
];

/* The page's colours as plain rgb: the map's library does not read every way CSS has of writing a colour. */
function colours(element) {
  const probe = document.createElement("span");
  probe.hidden = true;
  element.append(probe);
  const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const found = {};
  for (const token of TOKENS) {
    probe.style.color = `var(--${token})`;
    pen.fillStyle = getComputedStyle(probe).color;
    pen.fillRect(0, 0, 1, 1);
    const [red, green, blue] = pen.getImageData(0, 0, 1, 1).data;
    found[token] = `rgb(${red}, ${green}, ${blue})`;
  }
  probe.remove();
  return found;
}

const polygonsOf = ({ type, coordinates }) => (type === "Polygon" ? [coordinates] : coordinates);

/* [west, south, east, north] of rings of points. */
function boundsOf(rings) {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of rings.flat()) {
    west = Math.min(west, x);
    south = Math.min(south, y);
    east = Math.max(east, x);
    north = Math.max(north, y);
  }
  return [west, south, east, north];
}

/* Where a name stands: the middle of the widest stretch of a level line inside the largest polygon. Always inside,
   which a centroid is not, and one point for each place, where the library would repeat the name on every tile. */
function namePoint(geometry) {
  const size = ([west, south, east, north]) => (east - west) * (north - south);
  const polygon = polygonsOf(geometry).reduce((a, b) => (size(boundsOf([b[0]])) > size(boundsOf([a[0]])) ? b : a));
  const [, south, , north] = boundsOf([polygon[0]]);
  let best = { worth: -1, at: polygon[0][0] };
  for (const share of [0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74]) {
    const y = south + (north - south) * share;
    const crossings = polygon
      .flatMap((ring) =>
        ring.slice(1).flatMap(([x2, y2], i) => {
          const [x1, y1] = ring[i];
          return y1 > y === y2 > y ? [] : [x1 + ((y - y1) / (y2 - y1)) * (x2 - x1)];
        }),
      )
      .sort((a, b) => a - b);
    for (let i = 0; i + 1 < crossings.length; i += 2) {
      const worth = (crossings[i + 1] - crossings[i]) * (1 - Math.abs(share - 0.5));
      if (worth > best.worth) best = { worth, at: [(crossings[i] + crossings[i + 1]) / 2, y] };
    }
  }
  return best.at;
}

/* The places of a GeoJSON answer as the map wants them; areas last, so that they lie above neighbourhoods. */
function placesOf(collection, slug) {
  const features = collection.features
    .filter(({ geometry }) => geometry && /^(Multi)?Polygon$/.test(geometry.type))
    .sort((a, b) => (a.properties.kind === "area") - (b.properties.kind === "area"));
  const chosen = slug ? features.findLastIndex(({ properties }) => properties.slug === slug) : -1;
  return features.map(({ geometry, properties }, id) => ({
    type: "Feature",
    id,
    geometry,
    properties: { ...properties, chosen: id === chosen },
  }));
}

function styleOf(places, fonts, paint) {
  const here = ["boolean", ["feature-state", "here"], false];
  const chosen = ["get", "chosen"];
  const named = places.map((place) => ({
    ...place,
    geometry: { type: "Point", coordinates: namePoint(place.geometry) },
  }));
  const collection = (features) => ({ type: "geojson", data: { type: "FeatureCollection", features } });
  const style = {
    version: 8,
    sources: { places: collection(places), names: collection(named) },
    layers: [
      { id: "ground", type: "background", paint: {} },
      { id: "cells", type: "fill", source: "places", paint: { "fill-antialias": false } },
      {
        id: "tint",
        type: "fill",
        source: "places",
        paint: {
          "fill-opacity": ["case", chosen, 0.2, here, 0.16, ["get", "served"], 0.1, 0],
          "fill-antialias": false,
        },
      },
      {
        id: "edges",
        type: "line",
        source: "places",
        layout: { "line-join": "round" },
        paint: { "line-width": ["interpolate", ["linear"], ["zoom"], 9, 1, 13, 3] },
      },
      {
        id: "outline",
        type: "line",
        source: "places",
        layout: { "line-join": "round" },
        paint: { "line-width": ["case", chosen, 4, here, 2.5, 0] },
      },
      {
        id: "names",
        type: "symbol",
        source: "names",
        layout: {
          "text-field": ["get", "name"],
          "text-font": ["case", chosen, ["literal", fonts.bold], ["literal", fonts.plain]],
          "text-size": ["case", chosen, 15, 13],
          "text-max-width": 7,
          "text-padding": 4,
          "symbol-sort-key": ["case", chosen, 0, ["get", "served"], 1, 2],
        },
        paint: { "text-halo-width": 1 },
      },
    ],
  };
  for (const [layer, property, colour] of COLOURS) {
    style.layers.find(({ id }) => id === layer).paint[property] = colour(paint);
  }
  return style;
}

/* The page's own fonts, fetched for these names before the library draws its letters from them. */
async function fontsFor(element, places) {
  const plain = getComputedStyle(element)
    .fontFamily.split(",")
    .map((family) => family.trim().replaceAll(/^["']|["']$/g, ""));
  const bold = ["Atkinson Hyperlegible Next Bold", ...plain];
  const names = places.map(({ properties }) => properties.name).join("");
  await Promise.allSettled(
    [plain, bold].map((families) => document.fonts.load(`16px ${families.map((f) => `"${f}"`).join(",")}`, names)),
  );
  return { plain, bold };
}

function sheet(address) {
  return new Promise((resolve, reject) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = address;
    link.onload = resolve;
    link.onerror = () => reject(new Error(`No style sheet at ${address}`));
    document.head.append(link);
  });
}

async function answer(address) {
  const response = await fetch(address, { headers: { Accept: "application/geo+json, application/json" } });
  if (!response.ok) throw new Error(`${address} answered ${response.status}`);
  return response.json();
}

/* An element with a class, words and attributes. */
function part(tag, name, words = "", attributes = {}) {
  const made = document.createElement(tag);
  made.className = name;
  made.textContent = words;
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  return made;
}

/* Adds the two buttons, in the page's own look and language. */
function addZoom(element, map, moving) {
  const box = part("div", "map-zoom");
  const button = (sign, label, act, limit) => {
    const made = part("button", "", sign, { type: "button", "aria-label": label });
    made.addEventListener("click", () => act.call(map));
    const tell = () => made.setAttribute("aria-disabled", String(Math.abs(map.getZoom() - limit.call(map)) < 0.01));
    map.on("zoomend", tell);
    tell();
    box.append(made);
  };
  button("+", element.dataset.zoomIn, map.zoomIn, map.getMaxZoom);
  button("−", element.dataset.zoomOut, map.zoomOut, map.getMinZoom);
  moving.append(box);
}

/* Shows which place the pointer, or the aim in the middle while the keyboard moves the map, is on; opens or picks it. */
function addChoosing(element, map, moving, places) {
  const { namesLang, keys, notYet, schematic, schematicWords, prefix = "" } = element.dataset;
  const name = part("output", "map-name", "", { dir: "auto" });
  if (namesLang) name.lang = namesLang;
  const foot = part("div", "map-foot");
  foot.append(name);
  if (keys) {
    const hint = part("p", "map-keys", keys, { id: `${element.id || "map"}-keys` });
    foot.append(hint);
    map.getCanvas().setAttribute("aria-describedby", hint.id);
  }
  if (schematic === "true") foot.append(part("p", "map-schematic", schematicWords));
  moving.append(part("div", "map-aim", "", { "aria-hidden": "true" }), foot);

  const canvas = map.getCanvas();
  const picking = () => "pick" in element.dataset || "pickForm" in element.dataset;
  const placeAt = (point) => {
    const ids = map.queryRenderedFeatures(point, { layers: ["cells"] }).map(({ id }) => id);
    return ids.length ? places[Math.max(...ids)] : null;
  };
  let marked = null;
  const mark = (place) => {
    if (place === marked) return;
    if (marked) map.setFeatureState({ source: "places", id: marked.id }, { here: false });
    if (place) map.setFeatureState({ source: "places", id: place.id }, { here: true });
    marked = place;
    const { name: called, served } = place?.properties ?? {};
    name.textContent = !place ? "" : served || !notYet ? called : `${called}: ${notYet}`;
    canvas.style.cursor = picking() ? "crosshair" : place && !place.properties.chosen ? "pointer" : "";
  };
  const choose = (lngLat, point) => {
    if (picking()) {
      const detail = { lat: lngLat.lat, lon: lngLat.lng };
      element.dispatchEvent(new CustomEvent("byname:point", { bubbles: true, cancelable: true, detail }));
      return;
    }
    const place = placeAt(point);
    if (place && !place.properties.chosen) window.location.assign(prefix.replace(/\/$/, "") + place.properties.url);
  };

  const middle = () => map.project(map.getCenter());
  const aiming = () => "aim" in moving.dataset;
  const aim = () => {
    moving.dataset.aim = "";
    mark(placeAt(middle()));
  };
  const stopAiming = () => {
    delete moving.dataset.aim;
    mark(null);
  };
  map.on("mousemove", ({ point }) => {
    delete moving.dataset.aim;
    mark(placeAt(point));
  });
  map.on("mouseout", () => aiming() || mark(null));
  map.on("click", ({ lngLat, point }) => choose(lngLat, point));
  map.on("move", () => aiming() && mark(placeAt(middle())));
  canvas.addEventListener("focus", () => canvas.matches(":focus-visible") && aim());
  canvas.addEventListener("blur", stopAiming);
  canvas.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
      choose(map.getCenter(), middle());
    } else if (event.key.startsWith("Arrow")) {
      aim();
    }
  });
}

/* What part of the world to show first, and how far one may wander from it. */
function framing(places, element) {
  const rings = (some) => some.flatMap(({ geometry }) => polygonsOf(geometry).map(([outer]) => outer));
  const all = boundsOf(rings(places));
  const first = boundsOf(rings(places.filter(({ properties }) => properties.chosen)));
  const [wide, high] = [all[2] - all[0], all[3] - all[1]];
  const room = Math.min(element.clientWidth, element.clientHeight);
  const chosen = Number.isFinite(first[0]);
  const edge = room * (chosen ? 0.22 : 0.04);
  const buttons = getComputedStyle(element).direction === "rtl" ? "left" : "right";
  const padding = { top: edge, bottom: edge, left: edge, right: edge, [buttons]: Math.max(edge, ZOOM_BUTTONS_PX) };
  return {
    all,
    bounds: chosen ? first : all,
    fitBoundsOptions: { padding },
    maxBounds: [all[0] - wide, all[1] - high, all[2] + wide, all[3] + high],
  };
}

async function setMoving(element) {
  const { lib, worker, css, src, selected, label, twoFingers = "", holdCtrl = "", holdCmd = "" } = element.dataset;
  const here = (address) => new URL(address, document.baseURI).href;
  const [library, collection] = await Promise.all([import(here(lib)), answer(here(src)), sheet(here(css))]);
  const places = placesOf(collection, selected);
  if (!places.length) return;
  const fonts = await fontsFor(element, places);
  library.setWorkerUrl(here(worker));

  const { all, ...frame } = framing(places, element);
  const moving = part("div", "map-moving");
  const container = part("div", "map-canvas");
  moving.append(container);
  element.append(moving);
  let map;
  try {
    map = new library.Map({
      container,
      style: styleOf(places, fonts, colours(element)),
      ...frame,
      maxZoom: 16,
      locale: {
        "Map.Title": label,
        "CooperativeGesturesHandler.MobileHelpText": twoFingers,
        "CooperativeGesturesHandler.WindowsHelpText": holdCtrl,
        "CooperativeGesturesHandler.MacHelpText": holdCmd,
      },
      // A map inside a page must not swallow the thumb or the wheel that scrolls the page.
      cooperativeGestures: true,
      attributionControl: false,
      renderWorldCopies: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      maxPitch: 0,
      fadeDuration: 0,
    });
  } catch (problem) {
    moving.remove();
    throw problem;
  }
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.setMinZoom(map.cameraForBounds(all).zoom - 1);
  // The arrow keys are the map's while it has the focus: that is what this role tells a screen reader.
  map.getCanvas().setAttribute("role", "application");

  await map.once("load");
  addZoom(element, map, moving);
  addChoosing(element, map, moving, places);
  const show = () => (element.dataset.state = "moving");
  map.on("webglcontextlost", () => delete element.dataset.state);
  map.on("webglcontextrestored", show);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    const paint = colours(element);
    for (const [layer, property, colour] of COLOURS) map.setPaintProperty(layer, property, colour(paint));
  });
  show();
  element.dispatchEvent(new CustomEvent("byname:map", { bubbles: true, detail: map }));
}

function drawsOnTheGraphicsCard() {
  const context = document.createElement("canvas").getContext("webgl2");
  context?.getExtension("WEBGL_lose_context")?.loseContext();
  return Boolean(context);
}

function begin(element) {
  setMoving(element).catch((problem) => console.warn("The drawn map stays, because:", problem));
}

/* Half a megabyte of library is fetched only for a map somebody looks at; by who saves data, only for one they ask for. */
const seen = new IntersectionObserver(
  (entries) => {
    for (const { target } of entries.filter(({ isIntersecting }) => isIntersecting)) {
      seen.unobserve(target);
      begin(target);
    }
  },
  { rootMargin: "200px" },
);

function watch(element) {
  if (!navigator.connection?.saveData) {
    seen.observe(element);
    return;
  }
  const asked = () => {
    if (!element.matches(":target, :target *")) return;
    window.removeEventListener("hashchange", asked);
    begin(element);
  };
  window.addEventListener("hashchange", asked);
  asked();
}

const maps = document.querySelectorAll("[data-map]");
if (maps.length && drawsOnTheGraphicsCard()) maps.forEach(watch);
