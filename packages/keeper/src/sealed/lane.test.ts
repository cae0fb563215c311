import { auctionAbi, decodeClear, encodeOrderCancel, encodePlace, parseHex, type Address } from "@walras/sdk";
import { solveSealed } from "@walras/solver";
import { expect } from "chai";
import { Interface } from "ethers";
import pino from "pino";
import { withAuction } from "../../test/hooks.ts";
import { timeout, unit, windowLength, type AuctionWorld } from "../../test/auctionWorld.ts";
import { walletOf } from "../../test/localChain.ts";
import {
  Database,
  startTestKeeper,
  type Death,
  type TestKeeper,
  type TestKeeperOptions,
} from "../../test/testKeeper.ts";
import { fortune, type World } from "../../test/world.ts";
import type { Chain } from "../chain/Chain.ts";
import { noChainFee } from "../chain/dataFees.ts";
import type { AdmittedIntent } from "../domain.ts";
import { sealedIntentView } from "../http/sealedViews.ts";
import { Account } from "../signer/account.ts";
import { Clearer } from "./clear.ts";
import { readSetAside } from "./collect.ts";

const shortly = () => new Promise((resolve) => setTimeout(resolve, 10));
const clearSelector = new Interface(auctionAbi).getFunction("clear")?.selector ?? "";

