import { f64 } from "./access.ts";
import type { Books } from "./books.ts";
import {
  allocate,
  type Allocation,
  BALANCE_TOLERANCE,
  certify,
  imbalanceOf,
  LIMIT_TOLERANCE,
  type Quotes,
} from "./certificate.ts";
import { Clearing, type Method, type SectionOutcome } from "./clearing.ts";
import { crossOver, type Crossing, isPlausible } from "./crossover.ts";
import { Demand } from "./demand.ts";
import { EngineError } from "./errors.ts";
import { restingPrices } from "./idle.ts";
import { type InteriorOptions, InteriorSearch } from "./interior.ts";
import { withKernelMemory } from "./kernel.ts";
import { type Section, sectionsOf } from "./sections.ts";
import { passPositions, sketchOf } from "./sketch.ts";
import { COLD_WIDTH, SmoothSearch } from "./smooth.ts";
import { tameBooks } from "./tame.ts";

/** Width of the smoothed answer: intents within this share of the clearing price may fill in part. */
export const SMOOTH_WIDTH = 2 ** -10;
const SMOOTH_TOLERANCE = 1e-9;
/** Imbalance of a token, as a share of what it turns over, beyond which its smoothed fills are not handed out. */
const SMOOTH_BALANCE = 1e-6;
/** The width from which it goes straight to that, and where it begins if it then has to go by small steps. */
const SMOOTH_WIDE = 2 ** -7;
const SMOOTH_START = 2 ** -5;
/** What ends a stage before the last. */
const STAGE_GOAL = { tolerance: 1e-2, partial: 0, absorbed: Infinity };
/** Where the search for the exact prices leaves a sketch of the books, which would tell it too little from there on. */
const SKETCH_WIDTH = 2 ** -6;
/** Where continuation starts from prices of an earlier, similar book. */
const WARM_WIDTH = 2 ** -9;
/** Imbalance up to which warm prices are taken for warm. */
const WARM_IMBALANCE = 0.5;
/** Narrowing before the exact stage ends when no more than this many intents per token fill in part. */
const PARTIAL_PER_TOKEN = 10;
const NARROW_TOLERANCE = 1e-3;
/** And the share of what then fills in part that the imbalance may be, so that the path can take it up. */
const ABSORBED = 0.01;
const NARROWEST = 2 ** -26;
/** Ways in which the exact stage is tried, the fast one first. */
const ATTEMPTS: readonly InteriorOptions[] = [
  { barrier: 1, reach: 6, keep: 2000, leastWeight: 1e-12 },
  { barrier: 1, reach: 32, keep: Infinity, leastWeight: 1e-12 },
  { barrier: 16, reach: 256, keep: Infinity, leastWeight: 1e-90 },
  { barrier: 0.05, reach: 32, keep: Infinity, leastWeight: 1e-90 },
];
const INTERIOR_STEPS = 60;
const MOST_MOVES = 6;
/** Least barrier, in widths, with which rungs gathered anew begin. */
const LEAST_RESTART = 1e-3;
/** A rung is taken for marginal when its fill and its rest are above the root of the barrier over the width, times this. */
const MARGINAL = 0.3;
const MOST_MARGINAL = 0.01;
/** Before the end of the path it is not yet time where so many rungs per token are marginal: a forest has less than one. */
const MANY_MARGINAL = 1.5;
/** Where that is not certified at the end of the path, what is marginal by a hair may count, or not. */
const LAST_MARGINAL = [1e-4, 1e-6, 1e-8, 1e-10, 1e-12];

/** Choices of the caller of {@link clearBooks}. */
export interface ClearOptions {
  /** "exact" (the default), or "smooth" for the fast approximation. */
  readonly quality?: "exact" | "smooth";
  /** Prices of an earlier, similar book, one per token. */
  readonly start?: Float64Array;
  /** Whether to do no more than it takes to answer: then the exact stage is tried one way only. */
  readonly isOver?: () => boolean;
}

const NEVER = (): boolean => false;

/**
 * Prices at which the books clear, and what fills at them: an Arrow–Debreu equilibrium of linear traders, for each section
 * of the books on its own. Always answers; each section says how, and whether the answer is certified.
 *
 * @throws EngineError "bad-prices" where `start` has not one positive price per token
 */
export function clearBooks(
  books: Books,
  { quality = "exact", start, isOver = NEVER }: ClearOptions = {},
): Clearing {
  if (start !== undefined && !isPriceVector(start, books.tokens)) {
    throw new EngineError(
      "bad-prices",
      `Prices to start from are one positive number for each of ${books.tokens} tokens.`,
    );
  }
  const clearing = new Clearing(books);
  for (const section of sectionsOf(books)) {
    const own = start && Float64Array.from(section.tokens, (token) => f64(start, token));
    const outcome = withKernelMemory(() =>
      new SectionClearing(new Demand(books, section), clearing, isOver).run(quality, own),
    );
    clearing.sections.push(outcome);
  }
  return clearing;
}

