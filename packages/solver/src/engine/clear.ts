import { f64, i32 } from "./access.ts";
import type { Books } from "./books.ts";
import {
  allocate,
  type Allocation,
  BALANCE_TOLERANCE,
  certify,
  imbalanceOf,
  LIMIT_TOLERANCE,
} from "./certificate.ts";
import { crossOver, type Crossing } from "./crossover.ts";
import { Demand } from "./demand.ts";
import { EngineError } from "./errors.ts";
import { restingPrices } from "./idle.ts";
import { InteriorSearch } from "./interior.ts";
import { type Section, sectionsOf } from "./sections.ts";
import { SmoothSearch } from "./smooth.ts";

/** Width of the smoothed answer: intents within this share of the clearing price may fill in part. */
export const SMOOTH_WIDTH = 2 ** -10;
const SMOOTH_TOLERANCE = 1e-9;
/** Where continuation starts from prices of an earlier, similar book. */
const WARM_WIDTH = 2 ** -9;
/** Imbalance up to which warm prices are taken for warm. */
const WARM_IMBALANCE = 0.5;
/** Narrowing before the exact stage ends when no more than this many intents per token fill in part. */
const PARTIAL_PER_TOKEN = 3;
const NARROW_TOLERANCE = 1e-4;
const NARROWEST = 2 ** -26;
/** Ways in which the exact stage is tried, the fast one first: its first barrier and its reach, in widths. */
const ATTEMPTS = [
  { barrier: 1, reach: 32 },
  { barrier: 16, reach: 256 },
  { barrier: 0.05, reach: 32 },
] as const;
const INTERIOR_STEPS = 60;
const MOST_MOVES = 6;

/** How the prices of a section were found. */
export type Method = "exact" | "smoothed" | "fallback" | "none";

/** What became of one section. */
export interface SectionOutcome {
  readonly section: Section;
  /**
   * "exact": the equilibrium itself. "smoothed": prices at which intents within {@link width} of their limits fill in part.
   * "fallback": the exact stage was asked for and failed; smoothed prices, filled as far as the tokens balance. "none":
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

/** Choices of the caller of {@link clearBooks}. */
export interface ClearOptions {
  /** "exact" (the default), or "smooth" for the fast approximation. */
  readonly quality?: "exact" | "smooth";
  /** Prices of an earlier, similar book, one per token. */
  readonly start?: Float64Array;
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
  /** Per book: whole below the first price, nothing above the second, and in between this share, or linearly if negative. */
  readonly #wholeBelow: Float64Array;
  readonly #nothingAbove: Float64Array;
  readonly #share: Float64Array;

  constructor(books: Books) {
    this.prices = new Float64Array(books.tokens).fill(1);
    this.strictPrices = new Float64Array(books.tokens).fill(1);
    this.sold = new Float64Array(books.count);
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
  setPrices(section: Section, prices: Float64Array, strictPrices: Float64Array): void {
    section.tokens.forEach((token, t) => {
      this.prices[token] = f64(prices, t);
      this.strictPrices[token] = f64(strictPrices, t);
    });
  }

  /** Enters fills: whole or nothing but within `below` and `above` of the price, where the allocation decides. */
  setFills(section: Section, allocation: Allocation, below: number, above: number): void {
    section.books.forEach((book, k) => {
      const price = f64(this.prices, i32(section.tokens, i32(section.sell, k)));
      const ratio = price / f64(this.prices, i32(section.tokens, i32(section.buy, k)));
      const { sold, least, most } = allocation;
      const room = f64(most, k) - f64(least, k);
      this.sold[book] = f64(sold, k);
      this.#wholeBelow[book] = ratio * (1 - below);
      this.#nothingAbove[book] = ratio * (1 + above);
      this.#share[book] = room > 0 ? Math.min(1, (f64(sold, k) - f64(least, k)) / room) : 0;
    });
  }

  /** Enters fills that fall linearly from whole to nothing over `width` below the price. */
  setSmoothFills(section: Section, sold: Float64Array, width: number): void {
    section.books.forEach((book, k) => {
      const price = f64(this.prices, i32(section.tokens, i32(section.sell, k)));
      const ratio = price / f64(this.prices, i32(section.tokens, i32(section.buy, k)));
      this.sold[book] = f64(sold, k);
      this.#wholeBelow[book] = ratio * (1 - width);
      this.#nothingAbove[book] = ratio;
      this.#share[book] = -1;
    });
  }
}

/**
 * Prices at which the books clear, and what fills at them: an Arrow–Debreu equilibrium of linear traders, for each section
 * of the books on its own. Always answers; each section says how, and whether the answer is certified.
 *
 * @throws EngineError "bad-prices" where `start` has not one positive price per token
 */
export function clearBooks(books: Books, { quality = "exact", start }: ClearOptions = {}): Clearing {
  if (start !== undefined && !isPriceVector(start, books.tokens)) {
    throw new EngineError(
      "bad-prices",
      `Prices to start from are one positive number for each of ${books.tokens} tokens.`,
    );
  }
  const clearing = new Clearing(books);
  for (const section of sectionsOf(books)) {
    const own = start && Float64Array.from(section.tokens, (token) => f64(start, token));
    clearing.sections.push(new SectionClearing(books, section, clearing).run(quality, own));
  }
  return clearing;
}

function isPriceVector(prices: Float64Array, tokens: number): boolean {
  return prices.length === tokens && prices.every((price) => price > 0 && price < Infinity);
}

class SectionClearing {
  readonly #books: Books;
  readonly #section: Section;
  readonly #clearing: Clearing;
  readonly #demand: Demand;
  #interiorSteps = 0;

