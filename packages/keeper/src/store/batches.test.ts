import { type Hex } from "@walras/sdk";
import { expect } from "chai";
import { admitted, alice, attempt, minedIn, randomHash, simulated } from "../../test/samples.ts";
import { codeOf, withStoreFile, type StoreFile } from "../../test/storeFile.ts";

const failure = { code: "Reverted", message: "it reverted" };

describe("batches in the SQLite store", function () {
  this.timeout(300_000);
  let db: StoreFile;
  withStoreFile((opened) => void (db = opened));

  const whole = admitted();
  const part = admitted({ partiallyFillable: true });
  const { intentHash } = whole;
  const settle = [
    { intent: whole, executed: 1000n },
    { intent: part, executed: 400n },
  ];

  beforeEach(async () => {
    await db.store.addIntent(whole, 1);
    await db.store.addIntent(part, 1);
  });

  const statusOf = async (hash: Hex = intentHash) => (await db.store.getIntent(hash))?.status;

  it("keeps a batch with its first attempt before anything is broadcast", async () => {
    const first = attempt();
    const { batch, events } = await db.store.addBatch(simulated(settle), first, 2);
    await db.reopen();
    expect(await db.store.listPendingTransactions()).to.deep.equal([batch]);
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
    const { batch } = await db.store.addBatch(simulated(settle), attempt(), 2);
    await db.store.markSubmitted(batch.id, 3);
    const mined = minedIn(batch.attempts[0]!.transactionHash);
    const { events } = await db.store.markMined(batch.id, mined, 4);
    expect(events.map(({ status }) => status)).to.deep.equal(["filled", "partiallyFilled"]);
    expect((await db.store.getBatch(batch.id))?.mined).to.deep.equal(mined);
    expect(await db.store.getIntent(part.intentHash)).to.deep.include({
      filledAmount: 400n,
      sold: 400n,
      bought: 398n,
      fee: 2n,
      surplus: 7n,
    });

    const second = await db.store.addBatch(simulated([{ intent: part, executed: 600n }]), attempt(), 5);
    await db.store.markMined(second.batch.id, minedIn(randomHash()), 6);
    expect(await db.store.getIntent(part.intentHash)).to.include({ status: "filled", filledAmount: 1000n });
    expect((await db.store.listBatchesOfIntent(part.intentHash)).map(({ id }) => id)).to.deep.equal([
      batch.id,
      second.batch.id,
    ]);
  });

  it("takes the fills back in a reorg, and books them again", async () => {
    const { batch } = await db.store.addBatch(simulated(settle), attempt(), 2);
    await db.store.markMined(batch.id, minedIn(randomHash()), 3);
    const { events } = await db.store.markReorged(batch.id, 4);
    expect(events.map(({ status, reason }) => [status, reason?.code])).to.deep.equal([
      ["executing", "Reorged"],
      ["executing", "Reorged"],
    ]);
    expect(await db.store.getIntent(part.intentHash)).to.deep.include({
      filledAmount: 0n,
      sold: 0n,
      fee: 0n,
    });
    expect((await db.store.getBatch(batch.id))?.mined).to.equal(null);

    await db.store.markSubmitted(batch.id, 5);
    await db.store.markMined(batch.id, minedIn(randomHash(), 11), 6);
    expect(await statusOf()).to.equal("filled");
    await db.store.markConfirmed(batch.id, 7);
    expect(await db.store.listPendingTransactions()).to.be.empty;
    await db.store.markReorged(batch.id, 8);
    expect(await db.store.listPendingTransactions()).to.have.length(1);
  });

  it("opens the intents of a failed batch again, with the reason", async () => {
    const { batch } = await db.store.addBatch(simulated(settle), attempt(), 2);
    await db.store.markFailed(batch.id, failure, 3);
    expect((await db.store.getBatch(batch.id))?.failure).to.deep.equal(failure);
    expect(await db.store.getIntent(intentHash)).to.deep.include({ status: "open", reason: failure });
    expect(await codeOf(db.store.markMined(batch.id, minedIn(randomHash()), 4))).to.equal("StoreFailed");

    const next = await db.store.addBatch(simulated(settle), attempt(), 5);
    await db.store.markFailed(next.batch.id, failure, 6, "replaced");
    expect((await db.store.getBatch(next.batch.id))?.status).to.equal("replaced");
  });

  it("makes no batch of an intent that is cancelled or executing meanwhile, and keeps nothing of it", async () => {
    await db.store.updateIntents([{ intentHash: part.intentHash, status: "cancelled", reason: null }], 2);
    expect(await codeOf(db.store.addBatch(simulated(settle), attempt(), 3))).to.equal("BatchOutdated");
    expect((await db.store.listBatches({ limit: 9 })).items).to.be.empty;
    expect(await statusOf()).to.equal("open");

    await db.store.addBatch(simulated([{ intent: whole, executed: 1000n }]), attempt(), 4);
    const again = db.store.addBatch(simulated([{ intent: whole, executed: 1000n }]), attempt(), 5);
    expect(await codeOf(again)).to.equal("BatchOutdated");
  });

  it("leaves an executing intent to its batch", async () => {
    await db.store.addBatch(simulated(settle), attempt(), 2);
    const events = await db.store.updateIntents([{ intentHash, status: "cancelled", reason: null }], 3);
    expect(events).to.be.empty;
    expect(await statusOf()).to.equal("executing");
  });

  it("does not wake a cancelled intent whose partial fill was reorged away", async () => {
    const cancelled = { intentHash: part.intentHash, status: "cancelled", reason: null } as const;
    const { batch } = await db.store.addBatch(simulated(settle), attempt(), 2);
    await db.store.markMined(batch.id, minedIn(randomHash()), 3);
    await db.store.updateIntents([cancelled], 4);
    await db.store.markReorged(batch.id, 5);
    expect(await statusOf(part.intentHash)).to.equal("executing");
    await db.store.markFailed(batch.id, failure, 6);
    expect(await statusOf(part.intentHash)).to.equal("cancelled");
    expect(await statusOf()).to.equal("open");
  });

  it("keeps further attempts in the order in which they were signed, while the batch is pending", async () => {
    const { batch } = await db.store.addBatch(simulated(settle), attempt(), 2);
    await db.store.addAttempt({ ...attempt("cancel"), batchId: batch.id }, 3);
    expect((await db.store.getBatch(batch.id))?.attempts.map(({ purpose }) => purpose)).to.deep.equal([
      "settle",
      "cancel",
    ]);
    await db.store.markFailed(batch.id, failure, 4);
    expect(await codeOf(db.store.addAttempt({ ...attempt(), batchId: batch.id }, 5))).to.equal("StoreFailed");
  });

  it("counts what may still settle and lists batches newest first", async () => {
    const { batch } = await db.store.addBatch(simulated([{ intent: whole, executed: 1000n }]), attempt(), 2);
    expect(await db.store.counts()).to.deep.equal({ openIntents: 2, pendingBatches: 1 });
    await db.store.markMined(batch.id, minedIn(randomHash()), 3);
    await db.store.markConfirmed(batch.id, 4);
    expect(await db.store.counts()).to.deep.equal({ openIntents: 1, pendingBatches: 0 });

    const second = await db.store.addBatch(simulated([{ intent: part, executed: 1n }]), attempt(), 5);
    const page = await db.store.listBatches({ limit: 1 });
    expect(page.items.map(({ id }) => id)).to.deep.equal([second.batch.id]);
    const next = await db.store.listBatches({ limit: 1, cursor: page.nextCursor! });
    expect(next.items.map(({ id }) => id)).to.deep.equal([batch.id]);
    expect(next.nextCursor).to.equal(null);
  });
});
