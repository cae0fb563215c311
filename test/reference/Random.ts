/** A stream of numbers that its seed determines (sfc32). */
export class Random {
  #state: [a: number, b: number, c: number, counter: number];

  constructor(seed: number) {
    this.#state = [0x9e3779b9, seed | 0, Math.floor(seed / 2 ** 32) | 0, 1];
    for (let i = 0; i < 16; i++) this.#next32();
  }

  /** A number in [0, limit); the limit is at least 1 and has at most 256 bits. */
  below(limit: bigint): bigint {
    let word = 0n;
    for (let i = 0; i < 10; i++) word = (word << 32n) | BigInt(this.#next32());
    return word % limit;
  }

  index(length: number): number {
    return this.#next32() % length;
  }

  chance(percent: number): boolean {
    return this.index(100) < percent;
  }

  /** A number in [1, most] of any magnitude: each number of bits is about as likely as another. */
  amount(most: bigint): bigint {
    const bits = BigInt(this.index(most.toString(2).length));
    return 1n + (this.below(most) >> bits);
  }

  pick<T>(values: readonly T[]): T {
    const value = values[this.index(values.length)];
    if (value === undefined) throw new RangeError("There is nothing to pick from.");
    return value;
  }

  #next32(): number {
    const [a, b, c, counter] = this.#state;
    const result = (((a + b) | 0) + counter) | 0;
    this.#state = [
      b ^ (b >>> 9),
      (c + (c << 3)) | 0,
      (((c << 21) | (c >>> 11)) + result) | 0,
      (counter + 1) | 0,
    ];
    return result >>> 0;
  }
}
