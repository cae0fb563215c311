import { expect } from "chai";
import fc from "fast-check";
import { sells } from "../test/support.ts";
import { layTransfers } from "./transfers.ts";
import type { BookIntent, Fill } from "./types.ts";

/** Fills that sell X for A, and fills that sell A for X; only X is looked at. */
function market(
  sold: readonly bigint[],
  bought: readonly bigint[],
): { fills: Fill[]; intents: BookIntent[] } {
  const fill = (amounts: { sold: bigint; bought: bigint }): Fill => ({
    intentId: "",
    executed: 0n,
    fee: 0n,
    surplus: 0n,
    ...amounts,
  });
  return {
    fills: [
      ...sold.map((amount) => fill({ sold: amount, bought: 0n })),
      ...bought.map((amount) => fill({ sold: 0n, bought: amount })),
    ],
    intents: [
      ...sold.map((_, i) => sells(`s${i}`, 1n, "X", 1n, "A")),
      ...bought.map((_, i) => sells(`b${i}`, 1n, "A", 1n, "X")),
    ],
  };
}

describe("layTransfers", () => {
  const amounts = fc.array(fc.bigInt({ min: 1n, max: 30n }), { minLength: 1, maxLength: 12 });

  it("pays every buyer in at most sellers + buyers - 1 steps, each of which moves something", () => {
    fc.assert(
      fc.property(amounts, amounts, fc.bigInt({ min: 0n, max: 30n }), (bought, others, extra) => {
        const total = bought.reduce((a, b) => a + b, 0n);
        const before = others.reduce((a, b) => a + b, 0n);
        const sold = [...others, total > before ? total - before + extra + 1n : extra + 1n];
        const { fills, intents } = market(sold, bought);
        const owed = fills.map((fill) => fill.sold);
        const wanted = fills.map((fill) => fill.bought);
        const transfers = layTransfers(fills, intents);
        for (const [from, to] of transfers) {
          const moved = (owed[from] ?? 0n) < (wanted[to] ?? 0n) ? (owed[from] ?? 0n) : (wanted[to] ?? 0n);
          expect(moved > 0n).to.equal(true);
          owed[from] = (owed[from] ?? 0n) - moved;
          wanted[to] = (wanted[to] ?? 0n) - moved;
        }
        expect(wanted.every((left) => left === 0n)).to.equal(true);
        expect(transfers.length).to.be.lessThan(sold.length + bought.length);

        const forKeeper = owed.reduce((a, b) => a + b, 0n);
        const largest = sold.reduce((a, b) => (a > b ? a : b));
        if (forKeeper <= largest) expect(owed.filter((left) => left > 0n).length).to.be.at.most(1);
      }),
      { seed: 3, numRuns: 1000 },
    );
  });

  it("pairs equal amounts, which saves a step each", () => {
    const { fills, intents } = market([5n, 7n, 9n], [9n, 5n, 7n]);

    expect(layTransfers(fills, intents).length).to.equal(3);
  });
});
