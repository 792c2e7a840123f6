/**
 * Planes of bytes, one per pixel and row by row, as the server packs them; and what both sides must
 * do alike: number the areas of a mask, and enlarge a small one.
 */

/** @typedef {{width: number, height: number}} Size */
/** @typedef {Size & {values: Uint8Array}} Plane */
/** @typedef {{numbers: Uint8Array, sizes: number[], gathersRest: boolean}} Areas */

/**
 * @param {string} packed zlib in base64
 * @param {Size} size
 * @returns {Promise<Plane>}
 */
export async function unpack(packed, { width, height }) {
  const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  const values = new Uint8Array(await new Response(stream).arrayBuffer());
  if (values.length !== width * height) throw new Error("A layer has another size than it says.");
  return { width, height, values };
}

/**
 * Numbers what hangs together, also by a corner, from 1 on in reading order. Beyond `most` areas, the
 * smallest share the last number. The server numbers the same way (editor/imaging/regions.py).
 * @param {Plane} plane above 0 = painted
 * @param {number} most
 * @returns {Areas}
 */
export function numberAreas({ width, height, values }, most) {
  const found = new Int32Array(values.length);
  /** @type {number[]} */
  const sizes = [];
  /** @type {number[]} */
  const open = [];
  for (let start = 0; start < values.length; start++) {
    if (!values[start] || found[start]) continue;
    const number = sizes.push(0);
    found[start] = number;
    open.push(start);
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      sizes[number - 1]++;
      const x = at % width;
      const y = (at - x) / width;
      for (let row = Math.max(0, y - 1); row <= Math.min(height - 1, y + 1); row++) {
        for (let column = Math.max(0, x - 1); column <= Math.min(width - 1, x + 1); column++) {
          const next = row * width + column;
          if (!values[next] || found[next]) continue;
          found[next] = number;
          open.push(next);
        }
      }
    }
  }
  return sizes.length > most ? gathered(found, sizes, most) : { numbers: Uint8Array.from(found), sizes, gathersRest: false };
}

/**
 * @param {Int32Array} found
 * @param {number[]} sizes
 * @param {number} most
 * @returns {Areas}
 */
function gathered(found, sizes, most) {
  const bySize = sizes.map((_, index) => index).sort((a, b) => sizes[b] - sizes[a] || a - b);
  const large = new Set(bySize.slice(0, most - 1));
  const renamed = new Uint8Array(sizes.length + 1);
  /** @type {number[]} */
  const kept = [];
  sizes.forEach((size, index) => {
    renamed[index + 1] = large.has(index) ? kept.push(size) : most;
  });
  const rest = sizes.reduce((sum, size, index) => (large.has(index) ? sum : sum + size), 0);
  return { numbers: Uint8Array.from(found, (number) => renamed[number]), sizes: [...kept, rest], gathersRest: true };
}

/**
 * Enlarges a small mask (0 or 255) smoothly; its outline runs where it is half covered. The server
 * does the same at full size (`full_mask` in editor/imaging/changes.py).
 * @param {Plane} small
 * @param {Size} size
 * @returns {Plane}
 */
export function enlarge(small, { width, height }) {
  const smooth = rounded(small);
  const values = new Uint8Array(width * height);
  const columns = steps(width, small.width);
  const rows = steps(height, small.height);
  for (let y = 0; y < height; y++) {
    const above = rows.first[y] * small.width;
    const below = rows.second[y] * small.width;
    const down = rows.share[y];
    for (let x = 0; x < width; x++) {
      const left = columns.first[x];
      const right = columns.second[x];
      const across = columns.share[x];
      const top = smooth[above + left] * (1 - across) + smooth[above + right] * across;
      const bottom = smooth[below + left] * (1 - across) + smooth[below + right] * across;
      // Rounded to whole levels as the server does: half covered counts as covered.
      values[y * width + x] = Math.round(top * (1 - down) + bottom * down) >= 128 ? 255 : 0;
    }
  }
  return { width, height, values };
}

/**
 * Between which two small pixels each large one lies, and how near to the second.
 * @param {number} large
 * @param {number} small
 */
function steps(large, small) {
  const first = new Int32Array(large);
  const second = new Int32Array(large);
  const share = new Float32Array(large);
  for (let at = 0; at < large; at++) {
    const middle = ((at + 0.5) * small) / large - 0.5;
    const before = Math.floor(middle);
    first[at] = Math.max(0, before);
    second[at] = Math.min(small - 1, before + 1);
    share[at] = middle - before;
  }
  return { first, second, share };
}

/**
 * Takes the corners of single pixels away: each becomes a mean, weighted 1 2 1 both ways.
 * @param {Plane} plane
 */
function rounded({ width, height, values }) {
  const smooth = new Uint8Array(values.length);
  for (let y = 0; y < height; y++) {
    const above = Math.max(0, y - 1) * width;
    const here = y * width;
    const below = Math.min(height - 1, y + 1) * width;
    for (let x = 0; x < width; x++) {
      const left = Math.max(0, x - 1);
      const right = Math.min(width - 1, x + 1);
      const sum =
        values[above + left] + 2 * values[above + x] + values[above + right] +
        2 * (values[here + left] + 2 * values[here + x] + values[here + right]) +
        values[below + left] + 2 * values[below + x] + values[below + right];
      smooth[here + x] = sum >> 4;
    }
  }
  return smooth;
}

/**
 * What changed at a level: 255 where the plane of levels names it or a stricter one.
 * @param {Plane} levels
 * @param {number} level
 * @returns {Plane}
 */
export function changedAt({ width, height, values }, level) {
  const changed = values.map((value) => (value > 0 && value <= level ? 255 : 0));
  return { width, height, values: changed };
}

/**
 * The smallest box of whole pixels around all values above 0, or null.
 * @param {Plane} plane
 * @returns {import("../studio/mask/box.js").Box | null}
 */
export function boundsOf({ width, height, values }) {
  let left = width;
  let top = -1;
  let right = 0;
  let bottom = 0;
  for (let y = 0; y < height; y++) {
    const row = values.subarray(y * width, (y + 1) * width);
    const first = row.findIndex(Boolean);
    if (first < 0) continue;
    let last = width - 1;
    while (!row[last]) last--;
    if (top < 0) top = y;
    bottom = y + 1;
    left = Math.min(left, first);
    right = Math.max(right, last + 1);
  }
  return top < 0 ? null : { left, top, right, bottom };
}
