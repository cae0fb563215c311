/**
 * What `settle` must do, as docs/SPEC.md states it: slow, obvious, in integers of any size, over plain maps. It reads
 * the batch's raw bytes, and shares no line with the contract, the SDK or the solver.
 */
import { getBytes } from "ethers";
import { fillCost, ratesOf, type ChainFee, type GasPrice } from "./cost.ts";
import { expand, intentDigest, nobody, recover, type Intent } from "./intent.ts";
import type { Ledger } from "./Ledger.ts";
import { FillReader, type PackedFill } from "./packedFills.ts";
import { Refusal } from "./Refusal.ts";

export type RawBatch = {
  tokens: string[];
  prices: bigint[];
  fills: string;
  transfers: string;
  callbackData: string;
};

/** What a condition is asked. */
export type Question = {
  intentHash: string;
  owner: string;
  sold: bigint;
  bought: bigint;
  conditionData: string;
};

/** The rest of the world, as far as a settlement meets it. */
export type Surroundings = {
  chainId: number;
  settlement: string;
  keeper: string;
  /** The block's, in seconds. */
  time: bigint;
  price: GasPrice;
  /** Of the settlement, in wei per gas. */
  tipCap: bigint;
  /** What the settlement's adapter answers; null if it has none. */
  chainFee: ChainFee | null;
  /** Accounts with code that answer `isValidSignature`. */
  accepts: (wallet: string, intentHash: string, signature: string) => boolean;
  /** What a condition answers; false for an account that is none. */
  holds: (condition: string, question: Question) => boolean;
  /** What the keeper does in its callback; null if it has no code. */
  callback: ((ledger: Ledger, data: string) => void) | null;
};

export type FillEvent = { intentHash: string; owner: string; sold: bigint; bought: bigint };
export type TransferEvent = { token: string; from: string; to: string; amount: bigint };
/** What has happened, and what is so now. */
export type Settled = {
  ledger: Ledger;
  fills: FillEvent[];
  transfers: TransferEvent[];
  /**
   * All metered fees, in wei at the signed rates. They must stay within what the batch has really cost, which is measured,
   * so nothing on paper can tell it.
   */
  claimed: bigint;
};

/** What is left of a verified fill. */
type Leg = {
  intent: Intent;
  owner: string;
  receiver: string;
  intentHash: string;
  sold: bigint;
  bought: bigint;
  owed: bigint;
  due: bigint;
  /** Its metered fee, in wei at the signed rate. */
  claimed: bigint;
};

const max128 = 2n ** 128n - 1n;

const ceilDiv = (dividend: bigint, divisor: bigint) => (dividend + divisor - 1n) / divisor;

/**
 * Settles a batch.
 *
 * @param before is left as it is
 * @throws Refusal where the contract reverts
 */
export function settle(before: Ledger, batch: RawBatch, surroundings: Surroundings): Settled {
  const ledger = before.copy();
  checkPrices(batch);
  const legs = verifyFills(ledger, batch, surroundings);
  const transfers = moveTokens(ledger, batch, legs, surroundings);
  checkOutcomes(legs, surroundings);
  return { ledger, fills: legs, transfers, claimed: legs.reduce((sum, leg) => sum + leg.claimed, 0n) };
}

/* R2 */

function checkPrices({ tokens, prices }: RawBatch): void {
  if (tokens.length !== prices.length) {
    throw new Refusal("PricesLengthMismatch", [tokens.length, prices.length]);
  }
  tokens.forEach((token, index) => {
    if (index > 0 && BigInt(token) <= BigInt(tokens[index - 1] ?? 0)) {
      throw new Refusal("TokensNotAscending", [index]);
    }
    if (prices[index] === 0n) throw new Refusal("ZeroPrice", [index]);
  });
}

/* R1, R4, R5, R6 */

function verifyFills(ledger: Ledger, batch: RawBatch, surroundings: Surroundings): Leg[] {
  const reader = new FillReader(getBytes(batch.fills), batch.tokens);
  const count = reader.count();
  const legs: Leg[] = [];
  for (let index = 0; index < count; index++) {
    legs.push(verifyFill(ledger, batch, reader.next(index), index, count, surroundings));
  }
  reader.end();
  return legs;
}

