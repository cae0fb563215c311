/**
 * The keeper's configuration: one YAML or JSON file, and a variable of the environment for each key, which wins. All of
 * it is checked before anything starts. docs/KEEPER.md lists the keys; a test holds the two together.
 */
import { dirname, resolve } from "node:path";
import { auctionDeployments, settlementDeployment, type Address, type Hex } from "@walras/sdk";
import { computeAddress } from "ethers";
import { z } from "zod";
import { readConfigFile, type ConfigFile } from "./config/configFile.ts";
import { commandVariables, configKeys, configSchema, type Checked, type ConfigKey } from "./config/keys.ts";
import { nearest } from "./config/nearest.ts";
import { readKeyFile } from "./config/privateKey.ts";
import { KeeperError } from "./errors.ts";

/** A configuration that has passed every check. */
export type Config = Omit<Checked, "settlement" | "keeper" | "auctions"> & {
  settlement: Hex;
  auctions: { addresses: Address[]; fromBlock: number | undefined; atOwnCost: boolean };
  keeper: Omit<Checked["keeper"], "privateKey" | "privateKeyFile"> & { privateKey: Hex };
};

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
    // Other programs may have variables of their own; those that begin like a section of ours are meant for us.
    if (guess === undefined && !sections.some((section) => name.startsWith(section))) continue;
    const hint = guess === undefined ? "docs/KEEPER.md lists the variables." : `Did you mean ${guess}?`;
    problems.push(problemOf(name, "the environment", "is not a variable of the keeper", hint));
  }
  return problems;
}

const sections = Object.keys(configSchema.shape).map((section) => `WALRAS_${section.toUpperCase()}_`);

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

function resolveKey(keeper: Checked["keeper"], place: string): Hex {
  const { privateKey: given, privateKeyFile } = keeper;
  if (given !== undefined && privateKeyFile !== undefined) {
    const hint = "Keep WALRAS_PRIVATE_KEY or keeper.privateKeyFile, and remove the other.";
    throw problemOf("keeper.privateKey", place, "is given twice", hint);
  }
  if (privateKeyFile !== undefined) return readKeyFile(privateKeyFile, "keeper.privateKeyFile", place);
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

/** A chain that nobody else uses: there is nothing to pay there. */
const localChainId = 31337;

function resolveAuctions({ auctions, chain }: Checked): Config["auctions"] {
  const known = auctionDeployments(chain.chainId);
  return {
    addresses: auctions.addresses ?? known.map(({ auction }) => auction),
    fromBlock: auctions.fromBlock,
    atOwnCost: auctions.atOwnCost ?? chain.chainId === localChainId,
  };
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
    const { executor, pools, factories } = checked.liquidity;
    if (pools.length + factories.length > 0 && executor === undefined) {
      const hint =
        "Deploy an Executor with the keeper's account as its owner (docs/PERIPHERY.md), and name it.";
      throw problemOf(
        "liquidity.executor",
        place,
        `is missing, and liquidity.${pools.length > 0 ? "pools" : "factories"} is not empty`,
        hint,
      );
    }
    const { minValiditySeconds, maxValiditySeconds } = checked.limits;
    if (minValiditySeconds > maxValiditySeconds) {
      const problem = `is ${minValiditySeconds}, more than limits.maxValiditySeconds (${maxValiditySeconds})`;
      throw problemOf("limits.minValiditySeconds", place, problem, "Then no intent could be valid.");
    }
    const { privateKey: _key, privateKeyFile: _file, ...keeper } = checked.keeper;
    const privateKey = resolveKey(checked.keeper, place);
    const settlement = resolveSettlement(checked, place);
    const auctions = resolveAuctions(checked);
    return { ok: true, config: { ...checked, settlement, auctions, keeper: { ...keeper, privateKey } } };
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
  const { privateKey, maxFeePerGas, tokenValues, ...keeper } = config.keeper;
  return {
    ...config,
    chain: { ...config.chain, rpcUrl: redactUrl(config.chain.rpcUrl) },
    keeper: {
      address: computeAddress(privateKey),
      privateKey: "(hidden)",
      ...keeper,
      tokenValues: tokenValues.map(([token, wei]) => `${token}=${wei}`),
      ...(maxFeePerGas === undefined ? {} : { maxFeePerGas: `${maxFeePerGas} wei` }),
    },
  };
}
