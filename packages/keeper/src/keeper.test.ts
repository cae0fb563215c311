import { expect } from "chai";
import { withWorld } from "../test/hooks.ts";
import {
  Database,
  startTestKeeper,
  type Death,
  type TestKeeper,
  type TestKeeperOptions,
} from "../test/testKeeper.ts";
import { fortune, type World } from "../test/world.ts";
import { connectChain } from "./chain/connectChain.ts";
import type { AdmittedIntent } from "./domain.ts";
import { KeeperError } from "./errors.ts";

const shortly = () => new Promise((resolve) => setTimeout(resolve, 5));

describe("the keeper", function () {
  this.timeout(300_000);
  let world: World;
  let database: Database;
  let test: TestKeeper;

  withWorld((started) => void (world = started));
  beforeEach(() => {
    database = new Database();
  });
  afterEach(async () => {
    await test.stop();
    await world.reset();
    database.remove();
  });

  const start = async (options?: TestKeeperOptions) => {
    test = await startTestKeeper(world, database, options);
  };

  /** Two intents that settle with each other: owner 1 sells 1000 A, owner 2 sells 1000 B. */
  async function pair() {
    const [a, b] = world.tokens;
    return [
      await world.sign(1, { sellToken: a, buyToken: b }),
      await world.sign(2, { sellToken: b, buyToken: a }),
    ] as const;
  }

  async function expectSettledOnce() {
    const [a, b] = world.tokens;
    expect(await world.balance(a, world.owner(1))).to.equal(fortune - 1000n);
    expect(await world.balance(b, world.owner(2))).to.equal(fortune - 1000n);
    const gotB = (await world.balance(b, world.owner(1))) - fortune;
    const gotA = (await world.balance(a, world.owner(2))) - fortune;
    expect(gotA >= 900n && gotA <= 1000n && gotB >= 900n && gotB <= 1000n).to.equal(true);
  }

  it("settles a pair from the store to the last event", async () => {
    await start();
    const [one, two] = await pair();
    const heard: string[] = [];
    const end = test.keeper.subscribe(one.intentHash, ({ status }) => heard.push(status));
    await test.add(one, two);
    const [first] = await test.until("filled", one, two);
    end();
    expect(first).to.deep.include({ sold: 1000n, filledAmount: 1000n, fee: 0n, reason: null });
    expect(heard).to.deep.equal(["executing", "filled"]);
    await expectSettledOnce();

    const { items } = await test.store.listBatches({ limit: 9 });
    expect(items).to.have.length(1);
    const health = await test.keeper.health();
    expect(health).to.deep.include({ openIntents: 0, status: "ok" });
    expect(test.lines.join("")).not.to.include(world.keeperKey.slice(2));

    const metrics = await test.keeper.metrics.text();
    const values = new Map(metrics.split("\n").map((line) => [line.split(" ")[0], line.split(" ")[1]]));
    expect(values.get('walras_batches_settled_total{route="direct"}')).to.equal("1");
    expect(values.get("walras_fills_settled_total")).to.equal("2");
    expect(values.get("walras_batch_gap_ratio_count")).to.equal("1");
    expect(Number(values.get("walras_solve_seconds_count"))).to.be.greaterThan(0);
    const used = items[0]?.mined?.gasUsed;
    expect(values.get('walras_gas_used_total{kind="settle"}')).to.equal(String(used));
    expect(values.get("walras_open_intents")).to.equal("0");
  });

  describe("killed between two steps", () => {
    const deaths: [string, Death][] = [
      ["before the batch is kept", { before: "addBatch" }],
      ["after the batch is kept and before it is broadcast", { after: "addBatch" }],
      ["after the broadcast and before it is noted", { after: "broadcast" }],
      ["after the broadcast is noted", { after: "markSubmitted" }],
      ["after it was mined and before that is noted", { before: "markMined" }],
      ["after it is noted as mined", { after: "markMined" }],
      ["after it is confirmed", { after: "markConfirmed" }],
    ];
    for (const [moment, death] of deaths) {
      it(`${moment}, it settles the intents once and books them once`, async () => {
        await start({ death });
        const [one, two] = await pair();
        await test.add(one, two);
        await test.died;
        await test.stop();

        await start();
        const settled = await test.until("filled", one, two);
        for (const intent of settled) expect(intent.sold).to.equal(1000n);
        await expectSettledOnce();
        const { items } = await test.store.listBatches({ limit: 9 });
        expect(items).to.have.length(1);
        for (;;) {
          if ((await test.store.listPendingTransactions()).length === 0) break;
          await shortly();
        }
      });
    }
  });

  describe("cancelling", () => {
    it("takes an open intent out of every batch to come, for good, and says so once", async () => {
      await start({ options: { batchIntervalMs: 0 } });
      const [one, two] = await pair();
      await test.add(one);
      const heard: string[] = [];
      test.keeper.subscribe(one.intentHash, ({ status }) => heard.push(status));
      expect(await test.keeper.cancelIntent(one.intentHash)).to.include({ status: "cancelled" });
      expect(await test.keeper.cancelIntent(one.intentHash)).to.include({ status: "cancelled" });
      await test.add(two);
      await reasonBecomes(two, "NoCounterparty");
      expect(heard.filter((status) => status === "cancelled")).to.have.length(1);
      expect((await test.store.getIntent(one.intentHash))?.status).to.equal("cancelled");
    });

    it("is refused while the intent is executing, once it is filled, and for one that is unknown", async () => {
      await world.local.request("evm_setAutomine", [false]);
      await start();
      const [one, two] = await pair();
      await test.add(one, two);
      await test.until("executing", one, two);
      expect(await refusal(test.keeper.cancelIntent(one.intentHash))).to.equal("NotCancellable");
      while ((await test.store.listPendingTransactions())[0]?.status !== "submitted") await shortly();
      await world.local.mine();
      await test.until("filled", one);
      expect(await refusal(test.keeper.cancelIntent(one.intentHash))).to.equal("NotCancellable");
      expect(await refusal(test.keeper.cancelIntent(`0x${"00".repeat(32)}`))).to.equal("NotFound");
    });
  });

  describe("when the node fails", () => {
    for (const fault of ["drop", "hang", "http500"] as const) {
      it(`(${fault}) it says so, keeps what it has, and goes on when the node is back`, async () => {
        const { rpcUrl } = world.local;
        await start({ chain: connectChain({ rpcUrl, timeoutMs: 50 }), options: { batchIntervalMs: 0 } });
        const [one, two] = await pair();
        world.local.fault = () => fault;
        await test.add(one, two);
        await healthBecomes("down");
        const { node } = await test.keeper.health();
        expect(node).to.include({ reachable: false, latencyMs: null });
        expect(node.error).to.include("The node does not answer");
        expect(test.lines.some((line) => line.includes("NodeUnreachable"))).to.equal(true);

        world.local.fault = () => null;
        await test.until("filled", one, two);
        await healthBecomes("ok");
        await expectSettledOnce();
      });
    }

    it("it settles through one that is slow and fails now and then", async () => {
      let calls = 0;
      world.local.fault = () => (++calls % 29 === 0 ? "drop" : calls % 3 === 0 ? { after: 10 } : null);
      await start();
      const [one, two] = await pair();
      await test.add(one, two);
      await test.until("filled", one, two);
      await expectSettledOnce();
    });

    it("it waits for one that is down from the start", async () => {
      world.local.fault = () => "drop";
      const checkDeployment = async () => {
        await world.local.chain.chainId();
      };
      await start({ checkDeployment });
      expect((await test.keeper.health()).status).to.equal("down");
      world.local.fault = () => null;
      const [one, two] = await pair();
      await test.add(one, two);
      await test.until("filled", one, two);
    });

    it("it makes no batch on one that is catching up, and says so", async () => {
      const future = Date.now() + 10_000_000;
      let looks = 0;
      const syncing = () => Promise.resolve(looks++ >= 0);
      await start({ chain: { ...world.local.chain, syncing }, clock: () => future });
      const [one, two] = await pair();
      await test.add(one, two);
      while (looks < 10) await shortly();
      const health = await test.keeper.health();
      expect(health).to.include({ status: "degraded", pendingBatches: 0 });
      expect(health.node.error).to.equal("the node is catching up");
      expect(await test.store.getIntent(one.intentHash)).to.include({ status: "open", reason: null });
    });
  });

  it("is degraded, not down, where blocks stopped coming, and names the age", async () => {
    let ahead = 0;
    await start({ clock: () => Date.now() + ahead });
    expect((await test.keeper.health()).status).to.equal("ok");
    ahead = 5_000_000;
    const health = await test.keeper.health();
    expect(health.status).to.equal("degraded");
    expect(health.block!.ageSeconds).to.be.greaterThan(3600);
  });

  it("calls an intent expired although no block comes", async () => {
    let ahead = 0;
    await start({ clock: () => Date.now() + ahead, options: { maxBlockAgeSeconds: 1_000_000 } });
    const intent = await world.sign(1);
    await test.add(intent);
    await reasonBecomes(intent, "NoCounterparty");
    ahead = 200_000_000;
    await test.until("expired", intent);
  });

  it("follows a reorg by itself: fills are taken back and booked again", async () => {
    await start({ options: { confirmations: 4 } });
    const snapshot = await world.local.request("evm_snapshot");
    const [one, two] = await pair();
    const heard: string[] = [];
    test.keeper.subscribe(one.intentHash, ({ status }) => heard.push(status));
    await test.add(one, two);
    await test.until("filled", one, two);
    await world.local.request("evm_revert", [snapshot]);
    await world.local.request("evm_increaseTime", [5]);
    await world.local.mine(3);
    while (heard.length < 4) await shortly();
    expect(heard).to.deep.equal(["executing", "filled", "executing", "filled"]);
    await expectSettledOnce();
  });

  it("starts and stops cleanly, also when it never started", async () => {
    await start({ start: false });
    await test.keeper.stop();
  });

  const refusal = async (promise: Promise<unknown>) => {
    try {
      await promise;
      return "no refusal";
    } catch (error) {
      return error instanceof KeeperError ? error.code : String(error);
    }
  };
  const reasonBecomes = async ({ intentHash }: AdmittedIntent, code: string) => {
    while ((await test.store.getIntent(intentHash))?.reason?.code !== code) {
      await shortly();
    }
  };
  const healthBecomes = async (status: string) => {
    while ((await test.keeper.health()).status !== status) await shortly();
  };
});