function verifyFill(
  ledger: Ledger,
  { prices }: RawBatch,
  fill: PackedFill,
  index: number,
  count: number,
  surroundings: Surroundings,
): Leg {
  const { intent, fee, executed } = fill;
  const { time } = surroundings;
  if (intent.sellToken === intent.buyToken) throw new Refusal("SameToken", [index, intent.sellToken]);
  if (time > intent.validTo) throw new Refusal("Expired", [index, intent.validTo]);
  if (intent.settler !== nobody && intent.settler !== surroundings.keeper) {
    throw new Refusal("WrongSettler", [index, intent.settler]);
  }
  if (time < intent.validFrom) throw new Refusal("NotYetValid", [index, intent.validFrom]);
  const limit = limitAt(intent, time, index);

  const intentHash = intentDigest(intent, surroundings.chainId, surroundings.settlement);
  const owner = signer(ledger, fill, intentHash, index, surroundings);

  const { sold, bought } = amounts(fill, prices[fill.sellIndex] ?? 0n, prices[fill.buyIndex] ?? 0n, index);
  checkFee(intent, fee, sold, index);
  checkLimit(intent, sold, bought, limit, index);
  const isFresh = record(ledger, intent, owner, executed, index);
  const claimed = claimFee(intent, fee, isFresh, index, count, surroundings);

  const receiver = intent.receiver === nobody ? owner : intent.receiver;
  return { intent, owner, receiver, intentHash, sold, bought, owed: sold, due: bought, claimed };
}

function signer(
  ledger: Ledger,
  { signature }: PackedFill,
  intentHash: string,
  index: number,
  { accepts }: Surroundings,
): string {
  switch (signature.scheme) {
    case "compact":
    case "ecdsa": {
      const { r, s, v } = signature.scheme === "compact" ? expand(signature.r, signature.vs) : signature;
      const owner = recover(intentHash, r, s, v);
      if (owner === null) throw new Refusal("InvalidSignature", [index]);
      return owner;
    }
    case "eip1271":
      if (!accepts(signature.owner, intentHash, signature.signature)) {
        throw new Refusal("InvalidSignature", [index]);
      }
      return signature.owner;
    case "approved":
      if (!ledger.isApproved(signature.owner, intentHash)) {
        throw new Refusal("NotApproved", [index, signature.owner, intentHash]);
      }
      return signature.owner;
  }
}

function amounts(
  { intent, executed, fee }: PackedFill,
  sellPrice: bigint,
  buyPrice: bigint,
  index: number,
): { sold: bigint; bought: bigint } {
  if (intent.kind === "buy") {
    const sold = ceilDiv(executed * buyPrice, sellPrice) + fee;
    if (sold > max128) throw new Refusal("AmountOverflow", [index, sold]);
    return { sold, bought: executed };
  }
  if (fee > executed) throw new Refusal("FeeTooHigh", [index, fee, executed]);
  const bought = ((executed - fee) * sellPrice) / buyPrice;
  if (bought > max128) throw new Refusal("AmountOverflow", [index, bought]);
  return { sold: executed, bought };
}

function checkFee({ sellAmount, maxFee }: Intent, fee: bigint, sold: bigint, index: number): void {
  if (fee === 0n) return;
  // The cap's share, rounded down. An intent of no amount has no share to give, and its fee nothing to exceed.
  if (sellAmount > 0n && fee > (maxFee * sold) / sellAmount) {
    throw new Refusal("FeeTooHigh", [index, fee, sold]);
  }
}

function checkLimit(intent: Intent, sold: bigint, bought: bigint, limit: bigint, index: number): void {
  // The limit's share, rounded up. Of an intent of no amount, nothing may be sold unless it asks for nothing.
  const { sellAmount } = intent;
  const met = sellAmount === 0n ? sold * limit === 0n : bought >= ceilDiv(sold * limit, sellAmount);
  if (!met) throw new Refusal("LimitNotMet", [index, sold, bought, limit]);
}

function limitAt(intent: Intent, time: bigint, index: number): bigint {
  const { startBuyAmount, buyAmount, validFrom, decayEnd } = intent;
  if (startBuyAmount === 0n || time >= decayEnd) return buyAmount;
  if (startBuyAmount < buyAmount) throw new Refusal("InvalidDecay", [index, startBuyAmount, buyAmount]);
  return buyAmount + ceilDiv((startBuyAmount - buyAmount) * (decayEnd - time), decayEnd - validFrom);
}

/** A fee that is bound to the metered cost, in wei at the signed rate; 0 for any other. */
function claimFee(
  { feePerWei }: Intent,
  fee: bigint,
  isFresh: boolean,
  index: number,
  count: number,
  { price, tipCap, chainFee }: Surroundings,
): bigint {
  if (fee === 0n || feePerWei === 0n) return 0n;
  const share = fillCost(ratesOf(price, tipCap, chainFee, count), count, isFresh);
  const claimed = ceilDiv(fee * 10n ** 18n, feePerWei);
  if (claimed > share) throw new Refusal("FeeAboveCost", [index, fee, claimed, share]);
  return claimed;
}

