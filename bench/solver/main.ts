/**
 * `npm run bench:solver`: how fast and how well books are cleared, beside Tâtonnement with a linear program. Prints the
 * table and the goals, writes bench/results/solver.json and docs/pictures/solver*.svg. `-- quick` leaves out the largest books
 * and most of the random ones, and writes nothing. `-- --books FOLDER` clears the recorded books of a folder, too.
 */
import { execFileSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { LegacyHighs } from "highs/legacy-types";
import { Books } from "../../packages/solver/src/engine/books.ts";
import { clearBooks, type ClearOptions } from "../../packages/solver/src/engine/clear.ts";
import type { Columns } from "../../packages/solver/src/engine/columns.ts";
import { sectionsOf } from "../../packages/solver/src/engine/sections.ts";
import { sketchOf } from "../../packages/solver/src/engine/sketch.ts";
import { FAMILIES, makeFamily, randomFrom } from "../../packages/solver/test/families.ts";
import { measureEventLoop } from "./eventLoop.ts";
import { measureFillOrKill } from "./fok.ts";
import { type Goal, goalsOf, printGoals } from "./goals.ts";
import { audit, auditClearing, fillsByPriority, least, type SolverRow } from "./measure.ts";
import { drawTimes, drawUpdates, type UpdateRow } from "./picture.ts";
import { measureRealBooks } from "./realBooks.ts";
import { EPSILON, linearProgram, tatonnement } from "./reference.ts";

const root = join(import.meta.dirname, "../..");
const { values, positionals } = parseArgs({ options: { books: { type: "string" } }, allowPositionals: true });
const isQuick = positionals.includes("quick");
/** The reference is not run on books larger than this. */
const LARGEST_REFERENCE = 1_000_000;
const CHANGES = 1000;
const UPDATES = 8;

const sizes = (isQuick ? [1000, 10_000, 100_000] : [1000, 10_000, 100_000, 1_000_000, 5_000_000]).flatMap(
  (intents) => [10, 20, 50].map((tokens) => ({ tokens, intents })),
);

const highs = await loadHighs();
const rows: SolverRow[] = [];
const updates: UpdateRow[] = [];
for (const { tokens, intents } of sizes) {
  measureInstance("market", makeFamily("market", tokens, intents, 1), true);
}
for (const family of FAMILIES) {
  if (family !== "market") measureInstance(family, makeFamily(family, 20, 20_000, 1), true);
}
rows.push(...measureRealBooks(values.books), ...(await measureFillOrKill(highs)));
const random = certifyRandomBooks(isQuick ? 200 : 2000);
const coldMs = { smooth: firstCall("smooth"), exact: firstCall("exact") };

const eventLoopMs = await measureEventLoop();

console.table(rows.map(({ pricesMs: _, programMs: __, ...row }) => row));
const goals: Goal[] = goalsOf(rows, updates, random, { coldMs, eventLoopMs });
printGoals(goals);
if (!isQuick) {
  const pictures = join(root, "docs/pictures");
  await mkdir(pictures, { recursive: true });
  await writeFile(join(pictures, "solver.svg"), await drawTimes(rows));
  await writeFile(join(pictures, "solver-updates.svg"), await drawUpdates(updates));
  const results = join(root, "bench/results/solver.json");
  await writeFile(
    results,
    `${JSON.stringify({ rows, updates, random, coldMs, eventLoopMs, goals }, undefined, 2)}\n`,
  );
  console.log(`Written to ${results}`);
}

/** Measures one book: the engine from guessed and from known prices, after an update, and the reference. */
function measureInstance(instance: string, columns: Columns, withReference: boolean): void {
  const intents = columns.limit.length;
  const { tokens } = columns;
  const begun = performance.now();
  const books = Books.from(columns);
  sketchOf(books);
  const buildMs = performance.now() - begun;
  const runs = intents >= 1_000_000 ? 7 : intents >= 100_000 ? 12 : 40;
  const first = clearBooks(books);
  // What the last batch's prices look like: right but for one part in a thousand.
  const { normal } = randomFrom(7);
  const known = first.prices.map((price) => price * Math.exp(1e-3 * normal()));
  const cases: [SolverRow["method"], SolverRow["start"], ClearOptions][] = [
    ["smooth", "cold", { quality: "smooth" }],
    ["smooth", "warm", { quality: "smooth", start: known }],
    ["exact", "cold", {}],
    ["exact", "warm", { start: known }],
  ];
  for (const [method, start, options] of cases) {
    const { ms, result } = least(runs, () => clearBooks(books, options));
    const { certified } = result;
    rows.push({
      ...{ instance, tokens, intents, method, start, buildMs, solveMs: ms, certified },
      ...auditClearing(columns, books, result),
    });
  }
  if (withReference && intents <= LARGEST_REFERENCE)
    rows.push(measureReference(instance, columns, books, buildMs));
  if (instance === "market" && tokens === 50)
    updates.push({ intents, updateMs: measureUpdate(columns, books) });
  console.error(`${instance} ${tokens}/${intents} done`);
}

function measureReference(instance: string, columns: Columns, books: Books, buildMs: number): SolverRow {
  const runs = columns.limit.length >= 1_000_000 ? 1 : 2;
  const sold = new Map<number, number>();
  const prices = new Float64Array(columns.tokens).fill(1);
  let [pricesMs, programMs, converged] = [0, 0, true];
  for (const section of sectionsOf(books)) {
    const found = least(runs, () => tatonnement(books, section)).result;
    const program = least(runs, () => linearProgram(highs, books, section, found.prices)).result;
    pricesMs += found.ms;
    programMs += program.ms;
    converged &&= found.converged;
    section.tokens.forEach((token, t) => (prices[token] = found.prices[t] ?? 1));
    section.books.forEach((book, k) => sold.set(book, program.sold[k] ?? 0));
  }
  const { gap, violations } = audit(columns, prices, fillsByPriority(books, sold), 2 * EPSILON);
  return {
    ...{
      instance,
      tokens: columns.tokens,
      intents: columns.limit.length,
      method: "tatonnement",
      start: "cold",
    },
    ...{ buildMs, solveMs: pricesMs + programMs, gap, certified: false, violations },
    ...{ pricesMs, programMs, converged },
  };
}

/** The least time of a thousand removals and a thousand inserts, spread over the books. */
function measureUpdate(columns: Columns, books: Books): number {
  const { uniform } = randomFrom(3);
  const count = columns.limit.length;
  // Nobody leaves twice, and who comes is new.
  const gone = new Set<number>();
  const changes = Array.from({ length: UPDATES }, () => {
    const ids: number[] = [];
    while (ids.length < Math.min(CHANGES, count / (2 * UPDATES))) {
      const id = Math.floor(uniform() * count);
      if (!gone.has(id)) ids.push(id);
      gone.add(id);
    }
    return ids;
  });
  let next = count;
  return least(UPDATES, () => {
    const ids = changes.pop() ?? [];
    for (const id of ids)
      books.remove(id, columns.sell[id] ?? 0, columns.buy[id] ?? 0, columns.limit[id] ?? 0);
    for (const id of ids) {
      const [sell, buy] = [columns.sell[id] ?? 0, columns.buy[id] ?? 0];
      books.insert(next++, sell, buy, columns.amount[id] ?? 0, columns.limit[id] ?? 0);
    }
  }).ms;
}

/** How many random books over all families are certified; none may fail. */
function certifyRandomBooks(count: number): { books: number; certified: number; worstGap: number } {
  let certified = 0;
  let worstGap = 0;
  const shapes = [
    [2, 20],
    [3, 50],
    [5, 200],
    [10, 100],
    [10, 1000],
    [20, 2000],
    [50, 5000],
  ] as const;
  for (let i = 0; i < count; i++) {
    const family = FAMILIES[i % FAMILIES.length] ?? "market";
    const [tokens, intents] = shapes[Math.floor(i / FAMILIES.length) % shapes.length] ?? [5, 200];
    const columns = makeFamily(family, tokens, intents, 1000 + i);
    const books = Books.from(columns);
    const clearing = clearBooks(books);
    if (clearing.certified) certified++;
    else worstGap = Math.max(worstGap, auditClearing(columns, books, clearing).gap ?? 0);
  }
  return { books: count, certified, worstGap };
}

/** The first call of a fresh process, in milliseconds: the least of three processes. */
function firstCall(quality: string): number {
  const program = join(import.meta.dirname, "cold.ts");
  const times = [1, 2, 3].map(() =>
    Number(execFileSync(process.execPath, [program, "50", "100000", quality], { encoding: "utf8" })),
  );
  return Math.min(...times);
}

async function loadHighs(): Promise<LegacyHighs> {
  const { default: load }: { default: unknown } = await import("highs");
  if (!isLoader(load)) throw new TypeError("the package highs has no loader");
  return load();
}

function isLoader(value: unknown): value is () => Promise<LegacyHighs> {
  return typeof value === "function";
}
