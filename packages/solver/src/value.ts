import { addressKey } from "./arithmetic.ts";
import type { Address, Book, BookIntent, Fill, SolutionValue } from "./types.ts";

/** `referencePrice` is the worth of this many atoms. */
const REFERENCE_UNIT = 10n ** 18n;

/**
 * What the fills are worth beyond the signed limits: at the book's reference prices when every token used has one, else
 * at the clearing prices.
 */
export function valueOf(
  book: Book,
  tokens: readonly Address[],
  prices: readonly bigint[],
  fills: readonly Fill[],
  intents: readonly BookIntent[],
): SolutionValue {
  const surplus = new Map<string, bigint>();
  const bought = new Map<string, bigint>();
  fills.forEach((fill, i) => {
    const intent = intents[i];
    if (intent === undefined) return;
    const gainToken = addressKey(intent.kind === "sell" ? intent.buyToken : intent.sellToken);
    surplus.set(gainToken, (surplus.get(gainToken) ?? 0n) + fill.surplus);
    const buyToken = addressKey(intent.buyToken);
    bought.set(buyToken, (bought.get(buyToken) ?? 0n) + fill.bought);
  });

  const references = referencePrices(book);
  const atReference = tokens.map((token) => references.get(addressKey(token)));
  const known = atReference.filter((price) => price !== undefined);
  const units = known.length === tokens.length ? known : prices;
  const total = (amounts: ReadonlyMap<string, bigint>): bigint => {
    const sum = tokens.reduce(
      (acc, token, i) => acc + (amounts.get(addressKey(token)) ?? 0n) * (units[i] ?? 0n),
      0n,
    );
    return units === known ? sum / REFERENCE_UNIT : sum;
  };
  return {
    perToken: tokens.map((token) => ({ token, surplus: surplus.get(addressKey(token)) ?? 0n })),
    basis: units === known ? "reference" : "clearing",
    surplus: total(surplus),
    volume: total(bought),
  };
}

/** The reference price of each token that has one, by address key; the first entry of a token counts. */
export function referencePrices(book: Book): Map<string, bigint> {
  const prices = new Map<string, bigint>();
  for (const { address, referencePrice } of book.tokens) {
    if (referencePrice !== undefined && !prices.has(addressKey(address)))
      prices.set(addressKey(address), referencePrice);
  }
  return prices;
}
