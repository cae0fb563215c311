import { expect } from "chai";
import { bookOf, random, sells, whole } from "../test/support.ts";
import type { Part } from "./parts.ts";
import { split } from "./parts.ts";
import { integerPrices, MARGIN_UNIT, roundFloatPrices } from "./prices.ts";
import { screen } from "./screen.ts";
import type { BookIntent } from "./types.ts";

const E = 10n ** 18n;

function partOf(intents: readonly BookIntent[]): Part {
  const [part] = split(screen(bookOf(intents)).candidates).parts;
  if (part === undefined) throw new Error("no part");
  return part;
}

describe("integerPrices", () => {
  it("makes a tight limit the price exactly, or better by the margin", () => {
    const part = partOf([sells("a", 7n * E, "X", 5n * E, "Y"), sells("b", 9n * E, "Y", 1n, "X")]);
    const guess = Float64Array.from([1, 1]);
    const tight = part.members.findIndex((member) => member.intent.id === "a");
    const { sell, buy } = part.members[tight] ?? { sell: 0, buy: 1 };
    const exact =
      integerPrices(part, { guess, tight: [{ member: tight, margin: 0n }], fixed: [], linked: [] }) ?? [];
    const better =
      integerPrices(part, {
        guess,
        tight: [{ member: tight, margin: MARGIN_UNIT / 1000n }],
        fixed: [],
        linked: [],
      }) ?? [];

    expect((exact[sell] ?? 0n) * 7n).to.equal((exact[buy] ?? 0n) * 5n);
    expect((Number(better[sell]) / Number(better[buy])) * 1.4).to.be.closeTo(1.001, 1e-6);
  });

  it("balances whole fills exactly where the integers fit", () => {
    const part = partOf([
      whole(sells("a", 100n * E, "X", 1n, "Y")),
      whole(sells("b", 210n * E, "Y", 1n, "Z")),
      whole(sells("c", 30n * E, "Z", 1n, "X")),
    ]);
    const fixed = part.members.map(({ sell, buy, cap }) => ({
      from: sell,
      to: buy,
      priced: sell,
      amount: cap,
    }));
    const prices =
      integerPrices(part, { guess: Float64Array.from([1, 1, 1]), tight: [], fixed, linked: [] }) ?? [];
    const values = part.members.map(({ sell, cap }) => cap * (prices[sell] ?? 0n));

    expect(new Set(values).size).to.equal(1);
  });

  it("keeps prices in [1, 2^128) and every dear token exact against the cheapest, however far apart", () => {
    for (let seed = 1; seed <= 300; seed++) {
      const u = random(seed);
      const floats = Float64Array.from({ length: 2 + Math.floor(u() * 6) }, () => 10 ** (-17 + 34 * u()));
      const prices = roundFloatPrices(floats) ?? [];
      expect(prices.length).to.equal(floats.length);
      const least = floats.indexOf(Math.min(...floats));
      prices.forEach((price, t) => {
        expect(price >= 1n && price < 2n ** 128n, `seed ${seed}`).to.equal(true);
        const ratio = (floats[t] ?? 0) / (floats[least] ?? 1);
        expect(Number(price) / Number(prices[least]) / ratio, `seed ${seed}`).to.be.closeTo(
          1,
          Math.max(1e-12, 0.6 / ratio),
        );
      });
    }
  });

  it("refuses prices that no integers of 128 bits can tell apart, and what is no number", () => {
    expect(roundFloatPrices(Float64Array.from([1e-30, 1e30]))).to.equal(undefined);
    expect(roundFloatPrices(Float64Array.from([1, NaN]))).to.equal(undefined);
    expect(roundFloatPrices(Float64Array.from([1, 0]))).to.equal(undefined);
  });
});
