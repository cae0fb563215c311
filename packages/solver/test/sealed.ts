/** Books of sealed windows for tests and the bench. */
import type { SealedBook, SealedOrder } from "../src/sealed/types.ts";
import { type Family, makeFamily } from "./families.ts";

const MOST = (1n << 112n) - 1n;

/** The order with amounts cut to what the auction accepts, its limit kept as well as they allow. */
export function sealedOrder(
  id: number,
  sellToken: number,
  buyToken: number,
  amount: number,
  limit: number,
  minimum = 1n << 20n,
): SealedOrder {
  const bounded = (value: number): bigint => {
    const atoms = value < 2 ** 111 ? BigInt(Math.round(value)) : MOST;
    return atoms < minimum ? minimum : atoms > MOST ? MOST : atoms;
  };
  return { id, sellToken, buyToken, amount: bounded(amount), asked: bounded(amount * limit) };
}

/** A family of the solver's tests as a window: amounts raised so that none is below the minimums. */
export function sealedFamily(family: Family, tokens: number, count: number, seed: number): SealedBook {
  const { sell, buy, amount, limit } = makeFamily(family, tokens, count, seed);
  let least = Infinity;
  amount.forEach((value, i) => {
    least = Math.min(least, value, value * (limit[i] ?? 1));
  });
  // Families that span more than the auction's range keep their upper end, and the rest is cut to the minimum.
  let most = 0;
  amount.forEach((value, i) => {
    most = Math.max(most, value, value * (limit[i] ?? 1));
  });
  const scale = Math.min(2 ** 21 / least, 2 ** 111 / most);
  const orders = Array.from(amount, (value, id) =>
    sealedOrder(id, sell[id] ?? 0, buy[id] ?? 1, value * scale, limit[id] ?? 1),
  );
  return { minimums: new Array<bigint>(tokens).fill(1n << 20n), orders };
}
