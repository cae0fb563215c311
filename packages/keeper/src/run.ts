/** The composition root: the only file that knows every room. It puts them together, and takes them apart in order. */
import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import { connectChain } from "./chain/connectChain.ts";
import type { Config } from "./config.ts";
import { checkDeployment } from "./deployment.ts";
import { KeeperError } from "./errors.ts";
import { buildApp } from "./http/app.ts";
import { createKeeper, type Keeper } from "./keeper.ts";
import { Liquidity, type LiquidityOptions } from "./pipeline/liquidity.ts";
import { readServedAuction, type ServedAuction } from "./sealed/auctionMarket.ts";
import { Account } from "./signer/account.ts";
import { openSqliteStore } from "./store/sqliteStore.ts";

export type RunningKeeper = {
  /** Where the HTTP API listens. */
  url: string;
  /** Takes no more calls, ends the step under way and closes the store. Safe to call twice. */
  stop(): Promise<void>;
  /** Settles when the keeper has stopped, by `stop` or by a signal. */
  stopped: Promise<undefined>;
};

/**
 * Runs a keeper: opens its store, looks whether the chain and the contract are the right ones, takes up what was pending,
 * and serves. A node that does not answer is waited for, and health says so; a node that answers wrongly is an error.
 *
 * Ends on SIGINT and SIGTERM.
 *
 * @throws KeeperError `StoreInUse`, `StoreUnusable`, `WrongStore`, `WrongDeployment`, `WrongAuction`, `InvalidConfig`
 */
export async function runKeeper(config: Config, logger: Logger): Promise<RunningKeeper> {
  const { chain: chainConfig, keeper: keeperConfig, settlement } = config;
  const identity = { chainId: chainConfig.chainId, settlement };
  const store = await openSqliteStore(config.store.path, identity);
  const leave = new AbortController();
  let app: FastifyInstance | undefined;
  let keeper: Keeper | undefined;
  try {
    const { rpcUrl, timeoutMs } = chainConfig;
    const chain = connectChain({ rpcUrl, timeoutMs, signal: leave.signal });
    const account = new Account(keeperConfig.privateKey, chainConfig.chainId);
    const liquidity = liquidityOf(config);
    let auctions: readonly ServedAuction[] = [];
    const check = async () => {
      await checkDeployment(chain, identity);
      const { addresses } = config.auctions;
      auctions = await Promise.all(
        addresses.map((address) => readServedAuction(chain, identity.chainId, address)),
      );
      if (liquidity !== undefined) await new Liquidity(chain, liquidity).check(account.address);
    };
    await check().catch((error: unknown) => {
      if (!(error instanceof KeeperError) || error.code !== "NodeUnreachable") throw error;
      logger.warn({ code: error.code, problem: error.message }, "waiting for the node");
    });

    const { pollIntervalMs, maxBlockAgeSeconds, confirmations } = chainConfig;
    const { batchIntervalMs, maxFeePerGas, replaceAfterBlocks, fee, solveTimeBudgetMs } = keeperConfig;
    const tokenValues = new Map(keeperConfig.tokenValues);
    const options = {
      ...{ pollIntervalMs, maxBlockAgeSeconds, confirmations },
      ...{
        batchIntervalMs,
        maxFeePerGas,
        replaceAfterBlocks,
        fee,
        tokenValues,
        solveTimeBudgetMs,
        liquidity,
      },
      ...{ atOwnCost: config.auctions.atOwnCost, auctionsFromBlock: config.auctions.fromBlock },
    };
    const served = () => auctions;
    const shared = { chain, store, auctions: served, logger };
    const daemon = (keeper = createKeeper({
      ...shared,
      account,
      settlement,
      options,
      checkDeployment: check,
    }));
    const server = (app = buildApp({ ...shared, config, keeper: daemon }));

    await daemon.start();
    await listen(server, config);
    const url = urlOf(server);
    logger.info(
      { url, chainId: identity.chainId, settlement, account: account.address },
      "the keeper is there",
    );

    let stopping: Promise<void> | null = null;
    const { promise: stopped, resolve, reject } = Promise.withResolvers<undefined>();
    const stop = (): Promise<void> => {
      stopping ??= (async () => {
        logger.info("stopping");
        for (const signal of signals) process.off(signal, onSignal);
        await server.close();
        // Calls to the node under way end at once; whatever step they belong to is taken up at the next start.
        leave.abort();
        await daemon.stop();
        await store.close();
        resolve(undefined);
      })();
      return stopping;
    };
    const onSignal = () => {
      stop().catch(reject);
    };
    for (const signal of signals) process.on(signal, onSignal);
    return { url, stop, stopped };
  } catch (error) {
    leave.abort();
    await keeper?.stop();
    await app?.close();
    await store.close();
    throw error;
  }
}

/** What the configuration says of pools; nothing where it names none. */
function liquidityOf({ liquidity: { executor, ...sources } }: Config): LiquidityOptions | undefined {
  const { pools, factories } = sources;
  return executor === undefined || pools.length + factories.length === 0
    ? undefined
    : { executor, ...sources };
}

const signals = ["SIGINT", "SIGTERM"] as const;

async function listen(server: FastifyInstance, { http: { host, port } }: Config): Promise<void> {
  try {
    await server.listen({ host, port });
  } catch (cause) {
    const problem = `is ${port}, which cannot be listened on at ${host}: ${cause instanceof Error ? cause.message : "?"}`;
    const hint = "Choose a port that is free, or stop what listens there.";
    throw new KeeperError(
      "InvalidConfig",
      { source: "the system", key: "http.port", problem, hint },
      { cause },
    );
  }
}

function urlOf(server: FastifyInstance): string {
  const address: AddressInfo | string | null = server.server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  const host = address.family === "IPv6" ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}`;
}
