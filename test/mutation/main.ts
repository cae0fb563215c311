/**
 * `npm run test:mutation`: changes the core contracts in every small way that the mutants know, and asks of each whether a
 * test notices. Random batches against the reference come first, as they take milliseconds; what they leave open is put to
 * the other tests. Writes results.json as it goes on, and takes up where it was while the contracts are the same.
 *
 *   npm run test:mutation                                        all of the core
 *   npm run test:mutation -- --only contracts/Settlement.sol:155 the mutants of one line, or of one file
 *   npm run test:mutation -- --quick                             only random batches, the rest is left open
 *   npm run test:mutation -- --again                             those that had survived, once more
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { format, resolveConfig } from "prettier";
import { compile, readSources, type Sources } from "./compile.ts";
import { differentialKiller, testKiller, type Failure, type TestKiller } from "./killers.ts";
import { findMutants, type Mutant } from "./mutants.ts";
import { withConstantSwitches } from "./constants.ts";
import { compileAll, core, coreSources, settlement, settlementPath, wanted, type Code } from "./core.ts";
import { noMutant, switchWord, withMutant, withSwitches } from "./schema.ts";

/** So many batches show whether switches that are off change anything. */
const switchCheck = 40;

/** Milliseconds between writes of the results. */
const savePause = 10_000;

/**
 * "open": random batches have not killed it, nothing else has tried. "stillborn": does not compile. "equivalent": survives
 * random batches, and equivalent.json says why it may.
 */
type Status = "killed" | "open" | "survived" | "equivalent" | "stillborn";
type Outcome = { status: Status; by?: string };
type Result = { id: string; line: number } & Outcome;
type Results = { code: string; counts: Record<Status, number>; mutants: Result[] };

const resultsFile = new URL("results.json", import.meta.url);
const equivalentFile = new URL("equivalent.json", import.meta.url);

const { values: options } = parseArgs({
  options: { only: { type: "string" }, quick: { type: "boolean" }, again: { type: "boolean" } },
});
const [onlyFile, onlyLine] = options.only?.split(":") ?? [];

const sources = coreSources();
const partOfSettlement = readSources(settlement);
const trees = compile(sources, {});
const code = createHash("sha256")
  .update(core.map((file) => withoutComments(sources.get(file) ?? "")).join())
  .digest("hex");
const mutants = core
  .filter((file) => sources.has(file))
  .flatMap((file) => findMutants(file, sources.get(file) ?? "", trees.ast(file)));
const equivalent = readReasons();
const results = readResults();

const due = mutants.filter(({ id, file, line }) => {
  if (onlyFile !== undefined)
    return file === onlyFile && (onlyLine === undefined || line === Number(onlyLine));
  const known = results.get(id);
  return known === undefined || (options.again === true && known.status === "survived");
});
console.log(`${mutants.length} mutants, ${due.length} to try`);

let lastSaved = 0;

const differential = await differentialKiller(2, 100);
const unchanged: Code = compileAll(sources) ?? new Map<string, string>();
const killed = await differential(unchanged.get(settlementPath) ?? "");
if (killed !== null) throw new Error(`The contracts as they are do not pass: ${killed}`);
for (const group of Map.groupBy(due, (mutant) => `${mutant.file} ${mutant.isConstant}`).values()) {
  await compareGroup(group);
}

if (options.quick !== true) await testOpen();
await save(0);
summarise();

/* RANDOM BATCHES */

/**
 * Mutants of one file, compiled at once, but for those that do not fit in between the others; these one function at a time,
 * and where that does not work, half of them at a time.
 */
async function compareGroup(group: readonly Mutant[]): Promise<void> {
  const [first] = group;
  if (first === undefined) return;
  if (!partOfSettlement.has(first.file)) {
    for (const mutant of group) note(mutant, { status: "open" });
    return;
  }
  const fitting = leaveOutMisfits(group);
  const bytecode = await compileSwitches(fitting);
  if (bytecode !== null) {
    for (const [index, mutant] of fitting.entries()) await compare(mutant, switched(bytecode, index));
    await compareParts(group.filter((mutant) => !fitting.includes(mutant)));
  } else if (group.length > 1) {
    await compareParts(group);
  } else {
    const alone = compile(withFile(first.file, withMutant(sources.get(first.file) ?? "", first)), wanted);
    if (alone.errors.length > 0) note(first, { status: "stillborn" });
    else await compare(first, alone.bytecode(settlement, "Settlement"));
  }
}

