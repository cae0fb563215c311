import { addressKey, amountsOf, surplusOf } from "./arithmetic.ts";
import type { Swap } from "./pools/pool.ts";
import { layTransfers } from "./transfers.ts";
import type { Address, Book, BookIntent, KeeperShare, Solution, SolveStats, Unfilled } from "./types.ts";
import { type PricedPart, type ValuedFill, valueOf } from "./value.ts";

/** A decision of the matcher: execute this much of this intent. */
export interface Execution {
  readonly intent: BookIntent;
  readonly sellKey: string;
  readonly buyKey: string;
  /** Sell atoms for kind "sell", buy atoms for kind "buy". */
  readonly executed: bigint;
}

/**
 * Makes a solution of decisions and prices: all that follows from them by the contract's arithmetic is computed here.
 *
 * @param swaps in the order in which they are made
 * @param parts all that could have settled, with prices for the tokens of the executed intents at least
 * @param isOver whether there is no time left for a lower bound than the first one
 */
export function assemble(
  book: Book,
  executions: readonly Execution[],
  swaps: readonly Swap[],
  parts: readonly PricedPart[],
  unfilled: readonly Unfilled[],
  stats: SolveStats,
  isOver: () => boolean,
): Solution {
  const intents = executions.map((execution) => execution.intent);
  const prices = new Map(
    parts.flatMap(({ part, prices: own }) => part.tokens.map((token, t) => [token, own[t] ?? 1n] as const)),
  );
  const valued = executions.map(({ intent, executed, sellKey, buyKey }): ValuedFill => {
    const amounts = amountsOf(intent, executed, {
      sell: prices.get(sellKey) ?? 1n,
      buy: prices.get(buyKey) ?? 1n,
    });
    const fill = { intentId: intent.id, executed, ...amounts, surplus: surplusOf(intent, amounts) };
    return { fill, kind: intent.kind, sellKey, buyKey };
  });
  const fills = valued.map(({ fill }) => fill);
  const tokens = tokensOf(executions, swaps);
  const tokenPrices = tokens.map((token) => prices.get(addressKey(token)) ?? 1n);
  return {
    tokens,
    prices: tokenPrices,
    fills,
    transfers: layTransfers(fills, intents),
    swaps,
    toKeeper: keeperShares(tokens, valued, swaps),
    unfilled,
    value: valueOf(book, parts, tokens, valued, isOver),
    stats,
  };
}

function tokensOf(executions: readonly Execution[], swaps: readonly Swap[]): Address[] {
  const byKey = new Map<string, Address>();
  for (const { intent, sellKey, buyKey } of executions) {
    if (!byKey.has(sellKey)) byKey.set(sellKey, intent.sellToken);
    if (!byKey.has(buyKey)) byKey.set(buyKey, intent.buyToken);
  }
  for (const token of swaps.flatMap(({ tokenIn, tokenOut }) => [tokenIn, tokenOut]))
    if (!byKey.has(addressKey(token))) byKey.set(addressKey(token), token);
  // Keys are lower-case hex of one length, so the order of text is the order of numbers.
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, token]) => token);
}

function keeperShares(
  tokens: readonly Address[],
  fills: readonly ValuedFill[],
  swaps: readonly Swap[],
): KeeperShare[] {
  const amount = new Map<string, bigint>();
  const fees = new Map<string, bigint>();
  const add = (map: Map<string, bigint>, key: string, by: bigint): void => {
    map.set(key, (map.get(key) ?? 0n) + by);
  };
  for (const { fill, sellKey, buyKey } of fills) {
    add(amount, sellKey, fill.sold);
    add(amount, buyKey, -fill.bought);
    add(fees, sellKey, fill.fee);
  }
  for (const { tokenIn, tokenOut, amountIn, amountOut } of swaps) {
    add(amount, addressKey(tokenIn), -amountIn);
    add(amount, addressKey(tokenOut), amountOut);
  }
  return tokens.map((token) => {
    const received = amount.get(addressKey(token)) ?? 0n;
    const charged = fees.get(addressKey(token)) ?? 0n;
    return { token, amount: received, fees: charged, dust: received - charged };
  });
}
