import { expect } from "chai";
import fc from "fast-check";
import { sealedOrder } from "../../test/sealed.ts";
import { bonusOf, boughtOf, packPrice, reaches, standingOf, unpackPrice, withBonus } from "./auctionMath.ts";
import { sealedPrice } from "./normalise.ts";
import { solveSealed } from "./solve.ts";
import type { MarginalAmount, SealedBook, SealedOutcome } from "./types.ts";
import { verifySealed } from "./verify.ts";

const MINIMUM = 1n << 20n;
/** Order 0 sells all, order 2 part of what it offers, order 3 nothing. */
const BOOK: SealedBook = {
  minimums: [MINIMUM, MINIMUM, MINIMUM],
  orders: [
    sealedOrder(0, 0, 1, 1e18, 10),
    sealedOrder(1, 1, 0, 6e18, 1 / 15),
    sealedOrder(2, 1, 0, 1.3e19, 1 / 13),
    sealedOrder(3, 1, 0, 1e18, 1 / 9),
    sealedOrder(4, 2, 0, 1e18, 1e6),
  ],
};

function codes(outcome: SealedOutcome, book = BOOK): string[] {
  return [...new Set(verifySealed(book, outcome).violations.map(({ code }) => code))];
}

describe("verifySealed", () => {
  const good = solveSealed(BOOK);

  function withMarginal(change: (marginal: readonly MarginalAmount[]) => MarginalAmount[]): SealedOutcome {
    return { prices: good.prices, marginal: change(good.marginal) };
  }

  it("accepts the equilibrium, and says what everybody gets", () => {
    const { violations, results, sold, bought, bonus } = verifySealed(BOOK, good);
    expect(violations).to.deep.equal([]);
    expect(good.marginal.map(({ id }) => id)).to.deep.equal([2]);
    expect(results[0]!.executed).to.equal(BOOK.orders[0]!.amount);
    expect(results[3]).to.deep.equal({ id: 3, executed: 0n, bought: 0n });
    for (const token of [0, 1]) {
      expect(sold[token]! >= bought[token]!).to.equal(true);
      const paid = BOOK.orders.reduce(
        (sum, { buyToken }, i) => sum + (buyToken === token ? results[i]!.bought : 0n),
        0n,
      );
      // All that is sold is paid out, but for less than an atom per order.
      expect(sold[token]! - paid >= 0n && sold[token]! - paid < 5n).to.equal(true);
    }
    expect(bonus[2]).to.equal(0n);
  });

  it("never pays less than the limit, whatever the marginal amount is", () => {
    fc.assert(
      fc.property(fc.bigInt(1n, good.marginal[0]!.executed), (executed) => {
        const { results } = verifySealed(
          BOOK,
          withMarginal(() => [{ id: 2, executed }]),
        );
        const { amount, asked } = BOOK.orders[2]!;
        expect(results[2]!.bought * amount >= executed * asked).to.equal(true);
      }),
    );
  });

  it("refuses prices that are missing or not normalised", () => {
    const { prices, marginal } = good;
    expect(codes({ prices: prices.slice(1), marginal })).to.deep.equal(["price"]);
    const low = { ...prices[0]!, mantissa: prices[0]!.mantissa >> 1n };
    expect(codes({ prices: [low, ...prices.slice(1)], marginal })).to.deep.equal(["price"]);
    const far = { ...prices[0]!, exponent: 2 ** 32 };
    expect(codes({ prices: [far, ...prices.slice(1)], marginal })).to.deep.equal(["price"]);
  });

  it("refuses marginal amounts out of place", () => {
    const one = { id: 2, executed: 1n };
    expect(codes(withMarginal(() => [one, one]))).to.deep.equal(["marginal-id"]);
    expect(codes(withMarginal(() => [{ id: 9, executed: 1n }]))).to.deep.equal(["marginal-id"]);
    expect(codes(withMarginal(() => [{ id: 2, executed: 0n }]))).to.include("marginal-amount");
    const more = BOOK.orders[2]!.amount + 1n;
    expect(codes(withMarginal(() => [{ id: 2, executed: more }]))).to.include("marginal-amount");
    expect(codes(withMarginal((list) => [...list, { id: 3, executed: 1n }]))).to.deep.equal([
      "out-of-the-money",
    ]);
  });

  it("lets an order in the money be short of a thousandth of the minimum, and no more", () => {
    const { amount } = BOOK.orders[0]!;
    const [marginal] = good.marginal;
    const short = (by: bigint): SealedOutcome =>
      withMarginal(() => [
        { id: 0, executed: amount - by },
        { id: 2, executed: marginal!.executed - 20n * by },
      ]);
    expect(verifySealed(BOOK, short(MINIMUM >> 10n)).short).to.equal(1);
    expect(codes(short(MINIMUM >> 10n))).to.deep.equal([]);
    expect(codes(short((MINIMUM >> 10n) + 1n))).to.include("marginal-amount");
    expect(codes(short(0n))).to.include("marginal-amount");
  });

  it("refuses what leaves an order in the money out, by whatever prices", () => {
    expect(codes(withMarginal(() => []))).to.deep.equal(["overdrawn"]);
    const cheap = { ...good.prices[0]!, exponent: good.prices[0]!.exponent - 1 };
    expect(codes({ prices: [cheap, ...good.prices.slice(1)], marginal: [] })).to.not.deep.equal([]);
    const dear = { ...good.prices[2]!, exponent: good.prices[2]!.exponent + 60 };
    expect(codes({ ...good, prices: [...good.prices.slice(0, 2), dear] })).to.include("stranded");
    const absurd = { ...good.prices[2]!, exponent: good.prices[2]!.exponent + 600 };
    expect(codes({ ...good, prices: [...good.prices.slice(0, 2), absurd] })).to.include("overflow");
  });
});

