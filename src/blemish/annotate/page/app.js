// Ties together the photograph, what is drawn on it, the keys and the panel.

import { View, colourOf } from "./canvas.js";
import { KEYS, commandOf } from "./keys.js";
import { Painting, readMask } from "./mask.js";
import { at, say, showKeys, showPanel, showPlace } from "./panel.js";
import { History, Saver, ask, drafts } from "./store.js";

const view = new View(at("stage"));
const state = {
  folder: "", list: [], labels: [], number: 0, photo: null, picture: null, shapes: [], selected: -1, open: null,
  painting: null, repainted: null, cursor: null, tool: "polygon", label: "", exposure: 0, size: 12, hidden: false,
};
const histories = new Map();
let history = null;
let saver = null;
let overtaken = null;
let drag = null;
const tidy = (point) => point.map((value) => Math.round(value * 100) / 100);

// Edits

function edit(shapes, selected = state.selected) {
  history.add(shapes);
  settle(selected);
}

function settle(selected = -1) {
  Object.assign(state, { shapes: history.shapes, selected: Math.min(selected, history.shapes.length - 1) });
  keepDraft(true);
  saver.save(state.shapes);
  show();
}

function keepDraft(unsaved) {
  const draft = { version: saver.version, shapes: unsaved ? state.shapes : null, open: state.open };
  const kept = !unsaved && !state.open ? drafts.drop(state.folder, state.photo.name) : drafts.put(state.folder, state.photo.name, draft);
  if (kept === false) say("this browser keeps no drafts: wait for `saved` before you close it", true);
}

function undo(by) {
  if (state.open && by < 0) return back();
  if (history.step(by)) settle();
}

function corner(point) {
  state.open = [...(state.open ?? []), tidy(point)];
  keepDraft(!saver.idle);
  show();
}

function close() {
  if (!state.open) return;
  if (state.open.length < 3) return say("a polygon has three corners or more", true);
  const shape = { label: state.label, shape_type: "polygon", points: state.open };
  state.open = null;
  edit([...state.shapes, shape], state.shapes.length);
}

function cancel() {
  Object.assign(state, { open: null, painting: null, repainted: null, selected: -1 });
  keepDraft(!saver.idle);
  show();
}

function back() {
  if (state.open) {
    state.open = state.open.length > 1 ? state.open.slice(0, -1) : null;
    keepDraft(!saver.idle);
    show();
  } else if (state.selected >= 0) {
    edit(state.shapes.filter((_, number) => number !== state.selected), -1);
  }
}

function choose(label) {
  if (!label) return;
  if (!state.labels.includes(label)) state.labels = [...state.labels, label];
  state.label = label;
  const shape = state.shapes[state.selected];
  if (shape?.points && shape.label !== label) edit(state.shapes.map((one) => (one === shape ? relabelled(shape, label) : one)));
  show();
}

function relabelled(shape, label) {
  const copy = { ...shape, label };
  if (shape.shape_type === "mask") readMask(copy).then(show);
  return copy;
}

// Painting

function startPaint(point, erase) {
  const chosen = state.shapes[state.selected];
  const repainted = chosen?.shape_type === "mask" ? chosen : null;
  if (repainted) state.label = repainted.label;
  state.repainted = repainted;
  const colour = colourOf(state.labels, state.label);
  state.painting = new Painting(repainted, state.photo.width, state.photo.height, colour);
  paintTo(point, point, erase);
}

function paintTo(from, to, erase) {
  state.painting.stroke(from, to, state.size / 2, erase ? 0 : 1);
  redraw();
}

function endPaint() {
  const { painting, repainted, shapes } = state;
  Object.assign(state, { painting: null, repainted: null });
  if (!painting) return;
  const shape = painting.cut(repainted ?? { label: state.label });
  if (repainted && shape) edit(shapes.map((one) => (one === repainted ? shape : one)));
  else if (repainted) edit(shapes.filter((one) => one !== repainted), -1);
  else if (shape) edit([...shapes, shape], shapes.length);
  else show();
}

// Selecting and moving corners

function grab(point, alt) {
  const reach = 8 / view.scale;
  const shape = state.shapes[state.selected];
  if (shape?.points && shape.shape_type !== "mask") {
    const corners = shape.points;
    const near = corners.findIndex((one) => Math.hypot(one[0] - point[0], one[1] - point[1]) < reach);
    if (near >= 0 && alt && corners.length > 3 && shape.shape_type === "polygon") {
      return edit(moved(shape, corners.filter((_, number) => number !== near)));
    }
    if (near >= 0) { drag = { kind: "corner", shape, near }; return undefined; }
    if (alt && shape.shape_type === "polygon") {
      const edge = nearestEdge(corners, point);
      return edit(moved(shape, corners.toSpliced(edge + 1, 0, tidy(point))));
    }
  }
  state.selected = state.shapes.findLastIndex((one) => one.points && covers(one, point, reach));
  return show();
}

