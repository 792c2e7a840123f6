/**
 * The plain way to paint a mask, which the studio is measured against: a canvas of the picture's
 * size, laid on the screen by a CSS transform. Each movement clears it, draws the picture and then
 * every stroke so far. Undo drops a stroke and draws again; the mask is drawn from the strokes on a
 * second canvas when it is wanted. Older releases of lama-cleaner and IOPaint work like this (the
 * version of March 2023, `Editor.tsx`). What they do besides (React, printing each drawing to
 * the console, writing the mask as a data URL) is left out here, which is in their favour.
 */

const BRUSH_COLOUR = "#ffcc00bb";
const ZOOM_PER_PIXEL = 0.0022;

const wrapper = document.querySelector("#wrapper");
const canvas = document.querySelector("canvas");
const context = canvas.getContext("2d");
const picture = new Image();
picture.src = "picture.jpg";
await picture.decode();
canvas.width = picture.naturalWidth;
canvas.height = picture.naturalHeight;

const view = { scale: Math.min((innerWidth - 32) / canvas.width, (innerHeight - 32) / canvas.height), x: 0, y: 0 };
view.x = (innerWidth - canvas.width * view.scale) / 2;
view.y = (innerHeight - canvas.height * view.scale) / 2;
let lines = [];
let isPainting = false;
let size = 48 / view.scale;

function drawLines(target, colour) {
  target.strokeStyle = colour;
  target.lineCap = "round";
  target.lineJoin = "round";
  for (const line of lines) {
    target.lineWidth = line.size;
    target.beginPath();
    target.moveTo(line.points[0].x, line.points[0].y);
    for (const point of line.points) target.lineTo(point.x, point.y);
    target.stroke();
  }
}

function draw() {
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  drawLines(context, BRUSH_COLOUR);
}

function place() {
  wrapper.style.transform = `translate(${view.x}px, ${view.y}px) scale(${view.scale})`;
}

function toPicture(event) {
  return { x: (event.clientX - view.x) / view.scale, y: (event.clientY - view.y) / view.scale };
}

canvas.addEventListener("mousedown", (event) => {
  isPainting = true;
  lines.push({ size, points: [toPicture(event)] });
  draw();
});
canvas.addEventListener("mousemove", (event) => {
  if (!isPainting) return;
  lines.at(-1).points.push(toPicture(event));
  draw();
});
addEventListener("mouseup", () => (isPainting = false));
addEventListener("keydown", (event) => {
  if (!event.ctrlKey || event.key !== "z") return;
  lines.pop();
  draw();
  document.dispatchEvent(new Event("bench:changed"));
});
addEventListener(
  "wheel",
  (event) => {
    event.preventDefault();
    const factor = Math.exp(-event.deltaY * ZOOM_PER_PIXEL);
    view.x = event.clientX - (event.clientX - view.x) * factor;
    view.y = event.clientY - (event.clientY - view.y) * factor;
    view.scale *= factor;
    place();
  },
  { passive: false },
);

globalThis.naive = {
  view,
  /** Strokes as if they had been painted. */
  add(strokes) {
    lines.push(...strokes.map((points) => ({ size, points: points.map(([x, y]) => toPicture({ clientX: x, clientY: y })) })));
    draw();
  },
  count: () => lines.length,
  async write() {
    const mask = document.createElement("canvas");
    mask.width = canvas.width;
    mask.height = canvas.height;
    drawLines(mask.getContext("2d"), "white");
    return new Promise((resolve) => mask.toBlob(resolve));
  },
  /** Bytes of its canvases and of the unpacked picture. */
  bytes: () => canvas.width * canvas.height * 4 * 2,
};
place();
draw();
document.documentElement.dataset.ready = "yes";
