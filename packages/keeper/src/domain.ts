/**
 * The keeper's nouns, in the order in which an intent meets them. A value of a later type is the proof that the step
 * which makes it has run: only `admit` makes an `AdmittedIntent`, only `simulate` makes a `SimulatedSettlement`.
 * Amounts are atoms, times of the chain are seconds, instants of the keeper are milliseconds since 1970.
 */
import type {
  Address,
  BatchStatus,
  Hex,
  Intent,
  IntentReason,
  IntentStatus,
  PlaceableSignature,
} from "@walras/sdk";

declare const proof: unique symbol;
type Proven<Step extends string> = { readonly [proof]: Step };

/** A block as far as the keeper cares. */
export type BlockRef = {
  number: number;
  hash: Hex;
  parentHash: Hex;
  timestamp: number;
  baseFeePerGas: bigint;
};

/** An intent, who signed it, and where it is to be executed. */
export type IdentifiedIntent = {
  intentHash: Hex;
  owner: Address;
  signed: { intent: Intent; signature: PlaceableSignature };
  /** The auction that it is signed for; null in the instant lane. */
  auction: Address | null;
};

/** An intent whose shape, times, signature, nonce, balance and allowance were good when it came. */
export type AdmittedIntent = IdentifiedIntent & Proven<"admit">;

/** An intent as the store keeps it, with what has come of it so far. */
export type StoredIntent = IdentifiedIntent & {
  status: IntentStatus;
  /** Sums over the fills that are mined, in a block that is still canonical. */
  filledAmount: bigint;
  sold: bigint;
  bought: bigint;
  fee: bigint;
  surplus: bigint;
  reason: IntentReason | null;
  createdAt: number;
  updatedAt: number;
};

/** One line of an intent's history; `id` grows strictly over all intents. */
export type StoredEvent = {
  id: number;
  intentHash: Hex;
  status: IntentStatus;
  reason: IntentReason | null;
  at: number;
  batchId: string | null;
  transactionHash: Hex | null;
};

/** A fill of a batch, by the contract's arithmetic. */
export type BatchFillRecord = {
  intentHash: Hex;
  owner: Address;
  executed: bigint;
  sold: bigint;
  bought: bigint;
  fee: bigint;
  surplus: bigint;
};

/** What a batch is worth to the signers beyond their limits, by the solver. */
export type BatchValue = {
  /** What the figures count: 10^-18 of a reference token, or atoms times the equilibrium's prices. */
  basis: "reference" | "equilibrium";
  surplus: bigint;
  /** No batch of the same book was worth more. */
  bound: bigint;
  /** `bound - surplus`. */
  gap: bigint;
  /** Whether every equilibrium behind the prices holds its certificate. */
  certified: boolean;
};

/** A settlement that the latest block would accept: simulated, and not yet written or sent. */
export type SimulatedSettlement = {
  /** Whom the transaction calls. */
  to: Address;
  tokens: Address[];
  prices: bigint[];
  fills: BatchFillRecord[];
  value: BatchValue;
  calldata: Hex;
  gasLimit: bigint;
  simulatedAt: BlockRef;
} & Proven<"simulate">;

/** What a transaction of the sealed lane does: to a window of an auction, or with the fees that wait there for the keeper. */
export const callKinds = ["place", "clear", "claim", "roll", "refund", "collect"] as const;
export type CallKind = (typeof callKinds)[number];

/** A call of an auction that the latest block would accept: simulated, and not yet written or sent. */
export type SimulatedCall = {
  kind: CallKind;
  /** The auction. */
  to: Address;
  /** The window that it is about; of a collection, the one that is open. */
  window: number;
  /** The intents that it places; of other kinds none, for what they move is read from the chain. */
  intentHashes: Hex[];
  calldata: Hex;
  gasLimit: bigint;
  simulatedAt: BlockRef;
} & Proven<"simulateCall">;

/** One signed transaction of a batch or a call. It is in the store before it is on the network. */
export type Attempt = {
  /** The batch, or the call, that it carries. */
  batchId: string;
  transactionHash: Hex;
  /** The signed transaction as it is broadcast, again and again if need be. */
  rawTransaction: Hex;
  from: Address;
  /** The sending account's nonce. Attempts of one batch or call share it, so that at most one is mined. */
  accountNonce: number;
  gasLimit: bigint;
  maxFeePerGas: bigint;
  maxPriorityFeePerGas: bigint;
  /** "settle" carries a batch, "call" a call; "cancel" is an empty transaction that frees the account nonce. */
  purpose: "settle" | "call" | "cancel";
  createdAt: number;
};

/** What the keeper sends, whatever it is for, with what has become of it. */
type Sent = {
  id: string;
  status: BatchStatus;
  to: Address;
  calldata: Hex;
  attempts: Attempt[];
  /** Where it was mined, while it is. */
  mined: {
    transactionHash: Hex;
    blockNumber: number;
    blockHash: Hex;
    gasUsed: bigint;
    effectiveGasPrice: bigint;
  } | null;
  /** Why it failed, if it did. */
  failure: IntentReason | null;
  createdAt: number;
  updatedAt: number;
};

export type StoredBatch = Sent & {
  kind: "settle";
  tokens: Address[];
  prices: bigint[];
  fills: BatchFillRecord[];
  /** Null for a batch that was made before values were kept. */
  value: BatchValue | null;
};

/** A call of an auction: kept, sent, followed and outbid like a batch. */
export type StoredCall = Sent & { kind: CallKind; window: number; intentHashes: Hex[] };

export type StoredTransaction = StoredBatch | StoredCall;

/** Statuses of an intent that nothing will change any more (but for a reorg). */
export const finalStatuses = ["filled", "cancelled", "expired"] as const satisfies readonly IntentStatus[];

export function isFinal(status: IntentStatus): boolean {
  return finalStatuses.some((final) => final === status);
}

/** Statuses of a batch or call whose transaction may still be mined or may still be reorged away. */
export const pendingBatchStatuses = [
  "simulated",
  "submitted",
  "mined",
  "reorged",
] as const satisfies readonly BatchStatus[];