  constructor(books: Books, section: Section, clearing: Clearing) {
    this.#books = books;
    this.#section = section;
    this.#clearing = clearing;
    this.#demand = new Demand(books, section);
  }

  run(quality: "exact" | "smooth", start: Float64Array | undefined): SectionOutcome {
    const resting = restingPrices(this.#books, this.#section);
    if (resting !== undefined) return this.#rest(resting);
    const search = this.#warmSearch(start) ?? new SmoothSearch(this.#demand);
    const firstWidth =
      start !== undefined && search.prices.length > 0 && this.#isWarm(search) ? WARM_WIDTH : undefined;
    return quality === "smooth" ? this.#smooth(search, firstWidth) : this.#exact(search, firstWidth);
  }

  /** A search from earlier prices, where they are near enough to help. */
  #warmSearch(start: Float64Array | undefined): SmoothSearch | undefined {
    if (start === undefined) return undefined;
    const search = new SmoothSearch(this.#demand, start);
    return this.#isWarm(search) ? search : undefined;
  }

  #isWarm(search: SmoothSearch): boolean {
    const smoothing = { width: WARM_WIDTH, blur: WARM_WIDTH / 2 };
    return this.#demand.evaluate(search.prices, smoothing) <= WARM_IMBALANCE;
  }

  #rest(prices: Float64Array): SectionOutcome {
    const section = this.#section;
    const nothing = new Float64Array(section.books.length);
    this.#clearing.setPrices(section, prices, prices);
    this.#clearing.setFills(section, { sold: nothing, least: nothing, most: nothing, imbalance: 0 }, 1, -1);
    return this.#outcome("none", true, 0, 0, 0);
  }

  #smooth(search: SmoothSearch, firstWidth: number | undefined): SectionOutcome {
    const width = SMOOTH_WIDTH;
    search.narrow({ width, tolerance: NARROW_TOLERANCE, partial: 0 }, firstWidth);
    search.polish(width, SMOOTH_TOLERANCE);
    const { sold } = this.#demand;
    this.#clearing.setPrices(this.#section, search.prices, search.prices);
    this.#clearing.setSmoothFills(this.#section, sold, width);
    const imbalance = imbalanceOf(this.#section, search.prices, sold);
    return this.#outcome("smoothed", false, imbalance, width, search.sweeps);
  }

  #exact(search: SmoothSearch, firstWidth: number | undefined): SectionOutcome {
    const partial = PARTIAL_PER_TOKEN * this.#demand.tokens;
    const { smoothing } = search.narrow(
      { width: NARROWEST, tolerance: NARROW_TOLERANCE, partial },
      firstWidth,
    );
    const { width } = smoothing;
    for (const attempt of ATTEMPTS) {
      this.#demand.evaluate(search.prices, smoothing);
      const found = this.#follow(search.prices, width, attempt.reach, attempt.barrier);
      if (found === undefined) continue;
      this.#clearing.setPrices(this.#section, found.prices, found.strictPrices);
      this.#clearing.setFills(this.#section, found.allocation, LIMIT_TOLERANCE, LIMIT_TOLERANCE);
      return this.#outcome("exact", true, found.allocation.imbalance, LIMIT_TOLERANCE, search.sweeps);
    }
    search.polish(width, SMOOTH_TOLERANCE);
    // Where what should fill whole does not balance, everything within its limit is left to the circulation.
    const strict = allocate(this.#books, this.#section, search.prices, width, 0);
    const below = strict.imbalance <= BALANCE_TOLERANCE ? width : 1;
    const allocation = below === width ? strict : allocate(this.#books, this.#section, search.prices, 1, 0);
    this.#clearing.setPrices(this.#section, search.prices, search.prices);
    this.#clearing.setFills(this.#section, allocation, below, 0);
    return this.#outcome("fallback", false, allocation.imbalance, below, search.sweeps);
  }

  /** Follows the interior path to a certified equilibrium; gathers the rungs anew where the prices leave them. */
  #follow(
    from: Float64Array,
    width: number,
    reach: number,
    firstBarrier: number,
  ): (Crossing & { allocation: Allocation }) | undefined {
    let prices = from;
    let barrier = firstBarrier * width;
    for (let move = 0; move < MOST_MOVES; move++) {
      const path = new InteriorSearch(this.#demand, prices, width, reach, barrier);
      let found: (Crossing & { allocation: Allocation }) | undefined;
      const end = path.run(INTERIOR_STEPS, () => {
        const crossing = crossOver(path, this.#section, width);
        const allocation = crossing && certify(this.#books, this.#section, crossing.prices);
        if (crossing && allocation) found = { ...crossing, allocation };
        return found !== undefined;
      });
      this.#interiorSteps += path.steps;
      if (found !== undefined || end !== "moved") return found;
      prices = path.prices();
      if (!isPriceVector(prices, prices.length)) return undefined;
      barrier = Math.max(path.barrier, width / 1000);
    }
    return undefined;
  }

  #outcome(
    method: Method,
    certified: boolean,
    imbalance: number,
    width: number,
    sweeps: number,
  ): SectionOutcome {
    return {
      section: this.#section,
      method,
      certified,
      imbalance,
      width,
      evaluations: this.#demand.evaluations,
      interiorSteps: this.#interiorSteps,
      sweeps,
    };
  }
}
