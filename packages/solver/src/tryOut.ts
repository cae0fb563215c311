import { anneal, Dice } from "./annealing.ts";
import type { Answers } from "./answers.ts";
import { balanceWholes } from "./balanceWholes.ts";
import { FILL_TOLERANCE, type Proposal, proposalsFromFills } from "./candidates.ts";
import type { Effort } from "./effort.ts";
import { f64, i32 } from "./engine/access.ts";
import type { Equilibrium } from "./equilibrium.ts";
import type { Market } from "./market.ts";
import type { Part } from "./parts.ts";
import { polish } from "./polish.ts";
import { SMALL_PART } from "./search.ts";
import { Trial } from "./trial.ts";

/** Runs at most: with a deadline; without one, and in place of those that lead to nothing. */
const RUNS = { timed: 32, untimed: 4, forFailures: 8 };
/** Moves of a run: many short ones find more than few long ones. */
const MOVES_PER_TRADER = 800;
const LEAST_MOVES = 20_000;
/** Runs that start from the equilibrium, and how hot; all others start from the best answer found, but every so many. */
const FRESH_RUNS = 4;
const FRESH_EVERY = 4;
const FRESH_HEAT = 3e-3;
const AGAIN_HEAT = 7e-4;
/** By how much limits are to be kept where sets have to balance by themselves, as shares of the mean gain, in turn. */
const MARGINS = [0, 0.5, 0.3, 0.7, 0.1];
/** Where partial fills move less than this share, that is to be expected; else after as many failures as there are fresh runs. */
const LEAST_ELASTICITY = 0.05;
/** Every so many of their runs are of the other kind. */
const OTHER_EVERY = 4;
/** Above this size a run would take longer than it is worth. */
const MOST_TRADERS = 600;
/** An answer that misses less of what would be gained if everybody filled in part is good enough. */
const ENOUGH = 1e-4;

/** What is tried out. */
export interface TryTask {
  readonly part: Part;
  readonly market: Market;
  readonly relaxed: Equilibrium;
  readonly answers: Answers;
  /** Members that may take part. */
  readonly allowed: ReadonlySet<number>;
  readonly effort: Effort;
}

/**
 * Looks for better choices of fill-or-kill members by simulated annealing, polishes what it comes to, and offers that as an answer:
 * some runs, or as many as the deadline allows.
 *
 * @returns the number of runs
 */
export function tryOut(task: TryTask): number {
  const { part, market, relaxed, answers, allowed, effort } = task;
  const { prices, fill } = relaxed;
  // Of a small part, all sets are tried later.
  if (part.members.length <= SMALL_PART || market.count > MOST_TRADERS) return 0;
  const dice = new Dice(market.count);
  const isOver = (): boolean => effort.isOver;
  const trial = new Trial({ part, market, prices, fill, worth: answers.yardstick, allowed });
  if (!trial.isSound) return 0;
  const moves = Math.max(LEAST_MOVES, MOVES_PER_TRADER * trial.count);
  const start = trial.save();
  let best = start;
  let most = 0;
  let lastMs = 0;
  const patience = elasticity(trial) < LEAST_ELASTICITY ? 1 : FRESH_RUNS;
  let isBestTight = false;
  let [failures, tightRuns] = [0, 0];
  const mostRuns = (): number =>
    effort.isTimed ? RUNS.timed : RUNS.untimed + Math.min(failures, RUNS.forFailures);
  for (let run = 0; run < mostRuns(); run++) {
    if (effort.leftMs <= lastMs || answers.score >= trial.mostGain * (1 - ENOUGH)) return run;
    const begun = effort.leftMs;
    const isFresh = run < FRESH_RUNS || run % FRESH_EVERY === 0 || best === start;
    trial.restore(isFresh ? start : best);
    // Where too few fill in part to balance the others, sets have to balance by themselves. Where they once do, that is hardly so.
    const isLikelyTight: boolean = most === 0 ? failures >= patience : isBestTight;
    const isTight: boolean = isLikelyTight && run % OTHER_EVERY !== 0;
    if (isTight) trial.tighten(MARGINS[tightRuns++ % MARGINS.length] ?? 0);
    const hasEnded = anneal(trial, dice, moves, isFresh ? FRESH_HEAT : AGAIN_HEAT, isOver);
    trial.loosen();
    if (!hasEnded) return run;
    const annealed = trial.save();
    let isAnswer = polish(trial, isOver);
    if (!isAnswer) {
      failures++;
      trial.restore(annealed);
      isAnswer = (isTight || most === 0) && balanceWholes(trial, dice, isOver) && polish(trial, isOver);
    }
    if (isAnswer) offer(task, trial);
    if (isAnswer && trial.gained > most) {
      best = trial.save();
      most = trial.gained;
      isBestTight = isTight;
    }
    lastMs = begun - effort.leftMs;
  }
  return mostRuns();
}

/** The part of what moves that partial fills move. */
function elasticity(trial: Trial): number {
  let [partial, all] = [0, 0];
  for (let i = 0; i < trial.count; i++) {
    const value = f64(trial.share, i) * f64(trial.value, i);
    all += value;
    if (trial.isWhole[i] === 0) partial += value;
  }
  return all > 0 ? partial / all : 0;
}

/** Offers what a trial has come to. */
function offer({ part, answers, allowed, effort }: TryTask, trial: Trial): void {
  const prices = trial.prices();
  if (!prices.every((price) => price > 0 && price < Infinity)) return;
  const whole: number[] = [];
  const full: number[] = [];
  const linked: (readonly [number, number])[] = [];
  for (let i = 0; i < trial.count; i++) {
    const share = f64(trial.share, i);
    const member = i32(trial.market.member, i32(trial.trader, i));
    if (trial.isWhole[i] === 1) {
      if (share > 0) whole.push(member);
    } else if (share >= 1 - FILL_TOLERANCE) full.push(member);
    else if (share > 0) linked.push([i32(trial.sell, i), i32(trial.buy, i)]);
  }
  const proposals: Proposal[] = proposalsFromFills(part, prices, whole, full, linked);
  for (const proposal of proposals) answers.offer(proposal, whole, allowed, effort);
}
