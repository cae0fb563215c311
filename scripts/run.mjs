/**
 * The one entrance of the npm scripts, for a machine that has only Node 20 or newer and npm: installs what is missing
 * (pnpm through npx, then everything else, Node 24 included), and hands over to the task on that Node.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** A release that runs on Node 20 itself; what it installs needs Node 24, which it brings along. */
const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).config;
const bin = join(root, "node_modules", ".bin");

/** What `npm run NAME` stands for, once everything is installed. Arguments of the call are appended. */
const tasks = {
  setup: [],
  demo: ["node", "demo/main.ts"],
  test: ["node", "scripts/test.ts"],
  "test:deep": ["node", "scripts/test-deep.ts"],
  "test:smt": ["node", "test/smt/prove.ts"],
  "test:mutation": ["node", "test/mutation/main.ts"],
  coverage: ["node", "test/probes/main.ts"],
  "bench:gas": ["node", "bench/gas/main.ts"],
  "bench:solver": ["node", "bench/solver/main.ts"],
  "bench:extraction": ["node", "bench/extraction/main.ts"],
  "bench:window": ["node", "bench/window/main.ts"],
  chain: ["hardhat", "node"],
  hardhat: ["hardhat"],
  deploy: ["node", "scripts/deploy.ts"],
  pack: ["node", "scripts/pack.ts"],
  walras: ["node", "packages/keeper/src/cli/main.ts"],
  format: ["prettier", "--write", "."],
};

const [task, ...args] = process.argv.slice(2);
if (!(task in tasks)) fail(`There is no task "${task}". The tasks are: ${Object.keys(tasks).join(", ")}.`);

install();
const [command, ...fixed] = tasks[task];
if (command !== undefined) process.exit(run(join(bin, command), [...fixed, ...args]).status ?? 1);

/** Installs exactly what the lockfile says; does nothing when that has been done already. */
function install() {
  const stamp = join(root, "node_modules", ".walras-setup");
  const wanted = fingerprint();
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;

  process.stderr.write(`Installing what Walras needs, with ${packageManager} (once; a minute or two) ...\n`);
  const npx = process.platform === "win32" ? "npx.cmd" : "npx";
  const result = run(npx, ["--yes", packageManager, "install", "--frozen-lockfile"], process.stderr);
  if (result.status !== 0) {
    fail("The installation failed; see above. It needs the npm registry. Run the command again to go on.");
  }
  writeFileSync(stamp, wanted);
}

/** Changes whenever the installation has to: with the lockfile or with any manifest. */
function fingerprint() {
  const packages = readdirSync(join(root, "packages")).map((name) => join("packages", name, "package.json"));
  const hash = createHash("sha256");
  for (const file of ["pnpm-lock.yaml", "pnpm-workspace.yaml", "package.json", ...packages]) {
    if (existsSync(join(root, file))) hash.update(readFileSync(join(root, file)));
  }
  return hash.digest("hex");
}

function run(command, args, stdout = "inherit") {
  const env = {
    ...process.env,
    PATH: `${bin}${delimiter}${process.env.PATH ?? ""}`,
    HARDHAT_DISABLE_TELEMETRY_PROMPT: "true",
  };
  return spawnSync(command, args, { cwd: root, env, stdio: ["inherit", stdout, "inherit"] });
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
