import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import {
  parseAddress,
  parseIntent,
  parseIntentSignature,
  zeroAddress,
  type Address,
  type IntentView,
  type KeeperClient,
} from "@walras/sdk";
import { writeBook, type Book } from "@walras/solver";
import type { Command } from "commander";
import type { Chain } from "../../chain/Chain.ts";
import { connectChain } from "../../chain/connectChain.ts";
import { DataFees } from "../../chain/dataFees.ts";
import { PoolReader } from "../../chain/pools.ts";
import { readOwnerStates } from "../../chain/ownerState.ts";
import type { BlockRef, StoredIntent } from "../../domain.ts";
import { KeeperError } from "../../errors.ts";
import { draftBook } from "../../pipeline/book.ts";
import { withPools } from "../../pipeline/liquidity.ts";
import { invalidArgument } from "../failures.ts";
import { clientOf, withKeeper, withOutput, type KeeperOptions, type OutputOptions } from "../options.ts";
import type { Context } from "../Terminal.ts";
import { readSymbolAndDecimals } from "../values.ts";

type Options = OutputOptions & KeeperOptions & { rpcUrl: string; fee: string; pools?: string };

/** A keeper's word on an intent, as the keeper itself keeps it. */
function storedOf(view: IntentView): StoredIntent {
  const { intentHash, owner, status, reason } = view;
  return {
    ...{ intentHash, owner, status, reason, auction: view.sealed?.auction ?? null },
    signed: { intent: parseIntent(view.intent), signature: parseIntentSignature(view.signature) },
    filledAmount: BigInt(view.filledAmount),
    sold: BigInt(view.sold),
    bought: BigInt(view.bought),
    fee: BigInt(view.fee),
    surplus: BigInt(view.surplus),
    createdAt: Date.parse(view.createdAt),
    updatedAt: Date.parse(view.updatedAt),
  };
}

/** Every open intent of a keeper. @throws KeeperApiError */
async function openIntents(keeper: KeeperClient): Promise<StoredIntent[]> {
  const intents: StoredIntent[] = [];
  for (const { sellToken, buyToken } of (await keeper.getBooks()).books) {
    const { intents: direction } = await keeper.getBook(sellToken, buyToken);
    intents.push(...direction.map(storedOf));
  }
  return intents;
}

/** The book that a batch of these intents could draw on at a block, as the keeper would make it. */
async function bookAt(
  chain: Chain,
  settlement: Address,
  head: BlockRef,
  intents: StoredIntent[],
  fee: "cap" | "none",
): Promise<Book> {
  const queries = intents.map(({ intentHash, owner, signed: { intent, signature } }) => ({
    ...{ intentHash, owner, sellToken: intent.sellToken, nonce: intent.nonce },
    byApproval: signature.scheme === "approval",
  }));
  const states = await readOwnerStates(chain, settlement, head, queries);
  const onChain = intents.flatMap((intent, i) => {
    const state = states[i];
    return state === undefined ? [] : [{ intent, state }];
  });
  const context = {
    head,
    now: head.timestamp,
    blockInterval: 1,
    keeper: zeroAddress,
    fee,
    chainFee: await new DataFees(chain).at(settlement, head),
    tokenValues: new Map(),
  };
  return draftBook(onChain, context).book;
}

function poolAddresses(text = ""): Address[] {
  const parts = text.split(",").filter((part) => part !== "");
  return parts.map((part) => {
    try {
      return parseAddress(part.trim());
    } catch (cause) {
      const hint = "Write addresses of Uniswap v2 pairs and v3 pools, separated by commas.";
      throw invalidArgument("--pools", `has ${part}`, hint, { cause });
    }
  });
}

async function run(file: string | undefined, options: Options, { terminal }: Context): Promise<void> {
  const { rpcUrl, fee } = options;
  if (fee !== "cap" && fee !== "none") {
    throw invalidArgument("--fee", `is ${fee}`, "Write cap or none, as the keeper has it configured.");
  }
  const keeper = clientOf(options, terminal);
  const { chainId, settlement } = await keeper.health();
  const chain = connectChain({ rpcUrl, timeoutMs: 10_000 });
  const found = await chain.chainId();
  if (found !== chainId) throw new KeeperError("WrongChain", { given: found, expected: chainId });
  const head = await chain.latestBlock();
  const intents = await bookAt(chain, settlement, head, await openIntents(keeper), fee);
  const pools = await new PoolReader(chain).read(poolAddresses(options.pools), head);
  const book = pools.length === 0 ? intents : withPools(intents, pools);
  const tokens = await Promise.all(
    book.tokens.map(async ({ address }) => ({
      address,
      ...(await readSymbolAndDecimals(chain, parseAddress(address))),
    })),
  );
  const about = {
    name: `chain ${chainId}, block ${head.number}`,
    source: `open intents of a keeper for ${settlement}`,
  };
  const text = JSON.stringify(writeBook({ ...book, tokens }, about), null, 2);
  if (file === undefined) {
    terminal.out(text);
    return;
  }
  const path = resolve(terminal.cwd, file);
  await writeFile(path, `${text}\n`, { flag: "wx" }).catch((cause: unknown) => {
    const hint = "Give a path that is free and may be written to.";
    throw invalidArgument(`The file ${file}`, "cannot be written, or is there already", hint, { cause });
  });
  const count = `${book.intents.length} intents over ${tokens.length} tokens`;
  terminal.out(
    options.json === true
      ? JSON.stringify({ file: path, intents: book.intents.length })
      : `${count}: ${path}`,
  );
}

export function addRecordCommand(program: Command, context: Context): void {
  withOutput(withKeeper(program.command("record")))
    .description(
      "write a keeper's live book, with what its owners can spend now, in the form of docs/BOOK.md",
    )
    .argument("[file]", "where to write it; default: to stdout")
    .requiredOption("--rpc-url <url>", "a node of the keeper's chain, for balances and allowances")
    .option("--pools <addresses>", "pools to write into the book, separated by commas, as they stand now")
    .option("--fee <policy>", "cap: the signed maxFee; none: nothing", "cap")
    .addHelpText(
      "after",
      `
Examples:
  $ walras record book.json --rpc-url http://127.0.0.1:8545
  $ walras record --rpc-url http://127.0.0.1:8545 | walras replay - --json`,
    )
    .action((file: string | undefined, options: Options) => run(file, options, context));
}
