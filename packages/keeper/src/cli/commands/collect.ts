/** `walras collect`: takes what an auction has set aside for who cleared its windows. */
import { parseAddress } from "@walras/sdk";
import type { Command } from "commander";
import { draftCollect, readSetAside } from "../../sealed/collect.ts";
import { exitCodes, invalidArgument } from "../failures.ts";
import { accountOf, auctionOf, meansOf, sendAndWait, type OnAuctionOptions } from "../onAuction.ts";
import { withKey, withOutput, type OutputOptions } from "../options.ts";
import { table, toJson } from "../table.ts";
import type { Context } from "../Terminal.ts";

type CollectOptions = OutputOptions & OnAuctionOptions & { to?: string; dryRun?: true };

async function collect(options: CollectOptions, context: Context): Promise<void> {
  const { terminal } = context;
  const to = options.to === undefined ? undefined : parseAddress(options.to, "--to");
  const { chain, chainId, auction } = await auctionOf(options, terminal);
  const account = await accountOf(options, chainId, terminal);
  const head = await chain.latestBlock();
  const fees = await readSetAside(auction, account.address, { chain, head });
  const isDry = options.dryRun === true;

  let collected = fees;
  if (fees.length > 0 && !isDry) {
    const means = await meansOf(chain, account);
    const { baseFeePerGas, maxPriorityFeePerGas } = await chain.fees();
    const gasPrice = baseFeePerGas + maxPriorityFeePerGas;
    const moment = { auction, head };
    const drafted = await draftCollect(fees, to ?? account.address, moment, { chain, account, gasPrice });
    for (const { error } of drafted.bad) terminal.err(`Left out: ${error.message}`);
    if (drafted.found === null) {
      const hint = "Name another account by --to if the token blocks this one.";
      throw invalidArgument("--auction", "has nothing that could be moved", hint);
    }
    collected = drafted.found.items;
    const isDone = await sendAndWait(drafted.found.accepted, means, { chain, account, terminal });
    if (!isDone) context.exitCode = exitCodes.refused;
  }
  if (options.json === true) {
    terminal.out(
      toJson({ auction: auction.auction, clearer: account.address, collected: !isDry, fees: collected }),
    );
    return;
  }
  if (fees.length === 0) {
    terminal.out(`Nothing is set aside for ${account.address}.`);
    return;
  }
  const rows = collected.map(({ token, amount }) => [token, amount.toString()]);
  terminal.out(table(["token", isDry ? "atoms set aside" : "atoms collected"], rows));
}

export function addCollectCommand(program: Command, context: Context): void {
  withOutput(withKey(program.command("collect")))
    .description("take the fees that an auction has set aside for the windows that this account has cleared")
    .requiredOption("--auction <address>", "the auction")
    .option("--to <address>", "who gets them (default: the account itself)")
    .option("--dry-run", "only show what is set aside")
    .option("--rpc-url <url>", "a node of the chain (env WALRAS_CHAIN_RPC_URL)")
    .addHelpText(
      "after",
      `
A token that does not move is left out; the others are collected.

Examples:
  $ WALRAS_PRIVATE_KEY=0x… walras collect --auction 0x… --rpc-url http://127.0.0.1:8545
  $ walras collect --auction 0x… --key-file keeper.key --dry-run --json`,
    )
    .action((options: CollectOptions) => collect(options, context));
}
