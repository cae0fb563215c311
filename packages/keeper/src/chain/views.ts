/** The views of tokens and of the settlement contract that the keeper reads, and how it reads them. */
import { parseHex, type Address } from "@walras/sdk";
import { Interface } from "ethers";
import type { CallOutcome, CallRequest } from "./Chain.ts";

export const erc20Views = new Interface([
  "function balanceOf(address) view returns (uint256)",
  "function allowance(address, address) view returns (uint256)",
]);

export const settlementViews = new Interface([
  "function isNonceSpent(address, uint256) view returns (bool)",
  "function filledAmount(address, uint256) view returns (uint256)",
  "function isApproved(address, bytes32) view returns (bool)",
]);

/** Enough for every wallet and token that could settle, and a bound on what a hostile one makes the node work. */
const gasOfOneView = 2_000_000n;

export function viewRequest(to: Address, views: Interface, name: string, values: unknown[]): CallRequest {
  return { to, data: parseHex(views.encodeFunctionData(name, values), "data"), gas: gasOfOneView };
}

/** The first word of the answer; null for a revert, and for an account without code, which answers nothing. */
export function firstWord(outcome: CallOutcome | undefined): bigint | null {
  return outcome?.ok === true && outcome.data.length >= 66 ? BigInt(outcome.data.slice(0, 66)) : null;
}
