import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { createKeeperClient, type IntentView } from "@walras/sdk";
import { parseBook } from "@walras/solver";
import { expect } from "chai";
import { cli } from "../../test/fakeTerminal.ts";
import { keeperKey, startMarket } from "../../test/testApp.ts";

const tokenX = `0x${"0a".repeat(20)}`;
const tokenY = `0x${"0b".repeat(20)}`;
const main = new URL("main.ts", import.meta.url).pathname;

/** Ann sells exactly 100 X for at least 90 Y; Bob sells exactly 95 Y for at least 95 X; Cyd wants what nobody has. */
const book = {
  tokens: [
    { address: tokenX, symbol: "X", decimals: 1 },
    { address: tokenY, symbol: "Y" },
  ],
  intents: [
    ["ann", tokenX, tokenY, "100", "90"],
    ["bob", tokenY, tokenX, "95", "95"],
    ["cyd", tokenX, tokenY, "10", "1000"],
  ].map(([id, sellToken, buyToken, sellAmount, buyAmount], index) => ({
    id,
    owner: `0x${String(index + 1).repeat(40)}`,
    sellToken,
    buyToken,
    sellAmount,
    buyAmount,
    kind: "sell",
    partiallyFillable: false,
    nonce: "1",
  })),
  balances: {
    [`0x${"1".repeat(40)}`]: { [tokenX]: "100" },
    [`0x${"2".repeat(40)}`]: { [tokenY]: "95" },
    [`0x${"3".repeat(40)}`]: { [tokenX]: "10" },
  },
};

