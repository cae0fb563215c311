/** The rooms that look for fill-or-kill sets: balance, windows, rings. */
import { expect } from "chai";
import { bookOf, buys, sells, whole } from "../test/support.ts";
import { chooseBalanced } from "./balance.ts";
import { marketOf } from "./market.ts";
import { type Part, split } from "./parts.ts";
import { screen } from "./screen.ts";
import { connectedGroups, findRings, settleableSets } from "./search.ts";
import type { BookIntent } from "./types.ts";
import { priceWindow } from "./window.ts";

function partOf(intents: readonly BookIntent[]): Part {
  const [part] = split(screen(bookOf(intents)).candidates).parts;
  if (part === undefined) throw new Error("no part");
  return part;
}

function ids(part: Part, set: Iterable<number>): string {
  return Array.from(set, (i) => part.members[i]?.intent.id ?? "?")
    .sort()
    .join(" ");
}

const ONES = Float64Array.from([1, 1, 1, 1]);

describe("chooseBalanced", () => {
  it("exchanges members until what is sold is what is bought", () => {
    const part = partOf([
      whole(sells("a", 70n, "X", 1n, "Y")),
      whole(sells("b", 40n, "X", 1n, "Y")),
      whole(sells("c", 30n, "X", 1n, "Y")),
      whole(sells("d", 70n, "Y", 1n, "X")),
    ]);
    const market = marketOf(part);
    const all = [...part.members.keys()];
    const start = new Set(all.filter((i) => ["a", "b", "d"].includes(part.members[i]?.intent.id ?? "")));
    const choice = chooseBalanced(market, ONES, new Float64Array(4), all, start);
    const side = (x: boolean): bigint =>
      [...choice].reduce((sum, i) => {
        const member = part.members[i];
        return (
          sum + (member !== undefined && (member.sell === part.members[0]?.sell) === x ? member.cap : 0n)
        );
      }, 0n);

    expect(side(true)).to.equal(70n);
    expect(side(false)).to.equal(70n);
  });
});

describe("priceWindow", () => {
  it("puts the prices in the middle of the room that the limits leave", () => {
    const part = partOf([whole(sells("a", 100n, "X", 80n, "Y")), whole(buys("b", 100n, "X", 125n, "Y"))]);
    const window = priceWindow(part, [0, 1], ONES);
    const sell = part.members[0]?.sell ?? 0;
    const price = (window?.prices[sell] ?? 0) / (window?.prices[1 - sell] ?? 1);

    expect(price).to.be.within(0.95, 1.05);
    expect(window?.tight).to.deep.equal([]);
  });

  it("names the limits that are tight, and the partial members that have to trade", () => {
    const part = partOf([whole(sells("a", 100n, "X", 80n, "Y")), sells("b", 80n, "Y", 100n, "X")]);
    const window = priceWindow(part, [0, 1], ONES);

    expect(ids(part, window?.tight ?? [])).to.equal("a b");
    expect(ids(part, window?.trading ?? [])).to.equal("b");
  });

  it("knows when amounts, limits or a wallet leave no prices", () => {
    const few = partOf([whole(sells("a", 100n, "X", 80n, "Y")), sells("b", 40n, "Y", 30n, "X")]);
    const apart = partOf([whole(sells("a", 100n, "X", 80n, "Y")), whole(sells("b", 100n, "Y", 130n, "X"))]);
    const owner = "0x00000000000000000000000000000000000000aa";
    const intents = [
      whole(buys("a", 100n, "Y", 200n, "X", { owner })),
      whole(sells("b", 100n, "Y", 150n, "X")),
    ];
    const poor = split(
      screen(bookOf(intents, { spendable: (who) => (who === owner ? 149n : 1000n) })).candidates,
    ).parts[0];

    expect(priceWindow(few, [0, 1], ONES)).to.equal(undefined);
    expect(priceWindow(apart, [0, 1], ONES)).to.equal(undefined);
    expect(poor && priceWindow(poor, [0, 1], ONES)).to.equal(undefined);
  });
});

describe("settleableSets", () => {
  it("leaves out sets off a cycle, with one nonce twice, with contradicting limits, or without a whole member", () => {
    const owner = "0x00000000000000000000000000000000000000aa";
    const part = partOf([
      whole(sells("a", 100n, "X", 90n, "Y", { owner, nonce: 1n })),
      whole(sells("rival", 100n, "X", 80n, "Y", { owner, nonce: 1n })),
      sells("b", 100n, "Y", 90n, "X"),
      sells("dear", 100n, "Y", 200n, "X"),
      sells("p", 100n, "X", 10n, "Y"),
    ]);
    const sets = settleableSets(part, false).map((set) => ids(part, set));

    expect(sets).to.include.members(["a b", "b rival", "a b p"]);
    expect(sets.filter((set) => /a .*rival|dear.* a|a.*dear/.test(set))).to.deep.equal([]);
    expect(sets).not.to.include("b p");
    expect(settleableSets(part, true).map((set) => ids(part, set))).to.include("b p");
  });
});

describe("findRings", () => {
  it("finds each ring of two to four once, and none whose limits contradict each other", () => {
    const part = partOf([
      whole(sells("ab", 100n, "A", 90n, "B")),
      whole(sells("ba", 100n, "B", 90n, "A")),
      whole(sells("bc", 100n, "B", 90n, "C")),
      sells("ca", 100n, "C", 90n, "A"),
      sells("dear", 100n, "C", 300n, "A"),
      sells("cd", 100n, "C", 90n, "D"),
      sells("da", 100n, "D", 90n, "A"),
    ]);
    const starts = [...part.members.keys()].filter((i) => part.members[i]?.whole);

    expect(
      findRings(part, starts)
        .map((ring) => ids(part, ring))
        .sort(),
    ).to.deep.equal(["ab ba", "ab bc ca", "ab bc cd da"]);
  });
});

describe("connectedGroups", () => {
  it("parts a set where it shares no token", () => {
    const owner = "0x00000000000000000000000000000000000000aa";
    const part = partOf([
      sells("ab", 1n, "A", 1n, "B", { owner, nonce: 4n }),
      sells("ba", 1n, "B", 1n, "A"),
      sells("cd", 1n, "C", 1n, "D", { owner, nonce: 4n }),
      sells("dc", 1n, "D", 1n, "C"),
    ]);

    expect(
      connectedGroups(part, [0, 1, 2, 3])
        .map((group) => ids(part, group))
        .sort(),
    ).to.deep.equal(["ab ba", "cd dc"]);
  });
});
