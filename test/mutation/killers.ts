/** What a mutant has to survive: the comparison with the reference, the tests of metered fees, then the Solidity tests. */
import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Chain } from "../reference/Chain.ts";
import { steps, type Step } from "../reference/steps.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** The creation bytecode of what is tested, by file and contract ("contracts/Settlement.sol/Settlement"). */
export type Code = ReadonlyMap<string, string>;

/** Random batches, compared with the reference, milliseconds each: says by which one it is killed, null if by none. */
export async function differentialKiller(
  seeds: number,
  stepsOfASeed: number,
): Promise<(bytecode: string, most?: number) => Promise<string | null>> {
  const chain = await Chain.create();
  const campaigns: Step[][] = [];
  for (let seed = 1; seed <= seeds; seed++) {
    campaigns.push(steps(chain.world, seed).take(stepsOfASeed).toArray());
  }
  return async (bytecode, most = Infinity) => {
    let tried = 0;
    for (const [index, campaign] of campaigns.entries()) {
      for (const [count, step] of campaign.entries()) {
        if (tried++ >= most) return null;
        if (count === 0) await chain.reset(bytecode, index + 1);
        const difference = await chain.play(step);
        if (difference !== null) return `differential, seed ${index + 1}, batch ${count}: ${difference.what}`;
      }
    }
    return null;
  };
}

/** Long campaigns that hardly find what nothing else does; they come last. */
const campaigns = ["Invariants.t.sol", "Differential.t.sol"];

/** In it there are real gas prices, so it is where fees that are bound to the metered cost are charged. */
const meteredFee = "test/e2e/meteredFee.ts";

/** Counts the gas that is used, of which code that is compiled quickly uses more. */
const gasTest = "counts the transaction's own gas in one of its batches only";

/**
 * The tests of metered fees and the Solidity tests, on a copy of what the last build has made, in which the bytecode is
 * replaced. Says by which test it is killed, null if by none; `killQuick` by those of metered fees, for code that is not
 * compiled as it is deployed.
 */
export function testKiller(): {
  kill: (code: Code) => Promise<string | null>;
  killQuick: (code: Code) => Promise<string | null>;
  close: () => void;
} {
  const copy = mkdtempSync(join(tmpdir(), "walras-mutation-"));
  for (const name of ["contracts", "test", "node_modules", "packages", "deploy"]) {
    symlinkSync(join(root, name), join(copy, name));
  }
  for (const name of ["artifacts", "cache", "hardhat.config.ts", "package.json"]) {
    cpSync(join(root, name), join(copy, name), { recursive: true });
  }
  const all = readdirSync(join(root, "artifacts/test/contracts")).filter((name) => name.endsWith(".t.sol"));
  const inFolder = (names: readonly string[]) => names.map((name) => `test/contracts/${name}`);
  const rounds: [runner: string, files: readonly string[]][] = [
    ["mocha", [meteredFee]],
    ["solidity", inFolder(all.filter((name) => !campaigns.includes(name)))],
    ["solidity", inFolder(campaigns)],
  ];

  const replace = (path: string, bytecode: string) => {
    const file = join(copy, "artifacts", `${path}.json`);
    const artifact = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
    writeFileSync(file, JSON.stringify({ ...artifact, bytecode }));
  };
  const killQuick = async (code: Code) => {
    for (const [path, bytecode] of code) replace(path, bytecode);
    return firstFailure(copy, "mocha", [meteredFee], gasTest);
  };
  const kill = async (code: Code) => {
    for (const [path, bytecode] of code) replace(path, bytecode);
    for (const [runner, files] of rounds) {
      const failed = await firstFailure(copy, runner, files);
      if (failed !== null) return failed;
    }
    return null;
  };
  return { kill, killQuick, close: () => rmSync(copy, { recursive: true }) };
}

/** How the runners say that a test has failed. */
const failedTest: Readonly<Record<string, RegExp>> = {
  // Where it has run; the summary, less indented, begins with the suite.
  mocha: /^\s{4,}\d+\) (.+)$/,
  solidity: /^\s*\d+\) ((?:test|invariant)_\w+)/,
};

/** The first test that fails, by its name. */
function firstFailure(
  folder: string,
  runner: string,
  files: readonly string[],
  but?: string,
): Promise<string | null> {
  const { promise, resolve } = Promise.withResolvers<string | null>();
  const child = spawn(join(root, "node_modules/.bin/hardhat"), ["test", runner, "--no-compile", ...files], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  let file = "";
  let isSpared = false;
  const read = (chunk: string) => {
    output += chunk;
    for (let end = output.indexOf("\n"); end >= 0; end = output.indexOf("\n")) {
      const line = output.slice(0, end);
      output = output.slice(end + 1);
      file = /contracts\/(\w+)\.t\.sol:/.exec(line)?.[1] ?? file;
      const name = failedTest[runner]?.exec(line)?.[1];
      isSpared ||= name === but;
      if (name !== undefined && name !== but) {
        resolve(`${runner === "mocha" ? "meteredFee" : file}: ${name}`);
        child.kill();
      }
    }
  };
  child.stdout.setEncoding("utf8").on("data", read);
  child.stderr.resume();
  child.on("close", (exitCode) =>
    resolve(exitCode === 0 || isSpared ? null : `${runner} tests: exit code ${String(exitCode)}`),
  );
  return promise;
}
