import { f64, i32 } from "./access.ts";
import type { Books } from "./books.ts";
import type { Allocation, Quotes } from "./certificate.ts";
import type { Demand } from "./demand.ts";
import type { Section } from "./sections.ts";

/** How the prices of a section were found. */
export type Method = "exact" | "smoothed" | "fallback" | "none";

/** What became of one section. */
export interface SectionOutcome {
  readonly section: Section;
  /**
   * "exact": the equilibrium itself. "smoothed": prices at which intents within {@link width} of their limits fill in part.
   * "fallback": the exact stage has failed, or smoothed fills do not balance; smoothed prices, filled as far as the tokens balance. "none":
   * no limits cross, so that nothing can trade at any prices.
   */
  readonly method: Method;
  /** Whether the certificate holds; see `certify`. */
  readonly certified: boolean;
  /** Greatest imbalance of a token as a share of what it turns over. */
  readonly imbalance: number;
  /** Share of the price within which limits may be met in part. */
  readonly width: number;
  readonly evaluations: number;
  readonly interiorSteps: number;
  /** Sweeps of the slow, sure method. */
  readonly sweeps: number;
}

/** Prices of all tokens and fills of all books. */
export class Clearing {
  /** One positive price per token, on a common scale within a section; 1 where a token is in no section. */
  readonly prices: Float64Array;
  /** Nearly the same prices, such that who fills in part beats the limit too. */
  readonly strictPrices: Float64Array;
  readonly sections: SectionOutcome[] = [];
  /** Amount that each book sells. */
  readonly sold: Float64Array;
  /** Per book, by what prices look worse to its intents: above 1 where a wallet runs short. */
  readonly multiplier: Float64Array;
  /** Per book: whole below the first price, nothing above the second, and in between this share, or linearly if negative. */
  readonly #wholeBelow: Float64Array;
  readonly #nothingAbove: Float64Array;
  readonly #share: Float64Array;

  constructor(books: Books) {
    this.prices = new Float64Array(books.tokens).fill(1);
    this.strictPrices = new Float64Array(books.tokens).fill(1);
    this.sold = new Float64Array(books.count);
    this.multiplier = new Float64Array(books.count).fill(1);
    this.#wholeBelow = new Float64Array(books.count);
    this.#nothingAbove = new Float64Array(books.count);
    this.#share = new Float64Array(books.count);
  }

  /** Share of its amount that an intent with this limit fills in a book. */
  fillOf(book: number, limit: number): number {
    const low = f64(this.#wholeBelow, book);
    const high = f64(this.#nothingAbove, book);
    if (limit <= low) return 1;
    if (limit > high || high <= 0) return 0;
    const share = f64(this.#share, book);
    return share >= 0 ? share : (high - limit) / (high - low);
  }

  /** Whether every section is certified. */
  get certified(): boolean {
    return this.sections.every((outcome) => outcome.certified);
  }

  /** Enters the prices of a section. */
  setPrices({ section, wallets }: Demand, { prices, multipliers }: Quotes, strictPrices: Float64Array): void {
    for (let t = 0; t < section.tokens.length; t++) {
      const token = i32(section.tokens, t);
      this.prices[token] = f64(prices, t);
      this.strictPrices[token] = f64(strictPrices, t);
    }
    for (let k = 0; wallets.count > 0 && k < section.books.length; k++) {
      const wallet = i32(wallets.of, k);
      if (wallet >= 0) this.multiplier[i32(section.books, k)] = f64(multipliers, wallet);
    }
  }

  /** Enters fills: whole or nothing but within `below` and `above` of the price, where the allocation decides. */
  setFills(section: Section, { sold, least, most }: Allocation, below: number, above: number): void {
    for (let k = 0; k < section.books.length; k++) {
      const from = least[k] ?? 0;
      const amount = sold[k] ?? 0;
      const room = (most[k] ?? 0) - from;
      const share = room > 0 ? Math.min(1, (amount - from) / room) : 0;
      this.#setFill(section, k, amount, 1 - below, 1 + above, share);
    }
  }

  /** Enters fills that fall linearly from whole to nothing over `width` below the price. */
  setSmoothFills(section: Section, sold: Float64Array, width: number): void {
    for (let k = 0; k < section.books.length; k++) this.#setFill(section, k, f64(sold, k), 1 - width, 1, -1);
  }

  /** `low` and `high` are shares of the price that the book sees. */
  #setFill(section: Section, k: number, sold: number, low: number, high: number, share: number): void {
    // Elements are read without helpers, as in `upperBound`.
    const { tokens, books, sell, buy } = section;
    const book = books[k] ?? 0;
    const price = this.prices[tokens[sell[k] ?? 0] ?? 0] ?? 0;
    const priceOfBought = this.prices[tokens[buy[k] ?? 0] ?? 0] ?? 0;
    const seen = price / priceOfBought / (this.multiplier[book] ?? 1);
    this.sold[book] = sold;
    this.#wholeBelow[book] = seen * low;
    this.#nothingAbove[book] = seen * high;
    this.#share[book] = share;
  }
}