const moved = (shape, points) => state.shapes.map((one) => (one === shape ? { ...shape, points } : one));

function nearestEdge(corners, [x, y]) {
  let best = [Infinity, 0];
  corners.forEach(([ax, ay], number) => {
    const [bx, by] = corners[(number + 1) % corners.length];
    const length = (bx - ax) ** 2 + (by - ay) ** 2 || 1;
    const along = Math.min(Math.max(((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length, 0), 1);
    const apart = Math.hypot(x - ax - along * (bx - ax), y - ay - along * (by - ay));
    if (apart < best[0]) best = [apart, number];
  });
  return best[1];
}

function covers(shape, [x, y], reach) {
  const [xs, ys] = [0, 1].map((axis) => shape.points.map((point) => point[axis]));
  if (shape.shape_type === "circle") return Math.hypot(x - xs[0], y - ys[0]) <= Math.hypot(xs[1] - xs[0], ys[1] - ys[0]) + reach;
  if (shape.shape_type === "polygon") {
    let inside = false;
    for (let i = 0, j = xs.length - 1; i < xs.length; j = i++) {
      if (ys[i] > y !== ys[j] > y && x < ((xs[j] - xs[i]) * (y - ys[i])) / (ys[j] - ys[i]) + xs[i]) inside = !inside;
    }
    if (inside) return true;
  }
  const inBox = x >= Math.min(...xs) - reach && x <= Math.max(...xs) + reach && y >= Math.min(...ys) - reach && y <= Math.max(...ys) + reach;
  return inBox && (shape.shape_type !== "polygon" || shape.points.some((one) => Math.hypot(one[0] - x, one[1] - y) < reach));
}

// Photographs

async function open(number) {
  if (!state.list.length || number < 0 || number >= state.list.length) return;
  if (saver && !saver.idle) {
    await Promise.race([saver.running, new Promise((later) => setTimeout(later, 2000))]);
    if (!saver.idle) return say("this photograph is not saved yet; it stays open until it is", true);
  }
  const { name } = state.list[number];
  let photo;
  try { photo = await ask(`photograph?name=${encodeURIComponent(name)}`); } catch (error) { return say(error.message, true); }
  Object.assign(state, { number, photo, selected: -1, open: null, painting: null, repainted: null });
  saver = new Saver(name, photo.version, say, () => { state.list[number].annotated = true; keepDraft(false); show(); });
  const old = histories.get(name);
  history = old && old.version === photo.version ? old.history : new History(photo.shapes);
  const draft = drafts.get(state.folder, name);
  overtaken = draft && draft.version !== photo.version ? draft : null;
  const found = draft && !overtaken ? draft : null;
  await Promise.all([...(found?.shapes ?? []), ...history.shapes].filter((one) => one.mask).map((one) => readMask(one).catch(() => null)));
  state.shapes = history.shapes;
  state.open = found?.open ?? null;
  await develop();
  view.resize();
  view.fit(photo.width, photo.height);
  window.history.replaceState(null, "", `#${encodeURIComponent(name)}`);
  say(overtaken ? "a draft of an earlier version of this file is kept: R brings it back" : "saved");
  if (found?.shapes) edit(found.shapes, -1);
  show();
  return undefined;
}

async function restore() {
  if (!overtaken) return;
  const { shapes, open: corners } = overtaken;
  overtaken = null;
  await Promise.all((shapes ?? []).filter((one) => one.mask).map((one) => readMask(one).catch(() => null)));
  state.open = corners;
  if (shapes) edit(shapes, -1); else show();
}

async function develop() {
  const { name, bits } = state.photo;
  const picture = new Image();
  picture.src = `picture?name=${encodeURIComponent(name)}&exposure=${bits === 16 ? state.exposure : 0}`;
  try { await picture.decode(); } catch { return say(`${name}: the photograph cannot be shown`, true); }
  if (state.photo.name === name) state.picture = picture;
  return redraw();
}

let developing = 0;
function expose(value) {
  state.exposure = Math.min(Math.max(value, -2), 6);
  clearTimeout(developing);
  if (state.photo?.bits === 16) developing = setTimeout(develop, 120);
  show();
}

// Commands

const commands = {
  polygon: () => pick("polygon"), brush: () => pick("brush"), select: () => pick("select"), close, cancel, back, restore,
  cycle: () => { state.selected = (state.selected + 1) % Math.max(state.shapes.length, 1); pick("select"); },
  newlabel: () => at("label").focus(),
  brighter: () => expose(state.exposure + 0.5), darker: () => expose(state.exposure - 0.5), plain: () => expose(0),
  in: () => { view.zoom(1.25); redraw(); }, out: () => { view.zoom(0.8); redraw(); },
  fit: () => { view.fit(state.photo.width, state.photo.height); redraw(); },
  smaller: () => resize(state.size - 1), larger: () => resize(state.size + 1),
  hide: () => { state.hidden = true; redraw(); },
  undo: () => undo(-1), redo: () => undo(1),
  next: () => open(state.number + 1), previous: () => open(state.number - 1),
  help: () => { at("help").open = !at("help").open; },
};

function pick(tool) {
  if (tool !== "select") state.selected = tool === "brush" ? state.selected : -1;
  state.tool = tool;
  show();
}

function resize(size) { state.size = Math.min(Math.max(size, 1), 60); show(); }

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function onKey(event) {
  if (!state.photo || event.target.id === "label") return;
  if (event.key in ARROWS || event.key === " ") {
    event.preventDefault();
    return onPen(event);
  }
  const command = commandOf(event);
  if (!command) return;
  event.preventDefault();
  if (command.startsWith("label ")) choose(state.labels[Number(command.slice(6)) - 1]);
  else commands[command]();
}

function onPen(event) {
  const from = state.cursor ?? [state.photo.width / 2, state.photo.height / 2];
  if (event.key === " ") {
    if (event.repeat) return;
    if (state.tool === "polygon") corner(from);
    else if (state.tool === "brush") { startPaint(from, event.shiftKey); drag = { kind: "keys" }; }
    else grab(from, event.altKey);
    return;
  }
  const far = event.shiftKey && !drag ? 10 : 1;
  const [dx, dy] = ARROWS[event.key];
  state.cursor = [Math.min(Math.max(from[0] + far * dx, 0), state.photo.width), Math.min(Math.max(from[1] + far * dy, 0), state.photo.height)];
  if (drag?.kind === "keys") paintTo(from, state.cursor, event.shiftKey);
  redraw();
}

function onDown(event) {
  if (!state.photo) return;
  view.canvas.focus();
  view.canvas.setPointerCapture(event.pointerId);
  const place = [event.offsetX, event.offsetY];
  const point = view.toImage(place);
  if (event.button !== 0) { drag = { kind: "pan", place }; return; }
  if (state.tool === "polygon") { event.detail > 1 ? close() : corner(point); }
  else if (state.tool === "brush") { startPaint(point, event.shiftKey); drag = { kind: "paint", point }; }
  else grab(point, event.altKey);
}

function onMove(event) {
  if (!state.photo) return;
  const place = [event.offsetX, event.offsetY];
  const point = view.toImage(place);
  state.cursor = point;
  if (drag?.kind === "pan") { view.move(place[0] - drag.place[0], place[1] - drag.place[1]); drag.place = place; }
  if (drag?.kind === "paint") { paintTo(drag.point, point, event.shiftKey); drag.point = point; }
  if (drag?.kind === "corner") {
    drag.points = drag.shape.points.with(drag.near, tidy(point));
    state.shapes = history.shapes.map((one) => (one === drag.shape ? { ...drag.shape, points: drag.points } : one));
  }
  redraw();
}

function onUp() {
  const done = drag;
  drag = null;
  if (done?.kind === "paint") endPaint();
  if (done?.kind === "corner" && done.points) { state.shapes = history.shapes; edit(moved(done.shape, done.points)); }
}

let waiting = false;
function redraw() {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    view.draw(state);
    showPlace(state, view.scale);
  });
}

