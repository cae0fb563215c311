import { addF64, f64At, i32At, setF64, setI32 } from "./memory";
import { Path } from "./interior";
import { AMOUNT, FILL, LIMIT, REST, RUNG, rungAt, WEIGHT } from "./rung";

function isMarginal(rung: usize, least: f64): bool {
  const smallest = least * load<f64>(rung, WEIGHT);
  return load<f64>(rung, FILL) > smallest && load<f64>(rung, REST) > smallest;
}

/** How many rungs of a path are marginal, as {@link listMarginal} takes it. */
export function countMarginal(path: Path, least: f64): i32 {
  const end = rungAt(path.rungs, i32At(path.start, path.books));
  let count = 0;
  for (let rung = path.rungs; rung < end; rung += RUNG) count += i32(isMarginal(rung, least));
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
      const rung = rungAt(path.rungs, i);
      const f = load<f64>(rung, FILL);
      const isOpen = isMarginal(rung, least);
      if (isOpen && i32At(isSpent, k) != 0) addF64(partial, k, f * load<f64>(rung, AMOUNT));
      else if (f > load<f64>(rung, REST)) addF64(flat, k, load<f64>(rung, AMOUNT));
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
    for (let i = i32At(path.start, k); i < last; i++) {
      const rung = rungAt(path.rungs, i);
      sold += load<f64>(rung, FILL) * load<f64>(rung, AMOUNT);
    }
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
      const rung = rungAt(path.rungs, i);
      const limit = load<f64>(rung, LIMIT);
      if (load<f64>(rung, FILL) > load<f64>(rung, REST) ? limit > high : limit < low) return false;
    }
  }
  return true;
}