/** Whether this is the first that is written to the storage word: 256 nonces share one, or two filled amounts. */
function record(ledger: Ledger, intent: Intent, owner: string, executed: bigint, index: number): boolean {
  const { nonce } = intent;
  const amount = intent.kind === "sell" ? intent.sellAmount : intent.buyAmount;
  const filled = ledger.filled(owner, nonce);
  const remaining = filled > amount ? 0n : amount - filled;
  const isFreshBitmap = ledger.bitmap(owner, nonce) === 0n;
  if (ledger.isSpent(owner, nonce)) throw new Refusal("NonceSpent", [index, owner, nonce]);
  if (executed === 0n) throw new Refusal("ZeroFill", [index]);
  if (!intent.partiallyFillable) {
    if (executed !== amount) throw new Refusal("NotPartiallyFillable", [index, executed, amount]);
    ledger.spend(owner, nonce);
    return isFreshBitmap;
  }
  if (executed > remaining) throw new Refusal("Overfilled", [index, executed, remaining]);
  if (executed === remaining) {
    ledger.spend(owner, nonce);
    return isFreshBitmap;
  }
  ledger.setFilled(owner, nonce, filled + executed);
  return filled === 0n && ledger.filled(owner, nonce ^ 1n) === 0n;
}

/* R3 */

function moveTokens(
  ledger: Ledger,
  batch: RawBatch,
  legs: Leg[],
  { keeper, callback }: Surroundings,
): TransferEvent[] {
  const moved: TransferEvent[] = [];
  const move = (fill: number, token: string, from: string, to: string, amount: bigint) => {
    if (amount === 0n) return;
    transfer(ledger, fill, token, from, to, amount);
    moved.push({ token, from, to, amount });
  };

  for (const [index, [from, to]] of readPairs(batch.transfers).entries()) {
    const seller = legs[from];
    const buyer = legs[to];
    if (seller === undefined) throw new Refusal("TransferFillOutOfRange", [index, from]);
    if (buyer === undefined) throw new Refusal("TransferFillOutOfRange", [index, to]);
    const token = seller.intent.sellToken;
    if (token !== buyer.intent.buyToken) throw new Refusal("TransferTokenMismatch", [index, from, to]);
    const amount = seller.owed < buyer.due ? seller.owed : buyer.due;
    seller.owed -= amount;
    buyer.due -= amount;
    move(from, token, seller.owner, buyer.receiver, amount);
  }

  legs.forEach((leg, index) => move(index, leg.intent.sellToken, leg.owner, keeper, leg.owed));
  if (batch.callbackData !== "0x") {
    if (callback === null) throw Refusal.silent();
    callback(ledger, batch.callbackData);
  }
  legs.forEach((leg, index) => move(index, leg.intent.buyToken, keeper, leg.receiver, leg.due));
  return moved;
}

function readPairs(transfers: string): [from: number, to: number][] {
  const bytes = getBytes(transfers);
  if (bytes.length % 4 !== 0) throw new Refusal("TransfersTruncated", [bytes.length]);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: bytes.length / 4 }, (_, index) => [
    view.getUint16(4 * index),
    view.getUint16(4 * index + 2),
  ]);
}

/** An ERC-20 token's `transferFrom` by the settlement. An allowance of all bits is not counted down. */
function transfer(
  ledger: Ledger,
  fill: number,
  token: string,
  from: string,
  to: string,
  amount: bigint,
): void {
  const allowance = ledger.allowance(token, from);
  const balance = ledger.balance(token, from);
  if (allowance < amount || balance < amount) {
    throw new Refusal("TransferFailed", [fill, token, from, to, amount]);
  }
  if (allowance < 2n ** 256n - 1n) ledger.setAllowance(token, from, allowance - amount);
  ledger.setBalance(token, from, balance - amount);
  ledger.setBalance(token, to, ledger.balance(token, to) + amount);
}

/* R1.8 */

function checkOutcomes(legs: readonly Leg[], { holds }: Surroundings): void {
  legs.forEach(({ intent, intentHash, owner, sold, bought }, index) => {
    const { condition, conditionData } = intent;
    if (condition === nobody) return;
    if (!holds(condition, { intentHash, owner, sold, bought, conditionData })) {
      throw new Refusal("OutcomeNotMet", [index, condition]);
    }
  });
}
