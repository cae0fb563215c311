import {
  parseHex,
  parseSealedIntent,
  parseSignedIntent,
  signCancel,
  type Hex,
  type IntentView,
} from "@walras/sdk";
import type { Command } from "commander";
import { refusalOfIssues } from "../../admit/refusals.ts";
import { isFinal } from "../../domain.ts";
import { postIntentBodySchema } from "../../http/schemas.ts";
import { exitCodes } from "../failures.ts";
import { eventText, intentText } from "../intentText.ts";
import {
  clientOf,
  domainOf,
  marketOf,
  withDomain,
  withKeeper,
  withKey,
  withOutput,
  type DomainOptions,
  type KeeperOptions,
  type KeyOptions,
  type OutputOptions,
} from "../options.ts";
import { loadSigner } from "../signer.ts";
import { toJson } from "../table.ts";
import type { Context } from "../Terminal.ts";
import { readJson } from "../values.ts";
import { runSign, type SignOptions } from "./signIntent.ts";

type WatchOptions = OutputOptions & KeeperOptions & { watch?: true };

function show(view: IntentView, { json }: OutputOptions, { terminal }: Context): void {
  terminal.out(json === true ? toJson(view) : intentText(view));
}

/** Prints each event as it comes, until the intent is over; in JSON one object a line. */
async function watch(intentHash: Hex, options: WatchOptions, context: Context): Promise<void> {
  const { terminal } = context;
  for await (const event of clientOf(options, terminal).watchIntent(intentHash)) {
    terminal.out(options.json === true ? JSON.stringify(event) : eventText(event));
    if (!isFinal(event.status)) continue;
    if (event.status !== "filled") context.exitCode = exitCodes.unfilled;
    return;
  }
}

async function submit(file: string, options: WatchOptions, context: Context): Promise<void> {
  const read = postIntentBodySchema.safeParse(await readJson(file, context.terminal));
  if (!read.success) throw refusalOfIssues(read.error.issues, "file");
  const { chainId, lane, auction, ...json } = read.data;
  const client = clientOf(options, context.terminal);
  const chain = chainId === undefined ? {} : { chainId };
  const view =
    lane === "sealed"
      ? await client.postSealedIntent(parseSealedIntent(json), {
          ...(await marketOf(auction === undefined ? options : { ...options, auction }, context.terminal)),
          ...chain,
        })
      : await client.postIntent(parseSignedIntent(json), chain);
  if (options.watch === true) await watch(view.intentHash, options, context);
  else show(view, options, context);
}

async function status(hash: string, options: WatchOptions, context: Context): Promise<void> {
  const intentHash = parseHex(hash, "The intent's hash", 32);
  if (options.watch === true) {
    await watch(intentHash, options, context);
    return;
  }
  show(await clientOf(options, context.terminal).getIntent(intentHash), options, context);
}

async function cancel(
  hash: string,
  options: OutputOptions & DomainOptions & KeyOptions,
  context: Context,
): Promise<void> {
  const intentHash = parseHex(hash, "The intent's hash", 32);
  const client = clientOf(options, context.terminal);
  const { domain } = await domainOf(options, context.terminal);
  const { sealed } = await client.getIntent(intentHash);
  const signer = await loadSigner(options.keyFile, context.terminal);
  const signedFor = sealed === null ? domain : { ...domain, verifyingContract: sealed.auction };
  const signature = await signCancel(intentHash, signedFor, signer);
  show(await client.cancelIntent(intentHash, signature), options, context);
}

const signHelp = `
Amounts are decimal numbers of whole tokens (1.5 is 1.5 USDC); the tokens are asked for their decimals at --rpc-url.
With --atoms they are whole numbers of the token's smallest unit, and no node is needed.

Examples:
  Give exactly 1000 of one token for at least 0.3 of another, within ten minutes:
  $ walras intent sign --sell 1000:0xA0b8…eB48 --buy 0.3:0xC02a…6Cc2 --rpc-url http://127.0.0.1:8545

  Get exactly 500000 atoms for at most 2000000, and post it:
  $ walras intent sign --kind buy --sell 2000000:0xA0b8…eB48 --buy 500000:0xdAC1…1ec7 --atoms | walras intent submit -

  For a sealed window, which the keeper places it into and clears:
  $ walras intent sign --lane sealed --sell 900:0x… --buy 60:0x… --valid-for 1h | walras intent submit - --watch

  Sign on a machine without network:
  $ walras intent sign --sell 10:0x… --buy 9:0x… --atoms --chain-id 1 --settlement 0x… --key-file owner.key`;

