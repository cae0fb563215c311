/** The pipeline's steps in a test's own hands: one round, one look at what is pending, one block at a time. */
import type { Hex, IntentStatus } from "@walras/sdk";
import { solve } from "@walras/solver";
import pino from "pino";
import type { Chain } from "../src/chain/Chain.ts";
import { DataFees } from "../src/chain/dataFees.ts";
import type { AdmittedIntent, StoredBatch } from "../src/domain.ts";
import { BatchMaker } from "../src/pipeline/batch.ts";
import { BatchFollower, type ConfirmDeps } from "../src/pipeline/confirm.ts";
import { Notifier } from "../src/pipeline/notify.ts";
import { runRound, type RoundDeps, type RoundOutcome } from "../src/pipeline/round.ts";
import { SitOut } from "../src/pipeline/sitOut.ts";
import type { Solver } from "../src/pipeline/solve.ts";
import { openSqliteStore } from "../src/store/sqliteStore.ts";
import type { Store } from "../src/store/Store.ts";
import { erc20, walletOf } from "./localChain.ts";
import type { World } from "./world.ts";

export type Desk = {
  store: Store;
  deps: RoundDeps & ConfirmDeps;
  lines: string[];
  add(...intents: AdmittedIntent[]): Promise<void>;
  round(): Promise<RoundOutcome>;
  follow(): Promise<{ onItsWay: boolean }>;
  /** A new process on the same database: everything that was only in memory is gone. */
  restart(): void;
  status(intent: { intentHash: Hex }): Promise<IntentStatus | undefined>;
  reason(intent: { intentHash: Hex }): Promise<string | undefined>;
  onlyBatch(): Promise<StoredBatch>;
  close(): Promise<void>;
};

export type DeskOptions = {
  confirmations?: number;
  maxFeePerGas?: bigint;
  fee?: "cap" | "none";
  tokenValues?: ReadonlyMap<string, bigint>;
  chain?: Partial<Chain>;
  clock?: () => number;
};

/** Solves at once, in this thread: what a batch is made of does not depend on where it was found. */
const inlineSolver: Solver = {
  solve: (book, { maxFills, gas }) => {
    const solution = solve(book, { maxFills, ...(gas === undefined ? {} : { gas }) });
    return Promise.resolve({ solution, elapsedMs: 0 });
  },
  stop: () => Promise.resolve(),
};

export async function startDesk(world: World, options: DeskOptions = {}): Promise<Desk> {
  const { settlement, account } = world;
  const store = await openSqliteStore(":memory:", { chainId: 31337, settlement });
  const lines: string[] = [];
  const logger = pino({ level: "debug" }, { write: (line: string) => void lines.push(line) });
  const chain = { ...world.local.chain, ...options.chain };
  const sitOut = new SitOut(() => 0);
  const { confirmations = 1, fee = "cap", tokenValues = new Map(), maxFeePerGas, clock = Date.now } = options;
  const base = { chain, settlement, keeper: account.address, sitOut, logger, random: sequence() };
  const deps: Desk["deps"] = {
    ...{ chain, store, account, settlement, maxFeePerGas, notifier: new Notifier(), logger, clock },
    ...{ sitOut, fee, tokenValues, confirmations, replaceAfterBlocks: 2, dataFees: new DataFees(chain) },
    maker: new BatchMaker({ ...base, solver: inlineSolver }),
  };
  let follower = new BatchFollower(deps);

  return {
    store,
    deps,
    lines,
    async add(...intents) {
      for (const intent of intents) await store.addIntent(intent, clock());
    },
    round: async () => runRound(await chain.latestBlock(), 1, deps),
    follow: async () => follower.follow(await chain.latestBlock()),
    restart() {
      follower = new BatchFollower(deps);
    },
    status: async ({ intentHash }) => (await store.getIntent(intentHash))?.status,
    reason: async ({ intentHash }) => (await store.getIntent(intentHash))?.reason?.code,
    async onlyBatch() {
      const { items } = await store.listBatches({ limit: 2 });
      const [batch] = items;
      if (batch === undefined || items.length !== 1) throw new Error(`${items.length} batches`);
      return batch;
    },
    close: () => store.close(),
  };
}

/** Two intents that settle with each other: owner 1 sells 1000 A, owner 2 sells 1000 B, each for at least 900. */
export async function pairOf(world: World) {
  const [a, b] = world.tokens;
  return [
    await world.sign(1, { sellToken: a, buyToken: b }),
    await world.sign(2, { sellToken: b, buyToken: a }),
  ] as const;
}

const gwei = 10n ** 9n;

/** Sends a transaction of account `index` that pays so much that it comes first, and does not wait for it. */
export async function sendFirst(world: World, index: number, to: Hex, data: string): Promise<void> {
  const [from, fee] = [walletOf(index).address, `0x${(5000n * gwei).toString(16)}`];
  // In place of what the account may have waiting already.
  const nonce = await world.local.request("eth_getTransactionCount", [from, "latest"]);
  const fees = { maxFeePerGas: fee, maxPriorityFeePerGas: fee, gas: "0x30000" };
  await world.local.request("eth_sendTransaction", [{ from, to, data, nonce, ...fees }]);
}

/** Takes tokens out of an owner's account, before whatever else waits to be mined. */
export function moveOut(world: World, index: number, token: Hex, amount: bigint): Promise<void> {
  const data = erc20.encodeFunctionData("transfer", [world.owner(6), amount]);
  return sendFirst(world, index, token, data);
}

/** Mines a block that costs so much that only those are in it who pay for coming first. */
export async function expensiveBlock(world: World): Promise<void> {
  await world.local.request("hardhat_setNextBlockBaseFeePerGas", [`0x${(1000n * gwei).toString(16)}`]);
  await world.local.mine();
}

/** Numbers from 0 to 1, the same ones in every run. */
function sequence(): () => number {
  let state = 1;
  return () => (state = (state * 48_271) % 0x7fffffff) / 0x7fffffff;
}
