/** How the bench measures: time, what an answer leaves unrealised, and what is wrong with it. */
import type { Books } from "../../packages/solver/src/engine/books.ts";
import type { Clearing } from "../../packages/solver/src/engine/clearing.ts";
import type { Columns } from "../../packages/solver/src/engine/columns.ts";

/** One line of the bench. Times in milliseconds, each the least of several runs. */
export interface SolverRow {
  readonly instance: string;
  readonly tokens: number;
  readonly intents: number;
  /** "smooth" and "exact" are the engine's; "tatonnement" is the reference with its linear program; "fok" is fill-or-kill. */
  readonly method: "smooth" | "exact" | "tatonnement" | "fok";
  /** Whether prices of a similar book were known. */
  readonly start: "cold" | "warm";
  readonly buildMs: number;
  readonly solveMs: number;
  /** Share of the gains from trade at the answer's prices that it leaves unrealised; `null` where there are none. */
  readonly gap: number | null;
  readonly certified: boolean;
  /** Intents that trade below their limit, and tokens that do not balance to a millionth. */
  readonly violations: number;
  /** For the reference: how its time splits, and whether its prices converged in ten seconds. */
  readonly pricesMs?: number;
  readonly programMs?: number;
  readonly converged?: boolean;
  /**
   * For fill-or-kill: the share by which the answer is worth less than the best choice at the equilibrium's prices, which HiGHS
   * finds to its end; negative where it is worth more. `gap` is against a proven bound that no prices reach.
   */
  readonly missedAtFixedPrices?: number | null;
}

/** The least time of several runs, and what the last returned. */
export function least<T>(runs: number, task: () => T): { ms: number; result: T } {
  let begun = performance.now();
  let result = task();
  let ms = performance.now() - begun;
  for (let i = 1; i < runs; i++) {
    begun = performance.now();
    result = task();
    ms = Math.min(ms, performance.now() - begun);
  }
  return { ms, result };
}

/** What an answer leaves unrealised and what is wrong with it, intent by intent. */
export interface Audit {
  readonly gap: number | null;
  readonly violations: number;
}

/** Share by which a limit may be missed, and a token be out of balance. */
const LIMIT = 1e-11;
const BALANCE = 1e-6;
/** Precision to which HiGHS solves the linear program. */
const PROGRAM_ROUNDING = 1e-6;

/**
 * Goes through all intents at the prices and fills of an answer.
 *
 * @param balance share of its turnover by which a token may be out of balance
 */
export function audit(
  columns: Columns,
  prices: Float64Array,
  fillOf: (sell: number, buy: number, limit: number) => number,
  balance = BALANCE,
): Audit {
  const off = new Float64Array(columns.tokens);
  const turnover = new Float64Array(columns.tokens);
  let realised = 0;
  let missed = 0;
  let violations = 0;
  for (let id = 0; id < columns.limit.length; id++) {
    const a = columns.sell[id] ?? 0;
    const b = columns.buy[id] ?? 0;
    const limit = columns.limit[id] ?? 0;
    const [pa, pb] = [prices[a] ?? 0, prices[b] ?? 0];
    const amount = columns.amount[id] ?? 0;
    const fill = fillOf(a, b, limit);
    const gain = amount * (pa - limit * pb);
    if (fill > 0 && limit * pb > pa * (1 + LIMIT)) violations++;
    if (gain > 0) {
      realised += fill * gain;
      missed += (1 - fill) * gain;
    }
    const value = fill * amount * pa;
    off[a] = (off[a] ?? 0) + value;
    off[b] = (off[b] ?? 0) - value;
    turnover[a] = (turnover[a] ?? 0) + value;
    turnover[b] = (turnover[b] ?? 0) + value;
  }
  // Not `>`: what is no number is a violation too.
  off.forEach((value, t) => {
    if (!(Math.abs(value) <= balance * (turnover[t] ?? 0))) violations++;
  });
  return { gap: realised + missed > 0 ? missed / (realised + missed) : null, violations };
}

/** The audit of an answer of the engine. */
export function auditClearing(columns: Columns, books: Books, clearing: Clearing): Audit {
  const isTraded = new Set(clearing.sections.flatMap(({ section }) => [...section.books]));
  const within: Columns = keepBooks(columns, books, isTraded);
  return audit(within, clearing.prices, (sell, buy, limit) =>
    clearing.fillOf(books.bookOf(sell, buy), limit),
  );
}

/** The intents of some books: what lies in no cycle can never trade, and is nobody's loss. */
export function keepBooks(columns: Columns, books: Books, isKept: ReadonlySet<number>): Columns {
  const ids: number[] = [];
  for (let id = 0; id < columns.limit.length; id++)
    if (isKept.has(books.bookOf(columns.sell[id] ?? 0, columns.buy[id] ?? 0))) ids.push(id);
  if (ids.length === columns.limit.length) return columns;
  return {
    tokens: columns.tokens,
    sell: Uint16Array.from(ids, (id) => columns.sell[id] ?? 0),
    buy: Uint16Array.from(ids, (id) => columns.buy[id] ?? 0),
    amount: Float64Array.from(ids, (id) => columns.amount[id] ?? 0),
    limit: Float64Array.from(ids, (id) => columns.limit[id] ?? 0),
  };
}

/** Fills of the amounts that the reference sells per book: the best limits first. */
export function fillsByPriority(books: Books, sold: ReadonlyMap<number, number>) {
  return (sell: number, buy: number, limit: number): number => {
    const book = books.bookOf(sell, buy);
    const amount = sold.get(book) ?? 0;
    const upTo = books.supply(book, limit);
    const before = books.supply(book, limit * (1 - Number.EPSILON));
    if (upTo <= amount) return 1;
    // What the program gives beyond the supply at the price is its own rounding.
    if (before >= amount * (1 - PROGRAM_ROUNDING)) return 0;
    return Math.min(1, (amount - before) / (upTo - before));
  };
}
