/** What settling costs by the schedule of docs/SPEC.md, in wei: how far fees that are bound to it may go. */

/** What a transaction pays, in wei per gas. Nothing at all where the price of gas is 0. */
export type GasPrice = { gasPrice: bigint; baseFee: bigint };

/** What the chain asks beside gas: for a transaction of that many bytes, and for each gas. */
export type ChainFee = (size: bigint) => { dataFee: bigint; weiPerGas: bigint };

/** What a gas costs, and what the chain asks for the data of a batch of `count` fills. */
export type Rates = { weiPerGas: bigint; dataFee: bigint };

export function ratesOf(
  { gasPrice, baseFee }: GasPrice,
  tipCap: bigint,
  chainFee: ChainFee | null,
  count: number,
): Rates {
  if (gasPrice === 0n) return { weiPerGas: 0n, dataFee: 0n };
  const capped = gasPrice < baseFee + tipCap ? gasPrice : baseFee + tipCap;
  const { dataFee, weiPerGas } = chainFee?.(650n + 164n * BigInt(count)) ?? { dataFee: 0n, weiPerGas: 0n };
  return { weiPerGas: capped + weiPerGas, dataFee };
}

/** A fill's share in a batch of `count` fills; `isFresh` if it is the first to write its storage word. */
export function fillCost({ weiPerGas, dataFee }: Rates, count: number, isFresh: boolean): bigint {
  const ofBatch = ((21_000n + 12_000n) * weiPerGas + dataFee) / BigInt(count);
  return ofBatch + (33_500n + (isFresh ? 17_100n : 0n)) * weiPerGas;
}
