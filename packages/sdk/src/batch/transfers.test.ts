import { expect } from "chai";
import fc from "fast-check";
import { codeOf } from "../../test/examples.ts";
import { fillVectors } from "../../test/vectors.ts";
import { decodeTransfers, encodeTransfers } from "./transfers.ts";

describe("encodeTransfers and decodeTransfers", () => {
  for (const vector of fillVectors.batches) {
    it(`agree with the vector "${vector.name}"`, () => {
      const transfers = vector.expectedTransfers.map(({ from, to }) => [from, to] as const);
      expect(encodeTransfers(transfers, vector.expectedFills.length)).to.equal(vector.transfers);
      expect(decodeTransfers(vector.transfers)).to.deep.equal(transfers);
    });
  }

  it("put two big-endian uint16 for each pair", () => {
    expect(
      encodeTransfers([
        [1, 0x0203],
        [65_534, 4],
      ]),
    ).to.equal("0x00010203fffe0004");
    expect(encodeTransfers([])).to.equal("0x");
  });

  it("come back to the same pairs", () => {
    const index = fc.nat(0xffff);
    fc.assert(
      fc.property(fc.array(fc.tuple(index, index)), (transfers) => {
        expect(decodeTransfers(encodeTransfers(transfers))).to.deep.equal(transfers);
      }),
    );
  });

  it("refuse an index that names no fill", () => {
    expect(codeOf(() => encodeTransfers([[0, 2]], 2))).to.equal("InvalidTransfer");
    expect(codeOf(() => encodeTransfers([[-1, 0]]))).to.equal("InvalidTransfer");
    expect(codeOf(() => encodeTransfers([[0.5, 0]]))).to.equal("InvalidTransfer");
    expect(codeOf(() => encodeTransfers([[65_536, 0]]))).to.equal("InvalidTransfer");
  });

  it("refuse bytes that are not whole pairs", () => {
    for (const packed of ["0x00", "0x0001", "0x000102", "0x0001020304"] as const) {
      expect(codeOf(() => decodeTransfers(packed))).to.equal("InvalidPackedTransfers");
    }
    expect(codeOf(() => decodeTransfers("0x0"))).to.equal("InvalidHex");
  });
});
