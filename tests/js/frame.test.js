import assert from "node:assert/strict";
import { test } from "node:test";

import { FrameAsker, questionOf } from "../../static/js/studio/frame/asking.js";
import { HANDLES, LEAST_SIDE, moved, resized, sizeOf } from "../../static/js/studio/frame/geometry.js";
import { CoverageMeter } from "../../static/js/studio/mask/coverage.js";
import { ExtentFinder } from "../../static/js/studio/mask/extent.js";
import { fillAll, fillBox } from "../../static/js/studio/mask/raster.js";
import { TileMask } from "../../static/js/studio/mask/tiles.js";

/** @typedef {import("../../static/js/studio/mask/box.js").Box} Box */

const picture = { width: 4000, height: 3000 };

/**
 * @param {number} left
 * @param {number} top
 * @param {number} right
 * @param {number} bottom
 * @returns {Box}
 */
function box(left, top, right, bottom) {
  return { left, top, right, bottom };
}

/** @param {Box} frame */
function liesInThePicture({ left, top, right, bottom }) {
  return left >= 0 && top >= 0 && right <= picture.width && bottom <= picture.height;
}

test("a frame that is moved keeps its size and stays in the picture", () => {
  const frame = box(1000, 1000, 1800, 1500);
  assert.deepEqual(moved(frame, 10.4, -20.6, picture), box(1010, 979, 1810, 1479));
  assert.deepEqual(moved(frame, -9999, 9999, picture), box(0, 2500, 800, 3000));
});

test("each handle moves its own edges and leaves the opposite ones", () => {
  const frame = box(1000, 1000, 1800, 1500);
  const pulled = (/** @type {import("../../static/js/studio/frame/geometry.js").Handle} */ handle) =>
    resized(frame, handle, 50, 30, picture, null);
  assert.deepEqual(pulled("se"), box(1000, 1000, 1850, 1530));
  assert.deepEqual(pulled("nw"), box(1050, 1030, 1800, 1500));
  assert.deepEqual(pulled("n"), box(1000, 1030, 1800, 1500));
  assert.deepEqual(pulled("w"), box(1050, 1000, 1800, 1500));
  assert.deepEqual(pulled("ne"), box(1000, 1030, 1850, 1500));
  assert.deepEqual(pulled("s"), box(1000, 1000, 1800, 1530));
});

test("a frame never turns inside out, and never leaves the picture", () => {
  const frame = box(1000, 1000, 1800, 1500);
  for (const shape of [null, 1.6]) {
    for (const handle of HANDLES) {
      for (const [dx, dy] of [[9999, 9999], [-9999, -9999], [9999, -9999], [3, -9999]]) {
        const next = resized(frame, handle, dx, dy, picture, shape);
        const { width, height } = sizeOf(next);
        assert.ok(liesInThePicture(next), `${handle} ${dx} ${dy} ${JSON.stringify(next)}`);
        assert.ok(width >= LEAST_SIDE / 2 && height >= LEAST_SIDE / 2);
        assert.equal(next.left, Math.round(next.left));
      }
    }
  }
});

test("a frame whose shape is asked for keeps it, whichever handle is pulled", () => {
  const frame = box(1000, 1000, 1900, 1600);
  for (const handle of HANDLES) {
    for (const [dx, dy] of [[120, 40], [-90, 70], [9999, 9999], [-9999, -50]]) {
      const { width, height } = sizeOf(resized(frame, handle, dx, dy, picture, 1.5));
      assert.ok(Math.abs(width - height * 1.5) <= 2, `${handle} ${dx} ${dy}: ${width} × ${height}`);
    }
  }
  assert.deepEqual(resized(frame, "se", 300, 0, picture, 1.5), box(1000, 1000, 2200, 1800));
  assert.deepEqual(resized(frame, "e", -300, 0, picture, 1.5), box(1000, 1100, 1600, 1500));
});

test("a frame that could not have the shape is pulled freely", () => {
  const strip = box(0, 0, 4000, 300);
  assert.deepEqual(resized(strip, "e", -1000, 0, picture, 1), box(0, 0, 3000, 300));
});

/**
 * @param {TileMask} mask
 * @param {Box[]} boxes
 */
function paint(mask, boxes) {
  mask.begin();
  for (const painted of boxes) fillBox(mask, painted, false);
  mask.commit();
}

test("the painted box is exact to the pixel, across tiles and at the rim", () => {
  const mask = new TileMask(1003, 777);
  const finder = new ExtentFinder(mask);
  assert.equal(finder.find(), null);
  paint(mask, [box(300, 301, 301, 302)]);
  assert.deepEqual(finder.find(), box(300, 301, 301, 302));
  paint(mask, [box(990, 700, 1003, 777)]);
  assert.deepEqual(finder.find(), box(300, 301, 1003, 777));
  mask.begin();
  fillBox(mask, box(980, 600, 1003, 777), true);
  mask.commit();
  assert.deepEqual(finder.find(), box(300, 301, 301, 302));
  mask.begin();
  fillAll(mask);
  mask.commit();
  assert.deepEqual(finder.find(), box(0, 0, 1003, 777));
});

