import { expect } from "chai";
import { market, now, sealedExample, sealedTerms, tokenC } from "../../test/auctionExamples.ts";
import { codeOf, tokenA, tokenB } from "../../test/examples.ts";
import { zeroAddress } from "../hex.ts";
import type { Intent } from "../intent/Intent.ts";
import { buildSealedIntent, orderTerms, validateSealedIntent } from "./buildSealedIntent.ts";

const refusal = (change: Partial<Intent>) =>
  codeOf(() => validateSealedIntent({ ...sealedExample, ...change }, market));

describe("buildSealedIntent", () => {
  it("sets what the lane fixes, and is good for as many windows as were asked for", () => {
    expect(sealedExample).to.deep.equal({
      sellToken: tokenA,
      buyToken: tokenB,
      receiver: zeroAddress,
      sellAmount: 3_000_000n,
      buyAmount: 10n ** 15n,
      startBuyAmount: 0n,
      maxFee: 0n,
      feePerWei: 0n,
      validFrom: 0,
      decayEnd: 0,
      validTo: 600,
      nonce: 9n,
      kind: "sell",
      partiallyFillable: true,
      settler: zeroAddress,
      condition: zeroAddress,
      conditionData: "0x",
    });
  });

  it("takes an end or a duration in place of windows", () => {
    expect(buildSealedIntent({ ...sealedTerms, validTo: 777 }, market).validTo).to.equal(777);
    expect(buildSealedIntent({ ...sealedTerms, validFor: 45 }, market).validTo).to.equal(545);
  });

  it("refuses an intent that is over before the current window locks", () => {
    expect(codeOf(() => buildSealedIntent({ ...sealedTerms, validTo: 539 }, market))).to.equal("NoWindow");
    expect(buildSealedIntent({ ...sealedTerms, validTo: 540 }, market).validTo).to.equal(540);
    expect(codeOf(() => buildSealedIntent({ ...sealedTerms, validTo: now }, market))).to.equal(
      "InvalidValidity",
    );
  });
});

describe("validateSealedIntent", () => {
  it("takes a tag, a receiver, a fee with its rate and the auction as settler", () => {
    const intent: Intent = {
      ...sealedExample,
      receiver: tokenC,
      maxFee: 1_000_000n,
      feePerWei: 5n,
      settler: market.auction,
      conditionData: "0x1234",
    };
    expect(validateSealedIntent(intent, market)).to.deep.equal(intent);
  });

  it("names the field that the lane does not know", () => {
    const others: Partial<Intent>[] = [
      { kind: "buy" },
      { partiallyFillable: false },
      { startBuyAmount: 10n ** 16n, decayEnd: 5 },
      { condition: tokenC },
      { settler: tokenC },
    ];
    for (const change of others)
      expect(refusal(change), JSON.stringify(Object.keys(change))).to.equal("NotSealable");
  });

  it("refuses a fee without a rate and a rate without a fee", () => {
    expect(refusal({ maxFee: 1n })).to.equal("FeeWithoutRate");
    expect(refusal({ feePerWei: 1n })).to.equal("FeeWithoutRate");
  });

  it("refuses a token that is not in the market", () => {
    expect(refusal({ sellToken: market.auction })).to.equal("TokenNotInMarket");
    expect(refusal({ buyToken: market.auction })).to.equal("TokenNotInMarket");
  });

  it("takes the least amounts that the market takes", () => {
    const least = { ...sealedExample, sellAmount: 1_000_000n, buyAmount: 500_000_000_000_000n };
    expect(validateSealedIntent(least, market)).to.deep.equal(least);
  });

  it("refuses amounts below the minimums, the fee not counted, and beyond 112 bits", () => {
    expect(refusal({ sellAmount: 999_999n })).to.equal("BelowMinimum");
    expect(refusal({ maxFee: 2_000_001n, feePerWei: 1n })).to.equal("BelowMinimum");
    expect(refusal({ buyAmount: 499_999_999_999_999n })).to.equal("BelowMinimum");
    expect(refusal({ sellAmount: 1n << 112n })).to.equal("AmountOutOfRange");
    expect(refusal({ buyAmount: 1n << 112n })).to.equal("AmountOutOfRange");
  });

  it("refuses a validity in which no window locks", () => {
    expect(refusal({ validFrom: 541, validTo: 599 })).to.equal("NoWindow");
  });

  it("refuses what no lane takes", () => {
    expect(refusal({ buyToken: tokenA })).to.equal("SameToken");
    expect(refusal({ sellAmount: 0n })).to.equal("AmountOutOfRange");
  });
});

describe("orderTerms", () => {
  it("trades what the fee leaves, for all that is asked", () => {
    const intent = { ...sealedExample, maxFee: 1_000_000n, feePerWei: 1n };
    expect(orderTerms(intent, market)).to.deep.equal({
      amount: 2_000_000n,
      asked: 10n ** 15n,
      sellToken: 0,
      buyToken: 1,
    });
  });
});
