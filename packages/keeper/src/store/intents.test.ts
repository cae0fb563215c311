import { type Hex, parseAddress } from "@walras/sdk";
import { expect } from "chai";
import { admitted, alice, randomHash } from "../../test/samples.ts";
import { codeOf, withStoreFile, type StoreFile } from "../../test/storeFile.ts";

describe("intents in the SQLite store", function () {
  this.timeout(300_000);
  let db: StoreFile;
  withStoreFile((opened) => void (db = opened));

  it("keeps every field of an intent across a restart", async () => {
    const intent = admitted({
      sellAmount: (1n << 128n) - 1n,
      kind: "buy",
      partiallyFillable: true,
      conditionData: "0xbeef",
      validFrom: 0xffffffff,
    });
    const { created } = await db.store.addIntent(intent, 1234);
    expect(created).to.equal(true);
    await db.reopen();

    expect(await db.store.getIntent(intent.intentHash)).to.deep.equal({
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
      await db.store.addIntent(intent, 1);
      expect((await db.store.getIntent(intent.intentHash))?.signed.signature).to.deep.equal(signature);
    }
  });

  it("stores an intent once, however often and however concurrently it comes", async () => {
    const intent = admitted();
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => db.store.addIntent(intent, i)));
    expect(answers.filter(({ created }) => created)).to.have.length(1);
    for (const answer of answers) expect(answer.intent).to.deep.equal(answers[0]?.intent);
    expect(await db.store.listLiveIntents()).to.have.length(1);
    expect(await db.store.listEvents(intent.intentHash)).to.have.length(1);
  });

  it("pages through an owner's intents, newest first, without gaps or repeats", async () => {
    const hashes: Hex[] = [];
    for (let i = 0; i < 7; i++) {
      const intent = admitted();
      hashes.unshift(intent.intentHash);
      await db.store.addIntent(intent, i);
    }
    const other = parseAddress("0x0000000000000000000000000000000000000b0b");
    await db.store.addIntent(admitted({}, { owner: other }), 9);

    const seen: Hex[] = [];
    let cursor: string | null = null;
    do {
      const page = await db.store.listIntents({
        owner: alice,
        limit: 3,
        ...(cursor === null ? {} : { cursor }),
      });
      seen.push(...page.items.map(({ intentHash }) => intentHash));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).to.deep.equal(hashes);
    expect((await db.store.listIntents({ owner: alice, limit: 7 })).nextCursor).to.equal(null);
    expect((await db.store.listIntents({ owner: alice, status: "filled", limit: 3 })).items).to.be.empty;
  });

  it("refuses a cursor that it has not given", async () => {
    for (const cursor of ["", "x", "-1", Buffer.from("seq:1 or 1=1").toString("base64url")]) {
      expect(await codeOf(db.store.listIntents({ owner: alice, limit: 1, cursor }))).to.equal(
        "InvalidCursor",
      );
    }
  });

  it("writes an event when status or reason changes, and none for new figures in the same reason", async () => {
    const { intentHash } = admitted();
    await db.store.addIntent(admitted({}, { intentHash }), 1);
    const change = (status: "open" | "invalid", code: string | null, message = "") =>
      db.store.updateIntents([{ intentHash, status, reason: code === null ? null : { code, message } }], 2);

    expect(await change("invalid", "InsufficientBalance", "has 1")).to.have.length(1);
    expect(await change("invalid", "InsufficientBalance", "has 2")).to.have.length(0);
    expect((await db.store.getIntent(intentHash))?.reason?.message).to.equal("has 2");
    expect(await change("open", null)).to.have.length(1);
    expect(await change("open", null)).to.have.length(0);

    const events = await db.store.listEvents(intentHash);
    expect(events.map(({ status }) => status)).to.deep.equal(["open", "invalid", "open"]);
    const [first, second] = events;
    expect(await db.store.listEvents(intentHash, first!.id)).to.deep.equal(events.slice(1));
    expect(second!.id).to.be.greaterThan(first!.id);
  });

  it("does not bring an intent back that is over", async () => {
    const intent = admitted();
    const { intentHash } = intent;
    await db.store.addIntent(intent, 1);
    await db.store.updateIntents([{ intentHash, status: "cancelled", reason: null }], 2);
    const events = await db.store.updateIntents([{ intentHash, status: "open", reason: null }], 3);
    expect(events).to.be.empty;
    expect((await db.store.getIntent(intentHash))?.status).to.equal("cancelled");
    expect(await db.store.listLiveIntents()).to.be.empty;
  });
});
