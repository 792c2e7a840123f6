import assert from "node:assert/strict";
import { test } from "node:test";

import { inWords, momentInWords, shareDone } from "../../static/js/elapsed.js";
import { nextPlace } from "../../static/js/gallery.js";
import { readAnswer, sizeInWords } from "../../static/js/upload.js";

test("a running clock says seconds, then minutes, then hours", () => {
  assert.equal(inWords(0), "0 s");
  assert.equal(inWords(12.9), "12 s");
  assert.equal(inWords(65), "1 min 05 s");
  assert.equal(inWords(3599), "59 min 59 s");
  assert.equal(inWords(2 * 3600 + 180), "2 h 03 min");
});

test("a clock that runs behind the server's never counts below zero", () => {
  assert.equal(inWords(-30), "0 s");
});

test("a moment today is said by its time alone, an old one with its year", () => {
  const now = new Date(2026, 10, 23, 18, 0);
  assert.doesNotMatch(momentInWords(new Date(2026, 10, 23, 9, 30), now), /23|Nov|2026/);
  assert.match(momentInWords(new Date(2026, 4, 2, 9, 30), now), /2/);
  assert.match(momentInWords(new Date(2021, 4, 2, 9, 30), now), /2021/);
});

// Two rows: three pictures above, two wider ones below.
const wall = [
  { left: 0, top: 0, width: 100, height: 80 },
  { left: 110, top: 0, width: 100, height: 80 },
  { left: 220, top: 0, width: 100, height: 80 },
  { left: 0, top: 120, width: 200, height: 80 },
  { left: 210, top: 120, width: 110, height: 80 },
];

test("left and right follow the order over the ends of rows and stop at the ends of the wall", () => {
  assert.equal(nextPlace(wall, 2, "ArrowRight"), 3);
  assert.equal(nextPlace(wall, 3, "ArrowLeft"), 2);
  assert.equal(nextPlace(wall, 0, "ArrowLeft"), 0);
  assert.equal(nextPlace(wall, 4, "ArrowRight"), 4);
  assert.equal(nextPlace(wall, 3, "Home"), 0);
  assert.equal(nextPlace(wall, 0, "End"), 4);
});

test("up and down go to the picture whose middle is nearest", () => {
  assert.equal(nextPlace(wall, 0, "ArrowDown"), 3);
  assert.equal(nextPlace(wall, 2, "ArrowDown"), 4);
  assert.equal(nextPlace(wall, 4, "ArrowUp"), 2);
  assert.equal(nextPlace(wall, 1, "ArrowUp"), 1);
});

test("other keys mean nothing on a wall", () => {
  assert.equal(nextPlace(wall, 0, "a"), null);
  assert.equal(nextPlace(wall, 0, "Tab"), null);
});

test("sizes of files are said in kB and MB", () => {
  assert.equal(sizeInWords(300), "1 kB");
  assert.equal(sizeInWords(48_000), "48 kB");
  assert.equal(sizeInWords(4_230_000), "4.2 MB");
  assert.equal(sizeInWords(61_400_000), "61 MB");
});

test("an accepted picture brings its address and its card", () => {
  const responseText = JSON.stringify({ id: "1", url: "/pictures/1/", name: "a", card: "<li></li>" });
  assert.deepEqual(readAnswer({ status: 201, responseText, responseURL: "/pictures/" }), {
    url: "/pictures/1/",
    card: "<li></li>",
  });
});

test("a refusal is shown in the server's own words", () => {
  const responseText = JSON.stringify({ error: "This is a text file, not a picture." });
  assert.deepEqual(readAnswer({ status: 422, responseText, responseURL: "/pictures/" }), {
    error: "This is a text file, not a picture.",
  });
});

test("a login page in place of an answer says to log in, anything else odd says so", () => {
  const login = readAnswer({ status: 200, responseText: "<html>", responseURL: "/login/?next=/" });
  assert.match("error" in login ? login.error : "", /log in/);
  const broken = readAnswer({ status: 502, responseText: "<html>", responseURL: "/pictures/" });
  assert.match("error" in broken ? broken.error : "", /Try again/);
  const empty = readAnswer({ status: 201, responseText: "{}", responseURL: "/pictures/" });
  assert.ok("error" in empty);
});

test("the bar of a running call moves on and never claims its end", () => {
  assert.equal(shareDone(0, 40), 0);
  assert.equal(shareDone(-5, 40), 0);
  assert.ok(Math.abs(shareDone(40, 40) - 0.9) < 1e-9);
  assert.ok(shareDone(20, 40) < shareDone(30, 40));
  assert.ok(shareDone(1e6, 40) < 1);
  assert.ok(Number.isFinite(shareDone(3, 0)));
});
