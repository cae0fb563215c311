import { expect } from "chai";
import fc from "fast-check";
import { codeOf } from "../../test/examples.ts";
import { fillVectors } from "../../test/vectors.ts";
import { computeFill } from "./computeFill.ts";

const max = (1n << 128n) - 1n;
const sell = { kind: "sell" as const };
const buy = { kind: "buy" as const };
const even = { sell: 1n, buy: 1n };

describe("computeFill", () => {
  for (const vector of fillVectors.rounding) {
    it(`agrees with the vector "${vector.name}"`, () => {
      const prices = { sell: BigInt(vector.sellPrice), buy: BigInt(vector.buyPrice) };
      const terms = { prices, executed: BigInt(vector.executed), fee: BigInt(vector.fee) };
      const { sold, bought } = computeFill({ kind: vector.kind }, terms);
      expect({ sold, bought }).to.deep.equal({ sold: BigInt(vector.sold), bought: BigInt(vector.bought) });
    });
  }

  it("rounds for the side that is not exact, by less than an atom", () => {
    const amount = fc.bigInt({ min: 0n, max: 1n << 64n });
    const price = fc.bigInt({ min: 1n, max: 1n << 64n });
    fc.assert(
      fc.property(amount, price, price, (executed, sellPrice, buyPrice) => {
        const terms = { prices: { sell: sellPrice, buy: buyPrice }, executed };
        const { bought } = computeFill(sell, terms);
        expect(bought * buyPrice <= executed * sellPrice).to.equal(true);
        expect((bought + 1n) * buyPrice > executed * sellPrice).to.equal(true);
        const { sold } = computeFill(buy, terms);
        expect(sold * sellPrice >= executed * buyPrice).to.equal(true);
        expect(sold === 0n || (sold - 1n) * sellPrice < executed * buyPrice).to.equal(true);
      }),
    );
  });

  it("refuses a price of 0", () => {
    expect(codeOf(() => computeFill(sell, { prices: { sell: 0n, buy: 1n }, executed: 1n }))).to.equal(
      "InvalidFill",
    );
    expect(codeOf(() => computeFill(sell, { prices: { sell: 1n, buy: 0n }, executed: 1n }))).to.equal(
      "InvalidFill",
    );
  });

  it("refuses a fee above what is sold", () => {
    expect(codeOf(() => computeFill(sell, { prices: even, executed: 1n, fee: 2n }))).to.equal("InvalidFill");
    expect(computeFill(buy, { prices: even, executed: 1n, fee: 2n }).sold).to.equal(3n);
  });

  it("refuses what does not fit 128 bits, as the contract does", () => {
    const dear = { sell: 2n, buy: 1n };
    expect(codeOf(() => computeFill(sell, { prices: dear, executed: max }))).to.equal("InvalidFill");
    expect(codeOf(() => computeFill(buy, { prices: { sell: 1n, buy: 2n }, executed: max }))).to.equal(
      "InvalidFill",
    );
    expect(codeOf(() => computeFill(buy, { prices: even, executed: max, fee: 1n }))).to.equal("InvalidFill");
    expect(codeOf(() => computeFill(sell, { prices: even, executed: max + 1n }))).to.equal("InvalidFill");
    expect(codeOf(() => computeFill(sell, { prices: even, executed: -1n }))).to.equal("InvalidFill");
  });
});
