import type { Hex, IntentReason } from "@walras/sdk";

type Strike = { count: number; untilBlock: number; reason: IntentReason };

const longestWait = 64;

/**
 * The intents that spoilt a batch and sit out for some blocks: one block at first, then up to twice as many each time.
 *
 * The wait is drawn at random. Where it cannot be told which of two intents is to blame, both sit out; if they came back
 * together they would spoil each other's batch for ever, but apart, the innocent one settles and is forgotten here.
 */
export class SitOut {
  readonly #strikes = new Map<Hex, Strike>();
  readonly #random: () => number;

  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  strike(intentHash: Hex, block: number, reason: IntentReason): void {
    const count = (this.#strikes.get(intentHash)?.count ?? 0) + 1;
    const most = Math.min(longestWait, 2 ** (count - 1));
    const wait = 1 + Math.floor(this.#random() * most);
    this.#strikes.set(intentHash, { count, untilBlock: block + wait, reason });
  }

  /** Why the intent sits out at this block; null when it does not. */
  reason(intentHash: Hex, block: number): IntentReason | null {
    const strike = this.#strikes.get(intentHash);
    return strike !== undefined && block < strike.untilBlock ? strike.reason : null;
  }

  /** How often the intent has spoilt a batch since it last settled. */
  count(intentHash: Hex): number {
    return this.#strikes.get(intentHash)?.count ?? 0;
  }

  forgive(intentHash: Hex): void {
    this.#strikes.delete(intentHash);
  }

  /** Forgets all but these. */
  keepOnly(intentHashes: Iterable<Hex>): void {
    const kept = new Set(intentHashes);
    for (const intentHash of this.#strikes.keys()) {
      if (!kept.has(intentHash)) this.#strikes.delete(intentHash);
    }
  }
}