describe("the sealed lane", function () {
  this.timeout(300_000);
  let world: World;
  let lane: AuctionWorld;
  let database: Database;
  let test: TestKeeper;

  withAuction((...started) => void ([world, lane] = started));
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
    while (test.keeper.sealedCounts().closed < 2) await shortly();
    expect(test.keeper.sealedCounts()).to.deep.equal({
      placed: 2,
      cleared: 1,
      closed: 2,
      collected: 0,
      lostRaces: 0,
    });
  });

  /** Posts, waits until both are placed, and lets the window lock. */
  const placeAndLock = async (...intents: AdmittedIntent[]) => {
    await test.add(...intents);
    await lane.beforeLock(60);
    await test.until("placed", ...intents);
    await lane.nextWindow();
  };

  it("rolls what was not executed from window to window until it is, and says so", async () => {
    await start();
    const [one, two] = await pair();
    const heard: string[] = [];
    test.keeper.subscribe(one.intentHash, ({ status, reason }) =>
      heard.push(`${status} ${reason?.message ?? ""}`),
    );
    const first = await lane.window();
    await placeAndLock(one);
    while ((await orders(one)).length < 2) await shortly();
    expect(await orders(one)).to.deep.equal([
      [first, 0, "rolled"],
      [first + 1, 0, "placed"],
    ]);
    await placeAndLock(two);
    await test.until("filled", one, two);
    expect(heard).to.deep.equal([
      "executing ",
      `placed It is order 0 of window ${first}.`,
      `placed It is order 0 of window ${first + 1}.`,
      "filled ",
    ]);
  });

  it("pays out what is over for want of time, and calls it expired", async () => {
    await start();
    const now = (await world.local.chain.latestBlock()).timestamp;
    const lone = await lane.sign(1, { validTo: now + windowLength + 10 });
    await placeAndLock(lone);
    const [over] = await test.until("expired", lone);
    expect(over).to.deep.include({ filledAmount: 0n, sold: 0n, bought: 0n });
    expect(over!.reason?.code).to.equal("NotExecuted");
    expect(await world.balance(world.tokens[0], world.owner(1))).to.equal(fortune);
  });

  it("sends everything back where nobody could clear the window in time", async () => {
    await start();
    const [one, two] = await pair();
    await test.add(one, two);
    await lane.beforeLock(60);
    await test.until("placed", one, two);
    await test.stop();
    await world.local.request("evm_increaseTime", [windowLength + timeout]);
    await world.local.mine();
    await start();
    const [over] = await test.until("expired", one, two);
    expect(over!.reason?.code).to.equal("WindowVoid");
    expect(await world.balance(world.tokens[0], world.owner(1))).to.equal(fortune);
    while (test.keeper.sealedCounts().closed < 2) await shortly();
    expect(test.keeper.sealedCounts()).to.include({ cleared: 0, closed: 2 });
  });

  /** What claims have set aside for the keeper as the clearer. */
  const setAside = async (token: Address) => {
    const { chain } = world.local;
    const found = await readSetAside(lane.auction, world.account.address, {
      ...{ chain, head: await chain.latestBlock() },
    });
    return found.find((fees) => fees.token === token)?.amount ?? 0n;
  };

  it("places only what pays for itself, and gets the metered fees and no more", async () => {
    await start({ options: { atOwnCost: false } });
    const rate = 10n ** 6n;
    const [free, other] = await pair();
    const fees = { sellAmount: unit + unit / 2n, maxFee: unit / 2n, feePerWei: rate };
    const [one, two] = await pair(fees);
    await test.add(free, other, one, two);
    await lane.beforeLock(60);
    await test.until("placed", one, two);
    for (const { intentHash } of [free, other]) {
      expect(await test.store.getIntent(intentHash)).to.deep.include({ status: "open" });
      expect((await test.store.getIntent(intentHash))?.reason?.code).to.equal("FeeTooLow");
    }
    await lane.nextWindow();
    const [first, second] = await test.until("filled", one, two);
    const [a, b] = world.tokens;
    const { address } = world.account;
    expect((await world.balance(a, address)) + (await setAside(a))).to.equal(first!.fee);
    expect((await world.balance(b, address)) + (await setAside(b))).to.equal(second!.fee);
    expect(first!.fee > 0n && first!.fee < unit / 2n).to.equal(true);
  });

  it("collects what was set aside for it, of tokens that are known to be worth the gas", async () => {
    const [a, b] = world.tokens;
    const tokenValues = new Map([
      [a.toLowerCase(), 10n ** 36n],
      [b.toLowerCase(), 1n],
    ]);
    await start({ options: { tokenValues } });
    const fees = { sellAmount: unit + unit / 2n, maxFee: unit / 2n, feePerWei: 10n ** 6n };
    const [one, two] = await pair(fees);
    await placeAndLock(one, two);
    await test.until("filled", one, two);
    const { address } = world.account;
    const [waiting, paid] = [await setAside(a), await world.balance(a, address)];
    expect(waiting > 0n).to.equal(true);
    const other = await setAside(b);
    while (test.keeper.sealedCounts().collected === 0) {
      await world.local.mine(20);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect([await setAside(a), await world.balance(a, address)]).to.deep.equal([0n, paid + waiting]);
    expect(await setAside(b)).to.equal(other);
    expect(test.keeper.sealedCounts().collected).to.equal(1);
  });

  it("leaves fees where they are as long as the gas would cost a tenth of them", async () => {
    const rate = 10n ** 6n;
    // What a wei of cost is worth by the owners' own word.
    const tokenValues = new Map(world.tokens.map((token) => [token.toLowerCase(), 10n ** 36n / rate]));
    await start({ options: { tokenValues } });
    const fees = { sellAmount: unit + unit / 2n, maxFee: unit / 2n, feePerWei: rate };
    const [one, two] = await pair(fees);
    await placeAndLock(one, two);
    await test.until("filled", one, two);
    const before = await setAside(world.tokens[0]);
    for (let i = 0; i < 6; i++) {
      await world.local.mine(20);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(test.keeper.sealedCounts().collected).to.equal(0);
    expect(await setAside(world.tokens[0])).to.equal(before);
  });

  it("tells of an order that its owner takes back, and what came back", async () => {
    await start();
    const fees = { sellAmount: unit + unit / 2n, maxFee: unit / 2n, feePerWei: 10n ** 6n };
    const one = await lane.sign(1, fees);
    await test.add(one);
    await lane.beforeLock(60);
    await test.until("placed", one);
    const before = await world.balance(world.tokens[0], world.owner(1));
    const window = await lane.window();
    await world.local.send(world.owner(1), lane.auction.auction, encodeOrderCancel(window, [0]));
    const [over] = await test.until("cancelled", one);
    expect(over!.reason?.code).to.equal("CancelledOnChain");
    const after = await world.balance(world.tokens[0], world.owner(1));
    const [order] = await test.store.listOrdersOfIntent(one.intentHash);
    const view = sealedIntentView(over!, [{ order: order!, state: "open" }]);
    expect(view.sealed!.orders[0]).to.include({ paid: true, refunded: (after - before).toString() });
    expect(over!.fee > 0n && after === fortune - over!.fee).to.equal(true);
  });

  it("leaves alone whom the chain would refuse, and says why", async () => {
    await start();
    const [a, b] = world.tokens;
    const poor = await lane.sign(1, { sellAmount: fortune + 1n, buyAmount: unit });
    const early = await lane.sign(2, {
      validFrom: (await world.local.chain.latestBlock()).timestamp + 3 * windowLength,
    });
    const good = await lane.sign(3);
    const spoilt = await lane.sign(4, { sellToken: b, buyToken: a });
    const signature = { scheme: "eip1271" as const, owner: world.owner(4), signature: "0x1234" as const };
    await test.add(poor, early, good, { ...spoilt, signed: { ...spoilt.signed, signature } });
    await lane.beforeLock(60);
    await test.until("placed", good);
    const reasonOf = async ({ intentHash }: AdmittedIntent) =>
      (await test.store.getIntent(intentHash))?.reason?.code;
    expect(await reasonOf(poor)).to.equal("InsufficientBalance");
    expect(await reasonOf(early)).to.equal("NotYetValid");
    while ((await reasonOf(spoilt)) !== "InvalidSignature") await shortly();
  });

  it("clears in pages what one transaction cannot hold, also when it is restarted in between", async () => {
    const most = 20;
    /** As a chain on which only pages of so many orders fit a transaction. */
    const estimateGas: Chain["estimateGas"] = async (request) => {
      const estimate = await world.local.chain.estimateGas(request);
      if (!request.data.startsWith(clearSelector) || !estimate.ok) return estimate;
      const { maxOrders, progress } = decodeClear(request.data);
      const looked = maxOrders ?? 48 - (progress?.next ?? 0);
      return looked > most ? { ok: true, gas: 40_000_000n } : estimate;
    };
    const chain = { ...world.local.chain, estimateGas };
    await start({ chain });
    const many: AdmittedIntent[] = [];
    for (let i = 0; i < 24; i++) many.push(...(await pair()));
    await placeAndLock(...many);
    const pages = async () =>
      (await test.store.listConfirmedTransactions(99)).filter(({ kind }) => kind === "clear").length;
    while ((await pages()) === 0) await shortly();
    await test.stop();
    await start({ chain });
    await test.until("filled", ...many);
    expect(await pages()).to.equal(3);
  });

  it("reads an auction's events from the block in which it was deployed, and no earlier", async () => {
    const { chain } = world.local;
    const ranges: number[] = [];
    const logs: Chain["logs"] = (filter) => {
      ranges.push(filter.fromBlock);
      return chain.logs(filter);
    };
    await start({ chain: { ...chain, logs } });
    const { auction } = lane.auction;
    const deployed = Math.min(...ranges);
    expect(deployed).to.be.greaterThan(1);
    expect([await chain.code(auction, deployed - 1), await chain.code(auction, deployed)]).to.satisfy(
      ([before, then]: string[]) => before === "0x" && then !== "0x",
    );
  });

  it("reads a window that does not pay once, and clears it as soon as gas is cheap enough", async () => {
    await start({ start: false });
    const fees = { sellAmount: unit + unit / 2n, maxFee: unit / 2n, feePerWei: 10n ** 6n };
    const placements = (await pair(fees)).map(({ signed }) => signed);
    await world.local.send(world.owner(5), lane.auction.auction, encodePlace(placements));
    const window = await lane.window();
    await lane.nextWindow();
    let reads = 0;
    const callMany: Chain["callMany"] = (...request) => {
      reads += 1;
      return world.local.chain.callMany(...request);
    };
    const clearer = new Clearer({
      ...{ chain: { ...world.local.chain, callMany }, account: world.account, atOwnCost: false },
      ...{ logger: pino({ level: "silent" }) },
      solver: { solveSealed: (book) => Promise.resolve(solveSealed(book)) },
    });
    const draftAt = async (gasPrice: bigint) => {
      const head = { ...(await world.local.chain.latestBlock()), baseFeePerGas: gasPrice };
      const moment = { auction: lane.auction, head, blockInterval: 1, gasPrice, chainFee: noChainFee };
      return (await clearer.draft({ window, clearing: null }, moment)).call;
    };
    expect(await draftAt(10n ** 16n)).to.equal(null);
    const first = reads;
    expect(first).to.be.greaterThan(0);
    for (let i = 0; i < 5; i++) {
      await world.local.mine();
      expect(await draftAt(10n ** 16n)).to.equal(null);
    }
    expect(reads).to.equal(first);
    expect(await draftAt(10n ** 9n)).to.deep.include({ kind: "clear", window });
  });

  describe("killed between two steps", () => {
    const deaths: [string, Death][] = [
      ["before a call is kept", { before: "addCall" }],
      ["after a call is kept and before it is broadcast", { after: "addCall" }],
      ["after a broadcast and before it is noted", { after: "broadcast" }],
      ["after it is noted as mined", { after: "markMined" }],
      ["before the chain's events are taken in", { before: "applyAuctionEvents" }],
    ];
    for (const [moment, death] of deaths) {
      it(`${moment}, every intent is placed once and ends as it should`, async () => {
        const [one, two] = await pair();
        await start({ death, start: false });
        await test.add(one, two);
        await lane.beforeLock(60);
        await test.keeper.start();
        await test.died;
        await test.stop();

        await start();
        await test.until("placed", one, two);
        await lane.nextWindow();
        await test.until("filled", one, two);
        expect(await orders(one)).to.have.length(1);
        expect(await world.balance(world.tokens[0], world.owner(1))).to.equal(fortune - unit);
      });
    }
  });

  it("races another keeper harmlessly: each window is cleared once, and both tell the same", async () => {
    const rival = new Database();
    const account = new Account(parseHex(walletOf(11).privateKey, "privateKey", 32), 31337);
    await start();
    const other = await startTestKeeper({ ...world, account }, rival, { auctions: [lane.auction] });
    try {
      const [one, two] = await pair();
      await other.add(one, two);
      await placeAndLock(one, two);
      const [mine] = await test.until("filled", one, two);
      const [theirs] = await other.until("filled", one, two);
      expect(theirs).to.deep.include({ bought: mine!.bought, sold: mine!.sold, fee: mine!.fee });
      const sum = (what: "placed" | "cleared" | "closed") =>
        test.keeper.sealedCounts()[what] + other.keeper.sealedCounts()[what];
      while (sum("closed") < 2) await shortly();
      expect([sum("placed"), sum("cleared"), sum("closed")]).to.deep.equal([2, 1, 2]);
    } finally {
      await other.stop();
      rival.remove();
    }
  });

  it("takes back what a reorg has undone: statuses follow the chain that stands", async () => {
    await start({ options: { confirmations: 4 } });
    const [one, two] = await pair();
    await test.add(one, two);
    await lane.beforeLock(60);
    await test.until("placed", one, two);
    const snapshot = await world.local.request("evm_snapshot");
    await lane.nextWindow();
    await test.until("filled", one, two);
    const heard: string[] = [];
    test.keeper.subscribe(one.intentHash, ({ status }) => heard.push(status));
    await world.local.request("evm_revert", [snapshot]);
    await world.local.mine();
    await test.until("placed", one, two);
    expect(await test.store.getIntent(one.intentHash)).to.include({ filledAmount: 0n, bought: 0n });
    await lane.nextWindow();
    await test.until("filled", one, two);
    expect(heard).to.deep.equal(["placed", "filled"]);
    expect(await world.balance(world.tokens[0], world.owner(1))).to.equal(fortune - unit);
  });
});
