import { expect } from "chai";
import fc from "fast-check";
import { FAMILIES } from "../../test/families.ts";
import { sealedFamily, sealedOrder } from "../../test/sealed.ts";
import { Amounts } from "./amounts.ts";
import { guidesOf } from "./guides.ts";
import { marketOf } from "./market.ts";
import { sealedPrice } from "./normalise.ts";
import { repair } from "./repair.ts";
import { SealedError, solveSealed } from "./solve.ts";
import type { SealedBook, SealedOrder, SealedSolution } from "./types.ts";
import { type SealedVerdict, verifySealed } from "./verify.ts";

const MINIMUM = 1n << 20n;

function bookOf(tokens: number, orders: readonly SealedOrder[]): SealedBook {
  return { minimums: new Array<bigint>(tokens).fill(MINIMUM), orders };
}

/** Solves, and checks that what comes out is what the auction accepts. */
function solved(book: SealedBook): SealedSolution & { readonly verdict: SealedVerdict } {
  const solution = solveSealed(book);
  const verdict = verifySealed(book, solution);
  expect(verdict.violations).to.deep.equal([]);
  return { ...solution, verdict };
}

/** Price of one token in another. */
function ratio({ prices }: Pick<SealedSolution, "prices">, sell: number, buy: number): number {
  const [p, q] = [prices[sell]!, prices[buy]!];
  return (Number(p.mantissa) / Number(q.mantissa)) * 2 ** (p.exponent - q.exponent);
}

const ETHER = 10n ** 18n;
/** The story of the scarce outcome: one sells 100 of token 0 at 10 or more, four bid for it. */
const SCARCE = [
  { sellToken: 0, buyToken: 1, amount: 100n * ETHER, asked: 1000n * ETHER },
  ...[
    [60n, 15n],
    [50n, 13n],
    [40n, 12n],
    [30n, 10n],
  ].map(([amount, price]) => ({
    sellToken: 1,
    buyToken: 0,
    amount: amount! * price! * ETHER,
    asked: amount! * ETHER,
  })),
];

/** All orders of a list of up to six. */
function permutations<T>(list: readonly T[]): T[][] {
  if (list.length <= 1) return [[...list]];
  return list.flatMap((first, i) =>
    permutations([...list.slice(0, i), ...list.slice(i + 1)]).map((rest) => [first, ...rest]),
  );
}

