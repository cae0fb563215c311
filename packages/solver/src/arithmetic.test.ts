import { expect } from "chai";
import fc from "fast-check";
import { buys, sells } from "../test/support.ts";
import { amountsOf, divideUp, keepsLimit, surplusOf } from "./arithmetic.ts";

const amount = fc.bigInt({ min: 1n, max: 2n ** 128n - 1n });
const price = fc.bigInt({ min: 1n, max: 2n ** 128n - 1n });

describe("amountsOf", () => {
  it("rounds what a sell buys down and what a buy costs up", () => {
    const third = { sell: 1n, buy: 3n };

    expect(amountsOf(sells("a", 100n, "X", 1n, "Y"), 10n, third)).to.deep.equal({
      sold: 10n,
      bought: 3n,
      fee: 0n,
    });
    expect(amountsOf(buys("b", 100n, "Y", 400n, "X"), 10n, third)).to.deep.equal({
      sold: 30n,
      bought: 10n,
      fee: 0n,
    });
    expect(amountsOf(buys("b", 100n, "Y", 400n, "X"), 10n, { sell: 3n, buy: 1n }).sold).to.equal(4n);
  });

  it("takes the fee out of what a sell sells, and adds it to what a buy sells", () => {
    const par = { sell: 1n, buy: 1n };

    expect(amountsOf(sells("a", 100n, "X", 1n, "Y", { maxFee: 9n, fee: 9n }), 50n, par)).to.deep.equal({
      sold: 50n,
      bought: 46n,
      fee: 4n,
    });
    expect(amountsOf(buys("b", 100n, "Y", 200n, "X", { maxFee: 9n, fee: 5n }), 50n, par)).to.deep.equal({
      sold: 52n,
      bought: 50n,
      fee: 2n,
    });
  });

  it("lowers the fee of a cheap buy to the cap in proportion to what is sold", () => {
    const cheap = amountsOf(buys("b", 100n, "Y", 1000n, "X", { maxFee: 100n, fee: 100n }), 100n, {
      sell: 1n,
      buy: 1n,
    });

    expect(cheap).to.deep.equal({ sold: 111n, bought: 100n, fee: 11n });
  });

  it("keeps the fee within the cap for all amounts, kinds and prices", () => {
    fc.assert(
      fc.property(
        amount,
        amount,
        fc.boolean(),
        price,
        price,
        fc.nat(1000),
        fc.nat(1000),
        (sell, buy, isBuy, ps, pb, cap, part) => {
          const maxFee = (sell * BigInt(cap)) / 1000n;
          const make = isBuy
            ? buys("i", buy, "Y", sell, "X", { maxFee, fee: maxFee })
            : sells("i", sell, "X", buy, "Y", { maxFee, fee: maxFee });
          const executed = divideUp((isBuy ? buy : sell) * BigInt(part + 1), 1001n);
          const { sold, fee } = amountsOf(make, executed, { sell: ps, buy: pb });
          expect(fee * sell <= maxFee * sold).to.equal(true);
        },
      ),
      { seed: 1, numRuns: 1000 },
    );
  });
});

describe("keepsLimit and surplusOf", () => {
  it("agree: a surplus is not negative exactly when the limit is kept", () => {
    fc.assert(
      fc.property(amount, amount, amount, amount, fc.boolean(), (sell, buy, sold, bought, isBuy) => {
        const intent = isBuy ? buys("i", buy, "Y", sell, "X") : sells("i", sell, "X", buy, "Y");
        const amounts = { sold, bought, fee: 0n };
        expect(surplusOf(intent, amounts) >= 0n).to.equal(keepsLimit(intent, amounts));
      }),
      { seed: 2, numRuns: 1000 },
    );
  });
});
