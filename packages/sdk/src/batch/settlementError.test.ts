import { expect } from "chai";
import { Interface } from "ethers";
import fc from "fast-check";
import { bytes } from "../../test/arbitraries.ts";
import { tokenA } from "../../test/examples.ts";
import { settlementAbi } from "../generated/settlementAbi.ts";
import { parseHex } from "../hex.ts";
import { decodeSettlementError, describedSettlementErrors } from "./settlementError.ts";
import { settlementInterface } from "./settlementInterface.ts";

const encode = (name: string, values: unknown[]) =>
  parseHex(settlementInterface.encodeErrorResult(name, values), "data");
const contractErrors = settlementAbi.filter((entry) => entry.type === "error");

/** A value for each argument, the number of its place. */
const sampleValues = (inputs: readonly { type: string }[]) =>
  inputs.map(({ type }, index) => {
    if (type === "address") return tokenA;
    if (type === "bytes32") return `0x${"11".repeat(32)}`;
    return type === "string" ? "text" : BigInt(index + 5);
  });

describe("decodeSettlementError", () => {
  it("has a sentence for each error of the ABI, and for no other but Solidity's own", () => {
    const names = contractErrors.map(({ name }) => name);
    expect([...describedSettlementErrors].sort()).to.deep.equal([...names, "Error", "Panic"].sort());
  });

  for (const { name, inputs } of contractErrors) {
    it(`reads ${name} and puts all of its values into words`, () => {
      const error = decodeSettlementError(encode(name, sampleValues(inputs)));
      expect(error.name).to.equal(name);
      expect(Object.keys(error.args)).to.deep.equal(inputs.map((input) => input.name));
      expect(error.message).not.to.match(/[{}]|undefined/);
      for (const value of Object.values(error.args)) expect(error.message).to.include(String(value));
      const [first] = inputs;
      expect(error.fillIndex).to.equal(first?.name === "fill" ? 5 : null);
    });
  }

  it("blames the fill that the contract names first", () => {
    const { fillIndex, args, message } = decodeSettlementError(encode("LimitNotMet", [12n, 100n, 90n, 95n]));
    expect(fillIndex).to.equal(12);
    expect(args).to.deep.equal({ fill: 12n, sold: 100n, bought: 90n, limitBuyAmount: 95n });
    expect(message).to.equal(
      "Fill 12 gives 100 for 90, which is worse than the limit of 95 for the whole amount.",
    );
  });

  it("blames no fill for a transfer that names one which is not there", () => {
    expect(decodeSettlementError(encode("TransferFillOutOfRange", [0n, 9n])).fillIndex).to.equal(null);
  });

  it("reads Solidity's own errors", () => {
    const builtIn = new Interface(["error Error(string reason)", "error Panic(uint256 code)"]);
    const reason = parseHex(builtIn.encodeErrorResult("Error", ["ERC20: no"]), "data");
    expect(decodeSettlementError(reason)).to.deep.include({
      name: "Error",
      message: "The call reverted: ERC20: no",
    });
    const panic = parseHex(builtIn.encodeErrorResult("Panic", [17n]), "data");
    expect(decodeSettlementError(panic)).to.deep.include({ name: "Panic", args: { code: 17n } });
  });

  it("has an answer for no data, for unknown data and for data that is cut short", () => {
    expect(decodeSettlementError("0x").name).to.equal("Empty");
    expect(decodeSettlementError("0x12345678").name).to.equal("Unknown");
    expect(decodeSettlementError("0x08c379a0").name).to.equal("Unknown");
    const cut = parseHex(encode("LimitNotMet", [1n, 2n, 3n, 4n]).slice(0, 40), "data");
    expect(decodeSettlementError(cut).name).to.equal("Unknown");
  });

  it("never throws", () => {
    const selectors = contractErrors.map(({ name, inputs }) =>
      encode(name, sampleValues(inputs)).slice(0, 10),
    );
    const selector = fc.constantFrom("0x", "0x08c379a0", "0x4e487b71", ...selectors);
    fc.assert(
      fc.property(selector, bytes({ minLength: 0, maxLength: 200 }), (start, rest) => {
        const { message } = decodeSettlementError(parseHex(start + rest.slice(2), "data"));
        expect(message).not.to.equal("");
      }),
    );
  });
});
