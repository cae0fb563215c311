import { expect } from "chai";
import { admitted, attempt, auction, minedIn, simulatedCall } from "../../test/samples.ts";
import { codeOf, withStoreFile, type StoreFile } from "../../test/storeFile.ts";

const failure = { code: "Reverted", message: "it reverted" };

describe("calls of an auction in the SQLite store", function () {
  this.timeout(300_000);
  let db: StoreFile;
  withStoreFile((opened) => void (db = opened));

  it("are kept with their first attempt, beside the batches and not among them", async () => {
    const [one, two] = [admitted({}, { auction }), admitted({}, { auction })];
    await db.store.addIntent(one, 1);
    await db.store.addIntent(two, 1);
    const { call, events } = await db.store.addCall(simulatedCall([one, two]), attempt("call"), 2);
    expect(call).to.deep.include({ kind: "place", to: auction, window: 7, status: "simulated" });
    expect(call.intentHashes).to.deep.equal([one.intentHash, two.intentHash]);
    expect(events.map(({ status, batchId }) => [status, batchId])).to.deep.equal([
      ["executing", null],
      ["executing", null],
    ]);

    await db.reopen();
    expect(await db.store.listPendingTransactions()).to.deep.equal([call]);
    expect(call.attempts).to.have.length(1);
    expect((await db.store.listBatches({ limit: 9 })).items).to.be.empty;
    expect(await db.store.getBatch(call.id)).to.equal(null);
    expect(await db.store.listBatchesOfIntent(one.intentHash)).to.be.empty;
    expect(await db.store.counts()).to.include({ pendingBatches: 1 });
  });

  it("open their intents again when they fail, and place nobody who was cancelled meanwhile", async () => {
    const [one, two] = [admitted({}, { auction }), admitted({}, { auction })];
    await db.store.addIntent(one, 1);
    await db.store.addIntent(two, 1);
    const { call } = await db.store.addCall(simulatedCall([one]), attempt("call"), 2);
    await db.store.markFailed(call.id, failure, 3);
    expect(await db.store.getIntent(one.intentHash)).to.deep.include({ status: "open", reason: failure });

    await db.store.updateIntents([{ intentHash: two.intentHash, status: "cancelled", reason: failure }], 4);
    expect(await codeOf(db.store.addCall(simulatedCall([one, two]), attempt("call"), 5))).to.equal(
      "BatchOutdated",
    );
    expect(await db.store.listPendingTransactions()).to.be.empty;
    expect((await db.store.getIntent(one.intentHash))?.status).to.equal("open");
  });

  it("that move a window on concern no intent of the store", async () => {
    const { call, events } = await db.store.addCall(simulatedCall([], "clear"), attempt("call"), 2);
    expect(events).to.be.empty;
    await db.store.markSubmitted(call.id, 3);
    await db.store.markMined(call.id, minedIn(call.attempts[0]!.transactionHash), 4);
    await db.store.markConfirmed(call.id, 5);
    expect(await db.store.listPendingTransactions()).to.be.empty;
    expect(await db.store.listConfirmedTransactions(9)).to.have.length(1);
  });
});
