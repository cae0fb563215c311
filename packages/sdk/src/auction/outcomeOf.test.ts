import { expect } from "chai";
import fc from "fast-check";
import { codeOf } from "../../test/examples.ts";
import type { AuctionPrice, OrderTerms } from "./Auction.ts";
import { orderBand, outcomeOf, type ClearedToken } from "./outcomeOf.ts";
import { decodePrice, encodePrice } from "./price.ts";

const one: AuctionPrice = { mantissa: 1n << 95n, exponent: 1000 };
const order = (amount: bigint, asked: bigint): OrderTerms => ({ amount, asked, sellToken: 0, buyToken: 1 });
const cleared = (price: AuctionPrice, bonus = 0n): ClearedToken => ({ price, bonus });

const amounts = fc.bigInt({ min: 1n << 16n, max: (1n << 112n) - 1n });
const anyPrice = fc.record({
  mantissa: fc.bigInt({ min: 1n << 95n, max: (1n << 96n) - 1n }),
  exponent: fc.oneof(fc.integer({ min: 900, max: 1100 }), fc.integer({ min: 0, max: 0xffffffff })),
});

describe("prices", () => {
  it("are written as exponent and mantissa in one word, and read back", () => {
    expect(encodePrice({ mantissa: (1n << 95n) + 5n, exponent: 3 })).to.equal((3n << 96n) | (1n << 95n) | 5n);
    fc.assert(
      fc.property(anyPrice, (price) => {
        expect(decodePrice(encodePrice(price))).to.deep.equal(price);
      }),
    );
  });

  it("are normalised, and their exponents fit 32 bits", () => {
    for (const mantissa of [0n, (1n << 95n) - 1n, 1n << 96n, -1n]) {
      expect(codeOf(() => encodePrice({ mantissa, exponent: 0 }))).to.equal("InvalidPrice");
    }
    for (const exponent of [-1, 1.5, 2 ** 32]) {
      expect(codeOf(() => encodePrice({ ...one, exponent }))).to.equal("InvalidPrice");
    }
    expect(codeOf(() => decodePrice(1n << 128n))).to.equal("InvalidPrice");
    expect(codeOf(() => decodePrice(5n))).to.equal("InvalidPrice");
  });
});

describe("orderBand", () => {
  it("puts an order in the money from its limit price and 2^-16 of it, and out of it below 2^-30 under it", () => {
    const asked = 1n << 40n;
    const at = (amount: bigint) => orderBand(order(amount, asked), one, one);
    expect(at(asked + (asked >> 16n))).to.equal("inTheMoney");
    expect(at(asked + (asked >> 16n) - 1n)).to.equal("atTheLimit");
    expect(at(asked - (asked >> 30n))).to.equal("atTheLimit");
    expect(at(asked - (asked >> 30n) - 1n)).to.equal("outOfTheMoney");
  });

  it("compares across any difference of exponents, in both directions", () => {
    const shifted = (by: number) => ({ ...one, exponent: one.exponent + by });
    for (const by of [1, 40, 90, 255, 256, 300, 5000]) {
      const expected = by > 110 ? "outOfTheMoney" : "atTheLimit";
      const asked = by > 110 ? 1n << 16n : 1n << 16n;
      const amount = by > 110 ? (1n << 112n) - 1n : asked << BigInt(by);
      if (amount < 1n << 112n) expect(orderBand(order(amount, asked), one, shifted(by))).to.equal(expected);
      expect(orderBand(order(1n << 111n, 1n << 16n), shifted(by), one)).to.equal("inTheMoney");
    }
  });

  it("is what plain fractions say", () => {
    fc.assert(
      fc.property(amounts, amounts, anyPrice, anyPrice, (amount, asked, sell, buy) => {
        fc.pre(Math.abs(sell.exponent - buy.exponent) < 300);
        const least = BigInt(Math.min(sell.exponent, buy.exponent));
        const value = ({ mantissa, exponent }: AuctionPrice) => mantissa << (BigInt(exponent) - least);
        const have = amount * value(sell);
        const unit = value(buy) / buy.mantissa;
        const need = asked * buy.mantissa;
        const band = orderBand(order(amount, asked), sell, buy);
        if (have >= (need + need / 65536n) * unit) expect(band).to.equal("inTheMoney");
        else if (have < (need - need / (1n << 30n)) * unit) expect(band).to.equal("outOfTheMoney");
        else expect(band).to.equal("atTheLimit");
      }),
    );
  });
});

