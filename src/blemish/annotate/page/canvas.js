// The photograph on the screen: where it is, how bright, and the marks over it.

import { tinted } from "./mask.js";

const COLOURS = ["#f2b134", "#4cc9f0", "#f72585", "#80ed99", "#b388ff", "#ff8a5c", "#5c9dff", "#e0e05a", "#ff6fae"];

export const colourOf = (labels, label) => COLOURS[Math.max(labels.indexOf(label), 0) % COLOURS.length];

export class View {
  constructor(canvas) {
    this.canvas = canvas;
    this.pen = canvas.getContext("2d");
    Object.assign(this, { scale: 1, x: 0, y: 0 });
  }
  resize() {
    const ratio = window.devicePixelRatio || 1;
    const { width, height } = this.canvas.getBoundingClientRect();
    Object.assign(this.canvas, { width: Math.round(width * ratio), height: Math.round(height * ratio) });
    Object.assign(this, { ratio, width, height });
  }
  fit(width, height) {
    this.scale = Math.min(this.width / width, this.height / height) * 0.98;
    this.x = (this.width - width * this.scale) / 2;
    this.y = (this.height - height * this.scale) / 2;
  }
  zoom(factor, at = [this.width / 2, this.height / 2]) {
    const scale = Math.min(Math.max(this.scale * factor, 0.02), 64);
    this.x = at[0] - (at[0] - this.x) * scale / this.scale;
    this.y = at[1] - (at[1] - this.y) * scale / this.scale;
    this.scale = scale;
  }
  move(dx, dy) { this.x += dx; this.y += dy; }
  toImage([x, y]) { return [(x - this.x) / this.scale, (y - this.y) / this.scale]; }
  toScreen([x, y]) { return [x * this.scale + this.x, y * this.scale + this.y]; }

  draw(state) {
    const { pen } = this;
    pen.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    pen.clearRect(0, 0, this.width, this.height);
    if (!state.picture) return;
    pen.save();
    pen.translate(this.x, this.y);
    pen.scale(this.scale, this.scale);
    pen.imageSmoothingEnabled = this.scale < 1;
    // f(x) = x 2^a, cut off at white: what the paper's annotators looked through. 16-bit pictures come exposed.
    pen.filter = state.photo.bits === 8 ? `brightness(${2 ** state.exposure})` : "none";
    pen.drawImage(state.picture, 0, 0);
    pen.filter = "none";
    if (!state.hidden) this.masks(state);
    pen.restore();
    if (state.hidden) return;
    state.shapes.forEach((shape, at) => this.shape(shape, colourOf(state.labels, shape.label), at === state.selected));
    if (state.open) this.open(state);
    if (state.cursor) this.cursor(state);
  }
  masks(state) {
    const { pen } = this;
    pen.imageSmoothingEnabled = false;
    for (const shape of state.shapes) {
      const piece = shape.shape_type === "mask" && shape !== state.repainted && tinted(shape, colourOf(state.labels, shape.label));
      if (piece) pen.drawImage(piece.picture, piece.left, piece.top);
    }
    if (state.painting) pen.drawImage(state.painting.canvas, 0, 0);
  }
  shape(shape, colour, selected) {
    if (!shape.points) return;
    const { pen } = this;
    const points = shape.points.map((point) => this.toScreen(point));
    pen.strokeStyle = colour;
    pen.fillStyle = `${colour}30`;
    pen.lineWidth = 1.5;
    pen.beginPath();
    outline(pen, shape.shape_type, points, this.scale);
    if (!["line", "linestrip", "mask"].includes(shape.shape_type)) pen.fill();
    pen.setLineDash(shape.shape_type === "mask" ? [4, 4] : []);
    if (shape.shape_type !== "mask" || selected) pen.stroke();
    pen.setLineDash([]);
    if (selected && shape.shape_type !== "mask") this.corners(points, colour);
  }
  open(state) {
    const { pen } = this;
    const colour = colourOf(state.labels, state.label);
    const points = [...state.open, ...(state.cursor ? [state.cursor] : [])].map((point) => this.toScreen(point));
    pen.strokeStyle = colour;
    pen.lineWidth = 1.5;
    pen.beginPath();
    points.forEach(([x, y], at) => (at ? pen.lineTo(x, y) : pen.moveTo(x, y)));
    pen.stroke();
    this.corners(points.slice(0, state.open.length), colour);
  }
  corners(points, colour) {
    for (const [x, y] of points) {
      this.pen.strokeStyle = colour;
      this.pen.strokeRect(x - 3.5, y - 3.5, 7, 7);
    }
  }
  cursor(state) {
    const { pen } = this;
    const [x, y] = this.toScreen(state.cursor);
    pen.strokeStyle = "#ffffffb0";
    pen.lineWidth = 1;
    pen.beginPath();
    if (state.tool === "brush") pen.arc(x, y, Math.max(state.size / 2 * this.scale, 1), 0, 2 * Math.PI);
    else if (state.tool === "polygon") { pen.moveTo(x - 9, y); pen.lineTo(x + 9, y); pen.moveTo(x, y - 9); pen.lineTo(x, y + 9); }
    pen.stroke();
  }
}

function outline(pen, kind, points, scale) {
  const [[ax, ay], [bx, by] = points[0]] = points;
  if (kind === "rectangle" || kind === "mask") {
    const rim = kind === "mask" ? scale : 0;
    pen.rect(Math.min(ax, bx), Math.min(ay, by), Math.abs(bx - ax) + rim, Math.abs(by - ay) + rim);
  } else if (kind === "circle") {
    pen.arc(ax, ay, Math.hypot(bx - ax, by - ay), 0, 2 * Math.PI);
  } else if (kind === "point" || kind === "points") {
    for (const [x, y] of points) { pen.moveTo(x + 5, y); pen.arc(x, y, 5, 0, 2 * Math.PI); }
  } else {
    points.forEach(([x, y], at) => (at ? pen.lineTo(x, y) : pen.moveTo(x, y)));
    if (kind === "polygon") pen.closePath();
  }
}
