/** What the bench is to reach, and whether it does. */
import type { SolverRow } from "./measure.ts";
import type { UpdateRow } from "./picture.ts";

/** One goal: measured and wanted in the same unit. */
export interface Goal {
  readonly goal: string;
  readonly wanted: string;
  readonly measured: number | null;
  readonly isMet: boolean;
}

/** How many random books were certified. */
export interface RandomBooks {
  readonly books: number;
  readonly certified: number;
  readonly worstGap: number;
}

/** What is measured once, in milliseconds. */
export interface Single {
  readonly coldMs: { readonly smooth: number; readonly exact: number };
  readonly eventLoopMs: number;
}

/** All goals; `null` is measured where the run left the instance out. */
export function goalsOf(
  rows: readonly SolverRow[],
  updates: readonly UpdateRow[],
  random: RandomBooks,
  { coldMs, eventLoopMs }: Single,
): Goal[] {
  const ms = (tokens: number, intents: number, method: string, start: string): number | undefined =>
    rows.find(
      (row) =>
        row.instance === "market" &&
        row.tokens === tokens &&
        row.intents === intents &&
        row.method === method &&
        row.start === start,
    )?.solveMs;
  const atMost = (goal: string, most: number, measured: number | undefined, unit = "ms"): Goal => ({
    goal,
    wanted: `<= ${most} ${unit}`,
    measured: measured ?? null,
    isMet: measured !== undefined && measured <= most,
  });
  const ratios = [100_000, 1_000_000].map((intents): Goal => {
    const reference = ms(50, intents, "tatonnement", "cold");
    const own = ms(50, intents, "smooth", "cold");
    const ratio = reference === undefined || own === undefined ? null : reference / own;
    return {
      goal: `reference over smooth from guessed prices, 50 tokens, ${intents.toLocaleString("en")} intents`,
      wanted: ">= 30 times",
      measured: ratio,
      isMet: ratio !== null && ratio >= 30,
    };
  });
  const share = random.certified / random.books;
  const whole = rows.filter((row) => row.instance.startsWith("fill-or-kill"));
  const broken = rows.filter((row) => row.method !== "tatonnement" && row.violations > 0).length;
  return [
    atMost("smooth, 50 tokens, 1,000,000 intents, warm", 3, ms(50, 1_000_000, "smooth", "warm")),
    atMost("exact, 50 tokens, 1,000,000 intents, warm", 50, ms(50, 1_000_000, "exact", "warm")),
    atMost("exact, 50 tokens, 1,000,000 intents, cold", 50, ms(50, 1_000_000, "exact", "cold")),
    atMost("smooth, 50 tokens, 5,000,000 intents, warm", 8, ms(50, 5_000_000, "smooth", "warm")),
    atMost("exact, 50 tokens, 5,000,000 intents, warm", 100, ms(50, 5_000_000, "exact", "warm")),
    atMost("exact, 10 tokens, 1,000 intents, warm", 1, ms(10, 1000, "exact", "warm")),
    atMost("first call of a process, smooth, 50 tokens, 100,000 intents", 40, coldMs.smooth),
    atMost("first call of a process, exact, 50 tokens, 100,000 intents", 40, coldMs.exact),
    atMost(
      "1,000 inserts and 1,000 removals in 1,000,000 intents",
      5,
      updates.find(({ intents }) => intents === 1_000_000)?.updateMs,
    ),
    atMost("the keeper's event loop held during a solve of 20,000 intents", 20, eventLoopMs),
    ...ratios,
    {
      goal: `certified of ${random.books} random books`,
      wanted: ">= 99.5 %",
      measured: 100 * share,
      isMet: share >= 0.995,
    },
    atMost("rows with a broken limit or a token out of balance", 0, broken, "rows"),
    atMost(
      "fill-or-kill in a second, missed of the best choice at the equilibrium's prices, the worst of the books",
      1,
      Math.max(...whole.map((row) => 100 * (row.missedAtFixedPrices ?? 1))),
      "%",
    ),
    atMost(
      "the same, missed of what is proven to bound any batch, the median of the books",
      1,
      median(whole.map((row) => 100 * (row.gap ?? 1))),
      "%",
    ),
    ...rows
      .filter((row) => row.instance.startsWith("gpv1"))
      .map((row) => atMost(`recorded book ${row.instance}, whole solver`, 50, row.solveMs)),
  ];
}

function median(values: readonly number[]): number | undefined {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

/** Prints the goals as a table. */
export function printGoals(goals: readonly Goal[]): void {
  console.table(
    goals.map(({ goal, wanted, measured, isMet }) => ({
      goal,
      wanted,
      measured: measured === null ? "not run" : Number(measured.toPrecision(3)),
      met: measured === null ? "-" : isMet ? "yes" : "no",
    })),
  );
}
