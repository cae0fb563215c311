/** From the domain's values to rows and back. */
import type { IntentReason, PlaceableSignature } from "@walras/sdk";
import type { Insertable } from "kysely";
import type {
  BatchValue,
  AdmittedIntent,
  Attempt,
  BatchFillRecord,
  StoredBatch,
  StoredEvent,
  StoredIntent,
  StoredTransaction,
} from "../domain.ts";
import type {
  AttemptRow,
  BatchFillRow,
  BatchPriceRow,
  BatchRow,
  CallIntentRow,
  Database,
  EventRow,
  IntentRow,
} from "./schema.ts";

export function reasonColumns(reason: IntentReason | null) {
  return { reason_code: reason?.code ?? null, reason_message: reason?.message ?? null };
}

export function reasonOf(code: string | null, message: string | null): IntentReason | null {
  return code === null ? null : { code, message: message ?? "" };
}

export function newIntentRow(
  { intentHash, owner, signed, auction }: AdmittedIntent,
  now: number,
): Insertable<Database["intents"]> {
  const { intent, signature } = signed;
  return {
    intent_hash: intentHash,
    owner,
    sell_token: intent.sellToken,
    buy_token: intent.buyToken,
    receiver: intent.receiver,
    sell_amount: intent.sellAmount.toString(),
    buy_amount: intent.buyAmount.toString(),
    start_buy_amount: intent.startBuyAmount.toString(),
    max_fee: intent.maxFee.toString(),
    fee_per_wei: intent.feePerWei.toString(),
    valid_from: intent.validFrom,
    decay_end: intent.decayEnd,
    valid_to: intent.validTo,
    nonce: intent.nonce.toString(),
    kind: intent.kind,
    partially_fillable: intent.partiallyFillable ? 1 : 0,
    settler: intent.settler,
    condition: intent.condition,
    condition_data: intent.conditionData,
    scheme: signature.scheme,
    signature: signature.scheme === "approval" ? null : signature.signature,
    auction,
    status: "open",
    reason_code: null,
    reason_message: null,
    ended: null,
    ended_reason_code: null,
    ended_reason_message: null,
    filled_amount: "0",
    sold: "0",
    bought: "0",
    fee: "0",
    surplus: "0",
    created_at: now,
    updated_at: now,
  };
}

function signatureOf(row: IntentRow): PlaceableSignature {
  switch (row.scheme) {
    case "ecdsa":
      return { scheme: "ecdsa", signature: row.signature ?? "0x" };
    case "eip1271":
      return { scheme: "eip1271", owner: row.owner, signature: row.signature ?? "0x" };
    case "permit2":
      return { scheme: "permit2", owner: row.owner, signature: row.signature ?? "0x" };
    case "approval":
      return { scheme: "approval", owner: row.owner };
  }
}

function signedOf(row: IntentRow): StoredIntent["signed"] {
  return {
    intent: {
      sellToken: row.sell_token,
      buyToken: row.buy_token,
      receiver: row.receiver,
      sellAmount: BigInt(row.sell_amount),
      buyAmount: BigInt(row.buy_amount),
      startBuyAmount: BigInt(row.start_buy_amount),
      maxFee: BigInt(row.max_fee),
      feePerWei: BigInt(row.fee_per_wei),
      validFrom: row.valid_from,
      decayEnd: row.decay_end,
      validTo: row.valid_to,
      nonce: BigInt(row.nonce),
      kind: row.kind,
      partiallyFillable: row.partially_fillable === 1,
      settler: row.settler,
      condition: row.condition,
      conditionData: row.condition_data,
    },
    signature: signatureOf(row),
  };
}

