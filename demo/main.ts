/**
 * `npm run demo`: the whole way once, on a chain of its own. Intents are signed, posted to a keeper over HTTP, matched,
 * settled on chain, and audited against the chain to the atom; then a sealed window, the same way. Exits with 1 if anything is not as it should be.
 */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { audit } from "./audit.ts";
import { bookMarket } from "./bookMarket.ts";
import { startChain, type DemoChain } from "./chain.ts";
import { follow, meets, readStopped } from "./follow.ts";
import { keeperAddress, startKeeper, type KeeperProcess } from "./keeperProcess.ts";
import type { Market } from "./market.ts";
import { ownMarket } from "./ownMarket.ts";
import { deployPool } from "./pool.ts";
import { postAll } from "./post.ts";
import { printBatches, printIntents, printPool } from "./report.ts";
import { deploySealedLane, runSealedLane } from "./sealed.ts";
import { createWorld, deploySettlement, readBalances } from "./world.ts";

const help = `Usage: npm run demo -- [--book FILE] [--keep]

  --book FILE  trade the intents of a book file (docs/BOOK.md) instead of the demo's own
  --keep       leave the chain and the keeper running, and say how to talk to them`;

const root = join(import.meta.dirname, "..");
const started = Date.now();

/** A line of progress, with the seconds that have passed. */
function say(text: string): void {
  console.log(`[${String(Math.round((Date.now() - started) / 1000)).padStart(3)} s] ${text}`);
}

/** Progress that comes often: shown at most every few seconds, so that a log stays readable. */
function throttled(everyMs: number): (text: string) => void {
  let last = 0;
  return (text) => {
    if (Date.now() - last < everyMs) return;
    last = Date.now();
    say(text);
  };
}

