/** Every tool, in the order of the toolbar. Keys, settings and what the pointer does follow from here. */

import { PAINT_OPTIONS } from "../settings.js";
import { BrushTool } from "./brush.js";
import { BUCKET_OPTIONS, BucketTool } from "./bucket.js";
import { HandTool } from "./hand.js";
import { LassoTool } from "./lasso.js";
import { PolygonTool } from "./polygon.js";
import { QUICK_OPTIONS, QuickTool } from "./quick.js";
import { ELLIPSE, RECTANGLE, ShapeTool } from "./shape.js";
import { WAND_OPTIONS, WandTool } from "./wand.js";

/**
 * @typedef {object} Entry
 * @property {string} name its command; a button says `data-command`, its settings `data-for-tool`
 * @property {string} label
 * @property {string[]} keys
 * @property {string} [next] the tool that the same key takes when this one is held already
 * @property {import("../settings.js").Options} options
 * @property {(desk: import("./tool.js").Desk) => import("./tool.js").Tool} make
 */

/** @type {readonly Entry[]} */
export const TOOLS = [
  { name: "brush", label: "Brush", keys: ["B"], options: PAINT_OPTIONS, make: (desk) => new BrushTool(desk) },
  { name: "eraser", label: "Eraser", keys: ["E"], options: PAINT_OPTIONS, make: (desk) => new BrushTool(desk, true) },
  { name: "rectangle", label: "Rectangle", keys: ["R", "M"], options: {}, make: (desk) => new ShapeTool(desk, RECTANGLE) },
  { name: "ellipse", label: "Ellipse", keys: ["O"], options: {}, make: (desk) => new ShapeTool(desk, ELLIPSE) },
  { name: "lasso", label: "Lasso", keys: ["L"], next: "polygon", options: {}, make: (desk) => new LassoTool(desk) },
  { name: "polygon", label: "Polygon lasso", keys: ["Shift+L"], next: "lasso", options: {}, make: (desk) => new PolygonTool(desk) },
  { name: "wand", label: "Magic wand", keys: ["W"], options: WAND_OPTIONS, make: (desk) => new WandTool(desk) },
  { name: "quick", label: "Quick selection", keys: ["Q"], options: QUICK_OPTIONS, make: (desk) => new QuickTool(desk) },
  { name: "bucket", label: "Bucket", keys: ["G"], options: BUCKET_OPTIONS, make: (desk) => new BucketTool(desk) },
  { name: "hand", label: "Move the view", keys: ["H"], options: {}, make: () => new HandTool() },
];
