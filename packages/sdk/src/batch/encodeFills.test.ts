import { expect } from "chai";
import { codeOf, exampleIntent, tokenA, tokenB } from "../../test/examples.ts";
import { fillVectors, intentVectors } from "../../test/vectors.ts";
import { parseAddress } from "../hex.ts";
import { parseIntent } from "../intent/signedIntentJson.ts";
import { batchTokens, type Fill } from "./Batch.ts";
import { decodeFills } from "./decodeFills.ts";
import { encodeFills } from "./encodeFills.ts";

const { signature65, signature64 } = intentVectors.intents[0]!;
const tokens = [tokenA, tokenB];
const intent = { ...exampleIntent, sellAmount: 0x0f4240n, buyAmount: 0x1bc16d674ec80000n, nonce: 7n };
const fill: Fill = {
  intent,
  signature: { scheme: "ecdsa", signature: signature65 },
  executed: intent.sellAmount,
  fee: 0n,
};
/** The bytes of one fill, without the count. */
const packed = (change: Partial<Fill>) => encodeFills([{ ...fill, ...change }], tokens).slice(6);
const hex = (...parts: string[]) => parts.join("").replaceAll(" ", "");

const amounts = "0000000000000000000000000000000000 0f4240";
const sellAmount = hex(amounts).slice(-32);
const buyAmount = "00000000000000001bc16d674ec80000";

