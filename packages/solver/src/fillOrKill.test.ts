/** The search for fill-or-kill choices: a program's choice, a deadline, and what neither may spoil. */
import { expect } from "chai";
import { address, bookOf, random, sells, solveChecked, token, whole } from "../test/support.ts";
import { loadHighs, lpText } from "./highs.ts";
import type { Mip, MipProblem } from "./mip.ts";
import type { Book } from "./types.ts";

/** Sells of log-normal sizes around true prices, `share` of them fill-or-kill. */
function market(seed: number, tokens: number, count: number, share: number): Book {
  const u = random(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - u())) * Math.cos(2 * Math.PI * u());
  const worth = Array.from({ length: tokens }, () => Math.exp(normal()));
  const atoms = (value: number): bigint => BigInt(Math.floor(value * 1e18));
  return bookOf(
    Array.from({ length: count }, (_, i) => {
      const sell = Math.floor(u() * tokens);
      const buy = (sell + 1 + Math.floor(u() * (tokens - 1))) % tokens;
      const size = (100 * Math.exp(normal())) / (worth[sell] ?? 1);
      const limit = ((worth[sell] ?? 1) / (worth[buy] ?? 1)) * Math.exp(0.03 * (normal() - 0.3));
      const own = { owner: address(5000 + i), nonce: BigInt(i) };
      const intent = sells(`i${i}`, atoms(size), `T${sell}`, atoms(size * limit), `T${buy}`, own);
      return u() < share ? whole(intent) : intent;
    }),
  );
}

const share = (book: Book, options = {}): number => {
  const { value } = solveChecked(book, options);
  return Number(value.surplus) / Number(value.bound);
};

describe("HiGHS", () => {
  const knapsack: MipProblem = {
    columns: [
      { gain: 10, least: 0, most: 1, isChoice: true },
      { gain: 7, least: 0, most: 1, isChoice: true },
      { gain: 6, least: 0, most: 1, isChoice: true },
      { gain: 0.5, least: -1, most: 3, isChoice: false },
    ],
    rows: [
      {
        terms: [
          [0, 5],
          [1, 4],
          [2, 3],
        ],
        least: -Infinity,
        most: 7,
      },
      {
        terms: [
          [3, 1],
          [0, -1],
        ],
        least: 2,
        most: 2,
      },
    ],
  };

  it("solves a program with choices, bounds and equations", async () => {
    const mip = await loadHighs();
    const values = mip(knapsack, { timeMs: 5000, gap: 0 })?.map((value) => Math.round(value * 1e6) / 1e6);
    expect(values).to.deep.equal([0, 1, 1, 2]);
  });

  it("says that it has no answer where there is none", async () => {
    const mip = await loadHighs();
    const rows = [...knapsack.rows, { terms: [[0, 1]] as const, least: 2, most: Infinity }];
    expect(mip({ ...knapsack, rows }, { timeMs: 5000, gap: 0 })).to.equal(undefined);
    expect(mip(knapsack, { timeMs: 5000, gap: 0 })).to.have.length(4);
  });

  it("reads numbers of any size as they are written", () => {
    const column = { gain: 1e-9, least: 0, most: 1e22, isChoice: false };
    const text = lpText({ columns: [column], rows: [{ terms: [[0, -2.5]], least: -1, most: 3 }] });
    expect(text.split("\n")).to.deep.equal([
      "Maximize",
      "gain: + 1e-9 c0",
      "Subject To",
      "a0: - 2.5 c0 >= -1",
      "b0: - 2.5 c0 <= 3",
      "Bounds",
      "0 <= c0 <= 1e+22",
      "End",
    ]);
  });
});

