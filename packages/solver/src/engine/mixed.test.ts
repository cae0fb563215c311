import { expect } from "chai";
import { FAMILIES, makeFamily, randomFrom } from "../../test/families.ts";
import { Books } from "./books.ts";
import { clearBooks } from "./clear.ts";
import type { Columns } from "./columns.ts";
import { Demand } from "./demand.ts";
import { doublesFrom, withKernelMemory } from "./kernel.ts";
import { sectionsOf } from "./sections.ts";
import { guessPrices } from "./smooth.ts";
import { TokenSystem } from "./tokenSystem.ts";

type Mixed = Required<Columns>;

/** A random book of which a share buys fixed amounts, and a share sits in groups of two to four on wallets that may run short. */
function mixed(
  family: (typeof FAMILIES)[number],
  tokens: number,
  intents: number,
  seed: number,
  share: { bought: number; wallets: number },
): Mixed {
  const columns = makeFamily(family, tokens, intents, seed);
  const { uniform } = randomFrom(seed + 1);
  const bought = Int32Array.from({ length: intents }, () => (uniform() < share.bought ? 1 : 0));
  const amount = columns.amount.map((value, id) => (bought[id] === 1 ? value * columns.limit[id]! : value));
  const wallet = new Int32Array(intents).fill(-1);
  const gross = new Float64Array(intents).fill(1);
  const wallets: number[] = [];
  const byToken = Map.groupBy(Array(intents).keys(), (id) => columns.sell[id]!);
  for (const ids of byToken.values()) {
    while (ids.length > 1) {
      const group = ids.splice(0, 2 + Math.floor(uniform() * 3));
      if (uniform() > share.wallets) continue;
      const all = group.reduce((sum, id) => sum + columns.amount[id]!, 0);
      const own = wallets.push(all * (0.2 + 0.9 * uniform())) - 1;
      for (const id of group) {
        wallet[id] = own;
        gross[id] = 1 + 0.01 * uniform();
      }
    }
  }
  return { ...columns, bought, amount, wallet, gross, wallets: Float64Array.from(wallets) };
}

/** Clears, and checks every condition of the equilibrium on single intents; returns whether the engine certifies it. */
function clearChecked(columns: Mixed, name: string): boolean {
  const books = Books.from(columns);
  const clearing = clearBooks(books);
  if (!clearing.certified) return false;
  const { tokens, sell, buy, amount, limit, bought, wallet, gross, wallets } = columns;
  const off = new Float64Array(tokens);
  const turnover = new Float64Array(tokens);
  const paid = new Float64Array(wallets.length);
  /** Of each wallet, the worst that it fills and the best that it does not fill whole: limits as shares of the price. */
  const worst = new Float64Array(wallets.length);
  const best = new Float64Array(wallets.length).fill(Infinity);
  const inSection = new Set(clearing.sections.flatMap(({ section }) => [...section.books]));
  for (let id = 0; id < limit.length; id++) {
    const [a, b, w] = [sell[id]!, buy[id]!, wallet[id]!];
    const book = books.bookOfIntent(id, a, b, bought[id]!);
    const fill = clearing.fillOf(book, limit[id]!);
    const price = clearing.prices[a]! / clearing.prices[b]!;
    const value = fill * amount[id]! * clearing.prices[bought[id] === 1 ? b : a]!;
    off[a]! -= value;
    off[b]! += value;
    turnover[a]! += value;
    turnover[b]! += value;
    const ratio = limit[id]! / price;
    if (fill > 0) expect(ratio, `${name}: nobody trades beyond the limit`).to.be.below(1 + 1e-9);
    if (w >= 0) {
      paid[w]! += (gross[id]! * value) / clearing.prices[a]!;
      if (fill > 0) worst[w] = Math.max(worst[w]!, ratio);
      if (fill < 1 - 1e-9 && ratio < 1 - 1e-9) best[w] = Math.min(best[w]!, ratio);
    } else if (inSection.has(book) && ratio < 1 - 1e-9) {
      expect(fill, `${name}: who is within the limit fills whole`).to.equal(1);
    }
  }
  for (let t = 0; t < tokens; t++)
    expect(Math.abs(off[t]!), `${name}: token ${t} balances`).to.be.at.most(1e-9 * turnover[t]!);
  const { sections } = clearing;
  const isTraded = sections.some(({ method }) => method === "exact");
  for (let w = 0; isTraded && w < wallets.length; w++) {
    expect(paid[w]! / wallets[w]!, `${name}: wallet ${w} can pay`).to.be.below(1 + 1e-9);
    if (best[w] === Infinity) continue;
    const home = books.bookOfIntent(Array.from(wallet).indexOf(w), 0, 0, 0);
    if (!inSection.has(home)) continue;
    expect(paid[w]! / wallets[w]!, `${name}: wallet ${w} is spent`).to.be.above(1 - 1e-9);
    expect(worst[w]!, `${name}: wallet ${w} is put to its best use`).to.be.at.most(best[w]! * (1 + 1e-9));
  }
  return true;
}

