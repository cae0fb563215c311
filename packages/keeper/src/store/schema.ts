/**
 * The tables as Kysely sees them. Amounts are decimal TEXT, because SQLite's integers end at 64 bits; instants are
 * milliseconds; `seq` and `events.id` grow strictly and order what was written.
 */
import type { Address, BatchStatus, Hex, IntentKind, IntentStatus, PlaceableSignature } from "@walras/sdk";
import type { Generated, Selectable } from "kysely";
import type { Attempt, BatchValue, StoredTransaction } from "../domain.ts";
import type { OrderState } from "../sealed/Order.ts";

type Amount = string;

type MetaTable = { key: string; value: string };

type IntentsTable = {
  seq: Generated<number>;
  intent_hash: Hex;
  owner: Address;

  sell_token: Address;
  buy_token: Address;
  receiver: Address;
  sell_amount: Amount;
  buy_amount: Amount;
  start_buy_amount: Amount;
  max_fee: Amount;
  fee_per_wei: Amount;
  valid_from: number;
  decay_end: number;
  valid_to: number;
  nonce: Amount;
  kind: IntentKind;
  partially_fillable: 0 | 1;
  settler: Address;
  condition: Address;
  condition_data: Hex;
  scheme: PlaceableSignature["scheme"];
  /** Null for scheme "approval". */
  signature: Hex | null;

  /** The auction that a sealed intent is signed for; null in the instant lane. */
  auction: Address | null;
  status: IntentStatus;
  reason_code: string | null;
  reason_message: string | null;
  /** The last word of owner, clock or chain. It outlives a reorg that makes the intent `executing` once more. */
  ended: IntentStatus | null;
  ended_reason_code: string | null;
  ended_reason_message: string | null;
  filled_amount: Amount;
  sold: Amount;
  bought: Amount;
  fee: Amount;
  surplus: Amount;
  created_at: number;
  updated_at: number;
};

type EventsTable = {
  id: Generated<number>;
  intent_hash: Hex;
  status: IntentStatus;
  reason_code: string | null;
  reason_message: string | null;
  at: number;
  batch_id: string | null;
  transaction_hash: Hex | null;
};

type BatchesTable = {
  seq: Generated<number>;
  id: string;
  /** "settle" for a batch; else a call of an auction, which has a window and no prices and fills. */
  kind: Generated<StoredTransaction["kind"]>;
  /** Whom the transaction calls. */
  target: Address;
  window: number | null;
  status: BatchStatus;
  calldata: Hex;
  /** What the solver says of a batch; null for calls, and for batches of earlier versions. */
  value_basis: BatchValue["basis"] | null;
  value_surplus: Amount | null;
  value_bound: Amount | null;
  value_certified: 0 | 1 | null;
  mined_transaction_hash: Hex | null;
  mined_block_number: number | null;
  mined_block_hash: Hex | null;
  mined_gas_used: Amount | null;
  mined_effective_gas_price: Amount | null;
  failure_code: string | null;
  failure_message: string | null;
  created_at: number;
  updated_at: number;
};

type BatchPricesTable = { batch_id: string; token_index: number; token: Address; price: Amount };

type BatchFillsTable = {
  batch_id: string;
  fill_index: number;
  intent_hash: Hex;
  owner: Address;
  executed: Amount;
  sold: Amount;
  bought: Amount;
  fee: Amount;
  surplus: Amount;
};

/** The intents that a call places. */
type CallIntentsTable = { batch_id: string; intent_index: number; intent_hash: Hex };

type AttemptsTable = {
  seq: Generated<number>;
  batch_id: string;
  transaction_hash: Hex;
  raw_transaction: Hex;
  from_account: Address;
  account_nonce: number;
  gas_limit: Amount;
  max_fee_per_gas: Amount;
  max_priority_fee_per_gas: Amount;
  purpose: Attempt["purpose"];
  created_at: number;
};

/** Up to which blocks each auction's events were read. */
type AuctionCursorsTable = { auction: Address; block_number: number; block_hash: Hex };

type AuctionOrdersTable = {
  seq: Generated<number>;
  auction: Address;
  window: number;
  order_id: number;
  intent_hash: Hex;
  owner: Address;
  state: OrderState;
  placing_fee: Amount;
  closing_fee: Amount;
  executed: Amount;
  bought: Amount;
  returned: Amount;
  rolled_window: number | null;
  rolled_id: number | null;
  placed_block: number;
  placed_in: Hex;
  closed_block: number | null;
  closed_in: Hex | null;
};

/** Windows with orders; the columns below `window` tell of the clearing, if there is one. */
type AuctionWindowsTable = {
  seq: Generated<number>;
  auction: Address;
  window: number;
  clearer: Address | null;
  wei_per_order: Amount;
  /** One per token of the market, with commas between them. */
  outcomes: string;
  block_number: number | null;
  transaction_hash: Hex | null;
};

export type Database = {
  meta: MetaTable;
  intents: IntentsTable;
  events: EventsTable;
  batches: BatchesTable;
  batch_prices: BatchPricesTable;
  batch_fills: BatchFillsTable;
  call_intents: CallIntentsTable;
  attempts: AttemptsTable;
  auction_cursors: AuctionCursorsTable;
  auction_orders: AuctionOrdersTable;
  auction_windows: AuctionWindowsTable;
};

export type IntentRow = Selectable<IntentsTable>;
export type EventRow = Selectable<EventsTable>;
export type BatchRow = Selectable<BatchesTable>;
export type BatchPriceRow = Selectable<BatchPricesTable>;
export type BatchFillRow = Selectable<BatchFillsTable>;
export type CallIntentRow = Selectable<CallIntentsTable>;
export type AuctionOrderRow = Selectable<AuctionOrdersTable>;
export type AuctionWindowRow = Selectable<AuctionWindowsTable>;
export type AttemptRow = Selectable<AttemptsTable>;
