/** The HTTP side over a real store and a real chain, without a port; every answer is held to the OpenAPI document. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  buildIntent,
  parseAddress,
  serializeSignedIntent,
  signIntent,
  zeroAddress,
  type Address,
  type BuildIntentInput,
  type Hex,
  type IntentDomain,
  type IntentView,
  type KeeperErrorBody,
  type PostIntentBody,
  type SerializedIntent,
} from "@walras/sdk";
import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { expect } from "chai";
import { Interface } from "ethers";
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from "fastify";
import pino from "pino";
import { z } from "zod";
import { loadConfig, type Config } from "../src/config.ts";
import type { StoredEvent } from "../src/domain.ts";
import { KeeperError } from "../src/errors.ts";
import type { AppDeps } from "../src/http/AppDeps.ts";
import { buildApp } from "../src/http/app.ts";
import type { HealthState } from "../src/keeper.ts";
import { Metrics } from "../src/metrics.ts";
import { openSqliteStore } from "../src/store/sqliteStore.ts";
import type { Store } from "../src/store/Store.ts";
import { artifacts, erc20, startLocalChain, walletOf, type LocalChain } from "./localChain.ts";

/* THE CHAIN */

export const wallet1271 = "test/mocks/Wallet1271.sol/Wallet1271.json";

export const settlementAbi = new Interface([
  "function cancel(uint256 nonce)",
  "function setApproval(bytes32 intentHash, bool approved)",
]);

export type Market = {
  local: LocalChain;
  domain: IntentDomain;
  tokenA: Address;
  tokenB: Address;
  /** Has 10,000 of either token and allows the settlement contract all of it. */
  rich: Address;
  richWallet: ReturnType<typeof walletOf>;
  /** As rich, to trade with. */
  other: Address;
  otherWallet: ReturnType<typeof walletOf>;
  /** Has nothing. */
  poor: Address;
  poorWallet: ReturnType<typeof walletOf>;
};

export async function startMarket(): Promise<Market> {
  const local = await startLocalChain();
  const settlement = await local.deploySettlement();
  const deployToken = (name: string) =>
    local.deploy(artifacts.token, ["string", "string", "uint8"], [name, name, 18]);
  const [tokenA, tokenB] = [await deployToken("A"), await deployToken("B")];
  const [richWallet, otherWallet, poorWallet] = [walletOf(1), walletOf(2), walletOf(3)];
  const [rich, other] = [parseAddress(richWallet.address), parseAddress(otherWallet.address)];
  for (const owner of [rich, other]) {
    for (const token of [tokenA, tokenB]) {
      await local.send(owner, token, erc20.encodeFunctionData("mint", [owner, 10_000n]));
      await local.send(owner, token, erc20.encodeFunctionData("approve", [settlement, 10_000n]));
    }
  }
  return {
    local,
    domain: { chainId: await local.chain.chainId(), verifyingContract: settlement },
    tokenA,
    tokenB,
    rich,
    richWallet,
    other,
    otherWallet,
    poor: parseAddress(poorWallet.address),
    poorWallet,
  };
}

/* THE KEEPER BEHIND THE APP */

const healthy: HealthState = {
  status: "ok",
  block: { number: 1, timestamp: 1, ageSeconds: 0 },
  node: { reachable: true, latencyMs: 1 },
  openIntents: 0,
  pendingBatches: 0,
};

/** What the routes ask of the keeper, with its store but without its loop. */
export class QuietKeeper {
  arrived = 0;
  state: HealthState = healthy;
  readonly metrics: Metrics;
  readonly #store: Store;
  readonly #listeners = new Map<Hex, Set<(event: StoredEvent) => void>>();

  constructor(store: Store) {
    this.#store = store;
    this.metrics = new Metrics({
      settlement: zeroAddress,
      sealed: () => ({ placed: 3, cleared: 2, closed: 1, collected: 0, lostRaces: 0 }),
      waiting: () => store.counts(),
      blockNumber: () => null,
    });
  }

  intentArrived(): void {
    this.arrived++;
  }

  /** The time of the newest block, where a test sets one. */
  time: number | null = null;

  blockTime(): number | null {
    return this.time;
  }