export function intentOf(row: IntentRow): StoredIntent {
  return {
    intentHash: row.intent_hash,
    owner: row.owner,
    signed: signedOf(row),
    auction: row.auction,
    status: row.status,
    filledAmount: BigInt(row.filled_amount),
    sold: BigInt(row.sold),
    bought: BigInt(row.bought),
    fee: BigInt(row.fee),
    surplus: BigInt(row.surplus),
    reason: reasonOf(row.reason_code, row.reason_message),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

export function eventOf(row: EventRow): StoredEvent {
  return {
    id: row.id,
    intentHash: row.intent_hash,
    status: row.status,
    reason: reasonOf(row.reason_code, row.reason_message),
    at: row.at,
    batchId: row.batch_id,
    transactionHash: row.transaction_hash,
  };
}

export function fillRow(
  batchId: string,
  fill: BatchFillRecord,
  index: number,
): Insertable<Database["batch_fills"]> {
  return {
    batch_id: batchId,
    fill_index: index,
    intent_hash: fill.intentHash,
    owner: fill.owner,
    executed: fill.executed.toString(),
    sold: fill.sold.toString(),
    bought: fill.bought.toString(),
    fee: fill.fee.toString(),
    surplus: fill.surplus.toString(),
  };
}

export function attemptRow(attempt: Attempt): Insertable<Database["attempts"]> {
  return {
    batch_id: attempt.batchId,
    transaction_hash: attempt.transactionHash,
    raw_transaction: attempt.rawTransaction,
    from_account: attempt.from,
    account_nonce: attempt.accountNonce,
    gas_limit: attempt.gasLimit.toString(),
    max_fee_per_gas: attempt.maxFeePerGas.toString(),
    max_priority_fee_per_gas: attempt.maxPriorityFeePerGas.toString(),
    purpose: attempt.purpose,
    created_at: attempt.createdAt,
  };
}

function attemptOf(row: AttemptRow): Attempt {
  return {
    batchId: row.batch_id,
    transactionHash: row.transaction_hash,
    rawTransaction: row.raw_transaction,
    from: row.from_account,
    accountNonce: row.account_nonce,
    gasLimit: BigInt(row.gas_limit),
    maxFeePerGas: BigInt(row.max_fee_per_gas),
    maxPriorityFeePerGas: BigInt(row.max_priority_fee_per_gas),
    purpose: row.purpose,
    createdAt: row.created_at,
  };
}

export function minedColumns(mined: StoredBatch["mined"]) {
  return {
    mined_transaction_hash: mined?.transactionHash ?? null,
    mined_block_number: mined?.blockNumber ?? null,
    mined_block_hash: mined?.blockHash ?? null,
    mined_gas_used: mined?.gasUsed.toString() ?? null,
    mined_effective_gas_price: mined?.effectiveGasPrice.toString() ?? null,
  };
}

function minedOf(row: BatchRow): StoredBatch["mined"] {
  if (row.mined_transaction_hash === null || row.mined_block_hash === null) return null;
  return {
    transactionHash: row.mined_transaction_hash,
    blockNumber: row.mined_block_number ?? 0,
    blockHash: row.mined_block_hash,
    gasUsed: BigInt(row.mined_gas_used ?? 0),
    effectiveGasPrice: BigInt(row.mined_effective_gas_price ?? 0),
  };
}

export function valueColumns(
  value: BatchValue | null,
): Pick<BatchRow, "value_basis" | "value_surplus" | "value_bound" | "value_certified"> {
  return {
    value_basis: value?.basis ?? null,
    value_surplus: value?.surplus.toString() ?? null,
    value_bound: value?.bound.toString() ?? null,
    value_certified: value === null ? null : value.certified ? 1 : 0,
  };
}

function valueOf(row: BatchRow): BatchValue | null {
  const { value_basis: basis, value_surplus, value_bound, value_certified } = row;
  if (basis === null || value_surplus === null || value_bound === null) return null;
  const [surplus, bound] = [BigInt(value_surplus), BigInt(value_bound)];
  return { basis, surplus, bound, gap: bound - surplus, certified: value_certified === 1 };
}

/** The rows of the batch's parts, each in its order. */
export type BatchParts = {
  prices: BatchPriceRow[];
  fills: BatchFillRow[];
  intents: CallIntentRow[];
  attempts: AttemptRow[];
};

export function transactionOf(
  row: BatchRow,
  { prices, fills, intents, attempts }: BatchParts,
): StoredTransaction {
  const sent = {
    id: row.id,
    status: row.status,
    to: row.target,
    calldata: row.calldata,
    attempts: attempts.map(attemptOf),
    mined: minedOf(row),
    failure: reasonOf(row.failure_code, row.failure_message),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
  if (row.kind !== "settle") {
    const intentHashes = intents.map(({ intent_hash }) => intent_hash);
    return { ...sent, kind: row.kind, window: row.window ?? 0, intentHashes };
  }
  return {
    ...sent,
    kind: row.kind,
    tokens: prices.map(({ token }) => token),
    prices: prices.map(({ price }) => BigInt(price)),
    value: valueOf(row),
    fills: fills.map((fill) => ({
      intentHash: fill.intent_hash,
      owner: fill.owner,
      executed: BigInt(fill.executed),
      sold: BigInt(fill.sold),
      bought: BigInt(fill.bought),
      fee: BigInt(fill.fee),
      surplus: BigInt(fill.surplus),
    })),
  };
}
