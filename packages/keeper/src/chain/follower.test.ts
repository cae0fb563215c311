import { expect } from "chai";
import { startLocalChain, type LocalChain } from "../../test/localChain.ts";
import { BlockFollower } from "./follower.ts";

describe("the block follower", function () {
  this.timeout(300_000);
  let local: LocalChain;
  let now: number;
  let follower: BlockFollower;

  beforeEach(async () => {
    local = await startLocalChain();
    now = (await local.chain.latestBlock()).timestamp * 1000;
    follower = new BlockFollower({ chain: local.chain, maxBlockAgeSeconds: 60, clock: () => now });
  });
  afterEach(() => local.close());

  const pollNumber = async () => {
    const event = await follower.poll();
    return event === null ? null : `${event.type} ${event.head.number}`;
  };

  it("gives each new head once, also when several blocks came at a time", async () => {
    expect(await pollNumber()).to.equal("block 0");
    expect(await pollNumber()).to.equal(null);
    await local.mine();
    expect(await pollNumber()).to.equal("block 1");
    await local.mine(40);
    expect(await pollNumber()).to.equal("block 41");
    expect(follower.state).to.include({ reachable: true, error: null, stalled: false, behind: false });
    expect(follower.state.head?.number).to.equal(41);
  });

  it("sees a reorg by the parents, and names the last common block that it knows", async () => {
    await pollNumber();
    await local.mine();
    await pollNumber();
    const snapshot = await local.request("evm_snapshot");
    await local.mine();
    await pollNumber();
    await local.mine();
    await pollNumber();

    await local.request("evm_revert", [snapshot]);
    await local.request("evm_increaseTime", [5]);
    await local.mine(4);
    const event = await follower.poll();
    expect(event).to.include({ type: "reorg", ancestor: 1 });
    expect(event?.head.number).to.equal(5);
    await local.mine();
    expect(await pollNumber()).to.equal("block 6");
  });

  it("sees a reorg that replaces the head by another of the same number", async () => {
    await pollNumber();
    const snapshot = await local.request("evm_snapshot");
    await local.mine();
    await pollNumber();
    await local.request("evm_revert", [snapshot]);
    await local.request("evm_increaseTime", [5]);
    await local.mine();
    expect(await follower.poll()).to.include({ type: "reorg", ancestor: 0 });
  });

  it("does not believe at once that the chain became shorter, for another node may just be later", async () => {
    await pollNumber();
    const snapshot = await local.request("evm_snapshot");
    await local.mine();
    await pollNumber();
    await local.request("evm_revert", [snapshot]);
    for (let i = 0; i < 3; i++) {
      expect(await pollNumber()).to.equal(null);
      expect(follower.state).to.include({ behind: true });
      expect(follower.state.head?.number).to.equal(1);
    }
    expect(await follower.poll()).to.include({ type: "reorg", ancestor: 0 });
    expect(follower.state).to.include({ behind: false });
  });

  it("takes a reorg below all that it remembers for one of everything", async () => {
    follower = new BlockFollower({ chain: local.chain, maxBlockAgeSeconds: 60, clock: () => now, depth: 2 });
    const snapshot = await local.request("evm_snapshot");
    for (let i = 0; i < 3; i++) {
      await local.mine();
      await pollNumber();
    }
    await local.request("evm_revert", [snapshot]);
    await local.request("evm_increaseTime", [5]);
    await local.mine(4);
    expect(await follower.poll()).to.include({ type: "reorg", ancestor: -1 });
  });

  it("raises an alarm when no block comes, and takes it back", async () => {
    await pollNumber();
    now += 61_000;
    expect(follower.state.stalled).to.equal(true);
    await local.request("evm_increaseTime", [61]);
    await local.mine();
    await pollNumber();
    expect(follower.state.stalled).to.equal(false);
  });

  it("counts a stalled node that is syncing as behind", async () => {
    const syncing = { ...local.chain, syncing: () => Promise.resolve(true) };
    follower = new BlockFollower({ chain: syncing, maxBlockAgeSeconds: 60, clock: () => now });
    await pollNumber();
    expect(follower.state.behind).to.equal(false);
    now += 61_000;
    await pollNumber();
    expect(follower.state.behind).to.equal(true);
  });

  it("says that the node is down, and goes on from the same place when it is back", async () => {
    await pollNumber();
    local.fault = () => "drop";
    let failed = false;
    await follower.poll().catch(() => (failed = true));
    expect(failed).to.equal(true);
    expect(follower.state).to.include({ reachable: false, latencyMs: null });
    expect(follower.state.error).to.be.a("string");
    expect(follower.state.head?.number).to.equal(0);

    local.fault = () => null;
    await local.mine();
    expect(await pollNumber()).to.equal("block 1");
    expect(follower.state).to.include({ reachable: true, error: null });
  });

  it("measures the block interval, within bounds", async () => {
    await pollNumber();
    expect(follower.blockInterval).to.equal(12);
    await local.request("hardhat_mine", ["0x14", "0x2"]);
    await pollNumber();
    expect(follower.blockInterval).to.equal(2);
  });
});
