import {
  bonusOf,
  boughtOf,
  leastExecuted,
  MANTISSA_BITS,
  standingOf,
  TOO_MUCH,
  withBonus,
} from "./auctionMath.ts";
import type { SealedBook, SealedOrder, SealedOutcome, SealedPrice } from "./types.ts";

/** What the auction would refuse an outcome for. */
export type SealedViolationCode =
  /** A price is missing, superfluous or not normalised. */
  | "price"
  /** A marginal amount names no order of the window, or ids do not ascend. */
  | "marginal-id"
  /** A marginal amount is zero or more than the order offers; in the money, all of it, or too little of it. */
  | "marginal-amount"
  /** A marginal amount for an order whose limit is not met. */
  | "out-of-the-money"
  /** More of a token is bought than sold. */
  | "overdrawn"
  /** An order would get more than any window can hold. */
  | "overflow"
  /** A token is sold that nobody buys. */
  | "stranded";

/** One reason for which the auction would refuse. */
export interface SealedViolation {
  readonly code: SealedViolationCode;
  /** The order or the token concerned; -1 where it is the outcome as a whole. */
  readonly at: number;
  readonly message: string;
}

/** What comes out for one order, in atoms. */
export interface SealedResult {
  readonly id: number;
  readonly executed: bigint;
  /** With the bonus. */
  readonly bought: bigint;
}

/** What the auction makes of an outcome. */
export interface SealedVerdict {
  /** Empty where the auction accepts. */
  readonly violations: readonly SealedViolation[];
  /** One per order of the book; means something only where there are no violations. */
  readonly results: readonly SealedResult[];
  /** Per token, in atoms: sold, and bought before the bonus. */
  readonly sold: readonly bigint[];
  readonly bought: readonly bigint[];
  /** Number of orders in the money that are short of their amount. */
  readonly short: number;
  /** Per token, the bonus per atom bought, with 96 bits after the point. */
  readonly bonus: readonly bigint[];
}

/**
 * Checks an outcome over every order of the book as the auction does, and works out what everybody gets. Knows nothing of
 * how the outcome was found.
 */
export function verifySealed(book: SealedBook, outcome: SealedOutcome): SealedVerdict {
  return new Check(book, outcome).run();
}

class Check {
  readonly #book: SealedBook;
  readonly #outcome: SealedOutcome;
  readonly #violations: SealedViolation[] = [];
  readonly #sold: bigint[];
  readonly #bought: bigint[];
  #short = 0;

  constructor(book: SealedBook, outcome: SealedOutcome) {
    this.#book = book;
    this.#outcome = outcome;
    this.#sold = book.minimums.map(() => 0n);
    this.#bought = book.minimums.map(() => 0n);
  }

  run(): SealedVerdict {
    const amounts = this.#checkForm() ? this.#execute() : [];
    if (amounts.length > 0) this.#checkTokens();
    const bonus = this.#sold.map((sold, t) => {
      const bought = this.#bought[t] ?? 0n;
      return sold > bought ? bonusOf(sold, bought) : 0n;
    });
    const results = this.#book.orders.map(({ id, buyToken }, i): SealedResult => {
      const { executed, bought } = amounts[i] ?? { executed: 0n, bought: 0n };
      return { id, executed, bought: withBonus(bought, bonus[buyToken] ?? 0n) };
    });
    return {
      violations: this.#violations,
      results,
      sold: this.#sold,
      bought: this.#bought,
      short: this.#short,
      bonus,
    };
  }

  #refuse(code: SealedViolationCode, at: number, message: string): void {
    this.#violations.push({ code, at, message });
  }

  /** Prices and marginal amounts as such, before any order is looked at. */
  #checkForm(): boolean {
    const { prices, marginal } = this.#outcome;
    const tokens = this.#book.minimums.length;
    if (prices.length !== tokens)
      this.#refuse("price", -1, `There are ${prices.length} prices for ${tokens} tokens.`);
    prices.forEach(({ mantissa, exponent }, t) => {
      const isExponent = Number.isInteger(exponent) && exponent >= 0 && exponent < 2 ** 32;
      if (isExponent && mantissa >> (MANTISSA_BITS - 1n) === 1n) return;
      this.#refuse("price", t, `The price of token ${t} is not normalised: ${mantissa} * 2^${exponent}.`);
    });
    const known = new Set(this.#book.orders.map(({ id }) => id));
    let last = -1;
    for (const { id } of marginal) {
      if (id <= last || !known.has(id))
        this.#refuse("marginal-id", id, `Marginal amounts name ${id} after ${last}, or no such order.`);
      last = id;
    }
    return this.#violations.length === 0;
  }

  /** What every order executes, and the sums per token. */
  #execute(): { executed: bigint; bought: bigint }[] {
    const given = new Map(this.#outcome.marginal.map(({ id, executed }) => [id, executed]));
    return this.#book.orders.map((order) => {
      const { id, sellToken, buyToken, amount } = order;
      const sell = this.#price(sellToken);
      const buy = this.#price(buyToken);
      const standing = standingOf(order, sell, buy);
      const listed = given.get(id);
      if (standing === "out") {
        if (listed !== undefined)
          this.#refuse("out-of-the-money", id, `The price does not meet the limit of order ${id}.`);
        return { executed: 0n, bought: 0n };
      }
      if (listed !== undefined) this.#checkListed(order, standing === "in", listed);
      const executed = listed ?? (standing === "in" ? amount : 0n);
      const bought = executed > 0n ? boughtOf(order, executed, sell, buy) : 0n;
      if (bought >= TOO_MUCH) this.#refuse("overflow", id, `Order ${id} would get ${bought} atoms.`);
      raise(this.#sold, sellToken, executed);
      raise(this.#bought, buyToken, bought);
      return { executed, bought };
    });
  }

  #checkListed({ id, sellToken, amount }: SealedOrder, isIn: boolean, listed: bigint): void {
    const minimum = this.#book.minimums[sellToken] ?? 0n;
    const isAllowed = isIn
      ? listed < amount && listed >= leastExecuted(amount, minimum)
      : listed > 0n && listed <= amount;
    if (isIn) this.#short++;
    if (!isAllowed) this.#refuse("marginal-amount", id, `Order ${id} executes ${listed} of ${amount}.`);
  }

  #price(token: number): SealedPrice {
    return this.#outcome.prices[token] ?? { mantissa: 0n, exponent: 0 };
  }

  #checkTokens(): void {
    this.#sold.forEach((sold, t) => {
      const bought = this.#bought[t] ?? 0n;
      if (sold < bought)
        this.#refuse("overdrawn", t, `Of token ${t} ${bought} are bought, but ${sold} sold.`);
      if (bought === 0n && sold > 0n)
        this.#refuse("stranded", t, `Nobody buys the ${sold} of token ${t} sold.`);
    });
  }
}

function raise(sums: bigint[], index: number, by: bigint): void {
  sums[index] = (sums[index] ?? 0n) + by;
}