function show() {
  if (history) histories.set(state.photo.name, { version: saver.version, history });
  showPanel(state, { pick, choose, select: (number) => { state.selected = number; pick("select"); } });
  redraw();
}

async function start() {
  showKeys(KEYS);
  const told = await ask("photographs");
  Object.assign(state, { folder: told.folder, list: told.photographs, labels: told.labels, label: told.labels[0] });
  const wanted = decodeURIComponent(location.hash.slice(1));
  await open(Math.max(state.list.findIndex((one) => one.name === wanted), 0));
}

window.addEventListener("keydown", onKey);
window.addEventListener("keyup", (event) => {
  if (event.key.toLowerCase() === "m") { state.hidden = false; redraw(); }
  if (event.key === " " && drag?.kind === "keys") { drag = null; endPaint(); }
});
window.addEventListener("resize", () => { view.resize(); redraw(); });
view.canvas.addEventListener("pointerdown", onDown);
view.canvas.addEventListener("pointermove", onMove);
view.canvas.addEventListener("pointerup", onUp);
view.canvas.addEventListener("pointerleave", () => { if (!drag) { state.cursor = null; redraw(); } });
view.canvas.addEventListener("contextmenu", (event) => event.preventDefault());
view.canvas.addEventListener("wheel", (event) => {
  event.preventDefault();
  view.zoom(event.deltaY < 0 ? 1.15 : 1 / 1.15, [event.offsetX, event.offsetY]);
  redraw();
}, { passive: false });
at("previous").onclick = commands.previous;
at("next").onclick = commands.next;
at("exposure").oninput = (event) => expose(Number(event.target.value));
at("size").oninput = (event) => resize(Number(event.target.value));
at("label").onkeydown = (event) => {
  if (event.key === "Enter") { choose(event.target.value.trim()); event.target.value = ""; }
  if (event.key === "Enter" || event.key === "Escape") view.canvas.focus();
};
start().catch((error) => say(error.message, true));
