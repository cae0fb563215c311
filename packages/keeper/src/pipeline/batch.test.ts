import { decodeSettle, type BuildIntentInput } from "@walras/sdk";
import { expect } from "chai";
import { withWorld } from "../../test/hooks.ts";
import { pairOf, startDesk, type Desk, type DeskOptions } from "../../test/desk.ts";
import { fortune, type World } from "../../test/world.ts";
import type { CallOutcome, Chain } from "../chain/Chain.ts";
import type { AdmittedIntent } from "../domain.ts";
import { KeeperError } from "../errors.ts";
import { isRefusal } from "./submit.ts";

/** Conditions, as bytecode: what is in storage slot 0; true only at a gas price of 0; true only at a base fee of 0. */
const switchCode = "0x5f545f5260205ff3";
const freeGasCode = "0x3a155f5260205ff3";
const freeBlockCode = "0x48155f5260205ff3";
const condition = "0x00000000000000000000000000000000000c0de0";

describe("making a batch", function () {
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
  };
  const setCode = (code: string) => world.local.request("hardhat_setCode", [condition, code]);
  const sellsA = (owner: number, fields: Partial<BuildIntentInput> = {}) => {
    const [sellToken, buyToken] = world.tokens;
    return world.sign(owner, { sellToken, buyToken, ...fields });
  };
  const sellsB = (owner: number, fields: Partial<BuildIntentInput> = {}) => {
    const [buyToken, sellToken] = world.tokens;
    return world.sign(owner, { sellToken, buyToken, ...fields });
  };
  const nextBlock = async () => {
    await world.local.mine();
    await desk.follow();
  };
  /** Rounds and blocks until nothing more settles, for so many blocks at most. */
  const settle = async (blocks: number) => {
    for (let i = 0; i < blocks; i++) {
      // A node that mines at once refuses a transaction that reverts, and mines it all the same.
      await desk.round().catch((error: unknown) => {
        if (!isRefusal(error)) throw error;
      });
      await nextBlock();
    }
  };

  it("settles a ring with parts at prices that keep every limit, and takes the fee that was signed", async () => {
    await start();
    const [a, b, c] = world.tokens;
    const partiallyFillable = true;
    const ring = [
      await world.sign(1, { sellToken: a, buyToken: b, maxFee: 10n, partiallyFillable }),
      await world.sign(2, { sellToken: b, buyToken: c, partiallyFillable }),
      await world.sign(3, { sellToken: c, buyToken: a, partiallyFillable }),
    ];
    await desk.add(...ring);
    await desk.round();
    await desk.follow();
    const [first, second] = await Promise.all(ring.map(({ intentHash }) => desk.store.getIntent(intentHash)));
    expect(first!.sold > 900n && first!.fee === (10n * first!.sold) / 1000n).to.equal(true);
    expect(first!.bought * 1000n >= first!.sold * 900n).to.equal(true);
    expect(second!.bought * 1000n >= second!.sold * 900n).to.equal(true);
    expect((await world.balance(a, world.account.address)) >= first!.fee).to.equal(true);
    for (const token of world.tokens) expect(await world.balance(token, world.settlement)).to.equal(0n);
  });

  it("lets who does not pay for its gas wait, where the keeper knows what the fee is worth", async () => {
    const [a] = world.tokens;
    await start({ tokenValues: new Map([[a.toLowerCase(), 10n ** 18n]]) });
    const [poor, rich] = [await sellsA(1), await sellsA(3, { maxFee: 100n })];
    await desk.add(poor, rich, await sellsB(2), await sellsB(4));
    await desk.round();
    // 100 wei are not worth a fill either.
    expect(await Promise.all([poor, rich].map((intent) => desk.reason(intent)))).to.deep.equal([
      "FeeBelowGas",
      "FeeBelowGas",
    ]);
  });

  it("settles a buy within the cap on what it sells, and counts what it bought", async () => {
    await start();
    const buys = await sellsA(1, { kind: "buy", buyAmount: 950n, partiallyFillable: true });
    await desk.add(buys, await sellsB(2, { partiallyFillable: true }));
    await desk.round();
    await desk.follow();
    const { bought, sold, filledAmount } = (await desk.store.getIntent(buys.intentHash))!;
    expect(bought > 900n && bought <= 950n && filledAmount === bought).to.equal(true);
    expect(bought * 1000n >= sold * 950n).to.equal(true);
  });

  it("says of an intent that is not in the batch why it is not", async () => {
    await start();
    const greedy = await sellsA(3, { buyAmount: 5000n });
    await desk.add(...(await pairOf(world)), greedy);
    await desk.round();
    expect(await desk.status(greedy)).to.equal("open");
    expect(await desk.reason(greedy)).to.match(/^(LimitOutOfReach|Outmatched|FillOrKillUnmatched)$/);
  });

  it("drops whom the contract names, settles the others in the same round, and tries again on later blocks", async () => {
    await start();
    await setCode(switchCode);
    const bad = await sellsA(3, { condition });
    await desk.add(...(await pairOf(world)), bad, await sellsB(4));
    const { batch } = await desk.round();
    expect(batch!.fills.map(({ intentHash }) => intentHash)).not.to.include(bad.intentHash);
    expect([await desk.status(bad), await desk.reason(bad)]).to.deep.equal(["open", "OutcomeNotMet"]);
    expect((await desk.store.getIntent(bad.intentHash))?.reason?.message).not.to.match(/fill \d/i);

    await world.local.request("hardhat_setStorageAt", [condition, "0x0", `0x${"1".padStart(64, "0")}`]);
    await nextBlock();
    await settle(2);
    expect(await desk.status(bad)).to.equal("filled");
  });

  it("lets nobody sit in who sits out, until the next block", async () => {
    await start();
    await setCode(switchCode);
    const bad = await sellsA(3, { condition });
    await desk.add(bad, await sellsB(4));
    expect((await desk.round()).batch).to.equal(null);
    world.local.calls.length = 0;
    await desk.round();
    const simulations = () => world.local.calls.filter((method) => method === "eth_estimateGas");
    expect(simulations()).to.be.empty;
    expect(await desk.reason(bad)).to.equal("OutcomeNotMet");
  });

  it("corners one who spoils batches without being named, and settles everybody else", async () => {
    let culprit = "";
    const call: Chain["call"] = async (request): Promise<CallOutcome> => {
      const isSettle = request.to === world.settlement && request.gas !== undefined;
      const nonces = isSettle ? decodeSettle(request.data).fills.map(({ intent }) => `${intent.nonce}`) : [];
      return nonces.includes(culprit) ? { ok: false, revertData: "0x" } : world.local.chain.call(request);
    };
    await start({ chain: { call } });
    const bad = await sellsA(1);
    culprit = `${bad.signed.intent.nonce}`;
    const others: AdmittedIntent[] = [];
    for (const owner of [2, 3]) others.push(await sellsA(owner));
    for (const owner of [4, 5]) others.push(await sellsB(owner));
    await desk.add(bad, ...others);
    // Every wait is of one block, so that the culprit is there in every round.
    await settle(10);
    for (const intent of others) expect(await desk.status(intent)).to.equal("filled");
    expect(await desk.status(bad)).to.equal("open");
  });

  it("sees through an intent that is good only where gas is free", async () => {
    await start({ chain: { estimateGas: () => Promise.resolve({ ok: true, gas: 400_000n }) } });
    await setCode(freeGasCode);
    const trap = await sellsA(1, { condition });
    await desk.add(trap, await sellsB(2));
    expect((await desk.round()).batch).to.equal(null);
    expect(await desk.reason(trap)).to.equal("OutcomeNotMet");
  });

  it("does not let an intent burn its gas block after block that is good only in simulation", async () => {
    await start({ chain: { estimateGas: () => Promise.resolve({ ok: true, gas: 400_000n }) } });
    // This node runs calls at a base fee of 0.
    await setCode(freeBlockCode);
    const trap = await sellsA(1, { condition });
    await desk.add(trap, await sellsB(2));
    await settle(8);
    const { items } = await desk.store.listBatches({ limit: 20 });
    expect(items.length).to.be.greaterThan(1);
    expect(items.every(({ status }) => status === "failed")).to.equal(true);
    expect(await desk.reason(trap)).to.equal("SettlementReverted");
    expect(desk.deps.sitOut.count(trap.intentHash)).to.equal(items.length);
  });

  it("settles plain intents however many with failing conditions crowd in", async () => {
    await start();
    await setCode(switchCode);
    // Thirty that would all be matched first, and all fail.
    for (let i = 0; i < 15; i++) {
      await desk.add(
        await sellsA(1, { condition, buyAmount: 1n }),
        await sellsB(2, { condition, buyAmount: 1n }),
      );
    }
    const plain = [await sellsA(3), await sellsB(4)];
    await desk.add(...plain);
    await desk.round();
    await desk.follow();
    for (const intent of plain) expect(await desk.status(intent)).to.equal("filled");
  });

  it("makes a smaller batch when the whole does not fit a transaction", async () => {
    const cap = 400_000n;
    const call: Chain["call"] = async (request): Promise<CallOutcome> => {
      const estimate = await world.local.chain.estimateGas(request);
      return estimate.ok && estimate.gas > cap
        ? { ok: false, revertData: "0x" }
        : world.local.chain.call(request);
    };
    await start({ chain: { call } });
    for (let i = 0; i < 10; i++) await desk.add(await sellsA(1 + (i % 2)), await sellsB(3 + (i % 2)));
    await desk.round();
    const { fills } = await desk.onlyBatch();
    expect(fills.length).to.be.within(2, 12);
    expect(desk.lines.join("")).to.include("too much at once");
    await settle(6);
    expect(await desk.store.listLiveIntents()).to.be.empty;
    expect(await world.balance(world.tokens[0], world.owner(1))).to.equal(fortune - 5000n);
  });

  it("makes a smaller batch when the node does not get through with the whole in time", async () => {
    const call: Chain["call"] = (request) => {
      const isSettle = request.to === world.settlement && request.gas !== undefined;
      return isSettle && decodeSettle(request.data).fills.length > 4
        ? Promise.reject(new KeeperError("NodeUnreachable", { problem: "no answer within 1 ms" }))
        : world.local.chain.call(request);
    };
    await start({ chain: { call } });
    for (let i = 0; i < 6; i++) await desk.add(await sellsA(1), await sellsB(3));
    let failures = 0;
    while ((await desk.store.listLiveIntents()).length > 0) {
      await desk.round().catch(() => failures++);
      await nextBlock();
    }
    expect(failures).to.be.greaterThan(0);
  });

  it("gives up a round that comes to nothing after so many tries, and says so", async () => {
    const call: Chain["call"] = () => Promise.resolve({ ok: true, data: "0x" });
    const estimateGas: Chain["estimateGas"] = () => Promise.resolve({ ok: true, gas: 17_000_000n });
    await start({ chain: { call, estimateGas } });
    await desk.add(...(await pairOf(world)));
    expect((await desk.round()).batch).to.equal(null);
    expect(desk.lines.join("")).to.include("gave up on this batch");
  });
});
