import { expect } from "chai";
import { startAuction, unit, type AuctionWorld } from "../../test/auctionWorld.ts";
import { Database, startTestKeeper, type TestKeeper, type TestKeeperOptions } from "../../test/testKeeper.ts";
import { fortune, startWorld, type World } from "../../test/world.ts";
import type { AdmittedIntent } from "../domain.ts";

describe("the sealed lane", function () {
  this.timeout(300_000);
  let world: World;
  let lane: AuctionWorld;
  let database: Database;
  let test: TestKeeper;

  before(async () => {
    world = await startWorld();
    lane = await startAuction(world);
    await world.keep();
  });
  after(() => world.close());
  beforeEach(async () => {
    database = new Database();
    await lane.nextWindow();
  });
  afterEach(async () => {
    await test.stop();
    await world.reset();
    database.remove();
  });

  const start = async (options?: TestKeeperOptions) => {
    test = await startTestKeeper(world, database, { auctions: [lane.auction], ...options });
  };
  const pair = async (fields = {}) => {
    const [a, b] = world.tokens;
    return [
      await lane.sign(1, { ...fields, sellToken: a, buyToken: b }),
      await lane.sign(2, { ...fields, sellToken: b, buyToken: a }),
    ] as const;
  };
  const orders = async ({ intentHash }: AdmittedIntent) =>
    (await test.store.listOrdersOfIntent(intentHash)).map(({ window, id, state }) => [window, id, state]);

  it("takes an intent from its signature to what it has bought: placed, cleared, paid out", async () => {
    await start();
    const [one, two] = await pair();
    const window = await lane.window();
    await test.add(one, two);
    await lane.beforeLock(60);
    await test.until("placed", one, two);
    expect((await orders(one)).map(([placed]) => placed)).to.deep.equal([window]);

    await lane.nextWindow();
    const [first] = await test.until("filled", one, two);
    expect(first).to.include({ filledAmount: unit, sold: unit, fee: 0n, reason: null });
    expect(first!.bought >= (9n * unit) / 10n).to.equal(true);
    const [a, b] = world.tokens;
    expect(await world.balance(a, world.owner(1))).to.equal(fortune - unit);
    expect(await world.balance(b, world.owner(1))).to.equal(fortune + first!.bought);
    expect(test.keeper.sealedCounts()).to.deep.equal({ placed: 2, cleared: 1, closed: 2, lostRaces: 0 });
  });
});
