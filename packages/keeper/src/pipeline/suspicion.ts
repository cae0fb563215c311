import type { Hex } from "@walras/sdk";

/**
 * Narrows down who spoils a batch that reverts without naming anybody: half of its fills, drawn at random, are left out,
 * until a batch goes well. The guilty is then among those of the last bad batch that are not in the good one.
 *
 * Drawing at random finds the way out of every corner in the end; any fixed rule can be led to leave out the innocent
 * half each time.
 */
export class Suspicion {
  readonly #random: () => number;
  #lastBad: Hex[] = [];
  #doubted = new Set<Hex>();

  constructor(random: () => number) {
    this.#random = random;
  }

  /** Who is to be left out of the next try. */
  get doubted(): ReadonlySet<Hex> {
    return this.#doubted;
  }

  /** A batch of these reverted without naming any. */
  batchWasBad(intentHashes: Hex[]): void {
    this.#lastBad = intentHashes;
    this.#doubted = new Set([...this.#doubted, ...this.#half()]);
  }

  /**
   * Without the doubted, nothing is left to settle: another half, then.
   *
   * @returns false if nobody was doubted, so that nothing can settle anyhow
   */
  nothingLeft(): boolean {
    if (this.#doubted.size === 0) return false;
    this.#doubted = this.#half();
    return true;
  }

  /** Those of the last bad batch that are not in a good one, among whom somebody is guilty. */
  guilty(good: Iterable<Hex>): Hex[] {
    const fine = new Set(good);
    return this.#lastBad.filter((intentHash) => !fine.has(intentHash));
  }

  #half(): Set<Hex> {
    const drawn = this.#lastBad
      .map((intentHash) => ({ intentHash, lot: this.#random() }))
      .sort((a, b) => a.lot - b.lot)
      .slice(0, Math.ceil(this.#lastBad.length / 2));
    return new Set(drawn.map(({ intentHash }) => intentHash));
  }
}
