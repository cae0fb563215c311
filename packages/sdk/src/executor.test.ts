import { expect } from "chai";
import { AbiCoder, Interface } from "ethers";
import { codeOf } from "../test/examples.ts";
import {
  encodeExecutorCalls,
  encodeExecutorExecute,
  encodeExecutorSettle,
  encodeExecutorSweep,
  permit2Address,
  permit2Call,
  permitCall,
  uniswapV2SwapCalls,
  uniswapV3SwapCall,
} from "./executor.ts";
import { zeroAddress, type Address, type Hex } from "./hex.ts";

const one: Address = "0x1111111111111111111111111111111111111111";
const two: Address = "0x2222222222222222222222222222222222222222";
const callType = "tuple(address, uint256, bytes, bool, address, uint256)[]";
const plain = (value: unknown): unknown =>
  typeof value === "object" && value !== null ? Array.from<unknown>(value as never[]).map(plain) : value;
const decode = (type: string, data: Hex): unknown =>
  plain(AbiCoder.defaultAbiCoder().decode([type], data)[0]);

describe("encodeExecutorCalls", () => {
  it("spells out what was left out", () => {
    const data = encodeExecutorCalls([
      { target: one, data: "0x1234" },
      { target: two, data: "0x", value: 3n, allowFailure: true, pay: { token: one, most: 4n } },
    ]);
    expect(decode(callType, data)).to.deep.equal([
      [one, 0n, "0x1234", false, zeroAddress, 0n],
      [two, 3n, "0x", true, one, 4n],
    ]);
  });

  it("is what execute takes, behind its selector", () => {
    const calls = [{ target: one, data: "0x1234" as const }];
    expect(encodeExecutorExecute(calls).slice(10)).to.equal(encodeExecutorCalls(calls).slice(2));
  });
});

describe("encodeExecutorSettle", () => {
  it("carries the batch as settle itself does, and a plan in which everything may be left out", () => {
    const batch = {
      tokens: [one, two],
      prices: [1n, 2n],
      fills: [],
      transfers: [],
      callbackData: "0x55" as const,
    };
    const types = [
      "tuple(address[], uint128[], bytes, bytes, bytes)",
      `tuple(${callType}, address[], ${callType}, address[])`,
    ];
    const read = (data: Hex): unknown =>
      plain(AbiCoder.defaultAbiCoder().decode(types, `0x${data.slice(10)}`));
    const packed = [[one, two], [1n, 2n], "0x0000", "0x", "0x55"];
    expect(read(encodeExecutorSettle(batch))).to.deep.equal([packed, [[], [], [], []]]);
    const call = { target: one, data: "0x12" as const };
    const plan = { beforehand: [call], payTokens: [one], afterwards: [call, call], sweepTokens: [two, one] };
    const written = [one, 0n, "0x12", false, zeroAddress, 0n];
    expect(read(encodeExecutorSettle(batch, plan))).to.deep.equal([
      packed,
      [[written], [one], [written, written], [two, one]],
    ]);
  });

  it("sweeps what it is told to", () => {
    expect(decode("address[]", `0x${encodeExecutorSweep([one, zeroAddress]).slice(10)}`)).to.deep.equal([
      one,
      zeroAddress,
    ]);
  });
});

describe("calls for an executor", () => {
  it("may fail if they are permits", () => {
    const signature: Hex = `0x${"11".repeat(32)}${"22".repeat(32)}1b`;
    const permit = permitCall({ token: one, owner: two, spender: one, value: 5n, deadline: 6n, signature });
    expect([permit.target, permit.allowFailure, permit.pay]).to.deep.equal([one, true, undefined]);
    const terms = {
      owner: two,
      token: one,
      amount: 5n,
      expiration: 6n,
      nonce: 0n,
      spender: one,
      sigDeadline: 7n,
    };
    const permit2 = permit2Call({ ...terms, signature });
    expect([permit2.target, permit2.allowFailure]).to.deep.equal([permit2Address, true]);
    expect(codeOf(() => permit2Call({ ...terms, amount: 2n ** 160n, signature }))).to.equal(
      "AmountOutOfRange",
    );
  });

  it("swap on a v2 pair in either direction", () => {
    const pool = new Interface(["function swap(uint256, uint256, address, bytes)"]);
    const swap = { pair: one, tokenIn: two, amountIn: 3n, amountOut: 4n, recipient: two };
    const outputs = (zeroForOne: boolean) => {
      const [transfer, call] = uniswapV2SwapCalls({ ...swap, zeroForOne });
      expect([transfer?.target, call?.target]).to.deep.equal([two, one]);
      return plain(pool.decodeFunctionData("swap", call!.data));
    };
    expect(outputs(true)).to.deep.equal([0n, 4n, two, "0x"]);
    expect(outputs(false)).to.deep.equal([4n, 0n, two, "0x"]);
  });

  it("swap on a v3 pool for an exact input or output, and pay no more than that or what is named", () => {
    const pool = new Interface(["function swap(address, bool, int256, uint160, bytes)"]);
    const swap = { pool: one, tokenIn: two, zeroForOne: true, amount: 5n, recipient: two };
    const input = uniswapV3SwapCall(swap);
    expect(input.pay).to.deep.equal({ token: two, most: 5n });
    expect(plain(pool.decodeFunctionData("swap", input.data))).to.deep.equal([
      two,
      true,
      5n,
      4295128740n,
      "0x",
    ]);
    const output = uniswapV3SwapCall({ ...swap, zeroForOne: false, exactOutput: true, most: 9n });
    expect(output.pay).to.deep.equal({ token: two, most: 9n });
    const [, , amount, limit] = plain(pool.decodeFunctionData("swap", output.data)) as unknown[];
    expect([amount, limit]).to.deep.equal([-5n, 1461446703485210103287273052203988822378723970341n]);
    expect(codeOf(() => uniswapV3SwapCall({ ...swap, amount: 0n }))).to.equal("AmountOutOfRange");
  });
});
