/**
 * How near the matcher comes to the best with fill-or-kill intents: 200 intents over ten tokens, one second, HiGHS, against
 * the bound in which all may fill in part, so `gap` is at least what is missed of the optimum.
 */
import { loadHighs, solve, verifySolution, type Book, type BookIntent } from "@walras/solver";
import { randomFrom } from "../../packages/solver/test/families.ts";
import type { SolverRow } from "./measure.ts";

const TOKENS = 10;
const INTENTS = 200;
const TIME_MS = 1000;
/** Shares of fill-or-kill intents, and books of each. */
const SHARES = [0.2, 0.5, 0.8];
const SEEDS = 3;

/** Solves the books and gives one row for each. */
export async function measureFillOrKill(): Promise<SolverRow[]> {
  const mip = await loadHighs();
  const now = (): number => performance.now();
  return SHARES.flatMap((share) =>
    Array.from({ length: SEEDS }, (_, i): SolverRow => {
      const book = fillOrKillBook(i + 1, share);
      const begun = now();
      const solution = solve(book, { mip, deadline: { now, at: begun + TIME_MS } });
      const solveMs = now() - begun;
      const { bound, gap } = solution.value;
      const violations = verifySolution(book, solution).length;
      return {
        ...{ instance: `fill-or-kill ${share * 100} % #${i + 1}`, tokens: TOKENS, intents: INTENTS },
        ...{ method: "fok", start: "cold", buildMs: 0, solveMs, violations },
        gap: bound === 0n ? null : Number(gap) / Number(bound),
        certified: violations === 0,
      };
    }),
  );
}

/** Sells of log-normal sizes with limits around true prices, `share` of them fill-or-kill. */
function fillOrKillBook(seed: number, share: number): Book {
  const { uniform, normal } = randomFrom(seed);
  const address = (n: number): string => `0x${n.toString(16).padStart(40, "0")}`;
  const atoms = (value: number): bigint => BigInt(Math.floor(value * 1e18));
  const worth = Array.from({ length: TOKENS }, () => Math.exp(normal()));
  const intents = Array.from({ length: INTENTS }, (_, i): BookIntent => {
    const sell = Math.floor(uniform() * TOKENS);
    const buy = (sell + 1 + Math.floor(uniform() * (TOKENS - 1))) % TOKENS;
    const size = (100 * Math.exp(normal())) / (worth[sell] ?? 1);
    const limit = ((worth[sell] ?? 1) / (worth[buy] ?? 1)) * Math.exp(0.03 * (normal() - 0.3));
    const buyAmount = atoms(size * limit);
    return {
      ...{ id: `i${i}`, owner: address(5000 + i), kind: "sell", nonce: BigInt(i) },
      ...{ sellToken: address(16 + sell), buyToken: address(16 + buy) },
      ...{ sellAmount: atoms(size), buyAmount, limitBuyAmount: buyAmount },
      ...{ filled: 0n, maxFee: 0n, fee: 0n },
      partiallyFillable: uniform() >= share,
    };
  });
  const tokens = Array.from({ length: TOKENS }, (_, t) => ({ address: address(16 + t) }));
  return { tokens, intents, spendable: () => 2n ** 127n };
}
