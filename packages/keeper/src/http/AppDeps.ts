import type { Logger } from "pino";
import type { Chain } from "../chain/Chain.ts";
import type { Config } from "../config.ts";
import type { ServedAuction } from "../sealed/auctionMarket.ts";
import type { Keeper } from "../keeper.ts";
import type { Store } from "../store/Store.ts";

/** What the HTTP side is given; it makes nothing by itself. */
export type AppDeps = {
  config: Config;
  store: Store;
  chain: Chain;
  /** The auctions that are served; none while the node has not been there. */
  auctions: () => readonly ServedAuction[];
  keeper: Pick<Keeper, "blockTime" | "cancelIntent" | "health" | "intentArrived" | "metrics" | "subscribe">;
  logger: Logger;
  /** Milliseconds since 1970. Default: this machine's clock. */
  clock?: () => number;
};