function parseCommandLine(): { book?: string; keep: boolean } {
  try {
    const { values } = parseArgs({
      options: { book: { type: "string" }, keep: { type: "boolean" }, help: { type: "boolean" } },
    });
    if (values.help === true) {
      console.log(help);
      process.exit(0);
    }
    return { keep: values.keep ?? false, ...(values.book === undefined ? {} : { book: values.book }) };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${help}`);
    process.exit(1);
  }
}

async function loadMarket(book: string | undefined): Promise<Market> {
  if (book === undefined) return ownMarket;
  const { market, warnings } = await bookMarket(book);
  for (const warning of warnings) say(`note: ${warning}`);
  return market;
}

/** @returns whether everything was as it should be. */
async function run(market: Market, chain: DemoChain, keep: boolean): Promise<boolean> {
  say("deploying the settlement contract by CREATE2 ...");
  const settlement = await deploySettlement(chain);
  say(`settlement contract at ${settlement}`);
  say(`creating ${market.tokens.length} ERC-20 tokens and funding ${market.owners.length} owners ...`);
  const world = await createWorld(chain, settlement, market);
  const lane = market === ownMarket ? await deploySealedLane(world) : null;
  if (lane !== null) say(`auction of sealed windows at ${lane.market.auction}`);
  const pool = market === ownMarket ? await deployPool(world, keeperAddress) : null;
  if (pool !== null) say(`Uniswap v2 pair at ${pool.pair}, and the keeper's executor at ${pool.executor}`);
  // From here on blocks come by the clock, as on a real chain.
  await chain.provider.send("evm_setAutomine", [false]);
  await chain.provider.send("evm_setIntervalMining", [1000]);

  say("starting the keeper ...");
  const auctions = lane === null ? [] : [lane.market.auction];
  const keeper = await startKeeper(world, join(root, ".demo"), 1500, { auctions, pool });
  say(`keeper ${keeper.address} at ${keeper.url}`);
  try {
    const accounts = [...world.owners.values()].map(({ address }) => address);
    const others = pool === null ? [] : [pool.pair, pool.executor];
    const audited = [...accounts, keeper.address, settlement, ...others];
    const before = await readBalances(world, audited);

    say(`signing and posting ${market.intents.length} intents ...`);
    const count = throttled(2000);
    const posted = await postAll(world, keeper.client, market.intents, (done) =>
      count(`posted ${done} intents`),
    );
    const refused = posted.filter(({ refusal }) => refusal !== null).length;
    say(
      `posted ${posted.length} intents: ${posted.length - refused} taken, ${refused} refused; waiting for settlement ...`,
    );

    if (market.opensIn > 0) {
      // All of them are valid now, and those that were posted last a minute ago.
      await chain.provider.send("evm_increaseTime", [market.opensIn + 60]);
      await chain.provider.send("evm_mine", []);
    }

    const look = throttled(3000);
    const patience =
      market === ownMarket
        ? { timeoutMs: 90_000, quietMs: 3_000, leastBatches: 0 }
        : { timeoutMs: 240_000, quietMs: 20_000, leastBatches: 1 };
    await follow(keeper.client, posted, patience, (settled, awaited, made) =>
      look(`${settled} intents traded in ${made} batches, ${awaited} still awaited`),
    );
    // A market goes on as long as there are blocks; it is audited on the last one.
    await chain.provider.send("evm_setIntervalMining", [0]);
    const head = await chain.provider.getBlockNumber();
    const { followed, batches } = await readStopped(keeper.client, posted, head);
    const after = await readBalances(world, audited);

    console.log(`\n${market.title}: ${market.intents.length} intents\n`);
    printIntents(world, followed);
    printBatches(world, batches, followed);
    if (pool !== null) printPool(world, pool, { before, after });

    const { checks, problems } = await audit(world, { keeper: keeper.address, pool }, followed, batches, {
      before,
      after,
    });
    const unexpected = followed.filter((each) => !meets(each.demo.expect, each));
    for (const { demo, view, refusal } of unexpected) {
      const became =
        refusal?.code ?? `${view?.status ?? "unknown"} (${view?.reason?.message ?? "no reason given"})`;
      problems.push(`${demo.label} of ${demo.owner} should be ${demo.expect.outcome} and is ${became}.`);
    }
    if (!batches.some(({ status }) => status === "mined" || status === "confirmed"))
      problems.push("No batch was settled.");
    const sealed = lane === null ? null : await runSealedLane(world, keeper, lane, say);
    problems.push(...(sealed?.problems ?? []));
    for (const problem of problems) console.error(`PROBLEM: ${problem}`);
    const verdict = problems.length === 0 ? "every one holds" : `${problems.length} problems`;
    console.log(
      `\nAudit: ${checks + (sealed?.checks ?? 0)} checks of limits, fills and balances against the chain; ${verdict}.`,
    );
    if (keep) {
      await chain.provider.send("evm_setIntervalMining", [1000]);
      await stay(chain, keeper);
    }
    return problems.length === 0;
  } finally {
    keeper.stop();
  }
}

/** Leaves everything running until the user stops it. */
async function stay(chain: DemoChain, keeper: KeeperProcess): Promise<void> {
  console.log(`
Chain and keeper keep running; stop them with Ctrl-C.
  chain    ${chain.rpcUrl} (chain id 31337)
  keeper   ${keeper.url}, its log is ${keeper.logFile}
  try      curl ${keeper.url}/v1/health
           curl ${keeper.url}/v1/books
           curl ${keeper.url}/v1/batches
           curl ${keeper.url}/v1/windows
           npm run walras -- intent --help`);
  await new Promise<void>((resolve) => {
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
  });
}

const { book, keep } = parseCommandLine();
try {
  const market = await loadMarket(book);
  say("building the contracts ...");
  await promisify(execFile)("hardhat", ["build", "--quiet"], { cwd: root });
  say("starting a local chain ...");
  const chain = await startChain();
  try {
    process.exitCode = (await run(market, chain, keep)) ? 0 : 1;
  } finally {
    chain.stop();
  }
} catch (error) {
  console.error(`The demo failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
