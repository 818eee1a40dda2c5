// Masks: pixels that are painted, hard-edged, kept as labelme keeps them (a small PNG and the box that it fills).

const known = new WeakMap();

export async function readMask(shape) {
  const picture = new Image();
  picture.src = `data:image/png;base64,${shape.mask}`;
  await picture.decode();
  const { width, height } = picture;
  const pen = canvasOf(width, height).getContext("2d", { willReadFrequently: true });
  pen.drawImage(picture, 0, 0);
  const values = pen.getImageData(0, 0, width, height).data;
  const pixels = Uint8Array.from({ length: width * height }, (_, i) => (values[4 * i] > 0 ? 1 : 0));
  known.set(shape, { left: Math.trunc(shape.points[0][0]), top: Math.trunc(shape.points[0][1]), width, height, pixels });
}

// A mask as it lies on the photograph: its corner, and its pixels in a colour.
export function tinted(shape, colour) {
  const piece = known.get(shape);
  if (piece && piece.colour !== colour) {
    const picture = canvasOf(piece.width, piece.height);
    fill(picture, piece.pixels, 0, 0, piece.width, piece.height, piece.width, see(colour), 0);
    Object.assign(piece, { colour, picture });
  }
  return piece;
}

// A mask being painted on a whole photograph; begins with what a shape holds, or empty.
export class Painting {
  constructor(shape, width, height, colour) {
    Object.assign(this, { width, height, pixels: new Uint8Array(width * height), colour: see(colour) });
    this.canvas = canvasOf(width, height);
    const piece = shape && known.get(shape);
    if (!piece) return;
    for (let y = 0; y < piece.height; y++) {
      for (let x = 0; x < piece.width; x++) {
        const [right, down] = [x + piece.left, y + piece.top];
        const inside = right >= 0 && right < width && down >= 0 && down < height;
        if (inside && piece.pixels[y * piece.width + x]) this.pixels[down * width + right] = 1;
      }
    }
    this.develop(0, 0, width, height);
  }

  // Every pixel whose centre a round brush passes over, from one point to another.
  stroke(from, to, radius, value) {
    const { width, height, pixels } = this;
    const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
    const length = dx * dx + dy * dy;
    const left = Math.max(Math.floor(Math.min(from[0], to[0]) - radius), 0);
    const top = Math.max(Math.floor(Math.min(from[1], to[1]) - radius), 0);
    const right = Math.min(Math.floor(Math.max(from[0], to[0]) + radius) + 1, width);
    const bottom = Math.min(Math.floor(Math.max(from[1], to[1]) + radius) + 1, height);
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) {
        const [px, py] = [x + 0.5 - from[0], y + 0.5 - from[1]];
        const along = length ? Math.min(Math.max((px * dx + py * dy) / length, 0), 1) : 0;
        if ((px - along * dx) ** 2 + (py - along * dy) ** 2 <= radius * radius) pixels[y * width + x] = value;
      }
    }
    if (right > left && bottom > top) this.develop(left, top, right - left, bottom - top);
  }

  develop(left, top, width, height) {
    fill(this.canvas, this.pixels, left, top, width, height, this.width, this.colour, 0);
  }

  // Cut down to a mask shape; null where nothing is painted.
  cut(like) {
    const { width, height, pixels } = this;
    let [left, top, right, bottom] = [width, height, -1, -1];
    for (let y = 0; y < height; y++) {
      const row = pixels.subarray(y * width, (y + 1) * width);
      const first = row.indexOf(1);
      if (first < 0) continue;
      left = Math.min(left, first);
      right = Math.max(right, row.lastIndexOf(1));
      top = Math.min(top, y);
      bottom = y;
    }
    if (right < 0) return null;
    const [w, h] = [right - left + 1, bottom - top + 1];
    const piece = new Uint8Array(w * h);
    for (let y = 0; y < h; y++) piece.set(pixels.subarray((y + top) * width + left, (y + top) * width + left + w), y * w);
    const picture = canvasOf(w, h);
    fill(picture, piece, 0, 0, w, h, w, 0xffffffff, 0xff000000);
    const mask = picture.toDataURL("image/png").split(",")[1];
    const shape = { ...like, shape_type: "mask", points: [[left, top], [right, bottom]], mask };
    known.set(shape, { left, top, width: w, height: h, pixels: piece });
    return shape;
  }
}

// Colours are 32 bits, alpha first (the byte order of every machine that browsers run on).
function see(colour) {
  const [red, green, blue] = [1, 3, 5].map((from) => parseInt(colour.slice(from, from + 2), 16));
  return ((130 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

function fill(canvas, pixels, left, top, width, height, stride, full, empty) {
  const picture = new ImageData(width, height);
  const values = new Uint32Array(picture.data.buffer);
  for (let y = 0; y < height; y++) {
    const from = (y + top) * stride + left;
    for (let x = 0; x < width; x++) values[y * width + x] = pixels[from + x] ? full : empty;
  }
  canvas.getContext("2d").putImageData(picture, left, top);
}

function canvasOf(width, height) {
  return Object.assign(document.createElement("canvas"), { width, height });
}
