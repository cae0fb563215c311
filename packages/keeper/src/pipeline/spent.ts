/** What became of intents whose nonce is spent, although no batch of this keeper is known to have filled them. */
import { decodeSettlementLog, parseHex, settlementAbi, type Address, type Hex } from "@walras/sdk";
import { Interface, toBeHex, zeroPadValue } from "ethers";
import type { Chain, Log } from "../chain/Chain.ts";
import { readOwnerStates } from "../chain/ownerState.ts";
import type { BlockRef, StoredIntent } from "../domain.ts";
import { KeeperError } from "../errors.ts";
import type { IntentChange, IntentOnChain } from "./book.ts";

/** How far back the history is searched; what providers commonly answer in one call. */
const searchedBlocks = 10_000;

const abi = new Interface(settlementAbi);
const fillTopic = topicOf("Fill");
const cancelTopic = topicOf("Cancel");

function topicOf(event: string): Hex {
  return parseHex(abi.getEvent(event)?.topicHash, "topic", 32);
}

/**
 * The word on each intent whose nonce is spent.
 *
 * While the block that spent it may still be reorged away, the intent is `invalid` and is looked at again; once the nonce
 * was spent already at the confirmed depth, it is over.
 *
 * @param confirmations depth, counting its own block, at which a block is taken for final
 * @throws KeeperError `NodeUnreachable`
 */
export async function judgeSpent(
  spent: IntentOnChain[],
  {
    chain,
    settlement,
    head,
    confirmations,
  }: {
    chain: Chain;
    settlement: Address;
    head: BlockRef;
    confirmations: number;
  },
): Promise<IntentChange[]> {
  if (spent.length === 0) return [];
  const deep = await chain.blockByNumber(Math.max(0, head.number - confirmations + 1));
  const before =
    deep === null
      ? []
      : await readOwnerStates(
          chain,
          settlement,
          deep,
          spent.map(({ intent }) => ({
            intentHash: intent.intentHash,
            owner: intent.owner,
            sellToken: intent.signed.intent.sellToken,
            nonce: intent.signed.intent.nonce,
            byApproval: false,
          })),
        );

  const changes: IntentChange[] = [];
  for (const [index, { intent }] of spent.entries()) {
    const verdict = await explain(intent, chain, settlement, head);
    const final = before[index]?.nonceSpent === true;
    changes.push({
      intentHash: intent.intentHash,
      status: final ? verdict.end : "invalid",
      reason: verdict.reason,
    });
  }
  return changes;
}

type Verdict = { end: "filled" | "cancelled"; reason: { code: string; message: string } };

async function explain(
  { intentHash, owner, signed: { intent } }: StoredIntent,
  chain: Chain,
  settlement: Address,
  head: BlockRef,
): Promise<Verdict> {
  const range = {
    address: settlement,
    fromBlock: Math.max(0, head.number - searchedBlocks + 1),
    toBlock: head.number,
  };
  const fills = await logsIfAny(chain, { ...range, topics: [fillTopic, intentHash] });
  const last = fills.at(-1);
  if (last !== undefined) {
    const executed = fills.reduce((sum, log) => {
      const fill = decodeSettlementLog(log);
      if (fill?.event !== "Fill") return sum;
      return sum + (intent.kind === "sell" ? fill.sold : fill.bought);
    }, 0n);
    if (executed >= (intent.kind === "sell" ? intent.sellAmount : intent.buyAmount)) {
      const message = `It was settled in transaction ${last.transactionHash}.`;
      return { end: "filled", reason: { code: "FilledElsewhere", message } };
    }
  }

  const word = parseHex(toBeHex(intent.nonce >> 8n, 32), "topic");
  const ownerTopic = parseHex(zeroPadValue(owner, 32), "topic");
  const cancels = await logsIfAny(chain, { ...range, topics: [cancelTopic, ownerTopic, word] });
  const cancel = cancels.findLast((log) => {
    const event = decodeSettlementLog(log);
    return event?.event === "Cancel" && ((event.mask >> (intent.nonce & 0xffn)) & 1n) === 1n;
  });
  if (cancel !== undefined) {
    const message = `${owner} cancelled its nonce in transaction ${cancel.transactionHash}.`;
    return { end: "cancelled", reason: { code: "CancelledOnChain", message } };
  }
  const message = "Its nonce was spent on chain, by a cancellation or by another intent with that nonce.";
  return { end: "cancelled", reason: { code: "NonceSpent", message } };
}

/** Some providers refuse to search so many blocks. The nonce is spent all the same; only the explanation is shorter. */
async function logsIfAny(chain: Chain, filter: Parameters<Chain["logs"]>[0]): Promise<Log[]> {
  try {
    return await chain.logs(filter);
  } catch (error) {
    if (error instanceof KeeperError) return [];
    throw error;
  }
}
