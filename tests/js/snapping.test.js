import assert from "node:assert/strict";
import { test } from "node:test";

import { LIKELY, NEVER, SURE, UNLIKELY, snapToEdges } from "../../static/js/studio/mask/snapping.js";

/** @typedef {import("../../static/js/studio/mask/plane.js").Plane} Plane */

const WIDTH = 360;
const HEIGHT = 260;

/**
 * Whether a place belongs to the thing of the drawn picture: a head on shoulders.
 * @param {number} x
 * @param {number} y
 */
function isThing(x, y) {
  return Math.hypot(x - 180, y - 110) < 60 || (Math.abs(x - 180) < 90 - (220 - y) / 3 && y > 150 && y < 220);
}

/** A grainy thing before a ground that changes from side to side. */
function drawn() {
  let state = 7;
  const grain = () => (((state = (state * 1103515245 + 12345) & 0x7fffffff) / 0x7fffffff) - 0.5) * 36;
  const data = new Uint8ClampedArray(WIDTH * HEIGHT * 4);
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const colour = isThing(x, y) ? [170 - y / 4, 110, 80 + y / 8] : [60 + x / 6, 110 + y / 5, 150 - x / 6];
      data.set([...colour.map((value) => value + grain()), 255], (y * WIDTH + x) * 4);
    }
  }
  return { width: WIDTH, height: HEIGHT, data };
}

/**
 * @param {(x: number, y: number) => number} value
 * @returns {Plane}
 */
function known(value) {
  const data = Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) => value(i % WIDTH, Math.floor(i / WIDTH)));
  return { width: WIDTH, height: HEIGHT, data };
}

/**
 * How much of both is common to both.
 * @param {Plane} found
 */
function overlap({ data }) {
  let both = 0;
  let either = 0;
  data.forEach((value, i) => {
    const inside = value > 127;
    const wanted = isThing(i % WIDTH, Math.floor(i / WIDTH));
    if (inside && wanted) both++;
    if (inside || wanted) either++;
  });
  return both / either;
}

test("a scribble over a thing becomes its outline", () => {
  const rim = (/** @type {number} */ x, /** @type {number} */ y) => Math.min(x, y, WIDTH - 1 - x, HEIGHT - 1 - y) < 3;
  const scribble = known((x, y) => {
    if (Math.abs(x - 180) < 8 && y > 70 && y < 200) return SURE;
    if (Math.abs(y - 195) < 8 && Math.abs(x - 180) < 60) return SURE;
    return rim(x, y) ? NEVER : UNLIKELY;
  });
  assert.ok(overlap(scribble) < 0.3);
  const share = overlap(snapToEdges(drawn(), scribble));
  assert.ok(share > 0.93, `overlap ${share}`);
});

test("a rough box around a thing becomes its outline", () => {
  const box = known((x, y) => (x > 75 && x < 285 && y > 40 && y < 230 ? LIKELY : NEVER));
  assert.ok(overlap(box) < 0.6);
  const share = overlap(snapToEdges(drawn(), box));
  assert.ok(share > 0.93, `overlap ${share}`);
});

test("a sloppy mask snaps to the edges near its own", () => {
  const sloppy = known((x, y) => {
    if (isThing(x + 14, y) && isThing(x - 14, y) && isThing(x, y + 14) && isThing(x, y - 14)) return SURE;
    const near = [0, 1, 2, 3, 4, 5, 6, 7].some((n) => isThing(x + 22 * Math.cos(n * 0.785), y + 22 * Math.sin(n * 0.785)));
    return near ? LIKELY : NEVER;
  });
  const share = overlap(snapToEdges(drawn(), sloppy));
  assert.ok(share > 0.95, `overlap ${share}`);
});

test("what is sure stays, on both sides", () => {
  const sure = known((_, y) => (y < 20 ? SURE : y > HEIGHT - 20 ? NEVER : UNLIKELY));
  const { data } = snapToEdges(drawn(), sure);
  assert.ok(data.subarray(0, WIDTH * 20).every((value) => value === 255));
  assert.ok(data.subarray(WIDTH * (HEIGHT - 19)).every((value) => value === 0));
});

test("a third of a megapixel snaps while the hand still rests", () => {
  const width = 700;
  const height = 470;
  const small = drawn();
  const data = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    const from = Math.floor((Math.floor(i / width) * HEIGHT) / height) * WIDTH + Math.floor(((i % width) * WIDTH) / width);
    data.set(small.data.subarray(from * 4, from * 4 + 4), i * 4);
  }
  const plane = { width, height, data: new Uint8Array(width * height).fill(UNLIKELY) };
  plane.data.fill(NEVER, 0, width * 3);
  plane.data.fill(SURE, width * 200 + 330, width * 200 + 370);
  snapToEdges({ width, height, data }, plane);
  const before = process.cpuUsage();
  snapToEdges({ width, height, data }, plane);
  const { user } = process.cpuUsage(before);
  assert.ok(user < 500_000, `${user / 1000} ms of the processor`);
});
