import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  hashIntent,
  parseSignedIntent,
  verifyIntentSignature,
  type IntentEvent,
  type IntentView,
  type PostIntentBody,
  type SignedIntent,
} from "@walras/sdk";
import { expect } from "chai";
import { cli, type CliRun } from "../../test/fakeTerminal.ts";
import { artifacts } from "../../test/localChain.ts";
import { startApp, startMarket, type Market, type TestApp } from "../../test/testApp.ts";

describe("walras intent", function () {
  this.timeout(300_000);
  let market: Market;
  let test: TestApp;
  let keeperUrl: string;
  let directory: string;

  before(async () => {
    market = await startMarket();
    test = await startApp(market);
    keeperUrl = await test.app.listen({ port: 0, host: "127.0.0.1" });
    directory = mkdtempSync(join(tmpdir(), "walras-cli-"));
  });

  after(async () => {
    await test.close();
    await market.local.close();
    rmSync(directory, { recursive: true });
  });

  const key = () => market.richWallet.privateKey;
  const online = () => ({ WALRAS_KEEPER_URL: keeperUrl, WALRAS_PRIVATE_KEY: key() });
  const pair = (sell = "1000", buy = "900") =>
    `--sell ${sell}:${market.tokenA} --buy ${buy}:${market.tokenB}`;

  const sign = (options: string, world: Parameters<typeof cli>[1] = {}) =>
    cli(`intent sign ${options}`, { env: online(), cwd: directory, ...world });

  function signedIn({ out, err, exitCode }: CliRun): SignedIntent & { chainId: number | undefined } {
    expect(exitCode, err).to.equal(0);
    const { chainId, ...json } = JSON.parse(out) as PostIntentBody;
    return { ...parseSignedIntent(json), chainId };
  }

  function refused({ exitCode, err, out }: CliRun, status: number, pattern: RegExp): void {
    expect(err).to.match(pattern);
    expect(err, "a stack trace").not.to.match(/^\s+at /m);
    expect(out).to.equal("");
    expect(exitCode).to.equal(status);
  }

  async function submitted(options = pair()): Promise<IntentView> {
    const { out } = await sign(`${options} --atoms`);
    const run = await cli("intent submit - --json", { env: online(), input: out });
    expect(run.exitCode, run.err).to.equal(0);
    return JSON.parse(run.out) as IntentView;
  }

  describe("sign", () => {
    it("signs for the keeper's chain and contract, and tells people what", async () => {
      const run = await sign(`${pair()} --atoms`);
      const { chainId, ...signed } = signedIn(run);
      expect(chainId).to.equal(market.domain.chainId);
      expect(await verifyIntentSignature(signed, market.domain)).to.equal(market.rich);
      expect(signed.intent).to.include({
        sellAmount: 1000n,
        buyAmount: 900n,
        kind: "sell",
        partiallyFillable: false,
      });
      expect(run.err).to.include(hashIntent(signed.intent, market.domain)).and.include(market.rich);
      expect((await sign(`${pair()} --atoms --json`)).err).to.equal("");
    });

    it("takes every option of an intent", async () => {
      const options = `--kind buy --partial --receiver ${market.poor} --max-fee 5 --nonce 12 --settler ${market.other}`;
      const more = `--condition ${market.poor} --condition-data 0x1234 --start-buy 950 --decay-for 5m --valid-for 2h`;
      const { intent } = signedIn(await sign(`${pair()} --atoms ${options} ${more}`));
      expect(intent).to.include({
        kind: "buy",
        partiallyFillable: true,
        receiver: market.poor,
        maxFee: 5n,
        nonce: 12n,
        settler: market.other,
        condition: market.poor,
        conditionData: "0x1234",
        startBuyAmount: 950n,
      });
      const { timestamp } = await market.local.chain.latestBlock();
      expect(intent.validFrom, "valid on the newest block").to.be.at.most(timestamp);
      expect(intent.validTo - intent.decayEnd).to.equal(7200 - 300);
      expect(signedIn(await sign(`${pair()} --atoms --valid-to 4000000000`)).intent.validTo).to.equal(
        4_000_000_000,
      );
    });

    it("reads decimal amounts by the decimals that the tokens tell", async () => {
      const usd = await market.local.deploy(artifacts.token, ["string", "string", "uint8"], ["U", "U", 6]);
      const options = `--sell 1.5:${usd} --buy 0.25:${market.tokenB} --max-fee 0.01`;
      const { intent } = signedIn(await sign(`${options} --rpc-url ${market.local.rpcUrl}`));
      expect(intent).to.include({ sellAmount: 1_500_000n, buyAmount: 25n * 10n ** 16n, maxFee: 10_000n });
      const env = { ...online(), WALRAS_CHAIN_RPC_URL: market.local.rpcUrl };
      expect(signedIn(await sign(options, { env })).intent.sellAmount).to.equal(1_500_000n);

      refused(await sign(options), 2, /--rpc-url is missing/);
      refused(
        await sign(`--sell 1.0000001:${usd} --buy 1:${market.tokenB}`, { env }),
        2,
        /finer than the token's 6/,
      );
      refused(await sign(`--sell 1e3:${usd} --buy 1:${market.tokenB}`, { env }), 2, /--sell is 1e3/);
      refused(
        await sign(`--sell 1:${market.poor} --buy 1:${market.tokenB}`, { env }),
        2,
        /does not tell its decimals/,
      );
      const down = { ...online(), WALRAS_CHAIN_RPC_URL: "http://127.0.0.1:9" };
      refused(await sign(options, { env: down }), 3, /^NodeUnreachable/);
    });

    it("needs no network when it is told chain and contract", async () => {
      const { chainId, verifyingContract } = market.domain;
      const world = { env: { WALRAS_PRIVATE_KEY: key(), WALRAS_KEEPER_URL: "http://127.0.0.1:9" } };
      const offline = `${pair()} --atoms --chain-id ${chainId} --settlement ${verifyingContract}`;
      const { intent, signature } = signedIn(await sign(offline, world));
      expect(await verifyIntentSignature({ intent, signature }, market.domain)).to.equal(market.rich);
      refused(await sign(`${pair()} --atoms --chain-id 424242`, world), 2, /^UnknownChain/);
      refused(await sign(`${pair()} --atoms`, world), 3, /^KeeperUnreachable/);
    });

    it("takes the key from a file that only its owner reads, or types it unseen, and never from the arguments", async () => {
      const env = { WALRAS_KEEPER_URL: keeperUrl };
      const file = join(directory, "owner.key");
      writeFileSync(file, key());
      chmodSync(file, 0o600);
      signedIn(await sign(`${pair()} --atoms --key-file owner.key`, { env }));
      chmodSync(file, 0o644);
      refused(await sign(`${pair()} --atoms --key-file owner.key`, { env }), 2, /mode 0644/);

      signedIn(await sign(`${pair()} --atoms`, { env, typed: key() }));
      refused(await sign(`${pair()} --atoms`, { env }), 2, /The private key is missing/);
      const wrong = await sign(`${pair()} --atoms`, { env, typed: "0xsecret" });
      refused(wrong, 2, /The private key is not/);
      expect(wrong.err).not.to.include("secret");
    });

    it("signs for a smart wallet, or leaves the approval to the chain", async () => {
      const wallet = signedIn(await sign(`${pair()} --atoms --contract-owner ${market.other}`));
      expect(wallet.signature).to.include({ scheme: "eip1271", owner: market.other });
      const approved = await sign(`${pair()} --atoms --approved-by ${market.rich}`, {
        env: { WALRAS_KEEPER_URL: keeperUrl },
      });
      expect(signedIn(approved).signature).to.deep.equal({ scheme: "approval", owner: market.rich });
      expect(approved.err).to.include("setApproval(0x");
    });

    it("says what is wrong with an argument", async () => {
      refused(await sign("--sell 5 --buy 5 --atoms"), 2, /--sell is 5\.\nWrite AMOUNT:TOKEN/);
      refused(await sign(`${pair("1.5")} --atoms`), 2, /With --atoms, write a whole number/);
      refused(await sign(`${pair()} --atoms --kind swap`), 2, /Write sell or buy/);
      refused(await sign(`${pair()} --atoms --valid-for soon`), 2, /--valid-for is soon/);
      refused(await sign(`${pair()} --atoms --valid-to 12`), 2, /^InvalidValidity/);
      refused(await sign(`${pair()} --atoms --start-buy 950`), 2, /need each other/);
      refused(await sign(`${pair()} --atoms --keeper nowhere`), 2, /--keeper is nowhere/);
      refused(await sign(`--sell 5:${market.tokenA} --buy 5:${market.tokenA} --atoms`), 2, /^SameToken/);
      refused(await sign("--sell 5:0x12"), 2, /^InvalidArgument: required option '--buy/);
      refused(await sign(`${pair()} --atoms --tip 1`), 2, /unknown option '--tip'/);
    });
  });

  describe("submit", () => {
    it("hands in what is piped in, or what a file holds, as often as one likes", async () => {
      const { out } = await sign(`${pair()} --atoms`);
      const run = await cli("intent submit -", { env: online(), input: out });
      expect(run.exitCode).to.equal(0);
      expect(run.out).to.match(/^status +open$/m);
      writeFileSync(join(directory, "signed.json"), out);
      const again = await cli("intent submit signed.json --json", { env: online(), cwd: directory });
      expect((JSON.parse(again.out) as IntentView).owner).to.equal(market.rich);
    });

    it("tells the keeper's refusal, in words and as JSON", async () => {
      const { out } = await sign(`${pair("10001")} --atoms`);
      refused(
        await cli("intent submit -", { env: online(), input: out }),
        1,
        /^InsufficientBalance: .*\nGet the tokens/,
      );
      const run = await cli("intent submit - --json", { env: online(), input: out });
      expect(JSON.parse(run.err))
        .to.include({ code: "InsufficientBalance" })
        .and.have.keys("code", "message", "hint");
    });

    it("refuses what is no signed intent before it is sent", async () => {
      const env = { WALRAS_KEEPER_URL: "http://127.0.0.1:9" };
      refused(await cli("intent submit -", { env, input: "nonsense" }), 2, /is not JSON/);
      refused(await cli("intent submit -", { env, input: "{}" }), 2, /^InvalidRequest: intent is missing/);
      refused(await cli("intent submit gone.json", { env }), 2, /cannot be read/);
      const { out } = await sign(`${pair()} --atoms`);
      refused(await cli("intent submit -", { env, input: out }), 3, /^KeeperUnreachable/);
    });

    it("shows a stack trace only when asked", async () => {
      const run = await cli("intent submit gone.json --debug");
      expect(run.err)
        .to.match(/^\s+at /m)
        .and.include("caused by");
    });
  });

  describe("status", () => {
    it("shows where an intent stands and why", async () => {
      const { intentHash } = await submitted();
      const reason = { code: "no-counterparty", message: "Nobody sells what it buys." };
      await test.store.updateIntents([{ intentHash, status: "open", reason }], Date.now());
      const run = await cli(`intent status ${intentHash}`, { env: online() });
      expect(run.out).to.match(/^status +open: Nobody sells what it buys\. \(no-counterparty\)$/m);
      const json = JSON.parse(
        (await cli(`intent status ${intentHash} --json`, { env: online() })).out,
      ) as IntentView;
      expect(json.reason).to.deep.equal(reason);
    });

    it("follows an intent until it is over, and says by its exit code how", async () => {
      const { intentHash } = await submitted();
      const run = cli(`intent status ${intentHash} --watch --json`, { env: online() });
      while (test.keeper.listeners(intentHash) === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      const reason = { code: "Expired", message: "Too late." };
      test.keeper.publish(
        await test.store.updateIntents([{ intentHash, status: "expired", reason }], Date.now()),
      );
      const { exitCode, out } = await run;
      expect(exitCode).to.equal(4);
      const events = out.split("\n").map((line) => JSON.parse(line) as IntentEvent);
      expect(events.map(({ status }) => status)).to.deep.equal(["open", "expired"]);
      const text = await cli(`intent status ${intentHash} --watch`, { env: online() });
      expect(text.out).to.match(/expired: Too late\. \(Expired\)$/);
    });

    it("refuses what is no hash, or nobody's", async () => {
      refused(await cli("intent status 0x12", { env: online() }), 2, /^InvalidHex/);
      refused(await cli(`intent status 0x${"00".repeat(32)}`, { env: online() }), 1, /^NotFound/);
    });
  });

  describe("cancel", () => {
    it("takes an intent back for its owner, and for nobody else", async () => {
      const { intentHash } = await submitted();
      const env = { ...online(), WALRAS_PRIVATE_KEY: market.otherWallet.privateKey };
      refused(await cli(`intent cancel ${intentHash}`, { env }), 1, /^InvalidSignature/);
      const run = await cli(`intent cancel ${intentHash} --json`, { env: online() });
      expect((JSON.parse(run.out) as IntentView).status).to.equal("cancelled");
    });
  });
});
