/**
 * The packages as an app has them that installed them: compiled, packed, unpacked beside what they declare that they need,
 * and run by a Node that never sees a TypeScript file.
 */
import { execFile } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createContext, runInContext } from "node:vm";
import { expect } from "chai";
import { build as bundle } from "esbuild";

const root = fileURLToPath(new URL("../../", import.meta.url));
const packages = ["sdk", "solver", "keeper"];
const execute = promisify(execFile);

type Manifest = { dependencies: Record<string, string> };

/** Unpacks the archives, and links nothing but what their manifests name. */
async function install(app: string): Promise<void> {
  const archives = join(root, "dist");
  for (const name of packages) {
    const target = join(app, "node_modules/@walras", name);
    mkdirSync(target, { recursive: true });
    const archive = readdirSync(archives).find((file) => file.startsWith(`walras-${name}-`)) ?? "";
    await execute("tar", ["-xzf", join(archives, archive), "-C", target, "--strip-components", "1"]);
    const manifest = JSON.parse(readFileSync(join(target, "package.json"), "utf8")) as Manifest;
    for (const dependency of Object.keys(manifest.dependencies)) {
      const link = join(app, "node_modules", dependency);
      if (dependency.startsWith("@walras/")) continue;
      mkdirSync(dirname(link), { recursive: true });
      rmSync(link, { force: true });
      symlinkSync(realpathSync(join(root, "packages", name, "node_modules", dependency)), link);
    }
  }
}

/** As an app would, with the declarations of the packages. @throws Error with what the compiler says */
async function compile(app: string, files: readonly string[]): Promise<void> {
  const types = ["--types", "node", "--typeRoots", join(root, "node_modules/@types")];
  const options = ["--module", "nodenext", "--target", "es2024", "--strict", ...types];
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  try {
    await execute(process.execPath, [compiler, ...options, ...files], { cwd: app });
  } catch (error) {
    throw new Error(error instanceof Error && "stdout" in error ? String(error.stdout) : "no compiler", {
      cause: error,
    });
  }
}

const useOfTheSdk = `
import { buildIntent, parseAddress, signIntent, verifyIntentSignature, type SignedIntent } from "@walras/sdk";
import { Wallet } from "ethers";

const wallet = new Wallet("0x" + "11".repeat(32));
const domain = { chainId: 1, verifyingContract: parseAddress("0x" + "22".repeat(20)) };
const intent = buildIntent({
  sellToken: "0x" + "33".repeat(20),
  sellAmount: 1_000n,
  buyToken: "0x" + "44".repeat(20),
  buyAmount: 990n,
  validFor: 600,
});
const signed: SignedIntent = await signIntent(intent, domain, wallet);
console.log((await verifyIntentSignature(signed, domain)) === wallet.address);
`;

const useOfTheSolver = `
import { readFileSync } from "node:fs";
import { parseBook, solve, verifySolution, type Solution } from "@walras/solver";
import { loadHighs } from "@walras/solver/highs";

const book = parseBook(JSON.parse(readFileSync("book.json", "utf8")));
const solution: Solution = solve(book, { mip: await loadHighs() });
console.log(solution.fills.length, verifySolution(book, solution).length);
`;

const misuseOfTheSolver = `
import type { Solution } from "@walras/solver";

export const surplusOf = ({ value }: Solution): number => value.surplus;
`;

const useOfTheThread = `
import { readFileSync } from "node:fs";
import { parseBook } from "@walras/solver";
import { WorkerSolver } from "./node_modules/@walras/keeper/dist/pipeline/workerSolver.js";
import pino from "pino";

const solver = new WorkerSolver({ timeBudgetMs: 500, logger: pino({ level: "silent" }) });
const book = parseBook(JSON.parse(readFileSync("book.json", "utf8")));
const { solution } = await solver.solve(book, { maxFills: 100 });
await solver.stop();
console.log(solution.fills.length);
`;

