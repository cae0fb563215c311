/** From what the store and the chain say to the book that one batch may draw on, and to the word on every other intent. */
import {
  fillCost,
  limitBuyAmount,
  settlementSize,
  zeroAddress,
  type Address,
  type Hex,
  type Intent,
  type IntentReason,
  type IntentStatus,
} from "@walras/sdk";
import type { Book, BookIntent, GasCost } from "@walras/solver";
import type { OwnerState } from "../chain/Chain.ts";
import type { ChainFee } from "../chain/dataFees.ts";
import type { BlockRef, StoredIntent } from "../domain.ts";

export type IntentChange = { intentHash: Hex; status: IntentStatus; reason: IntentReason | null };

/** An intent with what the chain says about its owner. */
export type IntentOnChain = { intent: StoredIntent; state: OwnerState };

export type BookContext = {
  /** The block at which the owners' states were read. */
  head: BlockRef;
  /** The keeper's clock, in seconds. */
  now: number;
  /** Seconds between blocks: what a transaction that is sent now may have to wait. */
  blockInterval: number;
  keeper: Address;
  /** "cap": the signed maxFee in proportion to the fill; "none": nothing. */
  fee: "cap" | "none";
  /** What the chain charges beside gas. */
  chainFee: ChainFee;
  /** What 10^18 atoms of a token are worth, in wei, by address in lower case. */
  tokenValues: ReadonlyMap<string, bigint>;
};

export type DraftBook = {
  book: Book;
  /** What one more fill costs, for fees to be judged by; absent where the keeper charges none. */
  gas: GasCost | undefined;
  /** The intents of the book by their hash. */
  candidates: Map<string, StoredIntent>;
  /** What is to be said of the intents that are not in the book. */
  changes: IntentChange[];
  /** Their nonce is spent; the chain's history has to say by what. */
  spent: IntentOnChain[];
};

/** How far the keeper's clock may be ahead of the chain's before an intent is called expired by the clock alone. */
const clockSkew = 5;

/** Where an intent stands that nothing stands in the way of. */
export function restingStatus({ filledAmount }: StoredIntent): "open" | "partiallyFilled" {
  return filledAmount > 0n ? "partiallyFilled" : "open";
}

/**
 * The book of the next batch.
 *
 * Simulation runs in the head's time, the transaction in a later block's; an intent has to be good in both. So it must be
 * valid at the head already, and still be valid one block after the next. A decaying limit is taken as it is at the head:
 * it only falls afterwards, so whoever is content with it then will be content later.
 */
export function draftBook(intents: IntentOnChain[], context: BookContext): DraftBook {
  const draft: Omit<DraftBook, "book"> = {
    ...{ candidates: new Map(), changes: [], spent: [] },
    gas: context.fee === "none" ? undefined : { weiPerFill: leastPay(context), values: context.tokenValues },
  };
  const bookIntents: BookIntent[] = [];
  const spendable = new Map<string, bigint>();
  for (const { intent, state } of intents) {
    if (state.nonceSpent) {
      draft.spent.push({ intent, state });
      continue;
    }
    const obstacle = findObstacle(intent, state, context);
    if (obstacle !== null) {
      draft.changes.push({ intentHash: intent.intentHash, ...obstacle });
      continue;
    }
    const bookIntent = toBookIntent(intent, state, context);
    bookIntents.push(bookIntent);
    spendable.set(spendableKey(bookIntent.owner, bookIntent.sellToken), spendableOf(state));
    draft.candidates.set(intent.intentHash, intent);
  }
  return { ...draft, book: toBook(bookIntents, spendable) };
}

/** The same book without some intents. */
export function withoutIntents(book: Book, excluded: ReadonlySet<string>): Book {
  return { ...book, intents: book.intents.filter(({ id }) => !excluded.has(id)) };
}

function toBook(intents: BookIntent[], spendable: Map<string, bigint>): Book {
  const tokens = new Set(intents.flatMap(({ sellToken, buyToken }) => [sellToken, buyToken]));
  return {
    tokens: [...tokens].map((address) => ({ address })),
    intents,
    spendable: (owner, token) => spendable.get(spendableKey(owner, token)) ?? 0n,
  };
}

function spendableKey(owner: string, token: string): string {
  return `${owner}:${token}`.toLowerCase();
}

function spendableOf({ balance, allowance }: OwnerState): bigint {
  return balance < allowance ? balance : allowance;
}

