/** A keeper in a process of its own, from the configuration file at argv[2]; its log goes to stdout. */
import pino from "pino";
import { loadConfig } from "../src/config.ts";
import { runKeeper } from "../src/run.ts";

const config = loadConfig({ file: process.argv[2], env: process.env, cwd: process.cwd() });
const running = await runKeeper(config, pino({ level: config.log.level }));
process.stdout.write(`listening ${running.url}\n`);
await running.stopped;
process.stdout.write("stopped\n");
