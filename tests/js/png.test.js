import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32, deflateSync, inflateSync } from "node:zlib";

import { readGreyPng } from "../../static/js/studio/mask/png-reader.js";
import { GreyPngWriter } from "../../static/js/studio/mask/png.js";
import { fillBox } from "../../static/js/studio/mask/raster.js";
import { Stroke } from "../../static/js/studio/mask/stroke.js";
import { FULL, TILE, TileMask } from "../../static/js/studio/mask/tiles.js";

/** @param {TileMask} mask */
async function encode(mask) {
  const writer = new GreyPngWriter(mask.width, mask.height);
  for (let row = 0; row < mask.rows; row++) {
    await writer.addTileRow(mask.slots.slice(row * mask.columns, (row + 1) * mask.columns));
  }
  return Buffer.from(await (await writer.finish()).arrayBuffer());
}

/**
 * An independent reader: node's zlib, and only the filter that the writer uses.
 * @param {Buffer} file
 */
function decode(file) {
  const names = [];
  const data = [];
  for (let at = 8; at < file.length; ) {
    const length = file.readUInt32BE(at);
    const body = file.subarray(at + 4, at + 8 + length);
    names.push(body.toString("latin1", 0, 4));
    assert.equal(file.readUInt32BE(at + 8 + length), checksum(body));
    if (names.at(-1) === "IDAT") data.push(body.subarray(4));
    at += length + 12;
  }
  assert.equal(names[0], "IHDR");
  assert.equal(names.at(-1), "IEND");
  const [width, height] = [file.readUInt32BE(16), file.readUInt32BE(20)];
  assert.deepEqual([...file.subarray(24, 29)], [8, 0, 0, 0, 0]);
  const rows = inflateSync(Buffer.concat(data));
  assert.equal(rows.length, (width + 1) * height);
  const pixels = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    assert.equal(rows[y * (width + 1)], 2);
    for (let x = 0; x < width; x++) {
      const above = y ? pixels[(y - 1) * width + x] : 0;
      pixels[y * width + x] = rows[y * (width + 1) + 1 + x] + above;
    }
  }
  return { width, height, pixels };
}

/** @param {Uint8Array} bytes */
function checksum(bytes) {
  if (typeof crc32 === "function") return crc32(bytes);
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

/**
 * @param {number} width
 * @param {number} height
 */
function paintedMask(width, height) {
  const mask = new TileMask(width, height);
  const stroke = new Stroke(mask, { hardness: 0.3, erase: false });
  stroke.add({ x: 20, y: 20, radius: 30 });
  stroke.add({ x: width - 5, y: height - 9, radius: 30 });
  stroke.finish();
  mask.begin();
  fillBox(mask, { left: width / 2, top: 0, right: width, bottom: height / 2 }, false);
  mask.commit();
  return mask;
}

/**
 * @param {TileMask} mask
 * @param {Uint8Array} pixels
 */
function assertSame(mask, pixels) {
  for (let y = 0; y < mask.height; y++) {
    for (let x = 0; x < mask.width; x++) {
      if (pixels[y * mask.width + x] !== mask.at(x, y)) assert.fail(`pixel ${x},${y} differs`);
    }
  }
}

for (const [width, height] of [[1, 1], [255, 257], [256, 256], [512, 300], [1301, 777]]) {
  test(`a ${width} x ${height} mask is written pixel for pixel`, async () => {
    const mask = paintedMask(width, height);
    const file = decode(await encode(mask));
    assert.deepEqual([file.width, file.height], [width, height]);
    assertSame(mask, file.pixels);
  });

  test(`a ${width} x ${height} mask that was written can be read back`, async () => {
    const mask = paintedMask(width, height);
    const back = await readGreyPng(await encode(mask));
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        if (back.at(x, y) !== mask.at(x, y)) assert.fail(`pixel ${x},${y} differs`);
      }
    }
  });
}

test("tiles that are empty or full come back as such", async () => {
  const mask = new TileMask(TILE * 3, TILE * 2);
  mask.begin();
  mask.put(1, FULL);
  mask.commit();
  const back = await readGreyPng(await encode(mask));
  assert.deepEqual(back.slots.map((slot) => slot && (slot === FULL ? "full" : "dense")),
    [null, "full", null, null, null, null]);
});

test("an empty 24-megapixel mask is a small file", async () => {
  const file = await encode(new TileMask(6000, 4000));
  assert.ok(file.length < 40_000, `${file.length} bytes`);
});

test("every row filter of other writers is understood", async () => {
  const width = 5;
  const pixels = Array.from({ length: 5 * width }, (_, i) => (i * 71) % 256);
  const rows = Buffer.alloc(5 * (width + 1));
  for (let y = 0; y < 5; y++) {
    rows[y * (width + 1)] = y;
    for (let x = 0; x < width; x++) {
      const left = x ? pixels[y * width + x - 1] : 0;
      const up = y ? pixels[(y - 1) * width + x] : 0;
      const corner = x && y ? pixels[(y - 1) * width + x - 1] : 0;
      const guess = left + up - corner;
      const nearest = [left, up, corner].reduce((best, value) =>
        Math.abs(guess - value) < Math.abs(guess - best) ? value : best);
      const predicted = [0, left, up, (left + up) >> 1, nearest][y];
      rows[y * (width + 1) + 1 + x] = pixels[y * width + x] - predicted;
    }
  }
  const back = await readGreyPng(file({ width, height: 5, colour: 0, rows }));
  pixels.forEach((value, i) => assert.equal(back.at(i % width, Math.floor(i / width)), value));
});

test("other kinds of files are refused with a reason", async () => {
  const rows = Buffer.alloc(2 * 7);
  await assert.rejects(readGreyPng(Buffer.from("GIF89a, no mask")), /not a PNG/);
  await assert.rejects(readGreyPng(file({ width: 2, height: 2, colour: 2, rows })), /not 8-bit grey/);
  const cut = file({ width: 2, height: 9, colour: 0, rows: Buffer.alloc(6) });
  await assert.rejects(readGreyPng(cut), /cut off/);
});

/** @param {{width: number, height: number, colour: number, rows: Buffer}} picture */
function file({ width, height, colour, rows }) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, colour], 8);
  const chunks = [["IHDR", header], ["IDAT", deflateSync(rows)], ["IEND", Buffer.alloc(0)]];
  const parts = chunks.map(([name, data]) => {
    const body = Buffer.concat([Buffer.from(/** @type {string} */ (name)), /** @type {Buffer} */ (data)]);
    const frame = Buffer.alloc(body.length + 8);
    frame.writeUInt32BE(body.length - 4, 0);
    frame.set(body, 4);
    frame.writeUInt32BE(checksum(body), body.length + 4);
    return frame;
  });
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), ...parts]);
}
