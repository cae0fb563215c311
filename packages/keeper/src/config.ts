/**
 * The keeper's configuration: one YAML or JSON file, and a variable of the environment for each key, which wins. All of
 * it is checked before anything starts. docs/KEEPER.md lists the keys; a test holds the two together.
 */
import { readFileSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parseAddress, settlementDeployment, type Hex } from "@walras/sdk";
import { computeAddress } from "ethers";
import { z } from "zod";
import { nearest } from "./config/nearest.ts";
import { readConfigFile, type ConfigFile } from "./config/configFile.ts";
import { KeeperError } from "./errors.ts";

/* THE KEYS */

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

const privateKey = z
  .string()
  .regex(/^(0x)?[0-9a-fA-F]{64}$/, "must be 32 bytes of hex")
  .transform((text, context): Hex => {
    const key: Hex = `0x${text.replace(/^0x/, "")}`;
    try {
      computeAddress(key);
    } catch {
      context.addIssue({ code: "custom", message: "must be a key of secp256k1" });
    }
    return key;
  });

const address = z.string().transform((text, context) => {
  try {
    return parseAddress(text);
  } catch {
    context.addIssue({ code: "custom", message: "must be an address: 0x, 40 hex digits, right checksum" });
    return z.NEVER;
  }
});

/** `env` overrules the rule WALRAS_SECTION_KEY; `secret` values are never shown; `path` values are relative to the file. */
type KeyMeta = { description: string; env?: string; secret?: boolean; path?: boolean };

const about = (description: string, more: Omit<KeyMeta, "description"> = {}): KeyMeta => ({
  description,
  ...more,
});

