import { f64, i32, u32 } from "./access.ts";
import type { Books } from "./books.ts";
import type { Ladder } from "./ladder.ts";

/** The intents of a book with its changes applied, in order. */
export function mergeLadder(
  books: Books,
  book: number,
  ladder: Ladder,
  size: number,
): { limits: Float64Array; amounts: Float64Array; ids: Uint32Array } {
  const limits = new Float64Array(size);
  const amounts = new Float64Array(size);
  const ids = new Uint32Array(size);
  const end = i32(books.end, book);
  let from = i32(books.start, book);
  let to = 0;
  const copyUntil = (limit: number, id: number): void => {
    let until = from;
    while (
      until < end &&
      (f64(books.limits, until) < limit || (f64(books.limits, until) === limit && u32(books.ids, until) < id))
    )
      until++;
    limits.set(books.limits.subarray(from, until), to);
    amounts.set(books.amounts.subarray(from, until), to);
    ids.set(books.ids.subarray(from, until), to);
    to += until - from;
    from = until;
  };
  for (let i = 0; i < ladder.size; i++) {
    copyUntil(f64(ladder.limits, i), u32(ladder.ids, i));
    if (f64(ladder.amounts, i) < 0) {
      from++;
      continue;
    }
    limits[to] = f64(ladder.limits, i);
    amounts[to] = f64(ladder.amounts, i);
    ids[to] = u32(ladder.ids, i);
    to++;
  }
  copyUntil(Infinity, 0);
  return { limits, amounts, ids };
}
