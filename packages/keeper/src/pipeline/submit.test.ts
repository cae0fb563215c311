import { expect } from "chai";
import { Transaction } from "ethers";
import { withWorld } from "../../test/hooks.ts";
import { pairOf, startDesk, type Desk, type DeskOptions } from "../../test/desk.ts";
import { type World } from "../../test/world.ts";
import type { Chain } from "../chain/Chain.ts";
import type { StoredTransaction } from "../domain.ts";
import { KeeperError } from "../errors.ts";

describe("submitting a batch", function () {
  this.timeout(300_000);
  let world: World;
  let desk: Desk;

  withWorld((started) => void (world = started));
  afterEach(async () => {
    await desk.close();
    await world.reset();
  });

  const start = async (options?: DeskOptions) => {
    desk = await startDesk(world, options);
    const pair = await pairOf(world);
    await desk.add(...pair);
    return pair;
  };

  it("keeps the signed transaction before anybody sees it, and notes the broadcast after", async () => {
    const seen: StoredTransaction[] = [];
    const broadcast: Chain["broadcast"] = async (raw) => {
      const [batch] = await desk.store.listPendingTransactions();
      if (batch !== undefined) seen.push(batch);
      await world.local.chain.broadcast(raw);
    };
    await start({ chain: { broadcast } });
    const { batch } = await desk.round();
    expect(seen).to.have.length(1);
    expect(seen[0]).to.include({ status: "simulated" });
    expect(seen[0]!.attempts).to.deep.equal(batch!.attempts);
    expect(batch).to.include({ status: "submitted" });
  });

  it("signs what it has simulated, as EIP-1559 with room for the base fee to double", async () => {
    await start();
    const { baseFeePerGas, maxPriorityFeePerGas } = await world.local.chain.fees();
    const { batch } = await desk.round();
    const [attempt] = batch!.attempts;
    const transaction = Transaction.from(attempt!.rawTransaction);
    expect(transaction).to.include({
      type: 2,
      chainId: 31337n,
      nonce: 0,
      to: world.settlement,
      from: world.account.address,
      data: batch!.calldata,
      value: 0n,
      hash: attempt!.transactionHash,
      gasLimit: attempt!.gasLimit,
      maxFeePerGas: 2n * baseFeePerGas + maxPriorityFeePerGas,
      maxPriorityFeePerGas,
    });
  });

  it("pays no more per gas than is configured, and waits where that is less than the next block costs", async () => {
    const { baseFeePerGas } = await world.local.chain.fees();
    await start({ maxFeePerGas: baseFeePerGas + 5n });
    const { batch } = await desk.round();
    expect(batch!.attempts[0]).to.include({
      maxFeePerGas: baseFeePerGas + 5n,
      maxPriorityFeePerGas: baseFeePerGas + 5n < 10n ** 9n ? baseFeePerGas + 5n : 10n ** 9n,
    });
    await desk.close();
    await world.reset();

    const [one] = await start({ maxFeePerGas: baseFeePerGas / 2n });
    const { problem } = await desk.round();
    expect(problem?.code).to.equal("GasPriceTooHigh");
    expect([await desk.status(one), await desk.reason(one)]).to.deep.equal(["open", "GasPriceTooHigh"]);
  });

  it("signs nothing that its account cannot pay for, and tells the intents and the operator", async () => {
    const cannotSend: Partial<Chain> = { balance: () => Promise.resolve(1n) };
    const [one] = await start({ chain: cannotSend });
    expect((await desk.round()).problem?.code).to.equal("KeeperUnfunded");
    expect(await desk.reason(one)).to.equal("KeeperUnfunded");
    await desk.close();

    const { baseFeePerGas, maxPriorityFeePerGas } = await world.local.chain.fees();
    const empty = 21_000n * (2n * baseFeePerGas + maxPriorityFeePerGas);
    await start({ chain: { balance: () => Promise.resolve(empty) } });
    expect((await desk.round()).problem?.code).to.equal("KeeperUnfunded");
    expect(await desk.store.listPendingTransactions()).to.be.empty;
  });

  it("takes a batch up again that the node refused, without signing another", async () => {
    let refuse = true;
    const broadcast: Chain["broadcast"] = (raw) =>
      refuse
        ? Promise.reject(new KeeperError("BroadcastRefused", { problem: "no" }))
        : world.local.chain.broadcast(raw);
    const [one] = await start({ chain: { broadcast } });
    let code = "none";
    await desk.round().catch((error: unknown) => {
      if (error instanceof KeeperError) code = error.code;
    });
    expect(code).to.equal("BroadcastRefused");
    expect(await desk.follow()).to.deep.equal({ onItsWay: true });
    expect((await desk.onlyBatch()).status).to.equal("simulated");
    refuse = false;
    await desk.follow();
    await desk.follow();
    expect(await desk.status(one)).to.equal("filled");
    expect((await desk.onlyBatch()).attempts).to.have.length(1);
  });

  it("leaves an intent out that was cancelled while its batch was being made", async () => {
    const call: Chain["call"] = async (request) => {
      const reason = { code: "CancelledByOwner", message: "" };
      await desk.store.updateIntents([{ intentHash: one.intentHash, status: "cancelled", reason }], 1);
      return world.local.chain.call(request);
    };
    const [one] = await start({ chain: { call } });
    expect(await desk.round()).to.deep.equal({ batch: null, problem: null, again: true });
    expect(await desk.status(one)).to.equal("cancelled");
    expect(await desk.store.listPendingTransactions()).to.be.empty;
    expect(await world.local.chain.accountNonce(world.account.address, "pending")).to.equal(0);
  });
});
