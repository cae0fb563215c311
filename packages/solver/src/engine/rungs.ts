import { f64, i32, upperBound } from "./access.ts";
import type { Books } from "./books.ts";
import { doubles, type Doubles, integers, type Integers } from "./kernel.ts";
import type { Section } from "./sections.ts";

/** The steps of the supply of each book near a price: what is offered at one limit is one rung. */
export interface Rungs {
  readonly count: number;
  /** Per book of the section, its first rung; one more entry closes the last book. */
  readonly start: Integers;
  /** Per book, what is offered at limits below its first rung. */
  readonly base: Doubles;
  /** Per rung, ascending within a book. */
  readonly limit: Doubles;
  readonly amount: Doubles;
}

/** What is left of a rung when its last intent is removed may be off by rounding; below this share it is nothing. */
const NOTHING = 1e-13;

/**
 * The rungs whose limits are within `reach`, a share, of the prices; all of a book that a wallet pays for, since its
 * multiplier may move far.
 */
export function rungsNear(books: Books, section: Section, prices: Float64Array, reach: number): Rungs {
  const { limits, amounts, sums } = books;
  const count = section.books.length;
  const start = integers(count + 1);
  const base = doubles(count);
  // Where the rungs of each book lie in its flat arrays and in its ladder.
  const from = new Int32Array(2 * count);
  const till = new Int32Array(2 * count);
  let most = 0;
  for (let k = 0; k < count; k++) {
    const book = i32(section.books, k);
    const price = f64(prices, i32(section.sell, k)) / f64(prices, i32(section.buy, k));
    const isPaid = i32(books.wallet, book) >= 0;
    const low = isPaid ? 0 : price * (1 - reach);
    const high = isPaid ? Infinity : price * (1 + reach);
    const first = i32(books.start, book);
    const end = i32(books.end, book);
    const at = upperBound(limits, first, end, i32(books.position, book), low);
    from[2 * k] = at;
    till[2 * k] = upperBound(limits, at, end, i32(books.position, book), high);
    let sum = at > first ? f64(sums, 2 * at - 2) : 0;
    const ladder = books.ladder(book);
    if (ladder !== undefined) {
      const j = upperBound(ladder.limits, 0, ladder.size, 0, low);
      from[2 * k + 1] = j;
      till[2 * k + 1] = upperBound(ladder.limits, j, ladder.size, j, high);
      if (j > 0) sum += f64(ladder.sums, j - 1);
    }
    base[k] = sum > 0 ? sum : 0;
    most += i32(till, 2 * k) - i32(from, 2 * k) + i32(till, 2 * k + 1) - i32(from, 2 * k + 1);
  }
  const limit = doubles(most);
  const amount = doubles(most);
  let rungs = 0;
  for (let k = 0; k < count; k++) {
    const ladder = books.ladder(i32(section.books, k));
    let i = i32(from, 2 * k);
    let j = i32(from, 2 * k + 1);
    const end = i32(till, 2 * k);
    const last = i32(till, 2 * k + 1);
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
      limit[rungs] = at;
      amount[rungs++] = sum;
    }
    start[k + 1] = rungs;
  }
  return { count: rungs, start, base, limit, amount };
}
