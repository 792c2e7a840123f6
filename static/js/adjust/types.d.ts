/** The shapes of what the page gives to the adjusting of an edit. */

import type { Colour, Pixels } from "./blending.js";
import type { Plane } from "./planes.js";

export interface Offered {
  id: number;
  number: number;
  thumb_url: string;
  layers_url: string;
}

export interface Settings {
  /** Pixels of the picture. */
  feather: number;
  grow: number;
  /** Percent. */
  opacity: number;
  match_colour: boolean;
  undo_drift: boolean;
  /** Id of the result that shows where nothing else is chosen. */
  result: number;
  /** For each area the id of the result that shows in it, 0 for the original; empty = `result`. */
  areas: number[];
  /** How finely to look for what changed, for an edit without a mask; null = as proposed. */
  level: number | null;
}

export interface AdjustData {
  picture: { name: string; width: number; height: number; preview_url: string };
  masked: boolean;
  results: Offered[];
  settings: Settings;
  restored_url: string | null;
  most_regions: number;
  levels: number;
  /** The keys that this person changed. */
  bindings: import("../studio/bindings.js").Kept;
}

export interface PackedLaid {
  image: string;
  colour: Colour | null;
}

/** What the server sends of one result. */
export interface PackedLayers {
  size: [number, number];
  box: [number, number, number, number];
  came: PackedLaid;
  undone: PackedLaid | null;
  drift_sentence: string;
  fades_alpha: boolean;
  areas: { mask: string; numbers: string; sizes: number[]; gathers_rest: boolean } | null;
  found: {
    size: [number, number];
    box: [number, number, number, number];
    levels: string;
    heat: string;
    usual: number;
    shares: number[];
  } | null;
  error?: string;
}

export interface Laid {
  pixels: Pixels;
  colour: Colour | null;
}

/** The same, unpacked. */
export interface Layers {
  size: { width: number; height: number };
  box: { left: number; top: number; right: number; bottom: number };
  came: Laid;
  undone: Laid | null;
  driftSentence: string;
  fadesAlpha: boolean;
  areas: { mask: Plane; numbers: Uint8Array; sizes: number[]; gathersRest: boolean } | null;
  found: { levels: Plane; heat: Plane; usual: number; shares: number[] } | null;
}
