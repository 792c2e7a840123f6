/** Drafts in this browser (IndexedDB), by person and picture. Whatever it refuses is said, never thrown. */

/** @typedef {import("./draft.js").Kept} Kept */

const NAME = "nanoedit";
const STORE = "drafts";
/** A browser that does not open its database within this many milliseconds is not waited for. */
const PATIENCE = 1500;
/** Drafts that the server has, too, are dropped after this long. */
const OLD = 30 * 24 * 3600_000;

export class BrowserKeeper {
  /** @type {Promise<IDBDatabase | null>} */
  #opened;

  /** @param {IDBFactory | undefined} factory undefined: this browser has none */
  constructor(factory = globalThis.indexedDB) {
    this.#opened = open(factory);
  }

  /**
   * @param {string} owner
   * @param {string} picture
   * @returns {Promise<Kept | null>}
   */
  async read(owner, picture) {
    const found = await this.#run("readonly", (store) => store.get([owner, picture]));
    return found ?? null;
  }

  /**
   * @param {Kept} kept
   * @returns {Promise<boolean>} whether the browser took it
   */
  async write(kept) {
    return (await this.#run("readwrite", (store) => store.put(kept))) !== undefined;
  }

  /**
   * Drops what the server has, too: of everybody else, and what is old.
   * @param {string | null} owner whose recent drafts stay; null: nobody's
   * @param {number} now
   */
  async tidy(owner, now = Date.now()) {
    const all = /** @type {Kept[]} */ ((await this.#run("readonly", (store) => store.getAll())) ?? []);
    for (const { owner: whose, picture, isSaved, changedAt } of all) {
      if (!isSaved || (whose === owner && now - changedAt < OLD)) continue;
      await this.#run("readwrite", (store) => store.delete([whose, picture]));
    }
  }

  /**
   * @param {IDBTransactionMode} mode
   * @param {(store: IDBObjectStore) => IDBRequest} work
   * @returns {Promise<any>} what it gave; undefined when the browser refused
   */
  async #run(mode, work) {
    const database = await this.#opened;
    if (!database) return undefined;
    return new Promise((resolve) => {
      try {
        const transaction = database.transaction(STORE, mode);
        const request = work(transaction.objectStore(STORE));
        // Only a finished transaction is on the disk; a full one aborts after its request succeeded.
        transaction.oncomplete = () => resolve(request.result);
        transaction.onabort = transaction.onerror = () => resolve(undefined);
      } catch {
        resolve(undefined);
      }
    });
  }
}

/**
 * @param {IDBFactory | undefined} factory
 * @returns {Promise<IDBDatabase | null>}
 */
function open(factory) {
  return new Promise((resolve) => {
    setTimeout(() => resolve(null), PATIENCE);
    try {
      const request = /** @type {IDBFactory} */ (factory).open(NAME, 1);
      request.onupgradeneeded = () =>
        request.result.createObjectStore(STORE, { keyPath: ["owner", "picture"] });
      request.onsuccess = () => {
        request.result.onversionchange = () => request.result.close();
        resolve(request.result);
      };
      request.onerror = request.onblocked = () => resolve(null);
    } catch {
      resolve(null);
    }
  });
}
