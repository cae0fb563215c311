import { expect } from "chai";
import fc from "fast-check";
import { bytes, fill as anyFill } from "../../test/arbitraries.ts";
import { codeOf, tokenA, tokenB } from "../../test/examples.ts";
import { fillVectors } from "../../test/vectors.ts";
import { SdkError } from "../errors.ts";
import type { Hex } from "../hex.ts";
import { serializeIntent } from "../intent/signedIntentJson.ts";
import { batchTokens } from "./Batch.ts";
import { decodeFills } from "./decodeFills.ts";
import { encodeFills } from "./encodeFills.ts";
import { fillFlags, schemeShift, signatureSchemes } from "./fillLayout.ts";

const every = fillVectors.batches.find(({ name }) => name === "every section")!;
const contracts = fillVectors.batches.find(({ name }) => name === "contract owners")!;

/** Decodes, and lets through nothing but the package's own named errors. */
function decodeOrNamedError(packed: Hex, tokens = every.tokens): SdkError | null {
  try {
    decodeFills(packed, tokens);
    return null;
  } catch (error) {
    if (error instanceof SdkError) return error;
    throw error;
  }
}

describe("decodeFills", () => {
  for (const vector of fillVectors.batches) {
    it(`agrees with the vector "${vector.name}"`, () => {
      const decoded = decodeFills(vector.fills, vector.tokens).map(
        ({ intent, signature, executed, fee }) => ({
          intent: serializeIntent(intent),
          signature,
          executed: executed.toString(),
          fee: fee.toString(),
        }),
      );
      expect(decoded).to.deep.equal(vector.expectedFills);
    });
  }

  it("undoes encodeFills for any fills", () => {
    fc.assert(
      fc.property(fc.array(anyFill, { maxLength: 4 }), (fills) => {
        const tokens = batchTokens(fills);
        expect(decodeFills(encodeFills(fills, tokens), tokens)).to.deep.equal(fills);
      }),
      { numRuns: 300 },
    );
  }).timeout(0);

  it("reads every combination of sections, with each scheme, and encodeFills gives the same bytes back", () => {
    for (let sections = 0; sections < 1 << schemeShift; sections++) {
      // Each scheme meets every section; 65-byte signatures come back shorter, so they have a test of their own.
      const scheme = [signatureSchemes.ecdsa64, signatureSchemes.eip1271, signatureSchemes.approval][
        sections % 3
      ];
      const packed = allOnes(sections | ((scheme ?? 0) << schemeShift));
      const fills = decodeFills(packed, [tokenA, tokenB]);
      // The executed amount is the whole amount here, so it would be left out.
      if ((sections & fillFlags.executed) !== 0) fills[0]!.executed += 1n;
      const encoded = encodeFills(fills, [tokenA, tokenB]);
      if ((sections & fillFlags.executed) === 0) expect(encoded).to.equal(packed);
      expect(decodeFills(encoded, [tokenA, tokenB])).to.deep.equal(fills);
    }
  }).timeout(0);

  it("reads 65-byte signatures as they are", () => {
    const packed = allOnes(signatureSchemes.ecdsa65 << schemeShift);
    const [fill] = decodeFills(packed, [tokenA, tokenB]);
    expect(fill?.signature).to.deep.equal({ scheme: "ecdsa", signature: `0x${"01".repeat(65)}` });
  });

  it("refuses every truncation, and says so", () => {
    for (const { fills, tokens } of [every, contracts]) {
      for (let length = 2; length < fills.length; length += 2) {
        const error = decodeOrNamedError(fills.slice(0, length) as Hex, tokens);
        expect(error?.code).to.equal("InvalidPackedFills");
      }
    }
  }).timeout(0);

  it("refuses trailing bytes", () => {
    expect(codeOf(() => decodeFills(`${every.fills}00`, every.tokens))).to.equal("InvalidPackedFills");
    expect(codeOf(() => decodeFills("0x000000", []))).to.equal("InvalidPackedFills");
  });

  it("refuses flags that mean nothing", () => {
    for (const bit of [13, 14, 15]) {
      const flags = (1 << bit).toString(16).padStart(4, "0");
      const error = decodeOrNamedError(`0x0001${flags}0001${"00".repeat(200)}`);
      expect(error?.message).to.include("flags");
    }
  });

  it("refuses a token that the batch does not have, and names the place", () => {
    const error = decodeOrNamedError(every.fills, [tokenA]);
    expect(error?.code).to.equal("InvalidPackedFills");
    expect(error?.details).to.include({ fill: 0, offset: 6 });
  });

  it("refuses a count beyond what is there", () => {
    expect(decodeOrNamedError("0xffff")?.code).to.equal("InvalidPackedFills");
    expect(decodeOrNamedError(`0xffff${every.fills.slice(6)}`)?.code).to.equal("InvalidPackedFills");
  });

  it("refuses what is not hex", () => {
    expect(codeOf(() => decodeFills("0x123", []))).to.equal("InvalidHex");
    expect(codeOf(() => decodeFills("0xzz", []))).to.equal("InvalidHex");
  });

  it("ends with a value or a named error on any garbage", () => {
    fc.assert(
      fc.property(bytes({ minLength: 0, maxLength: 400 }), (packed) => void decodeOrNamedError(packed)),
    );
  }).timeout(0);

  it("ends with a value or a named error when any byte of good data is changed", () => {
    const size = every.fills.length / 2 - 1;
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: size - 1 }),
        bytes({ minLength: 1, maxLength: 1 }),
        (at, byte) => {
          const start = 2 + 2 * at;
          const changed = every.fills.slice(0, start) + byte.slice(2) + every.fills.slice(start + 2);
          decodeOrNamedError(changed as Hex);
        },
      ),
      { numRuns: 1000 },
    );
  }).timeout(0);
});

/** One packed fill in which every byte after the token indices is 01, so that each section that is there is needed. */
function allOnes(flags: number): Hex {
  const ones = (size: number) => "01".repeat(size);
  const sized = ones(2 + 0x0101);
  const sections: [flag: number, packed: string][] = [
    [fillFlags.longNonce, ones(24)],
    [fillFlags.receiver, ones(20)],
    [fillFlags.validFrom, ones(4)],
    [fillFlags.decay, ones(20)],
    [fillFlags.fee, ones(48)],
    [fillFlags.settler, ones(20)],
    [fillFlags.condition, ones(20)],
    [fillFlags.conditionData, sized],
    [fillFlags.executed, ones(16)],
  ];
  const optional = sections.filter(([flag]) => (flags & flag) !== 0).map(([, packed]) => packed);
  const signature = [ones(64), ones(65), ones(20) + sized, ones(20)][flags >> schemeShift] ?? "";
  return `0x0001${flags.toString(16).padStart(4, "0")}0001${ones(28 + 16)}${optional.join("")}${signature}`;
}
