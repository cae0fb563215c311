import { pricesWithoutTrade } from "./crossing.ts";
import { at, Demand, type Smoothing } from "./demand.ts";
import { exactEquilibrium } from "./exact.ts";
import type { Market } from "./market.ts";
import { solveLinear, stationaryVector } from "./stationary.ts";

/** Where continuation starts, cold and from prices that are nearly right. */
const COLD_WIDTH = 2 ** -3;
const WARM_WIDTH = 2 ** -8;
/** Where it ends: traders within this share of the clearing price may fill in part. */
const FINAL_WIDTH = 2 ** -32;
/** Factor from one width to the next; it is taken nearer to 1 where a stage fails, down to the gentlest one. */
const SHRINK = 2 ** -3;
const GENTLEST_SHRINK = 2 ** -0.2;
/** Imbalance, as a share of the volume, that ends a stage. */
const STAGE_TOLERANCE = 1e-3;
const FINAL_TOLERANCE = 1e-6;
const NEWTON_STEPS = 16;
/** Longest step in the logarithm of a price, and the shortest part of a step that is tried. */
const LARGEST_STEP = 4;
const SHORTEST_PART = 2 ** -9;
const SWEEPS = 6;

/** Prices at which a market balances, as far as floats go. */
export interface Equilibrium {
  /** One positive price per token, on a common scale. Traders whose limits just meet fill in part at these prices. */
  readonly prices: Float64Array;
  /** Nearly the same prices, moved so that whoever fills is strictly within its limit. */
  readonly strictPrices: Float64Array;
  /** Share of its amount that each trader would fill if every wallet could pay. */
  readonly wish: Float64Array;
  /** Share of its amount that each trader fills. */
  readonly fill: Float64Array;
  /** Value that each trader sells. */
  readonly flow: Float64Array;
  /** Whether the smoothing could be taken down to its end. */
  readonly converged: boolean;
  /** Whether Newton stalled and the slow method had to help. */
  readonly swept: boolean;
  readonly evaluations: number;
}

/**
 * Finds the prices at which linear traders clear: by the engine, exactly. Where a trader buys a fixed amount, or a wallet
 * runs short, the engine does not apply; then by semismooth Newton on the smoothed demand of single traders, the smoothing
 * taken away step by step; where Newton stalls, one token's price after the other is set to balance that token
 * (Gauss–Seidel).
 *
 * @param start prices of an earlier, similar market
 */
export function findEquilibrium(market: Market, start?: Float64Array): Equilibrium {
  const idle = pricesWithoutTrade(market);
  if (idle !== undefined) return idleEquilibrium(market, idle);
  const near = start ?? guessPrices(market);
  const exact = exactEquilibrium(market, near, start);
  if (exact !== undefined) return exact;
  const search = new Search(market, near);
  return search.run(start === undefined ? COLD_WIDTH : WARM_WIDTH);
}

function idleEquilibrium(market: Market, prices: Float64Array): Equilibrium {
  const nothing = new Float64Array(market.count);
  return {
    prices,
    strictPrices: prices,
    wish: nothing,
    fill: nothing,
    flow: nothing,
    converged: true,
    swept: false,
    evaluations: 0,
  };
}

class Search {
  readonly #market: Market;
  readonly #demand: Demand;
  readonly #prices: Float64Array;
  readonly #trial: Float64Array;
  readonly #step: Float64Array;
  #swept = false;

  constructor(market: Market, start: Float64Array) {
    this.#market = market;
    this.#demand = new Demand(market);
    this.#prices = Float64Array.from(start);
    this.#trial = new Float64Array(market.tokens);
    this.#step = new Float64Array(market.tokens);
  }

