/** What a mutant has to survive beside the campaigns: the tests of metered fees, then the Solidity tests. */
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { copyBuild, type BuildCopy } from "./build.ts";
import type { Outcome } from "./results.ts";
import type { Code, Target } from "./targets.ts";
import { TestWorker } from "./TestWorker.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

type Run = { runner: "mocha" | "solidity"; files: readonly string[]; profile?: string };
/** A test that fails, by the run that says so. */
export type Failure = { name: string; file: string; runner: Run["runner"] };

export type TestKiller = {
  /** As many of the tests, in as many fuzz runs, as take seconds; for code that is not compiled as it is deployed. */
  quickly: (code: Code, isMetered: boolean) => Promise<Failure | null>;
  /** Whether the test that has failed passes with other code. */
  passes: (code: Code, failure: Failure) => Promise<boolean>;
  /** All the tests, for code that is compiled as it is deployed. */
  fully: (code: Code) => Promise<Failure | null>;
  close: () => void;
};

/**
 * The tests of metered fees and the Solidity tests, on a copy of what the last build has made, in which the bytecode is
 * replaced.
 *
 * @param unchanged the contracts as they are, compiled as those that are to be killed quickly: what fails with them, as it
 *   counts the gas that is used, is not counted
 */
export async function testKiller(target: Target, unchanged: Code): Promise<TestKiller> {
  const bench = testBench();
  const { put, close } = bench;
  const { testFolder, longTests } = target;
  const all = readdirSync(join(root, "artifacts", testFolder)).filter((name) => name.endsWith(".t.sol"));
  const inFolder = (names: readonly string[]) => names.map((name) => `${testFolder}/${name}`);
  const metered: readonly Run[] =
    target.metered === null ? [] : [{ runner: "mocha", files: [target.metered.file] }];
  const single = inFolder(all.filter((name) => !longTests.includes(name)));
  const quick: Run = { runner: "solidity", files: single, profile: "mutation" };
  const full: readonly Run[] = [
    ...metered,
    { runner: "solidity", files: single },
    ...(longTests.length === 0 ? [] : [{ runner: "solidity", files: inFolder(longTests) } as const]),
  ];

  const firstOf = async (code: Code, runs: readonly Run[], spared: ReadonlySet<string>) => {
    put(code);
    for (const run of runs) {
      const [failure] = await failures(bench, run, spared, true);
      if (failure !== undefined) return failure;
    }
    return null;
  };

  put(unchanged);
  const known: Failure[] = [];
  for (const run of [...metered, quick]) known.push(...(await failures(bench, run)));
  const spared = new Set(known.map(({ name }) => name));
  return {
    quickly: (code, isMetered) => firstOf(code, isMetered ? [...metered, quick] : [quick], spared),
    passes: async (code, { name, runner, file }) => {
      put(code);
      const again = runner === "mocha" ? metered : [{ ...quick, files: inFolder([`${file}.t.sol`]) }];
      const failed: Failure[] = [];
      for (const run of again) failed.push(...(await failures(bench, run)));
      return failed.every((failure) => failure.name !== name);
    },
    fully: (code) => firstOf(code, full, new Set()),
    close,
  };
}

/** Says by which of some Solidity tests code is told from what it should be, null if by none. */
export function unitKiller(
  { testFolder }: Target,
  tests: readonly string[],
): { killedBy: (code: Code) => Promise<Failure | null>; close: () => void } {
  const bench = testBench();
  const run: Run = { runner: "solidity", files: tests.map((name) => `${testFolder}/${name}`) };
  return {
    killedBy: async (code) => {
      bench.put(code);
      const [failure = null] = await failures(bench, run, new Set(), true);
      return failure;
    },
    close: bench.close,
  };
}

/** What it says of a mutant that all tests have been run on. */
export function killedBy(failure: Failure | null): Outcome {
  return failure === null
    ? { status: "survived" }
    : { status: "killed", by: `${failure.file}: ${failure.name}` };
}

/** How the runners say that a test has failed. */
const failedTest: Readonly<Record<Run["runner"], RegExp>> = {
  // Where it has run; the summary, less indented, begins with the suite.
  mocha: /^\s{4,}\d+\) (.+)$/,
  solidity: /^\s*\d+\) ((?:test|invariant)\w+)/,
};

/** A build whose contracts can be replaced, and a process that runs its Solidity tests. */
type TestBench = BuildCopy & { worker: TestWorker };

function testBench(): TestBench {
  const copy = copyBuild();
  const worker = new TestWorker(copy.folder);
  const close = () => {
    worker.close();
    copy.close();
  };
  return { ...copy, worker, close };
}

/** The tests that fail, but for those that are spared; at least one of them if `isFirst`. */
async function failures(
  { folder, worker }: TestBench,
  { runner, files, profile = "default" }: Run,
  spared: ReadonlySet<string> = new Set(),
  isFirst = false,
): Promise<Failure[]> {
  const found: Failure[] = [];
  const seen: Failure[] = [];
  let file = runner === "mocha" ? basename(files[0] ?? "", ".ts") : "";
  const take = (line: string): boolean => {
    file = /(\w+)\.t\.sol:/.exec(line)?.[1] ?? file;
    const name = failedTest[runner].exec(line)?.[1];
    if (name !== undefined) (spared.has(name) ? seen : found).push({ name, file, runner });
    return isFirst && found.length > 0;
  };
  const hasPassed =
    runner === "mocha" ? await runMocha(folder, files, take) : await worker.run({ files, profile }, take);
  if (!hasPassed && found.length + seen.length === 0)
    found.push({ name: "does not come to its end", file, runner });
  return found;
}

/** Each in a process of its own; see TestWorker.run. */
function runMocha(
  folder: string,
  files: readonly string[],
  take: (line: string) => boolean,
): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const child = spawn(join(root, "node_modules/.bin/hardhat"), ["test", "mocha", "--no-compile", ...files], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0" },
    stdio: ["ignore", "pipe", "ignore"],
  });
  createInterface({ input: child.stdout }).on("line", (line) => {
    if (take(line)) child.kill();
  });
  child.on("close", (exitCode) => resolve(exitCode === 0));
  return promise;
}
