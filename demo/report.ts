/** What the demo prints: a line for each intent, a block for each batch. */
import type { BatchView } from "@walras/sdk";
import { formatUnits } from "ethers";
import { meets, type Followed } from "./follow.ts";
import type { DemoPool } from "./pool.ts";
import { tokenOf, type World, type WorldToken } from "./world.ts";

/** More rows than this are summed up instead of listed. */
const mostRows = 80;

export function printIntents(world: World, followed: readonly Followed[]): void {
  const filled = followed.filter(({ view }) => view !== null && view.fills.length > 0);
  const listed = followed.length <= mostRows ? followed : filled.slice(0, mostRows);
  const rows = listed.map((each, index) => [
    String(index + 1),
    each.demo.owner.slice(0, 10),
    each.demo.label.slice(0, 26),
    wanted(world, each),
    got(world, each),
    surplus(world, each),
    outcome(each),
  ]);
  printTable(["#", "owner", "intent", "wanted", "got", "surplus", "outcome"], rows);

  if (listed.length < followed.length) {
    console.log(
      `\n${filled.length} of ${followed.length} intents traded; the first ${listed.length} are listed. The others:`,
    );
    const counts = new Map<string, number>();
    for (const each of followed.filter((candidate) => !filled.includes(candidate))) {
      const key =
        each.refusal?.code ?? `${each.view?.status ?? "?"}: ${each.view?.reason?.code ?? "no reason given"}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    printTable(
      ["intents", "reason"],
      [...counts].sort((a, b) => b[1] - a[1]).map(([key, count]) => [String(count), key]),
    );
  }
}

export function printBatches(
  world: World,
  batches: readonly BatchView[],
  followed: readonly Followed[],
): void {
  for (const [index, batch] of batches.entries()) {
    const gas = batch.gasUsed ?? 0;
    const perIntent = batch.fills.length === 0 ? 0 : Math.round(gas / batch.fills.length);
    console.log(
      `\nBatch ${index + 1} (${batch.status}): ${batch.fills.length} fills over ${batch.tokens.length} tokens, ` +
        `${gas} gas, ${perIntent} gas per intent, transaction ${batch.transactionHash ?? "none"}`,
    );
    if (batch.value !== null) {
      const { surplus, bound, gap, certified } = batch.value;
      const missed = BigInt(bound) === 0n ? 0 : Number((BigInt(gap) * 1_000_000n) / BigInt(bound)) / 10_000;
      console.log(
        `  surplus ${surplus}, bound ${bound}: at most ${missed} % is missed; ` +
          (certified ? "prices certified" : "prices not certified"),
      );
    }
    for (const part of linkedTokens(world, batch, followed))
      console.log(`  clearing prices: ${quote(batch, part)}`);
  }
}

/** What the pair took and gave over all batches, by its balances. */
export function printPool(
  world: World,
  { pair }: DemoPool,
  { before, after }: { before: Map<string, bigint>; after: Map<string, bigint> },
): void {
  const moves = [...world.tokens.values()].flatMap(({ address, symbol }) => {
    const key = `${pair} ${address}`;
    const change = (after.get(key) ?? 0n) - (before.get(key) ?? 0n);
    if (change === 0n) return [];
    return change > 0n ? `took ${amount(world, symbol, change)}` : `gave ${amount(world, symbol, -change)}`;
  });
  console.log(`\nUniswap v2 pair: ${moves.sort().reverse().join(" and ")}`);
}

/**
 * The batch's tokens in parts that its fills link. Only within a part do prices compare: what nobody trades for each
 * other has no rate.
 */
function linkedTokens(world: World, batch: BatchView, followed: readonly Followed[]): WorldToken[][] {
  const byHash = new Map(followed.map((each) => [each.intentHash, each]));
  let parts: Set<string>[] = [];
  for (const { intentHash } of batch.fills) {
    const each = byHash.get(intentHash);
    if (each === undefined) continue;
    const ends = [each.demo.terms.sell, each.demo.terms.buy];
    const touched = parts.filter((part) => ends.some((symbol) => part.has(symbol)));
    const joined = new Set([...ends, ...touched.flatMap((part) => [...part])]);
    parts = [...parts.filter((part) => !touched.includes(part)), joined];
  }
  return parts.map((part) => [...part].map((symbol) => tokenOf(world, symbol)));
}

/** The prices of whole tokens in the cheapest of them; for display, so floats will do. */
function quote({ tokens, prices }: BatchView, part: readonly WorldToken[]): string {
  const priced = part
    .map(({ address, symbol, decimals }) => ({
      symbol,
      price:
        Number(prices[tokens.findIndex((token) => token.toLowerCase() === address.toLowerCase())]) *
        10 ** decimals,
    }))
    .sort((a, b) => a.price - b.price);
  const cheapest = priced[0]?.price ?? 1;
  const [numeraire, ...others] = priced;
  return others
    .map(
      ({ symbol, price }) => `1 ${symbol} = ${(price / cheapest).toPrecision(7)} ${numeraire?.symbol ?? ""}`,
    )
    .join(", ");
}

function amount(world: World, symbol: string, atoms: bigint): string {
  const text = formatUnits(atoms, tokenOf(world, symbol).decimals);
  const [whole = "", fraction = ""] = text.split(".");
  const figure = whole.length > 12 ? Number(text).toExponential(3) : `${whole}.${fraction.slice(0, 6)}`;
  return `${figure.replace(/\.0*$/, "")} ${symbol}`;
}

function wanted(world: World, { demo, intent }: Followed): string {
  const give = amount(world, demo.terms.sell, intent.sellAmount);
  const get = amount(world, demo.terms.buy, intent.buyAmount);
  return intent.kind === "sell" ? `${give} for >= ${get}` : `${get} for <= ${give}`;
}

function got(world: World, { demo, view }: Followed): string {
  if (view === null || view.fills.length === 0) return "-";
  const { sell, buy } = demo.terms;
  return `${amount(world, buy, BigInt(view.bought))} for ${amount(world, sell, BigInt(view.sold))}`;
}

function surplus(world: World, { demo, intent, view }: Followed): string {
  if (view === null || view.fills.length === 0) return "-";
  const token = intent.kind === "sell" ? demo.terms.buy : demo.terms.sell;
  return amount(world, token, BigInt(view.surplus));
}

function outcome(each: Followed): string {
  const { demo, refusal, view } = each;
  const mark = demo.expect.outcome === "any" || meets(demo.expect, each) ? "" : " (NOT AS EXPECTED)";
  if (refusal !== null) return `refused: ${refusal.code}${mark}`;
  if (view === null) return `unknown${mark}`;
  const why = view.status === "filled" || view.reason === null ? "" : `: ${view.reason.code}`;
  return `${view.status}${why}${mark}`;
}

/** Columns as wide as their widest cell; the last one may be as long as it likes. */
function printTable(header: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = header.map((title, at) =>
    Math.max(title.length, ...rows.map((row) => (row[at] ?? "").length)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join("  ")
      .trimEnd();
  console.log(line(header));
  console.log(line(widths.map((width) => "-".repeat(width))));
  for (const row of rows) console.log(line(row));
}
