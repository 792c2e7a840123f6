/** What was asked, as plain data: taken from the form, compared, put into words and into a request. */

/** @typedef {import("./draft.js").Asked} Asked */

const MOST_WORDS = 60;

/**
 * @param {FormData} form
 * @param {import("../types.js").Lent[]} references also those that the model at hand does not take
 * @param {string} context of the frame; a field that is switched off is not in the form
 * @returns {Asked}
 */
export function askedOf(form, references, context) {
  const box = ["left", "top", "width", "height"].map((side) => form.get(`frame_${side}`));
  const isBox = box.every((side) => typeof side === "string" && side !== "");
  return {
    prompt: String(form.get("prompt") ?? ""),
    model: String(form.get("model") ?? ""),
    n: Number(form.get("n") ?? 1) || 1,
    size: String(form.get("size") ?? ""),
    frame: {
      choice: /** @type {Asked["frame"]["choice"]} */ (form.get("frame") ?? "auto"),
      context: Number(context),
      box: isBox ? box.map(Number) : null,
    },
    references: references.map(({ id, name, thumb }) => ({ id, name, thumb })),
  };
}

/**
 * Whether two asks come to the same, whatever names the pictures in them have.
 * @param {Asked} a
 * @param {Asked} b
 */
export function sameAsked(a, b) {
  return essence(a) === essence(b);
}

/** @param {Asked} asked */
function essence({ prompt, model, n, size, frame, references }) {
  const { choice, context, box } = frame;
  const how = choice === "around" ? [choice, context] : choice === "hand" ? [choice, box] : [choice];
  return JSON.stringify([prompt.trim(), model, n, size, how, references.map(({ id }) => id)]);
}

/**
 * Whether nothing would be lost without it.
 * @param {{asked: Asked, mask: unknown}} draft
 */
export function isBlank({ asked, mask }) {
  return !asked.prompt.trim() && !mask;
}

/**
 * The prompt as people recognise it in a line.
 * @param {string} prompt
 */
export function briefly(prompt) {
  const words = prompt.trim().replaceAll(/\s+/g, " ");
  if (!words) return "no prompt yet";
  return `“${words.length > MOST_WORDS ? `${words.slice(0, MOST_WORDS).trimEnd()} …` : words}”`;
}

/**
 * Fills a request with what was asked.
 * @param {FormData} body
 * @param {Asked} asked
 */
export function fill(body, { prompt, model, n, size, frame, references }) {
  const [left, top, width, height] = frame.box ?? [];
  const fields = { prompt, model, n, size, frame: frame.choice, frame_context: frame.context };
  const box = frame.box ? { frame_left: left, frame_top: top, frame_width: width, frame_height: height } : {};
  for (const [name, value] of Object.entries({ ...fields, ...box })) body.set(name, String(value));
  for (const { id } of references) body.append("references", id);
}
