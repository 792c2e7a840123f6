/** Tasks that come up again and again, and what each of them sets. Knows nothing of the page. */

/**
 * @typedef {object} Preset
 * @property {string} name
 * @property {string} verb what the button says
 * @property {string} scaffold words to begin with, "|" where the person goes on writing
 */

/** @typedef {"invert" | "clear" | "grow" | "extend"} MaskVerb */

/**
 * @typedef {object} Step what choosing a preset comes to
 * @property {string | null} prompt to write, null = the prompt stays as it is
 * @property {number} caret
 * @property {MaskVerb | null} does at once
 * @property {MaskVerb | null} offers for one more press
 * @property {string} said
 */

/** @type {readonly Preset[]} */
export const PRESETS = [
  { name: "fill", verb: "Fill", scaffold: "" },
  { name: "remove", verb: "Remove", scaffold: "Remove |, and continue what lies behind it." },
  {
    name: "background",
    verb: "Replace background",
    scaffold: "Replace the background by |. Keep the subject exactly as it is.",
  },
  { name: "extend", verb: "Extend", scaffold: "" },
  { name: "restyle", verb: "Restyle", scaffold: "Turn the whole picture into |, and keep its composition." },
];

/** @param {string} name */
export function presetNamed(name) {
  return PRESETS.find((preset) => preset.name === name) ?? null;
}

/**
 * What the button says when nobody has chosen a task.
 * @param {boolean} isPainted
 */
export function usualVerb(isPainted) {
  return isPainted ? "Fill" : "Edit";
}

/**
 * What choosing a preset does. Words that somebody wrote are never replaced.
 * @param {Preset} preset
 * @param {{isPainted: boolean, prompt: string, isAgain: boolean}} now isAgain: it was chosen already
 * @returns {Step}
 */
export function stepOf(preset, { isPainted, prompt, isAgain }) {
  const words = scaffoldOf(preset);
  const isFree = isBlankOrScaffold(prompt) && prompt !== words.text;
  return {
    prompt: isFree && preset.name !== "extend" ? words.text : null,
    caret: words.caret,
    ...maskStep(preset.name, isPainted, isAgain),
  };
}

/**
 * Whether nothing would be lost by writing over it.
 * @param {string} prompt
 */
export function isBlankOrScaffold(prompt) {
  return !prompt.trim() || PRESETS.some((preset) => scaffoldOf(preset).text === prompt);
}

/**
 * Whether a scaffold still waits for the words that only a person knows.
 * @param {string} prompt
 */
export function isUnfinished(prompt) {
  return Boolean(prompt.trim()) && PRESETS.some((preset) => scaffoldOf(preset).text.trim() === prompt.trim());
}

/** @param {Preset} preset */
function scaffoldOf({ scaffold }) {
  const caret = scaffold.indexOf("|");
  return { text: scaffold.replace("|", ""), caret: Math.max(0, caret) };
}

/**
 * @param {string} name
 * @param {boolean} isPainted
 * @param {boolean} isAgain
 * @returns {{does: MaskVerb | null, offers: MaskVerb | null, said: string}}
 */
function maskStep(name, isPainted, isAgain) {
  switch (name) {
    case "remove":
      return isPainted
        ? { does: null, offers: "grow", said: "A mask a little larger takes edges and shadows along." }
        : { does: null, offers: null, said: "Paint over what is to go, a little more than the thing itself." };
    case "background":
      if (isPainted && !isAgain) {
        return { does: "invert", offers: null, said: "The mask is turned around: what you painted stays." };
      }
      return isPainted
        ? { does: null, offers: "invert", said: "Everything painted may change." }
        : { does: null, offers: "invert", said: "Paint the subject that is to stay, then turn the mask around." };
    case "extend":
      return { does: "extend", offers: null, said: "" };
    case "restyle":
      return isPainted
        ? { does: "clear", offers: null, said: "The mask is cleared: the whole picture may change." }
        : { does: null, offers: null, said: "The whole picture may change; nothing needs to be painted." };
    default:
      return {
        does: null,
        offers: null,
        said: isPainted ? "Say what is to be in the painted part." : "Paint a part, then say what is to be there.",
      };
  }
}
