import { expect } from "chai";
import { withWorld } from "../../test/hooks.ts";
import { type World } from "../../test/world.ts";
import type { Chain, GasEstimate } from "../chain/Chain.ts";
import { gasLimitCap, simulateCall } from "./simulate.ts";

describe("simulating a settlement", function () {
  this.timeout(300_000);
  let world: World;
  withWorld((started) => void (world = started));

  const simulate = (data: `0x${string}`, chain: Partial<Chain> = {}) =>
    simulateCall(
      {
        chain: { ...world.local.chain, ...chain },
        settlement: world.settlement,
        keeper: world.account.address,
      },
      data,
    );
  /** A call that every block accepts. */
  const accepted: Partial<Chain> = { call: () => Promise.resolve({ ok: true, data: "0x" }) };
  const estimating = (gas: bigint): Partial<Chain> => ({
    ...accepted,
    estimateGas: (): Promise<GasEstimate> => Promise.resolve({ ok: true, gas }),
  });

  it("names the block that it ran on, and adds a margin of gas within the cap of a transaction", async () => {
    const head = await world.local.chain.latestBlock();
    const simulation = await simulate("0x", estimating(600_000n));
    expect(simulation).to.deep.equal({ outcome: "accepted", gasLimit: 700_000n, simulatedAt: head });
    const full = await simulate("0x", estimating(16_000_000n));
    expect(full).to.include({ outcome: "accepted", gasLimit: gasLimitCap });
    const over = await simulate("0x", estimating(gasLimitCap + 1n));
    expect(over).to.deep.equal({ outcome: "tooBig", gas: gasLimitCap + 1n });
  });

  it("reads the contract's reason, from the call or from the estimate", async () => {
    const byCall = await simulate("0xdeadbeef");
    expect(byCall).to.deep.include({ outcome: "reverted" });
    const byEstimate = await simulate("0xdeadbeef", accepted);
    expect(byEstimate).to.deep.include({ outcome: "reverted" });
  });

  it("runs again when a block came in between, so that what is signed ran on the latest one", async () => {
    let runs = 0;
    const head = await world.local.chain.latestBlock();
    const call: Chain["call"] = async () => {
      if (runs++ === 0) await world.local.mine();
      return { ok: true, data: "0x" };
    };
    const simulation = await simulate("0x", { ...estimating(100n), call });
    expect(runs).to.equal(2);
    expect(simulation.outcome === "accepted" && simulation.simulatedAt.number).to.equal(head.number + 1);
  });

  it("gives up on a node whose latest block is another each time", async () => {
    const call: Chain["call"] = async () => {
      await world.local.mine();
      return { ok: true, data: "0x" };
    };
    let code: unknown;
    await simulate("0x", { ...estimating(100n), call }).catch((error: unknown) => {
      code = error instanceof Error && "code" in error && error.code;
    });
    expect(code).to.equal("NodeUnreachable");
  });
});
