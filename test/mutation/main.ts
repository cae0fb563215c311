/**
 * `npm run test:mutation`: changes the core contracts in every small way that the mutants know, and asks of each whether a
 * test notices. Writes results.json as it goes on, and takes up where it was while the contracts are the same.
 *
 *   npm run test:mutation                                        all of the core
 *   npm run test:mutation -- --only contracts/Settlement.sol:155 the mutants of one line, or of one file
 *   npm run test:mutation -- --quick                             leaves open what only the Solidity tests may kill
 *   npm run test:mutation -- --again                             those that had survived, once more
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { format, resolveConfig } from "prettier";
import { compile, readSources, type Effort, type Sources } from "./compile.ts";
import { differentialKiller, testKiller, type Code } from "./killers.ts";
import { findMutants, type Mutant } from "./mutants.ts";
import { noMutant, switchWord, withMutant, withSwitches } from "./schema.ts";

const core = [
  "contracts/Settlement.sol",
  "contracts/CostMeter.sol",
  "contracts/libraries/FillDecoder.sol",
  "contracts/libraries/Legs.sol",
  "contracts/libraries/SignerRecovery.sol",
  "contracts/libraries/FillMath.sol",
  "contracts/libraries/IntentHash.sol",
  "contracts/libraries/WorkingMemory.sol",
  "contracts/datafee/OptimismDataFee.sol",
  "contracts/datafee/ArbitrumDataFee.sol",
];
const settlement = "contracts/Settlement.sol";
const settlementPath = `${settlement}/Settlement`;
const wanted = { [settlement]: "Settlement" };
/** What is tested by itself, beside the settlement. */
const others = {
  "test/mocks/LibraryHarness.sol": "LibraryHarness",
  "contracts/datafee/OptimismDataFee.sol": "OptimismDataFee",
  "contracts/datafee/ArbitrumDataFee.sol": "ArbitrumDataFee",
};

/** "stillborn": does not compile. "equivalent": survives, and equivalent.json says why it may. */
type Status = "killed" | "survived" | "equivalent" | "stillborn";
type Result = { id: string; line: number; status: Status; by?: string };
type Results = { code: string; counts: Record<Status, number>; mutants: Result[] };

const resultsFile = new URL("results.json", import.meta.url);
const equivalentFile = new URL("equivalent.json", import.meta.url);

const { values: options } = parseArgs({
  options: { only: { type: "string" }, quick: { type: "boolean" }, again: { type: "boolean" } },
});
const [onlyFile, onlyLine] = options.only?.split(":") ?? [];

const sources = readSources(settlement, ...Object.keys(others));
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

/** So many batches show whether switches that are off change anything. */
const switchCheck = 40;

const differential = await differentialKiller(3, 100);
const unchanged: Code = compileAll(sources) ?? new Map<string, string>();
const tests = testKiller();
try {
  await checkUnchanged();
  const groups = [...Map.groupBy(due, ({ file, scope }) => `${file} ${scope}`).values()];
  // Constants take a compilation each, so they come last.
  groups.sort((a, b) => Number(isConstant(a[0])) - Number(isConstant(b[0])));
  for (const group of groups) {
    await tryGroup(group);
  }
  await save();
} finally {
  tests.close();
}
summarise();

/** All the killers must leave the contracts alone as they are, compiled as mutants are. */
async function checkUnchanged(): Promise<void> {
  const killed =
    (await differential(unchanged.get(settlementPath) ?? "")) ??
    (await tests.killQuick(unchanged)) ??
    (options.quick === true ? null : await tests.kill(compileAll(sources, "deployed") ?? unchanged));
  if (killed !== null) throw new Error(`The contracts as they are do not pass: ${killed}`);
}

/** Mutants of one function, compiled at once; where that does not work, half of them at a time. */
async function tryGroup(group: readonly Mutant[]): Promise<void> {
  const [first] = group;
  if (first === undefined) return;
  const source = sources.get(first.file) ?? "";
  const bytecode = await compileSwitches(source, first, group);
  if (bytecode !== null) {
    for (const [index, mutant] of group.entries()) {
      await judge(mutant, new Map([[settlementPath, switched(bytecode, index)]]));
    }
  } else if (group.length > 1) {
    await tryGroup(group.slice(0, group.length >> 1));
    await tryGroup(group.slice(group.length >> 1));
  } else {
    const alone = compileAll(withFile(first.file, withMutant(source, first)));
    if (alone === null) note(first, { status: "stillborn" });
    else await judge(first, alone);
  }
}

