import { expect } from "chai";
import { bookOf, buys, randomBook, sells } from "../test/support.ts";
import { pricesWithoutTrade } from "./crossing.ts";
import { at } from "./engine/access.ts";
import { findEquilibrium } from "./equilibrium.ts";
import { type Market, marketOf } from "./market.ts";
import { split } from "./parts.ts";
import { screen } from "./screen.ts";
import type { Book, BookIntent } from "./types.ts";

const E = 10n ** 18n;

function marketsOf(book: Book): Market[] {
  return split(screen(book).candidates).parts.map(marketOf);
}

function marketWith(intents: readonly BookIntent[]): Market {
  const [market] = marketsOf(bookOf(intents));
  if (market === undefined) throw new Error("no part");
  return market;
}

/** Sum of what each token has too much or too little of, as a share of the volume. */
function imbalance(market: Market, flow: Float64Array): number {
  const off = new Float64Array(market.tokens);
  let volume = 0;
  for (let k = 0; k < market.count; k++) {
    off[at(market.sell, k)] = at(off, at(market.sell, k)) + at(flow, k);
    off[at(market.buy, k)] = at(off, at(market.buy, k)) - at(flow, k);
    volume += at(flow, k);
  }
  return volume === 0 ? 0 : off.reduce((sum, value) => sum + Math.abs(value), 0) / volume;
}

describe("findEquilibrium", () => {
  it("lets the amounts set the price when both sides can fill whole", () => {
    const market = marketWith([
      sells("a", 100n * E, "X", 50n * E, "Y"),
      sells("b", 80n * E, "Y", 50n * E, "X"),
    ]);
    const { prices, fill } = findEquilibrium(market);
    const sellA = at(market.sell, 0);

    expect(at(prices, sellA) / at(prices, 1 - sellA)).to.be.closeTo(0.8, 1e-9);
    expect([...fill]).to.deep.equal([1, 1]);
  });

  it("puts the price at the limit of the side that is left over", () => {
    const market = marketWith([
      sells("a", 100n * E, "X", 50n * E, "Y"),
      sells("b", 20n * E, "Y", 10n * E, "X"),
    ]);
    const { prices, fill } = findEquilibrium(market);

    expect(at(prices, 0) / at(prices, 1)).to.be.closeTo(0.5, 1e-8);
    expect(at(fill, 0)).to.be.closeTo(0.4, 1e-5);
    expect(at(fill, 1)).to.equal(1);
  });

  it("finds the price between two purchases, where a seller's supply falls as its price rises", () => {
    const market = marketWith([
      buys("a", 100n * E, "X", 130n * E, "Y"),
      buys("b", 110n * E, "Y", 130n * E, "X"),
      sells("c", 30n * E, "X", 20n * E, "Y"),
    ]);
    const { flow, fill, certified } = findEquilibrium(market);

    expect(certified).to.equal(true);
    expect(imbalance(market, flow)).to.be.lessThan(1e-5);
    expect(fill.some((share) => share > 0)).to.equal(true);
  });

  it("gives an owner of too little the same share of each of its intents", () => {
    const owner = "0x00000000000000000000000000000000000000aa";
    const [market] = marketsOf(
      bookOf(
        [
          sells("a", 100n * E, "X", 10n * E, "Y", { owner, nonce: 1n }),
          sells("b", 100n * E, "X", 10n * E, "Y", { owner, nonce: 2n }),
          sells("c", 100n * E, "Y", 10n * E, "X"),
        ],
        { spendable: (who) => (who === owner ? 100n * E : 2n ** 200n) },
      ),
    );
    const { fill } = findEquilibrium(market ?? marketWith([]));

    expect([...fill]).to.deep.equal([0.5, 0.5, 1]);
  });

  it("balances random markets, and reaches full precision in nearly all of them", () => {
    let count = 0;
    let certified = 0;
    for (const style of ["atoms", "decimals18", "mixedDecimals", "extremePrices", "ties"] as const) {
      for (let seed = 1; seed <= 60; seed++) {
        for (const market of marketsOf(randomBook(seed, { style, whole: 0, intents: 60, tokens: 5 }))) {
          const equilibrium = findEquilibrium(market);
          count++;
          if (equilibrium.certified) certified++;
          expect(imbalance(market, equilibrium.flow), `${style} ${seed}`).to.be.lessThan(2e-2);
        }
      }
    }
    expect(certified / count).to.be.greaterThan(0.97);
  });

  it("fills at the strict prices nobody beyond its limit", () => {
    for (let seed = 1; seed <= 60; seed++) {
      for (const market of marketsOf(randomBook(seed, { style: "decimals18", whole: 0, intents: 40 }))) {
        const { strictPrices, fill } = findEquilibrium(market);
        for (let k = 0; k < market.count; k++) {
          if (at(fill, k) === 0) continue;
          expect(
            at(strictPrices, at(market.sell, k)) / at(strictPrices, at(market.buy, k)),
          ).to.be.greaterThan(at(market.limit, k));
        }
      }
    }
  });
});

describe("pricesWithoutTrade", () => {
  it("finds prices at which nobody is within its limit exactly when no limits cross", () => {
    const apart = marketWith([sells("a", 100n, "X", 101n, "Y"), sells("b", 100n, "Y", 101n, "X")]);
    const meeting = marketWith([sells("a", 100n, "X", 100n, "Y"), sells("b", 100n, "Y", 100n, "X")]);
    const ring = marketWith([
      sells("a", 10n, "X", 9n, "Y"),
      sells("b", 10n, "Y", 9n, "Z"),
      sells("c", 10n, "Z", 12n, "X"),
    ]);
    const idle = pricesWithoutTrade(apart);

    expect((idle?.[0] ?? 0) / (idle?.[1] ?? 1)).to.be.within(1 / 1.01, 1.01);
    expect(pricesWithoutTrade(meeting)).to.equal(undefined);
    expect(pricesWithoutTrade(ring)).to.equal(undefined);
  });
});
