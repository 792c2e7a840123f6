/** Masks that come from elsewhere and go elsewhere: import, export, and files dropped onto the stage. */

import { DropZones } from "./drop-zones.js";
import { MaskFiles } from "./mask-files.js";
import { MaskImport } from "./mask-import.js";

/** @typedef {import("./toolbar.js").Commands} Commands */

const NOT_WRITTEN = "The mask could not be written. Try again.";

export class MaskDesk {
  #studio;
  #picture;
  #import;
  #files = new MaskFiles();

  /**
   * @param {{dialog: HTMLDialogElement, zones: HTMLElement}} parts
   * @param {import("./studio.js").Studio} studio
   * @param {import("./types.js").StudioData} data
   * @param {import("./references.js").References} references
   * @param {string} token against forged requests
   */
  constructor({ dialog, zones }, studio, { picture, urls }, references, token) {
    this.#studio = studio;
    this.#picture = picture;
    this.#import = new MaskImport(dialog, studio.sheet, studio.selection, urls.masks);
    new DropZones(zones, {
      mask: ([file]) => this.#import.open(file),
      reference: (files) => this.#lend(references, files),
      picture: ([file]) => void this.#openNew(file, urls.upload, token),
    });
  }

  /** @returns {Commands} */
  commands() {
    return {
      "import-mask": { run: () => this.#import.open() },
      "export-mask": { run: () => void this.#export(), isEnabled: () => this.#studio.sheet.isFree },
    };
  }

  async #export() {
    const { selecting } = this.#studio.selection;
    try {
      const file = await this.#files.write(this.#studio.sheet.mask);
      const link = document.createElement("a");
      link.href = URL.createObjectURL(file);
      link.download = `${this.#picture.name.replace(/\.[^.]+$/, "")}-mask.png`;
      link.click();
      // The download has begun when the click returns, but not every browser has opened it yet.
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
      selecting.say(`Saved as ${link.download}: grey, white where the picture may change.`);
    } catch {
      selecting.say(NOT_WRITTEN, "problem");
    }
  }

  /**
   * @param {import("./references.js").References} references
   * @param {File[]} files
   */
  #lend(references, files) {
    const taken = references.take(files);
    if (!taken) this.#studio.selection.selecting.say("This model takes no further picture. Choose another one first.", "problem");
  }

  /**
   * @param {File} file
   * @param {string} url
   * @param {string} token
   */
  async #openNew(file, url, token) {
    const { selecting } = this.#studio.selection;
    selecting.say(`Uploading ${file.name}`);
    const body = new FormData();
    body.set("csrfmiddlewaretoken", token);
    body.set("files", file, file.name);
    const answer = await fetch(url, { method: "POST", body, headers: { Accept: "application/json" } }).catch(() => null);
    const said = await answer?.json().catch(() => null);
    if (answer?.status === 201 && said?.url) location.assign(said.url);
    else selecting.say(`${file.name}: ${said?.error ?? "it could not be uploaded. Try again in a moment."}`, "problem");
  }
}
