import { addF64, clearF64, f64At, i32At, setF64, setI32 } from "./memory";

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
  /** Per rung. */
  amount: usize;
  limit: usize;
  logLimit: usize;
  weight: usize;
  fill: usize;
  rest: usize;
  behind: usize;
  ahead: usize;
  give: usize;
  fillMove: usize;
  behindMove: usize;
  aheadMove: usize;
  behindTarget: usize;
  aheadTarget: usize;
  /** Per token. */
  logs: usize;
  prices: usize;
  off: usize;
  move: usize;
}

/** The number of rungs. */
function countOf(path: Path): i32 {
  return i32At(path.start, path.books);
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
  for (let k = 0; k < path.books; k++) {
    const last = i32At(path.start, k + 1);
    const log = logPriceOf(path, k);
    const turned = min(f64At(turnover, i32At(path.sell, k)), f64At(turnover, i32At(path.buy, k)));
    const most = (share * turned) / f64At(path.prices, i32At(path.priced, k));
    for (let i = i32At(path.start, k); i < last; i++) {
      const weight = min<f64>(1, max(leastWeight, most / f64At(path.amount, i)));
      const own = weight * barrier;
      const gap = log - f64At(path.logLimit, i);
      const ratio = abs(gap) / own;
      const lesser = 2 / (ratio + 2 + sqrt(ratio * ratio + 4));
      const fill = gap > 0 ? 1 - lesser : lesser;
      const rest = gap > 0 ? lesser : 1 - lesser;
      setF64(path.weight, i, weight);
      setF64(path.fill, i, fill);
      setF64(path.rest, i, rest);
      setF64(path.behind, i, own / fill);
      setF64(path.ahead, i, own / rest);
    }
  }
}

/** What books sell in value and how steeply that grows, and what tokens are off by; returns the volume. */
export function linearise(path: Path): f64 {
  let volume: f64 = 0;
  for (let k = 0; k < path.books; k++) {
    const first = i32At(path.start, k);
    const last = i32At(path.start, k + 1);
    let sold = f64At(path.base, k);
    let slope: f64 = 0;
    for (let i = first; i < last; i++) {
      const size = f64At(path.amount, i);
      const f = f64At(path.fill, i);
      const r = f64At(path.rest, i);
      const give = (f * r) / (f64At(path.ahead, i) * f + f64At(path.behind, i) * r);
      sold += f * size;
      slope += give * size;
      setF64(path.give, i, give);
    }
    const price = f64At(path.prices, i32At(path.priced, k));
    const value = price * sold;
    setF64(path.values, k, value);
    setF64(path.steeps, k, price * slope);
    volume += value;
    addF64(path.off, i32At(path.sell, k), value);
    addF64(path.off, i32At(path.buy, k), -value);
  }
  return volume;
}

/** Sum of f z and (1 - f) w, each over its weight, a share of the moves ahead. */
export function sumBarriers(path: Path, share: f64): f64 {
  const count = countOf(path);
  let sum: f64 = 0;
  for (let i = 0; i < count; i++) {
    const move = share * f64At(path.fillMove, i);
    const z = f64At(path.behind, i) + share * f64At(path.behindMove, i);
    const w = f64At(path.ahead, i) + share * f64At(path.aheadMove, i);
    sum += ((f64At(path.fill, i) + move) * z + (f64At(path.rest, i) - move) * w) / f64At(path.weight, i);
  }
  return sum;
}

function within(most: f64, value: f64): f64 {
  return value > most ? most : value < -most ? -most : value;
}

/** Says where the next direction aims: a share of the barrier, less what the moves of the last one would add. */
export function aimRungs(path: Path, share: f64, barrier: f64, correction: f64): void {
  const count = countOf(path);
  for (let i = 0; i < count; i++) {
    const most = barrier * f64At(path.weight, i);
    const move = correction * f64At(path.fillMove, i);
    setF64(path.behindTarget, i, share * most - within(most, move * f64At(path.behindMove, i)));
    setF64(path.aheadTarget, i, share * most + within(most, move * f64At(path.aheadMove, i)));
  }
}

