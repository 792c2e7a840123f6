/* Passwords for share links: read out over the phone and typed on one, so without look-alikes. */

/** No l, o, 0 or 1; 32 signs, so that a byte falls on each of them equally often. */
export const SIGNS = "abcdefghijkmnpqrstuvwxyz23456789";
const GROUPS = 4;
const GROUP = 4;

/**
 * Make a password of 80 bits.
 * @param {(bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>} fill with random bytes
 */
export function makePassword(fill) {
  const bytes = fill(new Uint8Array(GROUPS * GROUP));
  const signs = Array.from(bytes, (byte) => SIGNS[byte % SIGNS.length]);
  return Array.from({ length: GROUPS }, (_, at) => signs.slice(at * GROUP, (at + 1) * GROUP).join("")).join("-");
}
