/** Options that several commands share. */
import {
  createKeeperClient,
  settlementDeployment,
  parseAddress,
  type AuctionMarket,
  type IntentDomain,
  type KeeperClient,
} from "@walras/sdk";
import type { Command } from "commander";
import { invalidArgument } from "./failures.ts";
import type { Terminal } from "./Terminal.ts";
import { parseCount } from "./values.ts";

const defaultKeeperUrl = "http://127.0.0.1:8547";

export type OutputOptions = { json?: true; debug?: true };
export type KeeperOptions = { keeper?: string };
export type DomainOptions = KeeperOptions & { chainId?: string; settlement?: string };
export type KeyOptions = { keyFile?: string };

export function withOutput(command: Command): Command {
  return command
    .option("--json", "print JSON, for programs; errors too")
    .option("--debug", "print the stack trace of an error");
}

export function withKeeper(command: Command): Command {
  return command.option(
    "--keeper <url>",
    `the keeper's URL (env WALRAS_KEEPER_URL, default ${defaultKeeperUrl})`,
  );
}

export function withDomain(command: Command): Command {
  return withKeeper(command)
    .option("--chain-id <number>", "the chain to sign for; without it, the keeper is asked")
    .option("--settlement <address>", "the settlement contract; default: this release's on that chain");
}

export function withKey(command: Command): Command {
  return command.option(
    "--key-file <path>",
    "file of mode 0600 with the private key (else env WALRAS_PRIVATE_KEY, else a hidden prompt)",
  );
}

/** @throws KeeperError `InvalidArgument` */
export function clientOf({ keeper }: KeeperOptions, { env }: Terminal): KeeperClient {
  const variable = env["WALRAS_KEEPER_URL"] ?? "";
  const url = keeper ?? (variable !== "" ? variable : defaultKeeperUrl);
  if (!URL.canParse(url) || !/^https?:/.test(url)) {
    throw invalidArgument("--keeper", `is ${url}`, `Write a URL such as ${defaultKeeperUrl}.`);
  }
  // Somebody waits at the terminal: better a quick answer than a patient one.
  return createKeeperClient({ url, retries: 1 });
}

/**
 * The auction that an intent of the sealed lane is for: the one that is named, or the only one that the keeper serves.
 *
 * @throws KeeperError `InvalidArgument`; KeeperApiError
 */
export async function marketOf(
  options: KeeperOptions & { auction?: string },
  terminal: Terminal,
): Promise<AuctionMarket> {
  const { auctions } = await clientOf(options, terminal).listAuctions();
  const named = options.auction === undefined ? undefined : parseAddress(options.auction, "--auction");
  const [only] = auctions;
  const found =
    named === undefined
      ? auctions.length === 1
        ? only
        : undefined
      : auctions.find(({ auction }) => auction === named);
  if (found === undefined) {
    const known = auctions.map(({ auction }) => auction).join(", ");
    const problem = named === undefined ? "is missing" : `is ${named}, which the keeper does not serve`;
    throw invalidArgument("--auction", problem, `The keeper serves ${known === "" ? "no auction" : known}.`);
  }
  return { ...found, minimums: found.minimums.map(BigInt) };
}

/** What to sign for, the time there, and the time of its newest block, which on a quiet chain lies far behind. */
export type SigningPlace = { domain: IntentDomain; now: number; blockTime: number };

/**
 * What to sign for, and the time there: by the options alone if they say it, else as the keeper says.
 *
 * @throws KeeperError `InvalidArgument`; SdkError `UnknownChain`; KeeperApiError
 */
export async function domainOf(options: DomainOptions, terminal: Terminal): Promise<SigningPlace> {
  const now = Math.floor(Date.now() / 1000);
  if (options.chainId !== undefined) {
    const chainId = parseCount(options.chainId, "--chain-id");
    const settlement = options.settlement ?? settlementDeployment(chainId).address;
    return {
      domain: { chainId, verifyingContract: parseAddress(settlement, "--settlement") },
      now,
      blockTime: now,
    };
  }
  const { chainId, settlement, block } = await clientOf(options, terminal).health();
  const verifyingContract = parseAddress(options.settlement ?? settlement, "--settlement");
  // A local chain's clock may run ahead of ours.
  const blockTime = block?.timestamp ?? now;
  return { domain: { chainId, verifyingContract }, now: Math.max(now, blockTime), blockTime };
}
