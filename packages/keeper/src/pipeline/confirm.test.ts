import { fillCost, settlementAbi, settlementSize } from "@walras/sdk";
import { expect } from "chai";
import { Interface } from "ethers";
import { withWorld } from "../../test/hooks.ts";
import {
  expensiveBlock,
  moveOut,
  pairOf,
  sendFirst,
  startDesk,
  type Desk,
  type DeskOptions,
} from "../../test/desk.ts";
import { walletOf } from "../../test/localChain.ts";
import { fortune, startWorld, type World } from "../../test/world.ts";
import type { AdmittedIntent } from "../domain.ts";
import { BatchFollower } from "./confirm.ts";

const settlementCalls = new Interface(settlementAbi);

describe("following a batch", function () {
  this.timeout(300_000);
  let world: World;
  let desk: Desk;
  let one: AdmittedIntent;
  let two: AdmittedIntent;

  withWorld((started) => void (world = started));
  afterEach(async () => {
    await desk.close();
    await world.reset();
  });

  const start = async (options?: DeskOptions) => {
    desk = await startDesk(world, options);
    [one, two] = await pairOf(world);
    await desk.add(one, two);
  };
  const automine = (on: boolean) => world.local.request("evm_setAutomine", [on]);
  const batchStatus = async () => (await desk.onlyBatch()).status;

  it("books it when it is mined and confirms it at the configured depth", async () => {
    await start({ confirmations: 3 });
    await desk.round();
    expect(await desk.status(one)).to.equal("executing");
    expect(await desk.follow()).to.deep.equal({ onItsWay: false });
    expect(await desk.status(one)).to.equal("filled");
    expect(await batchStatus()).to.equal("mined");
    await world.local.mine();
    await desk.follow();
    expect(await batchStatus()).to.equal("mined");
    await world.local.mine();
    await desk.follow();
    expect(await batchStatus()).to.equal("confirmed");
    const { mined } = await desk.onlyBatch();
    expect(mined!.gasUsed > 21_000n).to.equal(true);
  });

  /** The fee that an intent bound to its metered cost pays: an atom for a wei, and a cap that no cost comes near. */
  const meteredFeeIn = async (place: World) => {
    desk = await startDesk(place);
    const [a, b] = place.tokens;
    const ether = 10n ** 18n;
    const terms = { sellAmount: ether, buyAmount: (9n * ether) / 10n };
    const metered = { ...terms, sellToken: a, buyToken: b, maxFee: ether / 20n, feePerWei: ether };
    const intents = [
      await place.sign(1, metered),
      await place.sign(2, { ...terms, sellToken: b, buyToken: a }),
    ];
    await desk.add(...intents);
    const before = await place.balance(a, place.account.address);
    const { baseFeePerGas } = await place.local.chain.latestBlock();

    await desk.round();
    await desk.follow();

    for (const intent of intents) expect(await desk.status(intent)).to.equal("filled");
    const fee = (await place.balance(a, place.account.address)) - before;
    return { fee, baseFeePerGas, mined: (await desk.onlyBatch()).mined! };
  };

  it("charges what a fill costs where the signer bounds the fee by it", async () => {
    const { fee, mined } = await meteredFeeIn(world);
    expect(fee > 0n, "a fee is charged").to.equal(true);
    expect(fee < mined.gasUsed * mined.effectiveGasPrice, "it is below the cost of the batch").to.equal(true);
  });

  it("charges what the chain takes for a fill's data as well", async () => {
    const rollup = await startWorld({ hasDataFee: true });
    const { fee, baseFeePerGas } = await meteredFeeIn(rollup);
    await rollup.close();
    // Three quarters, with the share in what a batch of 65,535 fills has in common.
    const dataFee = 5_000_000_000_000n + 31_000_000_007n * settlementSize(0xffff);
    const prices = { gasPrice: baseFeePerGas, baseFee: baseFeePerGas, chainFee: { dataFee, weiPerGas: 25n } };
    expect(fee).to.equal((fillCost(prices, { count: 0xffff }) * 3n) / 4n);
  });

  it("sends it again on every block until it is mined, also when the node lost it", async () => {
    await automine(false);
    await start();
    await desk.round();
    const [attempt] = (await desk.onlyBatch()).attempts;
    await world.local.request("hardhat_dropTransaction", [attempt!.transactionHash]);
    await world.local.mine();
    expect(await desk.follow()).to.deep.equal({ onItsWay: true });
    await world.local.mine();
    await desk.follow();
    expect(await desk.status(one)).to.equal("filled");
    expect((await desk.onlyBatch()).attempts).to.have.length(1);
  });

  describe("when a reorg takes its block", () => {
    /** Runs the round on a branch of the chain, which is then dropped for another. */
    const settleAndDrop = async (confirmations: number) => {
      await start({ confirmations });
      const snapshot = await world.local.request("evm_snapshot");
      await desk.round();
      await desk.follow();
      expect(await desk.status(one)).to.equal("filled");
      await automine(false);
      await world.local.request("evm_revert", [snapshot]);
      await world.local.request("evm_increaseTime", [3]);
    };

    it("takes the fills back, sends it again, and books it in its new block", async () => {
      await settleAndDrop(5);
      await world.local.mine(2);
      expect(await desk.follow()).to.deep.equal({ onItsWay: true });
      expect(await desk.status(one)).to.equal("executing");
      expect((await desk.store.getIntent(one.intentHash))?.sold).to.equal(0n);
      await world.local.mine();
      await desk.follow();
      expect(await desk.store.getIntent(one.intentHash)).to.include({ status: "filled", sold: 1000n });
      const { attempts, mined } = await desk.onlyBatch();
      expect(attempts).to.have.length(1);
      expect((await world.local.chain.blockByNumber(mined!.blockNumber))?.hash).to.equal(mined?.blockHash);
    });

    it("cancels it when it would revert on the new branch, and says why its intents do not settle", async () => {
      await settleAndDrop(2);
      const cancel = settlementCalls.encodeFunctionData("cancel", [one.signed.intent.nonce]);
      await sendFirst(world, 1, world.settlement, cancel);
      await world.local.mine(3);
      await desk.follow();
      const { attempts } = await desk.onlyBatch();
      expect(attempts.map(({ purpose }) => purpose)).to.deep.equal(["settle", "cancel"]);
      await world.local.mine();
      await desk.follow();
      expect(await desk.status(one)).to.equal("executing");
      await world.local.mine();
      await desk.follow();
      expect(await desk.onlyBatch()).to.deep.include({ status: "failed", mined: null });
      expect(await desk.status(one)).to.equal("open");
      await desk.round();
      expect([await desk.status(one), await desk.reason(one)]).to.deep.equal([
        "cancelled",
        "CancelledOnChain",
      ]);
      expect(await desk.reason(two)).to.equal("NoCounterparty");
    });

    it("doubts even what was confirmed, if the reorg was as deep as that", async () => {
      await settleAndDrop(1);
      expect(await batchStatus()).to.equal("confirmed");
      await world.local.mine(2);
      const { number } = await world.local.chain.latestBlock();
      await new BatchFollower(desk.deps).doubt(number - 2);
      expect(await batchStatus()).to.equal("reorged");
      await desk.follow();
      await world.local.mine();
      await desk.follow();
      expect(await desk.status(one)).to.equal("filled");
    });

    it("leaves the confirmed batches alone that it did not reach", async () => {
      await start();
      await desk.round();
      await desk.follow();
      await new BatchFollower(desk.deps).doubt(0);
      expect(await batchStatus()).to.equal("confirmed");
    });

    it("sends several batches again in the order of their account nonces", async () => {
      await start({ confirmations: 9 });
      const snapshot = await world.local.request("evm_snapshot");
      await desk.round();
      await desk.follow();
      const more = await pairOf(world);
      await desk.add(...more);
      await desk.round();
      await desk.follow();
      expect(await desk.status(more[0])).to.equal("filled");

      await automine(false);
      await world.local.request("evm_revert", [snapshot]);
      await world.local.request("evm_increaseTime", [3]);
      await world.local.mine(4);
      expect(await desk.follow()).to.deep.equal({ onItsWay: true });
      for (const intent of [one, more[0]]) expect(await desk.status(intent)).to.equal("executing");
      await world.local.mine();
      await desk.follow();
      for (const intent of [one, two, ...more]) expect(await desk.status(intent)).to.equal("filled");
      expect(await world.balance(world.tokens[0], world.owner(1))).to.equal(fortune - 2000n);
    });
  });

  describe("when it is not mined in time", () => {
    it("outbids it by what nodes ask for, after simulating it again, and books whichever is mined", async () => {
      await automine(false);
      await start();
      await desk.round();
      await expensiveBlock(world);
      await desk.follow();
      await expensiveBlock(world);
      await desk.follow();
      expect((await desk.onlyBatch()).attempts).to.have.length(1);
      await expensiveBlock(world);
      await desk.follow();

      const [first, second] = (await desk.onlyBatch()).attempts;
      expect(second).to.include({ purpose: "settle", accountNonce: first!.accountNonce });
      expect(second!.maxFeePerGas * 1000n >= first!.maxFeePerGas * 1125n).to.equal(true);
      expect(second!.maxPriorityFeePerGas * 1000n >= first!.maxPriorityFeePerGas * 1125n).to.equal(true);
      await world.local.mine();
      await desk.follow();
      expect(await desk.status(one)).to.equal("filled");
      expect((await desk.onlyBatch()).mined?.transactionHash).to.equal(second?.transactionHash);
    });

    it("waits anew after a restart", async () => {
      await automine(false);
      await start();
      await desk.round();
      for (let i = 0; i < 3; i++) {
        await expensiveBlock(world);
        desk.restart();
        await desk.follow();
      }
      expect((await desk.onlyBatch()).attempts).to.have.length(1);
    });

    it("goes on sending the old one when the fee cap leaves no room", async () => {
      await automine(false);
      const { baseFeePerGas } = await world.local.chain.fees();
      await start({ maxFeePerGas: baseFeePerGas + 10n ** 9n });
      await desk.round();
      for (let i = 0; i < 4; i++) {
        await expensiveBlock(world);
        await desk.follow();
      }
      expect((await desk.onlyBatch()).attempts).to.have.length(1);
      expect(desk.lines.join("")).to.include("no room to outbid");
    });

    it("takes it back when it would revert by then, and opens its intents again with the reason", async () => {
      await automine(false);
      await start();
      await desk.round();
      await moveOut(world, 1, world.tokens[0], fortune);
      for (let i = 0; i < 3; i++) {
        await expensiveBlock(world);
        await desk.follow();
      }
      const { attempts } = await desk.onlyBatch();
      expect(attempts.map(({ purpose }) => purpose)).to.deep.equal(["settle", "cancel"]);
      await world.local.mine();
      await desk.follow();
      expect(await batchStatus()).to.equal("failed");
      expect(await desk.reason(two)).to.equal("SettlementCancelled");
      await desk.round();
      expect([await desk.status(one), await desk.reason(one)]).to.deep.equal([
        "invalid",
        "InsufficientBalance",
      ]);
      expect(await desk.status(two)).to.equal("open");
    });
  });

  it("waits for depth when it reverts on chain, then opens its intents again; they sit out", async () => {
    await automine(false);
    await start({ confirmations: 2 });
    await desk.round();
    await moveOut(world, 1, world.tokens[0], fortune);
    await world.local.mine();
    expect(await desk.follow()).to.deep.equal({ onItsWay: false });
    expect(await desk.status(two)).to.equal("executing");
    await world.local.mine();
    await desk.follow();
    expect(await batchStatus()).to.equal("failed");
    expect([await desk.status(two), await desk.reason(two)]).to.deep.equal(["open", "SettlementReverted"]);
    const { number } = await world.local.chain.latestBlock();
    expect(desk.deps.sitOut.reason(two.intentHash, number)?.code).to.equal("SettlementReverted");
    expect(desk.deps.sitOut.reason(two.intentHash, number + 1)).to.equal(null);
  });

  it("gives it up when another transaction took its account nonce, but only at depth", async () => {
    await automine(false);
    await start({ confirmations: 2 });
    expect(walletOf(10).address).to.equal(desk.deps.account.address);
    await desk.round();
    await sendFirst(world, 10, world.owner(1), "0x");
    await world.local.mine();
    expect(await desk.follow()).to.deep.equal({ onItsWay: true });
    expect(await desk.status(one)).to.equal("executing");
    await world.local.mine();
    expect(await desk.follow()).to.deep.equal({ onItsWay: false });
    expect(await batchStatus()).to.equal("replaced");
    expect([await desk.status(one), await desk.reason(one)]).to.deep.equal(["open", "SettlementReplaced"]);
  });

  it("does not call it lost while the node is late with its receipt", async () => {
    let late = true;
    const receipt: World["local"]["chain"]["receipt"] = (hash) =>
      late ? Promise.resolve(null) : world.local.chain.receipt(hash);
    await start({ chain: { receipt }, confirmations: 2 });
    await desk.round();
    expect(await desk.follow()).to.deep.equal({ onItsWay: true });
    late = false;
    await world.local.mine();
    await desk.follow();
    expect(await desk.status(one)).to.equal("filled");
  });

  it("does not believe a receipt from a block that is not part of the chain", async () => {
    const receipt: World["local"]["chain"]["receipt"] = async (hash) => {
      const real = await world.local.chain.receipt(hash);
      return real === null ? null : { ...real, blockHash: hash };
    };
    await start({ chain: { receipt }, confirmations: 2 });
    await desk.round();
    await desk.follow();
    expect(await desk.status(one)).to.equal("executing");
  });

  it("raises its voice when the logs differ from what it computed", async () => {
    const receipt: World["local"]["chain"]["receipt"] = async (hash) => {
      const real = await world.local.chain.receipt(hash);
      return real === null ? null : { ...real, logs: real.logs.filter(({ topics }) => topics.length !== 3) };
    };
    await start({ chain: { receipt } });
    await desk.round();
    await desk.follow();
    expect(desk.lines.join("")).to.include("the logs differ from the batch");
  });
});
