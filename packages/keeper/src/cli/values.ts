/** What stands on the command line, read: amounts, tokens, durations, files. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { parseAddress, parseHex, type Address } from "@walras/sdk";
import { Interface, parseUnits } from "ethers";
import type { Chain } from "../chain/Chain.ts";
import { connectChain } from "../chain/connectChain.ts";
import { invalidArgument } from "./failures.ts";
import type { Terminal } from "./Terminal.ts";

/** "1.5:0x…": so much of that token. */
export type TokenAmount = { amount: string; token: Address };

/** @throws KeeperError `InvalidArgument` */
export function parseTokenAmount(text: string, option: string): TokenAmount {
  const match = /^([^:]+):(0x[0-9a-fA-F]{40})$/.exec(text);
  if (match?.[1] === undefined || match[2] === undefined) {
    throw invalidArgument(
      option,
      `is ${text}`,
      "Write AMOUNT:TOKEN, such as 1.5:0x0123…, with the token's address.",
    );
  }
  return { amount: match[1], token: parseAddress(match[2], option) };
}

/**
 * An amount in atoms.
 *
 * @param decimals of the token; null when the amount is in atoms already
 * @throws KeeperError `InvalidArgument`
 */
export function toAtoms(amount: string, decimals: number | null, option: string): bigint {
  if (decimals === null) {
    if (/^\d+$/.test(amount)) return BigInt(amount);
    throw invalidArgument(option, `is ${amount}`, "With --atoms, write a whole number.");
  }
  if (!/^\d+(\.\d+)?$/.test(amount)) {
    throw invalidArgument(
      option,
      `is ${amount}`,
      "Write a number such as 100 or 0.25, without exponent or separators.",
    );
  }
  try {
    return parseUnits(amount, decimals);
  } catch (cause) {
    const problem = `is ${amount}, which is finer than the token's ${decimals} decimals`;
    throw invalidArgument(option, problem, "Leave out the digits that the token cannot carry.", { cause });
  }
}

const erc20 = new Interface(["function decimals() view returns (uint8)"]);

/**
 * Asks the token for its decimals.
 *
 * @throws KeeperError `NodeUnreachable`; `InvalidArgument` when the token does not tell
 */
export async function readDecimals(rpcUrl: string, token: Address): Promise<number> {
  const chain = connectChain({ rpcUrl, timeoutMs: 10_000 });
  const outcome = await chain.call({
    to: token,
    data: parseHex(erc20.encodeFunctionData("decimals"), "data"),
  });
  const decimals = outcome.ok && outcome.data.length >= 66 ? Number(BigInt(outcome.data.slice(0, 66))) : NaN;
  if (decimals <= 77) return decimals;
  throw invalidArgument(
    `The token ${token}`,
    "does not tell its decimals",
    "Is it a token of that chain? Give the amounts in atoms with --atoms.",
  );
}

const symbolViews = new Interface([
  "function symbol() view returns (string)",
  "function decimals() view returns (uint8)",
]);

/** What a token says of itself; nothing of what it does not say. @throws KeeperError `NodeUnreachable` */
export async function readSymbolAndDecimals(
  chain: Pick<Chain, "call">,
  token: Address,
): Promise<{ symbol?: string; decimals?: number }> {
  const ask = async (name: "symbol" | "decimals"): Promise<unknown> => {
    const data = parseHex(symbolViews.encodeFunctionData(name), "data");
    const outcome = await chain.call({ to: token, data });
    if (!outcome.ok) return undefined;
    try {
      const [value]: unknown[] = symbolViews.decodeFunctionResult(name, outcome.data);
      return value;
    } catch {
      return undefined;
    }
  };
  const [symbol, decimals] = [await ask("symbol"), await ask("decimals")];
  return {
    ...(typeof symbol === "string" && symbol !== "" ? { symbol } : {}),
    ...(typeof decimals === "bigint" && decimals <= 77n ? { decimals: Number(decimals) } : {}),
  };
}

const unitSeconds: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** A duration such as "90s", "10m", "2h" or "7d", in seconds. @throws KeeperError `InvalidArgument` */
export function parseDuration(text: string, option: string): number {
  const [, number = "", unit = ""] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  const seconds = unitSeconds[unit];
  if (seconds !== undefined) return Number(number) * seconds;
  throw invalidArgument(option, `is ${text}`, "Write a number and s, m, h or d, such as 10m.");
}

/** A whole number from 0. @throws KeeperError `InvalidArgument` */
export function parseCount(text: string, option: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw invalidArgument(option, `is ${text}`, "Write a whole number.");
}

/**
 * The JSON in a file, or in what is piped in for "-".
 *
 * @throws KeeperError `InvalidArgument`
 */
export async function readJson(file: string, terminal: Terminal): Promise<unknown> {
  let text: string;
  try {
    text = file === "-" ? await terminal.readInput() : await readFile(resolve(terminal.cwd, file), "utf8");
  } catch (cause) {
    throw invalidArgument(`The file ${file}`, "cannot be read", "Look at its path and its rights.", {
      cause,
    });
  }
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch (cause) {
    const what = file === "-" ? "What was piped in" : `The file ${file}`;
    const detail = cause instanceof Error ? cause.message : "";
    throw invalidArgument(
      what,
      `is not JSON: ${detail}`,
      "docs/API.md shows the form of an intent, docs/BOOK.md that of a book.",
      { cause },
    );
  }
}
