import { expect } from "chai";
import fc from "fast-check";
import { bookOf, buys, sells, whole } from "../test/support.ts";
import { keepsLimit } from "./arithmetic.ts";
import { Ledger } from "./ledger.ts";
import { type Part, split } from "./parts.ts";
import { repair } from "./repair.ts";
import { screen } from "./screen.ts";
import type { Book, BookIntent } from "./types.ts";

function partOf(book: Book): Part {
  const [part] = split(screen(book).candidates).parts;
  if (part === undefined) throw new Error("no part");
  return part;
}

/** A ledger at prices given by member: X is token 0, Y token 1, whatever their addresses. */
function ledgerOf(
  intents: readonly BookIntent[],
  x: bigint,
  y: bigint,
  spendable?: Book["spendable"],
): Ledger {
  const part = partOf(bookOf(intents, spendable === undefined ? {} : { spendable }));
  const seller = part.members.find((member) => member.intent.id === "a");
  return new Ledger(part, seller?.sell === 0 ? [x, y] : [y, x]);
}

function indexOf(ledger: Ledger, id: string): number {
  return ledger.part.members.findIndex((member) => member.intent.id === id);
}

const partner = sells("z", 10n ** 9n, "Y", 1n, "X");

describe("Ledger", () => {
  it("fits the largest amount that keeps the limit after rounding", () => {
    const ledger = ledgerOf([sells("a", 100n, "X", 90n, "Y"), partner], 9n, 10n);

    expect(ledger.fit(indexOf(ledger, "a"), 100n)).to.equal(100n);
    expect(ledger.fit(indexOf(ledger, "a"), 57n)).to.equal(50n);
    expect(ledger.fit(indexOf(ledger, "a"), 9n)).to.equal(0n);
  });

  it("fits a multiple of the price's denominator where the limit is the price and amounts are large", () => {
    const unit = 10n ** 15n;
    const ledger = ledgerOf([sells("a", 100n * unit, "X", 90n * unit, "Y"), partner], 9n, 10n);

    expect(ledger.fit(indexOf(ledger, "a"), 57n * unit + 3n)).to.equal(57n * unit);
  });

  it("fits a buy to what its owner can spend", () => {
    const ledger = ledgerOf([buys("a", 100n, "Y", 200n, "X"), partner], 1n, 1n, (owner) =>
      owner === partner.owner ? 10n ** 9n : 40n,
    );

    expect(ledger.fit(indexOf(ledger, "a"), 100n)).to.equal(40n);
  });

  it("refuses a whole fill that misses its limit, or that its owner cannot pay", () => {
    const bad = ledgerOf([whole(sells("a", 100n, "X", 90n, "Y")), partner], 8n, 10n);
    const poor = ledgerOf([whole(buys("a", 100n, "Y", 200n, "X")), partner], 1n, 1n, (owner) =>
      owner === partner.owner ? 10n ** 9n : 150n,
    );
    const good = ledgerOf([whole(sells("a", 100n, "X", 90n, "Y")), partner], 9n, 10n);

    expect(bad.whole(indexOf(bad, "a"))).to.equal(undefined);
    expect(poor.whole(indexOf(poor, "a"))).to.equal(100n);
    expect(good.whole(indexOf(good, "a"))).to.equal(100n);
  });

  it("fits only what the contract would accept, for any amounts and prices", () => {
    const amount = fc.bigInt({ min: 1n, max: 10n ** 20n });
    fc.assert(
      fc.property(
        amount,
        amount,
        amount,
        amount,
        amount,
        fc.boolean(),
        (sold, bought, target, x, y, isBuy) => {
          const intent = isBuy ? buys("a", bought, "Y", sold, "X") : sells("a", sold, "X", bought, "Y");
          const ledger = ledgerOf([intent, partner], x, y);
          const index = indexOf(ledger, "a");
          const executed = ledger.fit(index, target);
          expect(executed <= target).to.equal(true);
          if (executed === 0n) return;
          ledger.set(index, executed);
          const amounts = ledger.amounts[index];
          expect(amounts !== undefined && amounts.bought > 0n && keepsLimit(intent, amounts)).to.equal(true);
        },
      ),
      { seed: 4, numRuns: 1000 },
    );
  });

  it("takes back what it took when an amount is set to nothing", () => {
    const ledger = ledgerOf([sells("a", 100n, "X", 50n, "Y", { maxFee: 10n, fee: 10n }), partner], 1n, 1n);
    const before = { net: [...ledger.net], left: [...ledger.left] };
    ledger.set(indexOf(ledger, "a"), 70n);
    ledger.set(indexOf(ledger, "a"), 0n);

    expect({ net: [...ledger.net], left: [...ledger.left] }).to.deep.equal(before);
  });
});

describe("repair", () => {
  it("raises a partial sale rather than cutting a full fill", () => {
    const ledger = ledgerOf([sells("a", 100n, "X", 50n, "Y"), sells("b", 60n, "Y", 30n, "X")], 1n, 1n);
    ledger.set(indexOf(ledger, "a"), 58n);
    ledger.set(indexOf(ledger, "b"), 60n);

    expect(repair(ledger, [0, 1])).to.equal(true);
    expect(ledger.executed[indexOf(ledger, "a")]).to.equal(60n);
    expect(ledger.executed[indexOf(ledger, "b")]).to.equal(60n);
  });

  it("gives up fills where nothing else helps, and says when whole ones stay short", () => {
    const loose = ledgerOf([sells("a", 100n, "X", 50n, "Y"), sells("b", 60n, "Y", 30n, "X")], 1n, 1n);
    loose.set(indexOf(loose, "b"), 60n);
    const bound = ledgerOf([sells("a", 100n, "X", 50n, "Y"), whole(sells("b", 60n, "Y", 30n, "X"))], 1n, 1n);
    bound.set(indexOf(bound, "b"), 60n);

    expect(repair(loose, [0, 1])).to.equal(true);
    expect(loose.executed).to.deep.equal([0n, 0n]);
    expect(repair(bound, [])).to.equal(false);
  });
});
