/** Laid into both pages: watches frames, and how long it takes until an undo is on the screen. */

globalThis.bench = {
  /** Times at which the browser began a frame. */
  frames: [],
  began: 0,
  isWatching: false,

  watch() {
    this.frames = [];
    this.began = performance.now();
    this.isWatching = true;
    const step = (now) => {
      if (!this.isWatching) return;
      this.frames.push(now);
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  },

  /** @returns {number[]} milliseconds from each frame to the next */
  gaps() {
    this.isWatching = false;
    const gaps = this.frames.slice(1).map((time, i) => time - this.frames[i]);
    // A page that stands still at the end has a gap there too.
    const last = performance.now() - (this.frames.at(-1) ?? this.began);
    return last > 34 ? [...gaps, last] : gaps;
  },

  /** How many movements came, and how many samples they brought. */
  input: { events: 0, samples: 0 },

  count() {
    this.input = { events: 0, samples: 0 };
    addEventListener(
      "pointermove",
      (event) => {
        this.input.events++;
        this.input.samples += event.getCoalescedEvents?.().length || 1;
      },
      true,
    );
  },

  /** Milliseconds from each key press until what it changed is painted. */
  shown: [],

  watchUndo() {
    let pressed = 0;
    addEventListener("keydown", (event) => (pressed = event.timeStamp), true);
    document.addEventListener("bench:changed", () => {
      // The message is delivered after the frame has been painted.
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => this.shown.push(performance.now() - pressed);
        port2.postMessage(null);
      });
    });
  },
};
