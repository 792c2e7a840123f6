/** Files dragged over the stage may be three things; each has a zone of its own, so that nobody has to guess. */

/** While files are dragged, events come more often than that. */
const GONE_AFTER = 300;

export class DropZones {
  #element;
  #takers;
  #timer = 0;

  /**
   * @param {HTMLElement} element lies in the stage, with a `data-drop-zone` for each taker
   * @param {Record<string, (files: File[]) => void>} takers
   */
  constructor(element, takers) {
    this.#element = element;
    this.#takers = takers;
    const stage = /** @type {HTMLElement} */ (element.parentElement);
    stage.addEventListener("dragover", (event) => this.#hover(event));
    stage.addEventListener("drop", (event) => this.#drop(event));
  }

  /** @param {DragEvent} event */
  #hover(event) {
    if (!event.dataTransfer?.types.includes("Files")) return;
    const zone = this.#zoneAt(event);
    event.preventDefault();
    event.dataTransfer.dropEffect = zone ? "copy" : "none";
    this.#show(zone);
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#hide(), GONE_AFTER);
  }

  /** @param {DragEvent} event */
  #drop(event) {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    const zone = this.#zoneAt(event);
    const files = [...event.dataTransfer.files];
    this.#hide();
    if (zone && files.length) this.#takers[zone.dataset.dropZone ?? ""]?.(files);
  }

  /**
   * By place, since the zones may only just have appeared under the pointer.
   * @param {DragEvent} event
   */
  #zoneAt({ clientX, clientY }) {
    this.#element.hidden = false;
    return this.#zones().find((zone) => {
      const { left, top, right, bottom } = zone.getBoundingClientRect();
      return clientX >= left && clientX < right && clientY >= top && clientY < bottom;
    });
  }

  /** @param {HTMLElement | undefined} over */
  #show(over) {
    for (const zone of this.#zones()) zone.dataset.over = String(zone === over);
  }

  #hide() {
    clearTimeout(this.#timer);
    this.#element.hidden = true;
    this.#show(undefined);
  }

  #zones() {
    return /** @type {HTMLElement[]} */ ([...this.#element.querySelectorAll("[data-drop-zone]")]);
  }
}
