/** From the domain's values to the wire's: the only place that knows both. */
import {
  limitBuyAmount,
  serializeIntent,
  type BatchFill,
  type BatchValueView,
  type BatchView,
  type BookSummary,
  type Hex,
  type IntentEvent,
  type IntentFill,
  type IntentView,
} from "@walras/sdk";
import type { BatchFillRecord, BatchValue, StoredBatch, StoredEvent, StoredIntent } from "../domain.ts";

const instant = (milliseconds: number) => new Date(milliseconds).toISOString();

/** The transaction that carries the batch: the one that was mined, else the newest that was sent. */
function transactionOf(batch: StoredBatch): Hex | null {
  if (batch.mined !== null) return batch.mined.transactionHash;
  if (batch.status === "simulated") return null;
  return batch.attempts.findLast(({ purpose }) => purpose === "settle")?.transactionHash ?? null;
}

function fillView(fill: BatchFillRecord, batch: StoredBatch): IntentFill {
  return {
    batchId: batch.id,
    transactionHash: transactionOf(batch),
    executed: fill.executed.toString(),
    sold: fill.sold.toString(),
    bought: fill.bought.toString(),
    fee: fill.fee.toString(),
    confirmed: batch.status === "confirmed",
  };
}

/** @param batches all that hold a fill of the intent, oldest first; those that came to nothing are left out */
export function intentView(stored: StoredIntent, batches: readonly StoredBatch[]): IntentView {
  const { intentHash, owner, signed } = stored;
  const fills = batches
    .filter(({ status }) => status !== "failed" && status !== "replaced")
    .flatMap((batch) =>
      batch.fills.filter((fill) => fill.intentHash === intentHash).map((fill) => fillView(fill, batch)),
    );
  return {
    intentHash,
    owner,
    intent: serializeIntent(signed.intent),
    signature: signed.signature,
    lane: "instant",
    sealed: null,
    status: stored.status,
    filledAmount: stored.filledAmount.toString(),
    sold: stored.sold.toString(),
    bought: stored.bought.toString(),
    fee: stored.fee.toString(),
    surplus: stored.surplus.toString(),
    reason: stored.reason,
    createdAt: instant(stored.createdAt),
    updatedAt: instant(stored.updatedAt),
    fills,
  };
}

export function eventView(event: StoredEvent): IntentEvent {
  return {
    id: event.id.toString(),
    intentHash: event.intentHash,
    status: event.status,
    reason: event.reason,
    at: instant(event.at),
    batchId: event.batchId,
    transactionHash: event.transactionHash,
  };
}

function valueView({ basis, surplus, bound, gap, certified }: BatchValue): BatchValueView {
  const [worth, most, missed] = [surplus, bound, gap].map(String);
  return { basis, surplus: worth ?? "0", bound: most ?? "0", gap: missed ?? "0", certified };
}

export function batchView(batch: StoredBatch): BatchView {
  const fills: BatchFill[] = batch.fills.map((fill) => ({
    ...fillView(fill, batch),
    intentHash: fill.intentHash,
  }));
  return {
    id: batch.id,
    status: batch.status,
    transactionHash: transactionOf(batch),
    blockNumber: batch.mined?.blockNumber ?? null,
    tokens: batch.tokens,
    prices: batch.prices.map(String),
    value: batch.value === null ? null : valueView(batch.value),
    gasUsed: batch.mined === null ? null : Number(batch.mined.gasUsed),
    fills,
    createdAt: instant(batch.createdAt),
  };
}

/* BOOKS */

/** Ready for the next batch; what is executing or cannot settle now is not on offer. */
export function isOpen({ status }: StoredIntent): boolean {
  return status === "open" || status === "partiallyFilled";
}

/** What an intent still offers, in sell-token atoms, rounded down. */
function offered({ signed: { intent }, filledAmount }: StoredIntent): bigint {
  return intent.kind === "sell"
    ? intent.sellAmount - filledAmount
    : (intent.sellAmount * (intent.buyAmount - filledAmount)) / intent.buyAmount;
}

/** A positive ratio as a decimal number of 18 significant digits, rounded down: for display only. */
export function decimalRatio(numerator: bigint, denominator: bigint): string {
  // With a quotient of more than 18 digits the fraction would say nothing.
  const places = Math.max(0, 18 + denominator.toString().length - numerator.toString().length);
  const digits = ((numerator * 10n ** BigInt(places)) / denominator).toString().padStart(places + 1, "0");
  const point = digits.length - places;
  const fraction = digits.slice(point).replace(/0+$/, "");
  return fraction === "" ? digits.slice(0, point) : `${digits.slice(0, point)}.${fraction}`;
}

/** Orders intents by their limit price at a time, lowest first, exactly. */
export function byLimitPrice(at: number): (a: StoredIntent, b: StoredIntent) => number {
  return ({ signed: { intent: a } }, { signed: { intent: b } }) => {
    const difference = limitBuyAmount(a, at) * b.sellAmount - limitBuyAmount(b, at) * a.sellAmount;
    return difference < 0n ? -1 : difference > 0n ? 1 : 0;
  };
}

/**
 * One line for each direction in which somebody offers something.
 *
 * @param at the chain's time in seconds, for limits that decay
 */
export function bookSummaries(intents: readonly StoredIntent[], at: number): BookSummary[] {
  const directions = Map.groupBy(
    intents.filter(isOpen),
    ({ signed: { intent } }) => `${intent.sellToken}:${intent.buyToken}`,
  );
  return [...directions.values()].flatMap((direction) => {
    const [best] = direction.toSorted(byLimitPrice(at));
    if (best === undefined) return [];
    const { intent } = best.signed;
    return {
      sellToken: intent.sellToken,
      buyToken: intent.buyToken,
      intents: direction.length,
      sellAmount: direction.reduce((sum, stored) => sum + offered(stored), 0n).toString(),
      bestLimitPrice: decimalRatio(limitBuyAmount(intent, at), intent.sellAmount),
    };
  });
}
