import { log2 } from "../ratio.ts";
import type { Amounts, Lane, Trader } from "./amounts.ts";

/** Cost of a step that leaves somebody short who should execute in full, against steps that any marginal order may take. */
const SHORT_COST = 1000;
/** Cost of a step through a token of which one atom is worth more than what is moved. */
const COARSE_COST = 30;
const STEPS_PER_TOKEN = 60;
const LEAST_STEPS = 500;

/** One way to relieve a token. */
interface Move {
  readonly lane: Lane;
  /** "less": who buys the token buys less. "more": who sells it sells more. "short": as "less", of those beyond the band. */
  readonly kind: "less" | "more" | "short";
  /** The token that pays for it. */
  readonly other: number;
}

/**
 * Makes every token sold at least as much as it is bought. Rounding leaves some tokens a few atoms short, others with too
 * much; a shortage is moved, token by token, to where something is left over, through orders in the band where there is a
 * way, else through the rounding allowance. Shortages of the dearest atoms go first, since what they leave over is worth
 * more than what the finer ones lack.
 *
 * @returns whether it succeeded
 */
export function repair(amounts: Amounts): boolean {
  const most = LEAST_STEPS + STEPS_PER_TOKEN * amounts.tokens;
  for (let step = 0; step < most; step++) {
    const token = dearestShortage(amounts);
    if (token === undefined) return true;
    const path = pathFrom(amounts, token) ?? firstMove(amounts, token);
    if (path === undefined) return false;
    for (const move of path) apply(amounts, move);
  }
  return amounts.left.every((left) => left >= 0n);
}

/** Logarithm of what one atom is worth. */
function atomLog(amounts: Amounts, token: number): number {
  const { mantissa, exponent } = amounts.price(token);
  return log2(mantissa) + exponent;
}

function dearestShortage(amounts: Amounts): number | undefined {
  let dearest: number | undefined;
  amounts.left.forEach((left, token) => {
    if (left >= 0n) return;
    if (dearest === undefined || atomLog(amounts, token) > atomLog(amounts, dearest)) dearest = token;
  });
  return dearest;
}

/** The moves that relieve a token. */
function* movesFor(amounts: Amounts, token: number): Generator<Move> {
  for (const lane of amounts.buying[token] ?? []) {
    if (lane.traders.some(canBuyLess)) yield { lane, kind: "less", other: lane.sell };
    else if (lane.traders.some(({ executed, least }) => executed > least))
      yield { lane, kind: "short", other: lane.sell };
  }
  for (const lane of amounts.selling[token] ?? [])
    if (lane.traders.some(canSellMore)) yield { lane, kind: "more", other: lane.buy };
}

function canBuyLess({ standing, bought }: Trader): boolean {
  return standing === "band" && bought > 0n;
}

function canSellMore({ executed, order }: Trader): boolean {
  return executed < order.amount;
}

/** The cheapest way from a shortage to a token that can make it good, or else to the one that can best (Dijkstra). */
function pathFrom(amounts: Amounts, start: number): Move[] | undefined {
  const lack = log2(-amounts.leftOf(start)) + atomLog(amounts, start);
  const cost = new Array<number>(amounts.tokens).fill(Infinity);
  const cause: (Move & { readonly from: number })[] = [];
  const done = new Set<number>();
  cost[start] = 0;
  for (;;) {
    let token = -1;
    for (let t = 0; t < amounts.tokens; t++)
      if (!done.has(t) && (cost[t] ?? Infinity) < (cost[token] ?? Infinity)) token = t;
    if (token < 0) break;
    done.add(token);
    for (const move of movesFor(amounts, token)) {
      const coarse = atomLog(amounts, move.other) > lack ? COARSE_COST : 1;
      const total = (cost[token] ?? 0) + coarse + (move.kind === "short" ? SHORT_COST : 0);
      if (total >= (cost[move.other] ?? Infinity)) continue;
      cost[move.other] = total;
      cause[move.other] = { ...move, from: token };
    }
  }
  let end: number | undefined;
  let endGood = -Infinity;
  for (const token of done) {
    const left = amounts.leftOf(token);
    if (left <= 0n) continue;
    // Whoever can pay all of it is as good as any other; then what the way costs decides.
    const good = Math.min(0, log2(left) + atomLog(amounts, token) - lack) * SHORT_COST - (cost[token] ?? 0);
    if (good > endGood) [end, endGood] = [token, good];
  }
  if (end === undefined) return undefined;
  const path: Move[] = [];
  for (let token = end; token !== start;) {
    const move = cause[token];
    if (move === undefined) return undefined;
    path.push(move);
    token = move.from;
  }
  return path.reverse();
}

/** Where nothing is left over anywhere: trade less. */
function firstMove(amounts: Amounts, token: number): Move[] | undefined {
  let best: Move | undefined;
  for (const move of movesFor(amounts, token))
    if (move.kind !== "more" && (best === undefined || best.kind === "short")) best = move;
  return best && [best];
}

/** Relieves the token of a move of its whole shortage, as far as the lane allows. */
function apply(amounts: Amounts, { lane, kind }: Move): void {
  if (kind === "more") {
    for (const trader of lane.traders) {
      const lack = -amounts.leftOf(lane.sell);
      if (lack <= 0n) return;
      const { amount } = trader.order;
      if (trader.executed >= amount) continue;
      const enough = trader.executed + lack;
      const executed = enough < amount ? enough : amount;
      // As much more as costs nothing, since what is bought is rounded up.
      amounts.set(trader, mostFor(amounts, trader, amounts.owed(trader, executed), amount));
    }
    return;
  }
  // The highest limit gives way first, and of those beyond the band the largest.
  const traders =
    kind === "less"
      ? lane.traders.filter(canBuyLess).reverse()
      : lane.traders.filter(({ executed, least }) => executed > least);
  for (const trader of traders) {
    const lack = -amounts.leftOf(lane.buy);
    if (lack <= 0n) return;
    const target = trader.bought - lack;
    const executed = target > 0n ? mostFor(amounts, trader, target, trader.executed) : 0n;
    amounts.set(trader, executed > trader.least ? executed : trader.least);
  }
}

/** The most, up to `most`, that a trader may execute and be owed no more than `bought`. */
function mostFor(amounts: Amounts, trader: Trader, bought: bigint, most: bigint): bigint {
  if (amounts.owed(trader, most) <= bought) return most;
  let low = 0n;
  let high = most;
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (amounts.owed(trader, middle) <= bought) low = middle;
    else high = middle;
  }
  return low;
}
