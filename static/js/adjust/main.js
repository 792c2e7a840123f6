/** Entry of the page that adjusts an edit: reads what the server gave, wakes the parts, joins them. */

import { Bindings } from "../studio/bindings.js";
import { Keys } from "../studio/keys.js";
import { ToolOptions } from "../studio/tool-options.js";
import { BRUSH_OPTIONS, ToolSettings } from "../studio/settings.js";
import { Toolbar } from "../studio/toolbar.js";
import { percentText } from "../studio/mask/coverage.js";
import { Desk } from "./desk.js";
import { LayerFetcher, pixelsOf } from "./fetching.js";
import { Keeping } from "./keeping.js";
import { SettingsForm } from "./settings-form.js";
import { find, storage } from "../studio/page.js";

/** @typedef {import("./types.js").AdjustData} AdjustData */
/** @typedef {import("./types.js").Layers} Layers */

/** The longer side of what is put together here, as the server makes the layers. */
const PREVIEW_SIDE = 1280;
/** What is said of the buttons here, where it is not what the studio says. */
const TIPS = { brush: "Paint the original back", eraser: "Take that away again", overlay: "Show the areas" };
const NOT_YET = "The layers of this edit are not there yet.";
const NOTHING_IN_COMMON =
  "This result differs from your picture almost everywhere, so there is nothing that could be kept apart. It stays as it is.";

/** @param {AdjustData["picture"]} picture */
async function originalOf({ width, height }) {
  /** @type {HTMLImageElement} */
  const image = find("[data-stage-preview]");
  await image.decode();
  const scale = Math.min(1, PREVIEW_SIDE / Math.max(width, height));
  return pixelsOf(image, {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  });
}

/**
 * The slider between before and after, for keys; hands drag on the stage itself.
 * @param {Desk} desk
 */
function armSplit(desk) {
  /** @type {HTMLInputElement} */
  const range = find("[data-split]");
  const line = find("[data-split-line]");
  const label = find("[data-split-label]");
  const show = () => {
    const { view, split } = desk.table;
    const { width, height } = readData().picture;
    const isUsed = desk.tool === "compare" || split > 0;
    line.dataset.side = split < 0.02 ? "left" : split > 0.98 ? "right" : "";
    line.hidden = !isUsed || desk.table.isOriginalHeld;
    label.hidden = split === 0 && !desk.table.isOriginalHeld;
    range.value = String(Math.round(split * 1000));
    range.setAttribute("aria-valuetext", `${Math.round(split * 100)} % original`);
    line.style.height = `${height * view.scale}px`;
    line.style.transform = `translate(${view.x + width * view.scale * split}px, ${view.y}px)`;
    label.style.transform = `translate(${Math.max(0, view.x)}px, ${view.y + height * view.scale}px)`;
  };
  range.addEventListener("input", () => desk.table.splitAt(Number(range.value) / 1000));
  desk.onChange(show);
  show();
}

/**
 * What is said of a result without a mask.
 * @param {Layers} layers
 * @param {Desk} desk
 * @param {SettingsForm} form
 */
function showChanged(layers, desk, form) {
  const part = find("[data-changed]");
  const said = find("[data-changed-said]");
  const { found } = layers;
  if (!found) {
    said.textContent = NOTHING_IN_COMMON;
    part.dataset.nothing = "yes";
    return;
  }
  for (const name of ["level", "heat"]) find(`[data-changed-${name}]`).hidden = false;
  if (form.settings.level === null) form.set({ level: found.usual });
  form.showLevel();
  const show = () => {
    const share = found.shares[(form.settings.level ?? found.usual) - 1];
    const areas = desk.areaCount === 1 ? "1 area" : `${desk.areaCount} areas`;
    said.textContent = share
      ? `The model changed ${percentText(share)} of the picture, in ${areas}. All else is your original again, in its own resolution.`
      : "At this sensitivity nothing has changed. Move the slider to the right to find fainter changes.";
  };
  /** @type {HTMLInputElement} */
  const heat = find("[data-heat]");
  heat.addEventListener("change", () => desk.showHeat(heat.checked));
  form.onChange(show);
  show();
}

