import { addressKey, divideUp } from "./arithmetic.ts";
import { boundPart, DUAL_BITS } from "./bound.ts";
import type { Part } from "./parts.ts";
import type { Address, Book, BookIntent, DualPrice, Fill, SolutionValue } from "./types.ts";

/** `referencePrice` is the worth of this many atoms. */
const REFERENCE_UNIT = 10n ** 18n;

/** A part of the book with what was found for it, per token of the part. */
export interface PricedPart {
  readonly part: Part;
  /** Clearing prices; of a part that does not settle, any. */
  readonly prices: readonly bigint[];
  /** Prices of the equilibrium in which everybody may fill in part: what counts where there are no reference prices. */
  readonly equilibrium: readonly bigint[];
}

/**
 * What the fills are worth beyond the signed limits, and the most that they could be worth: at the book's reference prices
 * when every token used has one, else at those of the equilibrium in which everybody may fill in part.
 *
 * @param parts all that could have settled
 */
export function valueOf(
  book: Book,
  parts: readonly PricedPart[],
  tokens: readonly Address[],
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
  const needed = tokens.length > 0 ? tokens.map(addressKey) : parts.flatMap(({ part }) => tradedIn(part));
  const isReferenced = needed.every((token) => references.has(token));
  const { total: mostGained, certificate } = certify(parts, isReferenced ? references : undefined);
  const units = new Map(certificate.map(({ token, unit }) => [token, unit]));
  const total = (amounts: ReadonlyMap<string, bigint>): bigint => {
    const sum = tokens.reduce(
      (acc, token) => acc + (amounts.get(addressKey(token)) ?? 0n) * (units.get(addressKey(token)) ?? 0n),
      0n,
    );
    return isReferenced ? sum / REFERENCE_UNIT : sum;
  };
  const gained = total(surplus);
  const bound = divideUp(mostGained, isReferenced ? REFERENCE_UNIT << DUAL_BITS : 1n << DUAL_BITS);
  return {
    perToken: tokens.map((token) => ({ token, surplus: surplus.get(addressKey(token)) ?? 0n })),
    basis: isReferenced ? "reference" : "equilibrium",
    surplus: gained,
    volume: total(bought),
    bound,
    gap: bound - gained,
    certificate,
  };
}

/** The tokens that intents of the part trade: without those that only pools hold. */
function tradedIn({ tokens, members }: Part): string[] {
  return members.flatMap(({ sell, buy }) => [tokens[sell] ?? "", tokens[buy] ?? ""]);
}

/** Bounds every part at its units. The certificate is ordered by token. */
function certify(
  parts: readonly PricedPart[],
  references: ReadonlyMap<string, bigint> | undefined,
): { total: bigint; certificate: DualPrice[] } {
  let total = 0n;
  const certificate: DualPrice[] = [];
  for (const { part, prices, equilibrium } of parts) {
    const units = references === undefined ? equilibrium : part.tokens.map((token) => references.get(token));
    const guesses = [equilibrium, prices].map((vector) => Float64Array.from(vector, Number));
    const bound = boundPart(part, units, guesses);
    total += bound.total;
    part.tokens.forEach((token, t) => {
      const [unit, dual] = [units[t], bound.duals[t]];
      if (unit !== undefined && dual !== undefined) certificate.push({ token, unit, dual });
    });
  }
  certificate.sort((a, b) => (a.token < b.token ? -1 : 1));
  return { total, certificate };
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
