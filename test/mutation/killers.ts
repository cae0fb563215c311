/** What a mutant has to survive: the comparison with the reference, then the Solidity tests. */
import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Chain } from "../reference/Chain.ts";
import { steps, type Step } from "../reference/steps.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** The creation bytecode of what is tested. */
export type Code = { settlement: string; harness: string };

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
        if (count === 0) await chain.reset(bytecode);
        const difference = await chain.play(step);
        if (difference !== null) return `differential, seed ${index + 1}, batch ${count}: ${difference.what}`;
      }
    }
    return null;
  };
}

/** Long campaigns that hardly find what nothing else does; they come last. */
const campaigns = ["Invariants.t.sol", "Differential.t.sol"];

const harness = "test/mocks/LibraryHarness.sol/LibraryHarness.json";

/**
 * The Solidity tests, on a copy of what the last build has made, in which the bytecode is replaced.
 * Says by which test it is killed, null if by none.
 */
export function solidityKiller(): { kill: (code: Code) => Promise<string | null>; close: () => void } {
  const copy = mkdtempSync(join(tmpdir(), "walras-mutation-"));
  for (const name of ["contracts", "test", "node_modules", "packages", "deploy"]) {
    symlinkSync(join(root, name), join(copy, name));
  }
  for (const name of ["artifacts", "cache", "hardhat.config.ts", "package.json"]) {
    cpSync(join(root, name), join(copy, name), { recursive: true });
  }
  const all = readdirSync(join(root, "artifacts/test/contracts")).filter((name) => name.endsWith(".t.sol"));
  const rounds = [all.filter((name) => !campaigns.includes(name)), campaigns];

  const replace = (path: string, bytecode: string) => {
    const file = join(copy, "artifacts", path);
    const artifact = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
    writeFileSync(file, JSON.stringify({ ...artifact, bytecode }));
  };
  const kill = async (code: Code) => {
    replace("contracts/Settlement.sol/Settlement.json", code.settlement);
    replace(harness, code.harness);
    for (const files of rounds) {
      const failed = await firstFailure(copy, files);
      if (failed !== null) return failed;
    }
    return null;
  };
  return { kill, close: () => rmSync(copy, { recursive: true }) };
}

/** The first test that fails, by its name. */
function firstFailure(folder: string, files: readonly string[]): Promise<string | null> {
  const { promise, resolve } = Promise.withResolvers<string | null>();
  const child = spawn(
    join(root, "node_modules/.bin/hardhat"),
    ["test", "solidity", "--no-compile", ...files.map((file) => `test/contracts/${file}`)],
    {
      cwd: folder,
      env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0" },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let output = "";
  let file = "";
  const read = (chunk: string) => {
    output += chunk;
    for (let end = output.indexOf("\n"); end >= 0; end = output.indexOf("\n")) {
      const line = output.slice(0, end);
      output = output.slice(end + 1);
      file = /contracts\/(\w+)\.t\.sol:/.exec(line)?.[1] ?? file;
      const name = /^\s*\d+\) ((?:test|invariant)_\w+)/.exec(line)?.[1];
      if (name !== undefined) {
        resolve(`${file}: ${name}`);
        child.kill();
      }
    }
  };
  child.stdout.setEncoding("utf8").on("data", read);
  child.stderr.resume();
  child.on("close", (exitCode) =>
    resolve(exitCode === 0 ? null : `Solidity tests: exit code ${String(exitCode)}`),
  );
  return promise;
}
