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

/** A call of the auction, by what it does for each of its orders. */
export type AuctionCall = "place" | "clear" | "claim" | "roll";

/**
 * The metered cost of one order in a call for `count` of them, by the schedule of docs/SPEC.md, in wei.
 *
 * @param traded how many tokens are traded; counts for clearing only
 */
export function auctionCost(
  call: AuctionCall,
  { gasPrice, baseFee }: GasPrice,
  tipCap: bigint,
  chainFee: ChainFee | null,
  count: number,
  traded = 0,
): bigint {
  if (gasPrice === 0n || count === 0) return 0n;
  const [orders, tokens] = [BigInt(count), BigInt(traded)];
  const [orderGas, callGas, bytes] = {
    place: [75_000n, 30_000n, 250n + 180n * orders] as const,
    clear: [3_400n, 60_000n + 22_000n * tokens, 300n + 20n * tokens] as const,
    claim: [28_000n, 25_000n, 200n + 4n * orders] as const,
    roll: [66_000n, 25_000n, 200n + 4n * orders] as const,
  }[call];
  const { dataFee, weiPerGas } = chainFee?.(bytes) ?? { dataFee: 0n, weiPerGas: 0n };
  const capped = gasPrice < baseFee + tipCap ? gasPrice : baseFee + tipCap;
  const rate = capped + weiPerGas;
  return orderGas * rate + ((callGas + 21_000n) * rate + dataFee) / orders;
}