function isPriceVector(prices: Float64Array, tokens: number): boolean {
  return prices.length === tokens && prices.every((price) => price > 0 && price < Infinity);
}

function quotesOf({ prices, demand: { multipliers } }: SmoothSearch): Quotes {
  return { prices, multipliers };
}

/** An equilibrium that holds its certificate. */
type Certified = Crossing & { readonly allocation: Allocation };

class SectionClearing {
  readonly #demand: Demand;
  readonly #section: Section;
  readonly #clearing: Clearing;
  readonly #isOver: () => boolean;
  #evaluations = 0;
  #interiorSteps = 0;
  #sweeps = 0;

  constructor(demand: Demand, clearing: Clearing, isOver: () => boolean) {
    this.#isOver = isOver;
    this.#demand = demand;
    this.#section = demand.section;
    this.#clearing = clearing;
  }

  run(quality: "exact" | "smooth", start: Float64Array | undefined): SectionOutcome {
    const demand = this.#demand;
    const resting = restingPrices(demand.books, this.#section);
    if (resting !== undefined) return this.#rest(resting);
    const warm = start && new SmoothSearch(demand, start);
    // Where the search will begin, so that nothing is looked up for the question alone.
    const isSmooth = quality === "smooth";
    const off = warm?.imbalanceAt(isSmooth ? SMOOTH_WIDTH : WARM_WIDTH, !isSmooth);
    const isWarm = warm !== undefined && off !== undefined && off <= WARM_IMBALANCE;
    if (isSmooth) return (isWarm ? this.#polish(warm) : undefined) ?? this.#smooth(demand);
    return isWarm ? this.#exact(warm, WARM_WIDTH) : this.#exact(...this.#begin());
  }

  #rest(prices: Float64Array): SectionOutcome {
    const section = this.#section;
    const nothing = new Float64Array(section.books.length);
    this.#clearing.setPrices(this.#demand, { prices, multipliers: this.#demand.multipliers }, prices);
    this.#clearing.setFills(section, { sold: nothing, least: nothing, most: nothing, imbalance: 0 }, 1, -1);
    return this.#outcome("none", 0, 0);
  }

  /** Prices from which the search for the exact ones begins, and at which width. */
  #begin(): [SmoothSearch, number] {
    const demand = this.#demand;
    const sketch = sketchOf(demand.books);
    if (sketch === undefined) return [new SmoothSearch(demand), COLD_WIDTH];
    const rough = new SmoothSearch(new Demand(sketch, this.#section));
    rough.narrow({ ...STAGE_GOAL, width: SKETCH_WIDTH }, COLD_WIDTH);
    passPositions(sketch, demand.books);
    return [new SmoothSearch(demand, rough.prices), SKETCH_WIDTH];
  }

  /**
   * The fast approximation from guessed prices: from one wide stage, in a sketch of the books where they are large, straight to the
   * last width, or else by small steps.
   */
  #smooth(demand: Demand): SectionOutcome {
    const sketch = sketchOf(demand.books);
    const wide = new SmoothSearch(sketch === undefined ? demand : new Demand(sketch, this.#section));
    wide.narrow({ ...STAGE_GOAL, width: SMOOTH_WIDE }, SMOOTH_WIDE);
    wide.predictAt(SMOOTH_WIDTH);
    if (sketch !== undefined) passPositions(sketch, demand.books);
    const found = this.#polish(sketch === undefined ? wide : new SmoothSearch(demand, wide.prices));
    if (found !== undefined) return found;
    const careful = new SmoothSearch(demand);
    careful.narrow({ ...STAGE_GOAL, width: SMOOTH_WIDTH }, SMOOTH_START);
    careful.polish(SMOOTH_WIDTH, SMOOTH_TOLERANCE, true);
    return this.#finishSmooth(careful);
  }

  /** The fast approximation straight from prices that are nearly right; `undefined` where they are too far off. */
  #polish(search: SmoothSearch): SectionOutcome | undefined {
    const imbalance = search.polish(SMOOTH_WIDTH, SMOOTH_TOLERANCE, false);
    return imbalance <= SMOOTH_TOLERANCE ? this.#finishSmooth(search) : undefined;
  }

  #finishSmooth(search: SmoothSearch): SectionOutcome {
    const { sold } = search.demand;
    const imbalance = imbalanceOf(this.#section, search.prices, sold);
    if (!(imbalance <= SMOOTH_BALANCE)) {
      this.#count(search);
      return this.#fallBack(search, SMOOTH_WIDTH);
    }
    this.#clearing.setPrices(this.#demand, quotesOf(search), search.prices);
    this.#clearing.setSmoothFills(this.#section, sold, SMOOTH_WIDTH);
    this.#count(search);
    return this.#outcome("smoothed", imbalance, SMOOTH_WIDTH);
  }

  #exact(search: SmoothSearch, firstWidth: number): SectionOutcome {
    const { found, width } = this.#seek(search, firstWidth);
    const certified = found ?? (this.#isOver() ? undefined : this.#seekTamed());
    if (certified !== undefined) {
      this.#clearing.setPrices(this.#demand, certified, certified.strictPrices);
      this.#clearing.setFills(this.#section, certified.allocation, LIMIT_TOLERANCE, LIMIT_TOLERANCE);
      return this.#outcome("exact", certified.allocation.imbalance, LIMIT_TOLERANCE);
    }
    return this.#fallBack(search, width);
  }

  /** Smoothed prices, with fills that balance whatever the prices are. */
  #fallBack(search: SmoothSearch, width: number): SectionOutcome {
    const quotes = quotesOf(search);
    // Where what should fill whole does not balance, everything within its limit is left to the circulation.
    const strict = allocate(this.#demand, quotes, width, 0);
    const below = strict.imbalance <= BALANCE_TOLERANCE ? width : 1;
    const allocation = below === width ? strict : allocate(this.#demand, quotes, below, 0);
    this.#clearing.setPrices(this.#demand, quotes, search.prices);
    this.#clearing.setFills(this.#section, allocation, below, 0);
    return this.#outcome("fallback", allocation.imbalance, below);
  }

  /** Once more with amounts cut to what could ever trade; the certificate is still about the books themselves. */
  #seekTamed(): Certified | undefined {
    const { books, section } = tameBooks(this.#demand);
    return this.#seek(new SmoothSearch(new Demand(books, section)), COLD_WIDTH).found;
  }

  /** Smoothed prices, narrowed until few intents are partial, and from there the interior path. */
  #seek(search: SmoothSearch, firstWidth: number): { found: Certified | undefined; width: number } {
    const { demand } = search;
    const partial = PARTIAL_PER_TOKEN * demand.tokens;
    const goal = { width: NARROWEST, tolerance: NARROW_TOLERANCE, partial, absorbed: ABSORBED };
    const { smoothing } = search.narrow(goal, firstWidth);
    let found: Certified | undefined;
    for (const attempt of ATTEMPTS) {
      demand.evaluate(search.prices, smoothing);
      found = withKernelMemory(() => this.#follow(demand, search.prices, smoothing.width, attempt));
      if (found !== undefined || this.#isOver()) break;
    }
    // The multipliers of the smoothed prices, for what falls back on them.
    if (found === undefined) demand.evaluate(search.prices, smoothing);
    this.#count(search);
    return { found, width: smoothing.width };
  }

  /** Follows the interior path to a certified equilibrium; gathers the rungs anew where the prices leave them. */
  #follow(
    demand: Demand,
    from: Float64Array,
    width: number,
    options: InteriorOptions,
  ): Certified | undefined {
    let prices = from;
    let { barrier } = options;
    for (let move = 0; move < MOST_MOVES; move++) {
      const path = new InteriorSearch(demand, prices, width, { ...options, barrier });
      let found: Certified | undefined;
      const end = path.run(INTERIOR_STEPS, (isLast) => {
        const usual = Math.min(MOST_MARGINAL, MARGINAL * Math.sqrt(path.barrier / width));
        for (const least of isLast ? [usual, ...LAST_MARGINAL] : [usual]) {
          const most = isLast ? Infinity : MANY_MARGINAL * demand.tokens + demand.wallets.count;
          const crossing = crossOver(path, demand, least, most);
          if (crossing === undefined || !(isLast || isPlausible(path, demand, crossing))) continue;
          const allocation = certify(this.#demand, crossing, path.sold());
          if (allocation !== undefined) found = { ...crossing, allocation };
          if (found !== undefined) return true;
        }
        return false;
      });
      this.#interiorSteps += path.steps;
      // A path that has left rungs out cannot tell where it goes beyond them.
      if (found !== undefined || end !== "moved" || options.keep < Infinity) return found;
      prices = path.prices();
      if (!isPriceVector(prices, prices.length)) return undefined;
      demand.multipliers.set(path.multipliers());
      barrier = Math.max(path.barrier / width, LEAST_RESTART);
    }
    return undefined;
  }

  #count({ demand, sweeps }: SmoothSearch): void {
    this.#evaluations += demand.evaluations;
    this.#sweeps += sweeps;
  }

  #outcome(method: Method, imbalance: number, width: number): SectionOutcome {
    return {
      section: this.#section,
      method,
      certified: method === "exact" || method === "none",
      imbalance,
      width,
      evaluations: this.#evaluations,
      interiorSteps: this.#interiorSteps,
      sweeps: this.#sweeps,
    };
  }
}
