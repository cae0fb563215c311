/** What holds for every book, on random ones of every style. */
import { expect } from "chai";
import fc from "fast-check";
import { bookOf, fillsOf, randomBook, sells, solveChecked, STYLES } from "../test/support.ts";
import { solve, verifySolution } from "./index.ts";
import type { Book, BookIntent } from "./types.ts";

/** Seeds are drawn by fast-check so that a failure shrinks to the smallest shape that shows it. */
const books = fc
  .record({
    seed: fc.integer({ min: 0, max: 2 ** 31 }),
    intents: fc.integer({ min: 0, max: 16 }),
    tokens: fc.integer({ min: 2, max: 6 }),
    style: fc.constantFrom(...STYLES),
  })
  .map(({ seed, ...shape }) => randomBook(seed, shape));

const RUNS = { numRuns: 300, seed: 20 };

describe("solve, on any book", () => {
  it("makes a solution that the verifier accepts, with an answer for every intent", () => {
    fc.assert(
      fc.property(books, (book) => {
        expect(verifySolution(book, solve(book))).to.deep.equal([]);
      }),
      RUNS,
    );
  });

  it("gives the same fills and value whatever the order of the intents", () => {
    fc.assert(
      fc.property(books, fc.integer({ min: 1, max: 1000 }), (book, turn) => {
        const turned = [...book.intents];
        for (let i = 0; i < turned.length; i++) turned.push(...turned.splice((i * turn) % turned.length, 1));
        const one = solve(book);
        const other = solve({ ...book, intents: turned });
        expect(fillsOf(other)).to.deep.equal(fillsOf(one));
        expect(other.value).to.deep.equal(one.value);
        expect(other.prices).to.deep.equal(one.prices);
      }),
      RUNS,
    );
  });

  it("conserves every token: what is sold is what is bought and what the keeper gets", () => {
    fc.assert(
      fc.property(books, (book) => {
        const solution = solve(book);
        const intents = new Map(book.intents.map((intent) => [intent.id, intent]));
        for (const { token, amount } of solution.toKeeper) {
          const balance = solution.fills.reduce((sum, fill) => {
            const intent = intents.get(fill.intentId);
            return (
              sum +
              (intent?.sellToken === token ? fill.sold : 0n) -
              (intent?.buyToken === token ? fill.bought : 0n)
            );
          }, 0n);
          expect(balance).to.equal(amount);
          expect(amount >= 0n).to.equal(true);
        }
      }),
      RUNS,
    );
  });

  it("does not care in what unit a token is counted, as long as atoms are fine enough", () => {
    const E = 10n ** 12n;
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 31 }),
        fc.constantFrom(1n, 10n, 1000n, 10n ** 9n),
        (seed, scale) => {
          const book = fine(randomBook(seed, { style: "ties", whole: 0 }), E);
          const scaled = {
            ...book,
            intents: book.intents.map((intent) => rescale(intent, book.tokens[0]?.address, scale)),
          };
          // Where limits tie, what rounding leaves of an intent may fill in one unit and not in the other: that is no fill.
          const filled = (of: Book): number => {
            const { fills } = solve(of);
            return of.intents.filter(({ id, sellAmount }) =>
              fills.some(({ intentId, sold }) => intentId === id && sold * 10n ** 9n > sellAmount),
            ).length;
          };
          expect(filled(scaled)).to.equal(filled(book));
        },
      ),
      {
        ...{ numRuns: 100, seed: 21 },
        // Books in which somebody fills whole at a limit that is the price.
        examples: [308, 1925085942].flatMap((seed) =>
          [1000n, 10n ** 9n].map((scale): [number, bigint] => [seed, scale]),
        ),
      },
    );
  });

  it("leaves nobody with envy who may fill in part: whole beyond the price, nothing on the other side of it", () => {
    const names = ["X", "Y", "Z", "W"] as const;
    const amounts = fc.record({
      sell: fc.integer({ min: 0, max: 3 }),
      turn: fc.integer({ min: 1, max: 3 }),
      // Beside an intent that is thousands of times as large, small ones can leave it out (docs/MATCHER.md, section 10).
      sold: fc.integer({ min: 10 ** 4, max: 10 ** 6 }),
      limit: fc.integer({ min: 700, max: 1150 }),
    });
    fc.assert(
      fc.property(fc.array(amounts, { minLength: 4, maxLength: 24 }), (list) => {
        const intents = list.map(({ sell, turn, sold, limit }, i) => {
          const amount = BigInt(sold) * 10n ** 18n;
          const buy = names[(sell + turn) % 4] ?? "X";
          return sells(`i${i}`, amount, names[sell] ?? "X", (amount * BigInt(limit)) / 1000n, buy);
        });
        const solution = solve(bookOf(intents));
        const price = new Map(solution.tokens.map((token, i) => [token, Number(solution.prices[i])]));
        const filled = new Map(solution.fills.map((fill) => [fill.intentId, fill]));
        for (const { id, sellToken, buyToken, sellAmount, limitBuyAmount } of intents) {
          const [own, other] = [price.get(sellToken), price.get(buyToken)];
          if (own === undefined || other === undefined) continue;
          const better = own / other / (Number(limitBuyAmount) / Number(sellAmount)) - 1;
          const share = Number(filled.get(id)?.sold ?? 0n) / Number(sellAmount);
          if (better > 1e-6) expect(share, id).to.be.greaterThan(1 - 1e-6);
          if (better < -1e-6) expect(share, id).to.equal(0);
        }
      }),
      RUNS,
    );
  });

  it("never lowers the price of a seller when a buyer comes, in a market of two tokens", () => {
    const unit = 10n ** 15n;
    const amount = fc.bigInt({ min: unit, max: 100n * unit });
    const side = fc.array(fc.tuple(amount, amount), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(side, side, fc.tuple(amount, amount), (asks, bids, extra) => {
        const base = [
          ...asks.map(([sold, bought], i) => sells(`ask${i}`, sold, "X", bought, "Y")),
          ...bids.map(([sold, bought], i) => sells(`bid${i}`, sold, "Y", bought, "X")),
        ];
        const before = priceOf(bookOf(base));
        const after = priceOf(bookOf([...base, sells("extra", extra[0], "Y", extra[1], "X")]));
        if (before !== undefined && after !== undefined) expect(after).to.be.greaterThan(before * (1 - 1e-8));
      }),
      { numRuns: 300, seed: 22 },
    );
  });
});

