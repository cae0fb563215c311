import { f64, i32, u32, upperBound } from "./access.ts";
import { checkIntent, type Columns } from "./columns.ts";
import { EngineError } from "./errors.ts";
import { Ladder } from "./ladder.ts";
import { mergeLadder } from "./merging.ts";
import { sortByLimit } from "./sorting.ts";

/** Room that a book is given beyond what it holds, so that it can grow in place. */
const SLACK = 1 / 16;
const LEAST_SLACK = 2;
/** Changes that a book keeps apart before it is made anew: this many times the root of its size, but at least so many. */
const LADDER_FACTOR = 2;
const LEAST_LADDER = 32;

/**
 * The books: one per ordered pair of tokens and kind, its intents sorted by limit with prefix sums, all in flat arrays; an
 * intent that shares a wallet which may run short has a book of its own. The supply
 * at a price is then a search and a load. Changes gather in a small {@link Ladder} per book, which every query adds, and
 * which is merged into the flat arrays when it has grown to the root of the book's size.
 *
 * Cost: a query O(log n); a change O(log n) to find its place and O(sqrt n) element moves, amortised, of which 2,000 in a
 * million intents take about a millisecond. Memory: 36 bytes per intent and the slack.
 */
export class Books {
  readonly tokens: number;
  /** Number of books. */
  count = 0;
  /** Intents in all books. */
  intents = 0;
  /** Changes whenever a book gets its first intent or loses its last. */
  shape = 0;
  /** Intents that have come or gone one by one. */
  changes = 0;
  /** Per book: its two tokens, and where it lies in the flat arrays. */
  sell = new Int32Array(16);
  buy = new Int32Array(16);
  start = new Int32Array(16);
  end = new Int32Array(16);
  /** Per book: 1 where amounts are of the token bought; the wallet that pays or -1, and what it pays per atom that arrives. */
  bought = new Int32Array(16);
  wallet = new Int32Array(16).fill(-1);
  gross = new Float64Array(16).fill(1);
  /** What each wallet holds. */
  wallets: Float64Array = new Float64Array(0);
  /** Per book, where the last query of its demand ended: the next begins there. */
  position = new Int32Array(16);
  #room = new Int32Array(16);
  /** Per book, the sum of the amounts in the flat arrays. */
  #totals = new Float64Array(16);
  /** Flat arrays, per book ascending by limit, then id. */
  limits = new Float64Array(0);
  amounts = new Float64Array(0);
  ids = new Uint32Array(0);
  /** Per book, up to and with each intent i: the sum of amounts at 2 i, of amounts times limits at 2 i + 1. */
  sums = new Float64Array(0);
  #used = 0;
  readonly #ladders: (Ladder | undefined)[] = [];
  readonly #bookOf: Int32Array;
  /** Books of intents that have one of their own. */
  readonly #own = new Map<number, number>();

  constructor(tokens: number) {
    this.tokens = tokens;
    this.#bookOf = new Int32Array(2 * tokens * tokens).fill(-1);
  }

  /**
   * Books of many intents at once, in O(n log n).
   *
   * @throws EngineError "bad-intent"
   */
  static from(columns: Columns): Books {
    const { tokens, sell, buy, amount, limit, bought, wallet, gross } = columns;
    const books = new Books(tokens);
    const pairs = tokens * tokens;
    const sizes = new Int32Array(2 * pairs);
    const hasOwn = (id: number): boolean => (wallet?.[id] ?? -1) >= 0;
    const groupOf = (id: number): number =>
      (bought?.[id] ?? 0) * pairs + (sell[id] ?? 0) * tokens + (buy[id] ?? 0);
    for (let id = 0; id < limit.length; id++) {
      checkIntent(tokens, sell[id] ?? -1, buy[id] ?? -1, f64(amount, id), f64(limit, id));
      if (hasOwn(id)) continue;
      const group = groupOf(id);
      sizes[group] = i32(sizes, group) + 1;
    }
    const next = new Int32Array(2 * pairs);
    for (let group = 0; group < sizes.length; group++) {
      const size = i32(sizes, group);
      if (size === 0) continue;
      const pair = group % pairs;
      const book = books.#addBook(Math.floor(pair / tokens), pair % tokens, size);
      books.bought[book] = group < pairs ? 0 : 1;
      books.#bookOf[group] = book;
      next[group] = i32(books.start, book);
    }
    books.wallets = columns.wallets ?? books.wallets;
    for (let id = 0; wallet !== undefined && id < limit.length; id++) {
      if (!hasOwn(id)) continue;
      const book = books.#addBook(sell[id] ?? 0, buy[id] ?? 0, 1);
      books.bought[book] = bought?.[id] ?? 0;
      books.wallet[book] = wallet[id] ?? -1;
      books.gross[book] = gross?.[id] ?? 1;
      books.#own.set(id, book);
    }
    books.#reserve(books.#used);
    for (let id = 0; id < limit.length; id++) {
      const own = wallet === undefined ? undefined : books.#own.get(id);
      const group = groupOf(id);
      const place = own === undefined ? i32(next, group) : i32(books.start, own);
      books.ids[place] = id;
      if (own === undefined) next[group] = place + 1;
    }
    for (let book = 0; book < books.count; book++) {
      const start = i32(books.start, book);
      const end = i32(books.end, book);
      sortByLimit(books.ids, start, end, limit);
      for (let i = start; i < end; i++) {
        const id = u32(books.ids, i);
        books.limits[i] = f64(limit, id);
        books.amounts[i] = f64(amount, id);
      }
      books.#sum(book);
    }
    books.intents = limit.length;
    books.shape++;
    return books;
  }

