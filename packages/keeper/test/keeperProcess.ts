/** Starts, kills and restarts a whole keeper process. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Database } from "./testKeeper.ts";
import type { World } from "./world.ts";

const childPath = fileURLToPath(new URL("run.child.ts", import.meta.url));

export type KeeperProcess = {
  child: ChildProcess;
  /** All that it has written to stdout and stderr. */
  output: () => string;
  /** Settles with the URL of its HTTP API, or rejects with its output if it ends before. */
  url: Promise<string>;
  /** Settles with its exit code or the signal that ended it. */
  ended: Promise<number | string | null>;
};

export function startKeeperProcess(
  world: World,
  database: Database,
  settings: { confirmations?: number; port?: number } = {},
): KeeperProcess {
  const configFile = join(database.folder, "walras.json");
  const { confirmations = 1, port = 0 } = settings;
  const config = {
    chain: {
      rpcUrl: world.local.rpcUrl,
      chainId: 31337,
      pollIntervalMs: 50,
      maxBlockAgeSeconds: 3600,
      confirmations,
    },
    settlement: world.settlement,
    keeper: { batchIntervalMs: 50 },
    store: { path: database.path },
    http: { port, rateLimit: { max: 0 } },
  };
  writeFileSync(configFile, JSON.stringify(config));
  const env = { PATH: process.env["PATH"], WALRAS_PRIVATE_KEY: world.keeperKey };
  const child = spawn(process.execPath, [childPath, configFile], { env, stdio: ["ignore", "pipe", "pipe"] });

  let output = "";
  const ended = once(child, "close").then(
    ([code, signal]: (number | string | null)[]) => code ?? signal ?? null,
  );
  const url = new Promise<string>((resolve, reject) => {
    const take = (data: Buffer) => {
      output += data.toString();
      const match = /^listening (.*)$/m.exec(output);
      if (match?.[1] !== undefined) resolve(match[1]);
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    void ended.then(() => {
      reject(new Error(output));
    });
  });
  url.catch(() => undefined);
  return { child, output: () => output, url, ended };
}