  health(): Promise<HealthState> {
    return Promise.resolve(this.state);
  }

  subscribe(intentHash: Hex, listener: (event: StoredEvent) => void): () => void {
    const listeners = this.#listeners.get(intentHash) ?? new Set();
    this.#listeners.set(intentHash, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  listeners(intentHash: Hex): number {
    return this.#listeners.get(intentHash)?.size ?? 0;
  }

  publish(events: StoredEvent[]): void {
    for (const event of events)
      for (const listener of this.#listeners.get(event.intentHash) ?? []) listener(event);
  }

  async cancelIntent(intentHash: Hex) {
    const intent = await this.#store.getIntent(intentHash);
    if (intent === null) throw new KeeperError("NotFound", { what: "intent", id: intentHash });
    if (intent.status === "executing") throw new KeeperError("NotCancellable", { status: intent.status });
    const reason = { code: "Cancelled", message: "The owner took it back." };
    this.publish(await this.#store.updateIntents([{ intentHash, status: "cancelled", reason }], Date.now()));
    return { ...intent, status: "cancelled" as const, reason };
  }
}

/* THE APP */

export const keeperKey = `0x${"42".repeat(32)}`;

export type TestApp = {
  app: FastifyInstance;
  config: Config;
  store: Store;
  keeper: QuietKeeper;
  /** Calls the app and throws when the answer is not as the OpenAPI document says. */
  call(options: InjectOptions): Promise<LightMyRequestResponse>;
  post(body: unknown): Promise<LightMyRequestResponse>;
  /** Posts a body that is to be refused so, and holds the keeper to it: nothing is stored. */
  refuse(body: unknown, status: number, code: string): Promise<KeeperErrorBody>;
  /** "GET /v1/health 200" and so on: the documented answers that were seen. */
  seen: Set<string>;
  close(): Promise<void>;
};

const schemaSchema = z.record(z.string(), z.unknown());
const documentSchema = z.looseObject({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.looseObject({
        responses: z.record(
          z.string(),
          z.looseObject({
            content: z.record(z.string(), z.looseObject({ schema: schemaSchema })).optional(),
          }),
        ),
      }),
    ),
  ),
});

