import { f64, i32, upperBound } from "./access.ts";
import type { Books } from "./books.ts";
import { doubles, type Doubles, integers, type Integers } from "./kernel.ts";
import type { Ladder } from "./ladder.ts";
import type { Section } from "./sections.ts";

/** The steps of the supply of each book near a price: what is offered at one limit is one rung. */
export interface Rungs {
  readonly count: number;
  /** Per book of the section, its first rung; one more entry closes the last book. */
  readonly start: Integers;
  /** Per book, what is offered at limits below its first rung. */
  readonly base: Doubles;
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
  const { limits, amounts, sums } = books;
  const count = section.books.length;
  const start = integers(count + 1);
  const base = doubles(count);
  // Where the rungs of each book lie in its flat arrays and in its ladder.
  const from = new Int32Array(2 * count);
  const till = new Int32Array(2 * count);
  let most = 0;
  // Elements are read without helpers, as in `upperBound`.
  for (let k = 0; k < count; k++) {
    const book = section.books[k] ?? 0;
    const price = (prices[section.sell[k] ?? 0] ?? 0) / (prices[section.buy[k] ?? 0] ?? 0);
    const isPaid = (books.wallet[book] ?? -1) >= 0;
    const low = isPaid ? 0 : price * (1 - reach);
    const high = isPaid ? Infinity : price * (1 + reach);
    const first = books.start[book] ?? 0;
    const end = books.end[book] ?? 0;
    const at = upperBound(limits, first, end, books.position[book] ?? 0, low);
    const to = upperBound(limits, at, end, at, high);
    from[2 * k] = at;
    till[2 * k] = to;
    most += to - at;
    let sum = at > first ? (sums[2 * at - 2] ?? 0) : 0;
    const ladder = books.ladder(book);
    if (ladder !== undefined) {
      const j = upperBound(ladder.limits, 0, ladder.size, 0, low);
      const last = upperBound(ladder.limits, j, ladder.size, j, high);
      from[2 * k + 1] = j;
      till[2 * k + 1] = last;
      most += last - j;
      if (j > 0) sum += f64(ladder.sums, j - 1);
    }
    base[k] = sum > 0 ? sum : 0;
  }
  const limit = new Float64Array(most);
  const amount = new Float64Array(most);
  let rungs = 0;
  for (let k = 0; k < count; k++) {
    const ladder = books.ladder(section.books[k] ?? 0);
    let i = from[2 * k] ?? 0;
    const end = till[2 * k] ?? 0;
    if (ladder !== undefined) {
      const stretch = {
        from: i,
        till: end,
        changedFrom: i32(from, 2 * k + 1),
        changedTill: i32(till, 2 * k + 1),
      };
      rungs = mergeRungs(books, ladder, stretch, { limit, amount }, rungs);
      i = end;
    }
    while (i < end) {
      const at = limits[i] ?? 0;
      let sum = 0;
      for (; i < end && limits[i] === at; i++) sum += amounts[i] ?? 0;
      limit[rungs] = at;
      amount[rungs++] = sum;
    }
    start[k + 1] = rungs;
  }
  return { count: rungs, start, base, limit, amount };
}

/** Where the rungs of one book lie. */
interface Stretch {
  /** In its flat arrays. */
  readonly from: number;
  readonly till: number;
  /** In its ladder. */
  readonly changedFrom: number;
  readonly changedTill: number;
}

/** Appends the rungs of a book with changes to `count` others; returns how many there are then. */
function mergeRungs(
  { limits, amounts }: Books,
  ladder: Ladder,
  { from, till, changedFrom, changedTill }: Stretch,
  { limit, amount }: Pick<Rungs, "limit" | "amount">,
  count: number,
): number {
  let i = from;
  let j = changedFrom;
  let rungs = count;
  while (i < till || j < changedTill) {
    const flat = i < till ? f64(limits, i) : Infinity;
    const changed = j < changedTill ? f64(ladder.limits, j) : Infinity;
    const at = flat < changed ? flat : changed;
    let sum = 0;
    let gross = 0;
    for (; i < till && f64(limits, i) === at; i++) {
      sum += f64(amounts, i);
      gross += f64(amounts, i);
    }
    for (; j < changedTill && f64(ladder.limits, j) === at; j++) {
      sum += f64(ladder.amounts, j);
      gross += Math.abs(f64(ladder.amounts, j));
    }
    if (!(sum > NOTHING * gross)) continue;
    limit[rungs] = at;
    amount[rungs++] = sum;
  }
  return rungs;
}
