import { add, f64, u32, upperBound } from "./access.ts";

/**
 * What has changed in a book since its flat arrays were made: a few entries sorted by limit, then id, with prefix sums.
 * An insert is an entry with its amount, a removal one with the amount negative, so that sums of both just add up.
 */
export class Ladder {
  limits = new Float64Array(8);
  amounts = new Float64Array(8);
  ids = new Uint32Array(8);
  size = 0;
  /** Sums of amounts, and of amounts times limits, up to and with each entry; read after {@link refresh}. */
  sums = new Float64Array(8);
  worths = new Float64Array(8);
  #fresh = 0;

  /** Where the entry is, or the complement (~) of where it belongs. */
  find(limit: number, id: number): number {
    let position = upperBound(this.limits, 0, this.size, this.size, limit);
    while (position > 0 && f64(this.limits, position - 1) === limit && u32(this.ids, position - 1) >= id) {
      position--;
    }
    const isThere =
      position < this.size && f64(this.limits, position) === limit && u32(this.ids, position) === id;
    return isThere ? position : ~position;
  }

  insert(position: number, limit: number, id: number, amount: number): void {
    if (this.size === this.limits.length) this.#grow();
    this.limits.copyWithin(position + 1, position, this.size);
    this.amounts.copyWithin(position + 1, position, this.size);
    this.ids.copyWithin(position + 1, position, this.size);
    this.limits[position] = limit;
    this.amounts[position] = amount;
    this.ids[position] = id;
    this.size++;
    this.#fresh = Math.min(this.#fresh, position);
  }

  delete(position: number): void {
    this.limits.copyWithin(position, position + 1, this.size);
    this.amounts.copyWithin(position, position + 1, this.size);
    this.ids.copyWithin(position, position + 1, this.size);
    this.size--;
    this.#fresh = Math.min(this.#fresh, position);
  }

  clear(): void {
    this.size = 0;
    this.#fresh = 0;
  }

  /** Brings the prefix sums up to date. */
  refresh(): void {
    for (; this.#fresh < this.size; this.#fresh++) {
      const at = this.#fresh;
      const amount = f64(this.amounts, at);
      this.sums[at] = amount;
      this.worths[at] = amount * f64(this.limits, at);
      if (at === 0) continue;
      add(this.sums, at, f64(this.sums, at - 1));
      add(this.worths, at, f64(this.worths, at - 1));
    }
  }

  bytes(): number {
    return this.limits.length * 36;
  }

  #grow(): void {
    const length = 2 * this.limits.length;
    const longer = (old: Float64Array): Float64Array<ArrayBuffer> => {
      const array = new Float64Array(length);
      array.set(old);
      return array;
    };
    this.limits = longer(this.limits);
    this.amounts = longer(this.amounts);
    this.sums = longer(this.sums);
    this.worths = longer(this.worths);
    const ids = new Uint32Array(length);
    ids.set(this.ids);
    this.ids = ids;
  }
}
