/** The page's end of the mask worker: one question, one answer. The worker starts with the first question, or before. */

/** @typedef {import("./mask-transport.js").Order} Order */
/** @typedef {import("./mask-transport.js").Reply} Reply */

export class MaskPort {
  /** @type {Worker | null} */
  #worker = null;
  #lastId = 0;
  /** @type {Map<number, {resolve: (reply: Reply) => void, reject: (error: Error) => void}>} */
  #waiting = new Map();

  /** The name of one piece of work; its orders carry it. */
  nextId() {
    return ++this.#lastId;
  }

  /** Starts the worker now. */
  prepare() {
    this.#start();
  }

  /**
   * @param {Order} order
   * @returns {Promise<Reply>}
   */
  ask(order) {
    return new Promise((resolve, reject) => {
      this.#waiting.set(order.id, { resolve, reject });
      this.#start().postMessage(order);
    });
  }

  #start() {
    if (this.#worker) return this.#worker;
    const worker = new Worker(new URL("./mask-worker.js", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }) => this.#answered(data);
    worker.onerror = () => this.#failAll();
    this.#worker = worker;
    return worker;
  }

  /** @param {Reply} reply */
  #answered(reply) {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (reply.error) waiting?.reject(new Error(reply.error));
    else waiting?.resolve(reply);
  }

  #failAll() {
    for (const { reject } of this.#waiting.values()) {
      reject(new Error("The part of the page that works on masks did not start. Reload the page."));
    }
    this.#waiting.clear();
    this.#worker?.terminate();
    this.#worker = null;
  }
}
