import { worthOf } from "../answers.ts";
import { addressKey } from "../arithmetic.ts";
import { at } from "../engine/access.ts";
import type { Ledger } from "../ledger.ts";
import type { Part } from "../parts.ts";
import type { Rung } from "./ladder.ts";
import type { Swap } from "./pool.ts";
import { swapsOf } from "./swaps.ts";

/** Answers whose worth differs by no more than this share count as worth the same, and amounts as equal within the next one. */
const LEAST_GAIN = 1e-9;
const EQUAL = 1e-14;

/** What the gas of one swap costs: so many atoms of a token of the part. */
export interface PartSwapCost {
  readonly token: number;
  readonly amount: bigint;
}

/** An answer of the whole part, and what it is worth with the gas of its swaps taken off. */
export interface Answer {
  readonly ledger: Ledger;
  readonly swaps: readonly Swap[];
  readonly worth: number;
  /** Worth of all that intents sell, and of what that leaves for the keeper. */
  readonly sold: number;
  readonly left: number;
}

/**
 * What a ledger with rungs comes to as an answer of its part without them.
 *
 * @returns `undefined` if it makes no swaps that pools and verifier accept
 */
export function answerFrom(
  part: Part,
  ledger: Ledger,
  rungs: readonly Rung[],
  yardstick: Float64Array,
  cost: PartSwapCost | undefined,
): Answer | undefined {
  const fills = ledger.transferTo(part);
  const swaps = swapsOf(ledger, rungs, fills);
  if (swaps === undefined) return undefined;
  const gas = cost === undefined ? 0 : Number(cost.amount) * at(yardstick, cost.token);
  const worth = worthOf(fills, yardstick) - swaps.length * gas;
  return { ledger: fills, swaps, worth, ...tally(part, fills, swaps, yardstick) };
}

function tally(
  { tokens, members }: Part,
  fills: Ledger,
  swaps: readonly Swap[],
  yardstick: Float64Array,
): { sold: number; left: number } {
  const left = tokens.map(() => 0n);
  const add = (token: number, amount: bigint): void => {
    left[token] = (left[token] ?? 0n) + amount;
  };
  let sold = 0;
  members.forEach(({ sell, buy }, i) => {
    const amounts = fills.amounts[i];
    if (amounts === undefined) return;
    add(sell, amounts.sold);
    add(buy, -amounts.bought);
    sold += Number(amounts.sold) * at(yardstick, sell);
  });
  for (const { tokenIn, tokenOut, amountIn, amountOut } of swaps) {
    add(tokens.indexOf(addressKey(tokenIn)), -amountIn);
    add(tokens.indexOf(addressKey(tokenOut)), amountOut);
  }
  return { sold, left: left.reduce((sum, amount, t) => sum + Number(amount) * at(yardstick, t), 0) };
}

/**
 * Whether an answer is worth more. Where that differs by rounding only, the one that fills more is better, and then the one that
 * leaves less over.
 */
export function isBetter(answer: Answer, best: Answer | undefined): boolean {
  if (best === undefined) return true;
  const slack = LEAST_GAIN * Math.abs(best.worth);
  if (Math.abs(answer.worth - best.worth) > slack) return answer.worth > best.worth;
  const more = answer.sold - best.sold;
  return Math.abs(more) > EQUAL * best.sold ? more > 0 : answer.left < best.left;
}
