/** Every key of the configuration: its type, its default, what it is for, and the variable that sets it. */
import { parseAddress } from "@walras/sdk";
import { z } from "zod";
import { privateKey } from "./privateKey.ts";

const integer = (min: number, max: number) => z.int().min(min).max(max);
const seconds = integer(0, 0xffffffff);

/** An amount of wei, written as "2.5 gwei" or in plain wei. */
const gasPrice = z
  .string()
  .regex(/^\d{1,12}(\.\d{1,9})? gwei$|^\d{1,30}( wei)?$/, 'must look like "50 gwei" or be digits of wei')
  .transform((text) => {
    const [number = "0", unit] = text.split(" ");
    if (unit !== "gwei") return BigInt(number);
    const [whole = "0", fraction = ""] = number.split(".");
    return BigInt(whole + fraction.padEnd(9, "0"));
  });

const address = z.string().transform((text, context) => {
  try {
    return parseAddress(text);
  } catch {
    context.addIssue({ code: "custom", message: "must be an address: 0x, 40 hex digits, right checksum" });
    return z.NEVER;
  }
});

/** A token and what 10^18 of its atoms are worth: "0x…=2500000000000000000" in wei. */
const tokenValue = z.string().transform((text, context): [string, bigint] => {
  const [token = "", wei = ""] = text.split("=");
  try {
    if (/^\d{1,60}$/.test(wei)) return [parseAddress(token).toLowerCase(), BigInt(wei)];
  } catch {
    // Refused below, with what it should look like.
  }
  context.addIssue({ code: "custom", message: "must be a token's address, =, and digits of wei" });
  return z.NEVER;
});

/** `env` overrules the rule WALRAS_SECTION_KEY; `secret` values are never shown; `path` values are relative to the file. */
type KeyMeta = { description: string; env?: string; secret?: boolean; path?: boolean };

const about = (description: string, more: Omit<KeyMeta, "description"> = {}): KeyMeta => ({
  description,
  ...more,
});