/** What a page needs of both: intents, and the matcher with its kernel. */
const useInAPage = `
import { buildIntent } from "@walras/sdk";
import { solve } from "@walras/solver";

const tokens = ["0x" + "33".repeat(20), "0x" + "44".repeat(20)];
const intent = buildIntent({ sellToken: tokens[0], sellAmount: 1_000n, buyToken: tokens[1], buyAmount: 990n, validFor: 600 });
const book = [tokens, [tokens[1], tokens[0]]].map(([sellToken, buyToken], i) => ({
  ...{ id: String(i), owner: "0x" + String(i + 5).repeat(40), nonce: BigInt(i), kind: "sell", sellToken, buyToken },
  ...{ sellAmount: intent.sellAmount, buyAmount: 990n, limitBuyAmount: 990n, partiallyFillable: true },
  ...{ filled: 0n, maxFee: 0n, fee: 0n },
}));
const { fills } = solve({ tokens: tokens.map((address) => ({ address })), intents: book, spendable: () => 2_000n });
globalThis.told = fills.length;
`;

describe("the packages, as they are published", () => {
  let app = "";
  /** What a script of the app prints. */
  const run = async (script: string, ...args: string[]): Promise<string> =>
    (await execute(process.execPath, [script, ...args], { cwd: app })).stdout.trim();

  before(async function () {
    this.timeout(300_000);
    await execute(process.execPath, [join(root, "scripts/pack.ts")], { cwd: root });
    app = mkdtempSync(join(tmpdir(), "walras-app-"));
    writeFileSync(join(app, "package.json"), JSON.stringify({ name: "app", private: true, type: "module" }));
    await install(app);
    const [example = ""] =
      /(?<=```json\n)[^]*?(?=```)/.exec(readFileSync(join(root, "docs/BOOK.md"), "utf8")) ?? [];
    writeFileSync(join(app, "book.json"), example);
    writeFileSync(join(app, "sign.ts"), useOfTheSdk);
    writeFileSync(join(app, "clear.ts"), useOfTheSolver);
    writeFileSync(join(app, "thread.js"), useOfTheThread);
    await compile(app, ["sign.ts", "clear.ts"]);
  });

  after(() => {
    rmSync(app, { recursive: true, force: true });
  });

  it("sign an intent and recover its signer", async () => {
    expect(await run("sign.js")).to.equal("true");
  });

  it("clear a book", async () => {
    expect(await run("clear.js")).to.equal("2 0");
  });

  it("say to the compiler of an app that amounts are bigint", async () => {
    writeFileSync(join(app, "misuse.ts"), misuseOfTheSolver);
    const answer = await compile(app, ["misuse.ts"]).catch(String);
    expect(answer).to.include("Type 'bigint' is not assignable to type 'number'");
  });

  it("run in a page that is not isolated from others, where there is no shared memory, nor any module of Node", async () => {
    writeFileSync(join(app, "page.js"), useInAPage);
    const entry = { entryPoints: [join(app, "page.js")], absWorkingDir: app };
    const { outputFiles } = await bundle({ ...entry, bundle: true, platform: "browser", write: false });
    const page = createContext({ console, performance, TextEncoder, TextDecoder, crypto, WebAssembly, atob });
    runInContext("delete globalThis.SharedArrayBuffer;", page);
    runInContext(outputFiles[0]?.text ?? "", page);
    expect(runInContext("told", page)).to.equal(2);
  });

  it("solve in the keeper's thread", async () => {
    expect(await run("thread.js")).to.equal("2");
  });

  it("bring the walras command", async () => {
    const manifest = join(app, "node_modules/@walras/keeper/package.json");
    const { bin } = JSON.parse(readFileSync(manifest, "utf8")) as { bin: { walras: string } };
    const command = join(dirname(manifest), bin.walras);
    expect(await run(command, "--version")).to.match(/^\d+\.\d+\.\d+$/);
    expect(await run(command, "solve", "book.json")).to.include("DAI");
  });
});
