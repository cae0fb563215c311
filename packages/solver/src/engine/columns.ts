import { EngineError } from "./errors.ts";

/** Intents in columns; the row is the id. All partially fillable, or taken as such. */
export interface Columns {
  /** Tokens are numbered from 0. */
  readonly tokens: number;
  /** Token sold. */
  readonly sell: ArrayLike<number>;
  /** Token bought. */
  readonly buy: ArrayLike<number>;
  /** Most that is sold, or bought where `bought` says so, positive. */
  readonly amount: Float64Array;
  /** Least price p[sell] / p[buy], positive. */
  readonly limit: Float64Array;
  /** 1 where the amount is of the token bought, so that what it costs hangs on the price. All sell where it is absent. */
  readonly bought?: ArrayLike<number>;
  /** Wallet that pays and may not hold enough, or -1. A wallet holds one token, which all its intents sell. */
  readonly wallet?: ArrayLike<number>;
  /** Atoms that an intent takes from its wallet per atom that reaches the market, at least 1; the rest is fee. */
  readonly gross?: ArrayLike<number>;
  /** What each wallet holds, positive. */
  readonly wallets?: Float64Array;
}

/**
 * Refuses an intent that no book can hold.
 *
 * @throws EngineError "bad-intent"
 */
export function checkIntent(tokens: number, sell: number, buy: number, amount: number, limit: number): void {
  const isToken = (token: number): boolean => Number.isInteger(token) && token >= 0 && token < tokens;
  const isPositive = (value: number): boolean => value > 0 && value < Infinity;
  if (isToken(sell) && isToken(buy) && sell !== buy && isPositive(amount) && isPositive(limit)) return;
  throw new EngineError(
    "bad-intent",
    `An intent sells one of ${tokens} tokens for another, with amount and limit positive and finite; ` +
      `this one sells ${amount} of ${sell} for ${buy} at ${limit}.`,
  );
}
