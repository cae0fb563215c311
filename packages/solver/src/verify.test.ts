/** One tampered solution for every rule, so that a verifier without the rule would accept it. */
import { expect } from "chai";
import { bookOf, buys, sells, solveChecked, token, whole } from "../test/support.ts";
import type { Book, DualPrice, Fill, Solution, SolutionValue } from "./types.ts";
import { type Violation, verifySolution, type ViolationCode } from "./verify.ts";

const E = 10n ** 18n;

const book = bookOf([
  sells("a", 100n * E, "X", 90n * E, "Y", { maxFee: E, fee: E / 2n }),
  sells("b", 60n * E, "Y", 60n * E, "X"),
  whole(sells("c", 30n * E, "Y", 30n * E, "X")),
  buys("d", 5n * E, "X", 6n * E, "Y"),
  sells("far", 10n * E, "X", 99n * E, "Y"),
]);
const sound = solveChecked(book);

function codes(violations: readonly Violation[]): ViolationCode[] {
  return violations.map((violation) => violation.code);
}

function fillIndex(id: string): number {
  return sound.fills.findIndex((fill) => fill.intentId === id);
}

/** The sound solution with one fill changed. */
function withFill(id: string, change: Partial<Fill>): Solution {
  return {
    ...sound,
    fills: sound.fills.map((fill) => (fill.intentId === id ? { ...fill, ...change } : fill)),
  };
}

function withValue(change: Partial<SolutionValue>): Solution {
  return { ...sound, value: { ...sound.value, ...change } };
}

function withIntent(id: string, change: object): Book {
  return {
    ...book,
    intents: book.intents.map((intent) => (intent.id === id ? { ...intent, ...change } : intent)),
  };
}

