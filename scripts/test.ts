/**
 * `npm test`: every suite, one after the other, on a machine of any size, and one line at the end that counts them all.
 * A check without tests of its own (formatter, linter, compiler) counts as one. Name suites to run only those.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");

type Outcome = { passed: number; failed: number };
type Suite = { name: string; command: string[]; count: (output: string, exitCode: number) => Outcome };

/** For a command that passes or fails as a whole. */
function whole(_output: string, exitCode: number): Outcome {
  return exitCode === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/** For mocha and Hardhat, which print "12 passing" and "1 failing", Hardhat once for each runner. */
function listed(output: string, exitCode: number): Outcome {
  const sum = (pattern: RegExp) =>
    [...output.matchAll(pattern)].reduce((total, match) => total + Number(match[1]), 0);
  const passed = sum(/^\s*(\d+) passing/gm);
  const failed = sum(/^\s*(\d+) failing/gm);
  // A runner that died, or found nothing to run, has not passed.
  return (exitCode !== 0 && failed === 0) || passed + failed === 0
    ? { passed, failed: failed + 1 }
    : { passed, failed };
}

const suites: Suite[] = [
  { name: "format", command: ["prettier", "--check", "."], count: whole },
  { name: "build", command: ["hardhat", "build"], count: whole },
  { name: "types", command: ["tsc", "--noEmit", "-p", "tsconfig.json"], count: whole },
  { name: "eslint", command: ["eslint", "--max-warnings", "0", "."], count: whole },
  {
    name: "solhint",
    command: ["solhint", "--max-warnings", "0", "contracts/**/*.sol", "examples/**/*.sol"],
    count: whole,
  },
  { name: "proofs", command: ["node", "test/smt/prove.ts"], count: whole },
  { name: "mutants", command: ["mocha", "test/mutation/*.test.ts"], count: listed },
  { name: "contracts", command: ["hardhat", "test", "solidity"], count: listed },
  { name: "e2e", command: ["hardhat", "test", "mocha"], count: listed },
  { name: "sdk", command: ["mocha", "packages/sdk/src/**/*.test.ts"], count: listed },
  { name: "solver", command: ["mocha", "packages/solver/src/**/*.test.ts"], count: listed },
  { name: "keeper", command: ["mocha", "packages/keeper/src/**/*.test.ts"], count: listed },
  { name: "packages", command: ["mocha", "test/packages/*.ts"], count: listed },
  { name: "bench", command: ["mocha", "bench/*/*.test.ts"], count: listed },
];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !suites.some((suite) => suite.name === name));
if (unknown.length > 0) {
  console.error(
    `There is no suite ${unknown.join(", ")}. The suites are: ${suites.map(({ name }) => name).join(", ")}.`,
  );
  process.exit(1);
}

const total: Outcome = { passed: 0, failed: 0 };
const lines: string[] = [];
for (const suite of suites.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  console.log(`\n== ${suite.name}: ${suite.command.join(" ")}\n`);
  const started = Date.now();
  const { output, exitCode } = await run(suite.command);
  const { passed, failed } = suite.count(output, exitCode);
  total.passed += passed;
  total.failed += failed;
  const seconds = Math.round((Date.now() - started) / 1000);
  lines.push(
    `${failed === 0 ? "ok  " : "FAIL"} ${suite.name.padEnd(10)} ${passed} passed, ${failed} failed (${seconds} s)`,
  );
}
console.log(`\n${lines.join("\n")}\n\n${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 ? 0 : 1);

/** Runs a command and shows its output as it comes, without the colours that would hide the counts. */
function run([command, ...args]: string[]): Promise<{ output: string; exitCode: number }> {
  const { promise, resolve } = Promise.withResolvers<{ output: string; exitCode: number }>();
  const env = { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0" };
  const child = spawn(command ?? "", args, { cwd: root, env, stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    output += chunk;
    process.stdout.write(chunk);
  });
  child.on("error", (error) => {
    console.error(error.message);
    resolve({ output, exitCode: 1 });
  });
  child.on("close", (exitCode) => resolve({ output, exitCode: exitCode ?? 1 }));
  return promise;
}
