/** Starts, kills and restarts a whole keeper process, and speaks with it. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Address, Hex, PostIntentBody } from "@walras/sdk";
import { z } from "zod";
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
  settings: { confirmations?: number; port?: number; auctions?: readonly Address[] } = {},
): KeeperProcess {
  const configFile = join(database.folder, "walras.json");
  const { confirmations = 1, port = 0, auctions = [] } = settings;
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
    auctions: { addresses: auctions },
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

/** Whether the keeper has acknowledged the intent; it may have kept it all the same when it was killed before. */
export async function post(url: string, body: PostIntentBody): Promise<boolean> {
  try {
    const response = await fetch(`${url}/v1/intents`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return response.ok;
  } catch {
    return false;
  }
}

const answerSchema = z.object({
  ...{ intentHash: z.string(), status: z.string() },
  ...{ sold: z.string(), bought: z.string(), fee: z.string() },
  reason: z.object({ code: z.string(), message: z.string() }).nullable(),
});
export type IntentAnswer = z.output<typeof answerSchema>;

/** What the keeper says of an intent; null when it does not know it. */
export async function ask(url: string, intentHash: Hex): Promise<IntentAnswer | null> {
  const response = await fetch(`${url}/v1/intents/${intentHash}`);
  return response.status === 200 ? answerSchema.parse(await response.json()) : null;
}
