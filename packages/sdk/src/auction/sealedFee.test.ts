import { expect } from "chai";
import { codeOf } from "../../test/examples.ts";
import { auctionCost, suggestSealedFee } from "./sealedFee.ts";

const gwei = 1_000_000_000n;
const prices = { gasPrice: 11n * gwei, baseFee: 10n * gwei };

describe("auctionCost", () => {
  it("is the order's gas and its share of the call's, at the gas price", () => {
    expect(auctionCost("placing", prices, 1)).to.equal((75_000n + 51_000n) * 11n * gwei);
    expect(auctionCost("claiming", prices, 10)).to.equal((28_000n + 4_600n) * 11n * gwei);
    expect(auctionCost("clearing", prices, 100, 10)).to.equal((3_400n + 3_010n) * 11n * gwei);
  });

  it("counts a tip no further than the cap", () => {
    const capped = auctionCost("rolling", { ...prices, gasPrice: 12n * gwei }, 1);
    expect(auctionCost("rolling", { ...prices, gasPrice: 13n * gwei }, 1)).to.equal(capped);
    const raised = { ...prices, gasPrice: 13n * gwei, tipCap: 3n * gwei };
    expect(auctionCost("rolling", raised, 1) > capped).to.equal(true);
  });

  it("shares the chain's fee for the bytes of the call", () => {
    const sizes: bigint[] = [];
    const chainFee = (bytes: bigint) => {
      sizes.push(bytes);
      return { dataFee: 1000n, weiPerGas: 1n };
    };
    const more = auctionCost("placing", { ...prices, chainFee }, 10) - auctionCost("placing", prices, 10);
    expect(more).to.equal(100n + 75_000n + 5_100n);
    expect(sizes).to.deep.equal([250n + 10n * 180n]);
  });

  it("is nothing where gas costs nothing, and never more than 88 bits", () => {
    const chainFee = () => ({ dataFee: 1n << 200n, weiPerGas: 0n });
    expect(auctionCost("placing", { ...prices, gasPrice: 0n, chainFee }, 1)).to.equal(0n);
    expect(auctionCost("placing", { ...prices, chainFee }, 1)).to.equal((1n << 88n) - 1n);
  });

  it("refuses a call without orders", () => {
    for (const count of [0, -1, 1.5]) {
      expect(codeOf(() => auctionCost("placing", prices, count))).to.equal("InvalidCount");
    }
  });
});

describe("suggestSealedFee", () => {
  const cost = (step: "placing" | "clearing" | "claiming" | "rolling") => auctionCost(step, prices, 5);

  it("covers every step from placing to claiming, twice, at the token's price", () => {
    const { maxFee, feePerWei } = suggestSealedFee({ ...prices, sellAtomsPerEther: 10n ** 18n, rolls: 0 });
    expect(feePerWei).to.equal(10n ** 18n);
    expect(maxFee).to.equal(2n * (cost("placing") + cost("clearing") + cost("claiming")));
  });

  it("covers the clearing and the rolling of each window more", () => {
    const options = { ...prices, sellAtomsPerEther: 10n ** 18n, headroom: 1n };
    const more = suggestSealedFee({ ...options, rolls: 3 }).maxFee - suggestSealedFee(options).maxFee;
    expect(more).to.equal(2n * (cost("clearing") + cost("rolling")));
  });

  it("leaves both fields 0 where nothing is to be paid", () => {
    const nothing = { maxFee: 0n, feePerWei: 0n };
    expect(suggestSealedFee({ ...prices, gasPrice: 0n, sellAtomsPerEther: 5n })).to.deep.equal(nothing);
    expect(suggestSealedFee({ ...prices, sellAtomsPerEther: 1n })).to.deep.equal(nothing);
  });

  it("refuses a number of rolls that is none", () => {
    const options = { ...prices, sellAtomsPerEther: 1n, rolls: -1 };
    expect(codeOf(() => suggestSealedFee(options))).to.equal("InvalidCount");
  });
});
