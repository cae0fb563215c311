import { f64, u32 } from "./access.ts";

/** Exchanges per element beyond which mending an almost sorted range by insertion is given up. */
const PATIENCE = 8;

/**
 * Sorts positions of one book by limit, then by id: natively, with the local position packed into the low bits of each
 * limit, and then mended, since limits that differ only in those bits may still be out of order.
 *
 * @param ids positions into `limits`; the range [start, end) is put in order, and has to ascend before
 */
export function sortByLimit(ids: Uint32Array, start: number, end: number, limits: Float64Array): void {
  const length = end - start;
  if (length < 2) return;
  const keys = new Float64Array(length);
  const words = new Uint32Array(keys.buffer);
  const bits = 32 - Math.clz32(length - 1);
  const mask = bits === 32 ? 0xffffffff : 2 ** bits - 1;
  for (let i = 0; i < length; i++) {
    keys[i] = f64(limits, u32(ids, start + i));
    words[2 * i] = ((u32(words, 2 * i) & ~mask) | i) >>> 0;
  }
  keys.sort();
  const before = ids.slice(start, end);
  for (let i = 0; i < length; i++) ids[start + i] = u32(before, u32(words, 2 * i) & mask);
  mend(ids, start, end, limits);
}

/** Insertion sort; where that would take long, the sort of the language, which is slower but sure. */
function mend(ids: Uint32Array, start: number, end: number, limits: Float64Array): void {
  const isAfter = (a: number, b: number): boolean => {
    const difference = f64(limits, a) - f64(limits, b);
    return difference > 0 || (difference === 0 && a > b);
  };
  let patience = PATIENCE * (end - start);
  for (let i = start + 1; i < end && patience > 0; i++) {
    const id = u32(ids, i);
    let j = i;
    for (; j > start && isAfter(u32(ids, j - 1), id); j--) {
      ids[j] = u32(ids, j - 1);
      patience--;
    }
    ids[j] = id;
  }
  if (patience <= 0) ids.subarray(start, end).sort((a, b) => (isAfter(a, b) ? 1 : -1));
}