async function compareParts(group: readonly Mutant[]): Promise<void> {
  const functions = [...Map.groupBy(group, ({ scope }) => scope).values()];
  const half = group.length >> 1;
  const isSplit = functions.length > 1 || half === 0;
  for (const part of isSplit ? functions : [group.slice(0, half), group.slice(half)])
    await compareGroup(part);
}

async function compare(mutant: Mutant, bytecode: string): Promise<void> {
  const by = await differential(bytecode, equivalent.has(mutant.id) ? switchCheck : Infinity);
  note(mutant, by === null ? { status: "open" } : { status: "killed", by });
  await save();
}

/** Without those in whose lines, or in whose functions, the compiler finds something wrong when all are there. */
function leaveOutMisfits(group: readonly Mutant[]): readonly Mutant[] {
  let fitting = group;
  for (;;) {
    const { errors } = compile(sourcesWithSwitches(fitting), wanted, "checked");
    const lines = errors.map((error) => /--> (\S+?):(\d+):/.exec(error));
    const isFaulty = ({ file, line, scope, start, end }: Mutant): boolean =>
      lines.some((match) => {
        if (match?.[1] !== file) return false;
        const wrong = Number(match[2]);
        const extent = lineCount(file, start, end);
        return (wrong >= line && wrong <= line + extent) || wrong === lineOf(file, scope);
      });
    const rest = fitting.filter((mutant) => !isFaulty(mutant));
    if (rest.length === fitting.length) return fitting;
    fitting = rest;
  }
}

/** How many lines end between two places. */
function lineCount(file: string, start: number, end: number): number {
  return (
    Buffer.from(sources.get(file) ?? "")
      .subarray(start, end)
      .toString()
      .split("\n").length - 1
  );
}

/** Where a function begins. */
function lineOf(file: string, scope: string): number {
  return lineCount(file, 0, Number(scope.split(" ")[1]?.split(":")[0])) + 1;
}

/** @param group of one file, of constants or not */
function sourcesWithSwitches(group: readonly Mutant[]): Sources {
  const [first] = group;
  if (first === undefined) return sources;
  if (first.isConstant) return withConstantSwitches(sources, group, trees);
  return withFile(first.file, withSwitches(sources.get(first.file) ?? "", group));
}

/**
 * The code with all of the group in it; null if it does not compile, or does not do as before: switches take variables,
 * and those for which there is no room on the stack take memory below the places that the contract knows.
 */
async function compileSwitches(group: readonly Mutant[]): Promise<string | null> {
  if (group.length === 0) return null;
  const compiled = compile(sourcesWithSwitches(group), wanted);
  if (compiled.errors.length > 0) return null;
  const bytecode = compiled.bytecode(settlement, "Settlement");
  const wrong = await differential(switched(bytecode, noMutant), switchCheck);
  return wrong === null ? bytecode : null;
}

/** The code with this number in place of the switch. */
function switched(bytecode: string, index: number): string {
  return bytecode.replaceAll(switchWord, index.toString(16).padStart(64, "0"));
}

function withFile(file: string, content: string): Sources {
  return new Map(sources).set(file, content);
}

/* THE OTHER TESTS */

/** Puts to the tests what random batches have left open, unless there is a reason why nothing can tell it. */
async function testOpen(): Promise<void> {
  const open = mutants.filter(({ id }) => results.get(id)?.status === "open");
  for (const mutant of open) if (equivalent.has(mutant.id)) note(mutant, { status: "equivalent" });
  const rest = open.filter(({ id }) => !equivalent.has(id));
  if (rest.length === 0) return;
  const tests = await testKiller(unchanged);
  try {
    for (const group of Map.groupBy(rest, ({ file, isConstant }) => `${file} ${isConstant}`).values()) {
      await testGroup(tests, group);
    }
  } finally {
    tests.close();
  }
}

