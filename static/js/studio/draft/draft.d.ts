/** The shapes of unfinished work. */

import type { Lent, Wish } from "../types.js";

/** What was asked, without the strokes. */
export type Asked = Omit<Wish, "mask_url">;

/** Where the page looked (in picture pixels, and CSS pixels per picture pixel), and with which tool. */
export interface View {
  x?: number;
  y?: number;
  scale?: number;
  tool?: string;
}

/** A draft as the server tells of it. */
export interface Told {
  id: string;
  /** Names this very content. */
  revision: string;
  mask_id: string | null;
  view: View | null;
  device: string;
  changed_at: string;
  wish: Wish;
}

export interface ServerState {
  draft: Told | null;
  /** What another draft took the place of, the newest first. */
  aside: Told[];
}

/** A draft as this browser keeps it. */
export interface Kept {
  owner: string;
  picture: string;
  revision: string;
  /** The server's revision that this one builds on; null: there was none. */
  base: string | null;
  /** Whether the server has it, too. */
  isSaved: boolean;
  /** Milliseconds since 1970. */
  changedAt: number;
  asked: Asked;
  /** Grey PNG, 255 = edit. */
  mask: ArrayBuffer | null;
  /** What the server calls these very strokes, once it has them. */
  maskId: string | null;
  view: View | null;
}

/** How a save went. `later`: it is tried again by itself. */
export type Saved =
  | { kind: "saved"; saved: Told; aside: Told[] }
  | { kind: "moved"; state: ServerState }
  | { kind: "refused" | "later" | "outside"; why: string };