  /**
   * Books under the same numbers as others, and what they say of each, with intents of their own.
   *
   * @param sizeOf how many intents a book is to have
   * @param fill enters the amounts and limits of a book, ascending, from its `start`
   */
  static like(
    books: Books,
    sizeOf: (book: number) => number,
    fill: (book: number, into: Books) => void,
  ): Books {
    const others = new Books(books.tokens);
    for (let book = 0; book < books.count; book++) {
      others.#addBook(i32(books.sell, book), i32(books.buy, book), sizeOf(book));
      others.bought[book] = i32(books.bought, book);
      others.wallet[book] = i32(books.wallet, book);
      others.gross[book] = f64(books.gross, book);
      others.intents += sizeOf(book);
    }
    others.wallets = books.wallets;
    others.#bookOf.set(books.#bookOf);
    others.#reserve(others.#used);
    for (let book = 0; book < books.count; book++) {
      fill(book, others);
      others.#sum(book);
    }
    return others;
  }

  /** The book in which `sell` is sold for `buy`, by amounts sold or by amounts bought, or -1. */
  bookOf(sell: number, buy: number, bought = 0): number {
    return i32(this.#bookOf, (bought * this.tokens + sell) * this.tokens + buy);
  }

  /** The book of an intent that was there from the beginning. */
  bookOfIntent(id: number, sell: number, buy: number, bought: number): number {
    return this.#own.get(id) ?? this.bookOf(sell, buy, bought);
  }

  /** The changes of a book since it was last made, up to date; `undefined` where there are none. */
  ladder(book: number): Ladder | undefined {
    const ladder = this.#ladders[book];
    if (ladder === undefined || ladder.size === 0) return undefined;
    ladder.refresh();
    return ladder;
  }

  /** Intents of one book. */
  sizeOf(book: number): number {
    const ladder = this.#ladders[book];
    let size = i32(this.end, book) - i32(this.start, book);
    for (let i = 0; ladder !== undefined && i < ladder.size; i++) size += f64(ladder.amounts, i) > 0 ? 1 : -1;
    return size;
  }

  /** Whether a book holds no intents. */
  isEmpty(book: number): boolean {
    // There are no more removals than changes.
    const changes = this.#ladders[book]?.size ?? 0;
    if (i32(this.end, book) - i32(this.start, book) > changes) return false;
    return changes === 0 || this.sizeOf(book) === 0;
  }

  /** Per book, 1 where it holds intents. */
  live(): Int32Array {
    const live = new Int32Array(this.count);
    // Elements are read without helpers, as in `upperBound`.
    for (let book = 0; book < this.count; book++) {
      const isSure = this.#ladders[book] === undefined;
      const isEmpty = isSure ? this.end[book] === this.start[book] : this.isEmpty(book);
      live[book] = isEmpty ? 0 : 1;
    }
    return live;
  }

  /** All that a book offers. */
  total(book: number): number {
    const ladder = this.ladder(book);
    const flat = this.#totals[book] ?? 0;
    const all = ladder === undefined ? flat : flat + f64(ladder.sums, ladder.size - 1);
    return all > 0 ? all : 0;
  }

  /** The lowest limit of a book, or Infinity where it is empty. */
  bestLimit(book: number): number {
    const ladder = this.ladder(book);
    let i = i32(this.start, book);
    const end = i32(this.end, book);
    if (ladder === undefined) return i < end ? f64(this.limits, i) : Infinity;
    let next = 0;
    // Intents that have left stand in both; the first that stands in one only is the best.
    for (; next < ladder.size; next++) {
      if (f64(ladder.amounts, next) > 0) break;
      const gone = u32(ladder.ids, next);
      if (i < end && u32(this.ids, i) !== gone) break;
      i++;
    }
    const flat = i < end ? f64(this.limits, i) : Infinity;
    let fresh = Infinity;
    for (; next < ladder.size && fresh === Infinity; next++)
      if (f64(ladder.amounts, next) > 0) fresh = f64(ladder.limits, next);
    return Math.min(flat, fresh);
  }

  /** What a book offers at limits up to `price`. */
  supply(book: number, price: number): number {
    // Read without helpers, as in `upperBound`.
    const start = this.start[book] ?? 0;
    const end = this.end[book] ?? 0;
    const position =
      price === Infinity ? end : upperBound(this.limits, start, end, this.position[book] ?? 0, price);
    let sum = position > start ? (this.sums[2 * position - 2] ?? 0) : 0;
    const ladder = this.ladder(book);
    if (ladder !== undefined) {
      const next = upperBound(ladder.limits, 0, ladder.size, 0, price);
      if (next > 0) sum += f64(ladder.sums, next - 1);
    }
    return sum > 0 ? sum : 0;
  }

  /**
   * Adds an intent. The id must not stand in the books yet.
   *
   * @throws EngineError "bad-intent"
   */
  insert(id: number, sell: number, buy: number, amount: number, limit: number): void {
    checkIntent(this.tokens, sell, buy, amount, limit);
    let book = this.bookOf(sell, buy);
    if (book < 0) {
      book = this.#addBook(sell, buy, 0);
      this.#bookOf[sell * this.tokens + buy] = book;
    }
    let ladder = (this.#ladders[book] ??= new Ladder());
    let place = ladder.find(limit, id);
    if (place >= 0) {
      // The same intent has just left: the book has to be made without it before it can come back.
      this.#compact(book);
      ladder = this.#ladders[book] ?? ladder;
      place = ladder.find(limit, id);
    }
    if (this.isEmpty(book)) this.shape++;
    ladder.insert(~place, limit, id, amount);
    this.intents++;
    this.changes++;
    this.#compactIfLong(book, ladder);
  }

  /**
   * Removes an intent, told by its id, its pair and its limit.
   *
   * @throws EngineError "unknown-intent"
   */
  remove(id: number, sell: number, buy: number, limit: number): void {
    const book = this.bookOf(sell, buy);
    if (book < 0) throw unknown(id);
    const ladder = (this.#ladders[book] ??= new Ladder());
    const place = ladder.find(limit, id);
    if (place >= 0) {
      if (f64(ladder.amounts, place) < 0) throw unknown(id);
      ladder.delete(place);
    } else {
      const position = this.#find(book, limit, id);
      if (position < 0) throw unknown(id);
      ladder.insert(~place, limit, id, -f64(this.amounts, position));
      this.#compactIfLong(book, ladder);
    }
    if (this.isEmpty(book)) this.shape++;
    this.intents--;
    this.changes++;
  }

  /** Bytes held. */
  bytes(): number {
    const ladders = this.#ladders.reduce((sum, ladder) => sum + (ladder?.bytes() ?? 0), 0);
    return this.limits.length * 36 + ladders + this.sell.length * 48 + this.#bookOf.length * 4;
  }

  /** Position of an intent in the flat arrays, or -1. */
  #find(book: number, limit: number, id: number): number {
    let low = i32(this.start, book);
    let high = i32(this.end, book);
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = f64(this.limits, middle);
      if (other < limit || (other === limit && u32(this.ids, middle) < id)) low = middle + 1;
      else high = middle;
    }
    const isThere = low < i32(this.end, book) && f64(this.limits, low) === limit && u32(this.ids, low) === id;
    return isThere ? low : -1;
  }

  #addBook(sell: number, buy: number, size: number): number {
    if (this.count === this.sell.length) {
      const longer = (old: Int32Array): Int32Array<ArrayBuffer> => {
        const array = new Int32Array(2 * old.length);
        array.set(old);
        return array;
      };
      this.sell = longer(this.sell);
      this.buy = longer(this.buy);
      this.start = longer(this.start);
      this.end = longer(this.end);
      this.position = longer(this.position);
      this.bought = longer(this.bought);
      const wallet = new Int32Array(2 * this.wallet.length).fill(-1);
      wallet.set(this.wallet);
      this.wallet = wallet;
      const totals = new Float64Array(2 * this.#totals.length);
      totals.set(this.#totals);
      this.#totals = totals;
      const gross = new Float64Array(2 * this.gross.length).fill(1);
      gross.set(this.gross);
      this.gross = gross;
      this.#room = longer(this.#room);
    }
    const book = this.count++;
    this.sell[book] = sell;
    this.buy[book] = buy;
    this.#place(book, size);
    return book;
  }

  /** Gives a book room behind all others. */
  #place(book: number, size: number): void {
    const room = size + LEAST_SLACK + Math.floor(size * SLACK);
    this.start[book] = this.#used;
    this.end[book] = this.#used + size;
    this.position[book] = this.#used + (size >> 1);
    this.#room[book] = room;
    this.#used += room;
  }

  #reserve(length: number): void {
    this.limits = new Float64Array(length);
    this.amounts = new Float64Array(length);
    this.sums = new Float64Array(2 * length);
    this.ids = new Uint32Array(length);
  }