/** As far as it goes with switches, which are compiled once for the file; else compiled alone, as it would be deployed. */
async function testGroup(tests: TestKiller, group: readonly Mutant[]): Promise<void> {
  const fitting = leaveOutMisfits(group);
  const together = fitting.length === 0 ? null : compileAll(sourcesWithSwitches(fitting));
  const choose = (index: number): Code =>
    new Map([...(together ?? [])].map(([path, bytecode]) => [path, switched(bytecode, index)]));
  const trusted = new Map<string, boolean>();
  for (const mutant of group) {
    const index = fitting.indexOf(mutant);
    let failure: Failure | null = null;
    if (together !== null && index >= 0) {
      failure = await tests.quickly(choose(index), isMetered(mutant));
      // Switches may be to blame themselves.
      const key = `${failure?.file} ${failure?.name}`;
      if (failure !== null && !trusted.has(key)) {
        trusted.set(key, await tests.passes(choose(noMutant), failure));
      }
      if (trusted.get(key) !== true) failure = null;
    }
    note(mutant, await outcome(tests, mutant, failure));
    await save();
  }
}

/** @param failure by which it has been killed quickly */
async function outcome(tests: TestKiller, mutant: Mutant, failure: Failure | null): Promise<Outcome> {
  let killer = failure;
  if (killer === null) {
    const source = sources.get(mutant.file) ?? "";
    const alone = compileAll(withFile(mutant.file, withMutant(source, mutant)), "deployed");
    if (alone === null) return { status: "stillborn" };
    killer = await tests.fully(alone);
  }
  return killer === null
    ? { status: "survived" }
    : { status: "killed", by: `${killer.file}: ${killer.name}` };
}

/** Whether it is likely that the tests of metered fees say something. */
function isMetered({ file, scope }: Mutant): boolean {
  return (
    !file.includes("/libraries/") &&
    /cost|claim|fee|fresh|meter|settle |quote|_GAS|_BYTES/i.test(`${file} ${scope}`)
  );
}

function note({ id, line }: Mutant, { status, by }: Outcome): void {
  results.set(id, { id, line, status, ...(by === undefined ? {} : { by }) });
  console.log(`${status.padEnd(10)} ${id}${by === undefined ? "" : `\n           by ${by}`}`);
}

/* FILES */

/** What a source says to the compiler, so that what was judged stays valid when only words about it change. */
function withoutComments(source: string): string {
  return source
    .replace(/\/\*[^]*?\*\/|\/\/.*/g, "")
    .replace(/\s+/g, " ")
    .trim();
}

function readResults(): Map<string, Result> {
  if (!existsSync(resultsFile)) return new Map();
  const earlier = JSON.parse(readFileSync(resultsFile, "utf8")) as Results;
  if (earlier.code !== code) return new Map();
  // Random batches have tried what has survived, so that a reason that has been found since, or is no more, is enough.
  const known = earlier.mutants.map((result): Result => {
    const isReason = equivalent.has(result.id);
    const isStale = result.status === (isReason ? "survived" : "equivalent");
    return isStale ? { ...result, status: "open" } : result;
  });
  const lines = new Map(mutants.map(({ id, line }) => [id, line]));
  return new Map(
    known.map((result) => [result.id, { ...result, line: lines.get(result.id) ?? result.line }]),
  );
}

function readReasons(): Map<string, string> {
  const file = JSON.parse(readFileSync(equivalentFile, "utf8")) as Record<string, string[]>;
  return new Map(Object.entries(file).flatMap(([reason, ids]) => ids.map((id) => [id, reason])));
}

function count(): Record<Status, number> {
  const counts = { killed: 0, open: 0, survived: 0, equivalent: 0, stillborn: 0 };
  for (const { status } of results.values()) counts[status]++;
  return counts;
}

async function save(pause = savePause): Promise<void> {
  if (Date.now() - lastSaved < pause) return;
  lastSaved = Date.now();
  const written: Results = { code, counts: count(), mutants: [...results.values()] };
  const config = await resolveConfig(resultsFile);
  writeFileSync(resultsFile, await format(JSON.stringify(written), { ...config, parser: "json" }));
}

function summarise(): void {
  console.log(count());
  for (const { id, status } of results.values()) if (status === "survived") console.log(`survived   ${id}`);
  const known = new Set(mutants.map(({ id }) => id));
  for (const id of equivalent.keys())
    if (!known.has(id)) console.log(`no such mutant, in equivalent.json: ${id}`);
}
