import {
  computeFill,
  encodeExecutorCalls,
  encodeExecutorSettle,
  encodeSettle,
  parseAddress,
  uniswapV2SwapCalls,
  uniswapV3SwapCall,
  type Address,
  type ExecutorCall,
  type Hex,
} from "@walras/sdk";
import type { Pool, Solution, Swap } from "@walras/solver";
import type { BatchFillRecord, BatchValue, StoredIntent } from "../domain.ts";
import { KeeperError } from "../errors.ts";

/** A solution in the contract's language. */
export type EncodedSettlement = {
  /** Whom the transaction calls: the settlement contract, or the executor where there are swaps. */
  to: Address;
  tokens: Address[];
  prices: bigint[];
  fills: BatchFillRecord[];
  value: BatchValue;
  calldata: Hex;
};

/** Whom a settlement goes to. */
export type Targets = {
  settlement: Address;
  /** Needed for a solution with swaps, with the pools that it was found with. */
  executor?: Address | undefined;
  pools?: readonly Pool[];
};

/**
 * The call of `settle` for a solution: of the settlement contract, or with swaps, of the executor.
 *
 * @param candidates the intents of the book that was solved, by hash
 * @throws KeeperError `Internal` if the solution does not say what the contract will make of it
 */
export function encodeSolution(
  solution: Solution,
  candidates: ReadonlyMap<string, StoredIntent>,
  { settlement, executor, pools = [] }: Targets,
): EncodedSettlement {
  // The contract needs no price of a token that only swaps use.
  const traded = new Set(
    solution.fills.flatMap(({ intentId }) => {
      const intent = candidates.get(intentId)?.signed.intent;
      return intent === undefined ? [] : [intent.sellToken, intent.buyToken];
    }),
  );
  const priced = solution.tokens
    .map((token, index) => ({ token: parseAddress(token), price: solution.prices[index] ?? 0n }))
    .filter(({ token }) => traded.has(token));
  const tokens = priced.map(({ token }) => token);
  const prices = priced.map(({ price }) => price);
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

  const batch = { tokens, prices, fills: filled.map(({ fill }) => fill), transfers: [...solution.transfers] };
  const records = filled.map(({ record }) => record);
  const encoded = { tokens, prices, fills: records, value: batchValue(solution) };
  if (solution.swaps.length === 0) {
    return { ...encoded, to: settlement, calldata: encodeSettle({ ...batch, callbackData: "0x" }) };
  }
  if (executor === undefined) {
    throw new KeeperError("Internal", {}, { cause: new Error("there is no executor for the swaps") });
  }
  const calls = solution.swaps.flatMap((swap) => callsOf(swap, pools, executor));
  const plan = {
    payTokens: [...new Set(solution.swaps.map(({ tokenOut }) => parseAddress(tokenOut)))].filter((token) =>
      traded.has(token),
    ),
    // Dust stays with the executor: to move it would cost more than it is worth.
    sweepTokens: solution.toKeeper.filter(({ fees }) => fees > 0n).map(({ token }) => parseAddress(token)),
  };
  const callbackData = encodeExecutorCalls(calls);
  return { ...encoded, to: executor, calldata: encodeExecutorSettle({ ...batch, callbackData }, plan) };
}

/** What the keeper keeps and tells of a solution's value. */
export function batchValue({ value, stats }: Solution): BatchValue {
  const { basis, surplus, bound, gap } = value;
  return { basis, surplus, bound, gap, certified: stats.certified };
}

/** A swap as calls of the executor, for exactly what the solver has predicted or better. */
function callsOf(
  { pool: address, tokenIn: given, amountIn, amountOut }: Swap,
  pools: readonly Pool[],
  recipient: Address,
): ExecutorCall[] {
  const pool = pools.find((known) => known.address === address);
  if (pool === undefined) {
    const cause = new Error(`the solution swaps on ${address}, which is not in the book`);
    throw new KeeperError("Internal", {}, { cause });
  }
  const tokenIn = parseAddress(given);
  const zeroForOne = parseAddress(pool.tokens[0]) === tokenIn;
  const target = parseAddress(address);
  return pool.kind === "constant-product"
    ? uniswapV2SwapCalls({ pair: target, tokenIn, zeroForOne, amountIn, amountOut, recipient })
    : [uniswapV3SwapCall({ pool: target, tokenIn, zeroForOne, amount: amountIn, recipient })];
}

function mismatch(intentId: string, problem: string): KeeperError {
  return new KeeperError(
    "Internal",
    {},
    { cause: new Error(`the solution's fill of ${intentId} ${problem}`) },
  );
}
