/** Solutions of a window that are wrong in one place. */
import type { SealedOutcome, SealedPrice } from "@walras/solver";
import type { Random } from "./Random.ts";

/** The least mantissa of a price. */
export const priceBits = 1n << 95n;

/** The solution with one thing changed: most such changes make it none. */
export function bend({ prices, marginal }: SealedOutcome, random: Random, ids: number[]): SealedOutcome {
  const at = random.index(prices.length);
  const price = (change: (price: SealedPrice) => SealedPrice): SealedOutcome => ({
    marginal,
    prices: prices.map((each, t) => (t === at ? change(each) : each)),
  });
  switch (random.index(6)) {
    case 0:
      return price(({ mantissa, exponent }) => ({ mantissa, exponent: exponent - 1 - random.index(200) }));
    case 1:
      return price(({ mantissa, exponent }) => ({ mantissa, exponent: exponent + 1 + random.index(200) }));
    case 2:
      return price(({ mantissa, exponent }) => {
        const more = mantissa + (mantissa >> BigInt(4 + random.index(20)));
        return more >> 96n === 0n ? { mantissa: more, exponent } : { mantissa: priceBits, exponent };
      });
    case 3:
      return { prices, marginal: marginal.slice(1) };
    case 4: {
      const id = random.pick(ids);
      const others = marginal.filter((each) => each.id !== id);
      return {
        prices,
        marginal: [...others, { id, executed: random.amount(10n ** 20n) }].sort((a, b) => a.id - b.id),
      };
    }
    default:
      return {
        prices,
        marginal: marginal.map(({ id, executed }) => ({ id, executed: executed + random.below(3n) - 1n })),
      };
  }
}
