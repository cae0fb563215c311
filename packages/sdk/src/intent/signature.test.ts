import { expect } from "chai";
import { concat, N } from "ethers";
import { codeOf } from "../../test/examples.ts";
import { intentVectors } from "../../test/vectors.ts";
import { parseHex, type Hex } from "../hex.ts";
import { compactSignature, expandSignature, recoverSigner } from "./signature.ts";

const word = (value: bigint): Hex => `0x${value.toString(16).padStart(64, "0")}`;
const joined = (...parts: string[]): Hex => parseHex(concat(parts), "signature");

const [vector] = intentVectors.intents;
const { digest, signature65, signature64, signer } = vector!;
const r = signature65.slice(0, 66);
const s = BigInt(`0x${signature65.slice(66, 130)}`);
const v = Number(`0x${signature65.slice(130)}`);
const halfOrder = N / 2n;

describe("signatures", () => {
  for (const { name, ...each } of intentVectors.intents) {
    it(`are told and turned from one form into the other: "${name}"`, () => {
      expect(compactSignature(each.signature65)).to.equal(each.signature64);
      expect(expandSignature(each.signature64)).to.equal(each.signature65);
      expect(compactSignature(each.signature64)).to.equal(each.signature64);
      expect(expandSignature(each.signature65)).to.equal(each.signature65);
      expect(recoverSigner(each.digest, each.signature65)).to.equal(each.signer.address);
      expect(recoverSigner(each.digest, each.signature64)).to.equal(each.signer.address);
    });
  }

  it("may say the parity itself in place of 27 or 28", () => {
    const short = joined(r, word(s), v === 27 ? "0x00" : "0x01");
    expect(recoverSigner(digest, short)).to.equal(signer.address);
    expect(expandSignature(short)).to.equal(signature65);
  });

  it("with a high s are refused, although they would recover the same signer", () => {
    const twin = joined(r, word(N - s), v === 27 ? "0x1c" : "0x1b");
    expect(codeOf(() => recoverSigner(digest, twin))).to.equal("InvalidSignature");
    expect(codeOf(() => compactSignature(twin))).to.equal("InvalidSignature");
    expect(codeOf(() => compactSignature(joined(r, word(halfOrder + 1n), "0x1b")))).to.equal(
      "InvalidSignature",
    );
    expect(codeOf(() => expandSignature(joined(r, word(halfOrder + 1n))))).to.equal("InvalidSignature");
    expect(compactSignature(joined(r, word(halfOrder), "0x1b"))).to.equal(joined(r, word(halfOrder)));
  });

  it("of another length, or with another v, are refused", () => {
    expect(codeOf(() => compactSignature("0x"))).to.equal("InvalidSignature");
    expect(codeOf(() => compactSignature(joined(signature65, "0x00")))).to.equal("InvalidSignature");
    expect(codeOf(() => compactSignature(joined(r, word(s), "0x1d")))).to.equal("InvalidSignature");
    expect(codeOf(() => recoverSigner(digest, joined(r, word(s), "0x25")))).to.equal("InvalidSignature");
  });

  it("that recover nobody are refused", () => {
    expect(codeOf(() => recoverSigner(digest, joined(word(0n), word(s), "0x1b")))).to.equal(
      "InvalidSignature",
    );
    expect(codeOf(() => recoverSigner(digest, joined(word(N), word(s), "0x1b")))).to.equal(
      "InvalidSignature",
    );
    expect(codeOf(() => recoverSigner(digest, joined(r, word(0n), "0x1b")))).to.equal("InvalidSignature");
  });

  it("over something else recover somebody else", () => {
    expect(recoverSigner(word(1n), signature64)).not.to.equal(signer.address);
  });
});
