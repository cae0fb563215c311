/**
 * `npm run test:deep`: the contracts' fuzz tests, invariants and comparison with the reference, for as long as it takes to
 * submit more than a hundred thousand batches. Says how many there were and how many of them settled, and how many calls the
 * lives of auctions have made. Then the matcher's engine on ten thousand random degenerate books, and on two thousand of which
 * it has to certify nearly all.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const folder = join(root, "cache", "deep");
const leastSubmitted = 100_000;
/** Of books of all families, for the engine's properties (packages/solver/src/engine/clear.test.ts). */
const solverBooks = "10000";

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

const started = Date.now();
const failed = [
  ["build"],
  ["test", "solidity", "--no-compile"],
  ["test", "mocha", "--no-compile", "test/e2e/differential.ts", "test/e2e/auctionDifferential.ts"],
].filter((args) => {
  const env = { ...process.env, WALRAS_DEEP: "true" };
  return spawnSync("hardhat", args, { cwd: root, env, stdio: "inherit" }).status !== 0;
});
const matcher = spawnSync("mocha", ["packages/solver/src/engine/*.test.ts", "--timeout", "0"], {
  cwd: root,
  env: { ...process.env, SOLVER_BOOKS: solverBooks },
  stdio: "inherit",
});

const lives = figures("auction");
console.log(`auctions: ${lives.submitted} calls, ${lives.settled} of them not refused`);
const campaigns = ["invariants", "differential"].map((name) => ({ name, ...figures(name) }));
for (const { name, submitted, settled } of campaigns) {
  console.log(`${name}: ${submitted} batches submitted, ${settled} of them settled`);
}
const submitted = campaigns.reduce((sum, campaign) => sum + campaign.submitted, 0);
console.log(`${submitted} batches in all, in ${Math.round((Date.now() - started) / 1000)} s`);
if (submitted < leastSubmitted) console.error(`That is less than ${leastSubmitted}.`);
process.exit(matcher.status === 0 && failed.length === 0 && submitted >= leastSubmitted ? 0 : 1);

/** The sum of the lines "submitted settled" that a campaign has left. */
function figures(name: string): { submitted: number; settled: number } {
  const file = join(folder, `${name}.txt`);
  const lines = existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
  const columns = lines.map((line) => line.split(" ").map(Number));
  const sum = (column: number) => columns.reduce((total, line) => total + (line[column] ?? 0), 0);
  return { submitted: sum(0), settled: sum(1) };
}
