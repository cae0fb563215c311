import { Amounts } from "./amounts.ts";
import { guidesOf } from "./guides.ts";
import { marketOf } from "./market.ts";
import { sealedPrice } from "./normalise.ts";
import { repair } from "./repair.ts";
import { fillTies } from "./ties.ts";
import type { SealedBook, SealedCertificate, SealedMethod, SealedOutcome, SealedSolution } from "./types.ts";
import { type SealedVerdict, verifySealed } from "./verify.ts";

/** No outcome was found that the auction accepts. */
export class SealedError extends Error {
  override readonly name = "SealedError";
  readonly code: "no-outcome" | "bad-book";

  constructor(code: SealedError["code"], message: string) {
    super(message);
    this.code = code;
  }
}

/** Bits of the amounts that the auction accepts. */
const AMOUNT_BITS = 112n;

/**
 * The outcome of a sealed window: prices at which everybody who beats them trades in full, and nobody else trades, but for
 * the band round each limit. Of the complete set, exact to the atom, and checked by {@link verifySealed} before it is
 * returned. Everything that the book leaves open is decided by limits and amounts first, so permuting the placements changes nothing but who of
 * equal orders is executed.
 *
 * @throws SealedError "bad-book" where the auction would never hold such a book; "no-outcome" where none is found
 */
export function solveSealed(book: SealedBook): SealedSolution {
  checkBook(book);
  const market = marketOf(book);
  const refused: string[] = [];
  for (const guide of guidesOf(market)) {
    const prices = Array.from(guide.price, (price, t) => sealedPrice(price, guide.level[t] ?? 0));
    const amounts = new Amounts(book, market, prices, guide);
    fillTies(amounts, guide);
    repair(amounts);
    const outcome: SealedOutcome = { prices, marginal: amounts.marginal() };
    const verdict = verifySealed(book, outcome);
    if (verdict.violations.length === 0) {
      const certificate = certificateOf(book, verdict, guide.method);
      return { ...outcome, nothingToTrade: certificate.full + certificate.partial === 0, certificate };
    }
    refused.push(`${guide.method}: ${verdict.violations.map(({ message }) => message).join(" ")}`);
  }
  throw new SealedError("no-outcome", `No outcome is acceptable. ${refused.join(" ")}`);
}

function certificateOf(book: SealedBook, verdict: SealedVerdict, method: SealedMethod): SealedCertificate {
  let [full, partial, idle] = [0, 0, 0];
  verdict.results.forEach(({ executed }, i) => {
    if (executed === 0n) idle++;
    else if (executed === book.orders[i]?.amount) full++;
    else partial++;
  });
  return { method, sold: verdict.sold, bought: verdict.bought, full, partial, idle, short: verdict.short };
}

function checkBook({ minimums, orders }: SealedBook): void {
  let last = -1;
  for (const { id, sellToken, buyToken, amount, asked } of orders) {
    if (!(id > last)) throw new SealedError("bad-book", `Order ${id} stands after ${last}: ids ascend.`);
    last = id;
    const least = [minimums[sellToken], minimums[buyToken]];
    [amount, asked].forEach((value, i) => {
      const minimum = least[i];
      if (minimum === undefined || sellToken === buyToken)
        throw new SealedError("bad-book", `Order ${id} names tokens ${sellToken} and ${buyToken}.`);
      if (value < minimum || value < 1n || value >> AMOUNT_BITS > 0n)
        throw new SealedError("bad-book", `Order ${id} has an amount out of range: ${value}.`);
    });
  }
}
