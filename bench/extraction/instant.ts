/**
 * What a greedy keeper takes in the instant lane: it settles each intent in a batch of its own, against its own counter-intent,
 * at the worst price that the intent's limit allows. Every fill is one that the settlement accepts: the arithmetic is the contract's.
 */
import { amountsOf, keepsLimit } from "../../packages/solver/src/arithmetic.ts";
import type { BookIntent, SealedBook, SealedOrder } from "../../packages/solver/src/index.ts";
import { gainAtLimit, type Worth } from "./valuation.ts";

/** The keeper's own stock of every token, as a share of what the equilibrium trades of it. */
export const INVENTORY = 0.1;
/** Blocks over which a decaying limit falls from what its signer starts at to what it settles for. */
export const DECAY_BLOCKS = 30;
/** A signer starts this share above the market, give or take half of it. */
export const START_ABOVE = 0.01;
/** What rivals want to gain before they fill an intent, as a share of its value. */
export const RIVAL_MARGIN = 0.0005;
/** Rounds over the book after which a keeper that runs out of a token gives up. */
const ROUNDS = 20;

/** What the greedy keeper gains with fixed limits, in units of worth. */
export function takeInstant(book: SealedBook, worth: Worth, traded: readonly bigint[]): number {
  const stock = stockOf(traded);
  const left = book.orders.map(({ amount }) => amount);
  const targets = book.orders
    .map((order, i) => ({ order, i, gain: gainAtLimit(order, worth) }))
    .filter(({ gain }) => gain > 0)
    .sort((a, b) => b.gain - a.gain);
  let gain = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const before = gain;
    for (const { order, i } of targets) gain += take(order, i, order.asked, left, stock, worth);
    if (gain === before) break;
  }
  return gain;
}

/**
 * The same where limits decay and rivals wait beside it. All see the same market; rivals fill an intent in the first block in
 * which they gain {@link RIVAL_MARGIN}. The keeper goes first in every block, and so takes in that very block what it can.
 */
export function takeDecaying(
  book: SealedBook,
  worth: Worth,
  traded: readonly bigint[],
  normal: () => number,
): number {
  const stock = stockOf(traded);
  const left = book.orders.map(({ amount }) => amount);
  const starts = book.orders.map((order) => startOf(order, worth, normal()));
  let gain = 0;
  for (let block = 0; block <= DECAY_BLOCKS; block++) {
    book.orders.forEach((order, i) => {
      const start = starts[i] ?? order.asked;
      const asked = start - ((start - order.asked) * BigInt(block)) / BigInt(DECAY_BLOCKS);
      const value = Number(order.amount) * (worth[order.sellToken] ?? 0);
      const profit = gainAtLimit({ ...order, asked }, worth);
      if (!(profit >= RIVAL_MARGIN * value) && block < DECAY_BLOCKS) return;
      if (profit > 0) gain += take(order, i, asked, left, stock, worth);
      if (profit >= RIVAL_MARGIN * value) left[i] = 0n;
    });
  }
  return gain;
}

/** What the intent asks at first: a little above the market, and never less than its limit. */
function startOf(order: SealedOrder, worth: Worth, noise: number): bigint {
  const [sell, buy] = [worth[order.sellToken] ?? 0, worth[order.buyToken] ?? 0];
  if (!(sell > 0 && buy > 0)) return order.asked;
  const fair = (Number(order.amount) * sell) / buy;
  const start = BigInt(Math.round(fair * (1 + START_ABOVE * (1 + noise / 2))));
  return start > order.asked ? start : order.asked;
}

function stockOf(traded: readonly bigint[]): bigint[] {
  return traded.map((atoms) => BigInt(Math.floor(Number(atoms) * INVENTORY)));
}

/** Fills as much of an intent as the stock allows, at the price `asked` for the whole of it. Returns the gain. */
function take(
  order: SealedOrder,
  i: number,
  asked: bigint,
  left: bigint[],
  stock: bigint[],
  worth: Worth,
): number {
  const { sellToken, buyToken, amount } = order;
  const rest = left[i] ?? 0n;
  const affordable = ((stock[buyToken] ?? 0n) * amount) / asked;
  const executed = rest < affordable ? rest : affordable;
  if (executed === 0n) return 0;
  const intent = intentOf(order, asked);
  // A batch of one intent and the keeper's own: prices as the limit says, one up for what is bought if rounding wants it.
  const price = { sell: asked, buy: amount };
  let fill = amountsOf(intent, executed, price);
  if (!keepsLimit(intent, fill)) fill = { ...fill, bought: fill.bought + 1n };
  const gain = Number(fill.sold) * (worth[sellToken] ?? 0) - Number(fill.bought) * (worth[buyToken] ?? 0);
  if (!(gain > 0) || fill.bought > (stock[buyToken] ?? 0n)) return 0;
  left[i] = rest - executed;
  stock[sellToken] = (stock[sellToken] ?? 0n) + fill.sold;
  stock[buyToken] = (stock[buyToken] ?? 0n) - fill.bought;
  return gain;
}

function intentOf({ id, sellToken, buyToken, amount }: SealedOrder, asked: bigint): BookIntent {
  return {
    id: String(id),
    owner: "0x",
    sellToken: String(sellToken),
    buyToken: String(buyToken),
    kind: "sell",
    sellAmount: amount,
    buyAmount: asked,
    limitBuyAmount: asked,
    partiallyFillable: true,
    filled: 0n,
    maxFee: 0n,
    fee: 0n,
    nonce: BigInt(id),
  };
}