export const configSchema = z.object({
  chain: z.object({
    rpcUrl: z.url({ protocol: /^https?$/, error: "must be an http or https URL" }).meta(
      about("JSON-RPC of a node of the chain.", {
        secret: true,
      }),
    ),
    chainId: integer(1, Number.MAX_SAFE_INTEGER).meta(
      about("The chain that is served; the node must be of it.", { env: "WALRAS_CHAIN_ID" }),
    ),
    timeoutMs: integer(100, 600_000).default(10_000).meta(about("Longest wait for one answer of the node.")),
    pollIntervalMs: integer(50, 600_000)
      .default(1_000)
      .meta(about("How often the newest block is asked for.")),
    maxBlockAgeSeconds: seconds
      .min(1)
      .default(120)
      .meta(about("Health is degraded when the newest block is older than this.")),
    confirmations: integer(1, 10_000)
      .default(3)
      .meta(about("Depth, counting its own block, at which a settlement is confirmed.")),
  }),
  settlement: address
    .optional()
    .meta(about("The settlement contract. Default: the deployment of this release on the chain.")),
  keeper: z.object({
    privateKey: privateKey.optional().meta(
      about("Key of the account that settles and pays gas. From the environment only.", {
        env: "WALRAS_PRIVATE_KEY",
        secret: true,
      }),
    ),
    privateKeyFile: z
      .string()
      .min(1)
      .optional()
      .meta(
        about("File of mode 0600 that holds the key, in place of the variable.", {
          env: "WALRAS_PRIVATE_KEY_FILE",
          path: true,
        }),
      ),
    batchIntervalMs: integer(50, 3_600_000).default(2_000).meta(about("Shortest time between two batches.")),
    maxFeePerGas: gasPrice
      .optional()
      .meta(about('The most to pay per gas, such as "50 gwei". Default: what the chain asks.')),
    replaceAfterBlocks: integer(1, 1_000)
      .default(3)
      .meta(about("Blocks without being mined after which a transaction is replaced or cancelled.")),
    fee: z
      .enum(["none", "cap"])
      .default("cap")
      .meta(
        about(
          'What to charge: "cap" is the signed maxFee in proportion to the fill (of an intent with feePerWei, at most three quarters of its metered cost at the last base fee), "none" is nothing.',
        ),
      ),
    tokenValues: z
      .array(tokenValue)
      .default([])
      .meta(
        about(
          "What 10^18 atoms of a token are worth, as \"address=wei\". Where the keeper charges a fee, an intent that sells such a token waits while its fee is worth less than seven tenths of its fill's metered cost at the last base fee. Fees in other tokens are not judged. In auctions, a clearer's fees in such a token are collected when they are worth ten times the gas.",
        ),
      ),
    solveTimeBudgetMs: integer(10, 600_000).default(1_000).meta(about("Time for finding one batch.")),
  }),
  auctions: z.object({
    addresses: z
      .array(address)
      .optional()
      .meta(about("The auctions that are served. Default: those of this release on the chain.")),
    fromBlock: integer(0, Number.MAX_SAFE_INTEGER)
      .optional()
      .meta(
        about(
          "The block from which their events are read. Default: the one in which each was deployed, which an archive node tells; with another node, set it.",
        ),
      ),
    atOwnCost: z
      .boolean()
      .optional()
      .meta(
        about(
          "Place, clear, pay out and refund also where the fees do not pay for the gas. Default: only on chain 31337.",
        ),
      ),
  }),
  store: z.object({
    path: z
      .string()
      .min(1)
      .default("walras.sqlite")
      .meta(about("The SQLite database; it is made when it is not there.", { path: true })),
  }),
  http: z.object({
    host: z
      .string()
      .min(1)
      .default("127.0.0.1")
      .meta(about("Address to listen on; 0.0.0.0 for all interfaces.")),
    port: integer(0, 65_535).default(8_547).meta(about("Port to listen on; 0 takes a free one.")),
    bodyLimit: integer(1_024, 16_777_216)
      .default(327_680)
      .meta(about("Longest body in bytes. The longest intent that a batch can carry has about 265,000.")),
    cors: z
      .array(z.string().min(1))
      .default(["*"])
      .meta(about('Origins of web pages that may call; "*" is all, an empty list is none.')),
    trustProxy: z
      .boolean()
      .default(false)
      .meta(about("Take the caller's address from X-Forwarded-For. Only behind a proxy of your own.")),
    rateLimit: z.object({
      max: integer(0, 1_000_000)
        .default(600)
        .meta(
          about("Calls of one address in a window; 0 is no limit. This machine itself is never limited."),
        ),
      windowSeconds: integer(1, 86_400).default(60).meta(about("Length of the window.")),
    }),
  }),
  liquidity: z.object({
    executor: address
      .optional()
      .meta(
        about(
          "The keeper's own `Executor` contract, which swaps on pools. Its owner is the keeper's account.",
        ),
      ),
    pools: z
      .array(address)
      .default([])
      .meta(about("Uniswap v2 pairs and v3 pools to draw on; needs the executor. An empty list is none.")),
    factories: z
      .array(address)
      .default([])
      .meta(
        about(
          "Uniswap v2 and v3 factories: all their pools between the tokens of a book, and the wrapped coin, are drawn on.",
        ),
      ),
    wrappedCoin: address
      .optional()
      .meta(
        about(
          "The chain's wrapped coin. Where it is traded, a swap must be worth its gas; pools of factories may lead over it.",
        ),
      ),
  }),
  limits: z.object({
    minValiditySeconds: seconds.default(10).meta(about("Intents that end sooner are refused.")),
    maxValiditySeconds: seconds.default(31_536_000).meta(about("Intents that end later are refused.")),
  }),
  log: z.object({
    level: z
      .enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"])
      .default("info")
      .meta(about("The least severe line that is written.")),
    pretty: z.boolean().default(false).meta(about("Lines for people in place of JSON.")),
  }),
});

/** What the schema lets through: defaults filled in, the key and the contract still to be resolved. */
export type Checked = z.output<typeof configSchema>;

/** One key, for the documentation and for the messages. */
export type ConfigKey = {
  /** Such as "chain.rpcUrl". */
  key: string;
  /** The variable that sets it. */
  env: string;
  type: "integer" | "boolean" | "list" | "text";
  default: unknown;
  description: string;
  secret: boolean;
  /** The value is a file's path, relative to the configuration file or, in the environment, to the working directory. */
  path: boolean;
  schema: z.ZodType;
};

function variableOf(path: string[]): string {
  return `WALRAS_${path.map((part) => part.replace(/[A-Z]/g, "_$&").toUpperCase()).join("_")}`;
}

function listKeys(shape: Record<string, z.ZodType>, path: string[]): ConfigKey[] {
  return Object.entries(shape).flatMap(([name, schema]) => {
    const here = [...path, name];
    if (schema instanceof z.ZodObject) return listKeys(schema.shape, here);
    const { type, default: fallback } = z.toJSONSchema(schema, { io: "input" });
    const { description = "", env, secret, path: isPath } = schema.meta() ?? {};
    return {
      key: here.join("."),
      env: typeof env === "string" ? env : variableOf(here),
      type: type === "integer" || type === "boolean" ? type : type === "array" ? "list" : "text",
      default: fallback,
      description,
      secret: secret === true,
      path: isPath === true,
      schema,
    };
  });
}

/** All keys, in the order of the documentation. */
export const configKeys: readonly ConfigKey[] = listKeys(configSchema.shape, []);

/** Variables that the command line reads besides the keys. */
export const commandVariables: readonly string[] = ["WALRAS_CONFIG", "WALRAS_KEEPER_URL"];
