import { addF64, clearF64, f64At, i32At, setF64, setI32 } from "./memory";
import {
  AHEAD,
  AMOUNT,
  BEHIND,
  BEHIND_MOVE,
  BEHIND_TARGET,
  FILL,
  FILL_MOVE,
  fillMoves,
  GIVE,
  LOG_LIMIT,
  REST,
  RUNG,
  rungAt,
  WEIGHT,
} from "./rung";

/** The rungs of an interior path; src/engine/path.ts lays it out and says what the arrays hold. */
@unmanaged
export class Path {
  books: i32;
  /** Per book: its first rung (one more entry closes the last), its two tokens, and that in which its amounts are counted. */
  start: usize;
  sell: usize;
  buy: usize;
  priced: usize;
  /** Per book. */
  base: usize;
  values: usize;
  steeps: usize;
  pulls: usize;
  walletLogs: usize;
  walletMoves: usize;
  /** The rungs, book by book. */
  rungs: usize;
  /** Per token. */
  logs: usize;
  prices: usize;
  off: usize;
  move: usize;
  /** Receives the sum of f z and (1 - f) w, each over its weight. */
  barriers: usize;
}

/** Address behind the last rung. */
function endOf(path: Path): usize {
  return rungAt(path.rungs, i32At(path.start, path.books));
}

/** Logarithm of the price that a book sees. */
function logPriceOf(path: Path, k: i32): f64 {
  return (
    f64At(path.logs, i32At(path.sell, k)) - f64At(path.logs, i32At(path.buy, k)) - f64At(path.walletLogs, k)
  );
}

/**
 * Puts every rung on the path: solves f z = (1 - f) w = weight * barrier, w - z = gap without cancellation.
 *
 * @param sold amount per book, of which the tokens turn over the value
 * @param share a rung that offers more than this share of what its tokens turn over has less weight
 */
export function placeRungs(
  path: Path,
  tokens: i32,
  sold: usize,
  share: f64,
  leastWeight: f64,
  barrier: f64,
): void {
  const turnover = path.move;
  clearF64(turnover, tokens);
  for (let k = 0; k < path.books; k++) {
    const value = f64At(sold, k) * f64At(path.prices, i32At(path.sell, k));
    addF64(turnover, i32At(path.sell, k), value);
    addF64(turnover, i32At(path.buy, k), value);
  }
  let rung = path.rungs;
  for (let k = 0; k < path.books; k++) {
    const end = rungAt(path.rungs, i32At(path.start, k + 1));
    if (rung == end) continue;
    const log = logPriceOf(path, k);
    const turned = min(f64At(turnover, i32At(path.sell, k)), f64At(turnover, i32At(path.buy, k)));
    const most = (share * turned) / f64At(path.prices, i32At(path.priced, k));
    for (; rung < end; rung += RUNG) {
      const weight = min<f64>(1, max(leastWeight, most / load<f64>(rung, AMOUNT)));
      const own = weight * barrier;
      const gap = log - load<f64>(rung, LOG_LIMIT);
      const ratio = abs(gap) / own;
      const lesser = 2 / (ratio + 2 + sqrt(ratio * ratio + 4));
      const fill = gap > 0 ? 1 - lesser : lesser;
      const rest = gap > 0 ? lesser : 1 - lesser;
      store<f64>(rung, weight, WEIGHT);
      store<f64>(rung, fill, FILL);
      store<f64>(rung, rest, REST);
      store<f64>(rung, own / fill, BEHIND);
      store<f64>(rung, own / rest, AHEAD);
    }
  }
}

/** What books sell in value and how steeply that grows, what tokens are off by, and the barriers; returns the volume. */
export function linearise(path: Path): f64 {
  let volume: f64 = 0;
  let barriers: f64 = 0;
  let rung = path.rungs;
  for (let k = 0; k < path.books; k++) {
    const end = rungAt(path.rungs, i32At(path.start, k + 1));
    let sold = f64At(path.base, k);
    let slope: f64 = 0;
    for (; rung < end; rung += RUNG) {
      const size = load<f64>(rung, AMOUNT);
      const f = load<f64>(rung, FILL);
      const r = load<f64>(rung, REST);
      const z = load<f64>(rung, BEHIND);
      const w = load<f64>(rung, AHEAD);
      const give = (f * r) / (w * f + z * r);
      barriers += (f * z + r * w) / load<f64>(rung, WEIGHT);
      sold += f * size;
      slope += give * size;
      store<f64>(rung, give, GIVE);
    }
    const price = f64At(path.prices, i32At(path.priced, k));
    const value = price * sold;
    setF64(path.values, k, value);
    setF64(path.steeps, k, price * slope);
    volume += value;
    addF64(path.off, i32At(path.sell, k), value);
    addF64(path.off, i32At(path.buy, k), -value);
  }
  setF64(path.barriers, 0, barriers);
  return volume;
}

/** Sum of f z and (1 - f) w, each over its weight, a share of the moves ahead. */
export function sumBarriers(path: Path, share: f64): f64 {
  const shares = f64x2.splat(share);
  const end = endOf(path);
  let sum: f64 = 0;
  for (let rung = path.rungs; rung < end; rung += RUNG) {
    const fills = f64x2.add(v128.load(rung, FILL), f64x2.mul(shares, fillMoves(rung)));
    const slacks = f64x2.add(v128.load(rung, BEHIND), f64x2.mul(shares, v128.load(rung, BEHIND_MOVE)));
    const products = f64x2.mul(fills, slacks);
    const product = f64x2.extract_lane(products, 0) + f64x2.extract_lane(products, 1);
    sum += product / load<f64>(rung, WEIGHT);
  }
  return sum;
}

/**
 * What the books are pulled to sell more, in value, while prices do not move, when f z and (1 - f) w aim at a share of the barrier,
 * less what the moves of the last direction would add.
 */
