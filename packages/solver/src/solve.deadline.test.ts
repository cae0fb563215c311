/** What a deadline and a limit on fills leave: an answer in any case, and a good one. */
import { expect } from "chai";
import { bookOf, random, sells, solveChecked, whole } from "../test/support.ts";
import { Effort } from "./effort.ts";
import type { Mip } from "./mip.ts";
import type { Book, BookIntent } from "./types.ts";

const NAMES = ["X", "Y", "Z", "W", "V"];

/** Sells of one size to a few, with limits within 3 % of the tokens' worths; `share` of them fill-or-kill. */
function market(seed: number, count: number, share: number): Book {
  const next = random(seed);
  const worths = NAMES.map(() => 0.2 + 4 * next());
  const intents = Array.from({ length: count }, (_, i): BookIntent => {
    const a = Math.floor(next() * NAMES.length);
    const b = (a + 1 + Math.floor(next() * (NAMES.length - 1))) % NAMES.length;
    const value = 10 ** (2 * next()) * 1e18;
    const [own, other] = [worths[a] ?? 1, worths[b] ?? 1];
    const sold = BigInt(Math.floor(value / own));
    const bought = BigInt(Math.floor((value / other) * (0.97 + 0.06 * next())));
    const intent = sells(`i${i}`, sold, NAMES[a] ?? "X", bought, NAMES[b] ?? "Y");
    return next() < share ? whole(intent) : intent;
  });
  const references = Object.fromEntries(NAMES.map((name, t) => [name, atoms(worths[t] ?? 1)]));
  return bookOf(intents, { references });
}

function atoms(value: number): bigint {
  return BigInt(Math.floor(value * 1e18));
}

describe("solve, at a deadline", () => {
  it("answers well even where the deadline has passed before it began", () => {
    for (const [seed, count, share] of [
      [1, 120, 0.5],
      [2, 800, 0.5],
      [3, 2000, 0.8],
    ] as const) {
      const { value } = solveChecked(market(seed, count, share), { deadline: { now: () => 1, at: 0 } });
      expect(Number(value.surplus) / Number(value.bound), `seed ${seed}`).to.be.greaterThan(0.85);
    }
  });

  it("looks for nothing better once the time is over", () => {
    const { stats } = solveChecked(market(4, 120, 0.5), { deadline: { now: () => 1, at: 0 } });
    expect(stats.rounds).to.be.below(4);
  });

  it("keeps time back for value, bound and verification, by how long reading the book has taken", () => {
    const times: number[] = [];
    const mip: Mip = (_, { timeMs }) => {
      times.push(timeMs);
      return undefined;
    };
    // Reading the book takes a tenth of a second, all that follows no time.
    let looks = 0;
    const now = (): number => (looks++ === 0 ? 500 : 600);
    solveChecked(market(5, 60, 0.6), { mip, deadline: { now, at: 1600 } });
    expect(times[0]).to.be.below(0.4 * 1000 - 1);
  });

  it("takes time for value, bound and verification off the deadline, but half of what is left at most", () => {
    const effort = new Effort({ deadline: { now: () => 20, at: 120 } });
    expect(effort.less(30).leftMs).to.equal(70);
    expect(effort.less(90).leftMs).to.equal(50);
    expect(new Effort({}).less(30).isTimed).to.equal(false);
  });
});

describe("solve, with a limit on fills", () => {
  it("keeps to it, and gains more by it than by as many of the first book's best fills", () => {
    for (const [seed, count, maxFills] of [
      [1, 200, 20],
      [2, 500, 50],
      [3, 1000, 100],
    ] as const) {
      const book = market(seed, count, 0);
      const all = solveChecked(book);
      const few = solveChecked(book, { maxFills });
      expect(few.fills.length, `seed ${seed}`).to.be.within(0.95 * maxFills, maxFills);

      // Among those that gain most in the whole batch many miss whom they traded with.
      const gains = new Map(all.fills.map(({ intentId, surplus }) => [intentId, surplus]));
      const best = all.fills.toSorted((a, b) => (b.surplus > a.surplus ? 1 : -1)).slice(0, maxFills);
      const kept = new Set(best.map(({ intentId }) => intentId));
      expect(gains.size).to.be.greaterThan(maxFills);
      const naive = solveChecked({ ...book, intents: book.intents.filter(({ id }) => kept.has(id)) });
      expect(few.value.surplus > naive.value.surplus, `seed ${seed}`).to.equal(true);
      expect(few.unfilled.some(({ reason }) => reason === "batch-full")).to.equal(true);
    }
  });

  it("keeps to it with fill-or-kill intents, and answers for everybody", () => {
    for (const seed of [1, 2]) {
      const solution = solveChecked(market(seed, 60, 0.4), { maxFills: 10, searchBudget: 40 });
      expect(solution.fills.length).to.be.within(3, 10);
      expect(solution.fills.length + solution.unfilled.length).to.equal(60);
    }
  });
});
