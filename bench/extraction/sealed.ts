/**
 * What a greedy keeper can take in the sealed lane. It owns some of the orders, placed before the seal like anybody's, and
 * clears the window; it may choose any prices and any marginal amounts that the auction accepts. It bends prices up and down within the
 * tolerances, serves its own orders first where the band leaves a choice, and keeps what brings it most.
 */
import { guidesOf } from "../../packages/solver/src/sealed/guides.ts";
import { Amounts } from "../../packages/solver/src/sealed/amounts.ts";
import { marketOf } from "../../packages/solver/src/sealed/market.ts";
import { sealedPrice } from "../../packages/solver/src/sealed/normalise.ts";
import { repair } from "../../packages/solver/src/sealed/repair.ts";
import {
  type SealedBook,
  type SealedOutcome,
  type SealedVerdict,
  verifySealed,
} from "../../packages/solver/src/index.ts";
import { wealthOf, type Worth } from "./valuation.ts";

/** Every so many orders are the keeper's own. */
export const OWN_EVERY = 5;
/** Bends that are tried, and the widest and the narrowest, as powers of two. */
const TRIES = 150;
const WIDEST = 12;
const NARROWEST = 24;

/** The most that the keeper gains beyond the plain solution, in units of worth, and how many bends the auction accepted. */
export function takeSealed(
  book: SealedBook,
  plain: SealedVerdict,
  worth: Worth,
  uniform: () => number,
): { readonly gain: number; readonly accepted: number } {
  const market = marketOf(book);
  const [guide] = guidesOf(market);
  if (guide === undefined) return { gain: 0, accepted: 0 };
  const isOwn = (position: number): boolean => position % OWN_EVERY === 0;
  const before = wealthOf(book, plain, worth, isOwn);
  const own = new Set(book.orders.filter((_, i) => isOwn(i)).map(({ id }) => id));
  let bend = guide.price.map(() => 1);
  let gain = 0;
  let accepted = 0;
  for (let i = 0; i < TRIES; i++) {
    const width = 2 ** -(WIDEST + (NARROWEST - WIDEST) * uniform());
    const next = bend.map((factor) =>
      uniform() < 0.5 ? factor : factor * (1 + width * (2 * uniform() - 1)),
    );
    const prices = Array.from(guide.price, (price, t) =>
      sealedPrice(price * (next[t] ?? 1), guide.level[t] ?? 0),
    );
    const amounts = new Amounts(book, market, prices, guide);
    if (i % 2 === 0) serveFirst(amounts, own);
    repair(amounts);
    const outcome: SealedOutcome = { prices, marginal: amounts.marginal() };
    const verdict = verifySealed(book, outcome);
    if (verdict.violations.length > 0) continue;
    accepted++;
    const more = wealthOf(book, verdict, worth, isOwn) - before;
    if (!(more > gain)) continue;
    gain = more;
    bend = next;
  }
  return { gain, accepted };
}

/** Lets the keeper's own orders in the band execute whole, before the others make room for them. */
function serveFirst(amounts: Amounts, own: ReadonlySet<number>): void {
  for (const { traders } of amounts.lanes)
    for (const trader of traders)
      if (own.has(trader.order.id) && trader.standing === "band") amounts.set(trader, trader.order.amount);
}
