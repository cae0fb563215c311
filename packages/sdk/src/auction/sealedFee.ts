import { SdkError } from "../errors.ts";
import type { CostPrices } from "../fees/fillCost.ts";
import type { SuggestedFee } from "../fees/suggestFee.ts";

/** What is done for an order, each with a fee of its own. */
export const auctionSteps = ["placing", "clearing", "claiming", "rolling"] as const;
export type AuctionStep = (typeof auctionSteps)[number];

/** The prices of gas and data that an auction meets. */
export type AuctionCostPrices = Omit<CostPrices, "chainFee"> & {
  /** What the auction's `DATA_FEE` quotes for so many bytes. Default: nothing, as on Ethereum. */
  chainFee?: (bytes: bigint) => { dataFee: bigint; weiPerGas: bigint };
};

const defaultTipCap = 2_000_000_000n;
const txGas = 21_000n;
/** The contract cuts any cost to this, in wei. */
const maxCost = (1n << 88n) - 1n;

/** The contract's schedule (AuctionMeter.sol), in gas and bytes; a call of `clear` does more for each token that is traded. */
const schedules: Record<
  AuctionStep,
  { callGas: bigint; orderGas: bigint; callBytes: bigint; orderBytes: bigint }
> = {
  placing: { callGas: 30_000n, orderGas: 75_000n, callBytes: 250n, orderBytes: 180n },
  clearing: { callGas: 60_000n, orderGas: 3_400n, callBytes: 300n, orderBytes: 0n },
  claiming: { callGas: 25_000n, orderGas: 28_000n, callBytes: 200n, orderBytes: 4n },
  rolling: { callGas: 25_000n, orderGas: 66_000n, callBytes: 200n, orderBytes: 4n },
};
const clearingPerToken = { gas: 22_000n, bytes: 20n };

/**
 * What a step costs each of `count` orders that share a call, in wei, as the contract's `costs` answers. An order with
 * `feePerWei` is charged `cost * feePerWei / 1e18` sell-token atoms, as long as its budget lasts.
 *
 * @param tokens how many tokens the window trades; only clearing depends on it
 * @throws SdkError `InvalidCount` when `count` is not a positive whole number
 */
export function auctionCost(step: AuctionStep, prices: AuctionCostPrices, count: number, tokens = 2): bigint {
  if (!Number.isSafeInteger(count) || count < 1) throw new SdkError("InvalidCount", { value: count });
  const { gasPrice, baseFee, tipCap = defaultTipCap, chainFee } = prices;
  if (gasPrice === 0n) return 0n;
  const { callGas, orderGas, callBytes, orderBytes } = schedules[step];
  const [orders, traded] = [BigInt(count), step === "clearing" ? BigInt(tokens) : 0n];
  const bytes = callBytes + orderBytes * orders + clearingPerToken.bytes * traded;
  const data = chainFee?.(bytes) ?? { dataFee: 0n, weiPerGas: 0n };
  const mostGasPrice = baseFee + tipCap;
  const weiPerGas = (gasPrice < mostGasPrice ? gasPrice : mostGasPrice) + data.weiPerGas;
  const sharedGas = callGas + clearingPerToken.gas * traded + txGas;
  const cost = orderGas * weiPerGas + (sharedGas * weiPerGas + data.dataFee) / orders;
  return cost < maxCost ? cost : maxCost;
}

export type SuggestSealedFeeOptions = AuctionCostPrices & {
  /** How many atoms of the sell token are worth one ether, 1e18 wei. */
  sellAtomsPerEther: bigint;
  /** How many orders share a call, in placing, clearing and claiming alike. Default: 5. */
  count?: number;
  /** How many times the rest may be rolled into the next window. Default: 1. */
  rolls?: number;
  /** How many times today's prices of gas the intent should be able to pay for. Default: 2. */
  headroom?: bigint;
};

/**
 * Both fields that bound the fees of a sealed intent, from current prices: each step is charged at its metered cost, all of
 * them together no more than `maxFee`. What is not charged comes back when the order is closed; but it does not trade, since
 * what trades is `sellAmount - maxFee`.
 *
 * @example
 * const fee = suggestSealedFee({ gasPrice, baseFee, sellAtomsPerEther: 3_500_000_000n });
 * const intent = buildSealedIntent({ ...terms, ...fee, windows: 3 }, market);
 *
 * @throws SdkError `InvalidCount` when `count` or `rolls` is not a whole number from 1, or 0 for `rolls`
 */
export function suggestSealedFee(options: SuggestSealedFeeOptions): SuggestedFee {
  const { sellAtomsPerEther, count = 5, rolls = 1, headroom = 2n } = options;
  if (!Number.isSafeInteger(rolls) || rolls < 0) throw new SdkError("InvalidCount", { value: rolls });
  const costOf = (step: AuctionStep) => auctionCost(step, options, count);
  const perRoll = costOf("clearing") + costOf("rolling");
  const cost = costOf("placing") + BigInt(rolls) * perRoll + costOf("clearing") + costOf("claiming");
  const maxFee = (cost * headroom * sellAtomsPerEther) / 10n ** 18n;
  // The contract takes both or none.
  return maxFee === 0n ? { maxFee, feePerWei: 0n } : { maxFee, feePerWei: sellAtomsPerEther };
}