describe("verifySolution", () => {
  it("accepts a sound solution, with both kinds, partial and whole fills, and fees", () => {
    expect(sound.fills.map((fill) => fill.intentId)).to.include.members(["a", "b", "c", "d"]);
    expect(verifySolution(book, sound)).to.deep.equal([]);
  });

  const a = sound.fills[fillIndex("a")];
  const d = sound.fills[fillIndex("d")];
  if (a === undefined || d === undefined) throw new Error("the sound solution fills a and d");
  const swapped = { ...sound, tokens: [...sound.tokens].reverse(), prices: [...sound.prices].reverse() };
  const cases: Partial<Record<ViolationCode, () => Violation[]>> = {
    "tokens-not-ascending": () =>
      verifySolution(book, { ...swapped, toKeeper: [...sound.toKeeper].reverse() }),
    "token-unused": () =>
      verifySolution(book, {
        ...sound,
        tokens: [...sound.tokens, token("Z")],
        prices: [...sound.prices, 1n],
      }),
    "token-missing": () =>
      verifySolution(book, { ...sound, tokens: sound.tokens.slice(1), prices: sound.prices.slice(1) }),
    "price-count": () => verifySolution(book, { ...sound, prices: sound.prices.slice(1) }),
    "price-range": () => verifySolution(book, { ...sound, prices: [0n, ...sound.prices.slice(1)] }),
    "too-many-fills": () => verifySolution(book, { ...sound, fills: Array<Fill>(65_537).fill(a) }),
    "unknown-intent": () => verifySolution(book, withFill("a", { intentId: "nobody" })),
    "intent-twice": () => verifySolution(book, { ...sound, fills: [...sound.fills, a] }),
    "nonce-twice": () =>
      verifySolution(
        withIntent("b", { owner: book.intents[0]?.owner, nonce: book.intents[0]?.nonce }),
        sound,
      ),
    "same-token": () => verifySolution(withIntent("a", { buyToken: token("X") }), sound),
    "executed-mismatch": () => verifySolution(book, withFill("a", { executed: a.executed - 1n })),
    "amount-range": () => verifySolution(book, withFill("d", { sold: 2n ** 128n })),
    "price-not-uniform": () => verifySolution(book, withFill("d", { sold: d.sold + 1n })),
    "limit-broken": () => verifySolution(withIntent("a", { limitBuyAmount: 120n * E }), sound),
    "fee-above-cap": () => verifySolution(withIntent("a", { maxFee: E / 4n }), sound),
    "fee-above-quote": () => verifySolution(withIntent("a", { fee: E / 4n }), sound),
    "not-filled-whole": () =>
      verifySolution(withIntent("c", { sellAmount: 31n * E, limitBuyAmount: 31n * E }), sound),
    overfilled: () => verifySolution(withIntent("b", { filled: E }), sound),
    overspent: () =>
      verifySolution(
        { ...book, spendable: (owner) => (owner === book.intents[1]?.owner ? E : 2n ** 200n) },
        sound,
      ),
    "transfer-invalid": () =>
      verifySolution(book, {
        ...sound,
        transfers: [[fillIndex("b"), fillIndex("a")], [fillIndex("b"), fillIndex("c")], ...sound.transfers],
      }),
    "buyer-unpaid": () => verifySolution(book, { ...sound, transfers: sound.transfers.slice(1) }),
    "not-conserved": () =>
      verifySolution(book, { ...sound, fills: sound.fills.filter((fill) => fill.intentId !== "a") }),
    "keeper-share-wrong": () =>
      verifySolution(book, {
        ...sound,
        toKeeper: sound.toKeeper.map((share) => ({ ...share, amount: share.amount + 1n })),
      }),
    "surplus-wrong": () => verifySolution(book, withFill("a", { surplus: a.surplus + 1n })),
    "value-wrong": () =>
      verifySolution(book, { ...sound, value: { ...sound.value, surplus: sound.value.surplus + 1n } }),
    "bound-wrong": () =>
      verifySolution(book, withValue({ bound: sound.value.bound - 1n, gap: sound.value.gap - 1n })),
    "above-bound": () => {
      const { surplus } = sound.value;
      return verifySolution(book, withValue({ bound: surplus - 1n, gap: -1n }));
    },
    unaccounted: () => verifySolution(book, { ...sound, unfilled: [] }),
  };
  for (const [code, tamper] of Object.entries(cases)) {
    it(`refuses ${code}`, () => {
      expect(codes(tamper())).to.include(code);
    });
  }

  const { certificate } = sound.value;
  const forged: [string, ViolationCode, DualPrice[]][] = [
    ["misses a token", "bound-wrong", certificate.slice(1)],
    ["lists a token twice", "bound-wrong", [...certificate, ...certificate]],
    [
      "has a dual price below its unit",
      "bound-wrong",
      certificate.map((entry) => ({ ...entry, dual: entry.dual / 2n })),
    ],
    [
      "counts a token at another price than the value",
      "value-wrong",
      certificate.map((entry) => ({ ...entry, unit: entry.unit - 1n })),
    ],
  ];
  for (const [flaw, code, entries] of forged) {
    it(`refuses a bound whose certificate ${flaw}`, () => {
      const bound = 2n ** 200n;
      const gap = bound - sound.value.surplus;
      const violations = verifySolution(book, withValue({ bound, gap, certificate: entries }));
      expect(codes(violations)).to.include(code);
    });
  }

  it("refuses a gap that is not what is missing to the bound", () => {
    expect(codes(verifySolution(book, withValue({ gap: sound.value.gap + 1n })))).to.deep.equal([
      "bound-wrong",
    ]);
  });

  it("refuses sellers left owing for no need", () => {
    // Two sellers with fees, each paid out by an own buyer short of the fee: both are left owing.
    const two = bookOf([
      sells("s1", 100n, "X", 50n, "Y", { maxFee: 10n, fee: 10n }),
      sells("s2", 100n, "X", 50n, "Y", { maxFee: 10n, fee: 10n }),
      sells("t1", 90n, "Y", 45n, "X"),
      sells("t2", 90n, "Y", 45n, "X"),
    ]);
    const solution = solveChecked(two);
    const index = (id: string): number => solution.fills.findIndex((fill) => fill.intentId === id);
    expect(solution.fills.map((fill) => fill.bought)).to.deep.equal([90n, 90n, 90n, 90n]);
    const transfers = (["s1", "s2", "t1", "t2"] as const).map(
      (id) => [index(id), index(id.replace(/s|t/, (l) => (l === "s" ? "t" : "s")))] as const,
    );

    expect(codes(verifySolution(two, { ...solution, transfers }))).to.deep.equal(["sellers-left-owing"]);
  });

  it("refuses two answers for one intent", () => {
    const again = {
      ...sound,
      unfilled: [...sound.unfilled, { intentId: "a", reason: "outmatched" as const, detail: "" }],
    };

    expect(codes(verifySolution(book, again))).to.deep.equal(["unaccounted"]);
  });

  it("refuses a nonce that two fills use beside another nonce of their owner", () => {
    const [owner, nonce] = [book.intents[0]?.owner ?? "", 77n];
    const intents = withIntent("b", { owner, nonce }).intents.map((intent) =>
      intent.id === "c" ? { ...intent, owner, nonce } : intent,
    );
    expect(codes(verifySolution({ ...book, intents }, sound))).to.include("nonce-twice");
  });

  it("refuses an answer for an intent that the book does not hold", () => {
    const [unfilled] = sound.unfilled;
    if (unfilled === undefined) throw new Error("the sound solution leaves one out");
    const more = [...sound.unfilled, { ...unfilled, intentId: "nobody" }];
    expect(codes(verifySolution(book, { ...sound, unfilled: more }))).to.deep.equal(["unaccounted"]);
  });

  it("asks for an answer for each of two intents with one id", () => {
    const [first] = book.intents;
    if (first === undefined) throw new Error("the book is empty");
    const twice = { ...book, intents: [...book.intents, first] };
    expect(codes(verifySolution(twice, sound))).to.include("unaccounted");
    expect(verifySolution(twice, solveChecked(twice))).to.deep.equal([]);
  });

  it("compares addresses without regard to case", () => {
    const shouting = {
      ...sound,
      tokens: sound.tokens.map((address) => `0x${address.slice(2).toUpperCase()}`),
    };

    expect(verifySolution(book, shouting)).to.deep.equal([]);
  });
});