const configSchema = z.object({
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
      .meta(about("Health is degraded when the newest block is older.")),
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
        about('What to charge: "cap" is the signed maxFee in proportion to the fill, "none" is nothing.'),
      ),
    solveTimeBudgetMs: integer(10, 600_000).default(1_000).meta(about("Time for finding one batch.")),
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
    port: integer(0, 65_535).default(8_088).meta(about("Port to listen on; 0 takes a free one.")),
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

type Checked = z.output<typeof configSchema>;

/** A configuration that has passed every check. */
export type Config = Omit<Checked, "settlement" | "keeper"> & {
  settlement: Hex;
  keeper: Omit<Checked["keeper"], "privateKey" | "privateKeyFile"> & { privateKey: Hex };
};

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

/* READING IT */

export type ConfigSources = {
  /** The path given by `--config`; without it, ./walras.yaml is read if it is there. */
  file?: string | undefined;
  env: Record<string, string | undefined>;
  cwd: string;
};

export type ConfigOutcome = { ok: true; config: Config } | { ok: false; problems: KeeperError[] };

/** Where a value came from, and the value as it stood there. */
type Found = { source: string; value: unknown };

/** How a value reads in a message; never a secret one. */
function show(value: unknown, secret: boolean): string {
  if (secret) return "(hidden)";
  const text = JSON.stringify(value);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

function problemOf(key: string, source: string, problem: string, hint: string): KeeperError {
  return new KeeperError("InvalidConfig", { key, source, problem, hint });
}

/** Text of the environment as the key's type; text that does not fit is left for the check to refuse. */
function fromVariable(text: string, type: ConfigKey["type"]): unknown {
  if (type === "integer" && /^-?\d+$/.test(text)) return Number(text);
  if (type === "boolean" && (text === "true" || text === "false")) return text === "true";
  if (type === "list") return text === "" ? [] : text.split(",").map((item) => item.trim());
  return text;
}

function findValue(key: ConfigKey, file: ConfigFile | null, { env, cwd }: ConfigSources): Found | undefined {
  const variable = env[key.env];
  // An empty variable is how a shell or a compose file unsets one, except that an empty list is a value.
  if (variable !== undefined && (variable !== "" || key.type === "list")) {
    const value = fromVariable(variable, key.type);
    return { source: key.env, value: key.path ? resolve(cwd, variable) : value };
  }
  const entry = file?.entries.get(key.key);
  if (file === null || entry === undefined) return undefined;
  const isPath = key.path && typeof entry.value === "string";
  return {
    source: entry.source,
    value: isPath ? resolve(dirname(file.path), String(entry.value)) : entry.value,
  };
}

function unknownKeys(file: ConfigFile | null, env: ConfigSources["env"]): KeeperError[] {
  const known = configKeys.map(({ key }) => key);
  const problems: KeeperError[] = [];
  for (const [key, { source }] of file?.entries ?? []) {
    if (known.includes(key)) continue;
    const guess = nearest(key, known) ?? nearest(key.split(".").at(-1) ?? key, known, lastPart);
    const hint = guess === undefined ? `The keys are ${known.join(", ")}.` : `Did you mean ${guess}?`;
    problems.push(problemOf(key, source, "is not a key of the keeper", hint));
  }
  const variables = [...configKeys.map((key) => key.env), ...commandVariables];
  for (const name of Object.keys(env)) {
    if (!name.startsWith("WALRAS_") || variables.includes(name)) continue;
    const guess = nearest(name, variables);
    const hint = guess === undefined ? "docs/KEEPER.md lists the variables." : `Did you mean ${guess}?`;
    problems.push(problemOf(name, "the environment", "is not a variable of the keeper", hint));
  }
  return problems;
}

const lastPart = (key: string) => key.split(".").at(-1) ?? key;

function checkValue(key: ConfigKey, found: Found | undefined, place: string): KeeperError | undefined {
  if (key.key === "keeper.privateKey" && found !== undefined && found.source !== key.env) {
    const hint = `Set ${key.env}, or keep the key in a file of mode 0600 and name it by keeper.privateKeyFile.`;
    return problemOf(key.key, found.source, "must not stand in the configuration file", hint);
  }
  const result = key.schema.safeParse(found?.value);
  if (result.success) return undefined;
  if (found === undefined) {
    const hint = `Set it there or by ${key.env}. ${key.description}`;
    return problemOf(key.key, place, "is missing", hint);
  }
  const issues = result.error.issues
    .map(({ message }) => message.replace(/^Invalid/, "is invalid"))
    .join(", ");
  return problemOf(key.key, found.source, `is ${show(found.value, key.secret)}: ${issues}`, key.description);
}

/** @throws KeeperError `InvalidConfig` */
function readKeyFile(path: string, source: string): Hex {
  const key = "keeper.privateKeyFile";
  let text: string;
  try {
    const mode = statSync(path).mode & 0o777;
    if (process.platform !== "win32" && (mode & 0o077) !== 0) {
      const problem = `is ${path}, which others than its owner can read (mode 0${mode.toString(8)})`;
      throw problemOf(key, source, problem, `Run: chmod 600 ${path}`);
    }
    text = readFileSync(path, "utf8").trim();
  } catch (error) {
    if (error instanceof KeeperError) throw error;
    throw problemOf(
      key,
      source,
      `is ${path}, which cannot be read`,
      "Name a file that holds the key as hex.",
    );
  }
  const parsed = privateKey.safeParse(text);
  if (parsed.success) return parsed.data;
  throw problemOf(
    key,
    source,
    `is ${path}, which holds no private key`,
    "Write 32 bytes of hex there, nothing else.",
  );
}

function resolveKey(keeper: Checked["keeper"], place: string): Hex {
  const { privateKey: given, privateKeyFile } = keeper;
  if (given !== undefined && privateKeyFile !== undefined) {
    const hint = "Keep WALRAS_PRIVATE_KEY or keeper.privateKeyFile, and remove the other.";
    throw problemOf("keeper.privateKey", place, "is given twice", hint);
  }
  if (privateKeyFile !== undefined) return readKeyFile(privateKeyFile, place);
  if (given !== undefined) return given;
  const hint = "Set WALRAS_PRIVATE_KEY, or keeper.privateKeyFile to a file of mode 0600 that holds it.";
  throw problemOf("keeper.privateKey", place, "is missing", hint);
}

function resolveSettlement({ settlement, chain }: Checked, place: string): Hex {
  if (settlement !== undefined) return settlement;
  try {
    return settlementDeployment(chain.chainId).address;
  } catch {
    const problem = `is missing, and no deployment is known on chain ${chain.chainId}`;
    throw problemOf("settlement", place, problem, "Set it to the address that the deployment printed.");
  }
}

/** The values that were found, in the nested form of the schema. */
function nest(values: Map<string, unknown>): Record<string, unknown> {
  const build = (shape: Record<string, z.ZodType>, path: string[]): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(shape).map(([name, schema]) => {
        const here = [...path, name];
        return [name, schema instanceof z.ZodObject ? build(schema.shape, here) : values.get(here.join("."))];
      }),
    );
  return build(configSchema.shape, []);
}

/** Reads and checks the configuration and reports all that is wrong with it, not only the first. Never throws. */
export function readConfig(sources: ConfigSources): ConfigOutcome {
  try {
    const file = readConfigFile(sources);
    const place = file?.path ?? "./walras.yaml";
    const found = new Map(configKeys.map((key) => [key.key, findValue(key, file, sources)]));
    const problems = unknownKeys(file, sources.env);
    for (const key of configKeys) {
      const problem = checkValue(key, found.get(key.key), place);
      if (problem !== undefined) problems.push(problem);
    }
    if (problems.length > 0) return { ok: false, problems };

    const values = new Map([...found].map(([key, entry]) => [key, entry?.value]));
    const checked = configSchema.parse(nest(values));
    const { minValiditySeconds, maxValiditySeconds } = checked.limits;
    if (minValiditySeconds > maxValiditySeconds) {
      const problem = `is ${minValiditySeconds}, more than limits.maxValiditySeconds (${maxValiditySeconds})`;
      throw problemOf("limits.minValiditySeconds", place, problem, "Then no intent could be valid.");
    }
    const { privateKey: _key, privateKeyFile: _file, ...keeper } = checked.keeper;
    const privateKey = resolveKey(checked.keeper, place);
    const settlement = resolveSettlement(checked, place);
    return { ok: true, config: { ...checked, settlement, keeper: { ...keeper, privateKey } } };
  } catch (error) {
    if (error instanceof KeeperError) return { ok: false, problems: [error] };
    throw error;
  }
}

/** As {@link readConfig}. @throws KeeperError `InvalidConfig` for the first problem */
export function loadConfig(sources: ConfigSources): Config {
  const outcome = readConfig(sources);
  if (outcome.ok) return outcome.config;
  throw outcome.problems[0] ?? new KeeperError("Internal");
}

/* SHOWING IT */

/** Host and scheme of a URL: path, query and user often carry the key of a node provider. */
function redactUrl(text: string): string {
  const { protocol, host, pathname, search, username } = new URL(text);
  return `${protocol}//${host}${pathname.length > 1 || search !== "" || username !== "" ? "/…" : ""}`;
}

/** The configuration without its secrets, for people and logs; with the keeper's address in place of its key. */
export function redactConfig(config: Config): Record<string, unknown> {
  const { privateKey, maxFeePerGas, ...keeper } = config.keeper;
  return {
    ...config,
    chain: { ...config.chain, rpcUrl: redactUrl(config.chain.rpcUrl) },
    keeper: {
      address: computeAddress(privateKey),
      privateKey: "(hidden)",
      ...keeper,
      ...(maxFeePerGas === undefined ? {} : { maxFeePerGas: `${maxFeePerGas} wei` }),
    },
  };
}
