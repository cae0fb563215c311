/** Brings waiting intents into the current window, in batches, well before its lock. */
import {
  encodePlace,
  lockOf,
  windowAt,
  windowsOf,
  type Address,
  type AuctionError,
  type IntentReason,
} from "@walras/sdk";
import type { OwnerState } from "../chain/Chain.ts";
import { readOwnerStates } from "../chain/ownerState.ts";
import type { StoredIntent } from "../domain.ts";
import type { IntentChange } from "../pipeline/book.ts";
import type { SimulatedCall } from "../domain.ts";
import { attemptCall } from "./attempt.ts";
import { sift, type Try } from "./blame.ts";
import { paidOf, stepCost } from "./pays.ts";
import type { SealedDeps, SealedMoment, SealedPrices } from "./SealedDeps.ts";

/** What one look at the waiting intents has come to. */
export type PlaceOutcome = {
  call: SimulatedCall | null;
  /** What is to be said of intents that were not placed. */
  changes: IntentChange[];
  /** Whether the lock is so near that nothing else should come first. */
  isUrgent: boolean;
};

/** How many intents a call brings at most; some 5 million gas. */
const mostPlacements = 60;

/** With so many waiting there is nothing to be gained by gathering more. */
const enoughPlacements = 20;

/** How many orders the keeper takes to share a call's fixed part when it asks whether a fee pays. */
export const assumedSharers = 5;

/** The part of a window for which intents are gathered, and the part of it that has to be left when they are sent. */
const gatherPart = 8;
const marginPart = 4;

/**
 * The last second at which a placement is sent into a window: two blocks, or a quarter of a short window, before its lock.
 */
export function lastPlacing(
  { auction, blockInterval }: Pick<SealedMoment, "auction" | "blockInterval">,
  window: number,
): number {
  const margin = Math.min(2 * blockInterval, auction.windowLength / marginPart);
  return lockOf(auction, window) - Math.ceil(margin);
}

/**
 * Makes the call that places what can be placed now, if it is time for one.
 *
 * @param now the keeper's clock, in seconds
 * @throws KeeperError `NodeUnreachable`, `StoreFailed`
 */
export async function draftPlace(moment: SealedMoment, now: number, deps: SealedDeps): Promise<PlaceOutcome> {
  const { auction, head } = moment;
  const waiting = await deps.store.listWaitingIntents(auction.auction);
  const nothing = { call: null, changes: [], isUrgent: false };
  if (waiting.length === 0) return nothing;

  const time = Math.max(head.timestamp, Math.min(now, head.timestamp + 5 * moment.blockInterval));
  const window = windowAt(auction, time);
  const isTooLate = time > lastPlacing(moment, window) || windowAt(auction, head.timestamp) !== window;
  const { fit, changes } = await judge(waiting, isTooLate ? window + 1 : window, moment, deps);
  if (isTooLate || fit.length === 0) return { ...nothing, changes };

  const urgency = lastPlacing(moment, window) - auction.windowLength / gatherPart;
  const isUrgent = time >= urgency;
  const oldest = Math.min(...fit.map(({ createdAt }) => createdAt)) / 1000;
  const gathered = now - oldest >= auction.windowLength / gatherPart;
  if (!isUrgent && !gathered && fit.length < enoughPlacements) return { ...nothing, changes };

  // Fees for one token, side by side, go to the keeper in one transfer.
  const chosen = fit.slice(0, mostPlacements).toSorted(bySellToken);
  const { found, bad } = await sift(
    chosen,
    (intents) => tryPlace(intents, window, moment, deps),
    ({ placementIndex }) => placementIndex,
  );
  for (const { item, error } of bad) {
    const reason = reasonOf(error);
    deps.sitOut.strike(item.intentHash, head.number, reason);
    changes.push({ intentHash: item.intentHash, status: "invalid", reason });
  }
  return { call: found?.accepted ?? null, changes, isUrgent };
}

function bySellToken(a: StoredIntent, b: StoredIntent): number {
  const [one, other] = [a.signed.intent.sellToken, b.signed.intent.sellToken];
  return one < other ? -1 : Number(one > other);
}

async function tryPlace(
  intents: StoredIntent[],
  window: number,
  { auction, gasPrice }: SealedMoment,
  { chain, account }: SealedDeps,
): Promise<Try<SimulatedCall>> {
  const placements = intents.map(({ owner, signed }) => ({ ...signed, owner }));
  const [to, calldata] = [auction.auction, encodePlace(placements)];
  const intentHashes = intents.map(({ intentHash }) => intentHash);
  return attemptCall({ kind: "place", to, window, intentHashes, calldata }, { chain, account, gasPrice });
}

/** The contract's word, as a reason of the intent; "placement 3" means nothing to its owner. */
function reasonOf({ name, message, placementIndex }: AuctionError): IntentReason {
  return { code: name, message: message.replaceAll(`placement ${placementIndex}`, "it") };
}

/* WHO CAN BE PLACED */

type Obstacle = Pick<IntentChange, "status" | "reason">;

const obstacle = (status: Obstacle["status"], code: string, message: string): Obstacle => ({
  status,
  reason: { code, message },
});

