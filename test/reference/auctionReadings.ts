/** What the views of an auction have to answer, by the reference. */
import { auctionAbi, zeroAddress } from "@walras/sdk";
import { Interface } from "ethers";
import type { ReferenceAuction } from "./auction.ts";
import { auctionHolders, clearer, type AuctionWorld } from "./auctionSetting.ts";

/** A view, and what it has to answer. */
export type Reading = { to: string; data: string; answer: string };

/** More than any window has. */
const mostOrders = 96;

const views = new Interface(auctionAbi);
const balances = new Interface([
  "function balancesOf(address[] tokens, address[] holders) view returns (uint256[])",
]);

/** That a view of the auction answers this. */
export function reading(
  { market }: AuctionWorld,
  view: string,
  args: readonly unknown[],
  result: readonly unknown[],
): Reading {
  return {
    to: market.auction,
    data: views.encodeFunctionData(view, args),
    answer: views.encodeFunctionResult(view, result),
  };
}

/** Balances, fees that are set aside, and the orders of these windows. */
export function readingsOf(
  world: AuctionWorld,
  reference: ReferenceAuction,
  windows: readonly number[],
): Reading[] {
  const { market, reader } = world;
  const holders = [...auctionHolders, market.auction];
  const words = market.tokens.flatMap((_, token) =>
    holders.map((holder) =>
      holder === market.auction ? reference.held(token) : reference.balance(token, holder),
    ),
  );
  return [
    {
      to: reader,
      data: balances.encodeFunctionData("balancesOf", [market.tokens, holders]),
      answer: balances.encodeFunctionResult("balancesOf", [words]),
    },
    ...market.tokens.map((token, index) =>
      reading(world, "feesOf", [clearer, token], [reference.fees(index, clearer)]),
    ),
    ...windows.flatMap((window) => ordersOf(world, reference, window)),
  ];
}

function ordersOf(world: AuctionWorld, reference: ReferenceAuction, window: number): Reading[] {
  const orders = reference
    .ordersOf(window)
    .map((order) =>
      order === null
        ? [zeroAddress, zeroAddress, 0, 0, 0, 0, 0, 0, 0]
        : [
            ...[order.owner, order.receiver, order.sellToken, order.buyToken],
            ...[order.amount, order.asked, order.budget, order.feePerWei, order.validTo],
          ],
    );
  return [
    reading(world, "orderCount", [window], [orders.length]),
    reading(world, "orders", [window, 0, mostOrders], [orders]),
  ];
}
