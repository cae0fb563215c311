import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { loadConfig, readConfig, redactConfig, type Config } from "./config.ts";
import { configKeys } from "./config/keys.ts";
import type { KeeperError } from "./errors.ts";

const privateKey = `0x${"11".repeat(32)}`;
const settlement = "0x5FbDB2315678afecb367f032d93F642f64180aa3";
const least = "chain: { rpcUrl: 'http://127.0.0.1:8545', chainId: 31337 }\n";

describe("config", function () {
  this.timeout(300_000);
  let cwd: string;

  beforeEach(() => {
    cwd = mkdtempSync(join(tmpdir(), "walras-config-"));
  });

  afterEach(() => rmSync(cwd, { recursive: true }));

  function read(yaml: string, env: Record<string, string> = {}) {
    const file = join(cwd, "walras.yaml");
    writeFileSync(file, yaml);
    return readConfig({ file, env: { WALRAS_PRIVATE_KEY: privateKey, ...env }, cwd });
  }

  function accepted(yaml: string, env?: Record<string, string>): Config {
    const outcome = read(yaml, env);
    if (!outcome.ok) throw outcome.problems[0] ?? new Error("no problem given");
    return outcome.config;
  }

  function refused(yaml: string, env?: Record<string, string>): KeeperError[] {
    const outcome = read(yaml, env);
    if (outcome.ok) throw new Error("accepted");
    expect(outcome.problems.map(({ code }) => code)).to.satisfy((codes: string[]) =>
      codes.every((code) => code === "InvalidConfig"),
    );
    return outcome.problems;
  }

  it("fills in every default when only the chain is given", () => {
    const config = accepted(least);
    expect(config.chain).to.deep.equal({
      rpcUrl: "http://127.0.0.1:8545",
      chainId: 31337,
      timeoutMs: 10_000,
      pollIntervalMs: 1_000,
      maxBlockAgeSeconds: 120,
      confirmations: 3,
    });
    expect(config.keeper.fee).to.equal("cap");
    expect(config.http.rateLimit).to.deep.equal({ max: 600, windowSeconds: 60 });
    expect(config.settlement).to.match(/^0x/);
  });

  it("reads the example file, and ./walras.yaml when no file is named", () => {
    const example = readFileSync(new URL("../../../docs/walras.example.yaml", import.meta.url), "utf8");
    writeFileSync(join(cwd, "walras.yaml"), example);
    const config = loadConfig({ env: { WALRAS_PRIVATE_KEY: privateKey }, cwd });
    expect(config.http.port).to.equal(8547);
    expect(config.store.path).to.equal(join(cwd, "walras.sqlite"));
  });

  it("reads the example file with everything that is commented out, and each key stands in it", () => {
    const example = readFileSync(new URL("../../../docs/walras.example.yaml", import.meta.url), "utf8");
    const whole = example
      .replace(/^( *)# ((?:[a-zA-Z]+:| {2}[a-zA-Z]+:))/gm, "$1$2")
      .replaceAll("0x...", settlement)
      .replace(/^ *privateKeyFile.*$/m, "");
    accepted(whole);
    for (const { key, secret } of configKeys) {
      if (!secret || key === "chain.rpcUrl") expect(example).to.include(`${key.split(".").at(-1) ?? ""}:`);
    }
  });

  it("reads JSON", () => {
    const config = accepted(
      JSON.stringify({ chain: { rpcUrl: "https://node.example/v1", chainId: 1 }, settlement }),
    );
    expect(config.chain.chainId).to.equal(1);
  });

  it("reads an address that is not quoted", () => {
    expect(accepted(`${least}settlement: ${settlement}\n`).settlement).to.equal(settlement);
  });

  it("lets the environment win over the file, for every type of key", () => {
    const config = accepted(`${least}http: { port: 1, trustProxy: false, cors: ['*'] }\n`, {
      WALRAS_HTTP_PORT: "9000",
      WALRAS_HTTP_TRUST_PROXY: "true",
      WALRAS_HTTP_CORS: "https://a.example, https://b.example",
      WALRAS_CHAIN_ID: "10",
      WALRAS_SETTLEMENT: settlement,
    });
    expect(config.http).to.include({ port: 9000, trustProxy: true });
    expect(config.http.cors).to.deep.equal(["https://a.example", "https://b.example"]);
    expect(config.chain.chainId).to.equal(10);
  });

  it("takes an empty variable as not set, except for a list, which it empties", () => {
    const config = accepted(`${least}http: { port: 7 }\n`, { WALRAS_HTTP_PORT: "", WALRAS_HTTP_CORS: "" });
    expect(config.http.port).to.equal(7);
    expect(config.http.cors).to.deep.equal([]);
  });

  it("gives each key a variable of its own", () => {
    const variables = configKeys.map(({ env }) => env);
    expect(new Set(variables).size).to.equal(variables.length);
    expect(variables).to.include.members([
      "WALRAS_CHAIN_RPC_URL",
      "WALRAS_PRIVATE_KEY",
      "WALRAS_HTTP_RATE_LIMIT_MAX",
    ]);
  });

  it("reads a gas price in gwei and in wei", () => {
    const price = (text: string) =>
      accepted(`${least}keeper: { maxFeePerGas: "${text}" }\n`).keeper.maxFeePerGas;
    expect(price("2.5 gwei")).to.equal(2_500_000_000n);
    expect(price("7 wei")).to.equal(7n);
    expect(price("7")).to.equal(7n);
    refused(`${least}keeper: { maxFeePerGas: "7 ether" }\n`);
  });

  it("takes paths in the file as relative to the file", () => {
    expect(accepted(`${least}store: { path: data/k.sqlite }\n`).store.path).to.equal(
      join(cwd, "data/k.sqlite"),
    );
  });

  it("refuses a key that it does not know, names its line and says which was meant", () => {
    const [problem] = refused(`${least}http:\n  prot: 80\n`);
    expect(problem?.message).to.match(/walras\.yaml:3: http\.prot is not a key/);
    expect(problem?.hint).to.equal("Did you mean http.port?");
  });

  it("finds a key that stands in the wrong section", () => {
    const problems = refused("rpcUrl: http://127.0.0.1:8545\nchain: { chainId: 1 }\n");
    expect(problems[0]?.hint).to.equal("Did you mean chain.rpcUrl?");
  });

  it("refuses a variable that it does not know", () => {
    const [problem] = refused(least, { WALRAS_HTTP_PROT: "80" });
    expect(problem?.hint).to.equal("Did you mean WALRAS_HTTP_PORT?");
    refused(least, { WALRAS_HTTP_SOMETHING_ELSE: "1" });
    accepted(least, { WALRAS_OF_ANOTHER_PROGRAM: "1" });
  });

  it("reports every problem at once, each with key, source and value", () => {
    const problems = refused("chain: { rpcUrl: 'ftp://x', chainId: one }\nhttp: { port: 70000 }\n");
    expect(problems.map(({ details }) => details["key"])).to.deep.equal([
      "chain.rpcUrl",
      "chain.chainId",
      "http.port",
    ]);
    expect(problems[2]?.message).to.match(/walras\.yaml:2: http\.port is 70000/);
  });

  it("says how to set a key that is missing", () => {
    const [problem] = refused("chain: { chainId: 1 }\n");
    expect(problem?.message).to.match(/chain\.rpcUrl is missing/);
    expect(problem?.hint).to.include("WALRAS_CHAIN_RPC_URL");
  });

  it("names a bad value of the environment by its variable", () => {
    const [problem] = refused(least, { WALRAS_HTTP_PORT: "eighty" });
    expect(problem?.message).to.match(/^WALRAS_HTTP_PORT: http\.port is "eighty"/);
  });

  it("refuses limits that no intent could meet", () => {
    expect(refused(`${least}limits: { minValiditySeconds: 9, maxValiditySeconds: 8 }\n`)).to.have.length(1);
  });

  it("asks for the settlement contract on a chain without a known deployment", () => {
    const [problem] = refused("chain: { rpcUrl: 'http://127.0.0.1:1', chainId: 424242 }\n");
    expect(problem?.details["key"]).to.equal("settlement");
  });

  it("says so when the file is not there, or is not YAML", () => {
    const missing = readConfig({ file: "nowhere.yaml", env: {}, cwd });
    expect(missing.ok ? "" : missing.problems[0]?.message).to.match(/nowhere\.yaml: the file cannot be read/);
    expect(refused("a: [1\n")[0]?.message).to.match(/is not valid YAML/);
    expect(refused("- 1\n")[0]?.message).to.match(/holds no keys/);
  });

  describe("private key", () => {
    it("is refused in the file, without showing it", () => {
      const [problem] = refused(`${least}keeper: { privateKey: "${privateKey}" }\n`, {
        WALRAS_PRIVATE_KEY: "",
      });
      expect(problem?.message).to.match(/must not stand in the configuration file/);
      expect(`${problem?.message} ${problem?.hint}`).not.to.include("1111");
    });

    it("never appears in an error", () => {
      const [problem] = refused(least, { WALRAS_PRIVATE_KEY: "0x1234567890" });
      expect(problem?.message).to.include("(hidden)");
      expect(`${problem?.message} ${problem?.hint}`).not.to.include("1234567890");
      expect(refused(least, { WALRAS_PRIVATE_KEY: `0x${"00".repeat(32)}` })[0]?.message).to.include(
        "secp256k1",
      );
    });

    it("is asked for when it is missing", () => {
      expect(refused(least, { WALRAS_PRIVATE_KEY: "" })[0]?.hint).to.include("WALRAS_PRIVATE_KEY");
    });

    it("is read from a file that nobody else can read, and from no other", () => {
      const file = join(cwd, "key");
      writeFileSync(file, `${privateKey}\n`);
      chmodSync(file, 0o600);
      const env = { WALRAS_PRIVATE_KEY: "" };
      const yaml = `${least}keeper: { privateKeyFile: key }\n`;
      expect(accepted(yaml, env).keeper.privateKey).to.equal(privateKey);

      chmodSync(file, 0o644);
      expect(refused(yaml, env)[0]?.message).to.match(/mode 0644/);
      expect(refused(`${least}keeper: { privateKeyFile: gone }\n`, env)[0]?.message).to.match(
        /cannot be read/,
      );
      writeFileSync(file, "hello");
      chmodSync(file, 0o600);
      expect(refused(yaml, env)[0]?.message).to.match(/holds no private key/);
    });

    it("is refused when it is given twice", () => {
      expect(refused(`${least}keeper: { privateKeyFile: key }\n`)[0]?.message).to.match(/given twice/);
    });
  });

  it("is shown without secrets", () => {
    const config = accepted(
      "chain: { rpcUrl: 'https://user:pass@node.example/v2/SECRET?k=1', chainId: 31337 }\n",
    );
    const text = JSON.stringify(redactConfig(config));
    expect(text).to.include("https://node.example/…");
    for (const secret of ["SECRET", "pass", "1111"]) expect(text).not.to.include(secret);
  });
});