describe("solveSealed", () => {
  it("finds what the auction accepts, of every family, by the exact equilibrium, with nobody short", () => {
    for (const family of FAMILIES) {
      for (const [tokens, count] of [
        [2, 10],
        [6, 120],
        [20, 1000],
        [50, 2000],
      ] as const) {
        const { certificate } = solved(sealedFamily(family, tokens, count, 5));
        expect(certificate.method, `${family} ${tokens}/${count}`).to.not.equal("smoothed");
        expect(certificate.short, `${family} ${tokens}/${count}`).to.equal(0);
      }
    }
  });

  it("clears 10,000 orders over 50 tokens", () => {
    const { certificate } = solved(sealedFamily("market", 50, 10_000, 1));
    expect(certificate.full).to.be.greaterThan(3000);
    expect(certificate.partial).to.be.at.most(50);
  });

  it("gives the scarce token to those who bid most, at one price, whoever comes first", () => {
    const outcomes = new Set<string>();
    for (const order of permutations(SCARCE)) {
      const book = bookOf(
        2,
        order.map((fields, id) => ({ id, ...fields })),
      );
      const { prices, verdict } = solved(book);
      expect(ratio({ prices }, 0, 1)).to.be.closeTo(13, 1e-4);
      const fills = order.map(({ amount, asked }, i) => {
        const { executed, bought } = verdict.results[i]!;
        return `${amount} for ${asked}: ${executed} for ${bought}`;
      });
      outcomes.add(fills.sort().join("\n"));
      const seller = verdict.results[order.indexOf(SCARCE[0]!)]!;
      expect(seller.executed).to.equal(100n * ETHER);
      expect(Number(seller.bought / 10n ** 12n) / 1e6).to.be.closeTo(1300, 0.01);
    }
    expect(outcomes.size).to.equal(1);
  });

  it("says when there is nothing to trade, with prices that prove it", () => {
    const apart = bookOf(3, [
      sealedOrder(0, 0, 1, 1e18, 1.1),
      sealedOrder(1, 1, 0, 1e18, 1.1),
      sealedOrder(2, 2, 0, 1e18, 1e12),
    ]);
    const onlySellers = bookOf(4, [
      sealedOrder(0, 0, 1, 1e18, 1e-12),
      sealedOrder(1, 0, 2, 1e18, 1e12),
      sealedOrder(2, 1, 3, 1e9, 1e6),
      sealedOrder(3, 0, 3, 1e9, 1e-1),
    ]);
    for (const book of [bookOf(2, []), apart, onlySellers]) {
      const { nothingToTrade, certificate, marginal } = solved(book);
      expect(nothingToTrade).to.equal(true);
      expect(certificate.method).to.equal("none");
      expect(marginal).to.deep.equal([]);
    }
  });

  it("writes prices for a chain of absurd limits, far beyond what a double holds", () => {
    const tokens = 50;
    const chain: SealedOrder[] = [];
    for (let t = 0; t + 1 < tokens; t++)
      chain.push({ id: t, sellToken: t + 1, buyToken: t, amount: MINIMUM, asked: (1n << 112n) - 1n });
    // A sale back to the start that is met only if all those limits are kept.
    chain.push({ id: 100, sellToken: 0, buyToken: tokens - 1, amount: (1n << 112n) - 1n, asked: MINIMUM });
    const trade = [sealedOrder(101, 3, 4, 1e18, 0.9), sealedOrder(102, 4, 3, 1e18, 0.9)];
    expect(solved(bookOf(tokens, chain)).nothingToTrade).to.equal(true);
    const { verdict, nothingToTrade } = solved(bookOf(tokens, [...chain, ...trade]));
    expect(nothingToTrade).to.equal(false);
    expect(verdict.results.at(-1)!.executed).to.equal(trade[1]!.amount);
  });

  it("trades all that can be at one price to the atom", () => {
    const orders = [
      { id: 0, sellToken: 0, buyToken: 1, amount: 3n * MINIMUM, asked: 3n * 10n ** 12n * MINIMUM },
      { id: 1, sellToken: 1, buyToken: 0, amount: 2n * 10n ** 12n * MINIMUM, asked: 2n * MINIMUM },
      { id: 2, sellToken: 0, buyToken: 1, amount: MINIMUM, asked: 10n ** 12n * MINIMUM },
    ];
    const { certificate } = solved(bookOf(2, orders));
    expect(certificate.sold).to.deep.equal([2n * MINIMUM, 2n * 10n ** 12n * MINIMUM]);
    expect(certificate.bought).to.deep.equal(certificate.sold);
  });

  it("finds what the auction accepts of random books of any scale", () => {
    const order = fc.record({
      pair: fc.tuple(fc.nat(6), fc.nat(5)),
      worth: fc.double({ min: 0, max: 1, noNaN: true }),
      skew: fc.double({ min: -0.05, max: 0.05, noNaN: true }),
      tie: fc.boolean(),
    });
    const scales = fc.array(fc.integer({ min: 0, max: 18 }), { minLength: 7, maxLength: 7 });
    fc.assert(
      fc.property(fc.array(order, { maxLength: 60 }), scales, (drafts, decimals) => {
        const orders = drafts.map(({ pair: [a, step], worth, skew, tie }, id) => {
          const b = (a + 1 + step) % 7;
          const amount = 10 ** (7 + 8 * worth + (decimals[a] ?? 0));
          const limit = 10 ** ((decimals[b] ?? 0) - (decimals[a] ?? 0)) * (tie ? 1 : Math.exp(skew));
          return sealedOrder(id, a, b, amount, limit);
        });
        solved(bookOf(7, orders));
      }),
      { numRuns: 150 },
    );
  });

  it("changes nothing but the ids when placements are permuted", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.constantFrom(...FAMILIES), (seed, family) => {
        const book = sealedFamily(family, 5, 60, seed);
        const turned = bookOf(
          5,
          book.orders.toReversed().map((order, id) => ({ ...order, id })),
        );
        const [first, second] = [solved(book), solved(turned)];
        const last = book.orders.length - 1;
        // Orders of the same terms may stand in for each other: of those at the price the first to be placed come first.
        const off = new Map<string, { executed: bigint; bought: bigint }>();
        book.orders.forEach((order, i) => {
          const [a, b] = [first.verdict.results[i]!, second.verdict.results[last - i]!];
          const terms = termsOf(order);
          const { executed, bought } = off.get(terms) ?? { executed: 0n, bought: 0n };
          off.set(terms, {
            executed: executed + a.executed - b.executed,
            bought: bought + a.bought - b.bought,
          });
        });
        for (const order of book.orders) {
          const { executed, bought } = off.get(termsOf(order))!;
          expect(relative(executed, order.amount)).to.be.lessThan(1e-9);
          expect(relative(bought, order.asked)).to.be.lessThan(1e-9);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("has no second solution beyond the tolerance, however prices are bent", () => {
    let accepted = 0;
    let refused = 0;
    for (let seed = 1; seed <= 20; seed++) {
      const book = sealedFamily("market", 4, 60, seed);
      const market = marketOf(book);
      const [guide] = guidesOf(market);
      const solution = solved(book);
      for (let shift = 8; shift <= 22; shift++) {
        const price = guide!.price.map((value, t) => (t === seed % 4 ? value * (1 + 2 ** -shift) : value));
        const prices = Array.from(price, (value, t) => sealedPrice(value, guide!.level[t]!));
        const amounts = new Amounts(book, market, prices, guide!);
        repair(amounts);
        const bent = { prices, marginal: amounts.marginal() };
        const verdict = verifySealed(book, bent);
        if (verdict.violations.length > 0) {
          refused++;
          continue;
        }
        accepted++;
        expect(shift).to.be.at.least(15);
        verdict.results.forEach(({ executed, bought }, i) => {
          const mine = solution.verdict.results[i]!;
          if (executed === 0n || mine.executed === 0n) return;
          const per = Number(bought) / Number(executed);
          expect(per / (Number(mine.bought) / Number(mine.executed))).to.be.closeTo(1, 2 ** -14);
        });
      }
    }
    expect(accepted).to.be.greaterThan(10);
    expect(refused).to.be.greaterThan(100);
  });

  it("says so where less than an atom would have to flow, so that no integers satisfy the window", () => {
    // One atom of token 2 is worth a thousand times what order 0 sells, and only by way of token 2 can it be served.
    const orders = [
      { id: 0, sellToken: 0, buyToken: 1, amount: MINIMUM, asked: (MINIMUM * 9n) / 10n },
      { id: 1, sellToken: 2, buyToken: 0, amount: MINIMUM, asked: MINIMUM << 30n },
      { id: 2, sellToken: 1, buyToken: 2, amount: MINIMUM << 30n, asked: MINIMUM },
    ];
    const book = { minimums: [1n << 16n, 1n << 16n, 1n << 16n], orders };
    expect(() => solveSealed(book))
      .to.throw(SealedError)
      .with.property("code", "no-outcome");
    // Where there is enough to trade, the same orders are served.
    const larger = orders.map((order) =>
      order.id === 0 ? { ...order, amount: MINIMUM << 32n, asked: MINIMUM << 31n } : order,
    );
    const { certificate } = solved({ ...book, orders: larger });
    expect(certificate.full + certificate.partial).to.equal(3);
  });

  it("refuses a book that no auction holds", () => {
    const good = sealedOrder(0, 0, 1, 1e18, 1);
    const bad = (orders: SealedOrder[]): string => {
      try {
        solveSealed(bookOf(2, orders));
      } catch (error) {
        if (error instanceof SealedError) return error.code;
      }
      return "none";
    };
    expect(bad([good, good])).to.equal("bad-book");
    expect(bad([{ ...good, buyToken: 0 }])).to.equal("bad-book");
    expect(bad([{ ...good, sellToken: 2 }])).to.equal("bad-book");
    expect(bad([{ ...good, amount: MINIMUM - 1n }])).to.equal("bad-book");
    expect(bad([{ ...good, asked: 1n << 112n }])).to.equal("bad-book");
  });
});

function relative(difference: bigint, whole: bigint): number {
  return Math.abs(Number(difference)) / Number(whole);
}

/** All of an order but its place in the window. */
function termsOf({ sellToken, buyToken, amount, asked }: SealedOrder): string {
  return `${sellToken} ${buyToken} ${amount} ${asked}`;
}
