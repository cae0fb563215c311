import { addressKey, amountsOf, surplusOf } from "./arithmetic.ts";
import type { Swap } from "./pools/pool.ts";
import { layTransfers } from "./transfers.ts";
import type {
  Address,
  Book,
  BookIntent,
  Fill,
  KeeperShare,
  Solution,
  SolveStats,
  Unfilled,
} from "./types.ts";
import { type PricedPart, valueOf } from "./value.ts";

/** A decision of the matcher: execute this much of this intent. */
export interface Execution {
  readonly intent: BookIntent;
  /** Sell atoms for kind "sell", buy atoms for kind "buy". */
  readonly executed: bigint;
}

/**
 * Makes a solution of decisions and prices: all that follows from them by the contract's arithmetic is computed here.
 *
 * @param swaps in the order in which they are made
 * @param parts all that could have settled, with prices for the tokens of the executed intents at least
 */
export function assemble(
  book: Book,
  executions: readonly Execution[],
  swaps: readonly Swap[],
  parts: readonly PricedPart[],
  unfilled: readonly Unfilled[],
  stats: SolveStats,
): Solution {
  const intents = executions.map((execution) => execution.intent);
  const prices = new Map(
    parts.flatMap(({ part, prices: own }) => part.tokens.map((token, t) => [token, own[t] ?? 1n] as const)),
  );
  const fills = executions.map(({ intent, executed }): Fill => {
    const amounts = amountsOf(intent, executed, {
      sell: prices.get(addressKey(intent.sellToken)) ?? 1n,
      buy: prices.get(addressKey(intent.buyToken)) ?? 1n,
    });
    return { intentId: intent.id, executed, ...amounts, surplus: surplusOf(intent, amounts) };
  });
  const tokens = tokensOf(intents, swaps);
  const tokenPrices = tokens.map((token) => prices.get(addressKey(token)) ?? 1n);
  return {
    tokens,
    prices: tokenPrices,
    fills,
    transfers: layTransfers(fills, intents),
    swaps,
    toKeeper: keeperShares(tokens, fills, intents, swaps),
    unfilled,
    value: valueOf(book, parts, tokens, fills, intents),
    stats,
  };
}

function tokensOf(intents: readonly BookIntent[], swaps: readonly Swap[]): Address[] {
  const byKey = new Map<string, Address>();
  const used = [
    ...intents.flatMap(({ sellToken, buyToken }) => [sellToken, buyToken]),
    ...swaps.flatMap(({ tokenIn, tokenOut }) => [tokenIn, tokenOut]),
  ];
  for (const token of used) if (!byKey.has(addressKey(token))) byKey.set(addressKey(token), token);
  // Keys are lower-case hex of one length, so the order of text is the order of numbers.
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, token]) => token);
}

function keeperShares(
  tokens: readonly Address[],
  fills: readonly Fill[],
  intents: readonly BookIntent[],
  swaps: readonly Swap[],
): KeeperShare[] {
  const amount = new Map<string, bigint>();
  const fees = new Map<string, bigint>();
  const add = (map: Map<string, bigint>, token: Address, by: bigint): void => {
    const key = addressKey(token);
    map.set(key, (map.get(key) ?? 0n) + by);
  };
  fills.forEach((fill, i) => {
    const intent = intents[i];
    if (intent === undefined) return;
    add(amount, intent.sellToken, fill.sold);
    add(amount, intent.buyToken, -fill.bought);
    add(fees, intent.sellToken, fill.fee);
  });
  for (const { tokenIn, tokenOut, amountIn, amountOut } of swaps) {
    add(amount, tokenIn, -amountIn);
    add(amount, tokenOut, amountOut);
  }
  return tokens.map((token) => {
    const received = amount.get(addressKey(token)) ?? 0n;
    const charged = fees.get(addressKey(token)) ?? 0n;
    return { token, amount: received, fees: charged, dust: received - charged };
  });
}
