import { addressKey, divideUp } from "./arithmetic.ts";
import { DUAL_BITS, PartBounds } from "./bound.ts";
import type { Part } from "./parts.ts";
import type { Address, Book, DualPrice, Fill, IntentKind, SolutionValue } from "./types.ts";

/** `referencePrice` is the worth of this many atoms. */
const REFERENCE_UNIT = 10n ** 18n;
/** A bound that leaves no more than this share (a power of two) of the surplus is not worth lowering. */
const CLOSE_BITS = 24n;

/** A part of the book with what was found for it, per token of the part. */
export interface PricedPart {
  readonly part: Part;
  /** Clearing prices; of a part that does not settle, any. */
  readonly prices: readonly bigint[];
  /** Prices of the equilibrium in which everybody may fill in part: what counts where there are no reference prices. */
  readonly equilibrium: readonly bigint[];
}

/** A fill with what its value depends on. */
export interface ValuedFill {
  readonly fill: Fill;
  readonly kind: IntentKind;
  readonly sellKey: string;
  readonly buyKey: string;
}

/**
 * What the fills are worth beyond the signed limits, and the most that they could be worth: at the book's reference prices
 * when every token used has one, else at those of the equilibrium in which everybody may fill in part.
 *
 * @param parts all that could have settled
 * @param isOver whether there is no time left for looking for a lower bound than the first one
 */
export function valueOf(
  book: Book,
  parts: readonly PricedPart[],
  tokens: readonly Address[],
  fills: readonly ValuedFill[],
  isOver: () => boolean,
): SolutionValue {
  const surplus = new Map<string, bigint>();
  const bought = new Map<string, bigint>();
  for (const { fill, kind, sellKey, buyKey } of fills) {
    const gainToken = kind === "sell" ? buyKey : sellKey;
    surplus.set(gainToken, (surplus.get(gainToken) ?? 0n) + fill.surplus);
    bought.set(buyKey, (bought.get(buyKey) ?? 0n) + fill.bought);
  }

  const references = referencePrices(book);
  const needed = tokens.length > 0 ? tokens.map(addressKey) : parts.flatMap(({ part }) => tradedIn(part));
  const isReferenced = needed.every((token) => references.has(token));
  const units = new Map<string, bigint>();
  for (const { part, equilibrium } of parts) {
    part.tokens.forEach((token, t) => {
      const unit = isReferenced ? references.get(token) : equilibrium[t];
      if (unit !== undefined) units.set(token, unit);
    });
  }
  const total = (amounts: ReadonlyMap<string, bigint>): bigint =>
    tokens.reduce(
      (acc, token) => acc + (amounts.get(addressKey(token)) ?? 0n) * (units.get(addressKey(token)) ?? 0n),
      0n,
    );
  const gained = total(surplus);
  const { total: mostGained, certificate } = certify(parts, units, gained << DUAL_BITS, isOver);
  const scale = isReferenced ? REFERENCE_UNIT : 1n;
  const bound = divideUp(mostGained, scale << DUAL_BITS);
  return {
    perToken: tokens.map((token) => ({ token, surplus: surplus.get(addressKey(token)) ?? 0n })),
    basis: isReferenced ? "reference" : "equilibrium",
    surplus: gained / scale,
    volume: total(bought) / scale,
    bound,
    gap: bound - gained / scale,
    certificate,
  };
}

/** The tokens that intents of the part trade: without those that only pools hold. */
function tradedIn({ tokens, members }: Part): string[] {
  return members.flatMap(({ sell, buy }) => [tokens[sell] ?? "", tokens[buy] ?? ""]);
}

/**
 * Bounds every part, with its units as dual prices where that leaves hardly a gap, or where the time is over, and else with lower
 * ones. The certificate is ordered by token.
 */
function certify(
  parts: readonly PricedPart[],
  unitOf: ReadonlyMap<string, bigint>,
  gained: bigint,
  isOver: () => boolean,
): { total: bigint; certificate: DualPrice[] } {
  let total = 0n;
  const bounded = parts.map(({ part, prices, equilibrium }) => {
    const units = part.tokens.map((token) => unitOf.get(token));
    const bounds = new PartBounds(part, units);
    const first = bounds.atUnits();
    total += first.total;
    return { part, units, bounds, first, guesses: [equilibrium, prices] };
  });
  const isClose = total - gained <= gained >> CLOSE_BITS;
  total = 0n;
  const certificate: DualPrice[] = [];
  for (const { part, units, bounds, first, guesses } of bounded) {
    const vectors = guesses.map((vector) => Float64Array.from(vector, Number));
    const bound = isClose || isOver() ? first : bounds.lower(first, vectors);
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
