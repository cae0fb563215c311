import { addressKey } from "./arithmetic.ts";
import type { Pool } from "./pools/pool.ts";
import type { Book } from "./types.ts";

/** A book in its file form (docs/BOOK.md): what {@link parseBook} reads. */
export interface BookFile {
  readonly name?: string;
  readonly source?: string;
  readonly tokens: readonly Readonly<Record<string, string | number>>[];
  readonly intents: readonly Readonly<Record<string, string | boolean>>[];
  readonly balances: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly pools?: readonly Readonly<Record<string, unknown>>[];
}

/**
 * Writes a book in its file form, amounts as decimal text. Reading it again gives the same book, as far as its intents can be
 * funded: balances are listed for what its intents sell.
 *
 * @param about what the file says of itself, for people
 */
export function writeBook(
  book: Book,
  about: { readonly name?: string; readonly source?: string } = {},
): BookFile {
  const balances: Record<string, Record<string, string>> = {};
  for (const { owner, sellToken } of book.intents) {
    const amount = book.spendable(owner, sellToken);
    if (amount > 0n) (balances[addressKey(owner)] ??= {})[addressKey(sellToken)] = amount.toString();
  }
  return {
    ...about,
    tokens: book.tokens.map(({ address, symbol, decimals, referencePrice }) => ({
      address,
      ...(symbol === undefined ? {} : { symbol }),
      ...(decimals === undefined ? {} : { decimals }),
      ...(referencePrice === undefined ? {} : { referencePrice: referencePrice.toString() }),
    })),
    intents: book.intents.map((intent) => ({
      id: intent.id,
      owner: intent.owner,
      sellToken: intent.sellToken,
      buyToken: intent.buyToken,
      kind: intent.kind,
      sellAmount: intent.sellAmount.toString(),
      buyAmount: intent.buyAmount.toString(),
      limitBuyAmount: intent.limitBuyAmount.toString(),
      partiallyFillable: intent.partiallyFillable,
      filled: intent.filled.toString(),
      maxFee: intent.maxFee.toString(),
      fee: intent.fee.toString(),
      nonce: intent.nonce.toString(),
    })),
    balances,
    ...(book.pools === undefined || book.pools.length === 0 ? {} : { pools: book.pools.map(writePool) }),
  };
}

function writePool(pool: Pool): Record<string, unknown> {
  if (pool.kind === "constant-product") {
    const { reserves, feePerThousand } = pool;
    return { ...pool, reserves: reserves.map(String), feePerThousand: Number(feePerThousand) };
  }
  const { sqrtPrice, liquidity, feePips, ticks } = pool;
  return {
    ...pool,
    sqrtPrice: sqrtPrice.toString(),
    liquidity: liquidity.toString(),
    feePips: Number(feePips),
    ticks: ticks.map(({ tick, liquidityNet }) => ({ tick, liquidityNet: liquidityNet.toString() })),
  };
}
