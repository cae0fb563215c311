import type { Hex } from "@walras/sdk";
import type { StoredEvent } from "../domain.ts";

export type EventListener = (event: StoredEvent) => void;

/** Tells whoever follows an intent what has just become of it. Events are in the store before they come through here. */
export class Notifier {
  readonly #listeners = new Map<Hex, Set<EventListener>>();

  /** @returns a function that ends the subscription */
  subscribe(intentHash: Hex, listener: EventListener): () => void {
    const listeners = this.#listeners.get(intentHash) ?? new Set();
    this.#listeners.set(intentHash, listeners);
    // Wrapped, so that one function can be subscribed twice and each subscription end by itself.
    const own: EventListener = (event) => listener(event);
    listeners.add(own);
    return () => {
      listeners.delete(own);
      if (listeners.size === 0 && this.#listeners.get(intentHash) === listeners) {
        this.#listeners.delete(intentHash);
      }
    };
  }

  /** How many intents are followed. */
  get size(): number {
    return this.#listeners.size;
  }

  publish(events: readonly StoredEvent[]): void {
    for (const event of events) {
      for (const listener of [...(this.#listeners.get(event.intentHash) ?? [])]) listener(event);
    }
  }
}
