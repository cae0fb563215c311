/** One round: from the live intents to a batch on its way, or to the reason why there is none. */
import type { IntentReason } from "@walras/sdk";
import type { DataFees } from "../chain/dataFees.ts";
import { readOwnerStates } from "../chain/ownerState.ts";
import type { BlockRef, StoredBatch } from "../domain.ts";
import { KeeperError } from "../errors.ts";
import type { BatchMaker } from "./batch.ts";
import { draftBook, restingStatus, type IntentChange } from "./book.ts";
import type { SitOut } from "./sitOut.ts";
import { judgeSpent } from "./spent.ts";
import { readMeans, submitBatch, type SubmitDeps } from "./submit.ts";

export type RoundDeps = SubmitDeps & {
  maker: BatchMaker;
  sitOut: SitOut;
  fee: "cap" | "none";
  tokenValues: ReadonlyMap<string, bigint>;
  dataFees: DataFees;
  confirmations: number;
};

export type RoundOutcome = {
  batch: StoredBatch | null;
  /** Why the keeper itself could not send what it had, if so. */
  problem: IntentReason | null;
  /** Whether the book has changed under the round, so that another one is worth while at once. */
  again: boolean;
};

const nothing: RoundOutcome = { batch: null, problem: null, again: false };

/**
 * Makes and submits a batch of what can settle on the latest block, and says of every other intent why it does not.
 *
 * @param blockInterval seconds between blocks
 * @throws KeeperError as `submitBatch`; `NodeUnreachable`, `StoreFailed`, `SolverFailed`
 */
export async function runRound(
  head: BlockRef,
  blockInterval: number,
  deps: RoundDeps,
): Promise<RoundOutcome> {
  const { chain, store, settlement, account, clock, notifier, logger, sitOut, confirmations } = deps;
  const live = await store.listLiveIntents();
  sitOut.keepOnly(live.map(({ intentHash }) => intentHash));
  const intents = live.filter(({ status }) => status !== "executing");
  if (intents.length === 0) return nothing;

  const means = await readMeans(deps);
  const states = await readOwnerStates(
    chain,
    settlement,
    head,
    intents.map(({ intentHash, owner, signed: { intent, signature } }) => ({
      intentHash,
      owner,
      sellToken: intent.sellToken,
      nonce: intent.nonce,
      byApproval: signature.scheme === "approval",
    })),
  );
  const onChain = intents.flatMap((intent, index) => {
    const state = states[index];
    return state === undefined ? [] : [{ intent, state }];
  });
  const now = Math.floor(clock() / 1000);
  const { fee, tokenValues, dataFees } = deps;
  const chainFee = await dataFees.at(settlement, head);
  const keeper = account.address;
  const draft = draftBook(onChain, { head, now, blockInterval, keeper, fee, chainFee, tokenValues });
  logger.debug(
    { step: "book", block: head.number, live: live.length, candidates: draft.candidates.size },
    "book",
  );

  const update = async (changes: IntentChange[]): Promise<void> => {
    const events = await store.updateIntents(changes, clock());
    notifier.publish(events);
    for (const { intentHash, status, reason } of events) {
      logger.info({ step: "book", intentHash, status, reason }, "intent");
    }
  };
  await update(draft.changes);
  await update(await judgeSpent(draft.spent, { chain, settlement, head, confirmations }));
  if (draft.candidates.size === 0) return nothing;

  const hold = async (reason: IntentReason): Promise<RoundOutcome> => {
    const waiting = [...draft.candidates.values()];
    await update(
      waiting.map((intent) => ({ intentHash: intent.intentHash, status: restingStatus(intent), reason })),
    );
    return { ...nothing, problem: reason };
  };
  if ("code" in means) return hold(means);

  const made = await deps.maker.make(draft, head.number);
  await update(made.changes);
  if (made.settlement === null) return nothing;
  try {
    const submission = await submitBatch(made.settlement, means, deps);
    return submission.submitted ? { ...nothing, batch: submission.batch } : await hold(submission.reason);
  } catch (error) {
    if (!(error instanceof KeeperError) || error.code !== "BatchOutdated") throw error;
    logger.info({ step: "submit", problem: error.message }, "an intent left meanwhile; making another batch");
    return { ...nothing, again: true };
  }
}
