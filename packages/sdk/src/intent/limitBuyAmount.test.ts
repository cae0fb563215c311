import { expect } from "chai";
import fc from "fast-check";
import { exampleIntent } from "../../test/examples.ts";
import { intentVectors } from "../../test/vectors.ts";
import { fillSurplus, limitBuyAmount } from "./limitBuyAmount.ts";

const max = (1n << 128n) - 1n;

/** Decaying intents with buyAmount <= startBuyAmount and validFrom < decayEnd. */
const decaying = fc
  .record({
    low: fc.bigInt({ min: 1n, max }),
    premium: fc.bigInt({ min: 0n, max }),
    validFrom: fc.integer({ min: 0, max: 0xfffffffe }),
    duration: fc.integer({ min: 1, max: 0xffffffff }),
  })
  .map(({ low, premium, validFrom, duration }) => ({
    ...exampleIntent,
    buyAmount: low,
    startBuyAmount: low + premium > max ? max : low + premium,
    validFrom,
    decayEnd: Math.min(validFrom + duration, 0xffffffff),
  }));

describe("limitBuyAmount", () => {
  for (const { name, at, limit, ...vector } of intentVectors.limits) {
    it(`agrees with the vector "${name}"`, () => {
      const intent = {
        ...exampleIntent,
        ...vector,
        startBuyAmount: BigInt(vector.startBuyAmount),
        buyAmount: BigInt(vector.buyAmount),
      };
      expect(limitBuyAmount(intent, at)).to.equal(BigInt(limit));
    });
  }

  it("is on the line or less than one atom above it", () => {
    fc.assert(
      fc.property(decaying, fc.double({ min: 0, max: 1, noNaN: true }), (intent, share) => {
        const duration = intent.decayEnd - intent.validFrom;
        const passed = Math.min(Math.floor(share * duration), duration);
        const limit = limitBuyAmount(intent, intent.validFrom + passed);
        // (limit - buyAmount) * duration against (startBuyAmount - buyAmount) * (duration - passed), both exact
        const excess =
          (limit - intent.buyAmount) * BigInt(duration) -
          (intent.startBuyAmount - intent.buyAmount) * BigInt(duration - passed);
        expect(excess >= 0n && excess < BigInt(duration)).to.equal(true);
      }),
    );
  });

  it("is buyAmount when the decay takes no time, as on chain", () => {
    const intent = { ...exampleIntent, startBuyAmount: exampleIntent.buyAmount * 2n, validFrom: 100 };
    for (const decayEnd of [99, 100]) {
      for (const at of [0, 99, 100, 101]) {
        expect(limitBuyAmount({ ...intent, decayEnd }, at)).to.equal(intent.buyAmount);
      }
    }
  });

  it("asks before validFrom what it asks at validFrom", () => {
    const intent = {
      ...exampleIntent,
      startBuyAmount: exampleIntent.buyAmount * 2n,
      validFrom: 100,
      decayEnd: 200,
    };
    expect(limitBuyAmount(intent, 0)).to.equal(intent.startBuyAmount);
    expect(limitBuyAmount(intent, 100)).to.equal(intent.startBuyAmount);
  });
});

describe("fillSurplus", () => {
  const intent = { ...exampleIntent, sellAmount: 3n, buyAmount: 10n };

  it("counts buy-token atoms beyond the limit for kind sell", () => {
    // The limit for 2 of 3 sold is 6.67, so 7.
    expect(fillSurplus(intent, { sold: 2n, bought: 9n }, 0)).to.equal(2n);
    expect(fillSurplus(intent, { sold: 3n, bought: 10n }, 0)).to.equal(0n);
    expect(fillSurplus(intent, { sold: 3n, bought: 9n }, 0)).to.equal(-1n);
  });

  it("counts sell-token atoms that were not spent for kind buy", () => {
    const buy = { ...intent, kind: "buy" as const, sellAmount: 30n };
    expect(fillSurplus(buy, { sold: 25n, bought: 10n }, 0)).to.equal(5n);
    // 5 of 10 may cost 15.
    expect(fillSurplus(buy, { sold: 16n, bought: 5n }, 0)).to.equal(-1n);
  });

  it("is not negative exactly when the contract's limit check passes", () => {
    const amount = fc.bigInt({ min: 1n, max: 50n });
    const kind = fc.constantFrom("sell" as const, "buy" as const);
    fc.assert(
      fc.property(amount, amount, amount, amount, kind, (sellAmount, buyAmount, sold, bought, kind) => {
        const surplus = fillSurplus({ ...intent, sellAmount, buyAmount, kind }, { sold, bought }, 0);
        expect(surplus >= 0n).to.equal(bought * sellAmount >= sold * buyAmount);
      }),
    );
  });
});
