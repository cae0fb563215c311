import { expect } from "chai";
import { makeFamily } from "../../test/families.ts";
import { Books } from "./books.ts";
import { clearBooks } from "./clear.ts";
import { passPositions, sketchOf } from "./sketch.ts";

const STRETCH = 32;
const columns = makeFamily("market", 6, 150_000, 5);

describe("sketchOf", () => {
  it("offers what the books offer at the end of every stretch, in order, with an intent for each", () => {
    const books = Books.from(columns);
    const sketch = sketchOf(books)!;
    expect(sketch.intents).to.be.within(books.intents / STRETCH, books.intents / STRETCH + books.count);
    for (let book = 0; book < books.count; book++) {
      expect([sketch.sell[book], sketch.buy[book]]).to.deep.equal([books.sell[book], books.buy[book]]);
      expect(sketch.bookOf(books.sell[book]!, books.buy[book]!)).to.equal(book);
      expect(Math.abs(sketch.total(book) / books.total(book) - 1)).to.be.lessThan(1e-12);
      for (let at = books.start[book]! + STRETCH - 1; at < books.end[book]!; at += 5 * STRETCH) {
        const limit = books.limits[at]!;
        expect(Math.abs(sketch.supply(book, limit) / books.supply(book, limit) - 1)).to.be.lessThan(1e-12);
      }
      const limits = sketch.limits.slice(sketch.start[book], sketch.end[book]);
      expect(limits).to.deep.equal(limits.toSorted());
    }
  });

  it("keeps the order of limits where the amounts of some are lost beside others", () => {
    const amount = columns.amount.map((value, id) => (id % 1000 === 0 ? value * 1e30 : value));
    const sketch = sketchOf(Books.from({ ...columns, amount }))!;
    for (let book = 0; book < sketch.count; book++) {
      const limits = sketch.limits.slice(sketch.start[book], sketch.end[book]);
      expect(limits.every((limit) => limit > 0 && limit < Infinity)).to.equal(true);
      expect(limits).to.deep.equal(limits.toSorted());
    }
  });

  it("is not drawn of small books, nor of many that hold few intents each", () => {
    expect(sketchOf(Books.from(makeFamily("market", 6, 100_000, 5)))).to.equal(undefined);
    expect(sketchOf(Books.from(makeFamily("market", 45, 150_000, 5)))).to.equal(undefined);
  });

  it("is kept while few intents come and go, and drawn anew then, or where there is one book more", () => {
    const books = Books.from({ ...columns, tokens: 7 });
    const sketch = sketchOf(books)!;
    const change = (from: number, to: number): void => {
      for (let id = from; id < to; id++)
        books.remove(id, columns.sell[id]!, columns.buy[id]!, columns.limit[id]!);
    };
    change(0, 5000);
    expect(sketchOf(books)).to.equal(sketch);
    change(5000, 10_000);
    const later = sketchOf(books)!;
    expect(later).not.to.equal(sketch);
    books.insert(150_000, 6, 0, 1, 1);
    expect(sketchOf(books)!.count).to.equal(later.count + 1);
  });

  it("leads to the prices at which a search ends that begins elsewhere", () => {
    const books = Books.from(columns);
    for (const [quality, most] of [
      ["smooth", 1e-8],
      ["exact", 1e-13],
    ] as const) {
      const { prices, sections } = clearBooks(books, { quality });
      const start = prices.map((price, token) => price * (1 + 1e-3 * (token % 3)));
      const others = clearBooks(books, { quality, start }).prices;
      expect(sections[0]!.method).to.equal(quality === "exact" ? "exact" : "smoothed");
      for (let token = 1; token < prices.length; token++) {
        const ratio = prices[token]! / prices[0]! / (others[token]! / others[0]!);
        expect(Math.abs(ratio - 1)).to.be.lessThan(most);
      }
    }
  });
});

describe("passPositions", () => {
  it("lets a search begin within a stretch of where the sketch was searched", () => {
    const books = Books.from(columns);
    const sketch = sketchOf(books)!;
    for (let book = 0; book < books.count; book++)
      sketch.position[book] =
        sketch.start[book]! + ((book * 7) % (sketch.end[book]! - sketch.start[book]! + 1));
    passPositions(sketch, books);
    for (let book = 0; book < books.count; book++) {
      const limit = sketch.limits[Math.min(sketch.position[book]!, sketch.end[book]! - 1)]!;
      const from = books.position[book]!;
      const at =
        books.start[book]! +
        books.limits.slice(books.start[book], books.end[book]).filter((x) => x <= limit).length;
      expect(Math.abs(at - from)).to.be.at.most(STRETCH);
    }
  });
});
