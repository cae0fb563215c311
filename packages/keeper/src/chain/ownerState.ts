import type { Address, Hex } from "@walras/sdk";
import type { Interface } from "ethers";
import type { BlockRef } from "../domain.ts";
import type { CallOutcome, CallRequest, Chain, OwnerState } from "./Chain.ts";
import { erc20Views, firstWord, settlementViews, viewRequest } from "./views.ts";

/** What to read for one intent. */
export type OwnerQuery = {
  intentHash: Hex;
  owner: Address;
  sellToken: Address;
  nonce: bigint;
  /** Whether the owner vouches by an approval on chain. */
  byApproval: boolean;
  /** Whose allowance counts. Default: the contract's own. */
  spender?: Address;
};

/** A view that reverts or answers nothing counts as 0, as of a token that is none. */
function word(outcome: CallOutcome | undefined): bigint {
  return firstWord(outcome) ?? 0n;
}

/**
 * Reads what each intent needs to know of its owner, all at `block`. What several intents share is asked once.
 *
 * @param settlement the contract that the intents are signed for: the settlement, or an auction
 * @returns one state per query, in their order
 * @throws KeeperError `NodeUnreachable`
 */
export async function readOwnerStates(
  chain: Pick<Chain, "callMany">,
  settlement: Address,
  block: BlockRef,
  queries: OwnerQuery[],
): Promise<OwnerState[]> {
  const requests: CallRequest[] = [];
  const places = new Map<string, number>();
  const ask = (to: Address, views: Interface, name: string, values: unknown[]): number => {
    const request = viewRequest(to, views, name, values);
    const key = to + request.data;
    const known = places.get(key);
    if (known !== undefined) return known;
    places.set(key, requests.length);
    return requests.push(request) - 1;
  };

  const asked = queries.map(({ owner, sellToken, nonce, intentHash, byApproval, spender = settlement }) => ({
    balance: ask(sellToken, erc20Views, "balanceOf", [owner]),
    allowance: ask(sellToken, erc20Views, "allowance", [owner, spender]),
    nonceSpent: ask(settlement, settlementViews, "isNonceSpent", [owner, nonce]),
    filledAmount: ask(settlement, settlementViews, "filledAmount", [owner, nonce]),
    approved: byApproval ? ask(settlement, settlementViews, "isApproved", [owner, intentHash]) : null,
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