describe("walras", function () {
  this.timeout(300_000);
  let cwd: string;

  before(() => {
    cwd = mkdtempSync(join(tmpdir(), "walras-cli-"));
  });

  after(() => rmSync(cwd, { recursive: true }));

  describe("solve", () => {
    it("prints who gives and gets what, the prices, what it is worth, and why the others are not in it", async () => {
      const { exitCode, out } = await cli("solve -", { input: JSON.stringify(book) });
      expect(exitCode).to.equal(0);
      expect(out).to.match(/^ann +sell +10 X +95 Y +0 X +5 Y$/m);
      expect(out).to.match(/^bob +sell +95 Y +10 X/m);
      expect(out).to.match(/^cyd +limit-out-of-reach|^cyd +\S+ +\S/m);
      expect(out).to.match(/^filled +2 of 3 intents/m);
      expect(out).to.match(/^surplus +\d+ \(atoms times equilibrium price\)$/m);
      expect(out).to.match(/^bound +\d+: no batch gains more; (nothing|at most [\d.]+ %) is missed$/m);
    });

    it("prints the same as JSON, amounts as decimal strings", async () => {
      const { out } = await cli("solve - --json", { input: JSON.stringify(book) });
      const solution = JSON.parse(out) as { fills: { intentId: string; bought: string }[]; value: unknown };
      expect(solution.fills.map(({ intentId }) => intentId).sort()).to.deep.equal(["ann", "bob"]);
      expect(solution.fills.find(({ intentId }) => intentId === "ann")?.bought).to.equal("95");
      expect(solution.value).to.be.an("object");
    });

    it("refuses a book that is none, by the path of what is wrong", async () => {
      const bad = structuredClone(book);
      if (bad.intents[1] !== undefined) bad.intents[1].sellAmount = "-5";
      writeFileSync(join(cwd, "bad.json"), JSON.stringify(bad));
      const { exitCode, err } = await cli("solve bad.json", { cwd });
      expect(exitCode).to.equal(2);
      expect(err).to.include("intents[1].sellAmount");
      expect(err).not.to.match(/^\s+at /m);
      expect((await cli("solve - --max-fills many", { input: JSON.stringify(book) })).err).to.include(
        "--max-fills",
      );
    });
  });

  describe("replay", () => {
    it("prints what solve prints, and how long each step took", async () => {
      const { exitCode, out, err } = await cli("replay - --time 200", { input: JSON.stringify(book) });
      expect(exitCode, err).to.equal(0);
      expect(out)
        .to.match(/^filled +2 of 3 intents/m)
        .and.match(/^bound +\d+/m);
      for (const step of ["read", "solve", "verify"])
        expect(out).to.match(new RegExp(`^${step} +[\\d.]+ ms$`, "m"));
    });

    it("prints the same as JSON", async () => {
      const { out } = await cli("replay - --json", { input: JSON.stringify(book) });
      const solution = JSON.parse(out) as { times: Record<string, number>; value: Record<string, unknown> };
      expect(Object.keys(solution.times)).to.deep.equal(["read", "solve", "verify"]);
      expect(solution.value).to.include.all.keys("surplus", "bound", "gap");
    });

    it("says what is wrong with an argument, and does not settle what is piped in", async () => {
      expect((await cli("replay - --time soon", { input: "{}" })).err).to.match(/^InvalidArgument: --time/);
      const piped = await cli("replay - --settle", { input: JSON.stringify(book) });
      expect(piped.exitCode).to.equal(2);
      expect(piped.err).to.include("--settle");
    });
  });

  describe("replay --settle", () => {
    it("settles a book as one batch on a chain of its own, audits it, and ends", async () => {
      // More intents than a keeper takes in between two of its looks at the book.
      const many = Array.from({ length: 60 }, (_, i) => {
        const ends = i % 2 === 0 ? [tokenX, tokenY] : [tokenY, tokenX];
        const owner = `0x${(i + 1).toString(16).padStart(40, "0")}`;
        return {
          ...{ id: `many ${i}`, owner, sellToken: ends[0] ?? "", buyToken: ends[1] ?? "" },
          ...{ sellAmount: "1000", buyAmount: "900", kind: "sell", partiallyFillable: true, nonce: "1" },
        };
      });
      const balances = Object.fromEntries(
        many.map(({ owner, sellToken }) => [owner, { [sellToken]: "1000" }]),
      );
      writeFileSync(join(cwd, "many.json"), JSON.stringify({ ...book, intents: many, balances }));
      const { exitCode, out, err } = await cli("replay many.json --settle", { cwd });
      expect(err).to.equal("");
      expect(exitCode).to.equal(0);
      expect(out).to.match(/^Batch 1 \((mined|confirmed)\): 60 fills over 2 tokens/m);
      expect(out).to.match(/every one holds/);
    });
  });

  describe("help", () => {
    it("shows examples for every command", async () => {
      for (const command of [
        "keeper start",
        "config check",
        "intent sign",
        "intent submit",
        "intent cancel",
        "intent status",
        "solve",
        "replay",
        "record",
        "window",
        "clear",
        "collect",
      ]) {
        const { exitCode, out } = await cli(`${command} --help`);
        expect(exitCode, command).to.equal(0);
        expect(out, command)
          .to.match(/Examples:\n[^]*\$ .*walras/)
          .and.include("--json");
      }
      const { exitCode, out } = await cli("--help");
      expect(exitCode).to.equal(0);
      expect(out).to.include("Exit codes:");
    });

    it("follows a command that is not complete, as an error of use", async () => {
      const run = await cli("intent");
      expect(run.exitCode).to.equal(2);
      expect(run.err).to.include("submit");
      expect((await cli("nonsense --json")).err).to.match(/^\{"code":"InvalidArgument"/);
    });
  });

  describe("config", () => {
    const env = {
      WALRAS_PRIVATE_KEY: keeperKey,
      WALRAS_CHAIN_RPC_URL: "http://127.0.0.1:8545",
      WALRAS_CHAIN_ID: "31337",
    };

    it("check says that all is good, or all that is not", async () => {
      expect((await cli("config check", { cwd, env })).exitCode).to.equal(0);
      const bad = { ...env, WALRAS_HTTP_PORT: "x", WALRAS_LOG_LEVEL: "loud", WALRAS_CONFIG: "" };
      const { exitCode, err } = await cli("config check", { cwd, env: bad });
      expect(exitCode).to.equal(2);
      expect(err).to.include("http.port").and.include("log.level");
      const asJson = await cli("config check --json", { cwd, env: bad });
      expect(asJson.err.split("\n").map((line) => (JSON.parse(line) as { code: string }).code)).to.deep.equal(
        ["InvalidConfig", "InvalidConfig"],
      );
      expect(
        (await cli("config check", { cwd, env: { ...env, WALRAS_CONFIG: "gone.yaml" } })).err,
      ).to.include("gone.yaml");
    });

    it("is printed as it is in effect, without the key", async () => {
      const { exitCode, out } = await cli("keeper start --print-config", { cwd, env });
      expect(exitCode).to.equal(0);
      expect(out)
        .to.match(/^ {2}port: 8547$/m)
        .and.include("(hidden)");
      expect(out).not.to.include("4242");
      const json = await cli("keeper start --print-config --json", { cwd, env });
      expect(JSON.parse(json.out)).to.have.nested.property("http.port", 8547);
    });
  });

  describe("as a process", () => {
    const run = promisify(execFile);

    it("tells its version", async () => {
      expect((await run(process.execPath, [main, "--version"])).stdout).to.match(/^\d+\.\d+\.\d+\n$/);
    });

    it("ends with the exit code of the error, and without a stack trace", async () => {
      const failure: unknown = await run(process.execPath, [main, "solve", "gone.json"]).catch(
        (error: unknown) => error,
      );
      expect(failure).to.include({ code: 2 });
      expect(failure)
        .to.have.property("stderr")
        .that.matches(/^InvalidArgument: /)
        .and.not.match(/^\s+at /m);
    });

    it("starts a keeper that settles what is handed in, and ends it cleanly on SIGTERM", async () => {
      const market = await startMarket();
      const env = {
        ...process.env,
        WALRAS_PRIVATE_KEY: market.poorWallet.privateKey,
        WALRAS_CHAIN_RPC_URL: market.local.rpcUrl,
        WALRAS_CHAIN_ID: String(market.domain.chainId),
        WALRAS_SETTLEMENT: market.domain.verifyingContract,
        WALRAS_HTTP_PORT: "0",
      };
      const child = spawn(process.execPath, [main, "keeper", "start"], {
        cwd,
        env,
        stdio: ["ignore", "pipe", "inherit"],
      });
      let log = "";
      child.stdout.setEncoding("utf8").on("data", (chunk: string) => (log += chunk));
      const ended = once(child, "exit");
      try {
        let url: string | undefined;
        while (url === undefined) {
          if (child.exitCode !== null) throw new Error(`the keeper ended: ${log}`);
          url = /"url":"(http:[^"]+)"/.exec(log)?.[1];
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        expect(await createKeeperClient({ url }).health()).to.include({ chainId: market.domain.chainId });

        const submit = async (wallet: typeof market.richWallet, terms: string, options = "") => {
          const env = { WALRAS_KEEPER_URL: url, WALRAS_PRIVATE_KEY: wallet.privateKey };
          const signed = await cli(`intent sign ${terms} --atoms`, { env });
          return cli(`intent submit - --json${options}`, { env, input: signed.out });
        };
        const { tokenA, tokenB, richWallet, otherWallet } = market;
        const record = async (options = "") => {
          const { exitCode, out, err } = await cli(`record --rpc-url ${market.local.rpcUrl}${options}`, {
            cwd,
            env: { WALRAS_KEEPER_URL: url },
          });
          expect(exitCode, err).to.equal(0);
          return out;
        };
        expect(parseBook(JSON.parse(await record())).intents).to.deep.equal([]);
        const posted = await submit(richWallet, `--sell 1000:${tokenA} --buy 900:${tokenB}`);
        expect(posted.exitCode, posted.err).to.equal(0);
        const { intentHash } = JSON.parse(posted.out) as IntentView;
        const recorded = parseBook(JSON.parse(await record()));
        expect(recorded.tokens).to.have.deep.members([
          { address: tokenA, symbol: "A", decimals: 18 },
          { address: tokenB, symbol: "B", decimals: 18 },
        ]);
        const [open] = recorded.intents;
        expect(open).to.include({ id: intentHash, sellAmount: 1000n, limitBuyAmount: 900n, filled: 0n });
        expect(recorded.spendable(open?.owner ?? "", tokenA)).to.equal(10_000n);
        expect(await record(" live.json")).to.match(/^1 intents over 2 tokens: .*live\.json$/);
        expect((await cli("replay live.json", { cwd })).out).to.match(/no-counterparty/);
        const matched = await submit(otherWallet, `--sell 950:${tokenB} --buy 950:${tokenA}`, " --watch");
        expect(matched.exitCode, matched.out + log).to.equal(0);
        const view = await createKeeperClient({ url }).getIntent(intentHash);
        expect(view).to.include({ status: "filled", sold: "1000", bought: "950", surplus: "50" });
      } finally {
        child.kill("SIGTERM");
      }
      expect(await ended).to.deep.equal([0, null]);
      expect(log).not.to.include(market.poorWallet.privateKey.slice(2));
      await market.local.close();
    });
  });
});
