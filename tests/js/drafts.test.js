import assert from "node:assert/strict";
import { test } from "node:test";

import { askedOf, briefly, fill, isBlank, sameAsked } from "../../static/js/studio/draft/asked.js";
import { BrowserKeeper } from "../../static/js/studio/draft/browser-keeper.js";
import { openDraft } from "../../static/js/studio/draft/opening.js";
import { placeOf, viewAt } from "../../static/js/studio/draft/place.js";
import { reconcile } from "../../static/js/studio/draft/reconcile.js";
import { bodyOf, pauseAfter, readSave } from "../../static/js/studio/draft/server-keeper.js";
import { sampleMask } from "../../static/js/studio/draft/small-mask.js";
import { agoWords, stateWords } from "../../static/js/studio/draft/words.js";
import { FULL, TILE, TileMask } from "../../static/js/studio/mask/tiles.js";

/** @param {Partial<import("../../static/js/studio/draft/draft.js").Asked>} [change] */
function asked(change = {}) {
  /** @type {import("../../static/js/studio/draft/draft.js").Asked} */
  const usual = {
    prompt: "a lamp",
    model: "sandbox/inpaint",
    n: 1,
    size: "auto",
    frame: { choice: "auto", context: 50, box: null },
    references: [],
  };
  return { ...usual, ...change };
}

/** @param {Partial<import("../../static/js/studio/draft/draft.js").Kept>} [change] */
function kept(change = {}) {
  /** @type {import("../../static/js/studio/draft/draft.js").Kept} */
  const usual = {
    owner: "1",
    picture: "p",
    revision: "mine",
    base: null,
    isSaved: false,
    changedAt: 1_000_000,
    asked: asked(),
    mask: new ArrayBuffer(8),
    maskId: null,
    view: null,
  };
  return { ...usual, ...change };
}

/** @param {Partial<import("../../static/js/studio/draft/draft.js").Told>} [change] */
function told(change = {}) {
  /** @type {import("../../static/js/studio/draft/draft.js").Told} */
  const usual = {
    id: "row",
    revision: "theirs",
    mask_id: "strokes",
    view: null,
    device: "Safari on iPhone",
    changed_at: "2026-11-30T02:00:00Z",
    wish: { ...asked(), mask_url: "/drafts/strokes/mask/" },
  };
  return { ...usual, ...change };
}

test("a draft wins alone only when it descends from the other one", () => {
  /** @type {[string, ReturnType<typeof kept> | null, ReturnType<typeof told> | null, string][]} */
  const table = [
    ["neither has anything", null, null, "nothing"],
    ["only the server has one", null, told(), "server"],
    ["never saved on the server", kept(), null, "browser"],
    ["forgotten by the server", kept({ base: "theirs", isSaved: true }), null, "browser"],
    ["the same content in both", kept({ revision: "theirs" }), told(), "browser"],
    ["saved as the page was closed, its answer never heard", kept({ revision: "theirs", base: "older" }), told(), "browser"],
    ["gone on here, offline", kept({ base: "theirs" }), told(), "browser"],
    ["gone on elsewhere", kept({ isSaved: true }), told(), "server"],
    ["gone on in both", kept({ base: "older" }), told(), "conflict"],
    ["begun in both", kept(), told(), "conflict"],
    ["nothing would be lost here", kept({ asked: asked({ prompt: "  " }), mask: null }), told(), "server"],
    ["nothing would be lost there", kept(), told({ mask_id: null, wish: { ...asked({ prompt: "" }), mask_url: null } }), "browser"],
    ["strokes alone count", kept({ asked: asked({ prompt: "" }) }), told(), "conflict"],
  ];
  for (const [what, mine, theirs, verdict] of table) assert.equal(reconcile(mine, theirs), verdict, what);
});

test("what is asked is read off the form, compared and sent", () => {
  const form = new FormData();
  const fields = { prompt: "a lamp ", model: "m", n: "3", size: "auto", frame: "hand" };
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  const references = [{ id: "r", name: "moss.png", thumb: "/t" }];
  assert.equal(askedOf(form, references, "50").frame.box, null, "a box that is not whole is none");
  for (const [i, side] of ["left", "top", "width", "height"].entries()) form.set(`frame_${side}`, String(i + 1));
  const found = askedOf(form, references, "50");
  assert.deepEqual(found.frame, { choice: "hand", context: 50, box: [1, 2, 3, 4] });
  assert.ok(sameAsked(found, { ...found, prompt: "a lamp", references: [{ id: "r", name: "renamed", thumb: "" }] }));
  assert.ok(!sameAsked(found, { ...found, frame: { ...found.frame, box: [1, 2, 3, 5] } }));
  assert.ok(sameAsked(asked(), asked({ frame: { choice: "auto", context: 90, box: null } })), "context counts around the paint only");
  const body = new FormData();
  fill(body, found);
  assert.equal(body.get("frame_height"), "4");
  assert.deepEqual(body.getAll("references"), ["r"]);
});

test("a draft is blank when nothing is painted and nothing said", () => {
  assert.ok(isBlank({ asked: asked({ prompt: " \n" }), mask: null }));
  assert.ok(!isBlank({ asked: asked({ prompt: "" }), mask: new ArrayBuffer(1) }));
  assert.ok(!isBlank({ asked: asked(), mask: null }));
  assert.equal(briefly(" a\n lamp "), "“a lamp”");
  assert.equal(briefly(""), "no prompt yet");
  assert.ok(briefly("x".repeat(200)).length < 70);
});

