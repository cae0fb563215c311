/** A whole keeper process on its database file, killed by the system at moments that it cannot foresee. */
import {
  auctionAbi,
  decodeAuctionLog,
  decodeClear,
  parseHex,
  serializeSealedIntent,
  type AuctionEvent,
  type Intent,
} from "@walras/sdk";
import { expect } from "chai";
import { Interface } from "ethers";
import { z } from "zod";
import { withAuction } from "../../test/hooks.ts";
import { unit, windowLength, type AuctionWorld } from "../../test/auctionWorld.ts";
import {
  ask,
  post,
  startKeeperProcess,
  type IntentAnswer,
  type KeeperProcess,
} from "../../test/keeperProcess.ts";
import { Database } from "../../test/testKeeper.ts";
import { fortune, type World } from "../../test/world.ts";
import type { AdmittedIntent } from "../domain.ts";
import { answerOf, callAt, viewOf } from "./auctionMarket.ts";
import { readSetAside } from "./collect.ts";

const shortly = () => new Promise((resolve) => setTimeout(resolve, 20));
const selectorOf = (name: string) => new Interface(auctionAbi).getFunction(name)?.selector ?? "";

const blockSchema = z.object({
  transactions: z.array(z.object({ from: z.string(), hash: z.string(), input: z.string() })),
});
const receiptSchema = z.object({ status: z.string() });
const estimateSchema = z.object({ data: z.string() });