describe("encodeFills", () => {
  it("packs a plain intent into 112 bytes, laid out by hand here", () => {
    // flags, sell token, buy token, validTo 4,000,000,000, nonce 7
    const expected = hex("0000 00 01 ee6b2800 0000000000000007", sellAmount, buyAmount, signature64.slice(2));
    expect(packed({})).to.equal(expected);
    expect(expected).to.have.length(2 * 112);
  });

  it("packs every section in its order, laid out by hand here", () => {
    const everything: Fill = {
      intent: {
        ...intent,
        sellToken: tokenB,
        buyToken: tokenA,
        receiver: "0x00000000000000000000000000000000000000A1",
        startBuyAmount: 0x1bc16d674ec80001n,
        maxFee: 0x21n,
        feePerWei: 0x22n,
        validFrom: 0x11,
        decayEnd: 0x12,
        nonce: (0xabn << 64n) | 0xcdn,
        kind: "buy",
        partiallyFillable: true,
        settler: "0x00000000000000000000000000000000000000A2",
        condition: "0x00000000000000000000000000000000000000A3",
        conditionData: "0xC0FFEE",
      },
      signature: {
        scheme: "eip1271",
        owner: "0x00000000000000000000000000000000000000A4",
        signature: "0xBEEF",
      },
      executed: 0x31n,
      fee: 0x23n,
    };
    const word = (size: number, value: string) => value.padStart(2 * size, "0");
    const expected = hex(
      "0001",
      // 0x1000 for scheme 2, and all eleven flags
      "17ff 01 00 ee6b2800 00000000000000cd",
      sellAmount,
      buyAmount,
      word(24, "ab"),
      word(20, "a1"),
      "00000011",
      word(16, "1bc16d674ec80001"),
      "00000012",
      word(16, "21") + word(16, "22") + word(16, "23"),
      word(20, "a2"),
      word(20, "a3"),
      "0003 c0ffee",
      word(16, "31"),
      word(20, "a4"),
      "0002 beef",
    );
    expect(encodeFills([everything], tokens)).to.equal(`0x${expected}`);
  });

  it("marks the scheme of each signature", () => {
    const scheme = (bytes: string) => (Number(`0x${bytes.slice(0, 4)}`) >> 11) & 3;
    expect(scheme(packed({}))).to.equal(0);
    const wide = encodeFills([fill], tokens, { compactSignatures: false }).slice(6);
    expect(scheme(wide)).to.equal(1);
    expect(wide.slice(-130)).to.equal(signature65.slice(2));
    expect(scheme(packed({ signature: { scheme: "eip1271", owner: tokenA, signature: "0x" } }))).to.equal(2);
    const approved = packed({ signature: { scheme: "approval", owner: tokenA } });
    expect(scheme(approved)).to.equal(3);
    expect(approved.slice(-40)).to.equal(tokenA.slice(2));
  });

  it("leaves out the executed amount when it is the whole of the exact side", () => {
    const flagged = (change: Partial<Fill>) => (Number(`0x${packed(change).slice(0, 4)}`) & 0x0400) !== 0;
    expect(flagged({ executed: intent.sellAmount })).to.equal(false);
    expect(flagged({ executed: intent.buyAmount })).to.equal(true);
    expect(flagged({ intent: { ...intent, kind: "buy" }, executed: intent.buyAmount })).to.equal(false);
    expect(flagged({ executed: 0n })).to.equal(true);
  });

  for (const vector of fillVectors.batches) {
    it(`agrees with the vector "${vector.name}"`, () => {
      const fills = vector.expectedFills.map((expected) => ({
        intent: parseIntent(expected.intent),
        signature: expected.signature,
        executed: BigInt(expected.executed),
        fee: BigInt(expected.fee),
      }));
      const compactSignatures = !vector.name.includes("65-byte");
      expect(encodeFills(fills, vector.tokens, { compactSignatures })).to.equal(vector.fills);
    });
  }

  it("writes the count of fills first", () => {
    expect(encodeFills([], [])).to.equal("0x0000");
    expect(encodeFills([fill, fill], tokens).slice(0, 6)).to.equal("0x0002");
  });

  it("finds tokens in any spelling", () => {
    const lower = "0xf39fd6e51aad88f6f4ce6ab8827279cffb92266a";
    const swap = { ...fill, intent: { ...intent, buyToken: lower } as const };
    const token = parseAddress(lower);
    expect(token).not.to.equal(lower);
    expect(encodeFills([swap], [tokenA, token])).to.equal(encodeFills([swap], [tokenA, lower]));
    expect(decodeFills(encodeFills([swap], [tokenA, lower]), [tokenA, lower])[0]?.intent.buyToken).to.equal(
      token,
    );
  });

  it("refuses tokens that do not ascend, are too many, or lack one", () => {
    expect(codeOf(() => encodeFills([fill], [tokenB, tokenA]))).to.equal("InvalidTokens");
    expect(codeOf(() => encodeFills([fill], [tokenA, tokenA, tokenB]))).to.equal("InvalidTokens");
    expect(codeOf(() => encodeFills([fill], [tokenA]))).to.equal("TokenNotInBatch");
    const many = Array.from({ length: 257 }, (_, index) =>
      parseAddress(`0x${(index + 1).toString(16).padStart(40, "0")}`),
    );
    expect(codeOf(() => encodeFills([], many))).to.equal("InvalidTokens");
    expect(encodeFills([], many.slice(1))).to.equal("0x0000");
  });

  it("refuses what has no place in the packed form", () => {
    const wrong = (change: Partial<Fill>) => codeOf(() => packed(change));
    expect(wrong({ executed: 1n << 128n })).to.equal("AmountOutOfRange");
    expect(wrong({ fee: -1n })).to.equal("AmountOutOfRange");
    expect(wrong({ intent: { ...intent, nonce: 1n << 256n } })).to.equal("AmountOutOfRange");
    expect(wrong({ intent: { ...intent, validTo: 2 ** 32 } })).to.equal("InvalidTime");
    expect(wrong({ signature: { scheme: "ecdsa", signature: "0x12" } })).to.equal("InvalidSignature");
    const long = `0x${"00".repeat(65_536)}` as const;
    expect(wrong({ signature: { scheme: "eip1271", owner: tokenA, signature: long } })).to.equal(
      "InvalidSignature",
    );
  });

  it("refuses more fills than a transfer can name", () => {
    const fills = Array.from<Fill>({ length: 65_536 }).fill(fill);
    expect(codeOf(() => encodeFills(fills, tokens))).to.equal("TooManyFills");
  });

  it("is undone by decodeFills, also for intents that make no sense", () => {
    const nonsense = { ...fill, intent: { ...intent, buyToken: tokenA, sellAmount: 0n, decayEnd: 5 } };
    const compact = { ...nonsense, signature: { scheme: "ecdsa" as const, signature: signature64 } };
    expect(decodeFills(encodeFills([nonsense], tokens), tokens)).to.deep.equal([compact]);
  });
});

describe("batchTokens", () => {
  it("lists each token once, ascending by number", () => {
    const swap = { ...fill, intent: { ...intent, sellToken: tokenB, buyToken: tokenA } };
    expect(batchTokens([swap, fill])).to.deep.equal([tokenA, tokenB]);
    expect(batchTokens([])).to.deep.equal([]);
  });
});
