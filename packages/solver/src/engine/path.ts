import { f64, i32 } from "./access.ts";
import type { Demand } from "./demand.ts";
import { doubles, type Doubles, integers, type Integers, integersFrom, loops } from "./kernel.ts";
import type { Rungs } from "./rungs.ts";

/** The barrier of a rung is weighed by what its tokens turn over, as a share of what it offers, times this. */
const TURNOVER_SHARE = 0.1;

/** Numbers of a rung, and where some of them stand: see packages/solver/kernel/rung.ts. */
const RUNG = 14;
const AMOUNT = 0;
const LIMIT = 1;
const LOG_LIMIT = 2;
const FILL = 4;
const REST = 5;

/** What is marginal at a point of the path. */
export interface Marginal {
  readonly count: number;
  /** Rung and book of each marginal rung. */
  readonly list: Integers;
  /** Per book: what fills whole, rungs more full than empty included; what fills in part from a wallet that is spent. */
  readonly flat: Doubles;
  readonly partial: Doubles;
}

/**
 * Where an interior path is: its rungs, in the kernel's memory, and the loops over them. See {@link InteriorSearch} for what
 * they mean.
 */
export class Path {
  /** The rungs of book k are [start[k], start[k + 1]). */
  readonly start: Integers;
  /** Per book: what it sells whole beside its rungs. */
  readonly base: Doubles;
  /** Per book: the value that it sells, and how steeply that grows with its price; its move in value at unmoved prices. */
  readonly values: Doubles;
  readonly steeps: Doubles;
  readonly pulls: Doubles;
  /** Per book: logarithm of the multiplier of its wallet, and its move; whether there is a wallet. */
  readonly walletLogs: Doubles;
  readonly walletMoves: Doubles;
  readonly isPaid: Integers;
  /** Per rung {@link RUNG} numbers. */
  readonly rungs: Doubles;
  /** Per token: logarithms of the prices, and the prices; by what it is out of balance, in value; the move of the logarithm. */
  readonly logs: Doubles;
  readonly prices: Doubles;
  readonly off: Doubles;
  readonly move: Doubles;
  /** Sum of f z and (1 - f) w, each over its weight, at the point where it was last linearised. */
  readonly #barriers = doubles(1);
  readonly #books: number;
  readonly #frame: Integers;