export function addIntentCommands(program: Command, context: Context): void {
  const intent = program.command("intent").description("sign, hand in, follow and cancel intents");

  const sign = intent
    .command("sign")
    .description("sign an intent and print it as JSON, ready for `intent submit`")
    .requiredOption("--sell <amount:token>", "the most to give, fee included")
    .requiredOption("--buy <amount:token>", "the least to get for it")
    .option("--kind <kind>", "sell: what is given is exact; buy: what is got is exact", "sell")
    .option("--atoms", "amounts are in atoms, the tokens' smallest units")
    .option("--rpc-url <url>", "node to ask the tokens' decimals (env WALRAS_CHAIN_RPC_URL)")
    .option("--partial", "may be filled in parts; without it, whole or not at all")
    .option("--receiver <address>", "who gets what is bought; default: the owner")
    .option("--start-buy <amount>", "ask so much at first, falling to --buy (with --decay-for)")
    .option("--decay-for <duration>", "how long the limit falls, such as 5m")
    .option("--max-fee <amount>", "the most of --sell that the keeper may keep; default: nothing")
    .option("--fee-per-wei <number>", "sell-token atoms per wei of metered cost, scaled by 1e18")
    .option("--lane <lane>", "instant: in a batch; sealed: in a window of an auction", "instant")
    .option("--auction <address>", "for --lane sealed; default: the one that the keeper serves")
    .option("--valid-for <duration>", "how long it is valid: 90s, 10m, 2h, 7d", "10m")
    .option("--valid-to <seconds>", "the last second it is valid, since 1970, in place of --valid-for")
    .option("--nonce <number>", "default: a random one; intents with one nonce exclude each other")
    .option("--settler <address>", "the only account that may settle it")
    .option("--condition <address>", "contract that must approve the outcome")
    .option("--condition-data <hex>", "handed to the condition")
    .option("--contract-owner <address>", "smart wallet (ERC-1271) that gives; the key signs for it")
    .option("--approved-by <address>", "sign nothing: this owner approves the intent on chain");
  withOutput(withKey(withDomain(sign)))
    .addHelpText("after", signHelp)
    .action((options: SignOptions) => runSign(options, context));

  withOutput(withKeeper(intent.command("submit")))
    .description("hand a signed intent to a keeper; handing it in again is safe")
    .argument("<file>", "JSON as `intent sign` prints it; - for what is piped in")
    .option("--watch", "then follow it until it is over")
    .addHelpText(
      "after",
      `
Examples:
  $ walras intent submit signed.json
  $ walras intent sign … | walras intent submit - --watch`,
    )
    .action((file: string, options: WatchOptions) => submit(file, options, context));

  withOutput(withKey(withDomain(intent.command("cancel"))))
    .description("take an intent back at a keeper; binds that keeper only, costs nothing")
    .argument("<hash>", "the intent's hash")
    .addHelpText(
      "after",
      `
Whoever else has the signed intent can still settle it. To rule that out, cancel its nonce on the settlement contract.

Examples:
  $ walras intent cancel 0x6f1a… --key-file owner.key
  $ walras intent cancel 0x6f1a… --json`,
    )
    .action((hash: string, options: OutputOptions & DomainOptions & KeyOptions) =>
      cancel(hash, options, context),
    );

  withOutput(withKeeper(intent.command("status")))
    .description("show where an intent stands, and why")
    .argument("<hash>", "the intent's hash")
    .option("--watch", "follow it until it is over; exit code 4 if it was not filled")
    .addHelpText(
      "after",
      `
Examples:
  $ walras intent status 0x6f1a…
  $ walras intent status 0x6f1a… --watch --json    # one event a line`,
    )
    .action((hash: string, options: WatchOptions) => status(hash, options, context));
}
