import { parseHex, type Address, type Hex } from "@walras/sdk";
import { Interface } from "ethers";
import type { BlockRef } from "../domain.ts";
import type { CallOutcome, CallRequest, Chain, OwnerState } from "./Chain.ts";

/** What to read for one intent. */
export type OwnerQuery = {
  intentHash: Hex;
  owner: Address;
  sellToken: Address;
  nonce: bigint;
  /** Whether the owner vouches by an approval on chain. */
  byApproval: boolean;
};

const erc20 = new Interface([
  "function balanceOf(address) view returns (uint256)",
  "function allowance(address, address) view returns (uint256)",
]);
const settlementReads = new Interface([
  "function isNonceSpent(address, uint256) view returns (bool)",
  "function filledAmount(address, uint256) view returns (uint256)",
  "function isApproved(address, bytes32) view returns (bool)",
]);

/** Enough for every token that could settle, and a bound on what a hostile one makes the node work. */
const gasOfOneRead = 2_000_000n;

/** The word that a view answers; 0 when it reverts or answers nothing, as a token does that is none. */
function word(outcome: CallOutcome | undefined): bigint {
  return outcome?.ok === true && outcome.data.length >= 66 ? BigInt(outcome.data.slice(0, 66)) : 0n;
}

/**
 * Reads what each intent needs to know of its owner, all at `block`. What several intents share is asked once.
 *
 * @returns one state per query, in their order
 * @throws KeeperError `NodeUnreachable`
 */
export async function readOwnerStates(
  chain: Chain,
  settlement: Address,
  block: BlockRef,
  queries: OwnerQuery[],
): Promise<OwnerState[]> {
  const requests: CallRequest[] = [];
  const places = new Map<string, number>();
  const ask = (to: Address, abi: Interface, name: string, values: unknown[]): number => {
    const data = parseHex(abi.encodeFunctionData(name, values), "data");
    const key = to + data;
    const known = places.get(key);
    if (known !== undefined) return known;
    places.set(key, requests.length);
    return requests.push({ to, data, gas: gasOfOneRead }) - 1;
  };

  const asked = queries.map(({ owner, sellToken, nonce, intentHash, byApproval }) => ({
    balance: ask(sellToken, erc20, "balanceOf", [owner]),
    allowance: ask(sellToken, erc20, "allowance", [owner, settlement]),
    nonceSpent: ask(settlement, settlementReads, "isNonceSpent", [owner, nonce]),
    filledAmount: ask(settlement, settlementReads, "filledAmount", [owner, nonce]),
    approved: byApproval ? ask(settlement, settlementReads, "isApproved", [owner, intentHash]) : null,
  }));
  const outcomes = await chain.callMany(requests, block);

  return asked.map(({ balance, allowance, nonceSpent, filledAmount, approved }) => ({
    balance: word(outcomes[balance]),
    allowance: word(outcomes[allowance]),
    nonceSpent: word(outcomes[nonceSpent]) === 1n,
    filledAmount: word(outcomes[filledAmount]),
    approved: approved !== null && word(outcomes[approved]) === 1n,
  }));
}