export function pullBooks(path: Path, share: f64, barrier: f64, correction: f64): void {
  const corrections = f64x2.splat(correction);
  let rung = path.rungs;
  for (let k = 0; k < path.books; k++) {
    const end = rungAt(path.rungs, i32At(path.start, k + 1));
    if (rung == end) {
      setF64(path.pulls, k, 0);
      continue;
    }
    const log = logPriceOf(path, k);
    let sold: f64 = 0;
    for (; rung < end; rung += RUNG) {
      const most = barrier * load<f64>(rung, WEIGHT);
      const limits = f64x2.splat(most);
      const added = f64x2.mul(f64x2.mul(corrections, fillMoves(rung)), v128.load(rung, BEHIND_MOVE));
      const within = f64x2.min(limits, f64x2.max(f64x2.neg(limits), added));
      const targets = f64x2.sub(f64x2.splat(share * most), within);
      v128.store(rung, targets, BEHIND_TARGET);
      const pulls = f64x2.div(targets, v128.load(rung, FILL));
      const pull =
        log - load<f64>(rung, LOG_LIMIT) + f64x2.extract_lane(pulls, 0) - f64x2.extract_lane(pulls, 1);
      const own = pull * load<f64>(rung, GIVE);
      store<f64>(rung, own, FILL_MOVE);
      sold += own * load<f64>(rung, AMOUNT);
    }
    setF64(path.pulls, k, sold * f64At(path.prices, i32At(path.priced, k)));
  }
}

/** What every token is then short of, which the prices have to make up for. */
export function sumPulls(path: Path, tokens: i32): void {
  for (let t = 0; t < tokens; t++) setF64(path.move, t, -f64At(path.off, t));
  for (let k = 0; k < path.books; k++) {
    const value = f64At(path.pulls, k);
    addF64(path.move, i32At(path.sell, k), -value);
    addF64(path.move, i32At(path.buy, k), value);
  }
}

/** Completes the moves of the rungs once those of the prices are known; returns the most negative one against what it moves. */
export function followPrices(path: Path): f64 {
  let least = f64x2.splat(0);
  let rung = path.rungs;
  for (let k = 0; k < path.books; k++) {
    const end = rungAt(path.rungs, i32At(path.start, k + 1));
    if (rung == end) continue;
    const log =
      f64At(path.move, i32At(path.sell, k)) -
      f64At(path.move, i32At(path.buy, k)) -
      f64At(path.walletMoves, k);
    for (; rung < end; rung += RUNG) {
      const own = load<f64>(rung, FILL_MOVE) + log * load<f64>(rung, GIVE);
      store<f64>(rung, own, FILL_MOVE);
      const fills = v128.load(rung, FILL);
      const slacks = v128.load(rung, BEHIND);
      const moves = fillMoves(rung);
      const wanted = f64x2.mul(slacks, f64x2.add(fills, moves));
      const slackMoves = f64x2.div(f64x2.sub(v128.load(rung, BEHIND_TARGET), wanted), fills);
      v128.store(rung, slackMoves, BEHIND_MOVE);
      // What is no number counts for nothing here.
      least = f64x2.pmin(least, f64x2.div(moves, fills));
      least = f64x2.pmin(least, f64x2.div(slackMoves, slacks));
    }
  }
  return min(f64x2.extract_lane(least, 0), f64x2.extract_lane(least, 1));
}

/** Goes a share of the way. */
export function advanceRungs(path: Path, share: f64): void {
  const end = endOf(path);
  const shares = f64x2.splat(share);
  for (let rung = path.rungs; rung < end; rung += RUNG) {
    const fills = f64x2.add(v128.load(rung, FILL), f64x2.mul(shares, fillMoves(rung)));
    const slacks = f64x2.add(v128.load(rung, BEHIND), f64x2.mul(shares, v128.load(rung, BEHIND_MOVE)));
    v128.store(rung, fills, FILL);
    v128.store(rung, slacks, BEHIND);
  }
}

/**
 * Leaves out the rungs that are decided: farther from the price than `most`. What they sell joins the base of their book.
 *
 * @param isPaid per book, as integers, 1 where all rungs stay
 */
export function pruneRungs(path: Path, isPaid: usize, most: f64): void {
  let rung = path.rungs;
  let to = rung;
  let kept = 0;
  for (let k = 0; k < path.books; k++) {
    const end = rungAt(path.rungs, i32At(path.start, k + 1));
    const log = logPriceOf(path, k);
    setI32(path.start, k, kept);
    for (; rung < end; rung += RUNG) {
      if (i32At(isPaid, k) == 0 && abs(log - load<f64>(rung, LOG_LIMIT)) > most) {
        if (load<f64>(rung, FILL) > load<f64>(rung, REST)) addF64(path.base, k, load<f64>(rung, AMOUNT));
        continue;
      }
      if (to != rung) memory.copy(to, rung, RUNG);
      to += RUNG;
      kept++;
    }
  }
  setI32(path.start, path.books, kept);
}

/** How far the logarithm of the price of a book has moved since `begin`, at most. */
export function farthestMove(path: Path, begin: usize, isPaid: usize): f64 {
  let farthest: f64 = 0;
  for (let k = 0; k < path.books; k++) {
    // All rungs of a book that a wallet pays for are there from the beginning.
    if (i32At(isPaid, k) != 0) continue;
    const a = i32At(path.sell, k);
    const b = i32At(path.buy, k);
    const moved = f64At(path.logs, a) - f64At(begin, a) - f64At(path.logs, b) + f64At(begin, b);
    // What is no number counts as far.
    if (!(abs(moved) <= farthest)) farthest = abs(moved);
    if (farthest != farthest) return farthest;
  }
  return farthest;
}
