import { SdkError } from "../errors.ts";
import { parseHex, type Hex } from "../hex.ts";
import { maxFills, type Transfer } from "./Batch.ts";

/**
 * Packs transfers as `settle` takes them: two uint16 fill indices each.
 *
 * @param fills how many fills the batch has
 * @throws SdkError `InvalidTransfer` for an index that is not below it
 */
export function encodeTransfers(transfers: readonly Transfer[], fills: number = maxFills + 1): Hex {
  const packed = transfers.map((pair, transfer) =>
    pair
      .map((fill) => {
        if (Number.isInteger(fill) && fill >= 0 && fill < fills) return fill.toString(16).padStart(4, "0");
        throw new SdkError("InvalidTransfer", { transfer, fill, fills });
      })
      .join(""),
  );
  return parseHex(`0x${packed.join("")}`, "transfers");
}

/**
 * Reads packed transfers.
 *
 * @throws SdkError `InvalidHex`; `InvalidPackedTransfers` when they are not a whole number of pairs
 */
export function decodeTransfers(packed: Hex): Transfer[] {
  const digits = parseHex(packed, "transfers").slice(2);
  if (digits.length % 8 !== 0) {
    throw new SdkError("InvalidPackedTransfers", {
      reason: `${digits.length / 2} bytes are not whole pairs`,
    });
  }
  const transfers: Transfer[] = [];
  for (let at = 0; at < digits.length; at += 8) {
    transfers.push([
      Number.parseInt(digits.slice(at, at + 4), 16),
      Number.parseInt(digits.slice(at + 4, at + 8), 16),
    ]);
  }
  return transfers;
}
