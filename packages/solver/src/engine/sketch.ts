import { f64, i32 } from "./access.ts";
import { Books } from "./books.ts";

/** Intents that are one in a sketch. */
const STRETCH = 32;
/** Books with fewer intents are all in the processor's cache, or nearly: a sketch of them gains nothing. */
const LEAST_INTENTS = 2 ** 17;
/** A book is to hold so many stretches, on average, or its sketch says too little. */
const LEAST_STRETCHES = 4;
/** A sketch is made anew when one intent of so many has come or gone since. */
const CHANGES = 16;

/**
 * A small likeness of large books, under the same numbers: stretches of intents are one each, which offers as much as they
 * do at the mean of their limits. Prices that are nearly right are found in it faster, since it stays in the processor's cache.
 * `undefined` where the books are small themselves. It is kept while few intents come and go, which it then does not show.
 */
export function sketchOf(books: Books): Books | undefined {
  const { intents, count } = books;
  if (intents < LEAST_INTENTS || intents < LEAST_STRETCHES * STRETCH * count) return undefined;
  const known = latest.get(books);
  if (known?.sketch.count === count && books.changes - known.changes <= intents / CHANGES)
    return known.sketch;
  const sketch = draw(books);
  latest.set(books, { sketch, changes: books.changes });
  return sketch;
}

/** The sketches that were made last. */
const latest = new WeakMap<Books, { readonly sketch: Books; readonly changes: number }>();

function draw(books: Books): Books {
  const { start, end, limits, sums } = books;
  const lengthOf = (book: number): number => Math.ceil((i32(end, book) - i32(start, book)) / STRETCH);
  return Books.like(books, lengthOf, (book, sketch) => {
    let sum = 0;
    let worth = 0;
    let to = i32(sketch.start, book);
    for (let from = i32(start, book); from < i32(end, book); from += STRETCH) {
      const last = Math.min(i32(end, book), from + STRETCH) - 1;
      const amount = Math.max(0, f64(sums, 2 * last) - sum);
      const mean = (f64(sums, 2 * last + 1) - worth) / amount;
      sketch.amounts[to] = amount;
      // What is far less than all before it is lost in the sums; the order has to stand all the same.
      sketch.limits[to++] =
        amount > 0 ? within(f64(limits, from), mean, f64(limits, last)) : f64(limits, last);
      sum = f64(sums, 2 * last);
      worth = f64(sums, 2 * last + 1);
    }
  });
}

function within(least: number, value: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}

/** Lets searches in the books begin where those in their sketch ended. */
export function passPositions(sketch: Books, books: Books): void {
  for (let book = 0; book < sketch.count; book++) {
    const stretches = i32(sketch.position, book) - i32(sketch.start, book);
    books.position[book] = i32(books.start, book) + STRETCH * stretches;
  }
}
