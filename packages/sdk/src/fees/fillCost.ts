import { SdkError } from "../errors.ts";

/** The prices of gas and data that a settlement meets. */
export type CostPrices = {
  /** What the settlement's transaction pays for its gas, in wei per gas. At 0, nothing costs anything. */
  gasPrice: bigint;
  /** Of the block, in wei per gas. */
  baseFee: bigint;
  /** The contract's `TIP_CAP`, in wei per gas. Default: 2 gwei. */
  tipCap?: bigint;
  /** What the contract's `DATA_FEE` quotes for {@link settlementSize} bytes. Default: nothing, as on Ethereum. */
  chainFee?: { dataFee: bigint; weiPerGas: bigint };
};

export type FillCostOptions = {
  /** Fills in the batch. */
  count: number;
  /** Whether the fill is the first to write its word of the nonce bitmap, or of filled amounts. Default: false. */
  isFresh?: boolean;
};

const defaultTipCap = 2_000_000_000n;

/** The contract's schedule (CostMeter.sol), in gas and bytes. */
const schedule = {
  txGas: 21_000n,
  batchGas: 12_000n,
  fillGas: 33_500n,
  freshWordGas: 17_100n,
  batchBytes: 650n,
  fillBytes: 164n,
};

/** How long the contract takes a transaction of `count` fills to be, in bytes. */
export function settlementSize(count: number): bigint {
  return schedule.batchBytes + schedule.fillBytes * BigInt(count);
}

/**
 * The metered cost of one fill, in wei: what the contract's `fillCost` answers, for the first batch of a transaction. A
 * fill of an intent with `feePerWei` can be charged `cost * feePerWei / 1e18` sell-token atoms.
 *
 * @throws SdkError `InvalidCount` when `count` is not a positive whole number
 */
export function fillCost(prices: CostPrices, { count, isFresh = false }: FillCostOptions): bigint {
  if (!Number.isSafeInteger(count) || count < 1) throw new SdkError("InvalidCount", { value: count });
  const { gasPrice, baseFee, tipCap = defaultTipCap, chainFee = { dataFee: 0n, weiPerGas: 0n } } = prices;
  if (gasPrice === 0n) return 0n;
  const mostGasPrice = baseFee + tipCap;
  const weiPerGas = (gasPrice < mostGasPrice ? gasPrice : mostGasPrice) + chainFee.weiPerGas;
  const { txGas, batchGas, fillGas, freshWordGas } = schedule;
  const share = ((txGas + batchGas) * weiPerGas + chainFee.dataFee) / BigInt(count);
  return (fillGas + (isFresh ? freshWordGas : 0n)) * weiPerGas + share;
}
