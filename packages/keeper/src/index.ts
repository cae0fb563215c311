/** The keeper as a library: what `walras keeper start` is made of. */
export {
  loadConfig,
  readConfig,
  redactConfig,
  type Config,
  type ConfigOutcome,
  type ConfigSources,
} from "./config.ts";
export { runKeeper, type RunningKeeper } from "./run.ts";
export { KeeperError, keeperErrorCodes, type KeeperErrorCode } from "./errors.ts";
export { version } from "./version.ts";
