import type { Address, Hex } from "../hex.ts";

/** "sell": `sellAmount` is exact. "buy": `buyAmount` is exact and `sellAmount` is the cap. */
export const intentKinds = ["sell", "buy"] as const;
export type IntentKind = (typeof intentKinds)[number];

/**
 * What an owner wants: give at most `sellAmount` of one token, get at least `buyAmount` of another, by `validTo`.
 * The owner is not a field: it is whoever signs. Amounts are atoms, times are seconds since 1970.
 */
export type Intent = {
  sellToken: Address;
  buyToken: Address;
  /** Gets what is bought; the zero address stands for the owner. */
  receiver: Address;
  /** The most that the owner gives, fee included. uint128. */
  sellAmount: bigint;
  /** The least that the receiver gets for the whole `sellAmount`. uint128. */
  buyAmount: bigint;
  /** What is asked at `validFrom`; falls to `buyAmount` at `decayEnd`. Zero: no decay. uint128. */
  startBuyAmount: bigint;
  /** The most of `sellAmount` that the keeper may take for a full fill. uint128. */
  maxFee: bigint;
  /** Sell-token atoms per wei of metered cost, scaled by 1e18. Zero: only `maxFee` bounds the fee. uint128. */
  feePerWei: bigint;
  /** uint32. */
  validFrom: number;
  /** uint32. */
  decayEnd: number;
  /** The last second at which the intent may settle. uint32. */
  validTo: number;
  /** Unordered; two intents with one nonce are "one cancels the other". uint256. */
  nonce: bigint;
  kind: IntentKind;
  partiallyFillable: boolean;
  /** The only address that may settle it; zero: anyone. */
  settler: Address;
  /** A contract that must approve the outcome; zero: none. */
  condition: Address;
  /** Handed to the condition. At most 65,535 bytes. */
  conditionData: Hex;
};

/** The EIP-712 domain of one deployment. Its name "Walras" and version "1" are fixed. */
export type IntentDomain = {
  chainId: number;
  /** The settlement contract. */
  verifyingContract: Address;
};

/**
 * How an owner vouches for an intent.
 * - `ecdsa`: 65 bytes (r, s, v) or the 64 bytes of EIP-2098; the owner is recovered from it.
 * - `eip1271`: the owner is a contract, which is asked `isValidSignature`.
 * - `approval`: the owner has approved the intent's hash on the settlement contract.
 */
export type IntentSignature =
  | { scheme: "ecdsa"; signature: Hex }
  | { scheme: "eip1271"; owner: Address; signature: Hex }
  | { scheme: "approval"; owner: Address };

export type SignedIntent = { intent: Intent; signature: IntentSignature };

/** A whole number of any size, written in decimal digits: how amounts and nonces travel in JSON. */
export type DecimalString = string;

/** {@link Intent} as JSON: amounts and the nonce as decimal strings, times as numbers. */
export type SerializedIntent = {
  [Field in keyof Intent]: Intent[Field] extends bigint ? DecimalString : Intent[Field];
};

/** {@link SignedIntent} as JSON. */
export type SerializedSignedIntent = { intent: SerializedIntent; signature: IntentSignature };
