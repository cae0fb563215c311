import { expect } from "chai";
import { Books } from "./books.ts";
import { restingPrices } from "./idle.ts";
import { sectionsOf } from "./sections.ts";

function booksOf(tokens: number, pairs: readonly (readonly [number, number, number])[]): Books {
  const books = new Books(tokens);
  pairs.forEach(([sell, buy, limit], id) => books.insert(id, sell, buy, 1, limit));
  return books;
}

describe("sectionsOf", () => {
  it("finds the strongly connected components, and leaves out books between them", () => {
    const books = booksOf(7, [
      [0, 1, 1],
      [1, 2, 1],
      [2, 0, 1],
      [2, 3, 1],
      [3, 4, 1],
      [4, 3, 1],
      [5, 6, 1],
    ]);
    const found = sectionsOf(books).map(({ tokens, books: own }) => [[...tokens], own.length]);
    expect(found.sort()).to.deep.equal([
      [[0, 1, 2], 3],
      [[3, 4], 2],
    ]);
  });

  it("does not count a book whose intents have all left, until one comes", () => {
    const books = booksOf(2, [
      [0, 1, 1],
      [1, 0, 1],
    ]);
    expect(sectionsOf(books).length).to.equal(1);
    books.remove(1, 1, 0, 1);
    expect(sectionsOf(books)).to.deep.equal([]);
    books.insert(2, 1, 0, 1, 2);
    expect(sectionsOf(books).length).to.equal(1);
    // One more in a book that has some changes nothing.
    const before = sectionsOf(books);
    books.insert(3, 1, 0, 1, 3);
    expect(sectionsOf(books)).to.equal(before);
  });
});

describe("restingPrices", () => {
  const resting = (pairs: readonly (readonly [number, number, number])[]): Float64Array | undefined => {
    const books = booksOf(3, pairs);
    const [section] = sectionsOf(books);
    return section && restingPrices(books, section);
  };

  it("gives prices within nobody's limit where the limits round every ring multiply to more than 1", () => {
    const pairs = [
      [0, 1, 2],
      [1, 2, 0.8],
      [2, 0, 0.7],
    ] as const;
    const prices = resting(pairs);
    for (const [sell, buy, limit] of pairs) expect(prices![sell]! / prices![buy]!).to.be.at.most(limit);
  });

  it("tells that limits cross in a ring of three", () => {
    expect(
      resting([
        [0, 1, 2],
        [1, 2, 0.8],
        [2, 0, 0.6],
      ]),
    ).to.equal(undefined);
  });
});
