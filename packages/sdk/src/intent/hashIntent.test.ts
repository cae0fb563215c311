import { expect } from "chai";
import { id, TypedDataEncoder } from "ethers";
import fc from "fast-check";
import { address, intent as anyIntent } from "../../test/arbitraries.ts";
import { codeOf, domain, exampleIntent } from "../../test/examples.ts";
import { intentVectors } from "../../test/vectors.ts";
import {
  CANCEL_TYPEHASH,
  domainSeparator,
  hashCancel,
  hashIntent,
  INTENT_TYPEHASH,
  intentStructHash,
} from "./hashIntent.ts";
import { parseIntent } from "./signedIntentJson.ts";
import { cancelTypes, intentTypes } from "./typedData.ts";

const intentType =
  "Intent(address sellToken,address buyToken,address receiver,uint128 sellAmount,uint128 buyAmount," +
  "uint128 startBuyAmount,uint128 maxFee,uint128 feePerWei,uint32 validFrom,uint32 decayEnd,uint32 validTo," +
  "uint256 nonce,string kind,bool partiallyFillable,address settler,address condition,bytes conditionData)";
const mutable = { Intent: [...intentTypes.Intent] };
const fullDomain = { name: "Walras", version: "1", ...domain };

describe("hashIntent", () => {
  it("hashes the type as the contract spells it", () => {
    expect(INTENT_TYPEHASH).to.equal(id(intentType));
    expect(new TypedDataEncoder(mutable).encodeType("Intent")).to.equal(intentType);
    expect(CANCEL_TYPEHASH).to.equal(id("Cancel(bytes32 intentHash)"));
  });

  for (const vector of intentVectors.intents) {
    it(`agrees with the vector "${vector.name}", and so does ethers`, () => {
      const intent = parseIntent(vector.intent);
      expect(INTENT_TYPEHASH).to.equal(vector.typeHash);
      expect(intentStructHash(intent)).to.equal(vector.structHash);
      expect(domainSeparator(vector.domain)).to.equal(vector.domainSeparator);
      expect(hashIntent(intent, vector.domain)).to.equal(vector.digest);

      expect(TypedDataEncoder.hashStruct("Intent", mutable, vector.intent)).to.equal(vector.structHash);
      expect(TypedDataEncoder.hashDomain(vector.domain)).to.equal(vector.domainSeparator);
      expect(TypedDataEncoder.hash(vector.domain, mutable, vector.intent)).to.equal(vector.digest);
    });
  }

  it("has a vector in which each field differs from zero", () => {
    for (const { name } of intentTypes.Intent) {
      const values = new Set(intentVectors.intents.map(({ intent }) => intent[name]));
      expect([...values], name).to.have.length.greaterThan(1);
    }
  });

  it("agrees with ethers' own EIP-712 on any intent and domain", () => {
    fc.assert(
      fc.property(
        anyIntent,
        fc.integer({ min: 1, max: 2 ** 50 }),
        address,
        (intent, chainId, verifyingContract) => {
          const expected = TypedDataEncoder.hash(
            { ...fullDomain, chainId, verifyingContract },
            mutable,
            intent,
          );
          expect(hashIntent(intent, { chainId, verifyingContract })).to.equal(expected);
        },
      ),
    );
  }).timeout(0);

  it("gives another hash on another chain and for another contract", () => {
    const hash = hashIntent(exampleIntent, domain);
    expect(hashIntent(exampleIntent, { ...domain, chainId: 1 })).not.to.equal(hash);
    const verifyingContract = exampleIntent.sellToken;
    expect(hashIntent(exampleIntent, { ...domain, verifyingContract })).not.to.equal(hash);
  });

  it("refuses a chain id that is none", () => {
    for (const chainId of [0, -1, 1.5, Number.NaN]) {
      expect(codeOf(() => domainSeparator({ ...domain, chainId }))).to.equal("InvalidChainId");
    }
  });
});

describe("hashCancel", () => {
  it("agrees with ethers' own EIP-712", () => {
    const intentHash = hashIntent(exampleIntent, domain);
    const expected = TypedDataEncoder.hash(fullDomain, { Cancel: [...cancelTypes.Cancel] }, { intentHash });
    expect(hashCancel(intentHash, domain)).to.equal(expected);
  });

  it("refuses a hash that is not 32 bytes", () => {
    expect(codeOf(() => hashCancel("0x12", domain))).to.equal("InvalidHex");
  });
});
