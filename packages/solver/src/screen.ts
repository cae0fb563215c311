import { addressKey, fullAmount, MAX_UINT128 } from "./arithmetic.ts";
import { isLess, type Ratio } from "./ratio.ts";
import type { Book, BookIntent, Unfilled, UnfilledReason } from "./types.ts";

/** An intent that could fill, with what the matcher needs to know about it. */
export interface Candidate {
  readonly intent: BookIntent;
  readonly sellKey: string;
  readonly buyKey: string;
  /** Most that can be executed: what is left of the intent and, for kind "sell", what the owner can spend. */
  readonly cap: bigint;
  /**
   * Least price `p[sell] / p[buy]` at which the intent keeps its limit after its fee. Exact for a full fill; rounding of
   * small amounts can ask for slightly more.
   */
  readonly limit: Ratio;
  /** A number for owner and sell token together: the balance that the intent draws on. */
  readonly walletKey: number;
  /** What the owner can spend of the sell token. */
  readonly wallet: bigint;
  /** Owner and nonce: of the candidates that share it, one at most may fill. */
  readonly nonceKey: string;
}

/** The book, parted into those who could fill and those who cannot. */
export interface Screened {
  readonly candidates: readonly Candidate[];
  readonly unfilled: readonly Unfilled[];
}

/** Sets aside every intent that cannot fill whatever the prices are, with the reason. */
export function screen(book: Book): Screened {
  const keys = new Keys();
  const candidates: Candidate[] = [];
  const unfilled: Unfilled[] = [];
  const ids = new Set<string>();
  for (const intent of book.intents) {
    const refusal: Refusal | undefined = ids.has(intent.id)
      ? { reason: "duplicate-id", detail: `An earlier intent of the book has the id ${intent.id}.` }
      : refuse(intent);
    ids.add(intent.id);
    const result = refusal ?? admit(book, intent, keys);
    if ("reason" in result) unfilled.push({ intentId: intent.id, ...result });
    else candidates.push(result);
  }
  return { candidates, unfilled };
}

const AMOUNTS = ["sellAmount", "buyAmount", "limitBuyAmount", "filled", "maxFee", "fee"] as const;

/** Keys of addresses and numbers of owners, each worked out once: a large book names few tokens. */
class Keys {
  readonly #keys = new Map<string, string>();
  readonly #numbers = new Map<string, number>();

  keyOf(address: string): string {
    const known = this.#keys.get(address);
    if (known !== undefined) return known;
    const key = addressKey(address);
    this.#keys.set(address, key);
    return key;
  }

  numberOf(address: string): number {
    const key = addressKey(address);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#numbers.set(key, this.#numbers.size);
    return this.#numbers.size - 1;
  }
}

/** Owners and tokens of a book are fewer than this. */
const MOST_ADDRESSES = 2 ** 26;

interface Refusal {
  readonly reason: UnfilledReason;
  readonly detail: string;
}

function refuse(intent: BookIntent): Refusal | undefined {
  const { sellAmount, limitBuyAmount, filled, maxFee, fee } = intent;
  for (const name of AMOUNTS) {
    const amount = intent[name];
    if (amount < 0n || amount > MAX_UINT128) {
      return { reason: "malformed", detail: `${name} is ${amount}, which is not in [0, 2^128).` };
    }
  }
  if (sellAmount === 0n || limitBuyAmount === 0n || fullAmount(intent) === 0n) {
    return {
      reason: "malformed",
      detail: "sellAmount, limitBuyAmount and the amount to execute must be at least 1.",
    };
  }
  if (fee > maxFee)
    return { reason: "malformed", detail: `The fee ${fee} is above the signed cap ${maxFee}.` };
  if (addressKey(intent.sellToken) === addressKey(intent.buyToken)) {
    return { reason: "same-token", detail: "It sells the token that it buys." };
  }
  if (filled >= fullAmount(intent))
    return { reason: "already-filled", detail: "Nothing of it is left to fill." };
  if (!intent.partiallyFillable && filled > 0n) {
    return {
      reason: "already-filled",
      detail: `It must fill whole, but ${filled} of it has been filled before.`,
    };
  }
  return undefined;
}

function admit(book: Book, intent: BookIntent, keys: Keys): Candidate | Refusal {
  const wallet = book.spendable(intent.owner, intent.sellToken);
  if (wallet <= 0n) {
    return { reason: "insufficient-balance", detail: `The owner can spend nothing of ${intent.sellToken}.` };
  }
  const left = fullAmount(intent) - intent.filled;
  const whole = !intent.partiallyFillable;
  if (whole && intent.kind === "sell" && wallet < left) {
    return {
      reason: "insufficient-balance",
      detail: `It must fill whole, and sells ${left}, but its owner can spend only ${wallet}.`,
    };
  }
  const limit = limitAfterFee(intent);
  if (limit === undefined) {
    return {
      reason: "limit-out-of-reach",
      detail: `A fee of ${intent.fee} leaves nothing to meet the limit with, at any price.`,
    };
  }
  const affordable = whole && intent.kind === "buy" ? priceWithin(intent, wallet) : limit;
  if (affordable === undefined) {
    return {
      reason: "insufficient-balance",
      detail: `Its owner can spend only ${wallet}, which the fee of ${intent.fee} eats up.`,
    };
  }
  const owner = keys.numberOf(intent.owner);
  return {
    intent,
    sellKey: keys.keyOf(intent.sellToken),
    buyKey: keys.keyOf(intent.buyToken),
    cap: intent.kind === "sell" && wallet < left ? wallet : left,
    limit: isLess(limit, affordable) ? affordable : limit,
    walletKey: owner * MOST_ADDRESSES + keys.numberOf(intent.sellToken),
    wallet,
    nonceKey: `${owner}:${intent.nonce}`,
  };
}

/**
 * The limit as a price, with the fee F of a full fill taken into account (S = sellAmount, B = buyAmount, L = limitBuyAmount):
 * kind "sell": bought = (S - F) x >= L, so x >= L / (S - F);
 * kind "buy": sold = B / x + F and B S >= sold L, so x >= L B / (S B - L F).
 */
function limitAfterFee(intent: BookIntent): Ratio | undefined {
  const { sellAmount, buyAmount, limitBuyAmount, fee } = intent;
  const limit =
    intent.kind === "sell"
      ? { num: limitBuyAmount, den: sellAmount - fee }
      : { num: limitBuyAmount * buyAmount, den: sellAmount * buyAmount - limitBuyAmount * fee };
  return limit.den > 0n ? limit : undefined;
}

/** The least price at which a whole buy costs no more than the owner can spend, fee included. */
function priceWithin(intent: BookIntent, wallet: bigint): Ratio | undefined {
  const most = wallet - intent.fee;
  return most > 0n ? { num: intent.buyAmount, den: most } : undefined;
}
