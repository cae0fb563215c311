import { expect } from "chai";
import {
  Database,
  startTestKeeper,
  type Death,
  type TestKeeper,
  type TestKeeperOptions,
} from "../test/testKeeper.ts";
import { fortune, startWorld, type World } from "../test/world.ts";

describe("the keeper", function () {
  this.timeout(0);
  let world: World;
  let database: Database;
  let test: TestKeeper;

  before(async () => {
    world = await startWorld();
  });
  after(() => world.close());
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
          if ((await test.store.listPendingBatches()).length === 0) break;
          await new Promise((next) => setTimeout(next, 5));
        }
      });
    }
  });
});