describe("outcomeOf", () => {
  const cheap = order(1_000_000n, 500_000n);

  it("executes an order in the money whole, at the price less 2^-20", () => {
    expect(outcomeOf(cheap, cleared(one), cleared(one), null)).to.deep.equal({
      band: "inTheMoney",
      executed: 1_000_000n,
      // 1,000,000 less a little under one atom, rounded down.
      bought: 999_999n,
      bonus: 0n,
      rest: 0n,
    });
  });

  it("takes 2^-20 off, to the atom, where that is many atoms", () => {
    const large = order(1n << 60n, 1n << 40n);
    const { bought } = outcomeOf(large, cleared(one), cleared(one), null);
    expect(bought).to.equal((1n << 60n) - (1n << 40n));
  });

  it("adds the part of what is over", () => {
    const bonus = (1n << 96n) / 100n;
    expect(outcomeOf(cheap, cleared(one), cleared(one, bonus), null).bonus).to.equal(9_999n);
  });

  it("executes an order at its limit as far as was stated, and not below its limit", () => {
    const exact = order(1_000_000n, 1_000_000n);
    expect(outcomeOf(exact, cleared(one), cleared(one), null)).to.include({
      band: "atTheLimit",
      executed: 0n,
    });
    expect(outcomeOf(exact, cleared(one), cleared(one), 333_333n)).to.deep.equal({
      band: "atTheLimit",
      executed: 333_333n,
      bought: 333_333n,
      bonus: 0n,
      rest: 666_667n,
    });
    expect(outcomeOf(order(1_000_000n, 999_999n), cleared(one), cleared(one), 1n).bought).to.equal(1n);
  });

  it("takes the stated amount for an order in the money too, where rounding left some out", () => {
    expect(outcomeOf(cheap, cleared(one), cleared(one), 999_990n)).to.include({
      executed: 999_990n,
      rest: 10n,
    });
  });

  it("takes an amount of 0 for none that was stated", () => {
    for (const stated of [null, 0n]) {
      expect(outcomeOf(cheap, cleared(one), cleared(one), stated).executed).to.equal(1_000_000n);
      const exact = order(1_000_000n, 1_000_000n);
      expect(outcomeOf(exact, cleared(one), cleared(one), stated).executed).to.equal(0n);
    }
  });

  it("executes nothing out of the money, or of tokens that did not trade", () => {
    const dear = order(1_000_000n, 2_000_000n);
    const nothing = { band: "outOfTheMoney", executed: 0n, bought: 0n, bonus: 0n, rest: 1_000_000n };
    expect(outcomeOf(dear, cleared(one), cleared(one), null)).to.deep.equal(nothing);
    expect(outcomeOf(dear, cleared(one), cleared(one), 5n)).to.deep.equal(nothing);
    expect(outcomeOf(cheap, null, cleared(one), null)).to.deep.equal(nothing);
    expect(outcomeOf(cheap, cleared(one), null, null)).to.deep.equal(nothing);
  });

  it("never gives less than the limit, whatever the prices", () => {
    fc.assert(
      fc.property(amounts, amounts, anyPrice, anyPrice, amounts, (amount, asked, sell, buy, part) => {
        const terms = order(amount, asked);
        const stated = orderBand(terms, sell, buy) === "atTheLimit" ? 1n + (part % amount) : null;
        const { executed, bought } = outcomeOf(terms, cleared(sell), cleared(buy), stated);
        expect(bought * amount >= executed * asked).to.equal(true);
      }),
    );
  });
});
