import { limitBuyAmount, type Intent } from "@walras/sdk";
import { expect } from "chai";
import fc from "fast-check";
import { admitted, alice, randomHash, settlement, tokenA, tokenB } from "../../test/samples.ts";
import type { OwnerState } from "../chain/Chain.ts";
import { noChainFee } from "../chain/dataFees.ts";
import type { StoredIntent } from "../domain.ts";
import { draftBook, withoutIntents, type BookContext } from "./book.ts";

const keeper = settlement;
const context: BookContext = {
  head: { number: 1, hash: randomHash(), parentHash: randomHash(), timestamp: 1_000_000, baseFeePerGas: 1n },
  now: 1_000_001,
  blockInterval: 12,
  keeper,
  fee: "cap",
  chainFee: noChainFee,
  tokenValues: new Map(),
};
const rich: OwnerState = {
  balance: 10_000n,
  allowance: 10_000n,
  nonceSpent: false,
  filledAmount: 0n,
  approved: false,
};

function stored(fields: Partial<Intent> = {}, more: Partial<StoredIntent> = {}): StoredIntent {
  const intent = admitted(fields);
  const sums = { filledAmount: 0n, sold: 0n, bought: 0n, fee: 0n, surplus: 0n };
  return { ...intent, status: "open", reason: null, createdAt: 1, updatedAt: 1, ...sums, ...more };
}

/** What the draft makes of one intent: its place in the book, or the word on it. */
function draftOf(intent: StoredIntent, state: Partial<OwnerState> = {}, more: Partial<BookContext> = {}) {
  const draft = draftBook([{ intent, state: { ...rich, ...state } }], { ...context, ...more });
  const [inBook] = draft.book.intents;
  const [change] = draft.changes;
  return {
    ...draft,
    inBook,
    verdict: change === undefined ? null : `${change.status} ${change.reason?.code ?? ""}`,
  };
}

