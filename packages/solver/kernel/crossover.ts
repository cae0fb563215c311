import { addF64, f64At, i32At, setF64, setI32 } from "./memory";
import { Path } from "./interior";

function isMarginal(path: Path, i: i32, least: f64): bool {
  const smallest = least * f64At(path.weight, i);
  return f64At(path.fill, i) > smallest && f64At(path.rest, i) > smallest;
}

/** How many rungs of a path are marginal, as {@link listMarginal} takes it. */
export function countMarginal(path: Path, least: f64): i32 {
  const last = i32At(path.start, path.books);
  let count = 0;
  for (let i = 0; i < last; i++) count += i32(isMarginal(path, i, least));
  return count;
}

/**
 * Lists the marginal rungs of a path, neither full nor empty, as pairs of integers, rung and book; returns how many they are.
 *
 * @param least fill and rest, over the weight, above which a rung is taken for marginal
 * @param isSpent per book, as integers, 1 where its wallet is spent
 * @param flat receives per book what fills whole, the rungs that are more full than empty included
 * @param partial receives per book what fills in part from a wallet that is spent, which is then no part of `flat`
 */
export function listMarginal(
  path: Path,
  least: f64,
  isSpent: usize,
  flat: usize,
  partial: usize,
  list: usize,
): i32 {
  let count = 0;
  for (let k = 0; k < path.books; k++) {
    const last = i32At(path.start, k + 1);
    setF64(flat, k, f64At(path.base, k));
    setF64(partial, k, 0);
    for (let i = i32At(path.start, k); i < last; i++) {
      const f = f64At(path.fill, i);
      const r = f64At(path.rest, i);
      const isOpen = isMarginal(path, i, least);
      if (isOpen && i32At(isSpent, k) != 0) addF64(partial, k, f * f64At(path.amount, i));
      else if (f > r) addF64(flat, k, f64At(path.amount, i));
      if (!isOpen) continue;
      setI32(list, 2 * count, i);
      setI32(list, 2 * count + 1, k);
      count++;
    }
  }
  return count;
}

/** What each book sells, in the unit in which its amounts are counted. */
export function sumFills(path: Path, out: usize): void {
  for (let k = 0; k < path.books; k++) {
    const last = i32At(path.start, k + 1);
    let sold = f64At(path.base, k);
    for (let i = i32At(path.start, k); i < last; i++) sold += f64At(path.fill, i) * f64At(path.amount, i);
    setF64(out, k, sold);
  }
}

/**
 * Whether rungs that are more full than empty are within their limits at other prices, and the others are not.
 *
 * @param factors per book, by what prices look worse to it
 * @param tolerance share of the price within which limits count as met
 */
export function isPlausible(path: Path, prices: usize, factors: usize, tolerance: f64): bool {
  for (let k = 0; k < path.books; k++) {
    const first = i32At(path.start, k);
    const last = i32At(path.start, k + 1);
    if (first == last) continue;
    const price = f64At(prices, i32At(path.sell, k)) / f64At(prices, i32At(path.buy, k)) / f64At(factors, k);
    const low = price * (1 - tolerance);
    const high = price * (1 + tolerance);
    for (let i = first; i < last; i++) {
      const limit = f64At(path.limit, i);
      if (f64At(path.fill, i) > f64At(path.rest, i) ? limit > high : limit < low) return false;
    }
  }
  return true;
}
