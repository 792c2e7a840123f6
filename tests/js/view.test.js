import assert from "node:assert/strict";
import { test } from "node:test";

import {
  centred, fit, fitAbove, keepInSight, panBy, pinch, toPicture, toStage, zoomTo,
} from "../../static/js/studio/view.js";

const picture = { width: 6000, height: 4000 };
const stage = { width: 1280, height: 800 };

/**
 * @param {number} a
 * @param {number} b
 */
function assertClose(a, b) {
  assert.ok(Math.abs(a - b) < 1e-6, `${a} is not ${b}`);
}

test("a fitted picture is whole, centred and keeps its shape", () => {
  const view = fit(picture, stage);
  const corner = toStage(view, { x: 6000, y: 4000 });
  assert.ok(view.x >= 0 && view.y >= 0);
  assert.ok(corner.x <= stage.width && corner.y <= stage.height);
  assertClose(view.x, stage.width - corner.x);
  assertClose(view.y, stage.height - corner.y);
});

test("what lies over the bottom of the stage covers nothing of a fitted picture", () => {
  const phone = { width: 390, height: 416 };
  const wide = { width: 3000, height: 2000 };
  assert.deepEqual(fitAbove(wide, phone, 60), fit(wide, phone), "a picture that is seen whole stays where it is");
  for (const shape of [{ width: 2000, height: 2000 }, { width: 2000, height: 3000 }, { width: 3000, height: 2700 }]) {
    const { scale, x, y } = fitAbove(shape, phone, 60);
    assert.ok(y >= 0 && y + shape.height * scale <= 356, `${y}, ${shape.height * scale}`);
    assert.ok(Math.abs(x + (shape.width * scale) / 2 - 195) < 1e-6, "in the middle");
    assert.ok(shape.height * scale > 300, "and no smaller than it must be");
    assert.deepEqual(fitAbove(shape, phone, 0), fit(shape, phone));
  }
});

test("a tiny picture is not blown up without end", () => {
  assert.equal(fit({ width: 8, height: 8 }, stage).scale, 10);
});

test("a place on the stage and its place in the picture are each other's opposite", () => {
  const view = { scale: 0.37, x: -123.5, y: 44.25 };
  const back = toStage(view, toPicture(view, { x: 301, y: 77 }));
  assertClose(back.x, 301);
  assertClose(back.y, 77);
});

test("zooming keeps what lies under the pointer there", () => {
  let view = fit(picture, stage);
  const pointer = { x: 400, y: 300 };
  const before = toPicture(view, pointer);
  for (const factor of [1.5, 2, 0.7, 3]) {
    view = zoomTo(view, pointer, view.scale * factor, picture, stage);
    const now = toPicture(view, pointer);
    assertClose(now.x, before.x);
    assertClose(now.y, before.y);
  }
});

test("zoom has an end in both directions", () => {
  const view = fit(picture, stage);
  const middle = { x: 640, y: 400 };
  assert.equal(zoomTo(view, middle, 1e9, picture, stage).scale, 32);
  const least = zoomTo(view, middle, 1e-9, picture, stage).scale;
  assertClose(least, view.scale / 4);
});

test("the picture cannot be pushed out of sight", () => {
  const view = centred(picture, stage, 0.2);
  for (const [dx, dy] of [[1e6, 0], [-1e6, 0], [0, 1e6], [0, -1e6]]) {
    const { x, y, scale } = panBy(view, dx, dy, picture, stage);
    assert.ok(x < stage.width && x + picture.width * scale > 0, `x ${x}`);
    assert.ok(y < stage.height && y + picture.height * scale > 0, `y ${y}`);
  }
});

test("a view that is fine is left alone", () => {
  const view = centred(picture, stage, 0.2);
  assert.deepEqual(keepInSight(view, picture, stage), view);
});

test("two fingers spreading zoom in, and what they hold stays between them", () => {
  const view = fit(picture, stage);
  const held = toPicture(view, { x: 600, y: 400 });
  const next = pinch(
    view,
    [{ x: 500, y: 400 }, { x: 700, y: 400 }],
    [{ x: 450, y: 430 }, { x: 850, y: 430 }],
    picture,
    stage,
  );
  assertClose(next.scale, view.scale * 2);
  const there = toStage(next, held);
  assertClose(there.x, 650);
  assertClose(there.y, 430);
});

test("two fingers on the same spot do not divide by nothing", () => {
  const point = { x: 500, y: 400 };
  const next = pinch(fit(picture, stage), [point, point], [point, { x: 510, y: 400 }], picture, stage);
  assert.ok(Number.isFinite(next.scale));
});