function toBookIntent(stored: StoredIntent, state: OwnerState, context: BookContext): BookIntent {
  const { head, fee } = context;
  const { intentHash: id, owner, signed } = stored;
  const { intent } = signed;
  const { sellToken, buyToken, kind, sellAmount, buyAmount, partiallyFillable, maxFee, nonce } = intent;
  return {
    id,
    owner,
    sellToken,
    buyToken,
    kind,
    sellAmount,
    buyAmount,
    partiallyFillable,
    maxFee,
    nonce,
    limitBuyAmount: limitBuyAmount(intent, head.timestamp),
    // The chain's figure, not the store's: other keepers settle too. Fill-or-kill intents do not take part in it.
    filled: partiallyFillable ? state.filledAmount : 0n,
    fee: fee === "cap" ? feeCap(intent, context) : 0n,
  };
}

/** Of the cost of a fill, what its fee has to pay: a little less than what may be charged where it is metered. */
const payShare = { numerator: 7n, denominator: 10n };

/** What a fill has to pay, in wei: its share of the cost at the last base fee. */
function leastPay(context: BookContext): bigint {
  return (leastCost(context) * payShare.numerator) / payShare.denominator;
}

/** How many fills a batch is reckoned to have: with the most there can be, a fill's share of the cost is the least. */
const mostFills = 0xffff;

/** The metered cost of a fill at the last base fee, in wei: the least that it can be. */
function leastCost({ head: { baseFeePerGas: baseFee }, chainFee: priceOf }: BookContext): bigint {
  const chainFee = priceOf(settlementSize(mostFills));
  return fillCost({ gasPrice: baseFee, baseFee, chainFee }, { count: mostFills });
}

/**
 * What may be charged for the whole amount, in sell-token atoms. A fee that is bound to the metered cost has to be good at
 * the base fee of a later block, which may be an eighth lower than the last one's: three quarters last for two blocks.
 */
function feeCap({ maxFee, feePerWei }: Intent, context: BookContext): bigint {
  if (feePerWei === 0n) return maxFee;
  const charge = (((leastCost(context) * 3n) / 4n) * feePerWei) / 10n ** 18n;
  return charge < maxFee ? charge : maxFee;
}

type Obstacle = { status: IntentStatus; reason: IntentReason };

function findObstacle(stored: StoredIntent, state: OwnerState, context: BookContext): Obstacle | null {
  const { intent, signature } = stored.signed;
  const { head, now, blockInterval, keeper } = context;
  const waiting = (code: string, message: string): Obstacle => ({
    status: restingStatus(stored),
    reason: { code, message },
  });
  const invalid = (code: string, message: string): Obstacle => ({
    status: "invalid",
    reason: { code, message },
  });

  const next = Math.max(head.timestamp + 1, now);
  if (intent.validTo < head.timestamp || intent.validTo < next - clockSkew) {
    const message = `It was valid until ${intent.validTo}; the chain is at ${head.timestamp}.`;
    return { status: "expired", reason: { code: "Expired", message } };
  }
  if (intent.validTo < next + blockInterval) {
    return waiting("ExpiresTooSoon", `It is valid until ${intent.validTo}, too soon for the next block.`);
  }
  if (intent.validFrom > head.timestamp) {
    return waiting("NotYetValid", `It is valid from ${intent.validFrom}; the chain is at ${head.timestamp}.`);
  }
  if (intent.settler !== zeroAddress && intent.settler !== keeper) {
    return invalid("WrongSettler", `Only ${intent.settler} may settle it; this keeper settles as ${keeper}.`);
  }
  if (signature.scheme === "approval" && !state.approved) {
    return invalid("NotApproved", `${stored.owner} has taken the approval on chain back.`);
  }
  const whole = intent.kind === "sell" ? intent.sellAmount : intent.buyAmount;
  if (intent.partiallyFillable && state.filledAmount >= whole) {
    const message = `${state.filledAmount} of ${whole} are filled under its nonce already.`;
    return invalid("AlreadyFilled", message);
  }
  return fundsObstacle(stored, state, invalid);
}

/** Only what is certain to be missing: the price decides how much a buy takes, and a part may be filled of the rest. */
function fundsObstacle(
  { owner, signed: { intent } }: StoredIntent,
  { balance, allowance }: OwnerState,
  invalid: (code: string, message: string) => Obstacle,
): Obstacle | null {
  const needed = intent.kind === "sell" && !intent.partiallyFillable ? intent.sellAmount : 1n;
  if (balance < needed) {
    const message = `${owner} has ${balance} of ${intent.sellToken}; the intent needs ${needed}.`;
    return invalid("InsufficientBalance", message);
  }
  if (allowance < needed) {
    const message = `${owner} allows the settlement contract ${allowance} of ${intent.sellToken}; the intent needs ${needed}.`;
    return invalid("InsufficientAllowance", message);
  }
  return null;
}
