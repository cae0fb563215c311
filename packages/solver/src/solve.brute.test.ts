/** The matcher against every possible answer, on small books. */
import { expect } from "chai";
import { address, random, solveChecked } from "../test/support.ts";
import type { Book, BookIntent } from "./types.ts";

/** Random intents over few tokens with amounts of 1 to `most` lots of `lot` atoms; half of them fill-or-kill. */
function smallBook(seed: number, tokens: number, count: number, most: number, lot: bigint): Book {
  const u = random(seed);
  const intents = Array.from({ length: count }, (_, i): BookIntent => {
    const sell = Math.floor(u() * tokens);
    const buy = (sell + 1 + Math.floor(u() * (tokens - 1))) % tokens;
    const sellAmount = BigInt(1 + Math.floor(u() * most)) * lot;
    const buyAmount = BigInt(1 + Math.floor(u() * most)) * lot;
    return {
      id: `i${i}`,
      owner: address(1000 + i),
      sellToken: address(16 + sell),
      buyToken: address(16 + buy),
      kind: u() < 0.35 ? "buy" : "sell",
      sellAmount,
      buyAmount,
      limitBuyAmount: buyAmount,
      partiallyFillable: u() < 0.5,
      filled: 0n,
      maxFee: 0n,
      fee: 0n,
      nonce: BigInt(i),
    };
  });
  const tokenList = Array.from({ length: tokens }, (_, t) => ({
    address: address(16 + t),
    referencePrice: 10n ** 18n,
  }));
  return { tokens: tokenList, intents, spendable: () => 2n ** 200n };
}

/** An intent of a book of two tokens, X and Y, with amounts in lots; the price is Y per X. */
interface Trader {
  readonly sellsX: boolean;
  readonly whole: boolean;
  readonly limit: number;
  /** Lots of X in a full fill: `fixed + perPrice / price`. */
  readonly fixed: number;
  readonly perPrice: number;
  /** Surplus per lot of X at a price, in lots of the token in which the intent gains. */
  readonly gain: (price: number) => number;
}

function tradersOf(book: Book, lot: bigint): Trader[] {
  return book.intents.map((intent) => {
    const sellsX = intent.sellToken === address(16);
    const isBuy = intent.kind === "buy";
    const sold = Number(intent.sellAmount / lot);
    const bought = Number(intent.buyAmount / lot);
    const limit = sellsX ? bought / sold : sold / bought;
    const inX = sellsX === isBuy ? [0, isBuy ? bought : sold] : [isBuy ? bought : sold, 0];
    return {
      sellsX,
      whole: !intent.partiallyFillable,
      limit,
      fixed: inX[0] ?? 0,
      perPrice: inX[1] ?? 0,
      gain: (price) =>
        sellsX ? (isBuy ? price / limit - 1 : price - limit) : isBuy ? limit - price : 1 - price / limit,
    };
  });
}

const SLACK = 1e-10;

/**
 * Prices at which something can change: every limit, and every price at which some intents, filled whole, balance; with
 * a price between each two neighbours.
 */
function criticalPrices(traders: readonly Trader[]): number[] {
  const prices = new Set(traders.map((trader) => trader.limit));
  for (let code = 0; code < 2 ** traders.length; code++) {
    let fixed = 0;
    let perPrice = 0;
    traders.forEach((trader, i) => {
      if ((code & (1 << i)) === 0) return;
      fixed += trader.sellsX ? trader.fixed : -trader.fixed;
      perPrice += trader.sellsX ? trader.perPrice : -trader.perPrice;
    });
    const root = -perPrice / fixed;
    if (root > 0 && Number.isFinite(root)) prices.add(root);
  }
  const sorted = [...prices].sort((a, b) => a - b);
  return sorted.flatMap((price, i) => [price, (price + (sorted[i + 1] ?? price)) / 2]);
}

/** The greatest total surplus over all prices and all sets, in lots; `undefined` where nothing can trade. */
function bestOfTwoTokens(traders: readonly Trader[]): number | undefined {
  let best: number | undefined;
  for (const price of criticalPrices(traders)) {
    const size = (trader: Trader): number => trader.fixed + trader.perPrice / price;
    const able = traders.filter((t) =>
      t.sellsX ? price >= t.limit * (1 - SLACK) : price <= t.limit * (1 + SLACK),
    );
    const partial = able.filter((trader) => !trader.whole).sort((a, b) => b.gain(price) - a.gain(price));
    const wholes = able.filter((trader) => trader.whole);
    const total = (side: boolean): number =>
      partial.filter((t) => t.sellsX === side).reduce((sum, t) => sum + size(t), 0);
    for (let code = 0; code < 2 ** wholes.length; code++) {
      const kept = wholes.filter((_, i) => (code & (1 << i)) !== 0);
      const net = kept.reduce((sum, t) => sum + (t.sellsX ? size(t) : -size(t)), 0);
      const sold = Math.min(total(true), total(false) - net);
      const bought = sold + net;
      if (sold < -SLACK || bought < -SLACK) continue;
      const partialGain = (side: boolean, amount: number): number => {
        let left = amount;
        return partial
          .filter((t) => t.sellsX === side)
          .reduce((sum, t) => {
            const part = Math.max(0, Math.min(left, size(t)));
            left -= part;
            return sum + part * t.gain(price);
          }, 0);
      };
      const volume = kept.reduce((sum, t) => sum + size(t), 0) + sold + bought;
      if (volume <= 1e-9) continue;
      const value =
        kept.reduce((sum, t) => sum + size(t) * t.gain(price), 0) +
        partialGain(true, sold) +
        partialGain(false, bought);
      best = Math.max(best ?? 0, value);
    }
  }
  return best;
}

