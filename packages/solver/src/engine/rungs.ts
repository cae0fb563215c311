import { f64, i32, upperBound } from "./access.ts";
import type { Books } from "./books.ts";
import type { Section } from "./sections.ts";

/** The steps of the supply of each book near a price: what is offered at one limit is one rung. */
export interface Rungs {
  readonly count: number;
  /** Per book of the section, its first rung; one more entry closes the last book. */
  readonly start: Int32Array;
  /** Per book, what is offered at limits below its first rung. */
  readonly base: Float64Array;
  /** Per rung, ascending within a book. */
  readonly limit: Float64Array;
  readonly amount: Float64Array;
}

/** What is left of a rung when its last intent is removed may be off by rounding; below this share it is nothing. */
const NOTHING = 1e-13;

/**
 * The rungs whose limits are within `reach`, a share, of the prices; all of a book that a wallet pays for, since its
 * multiplier may move far.
 */
export function rungsNear(books: Books, section: Section, prices: Float64Array, reach: number): Rungs {
  const count = section.books.length;
  const start = new Int32Array(count + 1);
  const base = new Float64Array(count);
  const limit: number[] = [];
  const amount: number[] = [];
  for (let k = 0; k < count; k++) {
    const book = i32(section.books, k);
    const price = f64(prices, i32(section.sell, k)) / f64(prices, i32(section.buy, k));
    const isPaid = i32(books.wallet, book) >= 0;
    const low = isPaid ? 0 : price * (1 - reach);
    const high = isPaid ? Infinity : price * (1 + reach);
    const { limits, amounts } = books;
    let i = upperBound(limits, i32(books.start, book), i32(books.end, book), i32(books.start, book), low);
    const end = upperBound(limits, i, i32(books.end, book), i, high);
    const ladder = books.ladder(book);
    let j = 0;
    let last = 0;
    if (ladder !== undefined) {
      j = upperBound(ladder.limits, 0, ladder.size, 0, low);
      last = upperBound(ladder.limits, j, ladder.size, j, high);
    }
    base[k] = books.supply(book, low);
    while (i < end || j < last) {
      const flat = i < end ? f64(limits, i) : Infinity;
      const changed = ladder !== undefined && j < last ? f64(ladder.limits, j) : Infinity;
      const at = flat < changed ? flat : changed;
      let sum = 0;
      let gross = 0;
      for (; i < end && f64(limits, i) === at; i++) {
        sum += f64(amounts, i);
        gross += f64(amounts, i);
      }
      for (; ladder !== undefined && j < last && f64(ladder.limits, j) === at; j++) {
        sum += f64(ladder.amounts, j);
        gross += Math.abs(f64(ladder.amounts, j));
      }
      if (!(sum > NOTHING * gross)) continue;
      limit.push(at);
      amount.push(sum);
    }
    start[k + 1] = limit.length;
  }
  return {
    count: limit.length,
    start,
    base,
    limit: Float64Array.from(limit),
    amount: Float64Array.from(amount),
  };
}