/** What the books are pulled to sell more, in value, while prices do not move. */
export function pullBooks(path: Path): void {
  for (let k = 0; k < path.books; k++) {
    const last = i32At(path.start, k + 1);
    const log = logPriceOf(path, k);
    let sold: f64 = 0;
    for (let i = i32At(path.start, k); i < last; i++) {
      const pull =
        log -
        f64At(path.logLimit, i) +
        f64At(path.behindTarget, i) / f64At(path.fill, i) -
        f64At(path.aheadTarget, i) / f64At(path.rest, i);
      const own = pull * f64At(path.give, i);
      setF64(path.fillMove, i, own);
      sold += own * f64At(path.amount, i);
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
  let least: f64 = 0;
  for (let k = 0; k < path.books; k++) {
    const last = i32At(path.start, k + 1);
    const log =
      f64At(path.move, i32At(path.sell, k)) -
      f64At(path.move, i32At(path.buy, k)) -
      f64At(path.walletMoves, k);
    for (let i = i32At(path.start, k); i < last; i++) {
      const f = f64At(path.fill, i);
      const r = f64At(path.rest, i);
      const z = f64At(path.behind, i);
      const w = f64At(path.ahead, i);
      const own = f64At(path.fillMove, i) + log * f64At(path.give, i);
      const zMove = (f64At(path.behindTarget, i) - z * (f + own)) / f;
      const wMove = (f64At(path.aheadTarget, i) - w * (r - own)) / r;
      setF64(path.fillMove, i, own);
      setF64(path.behindMove, i, zMove);
      setF64(path.aheadMove, i, wMove);
      const ofFill = own < 0 ? own / f : -own / r;
      const ofBehind = zMove / z;
      const ofAhead = wMove / w;
      if (ofFill < least) least = ofFill;
      if (ofBehind < least) least = ofBehind;
      if (ofAhead < least) least = ofAhead;
    }
  }
  return least;
}

/** Goes a share of the way. */
export function advanceRungs(path: Path, share: f64): void {
  const count = countOf(path);
  for (let i = 0; i < count; i++) {
    const move = share * f64At(path.fillMove, i);
    addF64(path.fill, i, move);
    addF64(path.rest, i, -move);
    addF64(path.behind, i, share * f64At(path.behindMove, i));
    addF64(path.ahead, i, share * f64At(path.aheadMove, i));
  }
}

/**
 * Leaves out the rungs that are decided: farther from the price than `most`. What they sell joins the base of their book.
 *
 * @param isPaid per book, as integers, 1 where all rungs stay
 */
export function pruneRungs(path: Path, isPaid: usize, most: f64): void {
  let kept = 0;
  let first = 0;
  for (let k = 0; k < path.books; k++) {
    const last = i32At(path.start, k + 1);
    const log = logPriceOf(path, k);
    setI32(path.start, k, kept);
    for (let i = first; i < last; i++) {
      if (i32At(isPaid, k) == 0 && abs(log - f64At(path.logLimit, i)) > most) {
        if (f64At(path.fill, i) > f64At(path.rest, i)) addF64(path.base, k, f64At(path.amount, i));
        continue;
      }
      setF64(path.amount, kept, f64At(path.amount, i));
      setF64(path.limit, kept, f64At(path.limit, i));
      setF64(path.logLimit, kept, f64At(path.logLimit, i));
      setF64(path.weight, kept, f64At(path.weight, i));
      setF64(path.fill, kept, f64At(path.fill, i));
      setF64(path.rest, kept, f64At(path.rest, i));
      setF64(path.behind, kept, f64At(path.behind, i));
      setF64(path.ahead, kept, f64At(path.ahead, i));
      kept++;
    }
    first = last;
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
