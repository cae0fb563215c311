import { parseAddress, parseHex, type Address, type Hex } from "../hex.ts";
import { checkAmount } from "../intent/validateIntent.ts";
import { settlementInterface } from "./settlementInterface.ts";

/** The part of a log that ethers, viem and JSON-RPC agree on. */
export type LogEntry = { address: string; topics: readonly string[]; data: string };

/** `owner` gave `sold` sell-token atoms (fee included) and the receiver got `bought` buy-token atoms. */
export type FillEvent = { event: "Fill"; intentHash: Hex; owner: Address; sold: bigint; bought: bigint };

/** Ends a batch: the fills since the last one, in this transaction, are the batch's. */
export type SettleEvent = { event: "Settle"; keeper: Address };

/** `owner` spent the nonces `word * 256 + i` for every bit `i` that is set in `mask`. */
export type CancelEvent = { event: "Cancel"; owner: Address; word: bigint; mask: bigint };

/** `owner` approved an intent on chain, or took the approval back. */
export type ApprovalEvent = { event: "Approval"; owner: Address; intentHash: Hex; approved: boolean };

export type SettlementEvent = FillEvent | SettleEvent | CancelEvent | ApprovalEvent;

/**
 * Reads one log of the settlement contract; null for an event that is not one of its four.
 *
 * @param log must come from the settlement contract: another contract can emit what looks the same
 */
export function decodeSettlementLog(log: LogEntry): SettlementEvent | null {
  // A log without topics is legal, and ethers trips over it.
  const parsed = log.topics.length === 0 ? null : settlementInterface.parseLog(log);
  if (parsed === null) return null;
  const [first, second, third] = Array.from<unknown>(parsed.args);
  switch (parsed.name) {
    case "Fill":
      return {
        event: "Fill",
        intentHash: parseHex(first, "intentHash", 32),
        owner: parseAddress(second, "owner"),
        sold: checkAmount(third, "amounts", 256) >> 128n,
        bought: BigInt.asUintN(128, checkAmount(third, "amounts", 256)),
      };
    case "Settle":
      return { event: "Settle", keeper: parseAddress(first, "keeper") };
    case "Cancel":
      return {
        event: "Cancel",
        owner: parseAddress(first, "owner"),
        word: checkAmount(second, "word", 256),
        mask: checkAmount(third, "mask", 256),
      };
    case "Approval":
      return {
        event: "Approval",
        owner: parseAddress(first, "owner"),
        intentHash: parseHex(second, "intentHash", 32),
        approved: third === true,
      };
    default:
      return null;
  }
}

/** A batch as its transaction's logs tell it; one transaction can hold several. */
export type SettledBatch = { keeper: Address; fills: FillEvent[] };

/**
 * Reads the logs of a transaction's receipt: every event of the settlement contract, and the batches that they make.
 *
 * @param logs in the receipt's order
 * @param settlement the settlement contract; logs of other contracts are passed over
 *
 * @example
 * const { batches } = decodeSettlementLogs(receipt.logs, settlementDeployment(chainId).address);
 * for (const { intentHash, sold, bought } of batches.flatMap(({ fills }) => fills)) console.log(intentHash, sold, bought);
 *
 * @throws SdkError `InvalidAddress`
 */
export function decodeSettlementLogs(
  logs: readonly LogEntry[],
  settlement: Address,
): { batches: SettledBatch[]; events: SettlementEvent[] } {
  const address = parseAddress(settlement, "settlement").toLowerCase();
  const events = logs
    .filter((log) => log.address.toLowerCase() === address)
    .map((log) => decodeSettlementLog(log))
    .filter((event) => event !== null);

  const batches: SettledBatch[] = [];
  let fills: FillEvent[] = [];
  for (const event of events) {
    if (event.event === "Fill") fills.push(event);
    if (event.event === "Settle") {
      batches.push({ keeper: event.keeper, fills });
      fills = [];
    }
  }
  return { batches, events };
}
