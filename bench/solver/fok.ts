/**
 * How near the matcher comes to the best with fill-or-kill intents: 200 intents over ten tokens, one second. The optimum at
 * uniform prices is a bilinear program that nobody solves at this size, so it is measured from both sides, each by HiGHS without a time limit:
 * `missedAtFixedPrices` is against the best choice at the prices of the equilibrium in which everybody may fill in part, a
 * batch that exists; `gap` against the best choice without uniform prices, which no batch exceeds and few come near.
 */
import type { LegacyHighs } from "highs/legacy-types";
import { solve, verifySolution, type Book, type BookIntent, type Solution } from "@walras/solver";
import { loadHighs } from "@walras/solver/highs";
import { lpText } from "../../packages/solver/src/highs.ts";
import { randomFrom } from "../../packages/solver/test/families.ts";
import type { SolverRow } from "./measure.ts";

const TOKENS = 10;
const INTENTS = 200;
/** Shares of fill-or-kill intents, and books of each. */
const SHARES = [0.2, 0.5, 0.8, 1];
const SEEDS = 3;
/** HiGHS stops when it has proven its answer to this share: of the bound, and of the choice at fixed prices, which takes it longer. */
const PROVEN = 1e-4;
const PROVEN_AT_FIXED_PRICES = 1e-3;
/** The deadline that the answer is given, so that it is there, bound and verification included, within a second. */
const DEADLINE_MS = 970;
/** What the bound is in the program's unit: numbers of a size that suits its tolerances. */
const BOUND = 1000;

/** Solves the books and gives one row for each. */
export async function measureFillOrKill(highs: LegacyHighs): Promise<SolverRow[]> {
  const mip = await loadHighs();
  const now = (): number => performance.now();
  return SHARES.flatMap((share) =>
    Array.from({ length: SEEDS }, (_, i): SolverRow => {
      const book = randomBook(i + 1, share, INTENTS);
      const begun = now();
      const solution = solve(book, { mip, deadline: { now, at: begun + DEADLINE_MS } });
      const solveMs = now() - begun;
      const violations = verifySolution(book, solution).length;
      return {
        ...{ instance: `${nameOf(share)} #${i + 1}`, tokens: TOKENS, intents: INTENTS },
        ...{ method: "fok", start: "cold", buildMs: 0, solveMs, violations },
        gap: missed(highs, book, solution),
        // Without partial fills hardly any set balances at given prices.
        missedAtFixedPrices: share < 1 ? missedAtFixedPrices(highs, book, solution) : null,
        certified: violations === 0,
      };
    }),
  );
}

/** Where all are fill-or-kill no goal is set: what can be reached is not known. */
const nameOf = (share: number): string =>
  share < 1 ? `fill-or-kill ${share * 100} %` : "nobody fills in part";

/**
 * What a solution misses at most: fill-or-kill kept, no token short, but every fill at a price of its own, and at worst its
 * limit; worth counted as the solution counts it.
 */
function missed(highs: LegacyHighs, { intents }: Book, { value }: Solution): number | null {
  const bound = Number(value.bound);
  if (bound === 0) return null;
  const units = new Map(value.certificate.map(({ token, unit }) => [token, Number(unit)]));
  const worth = (token: string, amount: bigint): number => Number(amount) * (units.get(token) ?? 0);
  const columns = intents.map(({ sellToken, buyToken, sellAmount, limitBuyAmount, partiallyFillable }) => ({
    gain: ((worth(sellToken, sellAmount) - worth(buyToken, limitBuyAmount)) / bound) * BOUND,
    least: 0,
    most: 1,
    isChoice: !partiallyFillable,
  }));
  const rows = [...units.keys()].map((token) => ({
    terms: intents.flatMap(({ sellToken, buyToken, sellAmount, limitBuyAmount }, c): [number, number][] => {
      if (sellToken === token) return [[c, worth(token, sellAmount) / bound]];
      return buyToken === token ? [[c, -worth(token, limitBuyAmount) / bound]] : [];
    }),
    least: 0,
    most: Infinity,
  }));
  const found = highs.solve(lpText({ columns, rows }), { mip_rel_gap: PROVEN, output_flag: false });
  if (found.Status !== "Optimal") return null;
  const most = found.ObjectiveValue * (1 + PROVEN);
  return 1 - ((Number(value.surplus) / bound) * BOUND) / most;
}

/**
 * What a solution misses of the best choice at the prices by which it is valued: those of the equilibrium in which everybody may
 * fill in part. What fills there balances exactly in every token; to keep that, partial fills may stop short.
 */
function missedAtFixedPrices(highs: LegacyHighs, { intents }: Book, { value }: Solution): number | null {
  const bound = Number(value.bound);
  const units = new Map(value.certificate.map(({ token, unit }) => [token, Number(unit) / bound]));
  const worth = (token: string, amount: bigint): number => Number(amount) * (units.get(token) ?? 0);
  const near = intents.flatMap(({ sellToken, buyToken, sellAmount, limitBuyAmount, partiallyFillable }) => {
    const size = worth(sellToken, sellAmount);
    const gain = (size - worth(buyToken, limitBuyAmount)) * BOUND;
    const column = { gain, least: 0, most: 1, isChoice: !partiallyFillable };
    return gain < 0 ? [] : [{ sellToken, buyToken, size, column }];
  });
  const rows = [...units.keys()].map((token) => ({
    terms: near.flatMap(({ sellToken, buyToken, size }, c): [number, number][] => {
      if (sellToken === token) return [[c, size]];
      return buyToken === token ? [[c, -size]] : [];
    }),
    least: 0,
    most: 0,
  }));
  const program = lpText({ columns: near.map(({ column }) => column), rows });
  const found = highs.solve(program, { mip_rel_gap: PROVEN_AT_FIXED_PRICES, output_flag: false });
  if (found.Status !== "Optimal") return null;
  const most = found.ObjectiveValue * (1 + PROVEN_AT_FIXED_PRICES);
  return 1 - ((Number(value.surplus) / bound) * BOUND) / most;
}

/** Sells of log-normal sizes with limits around true prices, `share` of them fill-or-kill. */
export function randomBook(seed: number, share: number, count: number): Book {
  const { uniform, normal } = randomFrom(seed);
  const address = (n: number): string => `0x${n.toString(16).padStart(40, "0")}`;
  const atoms = (value: number): bigint => BigInt(Math.floor(value * 1e18));
  const worth = Array.from({ length: TOKENS }, () => Math.exp(normal()));
  const intents = Array.from({ length: count }, (_, i): BookIntent => {
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
