/** Prices at which intents and pools balance, and the swaps that follow, against pools' own arithmetic. */
import { expect } from "chai";
import { bookOf, random, sells, solveChecked, token, whole } from "../../test/support.ts";
import { type Book, type ConstantProductPool, constantProductOut } from "../index.ts";
import { split } from "../parts.ts";
import { screen } from "../screen.ts";
import { closeIn } from "./closeIn.ts";
import { agentsOf } from "./ladder.ts";

const E = 10n ** 18n;
const NAMES = ["A", "B", "C", "D"];

/** Pools between every two of four tokens, all at a price of 1, and intents of which a share is fill-or-kill. */
function crowd(seed: number, count: number, share: number): Book {
  const next = random(seed);
  const atoms = (value: number): bigint => BigInt(Math.floor(value * 1e18));
  const pools = NAMES.flatMap((a, i) =>
    NAMES.slice(i + 1).map((b, j): ConstantProductPool => {
      const depth = atoms(100 + 900 * next());
      const address = `0x${(0xf000 + 16 * i + j).toString(16).padStart(40, "0")}`;
      const tokens = [token(a), token(b)] as const;
      return { kind: "constant-product", address, tokens, reserves: [depth, depth], feePerThousand: 3n };
    }),
  );
  const intents = Array.from({ length: count }, (_, i) => {
    const a = Math.floor(next() * NAMES.length);
    const b = (a + 1 + Math.floor(next() * (NAMES.length - 1))) % NAMES.length;
    const size = 5 + 20 * next();
    const asked = atoms(size * (0.9 + 0.1 * next()));
    const intent = sells(`i${i}`, atoms(size), NAMES[a] ?? "A", asked, NAMES[b] ?? "B");
    return next() < share ? whole(intent) : intent;
  });
  const references = Object.fromEntries(NAMES.map((name) => [name, E]));
  return { ...bookOf(intents, { references }), pools };
}

describe("closing in on prices with pools", () => {
  it("balances every token, each pool at its average price", () => {
    for (const seed of [1, 2, 3]) {
      const book = crowd(seed, 12, 0);
      const { parts } = split(screen(book).candidates, book.pools);
      const [part] = parts;
      if (part === undefined) throw new Error("there is no part");
      const start = {
        prices: new Float64Array(4).fill(1),
        share: new Float64Array(part.members.length).fill(1),
      };
      const balance = closeIn(part, agentsOf(part.pools), start);
      if (balance === undefined) throw new Error(`seed ${seed}: no balance`);
      const left = [...balance.gross];
      for (const [{ pool, sells: side, tokenIn, tokenOut }, value] of balance.taken) {
        left[tokenIn] = (left[tokenIn] ?? 0) - value;
        left[tokenOut] = (left[tokenOut] ?? 0) + value;
        const [priceIn, priceOut] = [balance.prices[tokenIn] ?? 1, balance.prices[tokenOut] ?? 1];
        if (pool.pool.kind !== "constant-product") continue;
        const given = constantProductOut(pool.pool, side, BigInt(Math.floor(value / priceIn)));
        expect((Number(given) * priceOut) / value).to.be.closeTo(1, 2 ** -20);
      }
      const traded = balance.gross.reduce((sum, value) => sum + Math.abs(value), 0);
      for (const value of left) expect(Math.abs(value) / traded).to.be.below(1e-8);
      expect(balance.taken.size).to.be.greaterThan(3);
    }
  });

  it("swaps on many pools also where intents fill whole or not at all", () => {
    for (const seed of [1, 2, 3, 4]) {
      const book = crowd(seed, 14, 0.5);
      const options = { searchBudget: 40 };
      const solution = solveChecked(book, options);
      const alone = solveChecked({ ...book, pools: [] }, options);
      expect(solution.swaps.length, `seed ${seed}`).to.be.greaterThan(3);
      expect(solution.value.surplus > alone.value.surplus, `seed ${seed}`).to.equal(true);
      expect(Number(solution.value.surplus) / Number(solution.value.bound), `seed ${seed}`).to.be.above(0.7);
    }
  });
});
