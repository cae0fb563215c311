/** A keeper on a local chain that can be killed between any two steps, and started anew on the same database. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Hex, IntentStatus } from "@walras/sdk";
import pino, { type Logger } from "pino";
import type { Chain } from "../src/chain/Chain.ts";
import type { StoredIntent } from "../src/domain.ts";
import { createKeeper, type Keeper, type KeeperDeps } from "../src/keeper.ts";
import { openSqliteStore } from "../src/store/sqliteStore.ts";
import type { ServedAuction } from "../src/sealed/auctionMarket.ts";
import type { Store } from "../src/store/Store.ts";
import type { World } from "./world.ts";

/** Where to die: every call after that point fails, as if the process were gone. */
export type Death = { before: keyof Store | keyof Chain } | { after: keyof Store | keyof Chain };

export type TestKeeper = {
  keeper: Keeper;
  store: Store;
  /** Settles when the keeper has died. */
  died: Promise<null>;
  /** One line per log entry. */
  lines: string[];
  add(...intents: Parameters<Store["addIntent"]>[0][]): Promise<void>;
  /** Waits until every one of the intents has the status. */
  until(status: IntentStatus, ...intents: { intentHash: Hex }[]): Promise<StoredIntent[]>;
  stop(): Promise<void>;
};

export type TestKeeperOptions = {
  death?: Death;
  options?: Partial<KeeperDeps["options"]>;
  chain?: Chain;
  clock?: () => number;
  checkDeployment?: () => Promise<void>;
  auctions?: readonly ServedAuction[];
  /** Default: true. */
  start?: boolean;
};

export class Database {
  readonly folder = mkdtempSync(join(tmpdir(), "walras-keeper-"));
  readonly path = join(this.folder, "keeper.db");

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The object, until it is dead. */
function mortal<Target extends Store | Chain>(
  target: Target,
  life: { isOver: () => boolean; end: () => void },
  death: Death | undefined,
): Target {
  return new Proxy(target, {
    get(_, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== "function") return method;
      return async (...args: unknown[]) => {
        if (death !== undefined && "before" in death && death.before === name) life.end();
        if (life.isOver()) throw new Error("the process is gone");
        const result: unknown = await Reflect.apply(method, target, args);
        if (death !== undefined && "after" in death && death.after === name) life.end();
        if (life.isOver()) throw new Error("the process is gone");
        return result;
      };
    },
  });
}

export async function startTestKeeper(
  world: World,
  database: Database,
  { death, options = {}, chain = world.local.chain, ...more }: TestKeeperOptions = {},
): Promise<TestKeeper> {
  const { promise: died, resolve } = Promise.withResolvers<null>();
  let dead = false;
  const life = {
    isOver: () => dead,
    end: () => {
      dead = true;
      resolve(null);
    },
  };
  const lines: string[] = [];
  const logger: Logger = pino({ level: "debug" }, { write: (line: string) => void lines.push(line) });
  const store = await openSqliteStore(database.path, { chainId: 31337, settlement: world.settlement });
  const { auctions = [], clock, checkDeployment = () => Promise.resolve(), start = true } = more;
  const keeper = createKeeper({
    chain: mortal(chain, life, death),
    store: mortal(store, life, death),
    account: world.account,
    settlement: world.settlement,
    auctions: () => auctions,
    options: {
      pollIntervalMs: 10,
      maxBlockAgeSeconds: 3600,
      confirmations: 1,
      batchIntervalMs: 0,
      maxFeePerGas: undefined,
      replaceAfterBlocks: 2,
      fee: "cap",
      tokenValues: new Map(),
      solveTimeBudgetMs: 1000,
      atOwnCost: true,
      auctionsFromBlock: undefined,
      ...options,
    },
    checkDeployment,
    logger,
    ...(clock === undefined ? {} : { clock }),
  });
  if (start) await keeper.start();

  const test: TestKeeper = {
    keeper,
    store,
    died,
    lines,
    async add(...intents) {
      for (const intent of intents) await store.addIntent(intent, Date.now());
      keeper.intentArrived();
    },
    async until(status, ...intents) {
      for (;;) {
        const found = await Promise.all(intents.map(({ intentHash }) => store.getIntent(intentHash)));
        const present = found.filter((intent) => intent !== null);
        if (present.length === intents.length && present.every((intent) => intent.status === status))
          return present;
        await new Promise((next) => setTimeout(next, 5));
      }
    },
    async stop() {
      await keeper.stop();
      await store.close();
    },
  };
  return test;
}
