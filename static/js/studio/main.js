/** Entry of the studio page: reads what the server gave, wakes the parts, joins them. */

import { coverageWords } from "./mask/coverage.js";
import { takeCarried } from "./carried.js";
import { BrowserKeeper } from "./draft/browser-keeper.js";
import { Desk } from "./draft/desk.js";
import { Drafts } from "./draft/drafts.js";
import { openDraft } from "./draft/opening.js";
import { FrameControl } from "./frame/frame.js";
import { Extender } from "./extender.js";
import { Bindings } from "./bindings.js";
import { Crosshair } from "./crosshair.js";
import { Borrowing } from "./borrowing.js";
import { Help, armDialogs } from "./help.js";
import { Keys, withoutAltGraph } from "./keys.js";
import { LookPanel } from "./look-panel.js";
import { bindingsFor } from "./chords.js";
import { NumbersForm } from "./numbers-form.js";
import { Preferences } from "./preferences.js";
import { Speech } from "./speech.js";
import { watchModifiers } from "./modifiers.js";
import { MaskDesk } from "./mask-desk.js";
import { armPrompt, armTwoEdits } from "./prompt/dock.js";
import { References } from "./references.js";
import { armSheet, uncoveredMiddle } from "./panel.js";
import { Studio } from "./studio.js";
import { ToolGroup } from "./tool-groups.js";
import { ToolOptions } from "./tool-options.js";
import { Toolbar } from "./toolbar.js";
import { Looking } from "./variants/looking.js";
import { WishForm } from "./wish-form.js";
import { csrfToken, find, storage } from "./page.js";

/** @typedef {import("./types.js").StudioData} StudioData */

/** The chip waits this many milliseconds, so that fast strokes are not counted one by one. */
const COVERAGE_AFTER = 120;

/** @returns {StudioData} */
function readData() {
  return JSON.parse(find("#studio-data").textContent ?? "");
}

/**
 * The chip with the painted share.
 * @param {Studio} studio
 */
function showCoverage(studio) {
  const chip = find("[data-coverage]");
  const [amountSaid, ofSaid] = chip.children;
  const hint = find("[data-stage-hint]");
  let timer = 0;
  const show = () => {
    const { amount, of } = coverageWords(studio.sheet.measure());
    if (amountSaid.textContent !== amount) amountSaid.textContent = amount;
    if (ofSaid.textContent !== of) ofSaid.textContent = of;
    chip.dataset.empty = String(studio.sheet.mask.isEmpty);
    hint.hidden = studio.sheet.revision > 0;
  };
  studio.sheet.onChange(() => {
    clearTimeout(timer);
    timer = window.setTimeout(show, COVERAGE_AFTER);
  });
  show();
}

/** @param {Studio} studio */
function showZoom(studio) {
  const readout = find("[data-zoom-said]");
  const sharpening = find("[data-sharpening]");
  const show = () => {
    readout.textContent = `${Math.round(studio.stage.zoom * 100)} %`;
    sharpening.hidden = !studio.stage.isSharpening;
  };
  studio.stage.onChange(show);
  show();
}

/** @param {Studio} studio */
function showTool(studio) {
  const { tools } = studio;
  const options = new ToolOptions(find("[data-tool-options]"));
  new ToolOptions(find("[data-mask-verbs]")).show("mask", studio.amounts);
  const showOptions = () => options.show(tools.name, tools.settings);
  const verbs = find("[data-open-shape]");
  tools.onChange(showOptions);
  studio.onChange(() => (verbs.hidden = !studio.isOpen));
  showOptions();
}

/**
 * A held command during which no frame lies over the picture.
 * @param {import("./toolbar.js").Command} command
 * @param {FrameControl} frame
 * @returns {import("./toolbar.js").Command}
 */
function withoutFrame(command, frame) {
  return {
    run: () => {
      command.run();
      frame.reveal(false);
    },
    release: () => {
      command.release?.();
      frame.reveal(true);
    },
  };
}

/** @param {string} sentence why keys or look are not kept; "" when they are */
function showUnkept(sentence) {
  for (const place of document.querySelectorAll("[data-preferences-said]")) place.textContent = sentence;
}

/**
 * The tool that is in hand.
 * @param {Bindings} bindings
 * @param {import("./toolbar.js").Commands} commands
 */
function toolNow(bindings, commands) {
  const tools = bindings.all.filter(({ group, command }) => group === "Tools" && command !== "extend");
  return tools.find(({ command }) => commands[command]?.isPressed?.())?.command;
}

/**
 * Keeps what is painted and written, and lays out what was left.
 * @param {import("./draft/desk.js").Parts} parts
 * @param {StudioData} data
 * @param {import("./draft/opening.js").Opening} opening
 * @param {BrowserKeeper} browser
 */
function keepDraft(parts, data, opening, browser) {
  const drafts = new Drafts(new Desk(parts), data, opening, browser, {
    bar: find("[data-draft-bar]"),
    state: find("[data-draft-state]"),
    menu: find("#draft-menu"),
    token: find("#wish [name=csrfmiddlewaretoken]"),
  });
  parts.form.wouldLose = () => drafts.wouldLose;
  return drafts;
}

