import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Hex, parseAddress, parseHex } from "@walras/sdk";
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
  simulatedCall,
} from "../../test/samples.ts";
import { KeeperError } from "../errors.ts";
import { openSqliteStore } from "./sqliteStore.ts";
import type { Store } from "./Store.ts";

const childPath = fileURLToPath(new URL("../../test/addIntents.child.ts", import.meta.url));
const failure = { code: "Reverted", message: "it reverted" };

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return "no error";
  } catch (error) {
    return error instanceof KeeperError ? error.code : String(error);
  }
}

describe("the SQLite store", function () {
  this.timeout(300_000);
  let folder: string;
  let path: string;
  let store: Store;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "walras-store-"));
    path = join(folder, "keeper.db");
    store = await openSqliteStore(path, identity);
  });

  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function reopen(): Promise<void> {
    await store.close();
    store = await openSqliteStore(path, identity);
  }

  describe("intents", () => {
    it("keeps every field of an intent across a restart", async () => {
      const intent = admitted({
        sellAmount: (1n << 128n) - 1n,
        kind: "buy",
        partiallyFillable: true,
        conditionData: "0xbeef",
        validFrom: 0xffffffff,
      });
      const { created } = await store.addIntent(intent, 1234);
      expect(created).to.equal(true);
      await reopen();

      expect(await store.getIntent(intent.intentHash)).to.deep.equal({
        ...intent,
        status: "open",
        filledAmount: 0n,
        sold: 0n,
        bought: 0n,
        fee: 0n,
        surplus: 0n,
        reason: null,
        createdAt: 1234,
        updatedAt: 1234,
      });
    });

    it("keeps signatures of each scheme", async () => {
      const hash = randomHash();
      for (const signature of [
        { scheme: "ecdsa", signature: hash },
        { scheme: "eip1271", owner: alice, signature: hash },
        { scheme: "approval", owner: alice },
      ] as const) {
        const intent = admitted();
        intent.signed = { ...intent.signed, signature };
        await store.addIntent(intent, 1);
        expect((await store.getIntent(intent.intentHash))?.signed.signature).to.deep.equal(signature);
      }
    });

    it("stores an intent once, however often and however concurrently it comes", async () => {
      const intent = admitted();
      const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => store.addIntent(intent, i)));
      expect(answers.filter(({ created }) => created)).to.have.length(1);
      for (const answer of answers) expect(answer.intent).to.deep.equal(answers[0]?.intent);
      expect(await store.listLiveIntents()).to.have.length(1);
      expect(await store.listEvents(intent.intentHash)).to.have.length(1);
    });

    it("pages through an owner's intents, newest first, without gaps or repeats", async () => {
      const hashes: Hex[] = [];
      for (let i = 0; i < 7; i++) {
        const intent = admitted();
        hashes.unshift(intent.intentHash);
        await store.addIntent(intent, i);
      }
      const other = parseAddress("0x0000000000000000000000000000000000000b0b");
      await store.addIntent(admitted({}, { owner: other }), 9);

      const seen: Hex[] = [];
      let cursor: string | null = null;
      do {
        const page = await store.listIntents({
          owner: alice,
          limit: 3,
          ...(cursor === null ? {} : { cursor }),
        });
        seen.push(...page.items.map(({ intentHash }) => intentHash));
        cursor = page.nextCursor;
      } while (cursor !== null);
      expect(seen).to.deep.equal(hashes);
      expect((await store.listIntents({ owner: alice, limit: 7 })).nextCursor).to.equal(null);
      expect((await store.listIntents({ owner: alice, status: "filled", limit: 3 })).items).to.be.empty;
    });

    it("refuses a cursor that it has not given", async () => {
      for (const cursor of ["", "x", "-1", Buffer.from("seq:1 or 1=1").toString("base64url")]) {
        expect(await codeOf(store.listIntents({ owner: alice, limit: 1, cursor }))).to.equal("InvalidCursor");
      }
    });

    it("writes an event when status or reason changes, and none for new figures in the same reason", async () => {
      const { intentHash } = admitted();
      await store.addIntent(admitted({}, { intentHash }), 1);
      const change = (status: "open" | "invalid", code: string | null, message = "") =>
        store.updateIntents([{ intentHash, status, reason: code === null ? null : { code, message } }], 2);

      expect(await change("invalid", "InsufficientBalance", "has 1")).to.have.length(1);
      expect(await change("invalid", "InsufficientBalance", "has 2")).to.have.length(0);
      expect((await store.getIntent(intentHash))?.reason?.message).to.equal("has 2");
      expect(await change("open", null)).to.have.length(1);
      expect(await change("open", null)).to.have.length(0);

      const events = await store.listEvents(intentHash);
      expect(events.map(({ status }) => status)).to.deep.equal(["open", "invalid", "open"]);
      const [first, second] = events;
      expect(await store.listEvents(intentHash, first!.id)).to.deep.equal(events.slice(1));
      expect(second!.id).to.be.greaterThan(first!.id);
    });

    it("does not bring an intent back that is over", async () => {
      const intent = admitted();
      const { intentHash } = intent;
      await store.addIntent(intent, 1);
      await store.updateIntents([{ intentHash, status: "cancelled", reason: null }], 2);
      const events = await store.updateIntents([{ intentHash, status: "open", reason: null }], 3);
      expect(events).to.be.empty;
      expect((await store.getIntent(intentHash))?.status).to.equal("cancelled");
      expect(await store.listLiveIntents()).to.be.empty;
    });
  });

  describe("batches", () => {
    const whole = admitted();
    const part = admitted({ partiallyFillable: true });
    const { intentHash } = whole;
    const settle = [
      { intent: whole, executed: 1000n },
      { intent: part, executed: 400n },
    ];

    beforeEach(async () => {
      await store.addIntent(whole, 1);
      await store.addIntent(part, 1);
    });

    const statusOf = async (hash: Hex = intentHash) => (await store.getIntent(hash))?.status;

    it("keeps a batch with its first attempt before anything is broadcast", async () => {
      const first = attempt();
      const { batch, events } = await store.addBatch(simulated(settle), first, 2);
      await reopen();
      expect(await store.listPendingTransactions()).to.deep.equal([batch]);
      expect(batch.status).to.equal("simulated");
      expect(batch.attempts).to.deep.equal([{ ...first, batchId: batch.id }]);
      expect(batch.fills[1]).to.deep.equal({
        intentHash: part.intentHash,
        owner: alice,
        executed: 400n,
        sold: 400n,
        bought: 398n,
        fee: 2n,
        surplus: 7n,
      });
      expect(events.map(({ status }) => status)).to.deep.equal(["executing", "executing"]);
      expect(events[0]).to.include({ batchId: batch.id, transactionHash: first.transactionHash });
      expect(await statusOf()).to.equal("executing");
    });

    it("books the fills when the batch is mined, and leaves the rest of a partial one open", async () => {
      const { batch } = await store.addBatch(simulated(settle), attempt(), 2);
      await store.markSubmitted(batch.id, 3);
      const mined = minedIn(batch.attempts[0]!.transactionHash);
      const { events } = await store.markMined(batch.id, mined, 4);
      expect(events.map(({ status }) => status)).to.deep.equal(["filled", "partiallyFilled"]);
      expect((await store.getBatch(batch.id))?.mined).to.deep.equal(mined);
      expect(await store.getIntent(part.intentHash)).to.deep.include({
        filledAmount: 400n,
        sold: 400n,
        bought: 398n,
        fee: 2n,
        surplus: 7n,
      });

      const second = await store.addBatch(simulated([{ intent: part, executed: 600n }]), attempt(), 5);
      await store.markMined(second.batch.id, minedIn(randomHash()), 6);
      expect(await store.getIntent(part.intentHash)).to.include({ status: "filled", filledAmount: 1000n });
      expect((await store.listBatchesOfIntent(part.intentHash)).map(({ id }) => id)).to.deep.equal([
        batch.id,
        second.batch.id,
      ]);
    });

    it("takes the fills back in a reorg, and books them again", async () => {
      const { batch } = await store.addBatch(simulated(settle), attempt(), 2);
      await store.markMined(batch.id, minedIn(randomHash()), 3);
      const { events } = await store.markReorged(batch.id, 4);
      expect(events.map(({ status, reason }) => [status, reason?.code])).to.deep.equal([
        ["executing", "Reorged"],
        ["executing", "Reorged"],
      ]);
      expect(await store.getIntent(part.intentHash)).to.deep.include({ filledAmount: 0n, sold: 0n, fee: 0n });
      expect((await store.getBatch(batch.id))?.mined).to.equal(null);

      await store.markSubmitted(batch.id, 5);
      await store.markMined(batch.id, minedIn(randomHash(), 11), 6);
      expect(await statusOf()).to.equal("filled");
      await store.markConfirmed(batch.id, 7);
      expect(await store.listPendingTransactions()).to.be.empty;
      await store.markReorged(batch.id, 8);
      expect(await store.listPendingTransactions()).to.have.length(1);
    });

    it("opens the intents of a failed batch again, with the reason", async () => {
      const { batch } = await store.addBatch(simulated(settle), attempt(), 2);
      await store.markFailed(batch.id, failure, 3);
      expect((await store.getBatch(batch.id))?.failure).to.deep.equal(failure);
      expect(await store.getIntent(intentHash)).to.deep.include({ status: "open", reason: failure });
      expect(await codeOf(store.markMined(batch.id, minedIn(randomHash()), 4))).to.equal("StoreFailed");

      const next = await store.addBatch(simulated(settle), attempt(), 5);
      await store.markFailed(next.batch.id, failure, 6, "replaced");
      expect((await store.getBatch(next.batch.id))?.status).to.equal("replaced");
    });

    it("makes no batch of an intent that is cancelled or executing meanwhile, and keeps nothing of it", async () => {
      await store.updateIntents([{ intentHash: part.intentHash, status: "cancelled", reason: null }], 2);
      expect(await codeOf(store.addBatch(simulated(settle), attempt(), 3))).to.equal("BatchOutdated");
      expect((await store.listBatches({ limit: 9 })).items).to.be.empty;
      expect(await statusOf()).to.equal("open");

      await store.addBatch(simulated([{ intent: whole, executed: 1000n }]), attempt(), 4);
      const again = store.addBatch(simulated([{ intent: whole, executed: 1000n }]), attempt(), 5);
      expect(await codeOf(again)).to.equal("BatchOutdated");
    });

    it("leaves an executing intent to its batch", async () => {
      await store.addBatch(simulated(settle), attempt(), 2);
      const events = await store.updateIntents([{ intentHash, status: "cancelled", reason: null }], 3);
      expect(events).to.be.empty;
      expect(await statusOf()).to.equal("executing");
    });

    it("does not wake a cancelled intent whose partial fill was reorged away", async () => {
      const cancelled = { intentHash: part.intentHash, status: "cancelled", reason: null } as const;
      const { batch } = await store.addBatch(simulated(settle), attempt(), 2);
      await store.markMined(batch.id, minedIn(randomHash()), 3);
      await store.updateIntents([cancelled], 4);
      await store.markReorged(batch.id, 5);
      expect(await statusOf(part.intentHash)).to.equal("executing");
      await store.markFailed(batch.id, failure, 6);
      expect(await statusOf(part.intentHash)).to.equal("cancelled");
      expect(await statusOf()).to.equal("open");
    });

    it("keeps further attempts in the order in which they were signed, while the batch is pending", async () => {
      const { batch } = await store.addBatch(simulated(settle), attempt(), 2);
      await store.addAttempt({ ...attempt("cancel"), batchId: batch.id }, 3);
      expect((await store.getBatch(batch.id))?.attempts.map(({ purpose }) => purpose)).to.deep.equal([
        "settle",
        "cancel",
      ]);
      await store.markFailed(batch.id, failure, 4);
      expect(await codeOf(store.addAttempt({ ...attempt(), batchId: batch.id }, 5))).to.equal("StoreFailed");
    });

    it("counts what may still settle and lists batches newest first", async () => {
      const { batch } = await store.addBatch(simulated([{ intent: whole, executed: 1000n }]), attempt(), 2);
      expect(await store.counts()).to.deep.equal({ openIntents: 2, pendingBatches: 1 });
      await store.markMined(batch.id, minedIn(randomHash()), 3);
      await store.markConfirmed(batch.id, 4);
      expect(await store.counts()).to.deep.equal({ openIntents: 1, pendingBatches: 0 });

      const second = await store.addBatch(simulated([{ intent: part, executed: 1n }]), attempt(), 5);
      const page = await store.listBatches({ limit: 1 });
      expect(page.items.map(({ id }) => id)).to.deep.equal([second.batch.id]);
      const next = await store.listBatches({ limit: 1, cursor: page.nextCursor! });
      expect(next.items.map(({ id }) => id)).to.deep.equal([batch.id]);
      expect(next.nextCursor).to.equal(null);
    });
  });

  describe("calls of an auction", () => {
    it("are kept with their first attempt, beside the batches and not among them", async () => {
      const [one, two] = [admitted({}, { auction }), admitted({}, { auction })];
      await store.addIntent(one, 1);
      await store.addIntent(two, 1);
      const { call, events } = await store.addCall(simulatedCall([one, two]), attempt("call"), 2);
      expect(call).to.deep.include({ kind: "place", to: auction, window: 7, status: "simulated" });
      expect(call.intentHashes).to.deep.equal([one.intentHash, two.intentHash]);
      expect(events.map(({ status, batchId }) => [status, batchId])).to.deep.equal([
        ["executing", null],
        ["executing", null],
      ]);

      await reopen();
      expect(await store.listPendingTransactions()).to.deep.equal([call]);
      expect(call.attempts).to.have.length(1);
      expect((await store.listBatches({ limit: 9 })).items).to.be.empty;
      expect(await store.getBatch(call.id)).to.equal(null);
      expect(await store.listBatchesOfIntent(one.intentHash)).to.be.empty;
      expect(await store.counts()).to.include({ pendingBatches: 1 });
    });

    it("open their intents again when they fail, and place nobody who was cancelled meanwhile", async () => {
      const [one, two] = [admitted({}, { auction }), admitted({}, { auction })];
      await store.addIntent(one, 1);
      await store.addIntent(two, 1);
      const { call } = await store.addCall(simulatedCall([one]), attempt("call"), 2);
      await store.markFailed(call.id, failure, 3);
      expect(await store.getIntent(one.intentHash)).to.deep.include({ status: "open", reason: failure });

      await store.updateIntents([{ intentHash: two.intentHash, status: "cancelled", reason: failure }], 4);
      expect(await codeOf(store.addCall(simulatedCall([one, two]), attempt("call"), 5))).to.equal(
        "BatchOutdated",
      );
      expect(await store.listPendingTransactions()).to.be.empty;
      expect((await store.getIntent(one.intentHash))?.status).to.equal("open");
    });

    it("that move a window on concern no intent of the store", async () => {
      const { call, events } = await store.addCall(simulatedCall([], "clear"), attempt("call"), 2);
      expect(events).to.be.empty;
      await store.markSubmitted(call.id, 3);
      await store.markMined(call.id, minedIn(call.attempts[0]!.transactionHash), 4);
      await store.markConfirmed(call.id, 5);
      expect(await store.listPendingTransactions()).to.be.empty;
      expect(await store.listConfirmedTransactions(9)).to.have.length(1);
    });
  });

  describe("the file", () => {
    it("of the first form is brought to the present one, with what it holds", async () => {
      const intent = admitted();
      await store.addIntent(intent, 1);
      const { batch } = await store.addBatch(simulated([{ intent, executed: 1000n }]), attempt(), 2);
      await store.close();
      const { DatabaseSync } = await import("node:sqlite");
      const file = new DatabaseSync(path);
      for (const column of ["kind", "target", "window"])
        file.exec(`alter table batches drop column ${column}`);
      file.exec("drop table call_intents");
      file.exec("delete from kysely_migration where name > '0001_first'");
      file.close();

      store = await openSqliteStore(path, identity);
      expect(await store.listPendingTransactions()).to.deep.equal([batch]);
      expect(batch).to.include({ kind: "settle", to: settlement });
    });

    it("of the form before sealed windows is brought to the present one, and takes both lanes then", async () => {
      const [open, over] = [admitted(), admitted()];
      await store.addIntent(open, 1);
      await store.addIntent(over, 1);
      const { batch } = await store.addBatch(simulated([{ intent: over, executed: 1000n }]), attempt(), 2);
      await store.markSubmitted(batch.id, 3);
      await store.markMined(batch.id, minedIn(batch.attempts[0]!.transactionHash), 4);
      await store.markConfirmed(batch.id, 5);
      const before = {
        intents: [await store.getIntent(open.intentHash), await store.getIntent(over.intentHash)],
        events: await store.listEvents(over.intentHash),
        batch: await store.getBatch(batch.id),
      };
      await store.close();
      const { DatabaseSync } = await import("node:sqlite");
      const file = new DatabaseSync(path);
      file.exec("alter table intents drop column auction");
      for (const table of ["cursors", "orders", "windows"]) file.exec(`drop table auction_${table}`);
      file.exec("delete from kysely_migration where name > '0003_values'");
      file.close();

      store = await openSqliteStore(path, identity);
      expect({
        intents: [await store.getIntent(open.intentHash), await store.getIntent(over.intentHash)],
        events: await store.listEvents(over.intentHash),
        batch: await store.getBatch(batch.id),
      }).to.deep.equal(before);
      expect(before.intents.map((intent) => [intent?.status, intent?.auction])).to.deep.equal([
        ["open", null],
        ["filled", null],
      ]);
      expect(await store.listLiveIntents()).to.have.length(1);
      expect(await store.listWaitingIntents(auction)).to.be.empty;

      const sealed = admitted({}, { auction });
      await store.addIntent(sealed, 6);
      const { intentHash, owner } = sealed;
      const placed = { event: "Place" as const, intentHash, owner, window: 7, id: 0, fee: 3n };
      const cursor = { number: 9, hash: randomHash() };
      const told = [{ event: placed, blockNumber: 9, transactionHash: randomHash() }];
      await store.applyAuctionEvents(auction, told, cursor, 7);
      expect(await store.listAuctionCursors(auction)).to.deep.equal([cursor]);
      expect((await store.getIntent(intentHash))?.status).to.equal("placed");
      expect(await store.listOpenWindows(auction)).to.have.length(1);
    });

    it("belongs to one keeper at a time", async () => {
      expect(await codeOf(openSqliteStore(path, identity))).to.equal("StoreInUse");
      await reopen();
    });

    it("is refused when it is for another chain or another settlement contract", async () => {
      await store.close();
      expect(await codeOf(openSqliteStore(path, { ...identity, chainId: 1 }))).to.equal("WrongStore");
      expect(await codeOf(openSqliteStore(path, { ...identity, settlement: alice }))).to.equal("WrongStore");
      store = await openSqliteStore(path, identity);
    });

    it("is refused with its path when it is damaged, out of reach, or from a later version", async () => {
      const damaged = join(folder, "damaged.db");
      await writeFile(damaged, "this is not a database ".repeat(500));
      expect(await codeOf(openSqliteStore(damaged, identity))).to.equal("StoreUnusable");
      const nowhere = join(folder, "missing", "keeper.db");
      expect(await codeOf(openSqliteStore(nowhere, identity))).to.equal("StoreUnusable");

      await store.close();
      const { DatabaseSync } = await import("node:sqlite");
      const file = new DatabaseSync(path);
      file.exec("insert into kysely_migration values ('9999_future', '2099')");
      file.close();
      expect(await codeOf(openSqliteStore(path, identity))).to.equal("StoreUnusable");
      store = await openSqliteStore(":memory:", identity);
    });

    it("that cannot be written gives StoreFailed, which is worth another try", async () => {
      const { DatabaseSync } = await import("node:sqlite");
      const other = new DatabaseSync(path);
      other.exec("create trigger refuse before insert on events begin select raise(abort, 'disk full'); end");
      other.close();
      try {
        await store.addIntent(admitted(), 1);
        expect.fail("it was acknowledged");
      } catch (error) {
        expect(error).to.include({ code: "StoreFailed", retryable: true });
      }
      expect(await store.listLiveIntents()).to.be.empty;
    });

    it("is opened again after its holder was killed, with every acknowledged intent in it", async () => {
      await store.close();
      const acknowledged: Hex[] = [];
      for (let round = 0; round < 5; round++) {
        const child = spawn(process.execPath, [childPath, path], { stdio: ["ignore", "pipe", "inherit"] });
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

        store = await openSqliteStore(path, identity);
        for (const hash of acknowledged) {
          expect(await store.getIntent(hash), hash).not.to.equal(null);
          expect(await store.listEvents(hash)).to.have.length(1);
        }
        await store.close();
      }
      expect(acknowledged.length).to.be.greaterThan(5);
    });
  });
});