  run(startWidth: number): Equilibrium {
    const good = Float64Array.from(this.#prices);
    let goodWidth = startWidth;
    let width = startWidth;
    let shrink = SHRINK;
    let isFirst = true;
    while (isFirst || goodWidth > FINAL_WIDTH) {
      const off = this.#stage(width, isFirst ? undefined : goodWidth);
      if (off <= STAGE_TOLERANCE || isFirst) {
        good.set(this.#prices);
        goodWidth = width;
        if (!isFirst) shrink = Math.max(SHRINK, shrink * shrink);
        isFirst = false;
      } else {
        this.#prices.set(good);
        if (shrink >= GENTLEST_SHRINK) break;
        shrink = Math.sqrt(shrink);
      }
      width = Math.max(goodWidth * shrink, FINAL_WIDTH);
    }
    const converged = goodWidth <= FINAL_WIDTH;
    this.#demand.evaluate(this.#prices, { width: goodWidth, blur: goodWidth / 2 });
    const wish = Float64Array.from(this.#demand.wish);
    const fill = Float64Array.from(this.#demand.fill);
    const flow = Float64Array.from(this.#demand.flow);
    this.#newton({ width: goodWidth, blur: 0 }, FINAL_TOLERANCE);
    return {
      prices: good,
      strictPrices: this.#prices,
      wish,
      fill,
      flow,
      converged,
      swept: this.#swept,
      evaluations: this.#demand.evaluations,
    };
  }

  /** Balances the market at one width, coming from prices that balance it at a larger one; returns the imbalance. */
  #stage(width: number, from: number | undefined): number {
    const smoothing = { width, blur: width / 2 };
    if (from !== undefined) this.#predict(smoothing, { width: from, blur: from / 2 });
    this.#demand.evaluate(this.#prices, smoothing);
    this.#demand.regularise(this.#prices);
    const off = this.#newton(smoothing, width === FINAL_WIDTH ? FINAL_TOLERANCE : STAGE_TOLERANCE / 10);
    if (off <= STAGE_TOLERANCE || from !== undefined) return off;
    this.#swept = true;
    let reached = off;
    for (let i = 0; i < SWEEPS && reached > STAGE_TOLERANCE; i++) {
      this.#sweep(smoothing);
      reached = this.#newton(smoothing, STAGE_TOLERANCE / 10);
    }
    return reached;
  }

  /** Moves to where the prices go when the width changes and everybody stays on its side of its limit, if that helps. */
  #predict(smoothing: Smoothing, before: Smoothing): void {
    const { tokens } = this.#market;
    this.#demand.evaluate(this.#prices, before);
    this.#demand.predictRates(this.#prices, smoothing);
    this.#chainDirection();
    for (let t = 0; t < tokens; t++) this.#trial[t] = at(this.#prices, t) * Math.exp(at(this.#step, t));
    const stay = this.#demand.evaluate(this.#prices, smoothing);
    if (this.#demand.evaluate(this.#trial, smoothing) < stay) this.#prices.set(this.#trial);
  }

  /** Newton at one smoothing; returns the imbalance reached. */
  #newton(smoothing: Smoothing, tolerance: number): number {
    let off = this.#demand.evaluate(this.#prices, smoothing);
    for (let i = 0, stalls = 0; i < NEWTON_STEPS && off > tolerance && stalls < 3; i++) {
      const next = this.#newtonStep(smoothing, off);
      if (next > 0.95 * off) stalls++;
      if (next >= off) break;
      off = next;
    }
    return off;
  }

  /** One damped step: by the Markov chain, and where that does not help by the true derivative. */
  #newtonStep(smoothing: Smoothing, off: number): number {
    this.#chainDirection();
    let reached = this.#lineSearch(smoothing, off);
    if (reached > 0.9 * off && this.#market.isBuy.includes(1)) {
      reached = this.#demand.evaluate(this.#prices, smoothing);
      this.#derivativeDirection(smoothing);
      reached = this.#lineSearch(smoothing, reached);
    }
    return reached;
  }

  /** Towards the stationary vector of the chain that the demand is at these prices, in logarithms. */
  #chainDirection(): void {
    const { tokens } = this.#market;
    const { rates, outside } = this.#demand;
    const matrix = Float64Array.from(rates);
    for (let a = 0; a < tokens; a++) {
      for (let b = 0; b < tokens; b++)
        matrix[a * tokens + b] = at(matrix, a * tokens + b) + at(outside, a) / tokens;
    }
    stationaryVector(matrix, tokens, this.#trial);
    for (let t = 0; t < tokens; t++) this.#step[t] = Math.log(at(this.#trial, t) / at(this.#prices, t));
    this.#limitStep();
  }

  /** The Newton direction of the imbalance in logarithms of prices, kind "buy" included. */
  #derivativeDirection({ width, blur }: Smoothing): void {
    const { tokens, count, sell, buy, limit, isBuy } = this.#market;
    const { wish, flow, imbalance, outside } = this.#demand;
    const prices = this.#prices;
    const jacobian = new Float64Array(tokens * tokens);
    const add = (row: number, column: number, value: number): void => {
      jacobian[row * tokens + column] = at(jacobian, row * tokens + column) + value;
    };
    for (let k = 0; k < count; k++) {
      const value = at(flow, k);
      const share = at(wish, k);
      if (share === 0) continue;
      const a = at(sell, k);
      const b = at(buy, k);
      // d value = bySell d log p[a] + byBuy d log p[b]
      const atLimit = (at(limit, k) * at(prices, b)) / (at(prices, a) * (1 + blur));
      const slope = share < 1 ? ((value / share) * atLimit) / width : 0;
      const bySell = slope + (at(isBuy, k) === 1 ? 0 : value);
      const byBuy = (at(isBuy, k) === 1 ? value : 0) - slope;
      add(a, a, bySell);
      add(a, b, byBuy);
      add(b, a, -bySell);
      add(b, b, -byBuy);
    }
    for (let t = 0; t < tokens; t++) {
      add(t, t, at(prices, t) * at(outside, t));
      this.#step[t] = -at(imbalance, t);
    }
    solveLinear(jacobian, this.#step, tokens);
    this.#limitStep();
  }

  /** The scale of all prices is free: centre the step at its median, then cut what is too long or no number. */
  #limitStep(): void {
    const sorted = Float64Array.from(this.#step).sort();
    const median = at(sorted, sorted.length >> 1);
    this.#step.forEach((value, t) => {
      const centred = value - median;
      this.#step[t] = Number.isNaN(centred) ? 0 : Math.min(LARGEST_STEP, Math.max(-LARGEST_STEP, centred));
    });
  }

