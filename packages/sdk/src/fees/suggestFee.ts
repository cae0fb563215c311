import { fillCost, type CostPrices } from "./fillCost.ts";

export type SuggestFeeOptions = CostPrices & {
  /** How many atoms of the sell token are worth one ether, 1e18 wei. */
  sellAtomsPerEther: bigint;
  /** How many fills the batch is thought to have; more of them share the cost of the batch. Default: 2. */
  count?: number;
  /** How many times today's prices of gas the intent should be able to pay for. Default: 3. */
  headroom?: bigint;
};

export type SuggestedFee = {
  /** For {@link buildIntent}: the most that the keeper can ever take, in sell-token atoms. */
  maxFee: bigint;
  /** For {@link buildIntent}: sell-token atoms per wei of metered cost, scaled by 1e18. */
  feePerWei: bigint;
};

/**
 * Both fields that bound the fee, from current prices: the keeper can charge the metered cost of the fill at the token's
 * price, and no more than `maxFee` whatever gas comes to cost. The first fill of a fresh nonce word is reckoned with.
 *
 * @example
 * const { maxFee, feePerWei } = suggestFee({
 *   gasPrice: 12_000_000_000n, baseFee: 11_000_000_000n,
 *   sellAtomsPerEther: 3_500_000_000n, // an ether for 3,500 USDC
 * });
 * const intent = buildIntent({ ...terms, maxFee, feePerWei });
 *
 * @throws SdkError `InvalidCount` when `count` is not a positive whole number
 */
export function suggestFee(options: SuggestFeeOptions): SuggestedFee {
  const { sellAtomsPerEther, count = 2, headroom = 3n } = options;
  const cost = fillCost(options, { count, isFresh: true });
  return { maxFee: (cost * headroom * sellAtomsPerEther) / 10n ** 18n, feePerWei: sellAtomsPerEther };
}
