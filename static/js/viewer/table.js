/** The viewer's table: the whole picture, or a part of it that fills the window. */

import { sides } from "../studio/compare/panes.js";
import { Table } from "../studio/compare/table.js";
import { centred } from "../studio/view.js";
import { fittedScale, settled, steppedZoom } from "./zooming.js";

/** @typedef {import("../studio/view.js").Point} Point */
/** @typedef {import("../studio/view.js").View} View */

export class ViewerTable extends Table {
  /** Whether two panes show the same place. */
  isInPanes = false;

  /** In which a picture is shown. */
  get room() {
    return this.isInPanes ? sides(this.size)[0] : this.size;
  }

  /** @override */
  get fittedScale() {
    return fittedScale(this.picture, this.room, this.density);
  }

  /** @override */
  fit() {
    super.show(centred(this.picture, this.size, this.fittedScale), true);
  }

  /**
   * @override
   * @param {View} view
   */
  show(view) {
    const least = Math.min(this.fittedScale, 1 / this.density);
    const scale = Math.max(least, view.scale);
    // Zooming out ends at the whole picture.
    if (Math.abs(scale / this.fittedScale - 1) < 0.005) this.fit();
    else if (scale !== view.scale) super.show(centred(this.picture, this.size, scale), false);
    else super.show(settled(view, this.picture, this.size, this.room), false);
  }

  /**
   * @param {1 | -1} by
   * @param {Point} [point]
   */
  step(by, point) {
    this.zoomTo(steppedZoom(this.zoom, by, this.fittedScale * this.density), point);
  }
}
