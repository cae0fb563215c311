import { add, f64, i32 } from "./access.ts";
import { factorGenerator, solveFactored } from "./chain.ts";
import type { Demand } from "./demand.ts";
import { doubles } from "./kernel.ts";

const MOST_STEPS = 12;
/** Imbalance, as a share of the volume, below which nothing is left to move. */
const BALANCED = 1e-15;

/**
 * Moves what open books sell so that all tokens balance and all spent wallets are spent, each book in proportion to the room
 * that it has: the least squares of the moves over the rooms. The equations of the wallets are eliminated first, each of
 * them a star of books; what is left is the generator of a chain between tokens. Repeated, since rooms bound the moves
 * and to take up rounding.
 *
 * @param sold per book; changed in place, and kept within `least` and `most`
 * @param isSpent per wallet, whether its multiplier is above 1
 */
export function project(
  demand: Demand,
  prices: Float64Array,
  sold: Float64Array,
  least: Float64Array,
  most: Float64Array,
  isSpent: readonly boolean[],
): void {
  const { section, wallets, gross, tokens } = demand;
  const open = [...sold.keys()].filter((k) => f64(most, k) > f64(least, k));
  if (open.length === 0) return;
  const price = (k: number): number => f64(prices, i32(section.sell, k));
  const spentBy = (k: number): number => {
    const w = i32(wallets.of, k);
    return w >= 0 && isSpent[w] === true ? w : -1;
  };
  const off = doubles(tokens);
  const matrix = doubles(tokens * tokens);
  for (let step = 0; step < MOST_STEPS; step++) {
    off.fill(0);
    const unpaid = Float64Array.from(wallets.holds, (holds, w) => holds * f64(prices, i32(wallets.token, w)));
    let volume = 0;
    for (let k = 0; k < sold.length; k++) {
      const value = f64(sold, k) * price(k);
      volume += value;
      add(off, i32(section.sell, k), -value);
      add(off, i32(section.buy, k), value);
      if (spentBy(k) >= 0) add(unpaid, spentBy(k), -value * f64(gross, k));
    }
    let missing = 0;
    for (const value of off) missing += Math.abs(value);
    wallets.books.forEach((_, w) => (missing += isSpent[w] === true ? Math.abs(f64(unpaid, w)) : 0));
    if (missing <= BALANCED * volume) return;
    matrix.fill(0);
    const room = (k: number): number =>
      Math.min(f64(sold, k) - f64(least, k), f64(most, k) - f64(sold, k)) * price(k);
    const rooms = new Float64Array(sold.length);
    const stiff = new Float64Array(wallets.count);
    for (const k of open) {
      rooms[k] = Math.max(0, room(k));
      if (spentBy(k) >= 0) add(stiff, spentBy(k), f64(rooms, k) * f64(gross, k) ** 2);
    }
    /** Per spent wallet, what a unit of its equation moves of its own token, and of each that it buys. */
    const own = new Float64Array(wallets.count);
    const pull = wallets.buys.map((list) => new Float64Array(list.length));
    for (const k of open) {
      const a = i32(section.sell, k);
      const b = i32(section.buy, k);
      const weight = f64(rooms, k);
      add(matrix, a * tokens + b, -weight);
      add(matrix, b * tokens + a, -weight);
      const w = spentBy(k);
      const into = pull[w];
      if (into === undefined) continue;
      add(own, w, weight * f64(gross, k));
      add(into, i32(wallets.slot, k), -weight * f64(gross, k));
    }
    const tiny = volume * 1e-30 + Number.MIN_VALUE;
    for (let a = 0; a < tokens; a++)
      for (let b = 0; b < tokens; b++) if (a !== b) add(matrix, a * tokens + b, -tiny);
    const lift = new Float64Array(wallets.count);
    pull.forEach((into, w) => {
      const weight = f64(stiff, w);
      if (!(weight > 0)) return;
      lift[w] = f64(unpaid, w) / weight;
      const a = i32(wallets.token, w);
      add(off, a, -f64(own, w) * f64(lift, w));
      into.forEach((value, i) => {
        const b = i32(wallets.buys[w] ?? new Int32Array(0), i);
        add(off, b, -value * f64(lift, w));
        const across = (-value * f64(own, w)) / weight;
        add(matrix, a * tokens + b, across);
        add(matrix, b * tokens + a, across);
        into.forEach((other, j) => {
          const c = i32(wallets.buys[w] ?? new Int32Array(0), j);
          if (b !== c) add(matrix, b * tokens + c, (-value * other) / weight);
        });
      });
    });
    factorGenerator(matrix, tokens);
    const move = off;
    solveFactored(matrix, move, tokens);
    pull.forEach((into, w) => {
      const weight = f64(stiff, w);
      if (!(weight > 0)) return;
      add(lift, w, (-f64(own, w) * f64(move, i32(wallets.token, w))) / weight);
      into.forEach((value, i) => {
        const b = i32(wallets.buys[w] ?? new Int32Array(0), i);
        add(lift, w, (-value * f64(move, b)) / weight);
      });
    });
    for (const k of open) {
      const w = spentBy(k);
      const drive =
        f64(move, i32(section.sell, k)) -
        f64(move, i32(section.buy, k)) +
        (w < 0 ? 0 : f64(gross, k) * f64(lift, w));
      const next = f64(sold, k) + (drive * f64(rooms, k)) / price(k);
      sold[k] = Math.min(f64(most, k), Math.max(f64(least, k), next));
    }
  }
}