async function judge(
  waiting: StoredIntent[],
  window: number,
  moment: SealedMoment,
  deps: SealedDeps,
): Promise<{ fit: StoredIntent[]; changes: IntentChange[] }> {
  const { auction, head } = moment;
  const { chain, sitOut, confirmations } = deps;
  const queries = waiting.map(({ intentHash, owner, signed: { intent, signature } }) => ({
    ...{ intentHash, owner, sellToken: intent.sellToken, nonce: intent.nonce },
    byApproval: signature.scheme === "approval",
    spender: signature.scheme === "permit2" ? auction.permit2 : auction.auction,
  }));
  const states = await readOwnerStates(chain, auction.auction, head, queries);
  const deep = states.some(({ nonceSpent }) => nonceSpent)
    ? await chain.blockByNumber(Math.max(0, head.number - confirmations + 1))
    : null;
  const before = deep === null ? [] : await readOwnerStates(chain, auction.auction, deep, queries);

  const fit: StoredIntent[] = [];
  const changes: IntentChange[] = [];
  const committed = new Map<string, bigint>();
  for (const [index, intent] of waiting.entries()) {
    const state = states[index];
    if (state === undefined) continue;
    const { intentHash, owner, signed } = intent;
    const key = `${owner}:${signed.intent.sellToken}`;
    const taken = committed.get(key) ?? 0n;
    const found =
      nonceObstacle(state, before[index]?.nonceSpent === true) ??
      timeObstacle(intent, window, moment) ??
      fundsObstacle(intent, state, taken, auction.auction) ??
      feeObstacle(intent, moment, deps);
    const waits = sitOut.reason(intentHash, head.number);
    if (found !== null) changes.push({ intentHash, ...found });
    else if (waits !== null) changes.push({ intentHash, status: "invalid", reason: waits });
    else {
      committed.set(key, taken + signed.intent.sellAmount);
      if (intent.status === "invalid" || intent.reason !== null) {
        changes.push({ intentHash, status: "open", reason: null });
      }
      fit.push(intent);
    }
  }
  return { fit, changes };
}

/** The mirror has been read up to this block, so the nonce was not spent by placing this intent. */
function nonceObstacle({ nonceSpent }: OwnerState, isDeep: boolean): Obstacle | null {
  if (!nonceSpent) return null;
  const message = "Its nonce was spent on chain, by a cancellation or by another intent with that nonce.";
  return obstacle(isDeep ? "cancelled" : "invalid", "NonceSpent", message);
}

function timeObstacle(
  { signed: { intent } }: StoredIntent,
  window: number,
  { auction }: SealedMoment,
): Obstacle | null {
  const range = windowsOf(auction, intent);
  if (range === null || range.last < window) {
    const message = `No window that it could still be placed into locks by ${intent.validTo}.`;
    return obstacle("expired", "Expired", message);
  }
  if (range.first <= window) return null;
  const message = `The first window that locks within its time is ${range.first}; it is placed then.`;
  return obstacle("open", "NotYetValid", message);
}

function fundsObstacle(
  { owner, signed: { intent, signature } }: StoredIntent,
  state: OwnerState,
  taken: bigint,
  auction: Address,
): Obstacle | null {
  const { sellToken, sellAmount } = intent;
  const needed = taken + sellAmount;
  if (state.balance < sellAmount) {
    const message = `${owner} has ${state.balance} of ${sellToken}; the intent needs ${sellAmount}.`;
    return obstacle("invalid", "InsufficientBalance", message);
  }
  if (state.allowance < sellAmount) {
    const spender = signature.scheme === "permit2" ? "Permit2" : `the auction ${auction}`;
    const message = `${owner} allows ${spender} ${state.allowance} of ${sellToken}; the intent needs ${sellAmount}.`;
    return obstacle("invalid", "InsufficientAllowance", message);
  }
  if (state.balance < needed || state.allowance < needed) {
    const message = "The owner's balance or allowance goes to another intent of the owner.";
    return obstacle("open", "BalanceShared", message);
  }
  if (signature.scheme !== "approval" || state.approved) return null;
  return obstacle("invalid", "NotApproved", "Its owner has taken the approval on chain back.");
}

function feeObstacle(
  { signed: { intent } }: StoredIntent,
  moment: SealedMoment,
  { atOwnCost }: SealedDeps,
): Obstacle | null {
  if (atOwnCost || paysForItself({ budget: intent.maxFee, feePerWei: intent.feePerWei }, moment)) return null;
  const message = "At present its fee does not pay for placing, clearing and claiming it.";
  return obstacle("open", "FeeTooLow", message);
}

/** Whether a budget pays for all that an order needs in one window, at present prices. */
export function paysForItself(purse: { budget: bigint; feePerWei: bigint }, moment: SealedPrices): boolean {
  const cost = costOfOrder(moment);
  return paidOf(cost, purse) >= cost;
}

/** What placing, clearing and claiming one order costs at present prices, in wei. */
export function costOfOrder(moment: SealedPrices): bigint {
  return (["placing", "clearing", "claiming"] as const).reduce(
    (sum, step) => sum + stepCost(step, moment, assumedSharers),
    0n,
  );
}
