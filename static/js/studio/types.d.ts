/** The shapes of what the page gives to the studio. */

export interface Picture {
  id: string;
  name: string;
  /** Pixels of the upright picture; the mask has exactly these. */
  width: number;
  height: number;
  preview_url: string;
  full_url: string;
  /** Where a rough selection becomes an outline. */
  outline_url: string;
}

export interface Model {
  id: string;
  name: string;
  description: string;
  sizes: string[];
  /** Nano-dollars for one image, by size. */
  prices: Record<string, number>;
  /** Nano-dollars for one image when the model chooses the size, null when unknown. */
  price_nano: number | null;
  max_images: number;
  /** How many pictures may be sent along beside the one to edit. */
  max_references: number;
  /** Some models always return (and charge) this many. */
  fixed_images: number | null;
  /** native: the model takes the mask; enforced: NanoEdit alone keeps the rest; required: not without. */
  mask_support: "native" | "enforced" | "required";
  /** Characters the prompt may have, null when unknown. */
  prompt_limit: number | null;
  /** How long its calls took on this server, in seconds; null before there were enough. */
  usual: { words: string; median: number; p90: number } | null;
  /** Why new edits with it wait for staff; empty when they do not. */
  held_back: string;
}

export interface Wish {
  prompt: string;
  model: string;
  n: number;
  size: string;
  mask_url: string | null;
  /** Which part of the picture is sent; context in per cent, the box as left, top, width, height. */
  frame: { choice: "auto" | "around" | "whole" | "hand"; context: number; box: number[] | null };
  references: Lent[];
  /** Whether it is what an earlier edit asked for, in place of the draft. */
  is_again?: boolean;
}

/** A result that can be shown on the stage. */
export interface Variant {
  /** "Result 2 of 3" */
  label: string;
  prompt: string;
  job_url: string;
  view_url: string;
  adjust_url: string;
  studio_url: string;
  download_url: string;
  preview_url: string;
  full_url: string;
  width: number;
  height: number;
  /** What was painted when it was asked for. */
  mask_url: string | null;
  /** Where across the picture the paint lies, from 0 to 1. */
  split: number;
  discarded: boolean;
}

/** A picture to send along. */
export interface Lent {
  id: string;
  name: string;
  thumb: string;
}

export interface StudioData {
  picture: Picture;
  models: Model[];
  wish: Wish;
  max_prompt: number;
  preferences: import("./preferences.js").Kept;
  draft: import("./draft/draft.js").ServerState & { owner: string };
  urls: { draft: string; frame: string; masks: string; upload: string; preferences: string; prompts: string; templates: string };
}

/** What would be sent, and what that means. Boxes are left, top, right, bottom in picture pixels. */
export interface FrameAnswer {
  box: number[];
  choice: "around" | "whole" | "hand";
  /** Pixels of the picture, along a side, that each returned pixel has to cover. */
  enlargement: number;
  /** Whether that is so many that people see it. */
  soft: boolean;
  /** Width over height that the frame must have, null when any will do. */
  shape: number | null;
  words: string;
  notes: string[];
  warning: string;
  /** Two edits that would do better than one, with a frame for each. */
  offer: { words: string; boxes: number[][] } | null;
}

/** What the server says to a submitted edit. */
export interface EditAnswer {
  job?: string;
  url?: string;
  /** The variant strip as HTML. */
  strip?: string;
  /** Names the next wish, so that sending one twice is noticed. */
  submit_key?: string;
  /** What to say when it waits for approval instead of being queued. */
  held?: string;
  /** What to say when a budget is nearly used up by it. */
  warned?: string;
  error?: string;
  field?: string | null;
  /** What this edit costs now, in nano-dollars, when the shown price no longer holds. */
  price_nano?: number | null;
  /** The very same wish was made before: what to offer instead of paying again. */
  already?: { url: string; thumb: string; link: string };
}