/** The share of random books, of the sizes of real batches, that is certified. */
function certifiedShare(share: { bought: number; wallets: number }, runs: number): number {
  let certified = 0;
  for (let i = 0; i < runs; i++) {
    const family = FAMILIES[i % FAMILIES.length]!;
    const [tokens, intents] = ([[3, 50], [5, 200], [10, 300]] as const)[i % 3]!; // prettier-ignore
    const columns = mixed(family, tokens, intents, 500 + i, share);
    if (clearChecked(columns, `${family} ${i}`)) certified++;
  }
  return certified / runs;
}

describe("the equilibrium with purchases and short wallets", () => {
  it("is exact where a third buy fixed amounts, in nearly all books of every family", () => {
    expect(certifiedShare({ bought: 0.3, wallets: 0 }, 84)).to.be.at.least(0.98);
  });

  it("is exact where all buy fixed amounts, in most books of every family", () => {
    expect(certifiedShare({ bought: 1, wallets: 0 }, 84)).to.be.at.least(0.9);
  });

  it("is exact where wallets run short, and puts each to its best use", () => {
    expect(certifiedShare({ bought: 0, wallets: 1 }, 84)).to.be.at.least(0.95);
  });

  it("is exact where wallets run short that pay for purchases", () => {
    expect(certifiedShare({ bought: 0.3, wallets: 0.5 }, 84)).to.be.at.least(0.95);
  });

  it("spends what an owner has on the intent that gains most for it", () => {
    // One wallet of 100 A; B and C are worth one A each, and their sellers take whatever they get.
    const columns: Columns = {
      tokens: 3,
      sell: [0, 0, 1, 2],
      buy: [1, 2, 0, 0],
      amount: Float64Array.from([100, 100, 1000, 1000]),
      limit: Float64Array.from([0.8, 0.9, 1, 1]),
      wallet: [0, 0, -1, -1],
      wallets: Float64Array.from([100]),
    };
    const books = Books.from(columns);
    const clearing = clearBooks(books);
    expect(clearing.certified).to.equal(true);
    expect(clearing.fillOf(books.bookOfIntent(0, 0, 1, 0), 0.8)).to.be.closeTo(1, 1e-12);
    expect(clearing.fillOf(books.bookOfIntent(1, 0, 2, 0), 0.9)).to.equal(0);
  });
});

describe("TokenSystem", () => {
  it("holds the derivative of the demand, purchases and spent wallets included", () => {
    for (const share of [
      { bought: 0, wallets: 1 },
      { bought: 0.5, wallets: 1 },
    ]) {
      const books = Books.from(mixed("market", 4, 60, 5, share));
      const [section] = sectionsOf(books);
      if (section === undefined) throw new Error("no section");
      withKernelMemory(() => {
        const demand = new Demand(books, section);
        const prices = guessPrices(demand);
        const smoothing = { width: 2 ** -3, blur: 2 ** -4 };
        demand.evaluate(prices, smoothing);
        const values = doublesFrom(demand.sold.map((amount, k) => amount * prices[section.sell[k]!]!));
        const system = new TokenSystem(demand);
        system.enterBooks(values, demand.steep);
        demand.multipliers.forEach((factor, w) => {
          if (factor > 1) system.addWallet(w, values, 0);
        });
        const before = demand.imbalance.slice();
        for (let b = 0; b < 4; b++) {
          const moved = prices.map((price, t) => (t === b ? price * Math.exp(1e-6) : price));
          demand.evaluate(moved, smoothing);
          demand.imbalance.forEach((value, a) => {
            if (a === b) return;
            const entry = system.matrix[a * 4 + b]!;
            expect((value - before[a]!) / 1e-6 / entry).to.be.closeTo(1, 1e-4);
          });
        }
      });
    }
  });
});
