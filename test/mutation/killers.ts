/** What a mutant has to survive beside the campaigns: the tests of metered fees, then the Solidity tests. */
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { copyBuild } from "./build.ts";
import type { Outcome } from "./results.ts";
import type { Code, Target } from "./targets.ts";

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
  const { folder: copy, put, close } = copyBuild();
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
      const [failure] = await failures(copy, run, spared, true);
      if (failure !== undefined) return failure;
    }
    return null;
  };

  put(unchanged);
  const known: Failure[] = [];
  for (const run of [...metered, quick]) known.push(...(await failures(copy, run)));
  const spared = new Set(known.map(({ name }) => name));
  return {
    quickly: (code, isMetered) => firstOf(code, isMetered ? [...metered, quick] : [quick], spared),
    passes: async (code, { name, runner, file }) => {
      put(code);
      const again = runner === "mocha" ? metered : [{ ...quick, files: inFolder([`${file}.t.sol`]) }];
      const failed: Failure[] = [];
      for (const run of again) failed.push(...(await failures(copy, run)));
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
  const { folder, put, close } = copyBuild();
  const run: Run = { runner: "solidity", files: tests.map((name) => `${testFolder}/${name}`) };
  return {
    killedBy: async (code) => {
      put(code);
      const [failure = null] = await failures(folder, run, new Set(), true);
      return failure;
    },
    close,
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

/** The tests that fail, but for those that are spared; only the first one if `isFirst`. */
function failures(
  folder: string,
  { runner, files, profile }: Run,
  spared: ReadonlySet<string> = new Set(),
  isFirst = false,
): Promise<Failure[]> {
  const { promise, resolve } = Promise.withResolvers<Failure[]>();
  const args = [
    "test",
    runner,
    "--no-compile",
    ...(profile === undefined ? [] : ["--test-profile", profile]),
  ];
  const child = spawn(join(root, "node_modules/.bin/hardhat"), [...args, ...files], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const found: Failure[] = [];
  let output = "";
  let file = runner === "mocha" ? basename(files[0] ?? "", ".ts") : "";
  let isSpared = false;
  const read = (chunk: string) => {
    output += chunk;
    for (let end = output.indexOf("\n"); end >= 0; end = output.indexOf("\n")) {
      const line = output.slice(0, end);
      output = output.slice(end + 1);
      file = /(\w+)\.t\.sol:/.exec(line)?.[1] ?? file;
      const name = failedTest[runner].exec(line)?.[1];
      if (name === undefined) continue;
      if (spared.has(name)) isSpared = true;
      else found.push({ name, file, runner });
    }
    if (isFirst && found.length > 0) {
      resolve(found);
      child.kill();
    }
  };
  child.stdout.setEncoding("utf8").on("data", read);
  child.stderr.resume();
  child.on("close", (exitCode) => {
    if (exitCode !== 0 && found.length === 0 && !isSpared) {
      found.push({ name: `exit code ${String(exitCode)}`, file, runner });
    }
    resolve(found);
  });
  return promise;
}
