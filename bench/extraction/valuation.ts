/** What amounts are worth at the equilibrium prices of a window, and what its orders gain by trading. */
import type { SealedBook, SealedPrice, SealedVerdict } from "../../packages/solver/src/index.ts";

/** Worth of one atom of each token, on a common scale. */
export type Worth = readonly number[];

/** The prices as numbers, the dearest token that trades at 1; tokens that do not trade are left out (0). */
export function worthOf(prices: readonly SealedPrice[], sold: readonly bigint[]): Worth {
  const traded = prices.filter((_, t) => (sold[t] ?? 0n) > 0n);
  const top = Math.max(...traded.map(({ exponent }) => exponent));
  return prices.map(({ mantissa, exponent }, t) =>
    (sold[t] ?? 0n) > 0n ? Number(mantissa) * 2 ** (exponent - top - 96) : 0,
  );
}

/** What all orders together gain beyond their limits, at these prices: the most that any trades could bring. */
export function gainsOf(book: SealedBook, worth: Worth): number {
  return book.orders.reduce((sum, order) => sum + Math.max(0, gainAtLimit(order, worth)), 0);
}

/** What somebody gains who takes an order whole, at its limit. */
export function gainAtLimit(
  { sellToken, buyToken, amount, asked }: SealedBook["orders"][number],
  worth: Worth,
): number {
  const [sell, buy] = [worth[sellToken] ?? 0, worth[buyToken] ?? 0];
  return sell > 0 && buy > 0 ? Number(amount) * sell - Number(asked) * buy : 0;
}

/** What some orders have gained, at these prices: bought less sold. */
export function wealthOf(
  book: SealedBook,
  verdict: SealedVerdict,
  worth: Worth,
  isOwn: (position: number) => boolean,
): number {
  return book.orders.reduce((sum, { sellToken, buyToken }, i) => {
    const result = verdict.results[i];
    if (!isOwn(i) || result === undefined) return sum;
    const got = Number(result.bought) * (worth[buyToken] ?? 0);
    return sum + got - Number(result.executed) * (worth[sellToken] ?? 0);
  }, 0);
}
