/** Whether what an order is charged pays for what it costs. */
import { auctionCost, type AuctionStep } from "@walras/sdk";
import type { SealedPrices } from "./SealedDeps.ts";

/** Sell-token atoms per wei, scaled by this. */
const rateScale = 10n ** 18n;

/** What an order can be charged: sell-token atoms, and how many of them a wei of cost is worth by its owner's word. */
export type Purse = { budget: bigint; feePerWei: bigint };

/** What a step costs each of `count` orders at the present gas price, in wei, by the contract's own schedule. */
export function stepCost(
  step: AuctionStep,
  { auction, head, gasPrice, chainFee }: SealedPrices,
  count: number,
): bigint {
  const { tipCap } = auction;
  return auctionCost(step, { gasPrice, baseFee: head.baseFeePerGas, tipCap, chainFee }, Math.max(1, count));
}

/** What of a cost in wei an order's budget pays, in wei: all of it, or what is left. */
export function paidOf(cost: bigint, { budget, feePerWei }: Purse): bigint {
  if (feePerWei === 0n) return 0n;
  const most = (budget * rateScale) / feePerWei;
  return most < cost ? most : cost;
}

/** What is charged for a cost in wei, in sell-token atoms: never more than the budget. */
export function chargeOf(cost: bigint, { budget, feePerWei }: Purse): bigint {
  const charge = (cost * feePerWei) / rateScale;
  return charge < budget ? charge : budget;
}
