import { expect } from "chai";
import { makeFamily } from "../../test/families.ts";
import { Books } from "./books.ts";
import { allocate, BALANCE_TOLERANCE, certify, imbalanceOf } from "./certificate.ts";
import { clearBooks } from "./clear.ts";
import { Demand } from "./demand.ts";
import { withKernelMemory } from "./kernel.ts";
import { type Section, sectionsOf } from "./sections.ts";

/** A book of one section, its equilibrium, and what its books sell. */
function solved(seed: number) {
  const books = Books.from(makeFamily("market", 4, 200, seed));
  const clearing = clearBooks(books);
  const [section] = sectionsOf(books);
  if (section === undefined || !clearing.certified) throw new Error("no equilibrium");
  const prices = Float64Array.from(section.tokens, (token) => clearing.prices[token]!);
  const sold = Float64Array.from(section.books, (book) => clearing.sold[book]!);
  return { books, section, prices, sold };
}

/** Whether, and with what fills, these prices clear the section. */
function certified(books: Books, section: Section, prices: Float64Array, sold: Float64Array) {
  return withKernelMemory(() => certify(new Demand(books, section), quotes(prices), sold));
}

/** Prices where no wallet runs short. */
function quotes(prices: Float64Array) {
  return { prices, multipliers: new Float64Array(0) };
}

describe("certify", () => {
  it("accepts the equilibrium, on whatever scale its prices are", () => {
    const { books, section, prices, sold } = solved(1);
    for (const scale of [1, 1e-30, 1e30]) {
      const scaled = prices.map((price) => price * scale);
      expect(certified(books, section, scaled, sold)?.imbalance).to.be.at.most(BALANCE_TOLERANCE);
    }
  });

  it("refuses prices of which one is off by a millionth", () => {
    const { books, section, prices, sold } = solved(2);
    for (const [t, price] of prices.entries()) {
      const other = prices.slice();
      other[t] = price * (1 + 1e-6);
      expect(certified(books, section, other, sold), `token ${t}`).to.equal(undefined);
    }
  });

  it("refuses prices that are none", () => {
    const { books, section, prices, sold } = solved(3);
    for (const price of [0, -1, NaN, Infinity]) {
      const other = prices.slice();
      other[1] = price;
      expect(certified(books, section, other, sold)).to.equal(undefined);
    }
  });

  it("refuses the equilibrium of a book that an intent well within its limit has joined", () => {
    const { books, section, prices, sold } = solved(4);
    const book = section.books[0]!;
    const ratio = prices[section.sell[0]!]! / prices[section.buy[0]!]!;
    const amount = books.supply(book, Infinity);
    books.insert(10_000, books.sell[book]!, books.buy[book]!, amount, ratio / 2);
    expect(certified(books, section, prices, sold)).to.equal(undefined);
  });
});

describe("allocate", () => {
  it("lets books beside a spanning forest sell what the hint says where limits tie", () => {
    const books = new Books(2);
    books.insert(0, 0, 1, 10, 1);
    books.insert(1, 1, 0, 10, 1);
    const [section] = sectionsOf(books);
    if (section === undefined) throw new Error("no section");
    const even = quotes(Float64Array.from([1, 1]));
    const { sold, imbalance } = withKernelMemory(() =>
      allocate(new Demand(books, section), even, 1e-12, 1e-12, Float64Array.from([4, 4])),
    );
    expect([...sold]).to.deep.equal([4, 4]);
    expect(imbalance).to.equal(0);
  });

  it("trades as much as can be where limits tie and nothing is said", () => {
    const books = new Books(2);
    books.insert(0, 0, 1, 10, 1);
    books.insert(1, 1, 0, 7, 1);
    const [section] = sectionsOf(books);
    if (section === undefined) throw new Error("no section");
    const even = quotes(Float64Array.from([1, 1]));
    const { sold } = withKernelMemory(() => allocate(new Demand(books, section), even, 1e-12, 1e-12));
    expect([...sold]).to.deep.equal([7, 7]);
  });
});

describe("imbalanceOf", () => {
  it("does not take for balanced what is no number", () => {
    const { section, prices, sold } = solved(5);
    sold[0] = NaN;
    expect(imbalanceOf(section, prices, sold)).to.be.NaN;
  });
});
