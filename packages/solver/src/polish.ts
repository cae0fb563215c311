import { add, f64, i32 } from "./engine/access.ts";
import { type Condition, maximise } from "./simplex.ts";
import type { Trial } from "./trial.ts";

/** Programs in turn, each linear around what the one before found. */
const MOST_PROGRAMS = 16;
/** How far prices may move in the first program, as a share of the mean gain; later it shrinks. */
const REACH = 0.5;
const WIDER = 4;
/** From this program on, prices move no farther than so many times the imbalance that is left. */
const CLOSING = 3;
const IMBALANCES = 20;
/** Imbalance that counts as none, in values that tokens turn over on average. */
const BALANCED = 1e-11;
/** A program that gains less than this share is the last one. */
const LEAST_GAIN = 1e-7;
/** A partial fill at its limit that is no more than this goes out. */
const NOTHING = 1e-9;
/** What a limit may be missed by. */
const MISSED = 1e-12;
/** Cost of missing a limit, as a multiple of the value that does. */
const BREACH = 30;

/**
 * Brings a trial into balance, and within all limits: the fill-or-kill fills stay, but for those whose limit no prices keep that
 * balance the others; partial fills and prices move to where that gains most. To first order this is a linear program, with the
 * change of the prices' logarithms and the partial fills as unknowns; a few of them in turn lead to exact balance.
 *
 * @param isOver whether to give up
 * @returns whether it balances within all limits now
 */
export function polish(trial: Trial, isOver: () => boolean): boolean {
  let reach = REACH * trial.scale;
  let gained = -Infinity;
  for (let program = 0; program < MOST_PROGRAMS; program++) {
    if (isOver()) return false;
    if (!improve(trial, reach)) {
      reach *= WIDER;
      continue;
    }
    const now = trial.gained;
    const isStill = now - gained < LEAST_GAIN * Math.abs(now);
    if (trial.imbalance < BALANCED && (isStill || program >= CLOSING) && !dropBroken(trial)) return true;
    gained = now;
    // What is left out of balance goes as the square of how far prices move.
    if (program >= CLOSING) reach = Math.min(reach / 2, IMBALANCES * trial.imbalance);
  }
  return false;
}

/** Takes out the fill that misses its limit most, if any does. */
function dropBroken(trial: Trial): boolean {
  let worst = -1;
  let least = -MISSED;
  for (let i = 0; i < trial.count; i++) {
    if (f64(trial.share, i) === 0 || trial.room(i) >= least) continue;
    worst = i;
    least = trial.room(i);
  }
  if (worst >= 0) trial.share[worst] = 0;
  trial.refresh();
  return worst >= 0;
}

/** Solves the program around the present fills and prices, and goes there. */
function improve(trial: Trial, reach: number): boolean {
  const partial = partialsNear(trial, reach);
  const near = tightestLimits(trial, reach);
  // The first token's price stays: only ratios count.
  const shifts = trial.tokens - 1;
  const width = shifts + partial.length + near.length;
  const gain = new Float64Array(width);
  const most = new Float64Array(width).fill(1);
  most.fill(2 * reach, 0, shifts);
  partial.forEach((i, k) => (gain[shifts + k] = f64(trial.gain, i)));
  near.forEach(({ value }, k) => (gain[shifts + partial.length + k] = -BREACH * value));
  const conditions = [
    ...balances(trial, partial, reach, width),
    ...near.map((limit, k) => keeping(limit, reach, width, shifts + partial.length + k)),
  ];
  const found = maximise(gain, most, conditions);
  if (found === undefined) return false;
  for (let t = 0; t < shifts; t++) add(trial.shift, t + 1, f64(found, t) - reach);
  partial.forEach((i, k) => (trial.share[i] = Math.min(1, Math.max(0, f64(found, shifts + k)))));
  trial.refresh();
  return true;
}

/** Partial traders whose fill may change; all others that fill in part are put out. */
function partialsNear(trial: Trial, reach: number): number[] {
  const partial: number[] = [];
  for (let i = 0; i < trial.count; i++) {
    if (trial.isWhole[i] === 1) continue;
    const room = trial.room(i);
    const isIn = f64(trial.share, i) > NOTHING ? room > -reach : room > NOTHING;
    const canFill = i32(trial.group, i) < 0 && i32(trial.wallet, i) < 0;
    if (isIn && (canFill || f64(trial.share, i) > NOTHING)) partial.push(i);
    else trial.share[i] = 0;
  }
  return partial;
}

/** Per token but the first: what is sold less what is bought, to first order, is nothing. */
function balances(trial: Trial, partial: readonly number[], reach: number, width: number): Condition[] {
  const { tokens, sell, buy, priced, share, excess } = trial;
  const shifts = tokens - 1;
  const rows = Array.from({ length: tokens }, () => new Float64Array(width));
  const bounds = excess.map((value) => -value);
  const put = (token: number, column: number, value: number, at: number): void => {
    const row = rows[token];
    if (row === undefined || column < 0) return;
    add(row, column, value);
    add(bounds, token, value * at);
  };
  for (let i = 0; i < trial.count; i++) {
    const flow = f64(share, i) * trial.full(i);
    if (flow === 0) continue;
    put(i32(sell, i), i32(priced, i) - 1, flow, reach);
    put(i32(buy, i), i32(priced, i) - 1, -flow, reach);
  }
  partial.forEach((i, k) => {
    put(i32(sell, i), shifts + k, trial.full(i), f64(share, i));
    put(i32(buy, i), shifts + k, -trial.full(i), f64(share, i));
  });
  return rows.slice(1).map((coefficients, t) => ({ coefficients, bound: f64(bounds, t + 1), isEqual: true }));
}

/** The tightest limit of those that fill on a pair. */
interface PairLimit {
  readonly sell: number;
  readonly buy: number;
  readonly room: number;
  /** What fills on the pair at limits that may come to bind. */
  readonly value: number;
}

/** Per pair whose prices may come to it, the tightest limit of those that fill. */
function tightestLimits(trial: Trial, reach: number): PairLimit[] {
  const limits = new Map<number, PairLimit>();
  for (let i = 0; i < trial.count; i++) {
    const room = trial.room(i);
    const isIn = f64(trial.share, i) > 0 || (trial.isWhole[i] === 0 && room > NOTHING);
    if (!isIn || room >= 2 * reach) continue;
    const [sell, buy] = [i32(trial.sell, i), i32(trial.buy, i)];
    const other = limits.get(sell * trial.tokens + buy) ?? { room, value: 0 };
    const value = other.value + f64(trial.value, i);
    limits.set(sell * trial.tokens + buy, { sell, buy, room: Math.min(room, other.room), value });
  }
  return [...limits.values()];
}

/** The condition that a pair's tightest limit is missed by no more than the unknown in column `missing` says. */
function keeping({ sell, buy, room }: PairLimit, reach: number, width: number, missing: number): Condition {
  const coefficients = new Float64Array(width);
  coefficients[missing] = -1;
  // Changes are counted from the least one on.
  let bound = room;
  if (buy > 0) {
    coefficients[buy - 1] = 1;
    bound += reach;
  }
  if (sell > 0) {
    coefficients[sell - 1] = -1;
    bound -= reach;
  }
  return { coefficients, bound, isEqual: false };
}
