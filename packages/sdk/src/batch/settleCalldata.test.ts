import { expect } from "chai";
import { Interface } from "ethers";
import fc from "fast-check";
import { bytes, fill as anyFill } from "../../test/arbitraries.ts";
import { codeOf, domain, exampleIntent, tokenA, tokenB, wallet } from "../../test/examples.ts";
import { SdkError } from "../errors.ts";
import { parseHex, type Hex } from "../hex.ts";
import { signIntent } from "../intent/signIntent.ts";
import { compactSignature } from "../intent/signature.ts";
import { batchTokens, type Batch } from "./Batch.ts";
import { encodeFills } from "./encodeFills.ts";
import { decodeSettle, encodeSettle } from "./settleCalldata.ts";
import { settlementInterface } from "./settlementInterface.ts";

const signed = await signIntent(exampleIntent, domain, wallet);
if (signed.signature.scheme !== "ecdsa") throw new Error("expected ECDSA");
const signature = { scheme: "ecdsa" as const, signature: compactSignature(signed.signature.signature) };
const fill = { ...signed, signature, executed: exampleIntent.sellAmount, fee: 0n };
const batch: Batch = {
  tokens: [tokenA, tokenB],
  prices: [3n, 2n],
  fills: [fill, fill],
  transfers: [
    [0, 1],
    [1, 0],
  ],
  callbackData: "0xc0ffee",
};

const anyBatch: fc.Arbitrary<Batch> = fc
  .record({
    fills: fc.array(anyFill, { maxLength: 3 }),
    callbackData: bytes({ minLength: 0, maxLength: 40 }),
  })
  .chain(({ fills, callbackData }) => {
    const tokens = batchTokens(fills);
    const index = fc.nat(Math.max(0, fills.length - 1));
    const maxLength = fills.length === 0 ? 0 : 5;
    return fc.record({
      tokens: fc.constant(tokens),
      prices: fc.array(fc.bigInt({ min: 1n, max: (1n << 128n) - 1n }), {
        minLength: tokens.length,
        maxLength: tokens.length,
      }),
      fills: fc.constant(fills),
      transfers: fc.array(fc.tuple(index, index), { maxLength }),
      callbackData: fc.constant(callbackData),
    });
  });

describe("encodeSettle and decodeSettle", () => {
  it("make the call that the contract's own ABI makes", () => {
    const expected = settlementInterface.encodeFunctionData("settle", [
      [batch.tokens, batch.prices, encodeFills(batch.fills, batch.tokens), "0x0000000100010000", "0xc0ffee"],
    ]);
    expect(encodeSettle(batch)).to.equal(expected);
  });

  it("come back to the same batch", () => {
    expect(decodeSettle(encodeSettle(batch))).to.deep.equal(batch);
    fc.assert(
      fc.property(anyBatch, (random) => {
        expect(decodeSettle(encodeSettle(random))).to.deep.equal(random);
      }),
    );
  }).timeout(0);

  it("come back to the same bytes", () => {
    const calldata = encodeSettle(batch, { compactSignatures: true });
    expect(encodeSettle(decodeSettle(calldata))).to.equal(calldata);
  });
});

describe("encodeSettle", () => {
  const codeFor = (change: Partial<Batch>) => codeOf(() => encodeSettle({ ...batch, ...change }));

  it("refuses a price too few, a price of 0 and one beyond 128 bits", () => {
    expect(codeFor({ prices: [1n] })).to.equal("InvalidTokens");
    expect(codeFor({ prices: [1n, 0n] })).to.equal("AmountOutOfRange");
    expect(codeFor({ prices: [1n, 1n << 128n] })).to.equal("AmountOutOfRange");
  });

  it("refuses tokens that do not ascend and transfers of fills that are not there", () => {
    expect(codeFor({ tokens: [tokenB, tokenA] })).to.equal("InvalidTokens");
    expect(codeFor({ transfers: [[0, 2]] })).to.equal("InvalidTransfer");
  });
});

describe("decodeSettle", () => {
  const calldata = encodeSettle(batch);

  it("refuses the call of another function", () => {
    const cancel = settlementInterface.encodeFunctionData("cancel", [1n]);
    expect(codeOf(() => decodeSettle(parseHex(cancel, "calldata")))).to.equal("InvalidCalldata");
    expect(codeOf(() => decodeSettle("0x"))).to.equal("InvalidCalldata");
  });

  it("refuses calldata that is cut short", () => {
    for (let length = 10; length < calldata.length - 64; length += 64) {
      expect(codeOf(() => decodeSettle(calldata.slice(0, length) as Hex))).to.equal("InvalidCalldata");
    }
  });

  it("names what is wrong inside the packed parts", () => {
    const encode = (fills: string, transfers: string) => {
      const settle = new Interface(["function settle((address[],uint128[],bytes,bytes,bytes))"]);
      return parseHex(settle.encodeFunctionData("settle", [[[], [], fills, transfers, "0x"]]), "calldata");
    };
    expect(codeOf(() => decodeSettle(encode("0x0001", "0x")))).to.equal("InvalidPackedFills");
    expect(codeOf(() => decodeSettle(encode("0x0000", "0x00")))).to.equal("InvalidPackedTransfers");
    expect(decodeSettle(encode("0x0000", "0x")).fills).to.deep.equal([]);
  });

  it("ends with a value or a named error on any garbage, however long the lengths in it", () => {
    const garbage = fc.array(
      fc.oneof(
        fc.constant("00".repeat(31) + "20"),
        fc.constant("ff".repeat(32)),
        fc.constant("00".repeat(32)),
      ),
    );
    fc.assert(
      fc.property(garbage, (words) => {
        try {
          decodeSettle(`${calldata.slice(0, 10)}${words.join("")}` as Hex);
        } catch (error) {
          expect(error).to.be.instanceOf(SdkError);
        }
      }),
    );
  });
});