  constructor({ section, sell, buy, priced, wallets }: Demand, prices: Float64Array, rungs: Rungs) {
    const books = section.books.length;
    const tokens = prices.length;
    const { count } = rungs;
    this.#books = books;
    this.start = rungs.start;
    this.base = rungs.base;
    this.values = doubles(books);
    this.steeps = doubles(books);
    this.pulls = doubles(books);
    this.walletLogs = doubles(books);
    this.walletMoves = doubles(books);
    this.isPaid = integers(books);
    for (let k = 0; wallets.count > 0 && k < books; k++) this.isPaid[k] = i32(wallets.of, k) < 0 ? 0 : 1;
    this.rungs = doubles(RUNG * count);
    // Elements are written without helpers, as in `upperBound`.
    for (let i = 0, at = 0; i < count; i++, at += RUNG) {
      const limit = rungs.limit[i] ?? 0;
      this.rungs[at + AMOUNT] = rungs.amount[i] ?? 0;
      this.rungs[at + LIMIT] = limit;
      this.rungs[at + LOG_LIMIT] = Math.log(limit);
    }
    this.logs = doubles(tokens);
    this.prices = doubles(tokens);
    this.off = doubles(tokens);
    this.move = doubles(tokens);
    for (let t = 0; t < tokens; t++) this.logs[t] = Math.log(f64(prices, t));
    this.prices.set(prices);
    // In the order of `Path` in packages/solver/kernel/interior.ts.
    const lists = [
      ...[this.start, sell, buy, priced],
      ...[this.base, this.values, this.steeps, this.pulls, this.walletLogs, this.walletMoves],
      this.rungs,
      ...[this.logs, this.prices, this.off, this.move, this.#barriers],
    ];
    this.#frame = integersFrom(Int32Array.from([books, ...lists.map((list) => list.byteOffset)]));
  }

  /** The number of rungs. */
  get count(): number {
    return i32(this.start, this.#books);
  }

  /** Puts every rung on the path at the first prices, at which the books sell so much. */
  place(sold: Doubles, leastWeight: number, barrier: number): void {
    const tokens = this.prices.length;
    loops.placeRungs(this.#at, tokens, sold.byteOffset, TURNOVER_SHARE, leastWeight, barrier);
  }

  /** Prices, values, steepness, imbalances and {@link barriers} at the present point; returns the volume. */
  linearise(): number {
    for (let t = 0; t < this.logs.length; t++) this.prices[t] = Math.exp(f64(this.logs, t));
    this.off.fill(0);
    return loops.linearise(this.#at);
  }

  /** Sum of f z and (1 - f) w, each over its weight, where it was last linearised. */
  get barriers(): number {
    return f64(this.#barriers, 0);
  }

  /** The same a share of the present moves ahead. */
  sumBarriers(share: number): number {
    return loops.sumBarriers(this.#at, share);
  }

  /**
   * What the books are pulled to sell more, in value, while prices do not move: {@link pulls}. The direction aims at a share of the
   * barrier, less what the moves of the last one would add.
   */
  pull(share: number, barrier: number, correction: number): void {
    loops.pullBooks(this.#at, share, barrier, correction);
  }

  /** What every token is then short of: {@link move}, which is to become the move of its price. */
  sumPulls(): void {
    loops.sumPulls(this.#at, this.move.length);
  }

  /** Completes the moves of the rungs once those of the prices are known; returns the most negative against what it moves. */
  follow(): number {
    return loops.followPrices(this.#at);
  }

  /** Goes a share of the way. */
  advance(share: number): void {
    for (let t = 0; t < this.logs.length; t++) this.logs[t] = f64(this.logs, t) + share * f64(this.move, t);
    loops.advanceRungs(this.#at, share);
  }

  /** Leaves out the rungs whose limits are farther from the price than `most`, a difference of logarithms. */
  prune(most: number): void {
    loops.pruneRungs(this.#at, this.isPaid.byteOffset, most);
  }

  /** How far the logarithm of the price of a book has moved since `begin`, at most; books of wallets do not count. */
  farthestMove(begin: Doubles): number {
    return loops.farthestMove(this.#at, begin.byteOffset, this.isPaid.byteOffset);
  }

  /** The limit of a rung. */
  limitOf(rung: number): number {
    return f64(this.rungs, RUNG * rung + LIMIT);
  }

  /** What a rung fills or leaves, whichever is less, as an amount. */
  lesserPart(rung: number): number {
    const at = RUNG * rung;
    return Math.min(f64(this.rungs, at + FILL), f64(this.rungs, at + REST)) * f64(this.rungs, at + AMOUNT);
  }

  /** How many rungs are marginal: see {@link marginal}. */
  countMarginal(least: number): number {
    return loops.countMarginal(this.#at, least);
  }

  /**
   * The marginal rungs, neither full nor empty: fill and rest, over the weight, above `least`.
   *
   * @param isSpent per book, 1 where its wallet is spent
   */
  marginal(least: number, isSpent: Integers): Marginal {
    const flat = doubles(this.#books);
    const partial = doubles(this.#books);
    const list = integers(2 * this.countMarginal(least));
    const count = loops.listMarginal(
      ...([this.#at, least, isSpent.byteOffset] as const),
      ...([flat.byteOffset, partial.byteOffset, list.byteOffset] as const),
    );
    return { count, list, flat, partial };
  }

  /** What each book sells, in the unit in which its amounts are counted. */
  fills(): Doubles {
    const sold = doubles(this.#books);
    loops.sumFills(this.#at, sold.byteOffset);
    return sold;
  }

  /**
   * Whether other prices fill what the path fills: rungs more full than empty are within their limits, the others are not.
   *
   * @param factors per book, by what prices look worse to it
   * @param tolerance share of the price within which limits count as met
   */
  isPlausible(prices: Doubles, factors: Doubles, tolerance: number): boolean {
    return loops.isPlausible(this.#at, prices.byteOffset, factors.byteOffset, tolerance) !== 0;
  }

  get #at(): number {
    return this.#frame.byteOffset;
  }
}