  #sum(book: number): void {
    const { amounts, limits, sums } = this;
    let sum = 0;
    let worth = 0;
    for (let i = i32(this.start, book), end = i32(this.end, book); i < end; i++) {
      const amount = f64(amounts, i);
      sum += amount;
      worth += amount * f64(limits, i);
      sums[2 * i] = sum;
      sums[2 * i + 1] = worth;
    }
    this.#totals[book] = sum;
  }

  #compactIfLong(book: number, ladder: Ladder): void {
    const size = i32(this.end, book) - i32(this.start, book);
    if (ladder.size > Math.max(LEAST_LADDER, LADDER_FACTOR * Math.sqrt(size))) this.#compact(book);
  }

  /** Merges the ladder of a book into its flat arrays. */
  #compact(book: number): void {
    const ladder = this.#ladders[book];
    if (ladder === undefined || ladder.size === 0) return;
    const size = this.sizeOf(book);
    if (size > i32(this.#room, book)) this.#move(book, size);
    const merged = mergeLadder(this, book, ladder, size);
    const start = i32(this.start, book);
    this.limits.set(merged.limits, start);
    this.amounts.set(merged.amounts, start);
    this.ids.set(merged.ids, start);
    this.end[book] = start + size;
    ladder.clear();
    this.#sum(book);
  }

  /** Moves a book that has outgrown its place behind all others; makes all arrays anew where there is no room left. */
  #move(book: number, size: number): void {
    const oldStart = i32(this.start, book);
    const oldEnd = i32(this.end, book);
    if (this.#used + size + LEAST_SLACK + Math.floor(size * SLACK) > this.limits.length) {
      this.#rebuild(book, size);
      return;
    }
    this.#place(book, size);
    const start = i32(this.start, book);
    for (const array of [this.limits, this.amounts, this.ids]) array.copyWithin(start, oldStart, oldEnd);
    this.end[book] = start + (oldEnd - oldStart);
  }

  /** All arrays anew, with room for one book to grow to `size` and some to spare for books to come. */
  #rebuild(book: number, size: number): void {
    const { limits, amounts, ids, sums } = this;
    const starts = this.start.slice();
    const ends = this.end.slice();
    this.#used = 0;
    for (let b = 0; b < this.count; b++) {
      const held = i32(ends, b) - i32(starts, b);
      this.#place(b, b === book ? size : held);
      this.end[b] = i32(this.start, b) + held;
    }
    this.#reserve(this.#used + Math.ceil(this.#used * SLACK) + 256);
    for (let b = 0; b < this.count; b++) {
      const from = i32(starts, b);
      const to = i32(ends, b);
      const start = i32(this.start, b);
      this.limits.set(limits.subarray(from, to), start);
      this.amounts.set(amounts.subarray(from, to), start);
      this.ids.set(ids.subarray(from, to), start);
      this.sums.set(sums.subarray(2 * from, 2 * to), 2 * start);
    }
  }
}

function unknown(id: number): EngineError {
  return new EngineError(
    "unknown-intent",
    `Intent ${id} does not stand in the books at this pair and limit.`,
  );
}
