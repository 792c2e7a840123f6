import assert from "node:assert/strict";
import { test } from "node:test";

import { PointerInput } from "../../static/js/studio/pointer.js";

/** @typedef {{pointerType?: string, pointerId?: number, button?: number, buttons?: number, altKey?: boolean, ctrlKey?: boolean, shiftKey?: boolean, pressure?: number, t?: number, coalesced?: number[][]}} More */

/** A stage without a page, and everything its hands do. */
function table({ zooms = false, moves = false } = {}) {
  /** @type {Map<string, ((event: any) => void)[]>} */
  const listeners = new Map();
  /** @type {string[]} */
  const did = [];
  const element = {
    dataset: {},
    focus() {},
    setPointerCapture() {},
    /**
     * @param {string} name
     * @param {(event: any) => void} listener
     */
    addEventListener(name, listener) {
      listeners.set(name, [...(listeners.get(name) ?? []), listener]);
    },
  };
  /** @type {import("../../static/js/studio/pointer.js").Hands} */
  const hands = {
    pointOf: ({ clientX, clientY }) => ({ x: clientX, y: clientY }),
    movesView: () => moves,
    dragsZoom: () => zooms,
    controlHeld: () => false,
    begin: ({ pressure }, { erase }) => {
      did.push(`${erase ? "erase" : "paint"} ${pressure}`);
      return true;
    },
    go: (touches) => void did.push(`go ${touches.map(({ point, pressure }) => `${point.x},${point.y}@${pressure}`).join(" ")}`),
    end: () => void did.push("end"),
    cancel: () => void did.push("cancel"),
    hover: () => {},
    pan: (dx, dy) => void did.push(`pan ${dx},${dy}`),
    pinch: (before, after) => void did.push(`pinch ${before[1].x - before[0].x} to ${after[1].x - after[0].x}`),
    zoom: (factor, { x, y }) => void did.push(`zoom ${factor.toFixed(2)} at ${x},${y}`),
    shapeBrush: (dx, dy) => void did.push(`shape ${dx},${dy}`),
    resizeBrush: (steps) => void did.push(`size ${steps}`),
    undo: () => void did.push("undo"),
    redo: () => void did.push("redo"),
  };
  const input = new PointerInput(/** @type {any} */ (element), hands);
  /**
   * @param {string} name
   * @param {number} x
   * @param {number} y
   * @param {More} [more]
   */
  const send = (name, x, y, { t = 0, coalesced, ...more } = {}) => {
    const event = {
      type: name, clientX: x, clientY: y, timeStamp: t, pointerType: "mouse", pointerId: 1, button: 0, buttons: 1,
      altKey: false, ctrlKey: false, metaKey: false, shiftKey: false, pressure: 0.5,
      preventDefault() {},
      getCoalescedEvents: () => (coalesced ?? []).map(([cx, cy, pressure]) => ({ ...event, clientX: cx, clientY: cy, pressure })),
      ...more,
    };
    for (const listener of listeners.get(name) ?? []) listener(event);
  };
  /** @param {number} id */
  const finger = (id) => ({
    down: (/** @type {number} */ x, /** @type {number} */ y, t = 0) => send("pointerdown", x, y, { pointerType: "touch", pointerId: id, t }),
    move: (/** @type {number} */ x, /** @type {number} */ y, t = 0) => send("pointermove", x, y, { pointerType: "touch", pointerId: id, t }),
    up: (/** @type {number} */ x, /** @type {number} */ y, t = 0) => send("pointerup", x, y, { pointerType: "touch", pointerId: id, t }),
  });
  return { did, input, send, finger };
}

test("one finger paints while no pen is known", () => {
  const { did, finger } = table();
  const one = finger(11);
  one.down(10, 10);
  one.move(20, 10);
  one.up(20, 10);
  assert.deepEqual(did, ["paint 1", "go 20,10@1", "end"]);
});

test("a second finger takes back what the first has just begun, and both move and pinch", () => {
  const { did, finger } = table();
  finger(11).down(10, 10);
  finger(11).move(14, 10, 40);
  finger(12).down(110, 10, 90);
  finger(12).move(210, 10, 120);
  finger(11).up(14, 10, 600);
  finger(12).move(215, 10, 620);
  finger(12).up(215, 10, 700);
  assert.deepEqual(did, ["paint 1", "go 14,10@1", "cancel", "pinch 96 to 196", "pan 5,0"]);
});

test("a stroke that has gone on for a while is kept when a second finger comes down", () => {
  const { did, finger } = table();
  finger(11).down(10, 10);
  finger(11).move(80, 10, 700);
  finger(12).down(110, 10, 900);
  assert.deepEqual(did, ["paint 1", "go 80,10@1", "end"]);
});

test("a tap of two fingers undoes, one of three redoes, and neither paints", () => {
  const { did, finger } = table();
  for (const count of [2, 3]) {
    for (let i = 0; i < count; i++) finger(20 + i).down(10 + 40 * i, 10, i * 10);
    for (let i = 0; i < count; i++) finger(20 + i).up(10 + 40 * i, 11, 100 + i * 10);
  }
  assert.deepEqual(did, ["paint 1", "cancel", "undo", "paint 1", "cancel", "redo"]);
});

