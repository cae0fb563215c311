import { expect } from "chai";
import { codeOf, exampleIntent, tokenA } from "../../test/examples.ts";
import { zeroAddress, type Hex } from "../hex.ts";
import type { Intent } from "./Intent.ts";
import { checkIntentFields, validateIntent } from "./validateIntent.ts";

/** Changes that the type system would not let through. */
const spoilt = (change: Record<string, unknown>): Intent => ({ ...exampleIntent, ...change });
const codeFor = (change: Record<string, unknown>) => codeOf(() => validateIntent(spoilt(change)));

describe("validateIntent", () => {
  it("returns a sound intent as it is", () => {
    expect(validateIntent(exampleIntent)).to.deep.equal(exampleIntent);
  });

  it("refuses amounts that are not bigints of their size", () => {
    for (const field of ["sellAmount", "buyAmount", "startBuyAmount", "maxFee", "feePerWei"]) {
      expect(codeFor({ [field]: 1n << 128n }), field).to.equal("AmountOutOfRange");
      expect(codeFor({ [field]: -1n }), field).to.equal("AmountOutOfRange");
      expect(codeFor({ [field]: 1 }), field).to.equal("AmountOutOfRange");
    }
    expect(codeFor({ nonce: 1n << 256n })).to.equal("AmountOutOfRange");
    expect(validateIntent(spoilt({ nonce: (1n << 256n) - 1n })).nonce).to.equal((1n << 256n) - 1n);
  });

  it("refuses to give or to get nothing", () => {
    expect(codeFor({ sellAmount: 0n })).to.equal("AmountOutOfRange");
    expect(codeFor({ buyAmount: 0n })).to.equal("AmountOutOfRange");
  });

  it("refuses one and the same token on both sides, also in another spelling", () => {
    expect(codeFor({ buyToken: tokenA })).to.equal("SameToken");
    const mixed = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
    expect(codeFor({ sellToken: mixed, buyToken: mixed.toLowerCase() })).to.equal("SameToken");
  });

  it("refuses the chain's own coin as a token", () => {
    expect(codeFor({ sellToken: zeroAddress })).to.equal("NativeToken");
    expect(codeFor({ buyToken: "0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee" })).to.equal("NativeToken");
  });

  it("refuses addresses that are mistyped", () => {
    for (const field of ["sellToken", "buyToken", "receiver", "settler", "condition"]) {
      expect(codeFor({ [field]: "0x1234" }), field).to.equal("InvalidAddress");
      expect(codeFor({ [field]: undefined }), field).to.equal("InvalidAddress");
      expect(codeFor({ [field]: "0xF39Fd6e51aad88F6F4ce6aB8827279cffFb92266" }), field).to.equal(
        "InvalidAddress",
      );
    }
  });

  it("refuses an intent that ends before it starts", () => {
    expect(codeFor({ validFrom: 11, validTo: 10 })).to.equal("InvalidValidity");
    expect(validateIntent(spoilt({ validFrom: 10, validTo: 10 })).validTo).to.equal(10);
  });

  it("refuses a limit that rises, or falls in no time", () => {
    const { buyAmount } = exampleIntent;
    expect(codeFor({ startBuyAmount: buyAmount - 1n, decayEnd: 5 })).to.equal("InvalidDecay");
    expect(codeFor({ startBuyAmount: buyAmount, validFrom: 5, decayEnd: 5 })).to.equal("InvalidDecay");
    expect(
      validateIntent(spoilt({ startBuyAmount: buyAmount, validFrom: 5, decayEnd: 6 })).decayEnd,
    ).to.equal(6);
  });

  it("refuses a fee cap above the amount", () => {
    expect(codeFor({ maxFee: exampleIntent.sellAmount + 1n })).to.equal("FeeAboveAmount");
  });

  it("refuses kinds, flags and data that are none", () => {
    expect(codeFor({ kind: "swap" })).to.equal("InvalidKind");
    expect(codeFor({ partiallyFillable: 1 })).to.equal("InvalidJson");
    expect(codeFor({ conditionData: "0x123" })).to.equal("InvalidHex");
    expect(codeFor({ conditionData: "none" })).to.equal("InvalidHex");
  });

  it("refuses more data than a batch can carry", () => {
    const data = (length: number): Hex => `0x${"00".repeat(length)}`;
    expect(codeFor({ conditionData: data(65_536) })).to.equal("ConditionDataTooLong");
    expect(validateIntent(spoilt({ conditionData: data(65_535) })).conditionData).to.have.length(
      2 + 2 * 65_535,
    );
  });
});

describe("checkIntentFields", () => {
  it("lets through what has a hash, sense or not", () => {
    const nonsense = spoilt({ buyToken: tokenA, sellAmount: 0n, validFrom: 2, validTo: 1 });
    expect(checkIntentFields(nonsense)).to.deep.equal(nonsense);
  });
});
