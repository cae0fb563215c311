import type { Logger } from "pino";
import type { Chain } from "../chain/Chain.ts";
import type { Config } from "../config.ts";
import type { Keeper } from "../keeper.ts";
import type { Store } from "../store/Store.ts";

/** What the HTTP side is given; it makes nothing by itself. */
export type AppDeps = {
  config: Config;
  store: Store;
  chain: Chain;
  keeper: Pick<Keeper, "cancelIntent" | "health" | "intentArrived" | "subscribe">;
  logger: Logger;
  /** Milliseconds since 1970. Default: this machine's clock. */
  clock?: () => number;
};
