import { expect } from "chai";
import fc from "fast-check";
import { makeFamily, randomFrom } from "../../test/families.ts";
import { Books } from "./books.ts";
import type { Columns } from "./columns.ts";
import { EngineError } from "./errors.ts";

/** What is offered in a book up to a price, the slow way. */
function plainSupply(
  columns: Columns,
  isIn: (id: number) => boolean,
  sell: number,
  buy: number,
  price: number,
): number {
  let sum = 0;
  for (let id = 0; id < columns.limit.length; id++) {
    const isOffered = columns.sell[id] === sell && columns.buy[id] === buy && columns.limit[id]! <= price;
    if (isIn(id) && isOffered) sum += columns.amount[id]!;
  }
  return sum;
}

function codeOf(call: () => void): string {
  try {
    call();
  } catch (error) {
    if (error instanceof EngineError) return error.code;
    throw error;
  }
  return "none";
}

describe("Books", () => {
  it("offers at every price what its intents within the limit offer, through any inserts and removals", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 1, max: 400 }), (seed, count) => {
        const columns = makeFamily(seed % 2 === 0 ? "market" : "ticks", 3, count, seed);
        const { uniform } = randomFrom(seed);
        const half = count >> 1;
        const books = Books.from({
          ...columns,
          amount: columns.amount.slice(0, half),
          limit: columns.limit.slice(0, half),
        });
        const present = new Set(Array.from({ length: half }, (_, id) => id));
        for (let i = 0; i < 3 * count; i++) {
          const id = Math.floor(uniform() * count);
          const [sell, buy] = [columns.sell[id]!, columns.buy[id]!];
          if (present.delete(id)) books.remove(id, sell, buy, columns.limit[id]!);
          else {
            books.insert(id, sell, buy, columns.amount[id]!, columns.limit[id]!);
            present.add(id);
          }
        }
        expect(books.intents).to.equal(present.size);
        for (let book = 0; book < books.count; book++) {
          const [sell, buy] = [books.sell[book]!, books.buy[book]!];
          const own = [...present].filter((id) => columns.sell[id] === sell && columns.buy[id] === buy);
          expect(books.sizeOf(book)).to.equal(own.length);
          const best = Math.min(Infinity, ...own.map((id) => columns.limit[id]!));
          expect(books.bestLimit(book)).to.equal(best);
          for (const price of [best * 0.999, best, best * 1.01, best * 1.03, Infinity]) {
            const offered = plainSupply(columns, (id) => present.has(id), sell, buy, price);
            const all = plainSupply(columns, () => true, sell, buy, Infinity);
            expect(books.supply(book, price)).to.be.closeTo(offered, 1e-12 * all);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it("sorts limits that differ only in their last bits", () => {
    const count = 500;
    const limit = Float64Array.from({ length: count }, (_, i) => 1 + ((i * 7919) % count) * 2 ** -52);
    const amount = new Float64Array(count).fill(1);
    const books = Books.from({
      tokens: 2,
      sell: new Uint8Array(count),
      buy: new Uint8Array(count).fill(1),
      amount,
      limit,
    });
    expect([...books.limits.subarray(0, count)]).to.deep.equal([...limit].sort((a, b) => a - b));
  });

  it("keeps an intent that leaves and comes back with another amount", () => {
    const books = new Books(2);
    books.insert(7, 0, 1, 10, 0.5);
    for (let id = 100; id < 200; id++) books.insert(id, 0, 1, 1, 2);
    books.remove(7, 0, 1, 0.5);
    books.insert(7, 0, 1, 3, 0.5);
    expect(books.supply(0, 1)).to.equal(3);
    expect(books.supply(0, 3)).to.equal(103);
    books.remove(7, 0, 1, 0.5);
    expect(books.supply(0, 1)).to.equal(0);
  });

  it("refuses intents that are none, and to remove what is not there", () => {
    const books = new Books(3);
    for (const [sell, buy, amount, limit] of [
      [0, 0, 1, 1],
      [0, 3, 1, 1],
      [0, -1, 1, 1],
      [0.5, 1, 1, 1],
      [0, 1, 0, 1],
      [0, 1, 1, 0],
      [0, 1, NaN, 1],
      [0, 1, 1, Infinity],
    ] as const) {
      expect(codeOf(() => books.insert(1, sell, buy, amount, limit))).to.equal("bad-intent");
    }
    books.insert(1, 0, 1, 5, 1);
    expect(codeOf(() => books.remove(1, 1, 0, 1))).to.equal("unknown-intent");
    expect(codeOf(() => books.remove(2, 0, 1, 1))).to.equal("unknown-intent");
    expect(codeOf(() => books.remove(1, 0, 1, 1.5))).to.equal("unknown-intent");
    books.remove(1, 0, 1, 1);
    expect(codeOf(() => books.remove(1, 0, 1, 1))).to.equal("unknown-intent");
    expect(books.intents).to.equal(0);
  });

  it("refuses to remove an intent twice from its flat arrays", () => {
    const books = Books.from(makeFamily("market", 2, 100, 1));
    const [sell, buy] = [books.sell[0]!, books.buy[0]!];
    const [id, limit] = [books.ids[0]!, books.limits[0]!];
    books.remove(id, sell, buy, limit);
    expect(codeOf(() => books.remove(id, sell, buy, limit))).to.equal("unknown-intent");
  });

  it("holds at most 48 bytes per intent beside its record", () => {
    const books = Books.from(makeFamily("market", 20, 100_000, 1));
    expect(books.bytes() / books.intents).to.be.lessThan(48);
  });
});
