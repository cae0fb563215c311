import { expect } from "chai";
import { bookOf, reasonsOf, sells, solveChecked, token, whole } from "../test/support.ts";
import type { UnfilledReason } from "./types.ts";

const E = 10n ** 18n;
const owner = "0x00000000000000000000000000000000000000aa";

describe("why an intent is left out", () => {
  const pair = [sells("x", 100n * E, "X", 90n * E, "Y"), sells("y", 100n * E, "Y", 90n * E, "X")];
  const rich = (who: string): bigint => (who === owner ? 100n * E : 2n ** 200n);
  const cases: Partial<
    Record<
      Exclude<UnfilledReason, "batch-full" | "fee-below-gas">,
      { book: ReturnType<typeof bookOf>; id: string; says: RegExp }
    >
  > = {
    malformed: { book: bookOf([sells("me", 0n, "X", 1n, "Y"), ...pair]), id: "me", says: /at least 1/ },
    "same-token": {
      book: bookOf([sells("me", 5n, "X", 1n, "X"), ...pair]),
      id: "me",
      says: /sells the token/,
    },
    "already-filled": {
      book: bookOf([sells("me", 5n, "X", 1n, "Y", { filled: 5n }), ...pair]),
      id: "me",
      says: /left to fill/,
    },
    "insufficient-balance": {
      book: bookOf([whole(sells("me", 101n * E, "X", 1n, "Y", { owner })), ...pair], { spendable: rich }),
      id: "me",
      says: /can spend only 100000000000000000000/,
    },
    "no-counterparty": {
      book: bookOf([sells("me", 5n, "X", 1n, "Z"), ...pair]),
      id: "me",
      says: /Nobody in the book sells/,
    },
    "limit-out-of-reach": {
      book: bookOf([sells("me", 5n * E, "X", 50n * E, "Y"), ...pair]),
      id: "me",
      says: /asks for 10 .* clearing price is 1\./,
    },
    "nonce-conflict": {
      book: bookOf([
        sells("me", 100n * E, "X", 95n * E, "Y", { owner, nonce: 1n }),
        sells("better", 100n * E, "X", 80n * E, "Y", { owner, nonce: 1n }),
        ...pair,
      ]),
      id: "me",
      says: /Intent better of the same owner/,
    },
    "balance-shared": {
      book: bookOf(
        [
          whole(sells("me", 100n * E, "X", 98n * E, "Y", { owner, nonce: 1n })),
          sells("first", 100n * E, "X", 10n * E, "Y", { owner, nonce: 2n }),
          sells("y", 300n * E, "Y", 280n * E, "X"),
          sells("x", 200n * E, "X", 190n * E, "Y"),
        ],
        { spendable: rich },
      ),
      id: "me",
      says: /other intents/,
    },
    "fill-or-kill-unmatched": {
      book: bookOf([whole(sells("me", 500n * E, "X", 400n * E, "Y")), ...pair]),
      id: "me",
      says: /whole of it at once/,
    },
    outmatched: {
      book: bookOf([
        whole(sells("a", 100n * E, "X", 100n * E, "Y")),
        whole(sells("b", 100n * E, "Y", 100n * E, "X")),
        sells("me", 100n * E, "X", 100n * E, "Y"),
      ]),
      id: "me",
      says: /used up/,
    },
    "too-small": {
      // At 0.3 Y for an X, the 3 atoms that the owner has would bring nothing.
      book: bookOf(
        [
          sells("me", 5n, "X", 1n, "Y", { owner }),
          sells("x", 1000n * E, "X", 300n * E, "Y"),
          sells("y", 300n * E, "Y", 1000n * E, "X"),
        ],
        { spendable: (who) => (who === owner ? 3n : 2n ** 200n) },
      ),
      id: "me",
      says: /rounds/,
    },
  };
  for (const [reason, { book, id, says }] of Object.entries(cases)) {
    it(reason, () => {
      const solution = solveChecked(book);
      const entry = solution.unfilled.find((unfilled) => unfilled.intentId === id);

      expect(entry?.reason).to.equal(reason);
      expect(entry?.detail).to.match(says);
    });
  }

  it("duplicate-id", () => {
    const solution = solveChecked(bookOf([...pair, sells("x", 7n, "X", 1n, "Y", { owner })]));

    expect(reasonsOf(solution)).to.deep.equal({ x: "duplicate-id" });
    expect(solution.fills.map((fill) => fill.intentId).sort()).to.deep.equal(["x", "y"]);
  });

  it("batch-full", () => {
    const solution = solveChecked(
      bookOf([...pair, sells("p", 5n, "P", 5n, "Q"), sells("q", 5n, "Q", 5n, "P")]),
      { maxFills: 2 },
    );

    expect(reasonsOf(solution)).to.deep.equal({ p: "batch-full", q: "batch-full" });
  });

  it("fee-below-gas: of an intent whose whole fee is worth less than its gas", () => {
    const gas = { weiPerFill: 10n ** 15n, values: new Map([[token("X"), 10n ** 18n]]) };
    const paying = (id: string, fee: bigint) => sells(id, 100n * E, "X", 90n * E, "Y", { maxFee: fee, fee });
    const others = [sells("y", 300n * E, "Y", 200n * E, "X")];
    const book = bookOf([paying("less", 10n ** 15n - 1n), paying("enough", 2n * 10n ** 15n), ...others]);
    const solution = solveChecked(book, { gas });

    // The seller of Y pays nothing, but nobody has said what Y is worth.
    expect(solution.fills.map((fill) => fill.intentId).sort()).to.deep.equal(["enough", "y"]);
    const detail =
      "Its fee of 999999999999999 is worth 999999999999999 wei; the gas of its fill costs 1000000000000000 wei.";
    expect(solution.unfilled).to.deep.include({ intentId: "less", reason: "fee-below-gas", detail });
    expect(solveChecked(book).fills.length).to.equal(3);
  });

  it("fee-below-gas: of an intent of which only a small part would fill", () => {
    const gas = { weiPerFill: 10n ** 15n, values: new Map([[token("X"), 10n ** 18n]]) };
    const fee = 10n ** 16n;
    // At the limit of "partly" only a hundredth of it would find somebody.
    const book = bookOf([
      sells("partly", 100n * E, "X", 100n * E, "Y", { maxFee: fee, fee }),
      sells("whole", 99n * E, "X", 90n * E, "Y", { maxFee: fee, fee }),
      sells("y", 100n * E, "Y", 90n * E, "X"),
    ]);

    expect(reasonsOf(solveChecked(book))).to.deep.equal({});
    expect(reasonsOf(solveChecked(book, { gas }))).to.deep.equal({ partly: "fee-below-gas" });
  });

  it("tells what the fee leaves of a limit that no price can meet", () => {
    const solution = solveChecked(bookOf([sells("me", 5n, "X", 1n, "Y", { maxFee: 5n, fee: 5n }), ...pair]));

    expect(reasonsOf(solution)["me"]).to.equal("limit-out-of-reach");
  });

  it("names tokens by their address", () => {
    const solution = solveChecked(bookOf([sells("me", 5n, "X", 1n, "Z")]));

    expect(solution.unfilled[0]?.detail).to.include(token("Z"));
  });
});