test("two fingers that rest or move are no tap", () => {
  const { did, finger } = table();
  finger(1).down(10, 10);
  finger(2).down(90, 10, 10);
  finger(1).up(10, 10, 900);
  finger(2).up(90, 10, 900);
  finger(1).down(10, 10, 2000);
  finger(2).down(90, 10, 2010);
  finger(2).move(140, 10, 2050);
  finger(1).up(10, 10, 2100);
  finger(2).up(140, 10, 2100);
  assert.ok(!did.includes("undo"), did.join("; "));
});

test("once a pen was seen, one finger only moves the view", () => {
  const { did, send, finger } = table();
  send("pointerdown", 5, 5, { pointerType: "pen", pointerId: 7, pressure: 0.3 });
  send("pointermove", 9, 5, { pointerType: "pen", pointerId: 7, coalesced: [[7, 5, 0.4], [9, 5, 0.6]] });
  send("pointerup", 9, 5, { pointerType: "pen", pointerId: 7 });
  finger(11).down(10, 10);
  finger(11).move(30, 15);
  finger(11).up(30, 15);
  assert.deepEqual(did, ["paint 0.3", "go 7,5@0.4 9,5@0.6", "end", "pan 20,5"]);
});

test("a pen paints although the hand that holds it lies on the glass already", () => {
  const { did, send, finger } = table();
  finger(11).down(200, 200);
  send("pointerdown", 5, 5, { pointerType: "pen", pointerId: 7, t: 900 });
  finger(11).move(230, 200, 950);
  send("pointermove", 9, 5, { pointerType: "pen", pointerId: 7, t: 960 });
  finger(12).down(260, 260, 970);
  send("pointerup", 9, 5, { pointerType: "pen", pointerId: 7, t: 990 });
  assert.deepEqual(did, ["paint 1", "cancel", "paint 0.5", "go 9,5@0.5", "end"]);
});

test("the other end of a pen, its barrel button and the right mouse button erase", () => {
  const { did, send } = table();
  /** @type {More[]} */
  const ways = [
    { pointerType: "pen", button: 5, buttons: 32 },
    { pointerType: "pen", button: 2, buttons: 2 },
    { pointerType: "pen", button: 0, buttons: 3 },
    { button: 2, buttons: 2 },
    { ctrlKey: true },
    { altKey: true },
  ];
  for (const way of ways) {
    send("pointerdown", 5, 5, way);
    send("pointerup", 5, 5, { ...way, buttons: 0 });
  }
  assert.equal(did.filter((each) => each.startsWith("erase")).length, ways.length, did.join("; "));
  assert.equal(did.filter((each) => each.startsWith("paint")).length, 0);
});

test("the middle button moves the view, Alt and the right one shape the brush", () => {
  const { did, send } = table();
  send("pointerdown", 5, 5, { button: 1, buttons: 4 });
  send("pointermove", 15, 7, { buttons: 4 });
  send("pointerup", 15, 7, { button: 1, buttons: 0 });
  send("pointerdown", 5, 5, { button: 2, buttons: 2, altKey: true });
  send("pointermove", 25, 5, { buttons: 2, altKey: true });
  send("pointerup", 25, 5, { button: 2, buttons: 0 });
  assert.deepEqual(did, ["pan 10,2", "shape 20,0"]);
});

test("with Z held a drag zooms around where it began, and a click goes one step", () => {
  const { did, send } = table({ zooms: true });
  send("pointerdown", 50, 50);
  send("pointermove", 150, 50);
  send("pointerup", 150, 50);
  send("pointerdown", 50, 50);
  send("pointerup", 50, 50);
  send("pointerdown", 60, 50, { altKey: true });
  send("pointerup", 60, 50, { altKey: true });
  assert.deepEqual(did, ["zoom 2.00 at 50,50", "zoom 1.50 at 50,50", "zoom 0.67 at 60,50"]);
});

test("a pointer that another window took away ends its stroke, and only once", () => {
  const { did, send } = table();
  send("pointerdown", 5, 5);
  send("lostpointercapture", 5, 5);
  send("pointerup", 5, 5);
  send("lostpointercapture", 5, 5);
  assert.deepEqual(did, ["paint 1", "end"]);
});

test("what the browser takes for its own gesture leaves no mark", () => {
  const { did, send } = table();
  send("pointerdown", 5, 5, { pointerType: "touch", pointerId: 3 });
  send("pointercancel", 5, 5, { pointerType: "touch", pointerId: 3 });
  assert.deepEqual(did, ["paint 1", "cancel"]);
});

test("Safari's pinch on a trackpad zooms by how far it went", () => {
  const { did, send } = table();
  send("gesturestart", 30, 30, /** @type {any} */ ({ scale: 1 }));
  send("gesturechange", 30, 30, /** @type {any} */ ({ scale: 1.5 }));
  send("gesturechange", 30, 30, /** @type {any} */ ({ scale: 3 }));
  assert.deepEqual(did, ["zoom 1.50 at 30,30", "zoom 2.00 at 30,30"]);
});