describe("a keeper of the sealed lane that is killed", function () {
  this.timeout(600_000);
  let world: World;
  let lane: AuctionWorld;
  let database: Database;
  let firstBlock = 0;
  const processes: KeeperProcess[] = [];

  withAuction((...started) => void ([world, lane] = started));
  beforeEach(async () => {
    database = new Database();
    await lane.nextWindow();
    firstBlock = (await world.local.chain.latestBlock()).number + 1;
  });
  afterEach(async () => {
    for (const { child, ended } of processes.splice(0)) {
      child.kill("SIGKILL");
      await ended;
    }
    await world.reset();
    database.remove();
  });

  const start = () => {
    const started = startKeeperProcess(world, database, {
      ...{ confirmations: 2, auctions: [lane.auction.auction] },
    });
    processes.push(started);
    return started;
  };

  /**
   * Kills a process at its `nth` call to the node, or every other time as soon as it sends a transaction. The node hears of
   * the call all the same, or not. Between two calls it works in memory and in its database, so a few milliseconds may pass.
   */
  const killAt = ({ child }: KeeperProcess, nth: number) => {
    let left = nth;
    const [atSending, isHeard] = [Math.random() < 0.5, Math.random() < 0.5];
    const delay = isHeard && Math.random() < 0.5 ? Math.random() * 8 : 0;
    world.local.fault = (method) => {
      left = atSending && method === "eth_sendRawTransaction" ? 0 : left - 1;
      if (left !== 0) return null;
      if (delay === 0) child.kill("SIGKILL");
      else setTimeout(() => child.kill("SIGKILL"), delay);
      return isHeard ? null : "drop";
    };
  };

  const hand = (url: string, { signed }: AdmittedIntent) =>
    post(url, { ...serializeSealedIntent(signed), lane: "sealed", auction: lane.auction.auction });

  const eventsOf = async (): Promise<AuctionEvent[]> => {
    const { chain } = world.local;
    const toBlock = (await chain.latestBlock()).number;
    const logs = await chain.logs({
      address: lane.auction.auction,
      topics: [],
      fromBlock: firstBlock,
      toBlock,
    });
    return logs.map((log) => decodeAuctionLog(log)).filter((event) => event !== null);
  };

  /** The windows that have orders, and have locked, and are not cleared: 2 is "locked" in the contract's enum. */
  const uncleared = async (): Promise<number[]> => {
    const { chain } = world.local;
    const call = callAt(chain, await chain.latestBlock());
    const windows = new Set<number>();
    for (const event of await eventsOf()) {
      if (event.event === "Place") windows.add(event.window);
      if (event.event === "Roll") windows.add(event.newWindow);
    }
    const found: number[] = [];
    for (const window of windows) {
      const { auction } = lane.auction;
      const [state] = answerOf(auction, "stateOf", await call(viewOf(auction, "stateOf", [window])));
      if (Number(state) === 2) found.push(window);
    }
    return found;
  };

  /** Everything that the keeper's account has sent since the test began. */
  const sentByKeeper = async () => {
    const { local } = world;
    const sent: { input: string; succeeded: boolean }[] = [];
    const last = (await local.chain.latestBlock()).number;
    for (let number = firstBlock; number <= last; number++) {
      const block = await local.request("eth_getBlockByNumber", [`0x${number.toString(16)}`, true]);
      for (const { from, hash, input } of blockSchema.parse(block).transactions) {
        if (BigInt(from) !== BigInt(world.account.address)) continue;
        const { status } = receiptSchema.parse(await local.request("eth_getTransactionReceipt", [hash]));
        sent.push({ input, succeeded: BigInt(status) === 1n });
      }
    }
    return sent;
  };

  /** No gas was spent on what fails, on what is done already, or on taking something back. */
  const expectNoLoss = async () => {
    const sent = await sentByKeeper();
    expect(sent.filter(({ succeeded }) => !succeeded)).to.deep.equal([]);
    expect(sent.filter(({ input }) => input === "0x")).to.deep.equal([]);
    expect(new Set(sent.map(({ input }) => input)).size).to.equal(sent.length);
    return sent;
  };

  const keysOf = (events: AuctionEvent[], kind: "Claim" | "Refund") =>
    events.flatMap((event) => (event.event === kind ? [`${event.window}/${event.id}`] : []));

  /** Every order was closed, none twice. */
  const expectClosedOnce = (events: AuctionEvent[]) => {
    const placed = events.flatMap((event) => {
      if (event.event === "Place") return [`${event.window}/${event.id}`];
      return event.event === "Roll" ? [`${event.newWindow}/${event.newId}`] : [];
    });
    expect(keysOf(events, "Claim").toSorted()).to.deep.equal(placed.toSorted());
    expect(keysOf(events, "Refund")).to.be.empty;
    const intents = events.flatMap((event) => (event.event === "Place" ? [event.intentHash] : []));
    expect(new Set(intents).size).to.equal(intents.length);
    const cleared = events.flatMap((event) => (event.event === "Clear" ? [event.window] : []));
    const windows = placed.map((key) => Number(key.split("/")[0]));
    expect(cleared.toSorted()).to.deep.equal([...new Set(windows)].toSorted());
  };

  /** Goes on from window to window until the keeper says of each intent that it is over. */
  const untilOver = async (url: string, intents: readonly AdmittedIntent[]): Promise<IntentAnswer[]> => {
    for (let looks = 1; ; looks++) {
      const answers = await Promise.all(intents.map(({ intentHash }) => ask(url, intentHash)));
      const known = answers.filter((answer) => answer !== null);
      expect(known).to.have.length(intents.length);
      if (known.every(({ status }) => ["filled", "expired", "cancelled"].includes(status))) return known;
      await new Promise((resolve) => setTimeout(resolve, 200));
      // Depth for what waits to be final; not so fast that nothing can be simulated on a block before the next one comes.
      await world.local.mine();
      if (looks % 10 === 5) await lane.beforeLock(60);
      if (looks % 10 === 0 && (await uncleared()).length === 0) await lane.nextWindow();
    }
  };

  /** Sells the first token for the second, or the other way round. */
  const sells = (owner: number, from: "first" | "second", fields: Partial<Intent> = {}) => {
    const [a, b] = world.tokens;
    const [sellToken, buyToken] = from === "first" ? [a, b] : [b, a];
    return lane.sign(owner, { sellToken, buyToken, ...fields });
  };
  const paying = { sellAmount: unit + unit / 2n, maxFee: unit / 2n, feePerWei: 10n ** 6n };

  it("at any moment, again and again: what it acknowledged ends as it should, once, and no gas is wasted", async () => {
    const acknowledged: AdmittedIntent[] = [];
    const unanswered: AdmittedIntent[] = [];
    const steps = ["post", "post", "beforeLock", "wait", "nextWindow", "wait", "wait"] as const;
    for (let life = 0; life < 2 * steps.length; life++) {
      const keeper = start();
      const diesEarly = Math.random() < 0.15;
      if (diesEarly) killAt(keeper, 1 + Math.floor(Math.random() * 12));
      const url = await keeper.url.catch(() => null);
      if (url !== null && !diesEarly) killAt(keeper, 1 + Math.floor(Math.random() * 120));
      const step = steps[life % steps.length];
      if (step === "post" && url !== null) {
        const validTo = (await world.local.chain.latestBlock()).timestamp + 4 * windowLength;
        for (const intent of [
          await sells(1, "first", { validTo }),
          await sells(2, "second", { ...paying, validTo }),
          await sells(3, "first", { ...paying, validTo }),
          await sells(4, "second", { validTo }),
          // Asks more than anybody gives: is rolled from window to window, and in the end goes back.
          await sells(5, "first", { buyAmount: 3n * unit, validTo }),
        ]) {
          if (await hand(url, intent)) acknowledged.push(intent);
          else unanswered.push(intent);
        }
      }
      if (step === "beforeLock") await lane.beforeLock(60);
      if (step === "nextWindow" && (await uncleared()).length === 0) await lane.nextWindow();
      await keeper.ended;
      world.local.fault = () => null;
    }

    const keeper = start();
    const url = await keeper.url;
    for (const intent of unanswered) {
      if ((await ask(url, intent.intentHash)) !== null) acknowledged.push(intent);
    }
    expect(acknowledged.length).to.be.greaterThan(4);
    const answers = await untilOver(url, acknowledged);
    for (const { status, reason } of answers) {
      if (status === "filled") expect(reason).to.equal(null);
      else expect(["NotExecuted", "RestReturned", "Expired"]).to.include(reason?.code);
    }
    expect(answers.filter(({ status }) => status === "filled")).not.to.be.empty;
    const events = await eventsOf();
    expectClosedOnce(events);
    const sent = await expectNoLoss();
    expect(sent.filter(({ input }) => input.startsWith(selectorOf("clear")))).to.have.length(
      events.filter(({ event }) => event === "Clear").length,
    );
    keeper.child.kill("SIGTERM");
    await keeper.ended;

    // What the keeper says is what has moved, of each owner and token.
    for (const index of [1, 2, 3, 4, 5]) {
      const mine = acknowledged.filter(({ owner }) => owner === world.owner(index));
      for (const token of world.tokens) {
        let expected = fortune;
        for (const { intentHash, signed } of mine) {
          const answer = answers.find((one) => one.intentHash === intentHash);
          if (signed.intent.sellToken === token) expected -= BigInt(answer?.sold ?? 0);
          if (signed.intent.buyToken === token) expected += BigInt(answer?.bought ?? 0);
        }
        expect(await world.balance(token, world.owner(index))).to.equal(expected);
      }
    }
    // Nothing but the clearer's fees and the dust of rounding is left in the auction.
    const { chain } = world.local;
    const at = { chain, head: await chain.latestBlock() };
    const fees = await readSetAside(lane.auction, world.account.address, at);
    for (const token of world.tokens) {
      const held = await world.balance(token, lane.auction.auction);
      const dust = held - (fees.find((one) => one.token === token)?.amount ?? 0n);
      expect(dust >= 0n && dust < 100n, `${dust}`).to.equal(true);
    }
  });

  it("between the pages of a clearing, pays for none of them twice", async () => {
    const most = 20;
    const orders = 48;
    const clearSelector = selectorOf("clear");
    /** As a chain on which only pages of so many orders fit a transaction. */
    world.local.disguise = ({ method, params }, result) => {
      if (method !== "eth_estimateGas") return result;
      const { data } = estimateSchema.parse(params[0]);
      if (!data.startsWith(clearSelector)) return result;
      const { maxOrders, progress } = decodeClear(parseHex(data, "data"));
      return (maxOrders ?? orders - (progress?.next ?? 0)) > most ? "0x2625a00" : result;
    };
    const intents: AdmittedIntent[] = [];
    const keeper = start();
    const url = await keeper.url;
    for (let i = 0; i < orders; i++) {
      const intent = await sells(1 + (i % 4), i % 2 === 0 ? "first" : "second");
      expect(await hand(url, intent)).to.equal(true);
      intents.push(intent);
    }
    await lane.beforeLock(60);
    for (const { intentHash } of intents) {
      while ((await ask(url, intentHash))?.status !== "placed") await shortly();
    }
    keeper.child.kill("SIGKILL");
    await keeper.ended;
    await lane.nextWindow();

    // Each page is on chain, or on its way there, when the process dies.
    const pages = async () =>
      (await sentByKeeper()).filter(({ input }) => input.startsWith(clearSelector)).length;
    for (const before of [0, 1, 2]) {
      const next = start();
      world.local.fault = (method) => {
        if (method !== "eth_sendRawTransaction") return null;
        next.child.kill("SIGKILL");
        return before === 1 ? "drop" : null;
      };
      await next.ended;
      world.local.fault = () => null;
      expect(await pages()).to.equal(before === 0 ? 1 : before);
    }
    const last = start();
    const answers = await untilOver(await last.url, intents);
    expect(answers.every(({ status }) => status === "filled")).to.equal(true);
    expect(await pages()).to.equal(3);
    expectClosedOnce(await eventsOf());
    await expectNoLoss();
  });
});
