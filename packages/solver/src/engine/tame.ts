import { add, f64, i32, u32 } from "./access.ts";
import { Books } from "./books.ts";
import type { Demand } from "./demand.ts";
import type { Section } from "./sections.ts";

/** A cut intent keeps this many times what it could ever sell, so that it stays marginal and its limit stays the price. */
const HEADROOM = 2;
const ROUNDS = 30;

/**
 * A section with the amounts of intents cut that offer far more than could ever be bought: what is paid for
 * them is at most all that is on offer of the token bought, so an intent of limit r sells at most that over r, and buys at most that. Every
 * equilibrium of the cut books is one of the books; but floats can tell its prices and fills where one intent offers more
 * than 10^16 times the others.
 *
 * @returns books over the tokens of the section, by their positions there, and the section in them
 */
export function tameBooks({ books, section, bought, wallets, gross }: Demand): {
  books: Books;
  section: Section;
} {
  const sell: number[] = [];
  const buy: number[] = [];
  const of: number[] = [];
  const limit: number[] = [];
  const amount: number[] = [];
  section.books.forEach((book, k) => {
    const push = (at: number, size: number): void => {
      sell.push(i32(section.sell, k));
      buy.push(i32(section.buy, k));
      of.push(k);
      limit.push(at);
      amount.push(size);
    };
    const ladder = books.ladder(book);
    const gone = new Set<number>();
    for (let i = 0; ladder !== undefined && i < ladder.size; i++) {
      if (f64(ladder.amounts, i) < 0) gone.add(u32(ladder.ids, i));
      else push(f64(ladder.limits, i), f64(ladder.amounts, i));
    }
    for (let i = i32(books.start, book); i < i32(books.end, book); i++)
      if (!gone.has(u32(books.ids, i))) push(f64(books.limits, i), f64(books.amounts, i));
  });

  const isBuy = (i: number): boolean => bought[of[i] ?? 0] === 1;
  const cut = Float64Array.from(amount);
  for (let round = 0, isCut = true; round < ROUNDS && isCut; round++) {
    const offered = new Float64Array(section.tokens.length);
    cut.forEach((size, i) => {
      const isBought = isBuy(i);
      add(offered, sell[i] ?? 0, isBought ? size / (limit[i] ?? 1) : size);
    });
    isCut = false;
    cut.forEach((size, i) => {
      const paid = HEADROOM * f64(offered, buy[i] ?? 0);
      const most = isBuy(i) ? paid : paid / (limit[i] ?? 1);
      if (!(most < size)) return;
      cut[i] = most;
      isCut = true;
    });
  }
  const tokens = section.tokens.length;
  const tame = Books.from({
    ...{ tokens, sell, buy, amount: cut, limit: Float64Array.from(limit), wallets: wallets.holds },
    bought: of.map((k) => i32(bought, k)),
    wallet: of.map((k) => i32(wallets.of, k)),
    gross: of.map((k) => f64(gross, k)),
  });
  const own = new Map(of.map((k, id) => [k, id]));
  const list = section.books.map((_, k) =>
    tame.bookOfIntent(own.get(k) ?? -1, i32(section.sell, k), i32(section.buy, k), i32(bought, k)),
  );
  return {
    books: tame,
    section: { ...section, tokens: Int32Array.from({ length: tokens }, (_, t) => t), books: list },
  };
}
