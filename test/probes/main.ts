/**
 * `npm run coverage`: which lines of the contracts the tests reach, and which sides of each branch, assembly included.
 * Runs the Solidity tests, and those of mocha that settle batches, on contracts with probes in them, and writes
 * test/coverage.json. Fails when a place is reached by no test, and unreached.json has no reason for it. Probes use gas, so
 * tests that count it fail here; whether tests pass is for `npm test` to say.
 */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { format, resolveConfig } from "prettier";
import { copyBuild } from "../mutation/build.ts";
import { compile } from "../mutation/compile.ts";
import { compileAll, sourcesOf, targets, type Code, type Target } from "../mutation/targets.ts";
import { asViews, instrument, probesFile, probesSource, type Probe } from "./instrument.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const resultFile = new URL("../coverage.json", import.meta.url);
const workingMemory = "contracts/libraries/WorkingMemory.sol";
// With fewer fuzz runs than `npm test`, so what it reaches is reached there, too.
const runs = [
  ["solidity", "--test-profile", "mutation"],
  ["mocha", ...targets.flatMap(({ mochaTests }) => mochaTests)],
];

type Share = { found: number; reached: number };
type FileCoverage = { lines: Share; branches: Share; unreached: Unreached[] };
/** `why` is missing where there is no reason. */
type Unreached = { line: number; place: string; why?: string };

const reasons = readReasons();
/** Of all targets; the place of a probe is its number. */
const probes: Probe[] = [];
const reached = runTests(targets.map(withProbes));
const files = Object.fromEntries(
  targets.flatMap((target) => target.files.map((file) => [file, coverageOf(file)] as const)),
);
const result = {
  ...Object.fromEntries(
    targets.map((target) => [
      target.name,
      { lines: total(target, "lines"), branches: total(target, "branches") },
    ]),
  ),
  files,
};
writeFileSync(
  resultFile,
  await format(JSON.stringify(result), { ...(await resolveConfig(resultFile)), parser: "json" }),
);
for (const [file, { lines, branches, unreached }] of Object.entries(files)) {
  console.log(`${file}: ${said(lines)} lines, ${said(branches)} sides of branches`);
  for (const { line, place, why } of unreached)
    console.log(`    ${line} not reached: ${place}\n        ${why ?? "NO REASON"}`);
}
for (const target of targets)
  console.log(
    `${target.name}: ${said(total(target, "lines"))} lines, ${said(total(target, "branches"))} sides of branches`,
  );
const isWhole = Object.values(files).every(({ unreached }) =>
  unreached.every(({ why }) => why !== undefined),
);
process.exit(isWhole ? 0 : 1);

function total({ files: own }: Target, key: "lines" | "branches"): Share {
  const shares = own.flatMap((file) => files[file]?.[key] ?? []);
  return { found: sum(shares.map(({ found }) => found)), reached: sum(shares.map((share) => share.reached)) };
}

/** The contracts of a target with probes, compiled. */
function withProbes(target: Target): Code {
  const sources = sourcesOf(target);
  const trees = compile(sources, {});
  const changed = new Map(sources);
  // The harness calls what has probes.
  for (const [file, source] of sources) if (file.startsWith("test/")) changed.set(file, asViews(source));
  for (const file of target.files) {
    const source = instrument(file, sources.get(file) ?? "", trees.ast(file), probes);
    changed.set(file, file === workingMemory ? movedUp(source) : source);
  }
  changed.set(probesFile, probesSource);
  const code = compileAll(target, changed);
  if (code === null) throw new Error("The contracts do not compile with probes in them.");
  return code;
}

/** Variables for which there is no room on the stack take memory below; with probes there are more of them. */
function movedUp(source: string): string {
  return source.replace(/_AT = 0x([0-9a-f]+);/g, (_, place: string) => `_AT = 0x1${place.padStart(3, "0")};`);
}

/** The numbers of the probes that have been reached. */
function runTests(codes: readonly Code[]): ReadonlySet<number> {
  const copy = copyBuild();
  try {
    copy.put(new Map(codes.flatMap((code) => [...code])));
    for (const run of runs) {
      const args = ["test", ...run.slice(0, 1), "--no-compile", "--coverage", ...run.slice(1)];
      const { status } = spawnSync(join(root, "node_modules/.bin/hardhat"), args, {
        cwd: copy.folder,
        stdio: ["ignore", "inherit", "inherit"],
      });
      if (status === null) throw new Error("The tests were interrupted.");
    }
    const folder = join(copy.folder, "coverage", "data");
    return new Set(
      readdirSync(folder, { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".json"))
        .flatMap((name) => Object.keys(JSON.parse(readFileSync(join(folder, name), "utf8")) as object))
        .map((tag) => Number(BigInt(tag.startsWith("0x") ? tag : `0x${tag}`))),
    );
  } finally {
    copy.close();
  }
}

function coverageOf(name: string): FileCoverage {
  const own = probes.flatMap((probe, index) =>
    probe.file === name ? [{ ...probe, isReached: reached.has(index) }] : [],
  );
  const sides = own.filter(({ kind }) => kind !== "statement");
  const lines = [...Map.groupBy(own, ({ line }) => line).values()];
  return {
    lines: {
      found: lines.length,
      reached: lines.filter((all) => all.some(({ isReached }) => isReached)).length,
    },
    branches: { found: sides.length, reached: sides.filter(({ isReached }) => isReached).length },
    unreached: own
      .filter(({ isReached }) => !isReached)
      .map(({ line, kind, text }) => {
        const place = kind === "statement" ? text : `${text} is ${kind}`;
        const why = reasons.get(`${name} ${place}`);
        return { line, place, ...(why === undefined ? {} : { why }) };
      }),
  };
}

/** Why places are not reached, by file and place; see unreached.json. */
function readReasons(): Map<string, string> {
  const text = readFileSync(new URL("unreached.json", import.meta.url), "utf8");
  const places = JSON.parse(text) as Record<string, string[]>;
  return new Map(Object.entries(places).flatMap(([why, all]) => all.map((place) => [place, why] as const)));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

function said({ found, reached: count }: Share): string {
  return `${count} of ${found}`;
}
