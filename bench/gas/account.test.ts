import { expect } from "chai";
import { accountOf, calldataGas, marginalAccount, type Step } from "./account.ts";

const data = Uint8Array.of(0, 1, 2);
const calldata = 4 + 16 + 16;

/** Steps of one contract that calls a token and ecrecover; the gas that is left falls by what each step costs. */
const steps: Step[] = [
  { op: "PUSH1", gas: 1000, depth: 1 },
  { op: "CALL", gas: 997, depth: 1 },
  { op: "SSTORE", gas: 800, depth: 2 },
  { op: "STOP", gas: 700, depth: 2 },
  { op: "STATICCALL", gas: 890, depth: 1 },
  { op: "SSTORE", gas: 790, depth: 1 },
  { op: "KECCAK256", gas: 690, depth: 1 },
  { op: "LOG3", gas: 654, depth: 1 },
  { op: "JUMPI", gas: 600, depth: 1 },
  { op: "CALLDATALOAD", gas: 590, depth: 1 },
  { op: "MSTORE", gas: 587, depth: 1 },
  { op: "ADD", gas: 584, depth: 1 },
  { op: "STOP", gas: 581, depth: 1 },
];
const used = 21_000 + calldata + (1000 - 581);

describe("the opcode account", () => {
  it("counts each step by what it is for, and what happens inside a token as the token's", () => {
    expect(accountOf(steps, data, used)).to.deep.equal({
      calldata,
      ecrecover: 100,
      storage: 100,
      log: 54,
      "token calls": 107,
      hashing: 36,
      memory: 3,
      "calldata reads": 3,
      arithmetic: 3,
      stack: 3,
      jumps: 10,
    });
  });

  it("refuses steps that do not add up to the gas of the transaction", () => {
    expect(() => accountOf(steps, data, used + 1)).to.throw(`The account comes to ${used}`);
  });

  it("prices a zero byte of calldata at 4 gas and any other at 16", () => {
    expect(calldataGas(Uint8Array.of(0, 0, 255))).to.equal(24);
  });

  it("spreads the difference of two batches over the intents that one has more", () => {
    const few = accountOf(steps, data, used);
    const many = { ...few, storage: few.storage + 900, log: few.log + 45 };

    const more = marginalAccount(few, many, 90);

    expect(more).to.include({ storage: 10, log: 0.5, calldata: 0, ecrecover: 0 });
  });
});
