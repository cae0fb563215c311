import { serializeSignedIntent } from "@walras/sdk";
import { expect } from "chai";
import { z } from "zod";
import { withWorld } from "../test/hooks.ts";
import { ask, post, startKeeperProcess, type KeeperProcess } from "../test/keeperProcess.ts";
import { Database } from "../test/testKeeper.ts";
import { fortune, type InstantIntent, type World } from "../test/world.ts";
import { openSqliteStore } from "./store/sqliteStore.ts";

const healthSchema = z.object({ status: z.string() });
const shortly = () => new Promise((resolve) => setTimeout(resolve, 20));

describe("a running keeper", function () {
  this.timeout(300_000);
  let world: World;
  let database: Database;
  const processes: KeeperProcess[] = [];

  withWorld((started) => void (world = started));
  beforeEach(() => {
    database = new Database();
  });
  afterEach(async () => {
    for (const { child, ended } of processes.splice(0)) {
      child.kill("SIGKILL");
      await ended;
    }
    await world.reset();
    database.remove();
  });

  const start = (settings?: { confirmations?: number; port?: number }) => {
    const started = startKeeperProcess(world, database, settings);
    processes.push(started);
    return started;
  };
  const hand = (url: string, { signed }: InstantIntent) => post(url, serializeSignedIntent(signed));
  const sells = (owner: number, from: 0 | 1) =>
    world.sign(owner, { sellToken: world.tokens[from], buyToken: world.tokens[1 - from]! });

  it("takes intents over HTTP, settles them, and stops on SIGTERM", async () => {
    const { child, url, ended, output } = start();
    const intents = [await sells(1, 0), await sells(2, 1)];
    for (const intent of intents) expect(await hand(await url, intent)).to.equal(true);
    for (const { intentHash } of intents) {
      while ((await ask(await url, intentHash))?.status !== "filled") await shortly();
    }
    child.kill("SIGTERM");
    expect(await ended).to.equal(0);
    expect(output()).to.match(/stopped\n$/);
    expect(output()).not.to.include(world.keeperKey.slice(2));
  });

  it("ends with the reason where the contract is not ours, the store is in use, or the port is taken", async () => {
    const first = start();
    const { port } = new URL(await first.url);
    const second = start();
    await second.ended;
    expect(second.output()).to.include("StoreInUse");

    const others = [new Database(), new Database()] as const;
    const third = startKeeperProcess(world, others[0], { port: Number(port) });
    const fourth = startKeeperProcess({ ...world, settlement: world.tokens[0] }, others[1]);
    processes.push(third, fourth);
    await third.ended;
    expect(third.output()).to.include("http.port");
    await fourth.ended;
    expect(fourth.output()).to.include("WrongDeployment");
    for (const other of others) other.remove();
  });

  it("comes up without a node, says so, and goes on when it is there", async () => {
    world.local.fault = () => "drop";
    const { url } = start();
    const health = async () => healthSchema.parse(await (await fetch(`${await url}/v1/health`)).json());
    expect((await health()).status).to.equal("down");
    world.local.fault = () => null;
    while ((await health()).status !== "ok") await shortly();
  });

  it("killed again and again while intents come in, loses none that it acknowledged and settles none twice", async () => {
    const acknowledged: InstantIntent[] = [];
    // The keeper was killed before it could answer; it may have kept the intent all the same.
    const unanswered: InstantIntent[] = [];
    let deadline = 0;
    for (let round = 0; round < 5; round++) {
      const { child, url, ended } = start({ confirmations: 2 });
      const address = await url;
      deadline = Date.now() + 100 + Math.random() * 500;
      const killed = new Promise((resolve) => setTimeout(resolve, deadline - Date.now())).then(() => {
        child.kill("SIGKILL");
        return ended;
      });
      for (let i = 0; Date.now() < deadline; i++) {
        const intent = await sells(1 + (i % 4), i % 2 === 0 ? 0 : 1);
        if (await hand(address, intent)) acknowledged.push(intent);
        else unanswered.push(intent);
      }
      await killed;
    }
    const { url, child, ended } = start({ confirmations: 2 });
    const address = await url;
    // Each sells 1000 of one token, so all are matched but for the surplus of one side.
    for (const intent of unanswered) {
      if ((await ask(address, intent.intentHash)) !== null) acknowledged.push(intent);
    }
    const side = (intent: InstantIntent) => (intent.signed.intent.sellToken === world.tokens[0] ? 0 : 1);
    const count = (which: 0 | 1) => acknowledged.filter((intent) => side(intent) === which).length;
    for (const which of [0, 1] as const) {
      for (let missing = count(which === 0 ? 1 : 0) - count(which); missing > 0; missing--) {
        const intent = await sells(5, which);
        expect(await hand(address, intent)).to.equal(true);
        acknowledged.push(intent);
      }
    }
    for (const { intentHash } of acknowledged) {
      while ((await ask(address, intentHash))?.status !== "filled") {
        await world.local.mine();
        await shortly();
      }
    }
    child.kill("SIGTERM");
    await ended;

    expect(acknowledged.length).to.be.greaterThan(4);
    for (const which of [0, 1] as const) {
      for (const index of [1, 2, 3, 4, 5]) {
        const mine = acknowledged.filter((intent) => intent.owner === world.owner(index));
        const sold = 1000n * BigInt(mine.filter((intent) => side(intent) === which).length);
        const store = await openSqliteStore(database.path, { chainId: 31337, settlement: world.settlement });
        let bought = 0n;
        for (const intent of mine.filter((entry) => side(entry) !== which)) {
          bought += (await store.getIntent(intent.intentHash))?.bought ?? 0n;
        }
        await store.close();
        expect(await world.balance(world.tokens[which], world.owner(index))).to.equal(
          fortune - sold + bought,
        );
      }
    }
  });
});
