/** Computes difference maps beside the page, so that no stroke and no frame waits for one. */

import { writeDifference } from "./difference.js";

/** @typedef {{id: number, before: ArrayBuffer, after: ArrayBuffer, amplify: number, floor: number}} Order */

globalThis.onmessage = (/** @type {MessageEvent<Order>} */ { data }) => {
  const { id, before, after, amplify, floor } = data;
  const share = writeDifference(new Uint8ClampedArray(before), new Uint8ClampedArray(after), amplify, floor);
  globalThis.postMessage({ id, map: after, share }, { transfer: [after] });
};
