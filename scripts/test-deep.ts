/**
 * `npm run test:deep`: the contracts' fuzz tests, invariants and comparison with the references, for as long as it takes to
 * submit more than a hundred thousand batches. Says how many there were and how many of them settled, and how many calls the
 * lives of auctions have made. Then the matcher's engine on ten thousand random degenerate books, and on two thousand of which
 * it has to certify nearly all.
 *
 *   npm run test:deep                            everything
 *   npm run test:deep -- invariants references   only these parts; contracts, invariants, references and matcher there are
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const folder = join(root, "cache", "deep");
const leastSubmitted = 100_000;
/** Of books of all families, for the engine's properties (packages/solver/src/engine/clear.test.ts). */
const solverBooks = "10000";

const campaign = "test/contracts/Invariants.t.sol";
const contracts = readdirSync(join(root, "test", "contracts"), { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".t.sol"))
  .map((name) => join("test", "contracts", name))
  .filter((name) => name !== campaign);
const references = ["test/e2e/differential.ts", "test/e2e/auctionDifferential.ts"];

/** Each begins anew with the figures that it leaves. */
const parts: Readonly<Record<string, { command: string[]; figures: string[] }>> = {
  contracts: { command: ["hardhat", "test", "solidity", "--no-compile", ...contracts], figures: [] },
  invariants: {
    command: ["hardhat", "test", "solidity", "--no-compile", campaign],
    figures: ["invariants"],
  },
  references: {
    command: ["hardhat", "test", "mocha", "--no-compile", ...references],
    figures: ["differential", "auction"],
  },
  matcher: { command: ["mocha", "packages/solver/src/engine/*.test.ts", "--timeout", "0"], figures: [] },
};
const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(parts);
const unknown = wanted.filter((name) => !(name in parts));
if (unknown.length > 0) throw new RangeError(`There is no part ${unknown.join(", ")}.`);

mkdirSync(folder, { recursive: true });
const started = Date.now();
const env = { ...process.env, WALRAS_DEEP: "true", SOLVER_BOOKS: solverBooks };
const isRun = ([command = "", ...args]: readonly string[]) =>
  spawnSync(command, args, { cwd: root, env, stdio: "inherit" }).status === 0;
let isWhole = isRun(["hardhat", "build"]);
for (const name of wanted) {
  const { command, figures } = parts[name] ?? { command: [], figures: [] };
  for (const each of figures) rmSync(join(folder, `${each}.txt`), { force: true });
  isWhole = isRun(command) && isWhole;
  console.log(`${name}: ${Math.round((Date.now() - started) / 1000)} s since the beginning`);
}

const campaigns = ["invariants", "differential"].map((name) => ({ name, ...figuresOf(name) }));
for (const { name, submitted, settled } of campaigns) {
  console.log(`${name}: ${submitted} batches submitted, ${settled} of them settled`);
}
const lives = figuresOf("auction");
console.log(`auctions: ${lives.submitted} calls, ${lives.settled} of them not refused`);
const submitted = campaigns.reduce((sum, each) => sum + each.submitted, 0);
console.log(`${submitted} batches in all`);
if (submitted < leastSubmitted) console.error(`That is less than ${leastSubmitted}.`);
process.exit(isWhole && submitted >= leastSubmitted ? 0 : 1);

/** The sum of the lines "submitted settled" that the last run of a campaign has left. */
function figuresOf(name: string): { submitted: number; settled: number } {
  const file = join(folder, `${name}.txt`);
  const lines = existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
  const columns = lines.map((line) => line.split(" ").map(Number));
  const sum = (column: number) => columns.reduce((total, line) => total + (line[column] ?? 0), 0);
  return { submitted: sum(0), settled: sum(1) };
}