/** The matcher clears at equilibrium prices, which is fair to all but not quite the most that the sums could reach. */
const LEAST_SHARE_OF_BEST = 0.95;
/** With amounts of single atoms, rounding itself makes and breaks matches; most are found all the same. */
const LEAST_SHARE_OF_ATOM_MATCHES = 0.85;

describe("solve, against every answer", () => {
  for (const [count, most, lot] of [
    [2, 6, 10n ** 15n],
    [3, 6, 1_000_003n],
    [4, 8, 10n ** 15n],
    [5, 10, 1_000_003n],
    [6, 12, 10n ** 15n],
  ] as const) {
    it(`finds a match whenever there is one among ${count} intents, and ${100 * LEAST_SHARE_OF_BEST} % of the best value`, () => {
      let reached = 0;
      let possible = 0;
      for (let seed = 1; seed <= 250; seed++) {
        const book = smallBook(seed, 2, count, most, lot);
        const best = bestOfTwoTokens(tradersOf(book, lot));
        const solution = solveChecked(book);
        expect(solution.fills.length > 0, `seed ${seed}`).to.equal(best !== undefined);
        if (best === undefined) continue;
        expect(Number(solution.value.bound) / Number(lot), `seed ${seed}`).to.be.at.least(best * (1 - 1e-9));
        possible += best;
        reached += Number(solution.value.surplus) / Number(lot);
      }
      expect(reached / possible).to.be.within(LEAST_SHARE_OF_BEST, 1 + 1e-6);
    });
  }

  it("finds most matches, and never one that is not there, where amounts are single atoms", () => {
    let matches = 0;
    let found = 0;
    for (const [tokens, count, most, seeds] of [
      [2, 2, 6, 200],
      [2, 3, 5, 120],
      [3, 3, 3, 120],
    ] as const) {
      for (let seed = 1; seed <= seeds; seed++) {
        const book = smallBook(seed, tokens, count, most, 1n);
        const exists = isAnyAtomMatch(book, most);
        const fills = solveChecked(book).fills.length;
        if (fills > 0) expect(exists, `seed ${seed}`).to.equal(true);
        if (exists) matches++;
        if (exists && fills > 0) found++;
      }
    }
    expect(found / matches).to.be.greaterThan(LEAST_SHARE_OF_ATOM_MATCHES);
  });
});

/** Whether any prices and any amounts settle by the contract's arithmetic: tries them all. */
function isAnyAtomMatch(book: Book, most: number): boolean {
  const ratios = ratiosThatMatter(most);
  const tokens = book.tokens.length;
  const search = (prices: readonly (readonly [bigint, bigint])[]): boolean =>
    prices.length === tokens ? canSettleAt(book, prices) : ratios.some((ratio) => search([...prices, ratio]));
  return search([[1n, 1n]]);
}

/** Rounded amounts up to `most` change only at fractions with such terms: those, and one fraction between each two. */
function ratiosThatMatter(most: number): [bigint, bigint][] {
  const byValue = new Map<number, [bigint, bigint]>();
  for (let num = 1; num <= most; num++) {
    for (let den = 1; den <= most; den++) byValue.set(num / den, [BigInt(num), BigInt(den)]);
  }
  const sorted = [...byValue].sort(([a], [b]) => a - b).map(([, ratio]) => ratio);
  const between = sorted.flatMap((ratio, i): [bigint, bigint][] => {
    const next = sorted[i + 1];
    return next === undefined
      ? [ratio]
      : [ratio, [ratio[0] * next[1] + next[0] * ratio[1], 2n * ratio[1] * next[1]]];
  });
  return [[1n, BigInt(2 * most)], ...between, [BigInt(2 * most), 1n]];
}

function canSettleAt(book: Book, prices: readonly (readonly [bigint, bigint])[]): boolean {
  const index = (token: string): number => Number(BigInt(token)) - 16;
  const options = book.intents.map((intent) => {
    const [sellNum, sellDen] = prices[index(intent.sellToken)] ?? [1n, 1n];
    const [buyNum, buyDen] = prices[index(intent.buyToken)] ?? [1n, 1n];
    const num = sellNum * buyDen;
    const den = sellDen * buyNum;
    const full = intent.kind === "sell" ? intent.sellAmount : intent.buyAmount;
    const amounts: [bigint, bigint][] = [[0n, 0n]];
    for (let executed = intent.partiallyFillable ? 1n : full; executed <= full; executed++) {
      const sold = intent.kind === "sell" ? executed : (executed * den + num - 1n) / num;
      const bought = intent.kind === "sell" ? (executed * num) / den : executed;
      if (bought > 0n && bought * intent.sellAmount >= sold * intent.limitBuyAmount)
        amounts.push([sold, bought]);
    }
    return amounts;
  });
  const left = prices.map(() => 0n);
  const walk = (i: number, isAny: boolean): boolean => {
    const intent = book.intents[i];
    if (intent === undefined) return isAny && left.every((value) => value >= 0n);
    const sell = index(intent.sellToken);
    const buy = index(intent.buyToken);
    return (options[i] ?? []).some(([sold, bought]) => {
      left[sell] = (left[sell] ?? 0n) + sold;
      left[buy] = (left[buy] ?? 0n) - bought;
      const isFound = walk(i + 1, isAny || bought > 0n);
      left[sell] = (left[sell] ?? 0n) - sold;
      left[buy] = (left[buy] ?? 0n) + bought;
      return isFound;
    });
  };
  return walk(0, false);
}
