import { f64, upperBound } from "./access.ts";
import type { Books } from "./books.ts";
import { doubles, type Doubles } from "./kernel.ts";

/** Numbers kept of one step. */
export const STEP = 5;
/** Numbers kept of one book: the step of the higher limit, then that of the lower one. */
export const STEPS = 2 * STEP;
/** Where in a step its numbers stand: it holds for limits in [FROM, TO). */
export const FROM = 0;
export const TO = 1;
/** Sum of the amounts of all intents up to there, and of amounts times limits; and their number, changes counted. */
export const SUM = 2;
export const WORTH = 3;
export const COUNT = 4;

/**
 * What books offer is a step function of the limit. Of each book the two steps are kept on which its demand was last looked
 * up: as prices settle, fewer and fewer books have to be searched. The books may not change meanwhile.
 */
export class Steps {
  /** Per book {@link STEPS} numbers. */
  readonly held: Doubles;
  readonly #books: Books;
  readonly #list: Int32Array;
  /** Per book and step, where its last search ended, or -1 before the first. */
  readonly #position: Int32Array;

  /** @param list the books */
  constructor(books: Books, list: Int32Array) {
    this.#books = books;
    this.#list = list;
    // A step from 0 to 0 holds for no limit.
    this.held = doubles(STEPS * list.length);
    this.#position = new Int32Array(2 * list.length).fill(-1);
  }

  /**
   * Finds steps for limits.
   *
   * @param which twice the position of the book in the list, and 1 more for the lower step
   */
  find(which: Int32Array, limits: Float64Array, count: number): void {
    // Read without helpers, as in `upperBound`.
    for (let i = 0; i < count; i++) this.#find(which[i] ?? 0, limits[i] ?? 0);
  }

  #find(which: number, limit: number): void {
    const books = this.#books;
    const { limits, sums } = books;
    const held = this.held;
    const book = this.#list[which >> 1] ?? 0;
    const start = books.start[book] ?? 0;
    const end = books.end[book] ?? 0;
    const last = this.#position[which] ?? -1;
    // A first search begins where the book was searched last: for the lower step that is mostly the higher one just found.
    const at = upperBound(limits, start, end, last < 0 ? (books.position[book] ?? 0) : last, limit);
    this.#position[which] = at;
    if ((which & 1) === 0) books.position[book] = at;
    let from = -Infinity;
    let to = at < end ? (limits[at] ?? 0) : Infinity;
    let sum = 0;
    let worth = 0;
    let count = at - start;
    if (at > start) {
      from = limits[at - 1] ?? 0;
      sum = sums[2 * at - 2] ?? 0;
      worth = sums[2 * at - 1] ?? 0;
    }
    const ladder = books.ladder(book);
    if (ladder !== undefined) {
      const top = upperBound(ladder.limits, 0, ladder.size, 0, limit);
      if (top < ladder.size) to = Math.min(to, f64(ladder.limits, top));
      count += top;
      if (top > 0) {
        from = Math.max(from, f64(ladder.limits, top - 1));
        sum += f64(ladder.sums, top - 1);
        worth += f64(ladder.worths, top - 1);
      }
    }
    const place = STEP * which;
    held[place + FROM] = from;
    held[place + TO] = to;
    held[place + SUM] = sum;
    held[place + WORTH] = worth;
    held[place + COUNT] = count;
  }
}
