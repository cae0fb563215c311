import { expect } from "chai";
import { codeOf, tokenA, tokenB } from "../../test/examples.ts";
import { zeroAddress } from "../hex.ts";
import { buildIntent, randomNonce, type BuildIntentInput } from "./buildIntent.ts";

const now = 1_700_000_000;
const input = { sellToken: tokenA, buyToken: tokenB, sellAmount: 5n, buyAmount: 6n, now };

describe("buildIntent", () => {
  it("fills in a fill-or-kill sell intent for the owner, without fee, decay, settler or condition", () => {
    const { nonce, ...intent } = buildIntent({ ...input, validFor: 60 });
    expect(nonce < 1n << 64n).to.equal(true);
    expect(intent).to.deep.equal({
      sellToken: tokenA,
      buyToken: tokenB,
      receiver: zeroAddress,
      sellAmount: 5n,
      buyAmount: 6n,
      startBuyAmount: 0n,
      maxFee: 0n,
      feePerWei: 0n,
      validFrom: 0,
      decayEnd: 0,
      validTo: now + 60,
      kind: "sell",
      partiallyFillable: false,
      settler: zeroAddress,
      condition: zeroAddress,
      conditionData: "0x",
    });
  });

  it("keeps what it is given and checksums the addresses", () => {
    const address = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
    const checksummed = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
    const given = {
      receiver: address,
      startBuyAmount: 9n,
      maxFee: 1n,
      feePerWei: 2n,
      validFrom: now + 1,
      decayEnd: now + 2,
      nonce: 3n,
      kind: "buy",
      partiallyFillable: true,
      settler: address,
      condition: address,
      conditionData: "0x1234",
    } as const;
    const intent = buildIntent({ ...input, ...given, validTo: now + 3 });
    expect(intent).to.deep.include({
      ...given,
      receiver: checksummed,
      settler: checksummed,
      condition: checksummed,
    });
    expect(intent.validTo).to.equal(now + 3);
  });

  it("refuses an intent that would already be over", () => {
    expect(codeOf(() => buildIntent({ ...input, validTo: now }))).to.equal("InvalidValidity");
    expect(codeOf(() => buildIntent({ ...input, validFor: 0 }))).to.equal("InvalidValidity");
    expect(buildIntent({ ...input, validTo: now + 1 }).validTo).to.equal(now + 1);
  });

  it("takes this machine's clock, in seconds, when there is no other", () => {
    const { now: _, ...clockless } = input;
    const { validTo } = buildIntent({ ...clockless, validFor: 1000 });
    expect(validTo).to.be.within(Math.floor(Date.now() / 1000) + 900, Math.floor(Date.now() / 1000) + 1000);
  });

  it("cuts a validity that is too long for the field", () => {
    expect(buildIntent({ ...input, validFor: 0xffffffff }).validTo).to.equal(0xffffffff);
  });

  it("refuses milliseconds, fractions and negative times", () => {
    for (const validTo of [Date.now(), now + 0.5, -1, Number.NaN]) {
      expect(codeOf(() => buildIntent({ ...input, validTo }))).to.equal("InvalidTime");
    }
    expect(codeOf(() => buildIntent({ ...input, validFor: -1 }))).to.equal("InvalidTime");
  });

  it("refuses an input without any end", () => {
    const endless: Omit<BuildIntentInput, "validTo" | "validFor"> = input;
    expect(codeOf(() => buildIntent(endless as BuildIntentInput))).to.equal("InvalidTime");
  });

  it("draws nonces that do not repeat", () => {
    expect(new Set(Array.from({ length: 1000 }, randomNonce)).size).to.equal(1000);
  });
});
