import { expect } from "chai";
import fc from "fast-check";
import { intent as anyIntent, signature as anySignature } from "../../test/arbitraries.ts";
import { codeOf, exampleIntent, tokenA } from "../../test/examples.ts";
import { intentVectors } from "../../test/vectors.ts";
import { SdkError } from "../errors.ts";
import type { IntentSignature, SignedIntent } from "./Intent.ts";
import {
  parseIntent,
  parseIntentSignature,
  parseSealedIntent,
  parseSealedSignature,
  parseSignedIntent,
  serializeIntent,
  serializeSealedIntent,
  serializeSignedIntent,
} from "./signedIntentJson.ts";
import { validateIntent } from "./validateIntent.ts";

const { signature65 } = intentVectors.intents[0]!;
const signed: SignedIntent = {
  intent: exampleIntent,
  signature: { scheme: "ecdsa", signature: signature65 },
};
const throughJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** Whether an intent makes sense; random ones mostly do not. */
function isValid(intent: SignedIntent["intent"]): boolean {
  try {
    validateIntent(intent);
    return true;
  } catch (error) {
    if (error instanceof SdkError) return false;
    throw error;
  }
}

describe("serializeSignedIntent and parseSignedIntent", () => {
  it("come back to the same value through JSON text", () => {
    const sensible = anyIntent.map((intent) => ({
      ...intent,
      sellAmount: intent.sellAmount + (intent.sellAmount === 0n ? 1n : 0n),
      buyAmount: intent.buyAmount + (intent.buyAmount === 0n ? 1n : 0n),
      startBuyAmount: 0n,
      maxFee: 0n,
      validTo: 0xffffffff,
    }));
    fc.assert(
      fc.property(sensible.filter(isValid), anySignature, (intent, signature: IntentSignature) => {
        const value = { intent, signature };
        expect(parseSignedIntent(throughJson(serializeSignedIntent(value)))).to.deep.equal(value);
      }),
    );
  });

  it("write amounts and the nonce as decimal strings, times as numbers", () => {
    const json = serializeIntent({ ...exampleIntent, nonce: 2n ** 200n });
    expect(json).to.include({ sellAmount: "1000000", validTo: 4_000_000_000, partiallyFillable: false });
    expect(json.nonce).to.equal((2n ** 200n).toString());
  });
});

describe("parseSignedIntent", () => {
  const json = serializeSignedIntent(signed);
  const codeFor = (change: Record<string, unknown>) =>
    codeOf(() => parseSignedIntent({ ...json, intent: { ...json.intent, ...change } }));

  it("refuses what is not an object of an intent and a signature", () => {
    for (const value of [null, undefined, 5, "{}", [], {}, { intent: json.intent }, { ...json, extra: 1 }]) {
      expect(codeOf(() => parseSignedIntent(value))).to.equal("InvalidJson");
    }
  });

  it("refuses an intent that lacks a field, and names it", () => {
    for (const field of Object.keys(json.intent)) {
      const { [field]: _, ...rest } = json.intent as Record<string, unknown>;
      expect(() => parseSignedIntent({ ...json, intent: rest }), field).to.throw(SdkError, field);
    }
  });

  it("refuses a field that it does not know: it may be a misspelt one", () => {
    expect(() => parseIntent({ ...json.intent, recipient: tokenA })).to.throw(SdkError, "recipient");
  });

  it("refuses amounts that are not decimal strings", () => {
    for (const sellAmount of [1, 1.5, "1.5", "0x10", "-1", "", " 1", "1e3", null, "9".repeat(79)]) {
      expect(codeFor({ sellAmount }), String(sellAmount)).to.equal("InvalidJson");
    }
    expect(codeFor({ sellAmount: (2n ** 128n).toString() })).to.equal("AmountOutOfRange");
    expect(codeFor({ nonce: (2n ** 256n).toString() })).to.equal("AmountOutOfRange");
  });

  it("refuses times that are not whole seconds", () => {
    expect(codeFor({ validTo: "4000000000" })).to.equal("InvalidJson");
    expect(codeFor({ validTo: 2 ** 32 })).to.equal("InvalidTime");
  });

  it("refuses kinds and flags of another type", () => {
    expect(codeFor({ kind: "SELL" })).to.equal("InvalidKind");
    expect(codeFor({ partiallyFillable: "true" })).to.equal("InvalidJson");
  });

  it("refuses an intent that makes no sense", () => {
    expect(codeFor({ buyToken: exampleIntent.sellToken })).to.equal("SameToken");
  });
});

describe("parseIntentSignature", () => {
  it("reads the three schemes", () => {
    const signatures: IntentSignature[] = [
      { scheme: "ecdsa", signature: signature65 },
      { scheme: "eip1271", owner: tokenA, signature: "0x" },
      { scheme: "approval", owner: tokenA },
    ];
    for (const signature of signatures) expect(parseIntentSignature(signature)).to.deep.equal(signature);
  });

  it("refuses other schemes and stray fields", () => {
    expect(codeOf(() => parseIntentSignature({ scheme: "ethsign", signature: signature65 }))).to.equal(
      "InvalidJson",
    );
    expect(codeOf(() => parseIntentSignature(signature65))).to.equal("InvalidJson");
    const withOwner = { scheme: "ecdsa", owner: tokenA, signature: signature65 };
    expect(codeOf(() => parseIntentSignature(withOwner))).to.equal("InvalidJson");
    const withSignature = { scheme: "approval", owner: tokenA, signature: "0x" };
    expect(codeOf(() => parseIntentSignature(withSignature))).to.equal("InvalidJson");
  });

  it("refuses malformed signatures and owners", () => {
    expect(codeOf(() => parseIntentSignature({ scheme: "ecdsa", signature: "0x12" }))).to.equal(
      "InvalidSignature",
    );
    expect(codeOf(() => parseIntentSignature({ scheme: "ecdsa" }))).to.equal("InvalidHex");
    expect(codeOf(() => parseIntentSignature({ scheme: "approval", owner: "0x12" }))).to.equal(
      "InvalidAddress",
    );
    const long = { scheme: "eip1271", owner: tokenA, signature: `0x${"00".repeat(65_536)}` };
    expect(codeOf(() => parseIntentSignature(long))).to.equal("InvalidSignature");
  });
});

describe("parseSealedIntent", () => {
  const permit2 = { scheme: "permit2", owner: tokenA, signature: "0x1234" } as const;

  it("reads back what serializeSealedIntent writes, of every scheme that somebody else can place", () => {
    fc.assert(
      fc.property(fc.oneof(anySignature, fc.constant(permit2)), (signature) => {
        const sealed = { intent: exampleIntent, signature };
        expect(parseSealedIntent(throughJson(serializeSealedIntent(sealed)))).to.deep.equal(sealed);
      }),
    );
  });

  it("refuses what only the owner can place, and Permit2 where it means nothing", () => {
    expect(codeOf(() => parseSealedSignature({ scheme: "caller", owner: tokenA }))).to.equal("InvalidJson");
    expect(codeOf(() => parseIntentSignature(permit2))).to.equal("InvalidJson");
    expect(codeOf(() => parseSealedSignature({ ...permit2, signature: "0x1" }))).to.equal("InvalidHex");
    expect(codeOf(() => parseSealedSignature({ ...permit2, more: 1 }))).to.equal("InvalidJson");
  });
});
