import { computeFill, encodeSettle, parseAddress, type Address, type Hex } from "@walras/sdk";
import type { Solution } from "@walras/solver";
import type { BatchFillRecord, BatchValue, StoredIntent } from "../domain.ts";
import { KeeperError } from "../errors.ts";

/** A solution in the contract's language. */
export type EncodedSettlement = {
  tokens: Address[];
  prices: bigint[];
  fills: BatchFillRecord[];
  value: BatchValue;
  calldata: Hex;
};

/**
 * The call of `settle` for a solution.
 *
 * @param candidates the intents of the book that was solved, by hash
 * @throws KeeperError `Internal` if the solution does not say what the contract will make of it
 */
export function encodeSolution(
  solution: Solution,
  candidates: ReadonlyMap<string, StoredIntent>,
): EncodedSettlement {
  const tokens = solution.tokens.map((token) => parseAddress(token));
  const prices = [...solution.prices];
  const priceOf = new Map<Address, bigint>(tokens.map((token, index) => [token, prices[index] ?? 0n]));

  const filled = solution.fills.map((fill) => {
    const stored = candidates.get(fill.intentId);
    if (stored === undefined) throw mismatch(fill.intentId, "is not in the book");
    const { sellToken, buyToken } = stored.signed.intent;
    const { executed, sold, bought, fee, surplus } = fill;
    const amounts = computeFill(stored.signed.intent, {
      prices: { sell: priceOf.get(sellToken) ?? 0n, buy: priceOf.get(buyToken) ?? 0n },
      executed,
      fee,
    });
    if (amounts.sold !== sold || amounts.bought !== bought) {
      throw mismatch(fill.intentId, `sells ${amounts.sold} for ${amounts.bought}, not ${sold} for ${bought}`);
    }
    const { intentHash, owner } = stored;
    const { intent, signature } = stored.signed;
    if (signature.scheme === "permit2") throw mismatch(fill.intentId, "is for an auction");
    const record: BatchFillRecord = { intentHash, owner, executed, sold, bought, fee, surplus };
    return { record, fill: { intent, signature, executed, fee } };
  });

  const calldata = encodeSettle({
    tokens,
    prices,
    fills: filled.map(({ fill }) => fill),
    transfers: [...solution.transfers],
    callbackData: "0x",
  });
  return {
    ...{ tokens, prices, calldata },
    fills: filled.map(({ record }) => record),
    value: batchValue(solution),
  };
}

/** What the keeper keeps and tells of a solution's value. */
export function batchValue({ value, stats }: Solution): BatchValue {
  const { basis, surplus, bound, gap } = value;
  return { basis, surplus, bound, gap, certified: stats.certified };
}

function mismatch(intentId: string, problem: string): KeeperError {
  return new KeeperError(
    "Internal",
    {},
    { cause: new Error(`the solution's fill of ${intentId} ${problem}`) },
  );
}
