/** Settles a part at prices that stand: what a pool answers is then known, but for a little that the verifier grants. */
import { Answers } from "../answers.ts";
import { withMargin } from "../candidates.ts";
import type { Effort } from "../effort.ts";
import { at } from "../engine/access.ts";
import type { Ledger } from "../ledger.ts";
import type { Part } from "../parts.ts";
import { integerPrices, roundFloatPrices } from "../prices.ts";
import { withRungs } from "./approach.ts";
import { BAND, type Balance } from "./closeIn.ts";
import { type Agent, answerOf, inputAt, type Rung, rungOf } from "./ladder.ts";

/** An input of fewer atoms is not worth a swap. */
const LEAST_INPUT = 2n ** 16n;

/** A ledger in which the pools' rungs are the last members. */
export interface SettledWithPools {
  readonly ledger: Ledger;
  readonly rungs: readonly Rung[];
}

/**
 * The fills and swaps of greatest surplus at given prices: each pool takes what makes its average price the clearing price,
 * or a little less, by which share its price may be better. Within these bands, and with the partial fills, a circulation balances
 * every token, so that no more equilibria are needed, however many pools there are.
 *
 * @param balance prices at which everything balances, as far as floats go
 * @param whole fill-or-kill members that are to fill; some may have to be given up
 */
export function settleAtPrices(
  part: Part,
  agents: readonly Agent[],
  { prices: guess, share, marginal }: Balance,
  whole: readonly number[],
  yardstick: Float64Array,
  effort: Effort,
): SettledWithPools | undefined {
  const tight = marginal.map((member) => withMargin(part, member, at(share, member)));
  const prices =
    tight.length === 0
      ? roundFloatPrices(guess)
      : integerPrices(part, { guess, tight, fixed: [], linked: [] });
  if (prices === undefined) return undefined;
  const rungs = bandsAt(part, agents, prices);
  const wider = withRungs(part, rungs);
  const first = part.members.length;
  const steady = rungs.flatMap(({ member }, i) => (member.whole ? [first + i] : []));
  const likelyFull = new Set(
    part.members.keys().filter((i) => part.members[i]?.whole === false && at(share, i) === 1),
  );
  const answers = new Answers(wider, yardstick);
  answers.offer({ prices, likelyFull }, [...whole, ...steady], new Set(wider.members.keys()), effort);
  return answers.best && { ledger: answers.best, rungs };
}

/** Two rungs per agent that answers: what it takes in any case, and what it may take beyond. */
function bandsAt({ members, wallets }: Part, agents: readonly Agent[], prices: readonly bigint[]): Rung[] {
  const rungs: Rung[] = [];
  const nonces = members.reduce((most, { nonce }) => Math.max(most, nonce + 1), 0);
  for (const agent of agents) {
    const [priceIn, priceOut] = [prices[agent.tokenIn] ?? 1n, prices[agent.tokenOut] ?? 1n];
    const price = Number(priceIn) / Number(priceOut);
    const least = inputAt(agent, price * (1 + BAND));
    const most = inputAt(agent, price * (1 + BAND / 2 ** 10));
    if (least < LEAST_INPUT) continue;
    const own = (index: number) => ({ wallet: wallets.length + index, nonce: nonces + index });
    const steady = { takes: least, gives: answerOf(agent, least), whole: true };
    rungs.push(rungOf(agent, steady, own(rungs.length)));
    // At the clearing prices the first rung gives no more than this, and the rest is the second one's.
    const given = (least * priceIn + priceOut - 1n) / priceOut;
    const gives = answerOf(agent, most) - given;
    if (most > least && gives > 0n)
      rungs.push(rungOf(agent, { takes: most - least, gives, whole: false }, own(rungs.length)));
  }
  return rungs;
}