test("paint that the server takes for noise does not widen the frame", () => {
  const mask = new TileMask(300, 300);
  mask.begin();
  mask.writable(0)[0] = 7;
  mask.writable(0)[5 * 256 + 9] = 8;
  mask.commit();
  assert.deepEqual(new ExtentFinder(mask).find(), box(9, 5, 10, 6));
});

test("every area has a box of its own that holds all of it", () => {
  const mask = new TileMask(1000, 800);
  const areas = [box(10, 20, 60, 70), box(900, 700, 1000, 800), box(300, 240, 500, 270)];
  paint(mask, areas);
  const found = new CoverageMeter(mask).areaBoxes();
  assert.equal(found.length, 3);
  for (const area of areas) {
    const holds = found.filter(
      ({ left, top, right, bottom }) =>
        left <= area.left && top <= area.top && right >= area.right && bottom >= area.bottom,
    );
    assert.equal(holds.length, 1);
    assert.ok(sizeOf(holds[0]).width <= sizeOf(area).width + 4);
  }
  assert.ok(found.every(({ right, bottom }) => right <= 1000 && bottom <= 800));
});

test("a question names the wish, the paint and the areas, but not a single one", () => {
  const wish = new URLSearchParams({ model: "a/b", size: "auto", frame: "auto" });
  const painted = box(1, 2, 30, 40);
  assert.equal(
    questionOf(wish, { painted, areas: [painted] }),
    "model=a%2Fb&size=auto&frame=auto&painted=1%2C2%2C30%2C40",
  );
  const two = new URLSearchParams(questionOf(wish, { painted, areas: [painted, box(5, 6, 7, 8)] }));
  assert.deepEqual(two.getAll("area"), ["1,2,30,40", "5,6,7,8"]);
  const many = new URLSearchParams(questionOf(wish, { painted, areas: Array(65).fill(painted) }));
  assert.deepEqual(many.getAll("area"), []);
  assert.equal(questionOf(wish, { painted: null, areas: [] }), wish.toString());
});

/** A server that answers when it is told to. */
function slowServer() {
  /** @type {{url: string, signal: AbortSignal, answer: (body: unknown, ok?: boolean) => void}[]} */
  const asked = [];
  /** @type {typeof fetch} */
  const fetcher = (url, options) =>
    new Promise((resolve, reject) => {
      const signal = /** @type {AbortSignal} */ (options?.signal);
      signal.addEventListener("abort", () => reject(new Error("aborted")));
      const answer = (/** @type {unknown} */ body, ok = true) =>
        resolve(/** @type {Response} */ ({ ok, redirected: false, json: async () => body }));
      asked.push({ url: String(url), signal, answer });
    });
  return { asked, fetcher };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

test("of many questions at once only the last is asked", async () => {
  const { asked, fetcher } = slowServer();
  const asker = new FrameAsker("/frame/", () => {}, fetcher);
  for (const question of ["a", "b", "c"]) asker.ask(() => question, 1);
  await settled();
  assert.deepEqual(asked.map(({ url }) => url), ["/frame/?c"]);
});

test("an answer that was overtaken is dropped, whenever it comes", async () => {
  const { asked, fetcher } = slowServer();
  /** @type {unknown[]} */
  const answers = [];
  const asker = new FrameAsker("/frame/", (answer) => answers.push(answer), fetcher);
  asker.ask(() => "old", 0);
  await settled();
  asker.ask(() => "new", 0);
  await settled();
  assert.ok(asked[0].signal.aborted);
  asked[0].answer({ words: "old" });
  asked[1].answer({ words: "new" });
  await settled();
  assert.deepEqual(answers, [{ words: "new" }]);
});

test("a question that was answered is not asked again, one that failed is", async () => {
  const { asked, fetcher } = slowServer();
  /** @type {unknown[]} */
  const answers = [];
  const asker = new FrameAsker("/frame/", (answer) => answers.push(answer), fetcher);
  asker.ask(() => "a", 0);
  await settled();
  asked[0].answer({}, false);
  await settled();
  asker.ask(() => "a", 0);
  await settled();
  asked[1].answer({ words: "a" });
  await settled();
  asker.ask(() => "a", 0);
  await settled();
  assert.equal(asked.length, 2);
  assert.deepEqual(answers, [null, { words: "a" }]);
});

test("while a stroke is open nothing is asked, and once it has ended the question is that of the whole stroke", async () => {
  const { asked, fetcher } = slowServer();
  const asker = new FrameAsker("/frame/", () => {}, fetcher);
  let isOpen = true;
  asker.ask(() => (isOpen ? null : "whole"), 0);
  await settled();
  assert.equal(asked.length, 0);
  isOpen = false;
  await new Promise((resolve) => setTimeout(resolve, 120));
  assert.deepEqual(asked.map(({ url }) => url), ["/frame/?whole"]);
});