async function start() {
  const data = readData();
  const carried = takeCarried(location.pathname);
  // What came along from another picture is worked on first; a draft that lies here is kept for later.
  if (carried.asked) Object.assign(data.wish, carried.asked, { mask_url: carried.mask, is_again: true });
  const browser = new BrowserKeeper();
  const opening = await openDraft(data, browser);
  const root = find("[data-studio]");
  const kept = storage();
  const studio = new Studio(find("[data-stage]"), data.picture, kept);
  const form = new WishForm(find("#wish"), data, studio.sheet, kept);
  const frame = new FrameControl(
    { root: find("[data-frames]"), part: find("[data-frame-part]"), form: find("#wish") },
    studio, data, () => form.refresh(),
  );
  form.onRefresh(() => frame.ask());
  const references = new References(find("[data-references]"), find("#wish"), data, () => form.refresh());
  form.onRefresh(() => references.show(form.model));
  references.show(form.model);
  const bindings = new Bindings(data.preferences.bindings);
  const help = new Help(find("[data-help-dialog]"), bindings);
  const preferences = new Preferences(data.urls.preferences, csrfToken(), showUnkept);
  bindings.onChange(() => preferences.keep({ bindings: bindings.kept }));
  new LookPanel(find("[data-look]"), studio.stage, data.preferences.look, (look) => preferences.keep({ look }));
  const numbers = new NumbersForm(find("[data-numbers]"), studio.sheet);
  const isTyped = form.prompt.value !== form.prompt.defaultValue;
  form.prompt.value = carried.prompt ?? (isTyped ? form.prompt.value : data.wish.prompt);
  const parts = { element: find("#wish"), studio, form, frame, references, commands: studio.commands() };
  const drafts = keepDraft(/** @type {import("./draft/desk.js").Parts} */ (parts), data, opening, browser);
  // Whoever has sent an edit may leave at once, and go on elsewhere.
  form.onSent(() => void drafts.keep());
  const extender = new Extender(root, studio.stage, data.picture, form.prompt);
  const maskDesk = new MaskDesk({ dialog: find("[data-import-dialog]"), zones: find("[data-drop-zones]") }, studio, data, references, csrfToken());
  const looking = new Looking(root, studio, data.picture, form, kept);
  looking.keepDraft = () => drafts.keep();
  const commands = looking.among(extender.among({
    ...studio.commands(),
    ...maskDesk.commands(),
    original: withoutFrame(studio.commands().original, frame),
    frame: {
      run: () => {
        frame.toggle();
        toolbar.refresh();
      },
      isPressed: () => frame.isShown,
    },
    prompt: { run: () => form.prompt.focus() },
    submit: { run: () => void form.submit() },
    afresh: { run: () => void drafts.afresh(), isEnabled: () => !drafts.isBlank },
    "submit-first": { run: () => (extender.isOpen ? commands.submit.run() : void form.submit({ toFront: true })) },
    help: { run: () => help.open() },
    numbers: { run: () => numbers.open() },
  }));
  armPrompt(form, studio, data, commands);
  armTwoEdits(form, frame);
  const toolbar = new Toolbar(root, commands, bindings);
  const groups = [...root.querySelectorAll("[data-tool-group]")].map((group) => new ToolGroup(/** @type {HTMLElement} */ (group)));
  for (const parts of [studio, extender, looking]) {
    parts.onChange(() => {
      toolbar.refresh();
      for (const group of groups) group.refresh();
    });
  }
  const keys = new Keys(
    (name) => {
      const command = commands[name];
      if (!command || command.isEnabled?.() === false) return false;
      if (command.isPressed?.() && command.again) command.again();
      else command.run();
      return true;
    },
    (name) => commands[name]?.release?.(),
    bindings,
    new Borrowing({
      current: () => toolNow(bindings, commands),
      take: (name) => commands[name]?.run(),
      isBusy: () => studio.input.isBusy,
    }),
  );
  studio.controlHeld = () => keys.control;
  const speech = new Speech(find("[data-spoken]"), studio.sheet);
  new Crosshair(find("[data-stage]"), studio, speech, (event) => {
    const meant = bindingsFor(withoutAltGraph(event), bindings.all).map(({ command }) => commands[command]);
    return extender.isOpen || looking.isOpen || meant.some((command) => command?.isEnabled?.() === true);
  });
  watchModifiers((held) => studio.hold(held));
  armDialogs(document.querySelectorAll("dialog"));
  showTool(studio);
  armSheet(find("[data-panel]"), find("[data-panel-toggle]"));
  studio.ghostPlace = () => uncoveredMiddle(find("[data-stage]"), find("[data-panel]"));
  showCoverage(studio);
  showZoom(studio);
  void drafts.begin();
  root.dataset.ready = "yes";
}

void start();
