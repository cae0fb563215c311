import { expect } from "chai";
import { makeError } from "ethers";
import { findRevertData } from "./revert.ts";

describe("findRevertData", () => {
  const data = "0x12345678";

  it("finds it where ethers, viem and JSON-RPC put it", () => {
    const ethers = makeError("execution reverted", "CALL_EXCEPTION", {
      action: "call",
      data,
      reason: null,
      transaction: { to: null, data: "0x" },
      invocation: null,
      revert: null,
    });
    expect(findRevertData(ethers)).to.equal(data);
    const viem = new Error("outer", { cause: new Error("inner", { cause: { code: 3, data } }) });
    expect(findRevertData(viem)).to.equal(data);
    expect(findRevertData({ code: 3, message: "execution reverted", data })).to.equal(data);
    expect(findRevertData({ error: { data: { data } } })).to.equal(data);
    expect(findRevertData({ info: { error: { data: "0x" } } })).to.equal("0x");
  });

  it("finds nothing in an error of another sort, nor loops", () => {
    const loop: { cause?: unknown } = {};
    loop.cause = loop;
    for (const value of [null, undefined, 5, "0x12", new Error("down"), { data: "text" }, loop]) {
      expect(findRevertData(value)).to.equal(null);
    }
  });
});