  #lineSearch(smoothing: Smoothing, off: number): number {
    const { tokens } = this.#market;
    for (let length = 1; length >= SHORTEST_PART; length /= 2) {
      for (let t = 0; t < tokens; t++)
        this.#trial[t] = at(this.#prices, t) * Math.exp(length * at(this.#step, t));
      const reached = this.#demand.evaluate(this.#trial, smoothing);
      if (reached <= (1 - 0.01 * length) * off) {
        this.#prices.set(this.#trial);
        return reached;
      }
    }
    return this.#demand.evaluate(this.#prices, smoothing);
  }

  /** Gauss–Seidel: sets one price after the other so that its token balances, the others held. */
  #sweep(smoothing: Smoothing): void {
    const prices = this.#prices;
    for (let t = 0; t < this.#market.tokens; t++) {
      const excess = (log: number): number => {
        prices[t] = Math.exp(log);
        this.#demand.evaluate(prices, smoothing);
        return at(this.#demand.imbalance, t);
      };
      const now = Math.log(at(prices, t));
      const direction = excess(now) > 0 ? -1 : 1;
      let near = now;
      let far = now;
      let isBracketed = false;
      for (let reach = smoothing.width; reach < 300 && !isBracketed; reach *= 4) {
        near = far;
        far = now + direction * reach;
        isBracketed = excess(far) * direction >= 0;
      }
      for (let i = 0; i < 40 && isBracketed && Math.abs(far - near) > 1e-15; i++) {
        const middle = (near + far) / 2;
        if (excess(middle) * direction >= 0) far = middle;
        else near = middle;
      }
      prices[t] = Math.exp(isBracketed ? far : now);
    }
  }
}

/**
 * First prices: those that come nearest, in logarithms and by least squares, to the median limit of every pair, a pair
 * weighing as the root of its number of intents.
 */
export function guessPrices(market: Market): Float64Array {
  const { tokens, count, sell, buy, limit } = market;
  const pairs = new Map<number, number[]>();
  for (let k = 0; k < count; k++) {
    const key = at(sell, k) * tokens + at(buy, k);
    const list = pairs.get(key);
    if (list === undefined) pairs.set(key, [Math.log(at(limit, k))]);
    else list.push(Math.log(at(limit, k)));
  }
  const matrix = new Float64Array(tokens * tokens);
  const right = new Float64Array(tokens);
  const add = (row: number, column: number, value: number): void => {
    matrix[row * tokens + column] = at(matrix, row * tokens + column) + value;
  };
  for (const [key, logs] of pairs) {
    const a = Math.floor(key / tokens);
    const b = key % tokens;
    const weight = Math.sqrt(logs.length);
    const median = logs.sort((x, y) => x - y)[logs.length >> 1] ?? 0;
    add(a, a, weight);
    add(b, b, weight);
    add(a, b, -weight);
    add(b, a, -weight);
    right[a] = at(right, a) + weight * median;
    right[b] = at(right, b) - weight * median;
  }
  for (let t = 0; t < tokens; t++) add(t, t, 1e-7);
  solveLinear(matrix, right, tokens);
  return right.map(Math.exp);
}
