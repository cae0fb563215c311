import { add, f64, i32 } from "./access.ts";
import { factorGenerator, solveFactored } from "./chain.ts";
import type { Demand } from "./demand.ts";
import { doubles, type Doubles, type Integers, loops } from "./kernel.ts";
import { factorPivoted, solvePivoted } from "./linear.ts";
import type { Wallets } from "./wallets.ts";

const NONE = new Int32Array(0);
const NOTHING = new Float64Array(0);

/**
 * The linear equations of a Newton step: by how much each token gets out of balance, in value, when the logarithms of the
 * prices move. A book that sells a value v, and of which a value `steep` more sells per unit of the logarithm of its own
 * price, adds v to the column of the token by which it is paid out: the token sold, or for fixed purchases the token bought. Wallets
 * that run short are unknowns of their own, the logarithms of their multipliers, and are eliminated at once: each is a star
 * of books that becomes a mesh between tokens, again with no positive entry off the diagonal. Columns sum to 0, so without
 * purchases this is the generator of a Markov chain, and is factored without a subtraction; with them rows have to be exchanged.
 */
export class TokenSystem {
  readonly #books: number;
  readonly #sell: Integers;
  readonly #buy: Integers;
  readonly #priced: Integers;
  readonly #bought: Int32Array;
  readonly #wallets: Wallets;
  readonly #gross: Float64Array;
  readonly #hasPurchases: boolean;
  readonly #tokens: number;
  readonly matrix: Doubles;
  /** Per wallet: what its multiplier is divided by, or 0 where it does not count. */
  readonly #stiff: Float64Array;
  /** Per wallet and token bought: by how much what the wallet pays grows with the price of its books there. */
  readonly #pays: readonly Float64Array[];
  readonly #gives: Float64Array;
  #steep: Doubles;
  readonly #order: Int32Array;
  readonly #reduced: Float64Array;

  constructor({ section, sell, buy, priced, wallets, bought, gross }: Demand) {
    const tokens = section.tokens.length;
    this.#books = section.books.length;
    this.#sell = sell;
    this.#buy = buy;
    this.#priced = priced;
    this.#wallets = wallets;
    this.#bought = bought;
    this.#gross = gross;
    this.#hasPurchases = bought.includes(1);
    this.#tokens = tokens;
    this.matrix = doubles(tokens * tokens);
    this.#stiff = new Float64Array(wallets.count);
    this.#pays = wallets.buys.map((list) => new Float64Array(list.length));
    this.#gives = new Float64Array(tokens);
    this.#steep = doubles(0);
    this.#order = new Int32Array(tokens);
    this.#reduced = new Float64Array(this.#hasPurchases ? (tokens - 1) * (tokens - 1) : 0);
  }

  /** Enters what all books sell, in value, and how steeply that grows with their prices. */
  enterBooks(values: Doubles, steeps: Doubles): void {
    this.#steep = steeps;
    loops.enterBooks(
      ...([this.matrix.byteOffset, this.#tokens, this.#books] as const),
      ...([this.#sell.byteOffset, this.#buy.byteOffset, this.#priced.byteOffset] as const),
      ...([values.byteOffset, steeps.byteOffset] as const),
    );
  }

  /** Enters somebody who owns of every token what has this value, and spends it evenly on all. */
  enterOutside(worth: Doubles): void {
    loops.addColumns(this.matrix.byteOffset, this.#tokens, worth.byteOffset, -1 / this.#tokens);
  }

  /**
   * Enters a wallet whose books are all in.
   *
   * @param values what each book of the section sells
   * @param slack by how much less is paid, in value, when the multiplier grows and its books do not answer
   */
  addWallet(w: number, values: Float64Array, slack: number): void {
    const { token, books, buys, slot } = this.#wallets;
    const tokens = this.#tokens;
    const { matrix } = this;
    const a = i32(token, w);
    const bought = buys[w] ?? NONE;
    const pays = this.#pays[w] ?? NOTHING;
    const gives = this.#gives;
    gives.fill(0, 0, bought.length);
    pays.fill(0);
    let stiff = slack;
    let given = 0;
    let paid = 0;
    for (const k of books[w] ?? NONE) {
      const steep = f64(this.#steep, k);
      const gross = f64(this.#gross, k);
      const pay = gross * (steep - (this.#bought[k] === 1 ? f64(values, k) : 0));
      stiff += gross * steep;
      given += steep;
      paid += pay;
      add(gives, i32(slot, k), steep);
      add(pays, i32(slot, k), pay);
    }
    this.#stiff[w] = stiff > 0 ? stiff : 0;
    if (!(stiff > 0)) return;
    for (let i = 0; i < bought.length; i++) {
      const b = i32(bought, i);
      const gain = f64(gives, i) / stiff;
      add(matrix, a * tokens + b, (given / stiff) * f64(pays, i));
      add(matrix, b * tokens + a, gain * paid);
      for (let j = 0; j < bought.length; j++)
        if (j !== i) add(matrix, b * tokens + i32(bought, j), -gain * f64(pays, j));
    }
  }

  /** Begins anew. */
  clear(): void {
    this.matrix.fill(0);
    this.#stiff.fill(0);
  }

  /** By how much the logarithm of a multiplier moves if what its wallet pays is off by so much, at unmoved prices. */
  multiplierMove(w: number, off: number): number {
    const stiff = f64(this.#stiff, w);
    return stiff > 0 ? off / stiff : 0;
  }

  /** By how much it moves beyond that when the logarithms of the prices move. */
  multiplierFollow(w: number, move: Float64Array): number {
    const stiff = f64(this.#stiff, w);
    if (!(stiff > 0)) return 0;
    const own = f64(move, i32(this.#wallets.token, w));
    let sum = 0;
    const buys = this.#wallets.buys[w] ?? NONE;
    const pays = this.#pays[w] ?? NOTHING;
    for (let i = 0; i < buys.length; i++) sum += f64(pays, i) * (own - f64(move, i32(buys, i)));
    return sum / stiff;
  }

  /** Makes it ready to be solved; the diagonal is what makes columns sum to 0. */
  factor(): void {
    const n = this.#tokens;
    const { matrix } = this;
    if (!this.#hasPurchases) {
      factorGenerator(matrix, n);
      return;
    }
    for (let column = 0; column < n; column++) {
      let sum = 0;
      for (let row = 0; row < n; row++) if (row !== column) sum += f64(matrix, row * n + column);
      matrix[column * n + column] = -sum;
    }
    // The last price is held, and the last equation follows from the others.
    const m = n - 1;
    for (let row = 0; row < m; row++) this.#reduced.set(matrix.subarray(row * n, row * n + m), row * m);
    factorPivoted(this.#reduced, m, this.#order);
  }

  /** Overwrites what each token has too little of by the moves of the logarithms of the prices; the last one is 0. */
  solve(right: Doubles): void {
    const n = this.#tokens;
    if (!this.#hasPurchases) {
      solveFactored(this.matrix, right, n);
      return;
    }
    solvePivoted(this.#reduced, right.subarray(0, n - 1), n - 1, this.#order);
    right[n - 1] = 0;
  }
}
