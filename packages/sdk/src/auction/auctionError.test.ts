import { expect } from "chai";
import { Interface } from "ethers";
import fc from "fast-check";
import { bytes } from "../../test/arbitraries.ts";
import { tokenA } from "../../test/examples.ts";
import { auctionAbi } from "../generated/auctionAbi.ts";
import { parseHex } from "../hex.ts";
import { decodeAuctionError, describedAuctionErrors } from "./auctionError.ts";
import { auctionInterface } from "./auctionInterface.ts";

const contractErrors = auctionAbi.filter((entry) => entry.type === "error");
const encode = (name: string, values: unknown[]) =>
  parseHex(auctionInterface.encodeErrorResult(name, values), "data");

/** A value for each argument, the number of its place. */
const sampleValues = (inputs: readonly { type: string }[]) =>
  inputs.map(({ type }, index) => {
    if (type === "address") return tokenA;
    if (type === "bytes32") return `0x${"11".repeat(32)}`;
    if (type === "bytes") return "0x";
    return type === "string" ? "text" : BigInt(index + 5);
  });

describe("decodeAuctionError", () => {
  it("has a sentence and a hint for each error of the ABI, and for no other", () => {
    expect([...describedAuctionErrors].sort()).to.deep.equal(contractErrors.map(({ name }) => name).sort());
  });

  for (const { name, inputs } of contractErrors) {
    it(`reads ${name} and puts all of its values into words`, () => {
      const error = decodeAuctionError(encode(name, sampleValues(inputs)));
      expect(error.name).to.equal(name);
      expect(error.message).not.to.match(/[{}]|undefined/);
      expect(error.hint).to.match(/\.$/);
      for (const [key, value] of Object.entries(error.args)) {
        if (key !== "reason") expect(error.message).to.include(String(value));
      }
      const first = inputs[0]?.name;
      expect(error.placementIndex).to.equal(first === "placement" ? 5 : null);
      const place = inputs.findIndex((input) => input.name === "id");
      expect(error.orderId).to.equal(place < 0 ? null : 5 + place);
    });
  }

  it("says what Permit2 had against a placement", () => {
    const permit2 = new Interface([
      "error InvalidNonce()",
      "error SignatureExpired(uint256 signatureDeadline)",
      "error Error(string reason)",
    ]);
    const refused = (name: string, values: unknown[]) =>
      decodeAuctionError(encode("PermitRefused", [2n, permit2.encodeErrorResult(name, values)])).message;
    expect(refused("InvalidNonce", [])).to.equal(
      "Permit2 has refused placement 2: its nonce is spent in Permit2.",
    );
    expect(refused("SignatureExpired", [77n])).to.contain("the signature was good until 77 only");
    expect(refused("Error", ["TRANSFER_FROM_FAILED"])).to.contain(": TRANSFER_FROM_FAILED.");
  });

  it("leaves another error's reason as it is, even where it looks like data", () => {
    const builtIn = new Interface(["error Error(string reason)"]);
    const data = parseHex(builtIn.encodeErrorResult("Error", ["0x756688fe"]), "data"); // InvalidNonce()
    expect(decodeAuctionError(data).message).to.equal("The call reverted: 0x756688fe");
  });

  it("never throws", () => {
    const selectors = contractErrors.map(({ name, inputs }) =>
      encode(name, sampleValues(inputs)).slice(0, 10),
    );
    const selector = fc.constantFrom("0x", "0x08c379a0", "0x4e487b71", ...selectors);
    fc.assert(
      fc.property(selector, bytes({ minLength: 0, maxLength: 200 }), (start, rest) => {
        const { message, hint } = decodeAuctionError(parseHex(start + rest.slice(2), "data"));
        expect(message).not.to.equal("");
        expect(hint).not.to.equal("");
      }),
    );
  });
});