/**
 * The code with all of the group in it; null if it does not compile, or does not do as before: switches take variables,
 * and those for which there is no room on the stack take memory below the places that the contract knows.
 */
async function compileSwitches(
  source: string,
  first: Mutant,
  group: readonly Mutant[],
): Promise<string | null> {
  if (isConstant(first) || !partOfSettlement.has(first.file)) return null;
  const compiled = compile(withFile(first.file, withSwitches(source, group)), wanted);
  if (compiled.errors.length > 0) return null;
  const bytecode = compiled.bytecode(settlement, "Settlement");
  const wrong = await differential(switched(bytecode, noMutant), switchCheck);
  return wrong === null ? bytecode : null;
}

/** A constant has to be one when it is compiled, so there can be no switch in it. */
function isConstant(mutant: Mutant | undefined): boolean {
  if (mutant === undefined) return false;
  return !(sources.get(mutant.file) ?? "").includes(`function ${mutant.scope.split(" ")[0] ?? ""}(`);
}

/** The code with this number in place of the switch. */
function switched(bytecode: string, index: number): string {
  return bytecode.replaceAll(switchWord, index.toString(16).padStart(64, "0"));
}

function withFile(file: string, content: string): Sources {
  return new Map(sources).set(file, content);
}

async function judge(mutant: Mutant, code: Code): Promise<void> {
  const reason = equivalent.get(mutant.id);
  const isCompared = partOfSettlement.has(mutant.file);
  const by =
    (isCompared ? await differential(code.get(settlementPath) ?? "") : null) ??
    (reason === undefined ? await judgeByTests(mutant, code) : null);
  if (by !== null) note(mutant, { status: "killed", by });
  // A quick run leaves open what the other tests might say.
  else if (options.quick === true && reason === undefined) console.log(`open       ${mutant.id}`);
  else note(mutant, { status: reason === undefined ? "survived" : "equivalent" });
  await save();
}

/** By the tests of metered fees, and then by all, as it would be deployed: without switches, in the libraries' own tests. */
async function judgeByTests(mutant: Mutant, code: Code): Promise<string | null> {
  const by = isMetered(mutant) ? await tests.killQuick(new Map([...unchanged, ...code])) : null;
  if (by !== null || options.quick === true) return by;
  const source = sources.get(mutant.file) ?? "";
  const alone = compileAll(withFile(mutant.file, withMutant(source, mutant)), "deployed");
  return tests.kill(alone ?? code);
}

/** Whether it is likely that the tests of metered fees say something. */
function isMetered({ file, scope }: Mutant): boolean {
  return (
    !file.includes("/libraries/") &&
    /cost|claim|fee|fresh|meter|settle |quote|_GAS|_BYTES/i.test(`${file} ${scope}`)
  );
}

function compileAll(all: Sources, effort: Effort = "quick"): Code | null {
  const contracts = { ...wanted, ...others };
  const { errors, bytecode } = compile(all, contracts, effort);
  if (errors.length > 0) return null;
  return new Map(
    Object.entries(contracts).map(([file, name]) => [`${file}/${name}`, bytecode(file, name)] as const),
  );
}

function note({ id, line }: Mutant, outcome: { status: Status; by?: string }): void {
  results.set(id, { id, line, ...outcome });
  console.log(
    `${outcome.status.padEnd(10)} ${id}${outcome.by === undefined ? "" : `\n           by ${outcome.by}`}`,
  );
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
  // What has survived and got a reason since is judged anew.
  const valid = earlier.mutants.filter(({ id, status }) => status !== "survived" || !equivalent.has(id));
  const lines = new Map(mutants.map(({ id, line }) => [id, line]));
  return new Map(
    valid.map((result) => [result.id, { ...result, line: lines.get(result.id) ?? result.line }]),
  );
}

function readReasons(): Map<string, string> {
  const file = JSON.parse(readFileSync(equivalentFile, "utf8")) as Record<string, string[]>;
  return new Map(Object.entries(file).flatMap(([reason, ids]) => ids.map((id) => [id, reason])));
}

function count(): Record<Status, number> {
  const counts = { killed: 0, survived: 0, equivalent: 0, stillborn: 0 };
  for (const { status } of results.values()) counts[status]++;
  return counts;
}

async function save(): Promise<void> {
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
