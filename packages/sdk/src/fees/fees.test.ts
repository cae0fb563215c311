import { expect } from "chai";
import { codeOf } from "../../test/examples.ts";
import { fillCost, settlementSize, type CostPrices } from "./fillCost.ts";
import { suggestFee } from "./suggestFee.ts";

const gwei = 1_000_000_000n;
const prices: CostPrices = { gasPrice: 11n * gwei, baseFee: 10n * gwei };

describe("fillCost", () => {
  it("is the fill's gas and its share of the batch's, at the gas price", () => {
    expect(fillCost(prices, { count: 1 })).to.equal((33_500n + 33_000n) * 11n * gwei);
    expect(fillCost(prices, { count: 10 })).to.equal((33_500n + 3_300n) * 11n * gwei);
  });

  it("is more for a fill that writes a fresh word", () => {
    const more = fillCost(prices, { count: 4, isFresh: true }) - fillCost(prices, { count: 4 });
    expect(more).to.equal(17_100n * 11n * gwei);
  });

  it("counts a tip no further than the cap", () => {
    const capped = fillCost({ ...prices, gasPrice: 12n * gwei }, { count: 1 });
    expect(fillCost({ ...prices, gasPrice: 13n * gwei }, { count: 1 })).to.equal(capped);
    expect(fillCost({ ...prices, gasPrice: 13n * gwei, tipCap: 3n * gwei }, { count: 1 }) > capped).to.equal(
      true,
    );
  });

  it("shares the chain's fee for data, and adds what the chain takes for gas", () => {
    const chainFee = { dataFee: 1000n, weiPerGas: 1n };
    const more = fillCost({ ...prices, chainFee }, { count: 10 }) - fillCost(prices, { count: 10 });
    expect(more).to.equal(100n + 33_500n + 3_300n);
    expect(settlementSize(3)).to.equal(650n + 3n * 164n);
  });

  it("is nothing where gas costs nothing, whatever the chain takes for data", () => {
    const chainFee = { dataFee: 1000n, weiPerGas: 1n };
    expect(fillCost({ ...prices, gasPrice: 0n, chainFee }, { count: 1 })).to.equal(0n);
  });

  it("refuses a batch without fills", () => {
    for (const count of [0, -1, 1.5, Number.NaN]) {
      expect(codeOf(() => fillCost(prices, { count }))).to.equal("InvalidCount");
    }
  });
});

describe("suggestFee", () => {
  it("takes the sell token's price as the rate, and caps the fee at three times today's cost", () => {
    const { maxFee, feePerWei } = suggestFee({ ...prices, sellAtomsPerEther: 3_500_000_000n });
    expect(feePerWei).to.equal(3_500_000_000n);
    const cost = fillCost(prices, { count: 2, isFresh: true });
    expect(maxFee).to.equal((3n * cost * 3_500_000_000n) / 10n ** 18n);
  });

  it("leaves the keeper its cost at today's prices", () => {
    const { maxFee, feePerWei } = suggestFee({ ...prices, sellAtomsPerEther: 10n ** 18n, headroom: 1n });
    const charged = (fillCost(prices, { count: 2, isFresh: true }) * feePerWei) / 10n ** 18n;
    expect(charged).to.equal(maxFee);
  });
});
