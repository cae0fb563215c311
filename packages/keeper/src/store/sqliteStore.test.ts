import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Hex, parseHex } from "@walras/sdk";
import { expect } from "chai";
import {
  admitted,
  alice,
  attempt,
  auction,
  identity,
  minedIn,
  randomHash,
  settlement,
  simulated,
} from "../../test/samples.ts";
import { codeOf, withStoreFile, type StoreFile } from "../../test/storeFile.ts";
import { openSqliteStore } from "./sqliteStore.ts";

const childPath = fileURLToPath(new URL("../../test/addIntents.child.ts", import.meta.url));

describe("the file of the SQLite store", function () {
  this.timeout(300_000);
  let db: StoreFile;
  withStoreFile((opened) => void (db = opened));

  it("of the first form is brought to the present one, with what it holds", async () => {
    const intent = admitted();
    await db.store.addIntent(intent, 1);
    const { batch } = await db.store.addBatch(simulated([{ intent, executed: 1000n }]), attempt(), 2);
    await db.store.close();
    const { DatabaseSync } = await import("node:sqlite");
    const file = new DatabaseSync(db.path);
    for (const column of ["kind", "target", "window"]) file.exec(`alter table batches drop column ${column}`);
    file.exec("drop table call_intents");
    file.exec("delete from kysely_migration where name > '0001_first'");
    file.close();

    db.store = await openSqliteStore(db.path, identity);
    expect(await db.store.listPendingTransactions()).to.deep.equal([batch]);
    expect(batch).to.include({ kind: "settle", to: settlement });
  });

  it("of the form before sealed windows is brought to the present one, and takes both lanes then", async () => {
    const [open, over] = [admitted(), admitted()];
    await db.store.addIntent(open, 1);
    await db.store.addIntent(over, 1);
    const { batch } = await db.store.addBatch(simulated([{ intent: over, executed: 1000n }]), attempt(), 2);
    await db.store.markSubmitted(batch.id, 3);
    await db.store.markMined(batch.id, minedIn(batch.attempts[0]!.transactionHash), 4);
    await db.store.markConfirmed(batch.id, 5);
    const before = {
      intents: [await db.store.getIntent(open.intentHash), await db.store.getIntent(over.intentHash)],
      events: await db.store.listEvents(over.intentHash),
      batch: await db.store.getBatch(batch.id),
    };
    await db.store.close();
    const { DatabaseSync } = await import("node:sqlite");
    const file = new DatabaseSync(db.path);
    file.exec("alter table intents drop column auction");
    for (const table of ["cursors", "orders", "windows"]) file.exec(`drop table auction_${table}`);
    file.exec("delete from kysely_migration where name > '0003_values'");
    file.close();

    db.store = await openSqliteStore(db.path, identity);
    expect({
      intents: [await db.store.getIntent(open.intentHash), await db.store.getIntent(over.intentHash)],
      events: await db.store.listEvents(over.intentHash),
      batch: await db.store.getBatch(batch.id),
    }).to.deep.equal(before);
    expect(before.intents.map((intent) => [intent?.status, intent?.auction])).to.deep.equal([
      ["open", null],
      ["filled", null],
    ]);
    expect(await db.store.listLiveIntents()).to.have.length(1);
    expect(await db.store.listWaitingIntents(auction)).to.be.empty;

    const sealed = admitted({}, { auction });
    await db.store.addIntent(sealed, 6);
    const { intentHash, owner } = sealed;
    const placed = { event: "Place" as const, intentHash, owner, window: 7, id: 0, fee: 3n };
    const cursor = { number: 9, hash: randomHash() };
    const told = [{ event: placed, blockNumber: 9, transactionHash: randomHash() }];
    await db.store.applyAuctionEvents(auction, told, cursor, 7);
    expect(await db.store.listAuctionCursors(auction)).to.deep.equal([cursor]);
    expect((await db.store.getIntent(intentHash))?.status).to.equal("placed");
    expect(await db.store.listOpenWindows(auction)).to.have.length(1);
  });

  it("belongs to one keeper at a time", async () => {
    expect(await codeOf(openSqliteStore(db.path, identity))).to.equal("StoreInUse");
    await db.reopen();
  });

  it("is refused when it is for another chain or another settlement contract", async () => {
    await db.store.close();
    expect(await codeOf(openSqliteStore(db.path, { ...identity, chainId: 1 }))).to.equal("WrongStore");
    expect(await codeOf(openSqliteStore(db.path, { ...identity, settlement: alice }))).to.equal("WrongStore");
    db.store = await openSqliteStore(db.path, identity);
  });

  it("is refused with its path when it is damaged, out of reach, or from a later version", async () => {
    const damaged = join(db.folder, "damaged.db");
    await writeFile(damaged, "this is not a database ".repeat(500));
    expect(await codeOf(openSqliteStore(damaged, identity))).to.equal("StoreUnusable");
    const nowhere = join(db.folder, "missing", "keeper.db");
    expect(await codeOf(openSqliteStore(nowhere, identity))).to.equal("StoreUnusable");

    await db.store.close();
    const { DatabaseSync } = await import("node:sqlite");
    const file = new DatabaseSync(db.path);
    file.exec("insert into kysely_migration values ('9999_future', '2099')");
    file.close();
    expect(await codeOf(openSqliteStore(db.path, identity))).to.equal("StoreUnusable");
    db.store = await openSqliteStore(":memory:", identity);
  });

  it("that cannot be written gives StoreFailed, which is worth another try", async () => {
    const { DatabaseSync } = await import("node:sqlite");
    const other = new DatabaseSync(db.path);
    other.exec("create trigger refuse before insert on events begin select raise(abort, 'disk full'); end");
    other.close();
    try {
      await db.store.addIntent(admitted(), 1);
      expect.fail("it was acknowledged");
    } catch (error) {
      expect(error).to.include({ code: "StoreFailed", retryable: true });
    }
    expect(await db.store.listLiveIntents()).to.be.empty;
  });

  it("is opened again after its holder was killed, with every acknowledged intent in it", async () => {
    await db.store.close();
    const acknowledged: Hex[] = [];
    for (let round = 0; round < 5; round++) {
      const child = spawn(process.execPath, [childPath, db.path], { stdio: ["ignore", "pipe", "inherit"] });
      let output = "";
      child.stdout.on("data", (data: Buffer) => (output += data.toString()));
      await once(child.stdout, "data");
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 60));
      child.kill("SIGKILL");
      await once(child, "close");
      acknowledged.push(
        ...output
          .split("\n")
          .slice(0, -1)
          .map((line) => parseHex(line, "hash", 32)),
      );

      db.store = await openSqliteStore(db.path, identity);
      for (const hash of acknowledged) {
        expect(await db.store.getIntent(hash), hash).not.to.equal(null);
        expect(await db.store.listEvents(hash)).to.have.length(1);
      }
      await db.store.close();
    }
    expect(acknowledged.length).to.be.greaterThan(5);
  });
});