describe("the book", () => {
  it("holds an intent that can settle, with its owner's means and the fee that is charged", () => {
    const intent = stored({ maxFee: 20n, nonce: 3n });
    const { inBook, verdict, book, candidates } = draftOf(intent, { allowance: 700n, balance: 5000n }, {});
    expect(verdict).to.equal("invalid InsufficientAllowance");
    expect(inBook).to.equal(undefined);

    const good = draftOf(intent, { allowance: 1500n });
    expect(good.inBook).to.deep.equal({
      id: intent.intentHash,
      owner: alice,
      sellToken: tokenA,
      buyToken: tokenB,
      kind: "sell",
      sellAmount: 1000n,
      buyAmount: 900n,
      limitBuyAmount: 900n,
      partiallyFillable: false,
      filled: 0n,
      maxFee: 20n,
      fee: 20n,
      nonce: 3n,
    });
    expect(good.book.spendable(alice.toLowerCase(), tokenA)).to.equal(1500n);
    expect(good.book.spendable(alice, tokenB)).to.equal(0n);
    expect([book.intents.length, candidates.size]).to.deep.equal([0, 0]);
    expect(good.candidates.get(intent.intentHash)).to.equal(intent);
    expect(withoutIntents(good.book, new Set([intent.intentHash])).intents).to.be.empty;
  });

  it("charges nothing when the keeper is configured so", () => {
    expect(draftOf(stored({ maxFee: 20n }), {}, { fee: "none" }).inBook?.fee).to.equal(0n);
  });

  it("charges three quarters of the metered cost where the signer bounds the fee by it, and never more than the cap", () => {
    // At a base fee of 1 wei, a fill of a large batch costs 33,500 wei.
    const feeAt = (feePerWei: bigint) => draftOf(stored({ maxFee: 20n, feePerWei })).inBook?.fee;
    expect(feeAt(1n)).to.equal(0n);
    expect(feeAt(4n * 10n ** 14n)).to.equal(10n);
    expect(feeAt(10n ** 16n)).to.equal(20n);
  });

  it("says what a fill costs for fees to be judged by, unless the keeper charges none", () => {
    const tokenValues = new Map([[tokenA, 5n]]);
    const drafts = (["cap", "none"] as const).map((fee) => draftBook([], { ...context, fee, tokenValues }));
    // At a base fee of 1 wei, seven tenths of 33,500 wei.
    expect(drafts.map(({ gas }) => gas)).to.deep.equal([
      { weiPerFill: 23_450n, values: tokenValues },
      undefined,
    ]);
  });

  it("reckons the data fee of the chain in, each fill its own bytes and a share of the rest", () => {
    const chainFee = (bytes: bigint) => ({ dataFee: 100n * bytes, weiPerGas: 2n });
    const { gas } = draftBook([], { ...context, chainFee });
    // (33,500 gas at 1 + 2 wei, and 164 bytes at 100 wei), of which seven tenths; a batch's own gas and bytes add 2 wei.
    expect(gas?.weiPerFill).to.equal(((33_500n * 3n + 16_400n + 2n) * 7n) / 10n);
    const fee = draftOf(stored({ maxFee: 100n, feePerWei: 10n ** 15n }), {}, { chainFee }).inBook?.fee;
    expect(fee).to.equal(87n);
  });

  it("shares one balance among all of an owner's intents", () => {
    const [one, two] = [stored(), stored({ nonce: 2n })];
    const draft = draftBook(
      [one, two].map((intent) => ({ intent, state: { ...rich, balance: 1200n } })),
      context,
    );
    expect(draft.book.intents).to.have.length(2);
    expect(draft.book.spendable(alice, tokenA)).to.equal(1200n);
  });

  it("takes what is filled from the chain, which knows of other keepers' fills too", () => {
    const partial = stored({ partiallyFillable: true });
    expect(draftOf(partial, { filledAmount: 400n }).inBook?.filled).to.equal(400n);
    expect(draftOf(partial, { filledAmount: 1000n }).verdict).to.equal("invalid AlreadyFilled");
    expect(draftOf(stored(), { filledAmount: 400n }).inBook?.filled).to.equal(0n);
  });

  it("says why an intent cannot settle now", () => {
    const { timestamp } = context.head;
    const cases: [string, StoredIntent, Partial<OwnerState>][] = [
      ["expired Expired", stored({ validTo: timestamp - 1 }), {}],
      ["open ExpiresTooSoon", stored({ validTo: timestamp + 5 }), {}],
      ["open NotYetValid", stored({ validFrom: timestamp + 1 }), {}],
      ["partiallyFilled NotYetValid", stored({ validFrom: timestamp + 1 }, { filledAmount: 1n }), {}],
      ["invalid WrongSettler", stored({ settler: alice }), {}],
      ["invalid InsufficientBalance", stored(), { balance: 999n }],
      ["invalid InsufficientBalance", stored({ partiallyFillable: true }), { balance: 0n }],
      ["invalid InsufficientAllowance", stored({ kind: "buy" }), { allowance: 0n }],
    ];
    for (const [verdict, intent, state] of cases) {
      expect(draftOf(intent, state).verdict).to.equal(verdict);
    }
    const approved = stored();
    approved.signed = { ...approved.signed, signature: { scheme: "approval", owner: alice } };
    expect(draftOf(approved).verdict).to.equal("invalid NotApproved");
    expect(draftOf(approved, { approved: true }).verdict).to.equal(null);
    expect(draftOf(stored({ settler: keeper })).verdict).to.equal(null);
    expect(draftOf(stored({ kind: "buy" }), { balance: 1n }).verdict).to.equal(null);
  });

  it("hands those whose nonce is spent on, without judging them by the clock", () => {
    const intent = stored({ validTo: 1 });
    const { spent, changes } = draftOf(intent, { nonceSpent: true });
    expect(spent.map((entry) => entry.intent)).to.deep.equal([intent]);
    expect(changes).to.be.empty;
  });

  it("calls an intent expired by its own clock only when that is well ahead, for chains without blocks", () => {
    const intent = stored({ validTo: 1_000_050 });
    expect(draftOf(intent, {}, { now: 1_000_054 }).verdict).to.equal("open ExpiresTooSoon");
    expect(draftOf(intent, {}, { now: 1_000_056 }).verdict).to.equal("expired Expired");
  });

  it("asks for a limit that is good in every block in which the batch can be mined", () => {
    const arbitrary = fc.record({
      start: fc.bigInt({ min: 900n, max: 1n << 127n }),
      validFrom: fc.integer({ min: 999_000, max: 1_000_000 }),
      length: fc.integer({ min: 1, max: 5000 }),
      later: fc.integer({ min: 0, max: 100_000 }),
    });
    fc.assert(
      fc.property(arbitrary, ({ start, validFrom, length, later }) => {
        const intent = stored({ startBuyAmount: start, validFrom, decayEnd: validFrom + length });
        const { inBook } = draftOf(intent);
        const asked = limitBuyAmount(intent.signed.intent, context.head.timestamp + later);
        expect(inBook!.limitBuyAmount >= asked).to.equal(true);
      }),
    );
  });
});
