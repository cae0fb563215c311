/** `walras window`, `walras clear`: the windows of the auctions, and the clearing of one without a keeper. */
import { lockOf, parseAddress, readWindow, windowAt, type AuctionMarket, type WindowView } from "@walras/sdk";
import { solveSealed } from "@walras/solver";
import type { Command } from "commander";
import { pino } from "pino";
import { noChainFee } from "../../chain/dataFees.ts";
import { callAt } from "../../sealed/auctionMarket.ts";
import { Clearer } from "../../sealed/clear.ts";
import { invalidArgument } from "../failures.ts";
import { accountOf, auctionOf, meansOf, sendAndWait, type OnAuctionOptions } from "../onAuction.ts";
import {
  clientOf,
  marketOf,
  withKeeper,
  withKey,
  withOutput,
  type KeeperOptions,
  type OutputOptions,
} from "../options.ts";
import { list, table, toJson } from "../table.ts";
import type { Context } from "../Terminal.ts";
import { parseCount } from "../values.ts";

type WindowOptions = OutputOptions & KeeperOptions & { auction?: string; window?: string; limit?: string };
type ClearOptions = OutputOptions & OnAuctionOptions & { window?: string };

const instant = (seconds: number) => new Date(seconds * 1000).toISOString();

/** A price in the cheapest traded token's atoms; for display, so floats will do. */
function windowText(view: WindowView): string {
  const lines = list([
    ["auction", view.auction],
    ["window", view.window.toString()],
    ["state", view.state],
    ["locks", instant(view.lock)],
    ["clearable until", instant(view.clearableUntil)],
    ["orders", view.orders.toString()],
    ["clearer", view.clearing?.clearer ?? "nobody"],
    ["cleared in", view.clearing?.transactionHash ?? "-"],
  ]);
  const results = view.clearing?.results ?? [];
  if (results.length === 0) return lines;
  const least = Math.min(...results.map(({ exponent }) => exponent));
  const values = results.map(({ mantissa, exponent }) => Number(mantissa) * 2 ** (exponent - least));
  const cheapest = Math.min(...values);
  const rows = results.map(({ token }, index) => [token, ((values[index] ?? 0) / cheapest).toPrecision(9)]);
  return `${lines}\n\n${table(["traded token", "price of an atom"], rows)}`;
}

async function show(options: WindowOptions, { terminal }: Context): Promise<void> {
  const client = clientOf(options, terminal);
  if (options.window !== undefined) {
    const { auction } = await marketOf(options, terminal);
    const view = await client.getWindow(auction, parseCount(options.window, "--window"));
    terminal.out(options.json === true ? toJson(view) : windowText(view));
    return;
  }
  const { windows } = await client.listWindows({
    limit: options.limit === undefined ? 20 : parseCount(options.limit, "--limit"),
    ...(options.auction === undefined ? {} : { auction: parseAddress(options.auction, "--auction") }),
  });
  if (options.json === true) {
    terminal.out(toJson(windows));
    return;
  }
  const rows = windows.map(({ auction, window, state, lock, orders, clearing }) => [
    ...[auction, window.toString(), state, instant(lock), orders.toString(), clearing?.clearer ?? ""],
  ]);
  const header = ["auction", "window", "state", "locks", "orders", "clearer"];
  terminal.out(rows.length === 0 ? "No window has had an order yet." : table(header, rows));
}

/** The newest window that has locked, unless one is named. */
function windowOf(market: AuctionMarket, options: ClearOptions, now: number): number {
  const last = windowAt(market, now) - 1;
  const window = options.window === undefined ? last : parseCount(options.window, "--window");
  if (window <= last) return window;
  const problem = `is ${window}, which locks at ${instant(lockOf(market, window))}`;
  throw invalidArgument("--window", problem, "Wait for the lock.");
}

/** Solves and clears one window, page by page if need be. Nothing is stored: run it again if it was interrupted. */
async function clear(options: ClearOptions, context: Context): Promise<void> {
  const { terminal } = context;
  const { chain, chainId, auction } = await auctionOf(options, terminal);
  const window = windowOf(auction, options, (await chain.latestBlock()).timestamp);
  const account = await accountOf(options, chainId, terminal);
  const clearer = new Clearer({
    ...{ chain, account, atOwnCost: true, logger: pino({ level: "silent" }) },
    solver: { solveSealed: (book) => Promise.resolve(solveSealed(book)) },
  });
  for (;;) {
    const head = await chain.latestBlock();
    const read = await readWindow(auction, window, { call: callAt(chain, head) });
    const { state, clearing, count } = read;
    if (state === "cleared") {
      const told = { window, orders: count, clearer: clearing?.clearer };
      const by = clearing?.clearer === account.address ? "by this account" : `by ${clearing?.clearer ?? "?"}`;
      terminal.out(
        options.json === true ? toJson(told) : `Window ${window} is cleared, ${by}: ${count} orders.`,
      );
      return;
    }
    const means = await meansOf(chain, account);
    const { baseFeePerGas, maxPriorityFeePerGas } = await chain.fees();
    const gasPrice = baseFeePerGas + maxPriorityFeePerGas;
    const moment = { auction, head, blockInterval: 1, gasPrice, chainFee: noChainFee };
    const outcome = await clearer.draft({ window, clearing: null }, moment);
    if (outcome.call === null) {
      // Somebody was faster: the next look tells who.
      if (outcome.lost) continue;
      const problem = read.orders.some((order) => order !== null) ? `is ${state}` : "has no orders";
      const hint = "`walras window` shows the others.";
      throw invalidArgument("--window", `is ${window}, which ${problem} and cannot be cleared`, hint);
    }
    await sendAndWait(outcome.call, means, { chain, account, terminal });
  }
}

export function addWindowCommands(program: Command, context: Context): void {
  withOutput(withKeeper(program.command("window")))
    .description("show the windows of the sealed lane: where they stand, and their prices")
    .option("--auction <address>", "of this auction only")
    .option("--window <number>", "one window in full")
    .option("--limit <number>", "how many, newest first", "20")
    .addHelpText(
      "after",
      `
Examples:
  $ walras window
  $ walras window --window 5928842 --json`,
    )
    .action((options: WindowOptions) => show(options, context));

  withOutput(withKey(program.command("clear")))
    .description("clear a window that has locked, once and without a keeper; anybody may")
    .requiredOption("--auction <address>", "the auction")
    .option("--window <number>", "default: the last one that has locked")
    .option("--rpc-url <url>", "a node of the chain (env WALRAS_CHAIN_RPC_URL)")
    .addHelpText(
      "after",
      `
The contract checks the prices; its fees go to the account that clears, when orders are claimed.

Examples:
  $ WALRAS_PRIVATE_KEY=0x… walras clear --auction 0x… --window 5928842 --rpc-url http://127.0.0.1:8545`,
    )
    .action((options: ClearOptions) => clear(options, context));
}