describe("the auction's arithmetic", () => {
  const price = fc.record({
    mantissa: fc.bigInt(1n << 95n, (1n << 96n) - 1n),
    exponent: fc.integer({ min: 1000, max: 1300 }),
  });
  const amount = fc.bigInt(1024n, (1n << 112n) - 1n);

  it("compares as exact fractions do", () => {
    fc.assert(
      fc.property(amount, amount, price, price, (a, b, p, q) => {
        const order = { id: 0, sellToken: 0, buyToken: 1, amount: a, asked: b };
        const have = a * p.mantissa * 2n ** BigInt(p.exponent);
        const unit = 2n ** BigInt(q.exponent);
        const need = b * q.mantissa;
        const isIn = have >= (need + need / 65536n) * unit;
        const isOut = have < (need - need / 2n ** 30n) * unit;
        expect(standingOf(order, p, q)).to.equal(isIn ? "in" : isOut ? "out" : "band");
        expect(reaches(a, 2000, b)).to.equal(true);
        expect(reaches(a, -2000, b)).to.equal(false);
      }),
    );
  });

  it("owes the price less a millionth, and the limit at least", () => {
    fc.assert(
      fc.property(
        amount,
        amount,
        price,
        price,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (a, b, p, q, share) => {
          const order = { id: 0, sellToken: 0, buyToken: 1, amount: a, asked: b };
          const executed = 1n + ((a - 1n) * BigInt(Math.floor(share * 1e6))) / 1_000_000n;
          const value = executed * p.mantissa;
          const atPrice =
            ((value - value / 2n ** 20n) * 2n ** BigInt(p.exponent)) /
            (q.mantissa * 2n ** BigInt(q.exponent));
          const atLimit = (executed * b) / a + ((executed * b) % a === 0n ? 0n : 1n);
          expect(boughtOf(order, executed, p, q)).to.equal(atPrice > atLimit ? atPrice : atLimit);
        },
      ),
    );
  });

  it("never pays out more than is sold", () => {
    fc.assert(
      fc.property(fc.array(amount, { minLength: 1, maxLength: 9 }), amount, (parts, over) => {
        const bought = parts.reduce((sum, part) => sum + part, 0n);
        const bonus = bonusOf(bought + over, bought);
        const paid = parts.reduce((sum, part) => sum + withBonus(part, bonus), 0n);
        expect(paid <= bought + over).to.equal(true);
      }),
    );
  });

  it("writes prices as words and back, and doubles as prices without loss", () => {
    fc.assert(
      fc.property(
        price,
        fc.double({ min: 1e-300, max: 1e300, noNaN: true }),
        fc.integer({ min: -9000, max: 9000 }),
        (p, value, level) => {
          expect(unpackPrice(packPrice(p))).to.deep.equal(p);
          const { mantissa, exponent } = sealedPrice(value, level);
          expect(mantissa >> 95n).to.equal(1n);
          const power = exponent + 95 - 2 ** 31 - level;
          expect((Number(mantissa) / 2 ** 95) * 2 ** power).to.equal(value);
        },
      ),
    );
  });
});