function priceOf(book: Book): number | undefined {
  const [x, y] = solveChecked(book).prices;
  return x === undefined || y === undefined ? undefined : Number(x) / Number(y);
}

/** The book without what depends on single atoms: fees and wallets. */
function fine(book: Book, scale: bigint): Book {
  const intents = book.intents.map((intent, i): BookIntent => {
    const { sellAmount, buyAmount } = intent;
    const amounts = {
      sellAmount: sellAmount * scale,
      buyAmount: buyAmount * scale,
      limitBuyAmount: buyAmount * scale,
    };
    return { ...intent, ...amounts, kind: "sell", filled: 0n, maxFee: 0n, fee: 0n, nonce: BigInt(i) };
  });
  return { tokens: book.tokens.map(({ address }) => ({ address })), intents, spendable: () => 2n ** 200n };
}

function rescale(intent: BookIntent, token: string | undefined, scale: bigint): BookIntent {
  if (intent.sellToken === token) return { ...intent, sellAmount: intent.sellAmount * scale };
  if (intent.buyToken !== token) return intent;
  return { ...intent, buyAmount: intent.buyAmount * scale, limitBuyAmount: intent.limitBuyAmount * scale };
}

describe("solve, on thousands of degenerate books", () => {
  for (const style of STYLES) {
    it(`neither throws nor is refused: ${style}`, () => {
      for (let seed = 1; seed <= 700; seed++) {
        const book = randomBook(seed, { style });
        const violations = verifySolution(book, solve(book));
        expect(violations, `seed ${seed}`).to.deep.equal([]);
      }
    });
  }

  it("neither throws nor is refused on books of a hundred intents", () => {
    for (let seed = 1; seed <= 24; seed++) {
      const book = randomBook(seed, { intents: 100, tokens: 6 });
      expect(verifySolution(book, solve(book)), `seed ${seed}`).to.deep.equal([]);
    }
  });

  it("answers intents out of range with malformed, and goes on with the others", () => {
    const good = [sells("a", 100n, "X", 90n, "Y"), sells("b", 100n, "Y", 90n, "X")];
    const bad = [
      sells("zero", 0n, "X", 1n, "Y"),
      sells("huge", 2n ** 128n, "X", 1n, "Y"),
      sells("limitless", 5n, "X", 0n, "Y"),
      sells("fee", 5n, "X", 5n, "Y", { maxFee: 1n, fee: 2n }),
      sells("negative", 5n, "X", 5n, "Y", { filled: -1n }),
    ];
    const solution = solveChecked(bookOf([...bad, ...good]));

    expect(solution.fills.length).to.equal(2);
    expect(solution.unfilled.map((entry) => entry.reason)).to.deep.equal(bad.map(() => "malformed"));
  });
});