/** Holds an answer to the document: its status is listed for the call, and its body fits the schema. */
function checkAnswer(
  ajv: Ajv2020,
  { paths }: z.output<typeof documentSchema>,
  { method = "GET", url }: InjectOptions,
  answer: LightMyRequestResponse,
): string | null {
  const path = typeof url === "string" ? (url.split("?", 1)[0] ?? "") : "";
  const template = Object.keys(paths).find((candidate) =>
    new RegExp(`^${candidate.replace(/\{\w+\}/g, "[^/]+")}$`).test(path),
  );
  const operation = template === undefined ? undefined : paths[template]?.[method.toLowerCase()];
  if (template === undefined || operation === undefined) {
    if (![404, 405, 400, 429].includes(answer.statusCode) && method !== "OPTIONS" && method !== "HEAD") {
      throw new Error(`${method} ${path} is not documented, and answers ${answer.statusCode}`);
    }
    return null;
  }
  const response = operation.responses[answer.statusCode];
  if (response === undefined) {
    throw new Error(
      `${method} ${template} answers ${answer.statusCode}, which is not documented: ${answer.body}`,
    );
  }
  const schema = response.content?.["application/json"]?.schema;
  if (schema !== undefined) {
    const operationName = method.toLowerCase();
    const pointer = [
      "paths",
      template,
      operationName,
      "responses",
      String(answer.statusCode),
      "content",
      "application/json",
      "schema",
    ]
      .map((part) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1")))
      .join("/");
    const validate = ajv.getSchema(`openapi.json#/${pointer}`);
    if (validate === undefined) throw new Error(`no schema at ${pointer}`);
    if (validate(answer.json()) !== true) {
      throw new Error(
        `${method} ${template} ${answer.statusCode}: ${ajv.errorsText(validate.errors)}: ${answer.body}`,
      );
    }
  }
  return `${method} ${template} ${answer.statusCode}`;
}

export async function startApp(
  { local, domain }: Market,
  { env = {}, ...overrides }: Partial<AppDeps> & { env?: Record<string, string> } = {},
): Promise<TestApp> {
  const directory = mkdtempSync(join(tmpdir(), "walras-app-"));
  const config = loadConfig({
    cwd: directory,
    env: {
      WALRAS_PRIVATE_KEY: keeperKey,
      WALRAS_CHAIN_RPC_URL: local.rpcUrl,
      WALRAS_CHAIN_ID: String(domain.chainId),
      WALRAS_SETTLEMENT: domain.verifyingContract,
      WALRAS_STORE_PATH: "walras.sqlite",
      ...env,
    },
  });
  const identity = { chainId: domain.chainId, settlement: domain.verifyingContract };
  const store = await openSqliteStore(config.store.path, identity);
  const keeper = new QuietKeeper(store);
  const logger = pino({ level: "silent" });
  const app = buildApp({
    config,
    store,
    chain: local.chain,
    keeper,
    logger,
    auctions: () => [],
    ...overrides,
  });
  await app.ready();

  const document: unknown = (
    await app.inject({ url: "/v1/openapi.json", remoteAddress: "127.0.0.1" })
  ).json();
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  ajv.addSchema(schemaSchema.parse(document), "openapi.json");
  const paths = documentSchema.parse(document);

  const seen = new Set<string>();
  async function call(options: InjectOptions): Promise<LightMyRequestResponse> {
    const answer = await app.inject(options);
    const documented = checkAnswer(ajv, paths, options, answer);
    if (documented !== null) seen.add(documented);
    return answer;
  }

  const post = (body: unknown) =>
    call({
      method: "POST",
      url: "/v1/intents",
      headers: { "content-type": "application/json" },
      payload: typeof body === "string" ? body : JSON.stringify(body),
    });

  return {
    app,
    config,
    store,
    keeper,
    call,
    seen,
    post,
    async refuse(body, status, code) {
      const before = await store.counts();
      const refusal = expectRefusal(await post(body), status, code);
      expect(await store.counts()).to.deep.equal(before);
      return refusal;
    },
    async close() {
      await app.close();
      await store.close();
      rmSync(directory, { recursive: true });
    },
  };
}

/** The answer is this refusal, and whole. */
export function expectRefusal(answer: LightMyRequestResponse, status: number, code: string): KeeperErrorBody {
  const body = answer.json<KeeperErrorBody>();
  expect(`${answer.statusCode} ${body.code}`, body.message).to.equal(`${status} ${code}`);
  expect(Object.keys(body).sort()).to.deep.equal(["code", "hint", "message"]);
  expect(`${body.message} ${body.hint}`).not.to.match(/\{\w+\}/);
  expect(answer.headers["x-request-id"]).to.be.a("string");
  return body;
}

/* INTENTS */

/** A signed body of `POST /v1/intents`: 1,000 A of rich for at least 900 B, valid for an hour, unless said otherwise. */
export async function bodyOf(
  { domain, tokenA, tokenB, richWallet, local }: Market,
  terms: Partial<BuildIntentInput> = {},
  wallet = richWallet,
): Promise<PostIntentBody> {
  const { timestamp } = await local.chain.latestBlock();
  const now = Math.max(timestamp, Math.floor(Date.now() / 1000));
  const { validTo = now + 3600, validFor: _validFor, ...rest } = terms;
  // Built as if long ago, so that a test may ask for one that is over.
  const intent = buildIntent({
    sellToken: tokenA,
    buyToken: tokenB,
    sellAmount: 1_000n,
    buyAmount: 900n,
    now: 0,
    ...rest,
    validTo,
  });
  return serializeSignedIntent(await signIntent(intent, domain, wallet));
}

/** Such a body whose intent was changed after it was signed. */
export async function changedBody(
  market: Market,
  fields: Partial<Record<keyof SerializedIntent, unknown>>,
): Promise<{ intent: object; signature: object }> {
  const body = await bodyOf(market);
  return { ...body, intent: { ...body.intent, ...fields } };
}

export function viewOf(answer: LightMyRequestResponse): IntentView {
  return answer.json<IntentView>();
}