test("a save carries what it builds on, and strokes only when the server lacks them", () => {
  const first = bodyOf(kept(), {}, 1_002_500);
  assert.equal(first.get("base"), null);
  assert.equal(first.get("changed_ago"), "2500");
  assert.ok(first.get("mask") instanceof Blob);
  const next = bodyOf(kept({ base: "older", maskId: "strokes" }), { setAside: true, fromAside: "row" }, 0);
  assert.deepEqual([next.get("base"), next.get("kept_mask"), next.get("mask")], ["older", "strokes", null]);
  assert.deepEqual([next.get("set_aside"), next.get("from_aside")], ["1", "row"]);
});

test("every answer of the server means one thing", () => {
  const answer = (/** @type {number} */ status, body = /** @type {any} */ (null), isElsewhere = false) =>
    readSave({ status, body, isElsewhere });
  assert.equal(answer(200, { saved: told(), aside: [] }).kind, "saved");
  assert.equal(answer(409, { draft: told(), aside: [] }).kind, "moved");
  assert.equal(answer(409, { draft: null }).kind, "moved", "forgotten there");
  for (const status of [0, 500, 502, 507]) assert.equal(answer(status).kind, "later", String(status));
  for (const status of [404, 413, 422]) assert.equal(answer(status).kind, "refused", String(status));
  assert.equal(answer(200, null, true).kind, "outside", "the login page came instead");
  assert.equal(answer(403).kind, "outside");
  const refused = answer(422, { error: "The mask is damaged." });
  assert.ok(refused.kind === "refused" && refused.why === "The mask is damaged.");
});

test("pauses between tries double up to a minute", () => {
  assert.deepEqual([1, 2, 3, 9].map(pauseAfter), [2000, 4000, 8000, 60_000]);
});

test("the line in the bar tells the truth", () => {
  const why = "The server does not answer.";
  assert.equal(stateWords({ server: "saved", browser: "failed", why: "" }).words, "Saved");
  assert.equal(stateWords({ server: "saving", browser: "kept", why: "" }).words, "Saving …");
  assert.equal(stateWords({ server: "later", browser: "kept", why }).words, "Saved in this browser");
  const lost = stateWords({ server: "later", browser: "failed", why });
  assert.deepEqual([lost.words, lost.tone], ["Not saved: the server does not answer", "bad"]);
  assert.notEqual(stateWords({ server: "moved", browser: "writing", why: "" }).words, "Saved");
});

test("times are said as people say them", () => {
  const now = Date.parse("2026-11-30T12:00:00Z");
  assert.equal(agoWords(now - 20_000, now), "just now");
  assert.equal(agoWords(now - 150_000, now), "2 min ago");
  assert.equal(agoWords(now - 3 * 3600_000, now), "3 h ago");
  assert.match(agoWords(now - 3 * 24 * 3600_000, now), /27|Nov/);
});

test("a place is found again on a stage of another size", () => {
  const desk = { width: 1000, height: 700 };
  const place = placeOf({ scale: 0.5, x: -100, y: 40 }, desk);
  assert.deepEqual(viewAt(place, desk), { scale: 0.5, x: -100, y: 40 });
  const phone = { width: 390, height: 500 };
  assert.deepEqual(placeOf(viewAt(place, phone), phone), place);
});

test("the small picture of a mask misses no thin stroke", () => {
  const mask = new TileMask(2 * TILE, TILE);
  mask.begin();
  mask.put(0, FULL);
  const line = mask.writable(1);
  for (let y = 0; y < TILE; y++) line.fill(255, y * TILE + 100, y * TILE + 106);
  mask.commit();
  const small = sampleMask(mask, 16, 8);
  const row = [...small.subarray(0, 16)];
  assert.deepEqual(row.slice(0, 8), new Array(8).fill(255));
  assert.equal(row.slice(8).filter((value) => value === 255).length, 1);
  assert.ok(sampleMask(new TileMask(300, 200), 30, 20).every((value) => value === 0));
});

test("a browser that keeps nothing is no trouble but for its answer", async () => {
  const forbidden = /** @type {any} */ ({ open: () => { throw new Error("private mode"); } });
  for (const keeper of [new BrowserKeeper(undefined), new BrowserKeeper(forbidden)]) {
    assert.equal(await keeper.read("1", "p"), null);
    assert.equal(await keeper.write(kept()), false);
    await keeper.tidy("1");
  }
});

test("the studio opens with this browser's draft, but never in place of an earlier edit", async () => {
  const browser = /** @type {any} */ ({ read: async () => kept({ base: "theirs" }), tidy: async () => {} });
  const data = () =>
    /** @type {any} */ ({
      picture: { id: "p" },
      draft: { owner: "1", draft: told(), aside: [] },
      wish: { ...asked({ prompt: "from the server" }), mask_url: "/drafts/strokes/mask/" },
    });
  const plain = data();
  assert.equal((await openDraft(plain, browser)).verdict, "browser");
  assert.deepEqual([plain.wish.prompt, plain.wish.mask_url], ["a lamp", null]);
  const again = data();
  again.wish.is_again = true;
  await openDraft(again, browser);
  assert.equal(again.wish.prompt, "from the server");
});