describe("choosing fill-or-kill intents", () => {
  it("comes within three percent of the bound in markets of fill-or-kill intents only and of most", () => {
    expect(share(market(2, 6, 90, 0.6))).to.be.greaterThan(0.97);
    expect(share(market(3, 6, 120, 0.8))).to.be.greaterThan(0.97);
  });

  it("fills thick markets in which nobody may fill in part, where prices have to follow from the choice", () => {
    for (const seed of [1, 2, 4]) expect(share(market(seed, 6, 120, 1))).to.be.greaterThan(0.85);
  });

  it("takes no harm from a program whose answers are nonsense", () => {
    const book = market(5, 5, 60, 0.5);
    const without = share(book);
    let asked = 0;
    const all: Mip = ({ columns }) => {
      asked++;
      return columns.map(() => 1);
    };
    const nothing: Mip = () => undefined;
    const wild: Mip = ({ columns }) => columns.map(() => Number.NaN);
    for (const mip of [all, nothing, wild]) expect(share(book, { mip })).to.be.at.least(without * 0.9);
    expect(asked).to.be.greaterThan(0);
  });

  it("chooses one of two with one nonce, and no more than a wallet can pay", async () => {
    const mip = await loadHighs();
    const E = 10n ** 18n;
    const book = market(6, 4, 40, 0.8);
    const owner = address(9999);
    const extra = [1n, 1n, 2n, 3n].map((nonce, i) =>
      whole(sells(`x${i}`, 50n * E, "T0", 1n, "T1", { owner, nonce })),
    );
    const solution = solveChecked(
      {
        ...book,
        intents: [...book.intents, ...extra],
        spendable: (who, what) => (who === owner && what === token("T0") ? 100n * E : 2n ** 200n),
      },
      { mip },
    );
    expect(solution.fills.filter(({ intentId }) => intentId.startsWith("x")).length).to.be.at.most(2);
  });
});

describe("a deadline", () => {
  it("cuts the search but not the answer: even one that has passed gives a sound solution", () => {
    const book = market(7, 6, 120, 0.6);
    let looks = 0;
    const solution = solveChecked(book, { deadline: { now: () => ++looks, at: 0 } });
    const unhurried = solveChecked(book);
    expect(solution.fills.length).to.be.greaterThan(0);
    expect(solution.stats.rounds).to.be.below(unhurried.stats.rounds);
    expect(looks).to.be.greaterThan(0);
  });

  it("is looked at often enough: after it has passed, few price vectors are tried", () => {
    const book = market(8, 6, 120, 0.6);
    let looks = 0;
    const at = 40;
    const { stats } = solveChecked(book, { deadline: { now: () => ++looks, at } });
    expect(looks).to.be.below(at + 20);
    expect(stats.rounds).to.be.below(at + 20);
  });

  it("is shared by the parts of a book by their size", () => {
    const [large, small] = [market(11, 5, 60, 0.6), market(12, 5, 30, 0.6)];
    const renamed = small.intents.map((intent) => ({
      ...intent,
      id: `s${intent.id}`,
      owner: intent.owner.replace("0x0", "0x1"),
      sellToken: intent.sellToken.replace("0x0", "0x1"),
      buyToken: intent.buyToken.replace("0x0", "0x1"),
    }));
    const tokens = small.tokens.map(({ address: own }) => ({ address: own.replace("0x0", "0x1") }));
    const times: number[] = [];
    const mip: Mip = (_, { timeMs }) => {
      times.push(Math.round(timeMs));
      return undefined;
    };
    const book = { ...large, tokens: [...large.tokens, ...tokens], intents: [...large.intents, ...renamed] };
    const { stats } = solveChecked(book, { mip, deadline: { now: () => 500, at: 1400 } });
    expect(stats.components).to.equal(2);
    expect(Math.min(...times)).to.be.within(100, 260);
    expect(Math.max(...times)).to.equal(360);
  });

  it("tells a program how long it may take", () => {
    const times: number[] = [];
    const mip: Mip = (_, { timeMs }) => {
      times.push(timeMs);
      return undefined;
    };
    solveChecked(market(9, 5, 60, 0.6), { mip, deadline: { now: () => 500, at: 1500 } });
    expect(times[0]).to.equal(400);
  });
});