/**
 * @param {Desk} desk
 * @param {SettingsForm} form
 * @param {AdjustData} data
 */
async function fetchLayers(desk, form, data) {
  const said = find("[data-stage-said]");
  const fetcher = new LayerFetcher(data.results);
  const { result, areas } = form.settings;
  try {
    const layers = await fetcher.get(result);
    desk.add(result, layers);
    find("[data-drift-said]").textContent = layers.driftSentence;
    if (!data.masked) showChanged(layers, desk, form);
    said.hidden = true;
    // The others are shown where they are chosen; by then they are mostly there.
    const wanted = [...areas, ...data.results.map(({ id }) => id)].filter((id) => id && id !== result);
    if (!data.masked) return;
    for (const id of new Set(wanted)) desk.add(id, await fetcher.get(id));
  } catch (error) {
    said.textContent = error instanceof Error ? error.message : String(error);
    said.hidden = false;
  }
}

/**
 * @param {Desk} desk
 * @param {Keeping} keeping
 */
function showState(desk, keeping) {
  const areas = find("[data-areas]");
  const restored = find("[data-restored-said]");
  let timer = 0;
  const show = () => {
    keeping.allow(desk.problem);
    areas.hidden = desk.areaCount < 2;
    restored.textContent = desk.restored.mask.isEmpty ? "" : `${percentText(desk.restored.measure().share)} painted back`;
  };
  desk.onChange(() => {
    clearTimeout(timer);
    timer = window.setTimeout(show, 80);
  });
  show();
}

/** @returns {AdjustData} */
function readData() {
  return JSON.parse(find("#adjust-data").textContent ?? "");
}

/**
 * @param {HTMLElement} root
 * @param {Desk} desk
 * @param {Bindings} bindings
 */
function armCommands(root, desk, bindings) {
  const commands = desk.commands();
  const toolbar = new Toolbar(root, commands, bindings);
  for (const [command, tip] of Object.entries(TIPS)) find(`[data-command=${command}]`).dataset.tip = tip;
  desk.onChange(() => toolbar.refresh());
  const keys = new Keys(
    (name) => {
      const command = commands[name];
      if (!command || command.isEnabled?.() === false) return false;
      command.run();
      return true;
    },
    (name) => commands[name]?.release?.(),
    bindings,
  );
  desk.controlHeld = () => keys.control;
}

async function start() {
  const data = readData();
  const root = find("[data-adjust]");
  /** @type {HTMLFormElement} */
  const element = find("[data-adjust-form]");
  const form = new SettingsForm(element, data.settings);
  const brush = new ToolSettings("restoring", BRUSH_OPTIONS, data.picture, storage());
  new ToolOptions(root).show("brush", brush);
  const keeping = new Keeping(element);
  keeping.allow(NOT_YET);
  /** @type {Desk | null} */
  let table = null;
  // Armed at once: sent by the browser alone, areas and what was painted back would be missing.
  element.addEventListener("submit", (event) => {
    event.preventDefault();
    const problem = table ? table.problem : NOT_YET;
    if (problem) keeping.say(problem);
    else if (table) void keeping.keep(table.restored.mask);
  });
  const [original, restored] = await Promise.all([
    originalOf(data.picture),
    data.restored_url ? keeping.read(data.restored_url) : null,
  ]);
  const desk = new Desk({ stage: find("[data-stage]"), areas: find("[data-areas-list]"), data, original, form, brush });
  if (restored) desk.restored.change((mask) => restored.slots.forEach((slot, index) => mask.put(index, slot)));
  table = desk;
  armCommands(root, desk, new Bindings(data.bindings));
  armSplit(desk);
  showState(desk, keeping);
  const zoomSaid = find("[data-zoom-said]");
  const showZoom = () => (zoomSaid.textContent = `${Math.round(desk.table.zoom * 100)} %`);
  desk.onChange(showZoom);
  showZoom();
  await fetchLayers(desk, form, data);
  root.dataset.ready = "yes";
}

start().catch((error) => {
  const said = find("[data-stage-said]");
  said.textContent = "The picture could not be shown. Reload the page to try again.";
  said.hidden = false;
  throw error;
});
