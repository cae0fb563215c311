import type { Address, Hex } from "../hex.ts";
import type { Intent, IntentDomain, IntentSignature, SerializedIntent } from "../intent/Intent.ts";

/**
 * One `CallAuction` contract: what it trades and its clock. All of it is fixed when the contract is deployed;
 * `readAuction` reads it from the chain, `auctionDeployment` knows it without one.
 */
export type AuctionMarket = {
  chainId: number;
  /** The `CallAuction` contract. */
  auction: Address;
  /** Strictly ascending; an order names a token by its place here. 2 to 256. */
  tokens: readonly Address[];
  /** One per token: the least that an order may sell or ask of it, in atoms. */
  minimums: readonly bigint[];
  /** Seconds. Window `w` takes orders from `w * windowLength` on, and locks at `(w + 1) * windowLength`. */
  windowLength: number;
  /** Seconds after the lock within which the window has to be cleared, else it is void. */
  timeout: number;
  /** Where signatures of scheme "permit2" are valid. */
  permit2: Address;
};

/**
 * How an owner vouches for an intent in the sealed lane.
 * - `ecdsa`, `eip1271`, `approval`: as in the instant lane, for the auction's domain; the tokens come by an allowance to
 *   the auction
 * - `permit2`: one signature of Permit2 allows and funds (`signSealedPermit2`); the allowance is Permit2's
 * - `caller`: the owner places it, so the transaction itself is the word
 */
export type SealedSignature =
  | IntentSignature
  | { scheme: "permit2"; owner: Address; signature: Hex }
  | { scheme: "caller"; owner: Address };

/** A {@link SealedSignature} that somebody else can bring into a window, and that so can be handed to a keeper. */
export type PlaceableSignature = Exclude<SealedSignature, { scheme: "caller" }>;

/** An intent for the sealed lane, ready to be placed. */
export type SealedIntent<Signature extends SealedSignature = SealedSignature> = {
  intent: Intent;
  signature: Signature;
};

/** {@link SealedIntent} as JSON, for a keeper to place. */
export type SerializedSealedIntent = { intent: SerializedIntent; signature: PlaceableSignature };

/** Where a window of an auction stands, in the order of the contract's enum. */
export const windowStates = ["open", "future", "locked", "cleared", "void"] as const;
export type WindowState = (typeof windowStates)[number];

/**
 * A price in an auction: `mantissa * 2^exponent`, in any unit that is the same for all tokens. Only ratios mean anything, so
 * the exponents of all prices can be shifted together; the contract takes them from 0 to 2^32 - 1.
 */
export type AuctionPrice = {
  /** Normalised: from 2^95 to 2^96 - 1. */
  mantissa: bigint;
  exponent: number;
};

/** What of an intent decides what it gets: the terms of an order in a window. */
export type OrderTerms = {
  /** Sell-token atoms to trade: `sellAmount - maxFee`, or what is left of it after a roll. uint112. */
  amount: bigint;
  /** Buy-token atoms asked for the whole `amount`. uint112. */
  asked: bigint;
  /** Place of the sell token in the market's list. */
  sellToken: number;
  /** Place of the buy token in the market's list. */
  buyToken: number;
};

/** An order whose executed amount the clearer states, as the contract cannot tell it from the prices alone. */
export type MarginalOrder = {
  /** The order's position in its window. */
  id: number;
  /** Sell-token atoms. */
  executed: bigint;
};

/**
 * The EIP-712 domain that owners sign for in an auction. Same type of intent as the settlement's, another contract: neither
 * accepts a signature for the other.
 */
export function auctionDomain({
  chainId,
  auction,
}: Pick<AuctionMarket, "chainId" | "auction">): IntentDomain {
  return { chainId, verifyingContract: auction };
}
