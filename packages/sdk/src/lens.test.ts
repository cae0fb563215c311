import { expect } from "chai";
import { AbiCoder } from "ethers";
import { SdkError } from "./errors.ts";
import type { Address, Hex } from "./hex.ts";
import { buildIntent } from "./intent/buildIntent.ts";
import type { SignedIntent } from "./intent/Intent.ts";
import { intentObstacles, readIntents } from "./lens.ts";

const lens: Address = "0x1111111111111111111111111111111111111111";
const owner: Address = "0x2222222222222222222222222222222222222222";
const token: Address = "0x3333333333333333333333333333333333333333";

const signed: SignedIntent = {
  intent: buildIntent({ sellToken: token, sellAmount: 5n, buyToken: owner, buyAmount: 6n, validFor: 60 }),
  signature: { scheme: "approval", owner },
};

const stateType = "tuple(uint8, address, bool, bytes32, uint256, uint256, uint256, uint256)[]";
const answer = (...obstacles: number[]) =>
  AbiCoder.defaultAbiCoder().encode(
    [stateType],
    [obstacles.map((obstacle) => [obstacle, owner, true, `0x${"ab".repeat(32)}`, 1n, 2n, 3n, 4n])],
  );

/** The code with which reading fails, "" if it does not. */
async function failure(reply: string): Promise<string> {
  try {
    await readIntents(lens, [signed], { call: () => Promise.resolve(reply) });
    return "";
  } catch (error) {
    return error instanceof SdkError ? error.code : "another error";
  }
}

describe("readIntents", () => {
  it("names every obstacle, and none", async () => {
    const all = [0, ...intentObstacles.map((_, index) => index + 1)];
    const call = () => Promise.resolve(answer(...all));
    const states = await readIntents(lens, Array<SignedIntent>(all.length).fill(signed), { call });
    expect(states.map(({ obstacle }) => obstacle)).to.deep.equal([null, ...intentObstacles]);
    expect(states[0]).to.deep.equal({
      obstacle: null,
      intentHash: `0x${"ab".repeat(32)}`,
      owner,
      conditionHolds: true,
      remaining: 1n,
      limitBuyAmount: 2n,
      balance: 3n,
      allowance: 4n,
    });
  });

  it("asks in chunks, in order", async () => {
    const calls: Hex[] = [];
    const call = ({ data }: { data: Hex }) => {
      calls.push(data);
      return Promise.resolve(calls.length === 3 ? answer(3) : answer(1, 2));
    };
    const states = await readIntents(lens, Array<SignedIntent>(5).fill(signed), { call, chunkSize: 2 });
    expect(calls).to.have.length(3);
    expect(states.map(({ obstacle }) => intentObstacles.indexOf(obstacle!))).to.deep.equal([0, 1, 0, 1, 2]);
  });

  it("says so when what answers is no lens", async () => {
    expect(await failure("0x")).to.equal("LensUnreadable");
    expect(await failure("0x1234")).to.equal("LensUnreadable");
    expect(await failure(answer(1, 2))).to.equal("LensUnreadable");
    expect(await failure(answer(1))).to.equal("");
  });
});
