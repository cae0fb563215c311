/** What has become of the batches and calls that were broadcast: mined, reverted, reorged away, outbid, or still on their way. */
import { decodeSettlementLogs, type Hex, type IntentReason } from "@walras/sdk";
import type { TransactionReceipt } from "../chain/Chain.ts";
import type { Attempt, BlockRef, StoredBatch, StoredEvent, StoredTransaction } from "../domain.ts";
import type { Liquidity } from "./liquidity.ts";
import type { SitOut } from "./sitOut.ts";
import { broadcast, isRefusal, lastAttempt, pushBatch, type SubmitDeps } from "./submit.ts";

export type ConfirmDeps = SubmitDeps & {
  /** Depth, counting its own block, at which a block is taken for final. */
  confirmations: number;
  replaceAfterBlocks: number;
  sitOut: SitOut;
  /** Told once when a transaction is mined, or has come to nothing; for counting. */
  landed?: (transaction: StoredTransaction, receipt: TransactionReceipt | null) => void;
  liquidity?: Liquidity | undefined;
};

/** A transaction of the batch in a block that is canonical. */
type Landed = { attempt: Attempt; receipt: TransactionReceipt };

/**
 * Follows the batches that are pending. It keeps nothing that matters: every look starts from the store and the chain, so
 * that it makes no difference whether the keeper was running, or was killed between any two steps.
 */
export class BatchFollower {
  readonly #deps: ConfirmDeps;
  /** At which block the newest attempt of a batch was sent, as far as this process knows. */
  readonly #sentAt = new Map<string, { transactionHash: string; block: number }>();

  constructor(deps: ConfirmDeps) {
    this.#deps = deps;
  }

  /**
   * Looks at every pending batch and call, oldest first.
   *
   * @returns whether one is still on its way, so that no new one may be sent
   * @throws KeeperError `NodeUnreachable`, `StoreFailed`; whatever was found before that is in the store
   */
  async follow(head: BlockRef): Promise<{ onItsWay: boolean }> {
    const pending = await this.#deps.store.listPendingTransactions();
    let onItsWay = false;
    for (const batch of pending) onItsWay = (await this.#followOne(batch, head)) === "onItsWay" || onItsWay;
    for (const id of this.#sentAt.keys())
      if (!pending.some((batch) => batch.id === id)) this.#sentAt.delete(id);
    return { onItsWay };
  }

  /** Doubts what is confirmed above a block, after a reorg that was deeper than what is taken for final. */
  async doubt(ancestor: number): Promise<void> {
    const { store, chain, clock } = this.#deps;
    for (const batch of await store.listConfirmedTransactions(100)) {
      if (batch.mined === null || batch.mined.blockNumber <= ancestor) continue;
      const block = await chain.blockByNumber(batch.mined.blockNumber);
      if (block?.hash !== batch.mined.blockHash)
        this.#publish(batch, await store.markReorged(batch.id, clock()));
    }
  }

  async #followOne(batch: StoredTransaction, head: BlockRef): Promise<"landed" | "onItsWay"> {
    const { store, chain, clock, logger } = this.#deps;
    if (batch.mined !== null) {
      const block = await chain.blockByNumber(batch.mined.blockNumber);
      if (block?.hash === batch.mined.blockHash) {
        await this.#confirm(batch, batch.mined.blockNumber, head);
        return "landed";
      }
      logger.warn(
        { step: "confirm", batchId: batch.id, ...batch.mined, ...gasAsText(batch.mined) },
        "reorged away",
      );
      batch = this.#publish(batch, await store.markReorged(batch.id, clock()));
    }

    const landed = await this.#findLanded(batch);
    if (landed === null) return this.#followUnmined(batch, head);
    if (landed.attempt.purpose !== "cancel" && landed.receipt.succeeded) {
      await this.#book(batch, landed, head);
    } else if (this.#isDeep(landed.receipt.blockNumber, head)) {
      await this.#fail(batch, landed, head);
    }
    // A revert that is not deep yet may be reorged away, and the settlement then be mined after all: its intents wait.
    return "landed";
  }

  /** A batch that goes to another than the settlement contract goes by the keeper's executor, for its swaps. */
  #hasSwaps(batch: StoredTransaction): boolean {
    return batch.kind === "settle" && batch.to !== this.#deps.settlement;
  }

  #isDeep(blockNumber: number, head: BlockRef): boolean {
    return head.number - blockNumber + 1 >= this.#deps.confirmations;
  }

  async #confirm(batch: StoredTransaction, blockNumber: number, head: BlockRef): Promise<void> {
    const { store, clock, logger } = this.#deps;
    if (!this.#isDeep(blockNumber, head)) return;
    await store.markConfirmed(batch.id, clock());
    logger.info({ step: "confirm", batchId: batch.id, blockNumber }, "confirmed");
  }

  /** The attempt that was mined. All share an account nonce, so that there is one at most. */
  async #findLanded(batch: StoredTransaction): Promise<Landed | null> {
    const { chain } = this.#deps;
    for (const attempt of batch.attempts.toReversed()) {
      const receipt = await chain.receipt(attempt.transactionHash);
      if (receipt === null) continue;
      // A node may still hand out the receipt of a block that it has dropped.
      const block = await chain.blockByNumber(receipt.blockNumber);
      if (block?.hash === receipt.blockHash) return { attempt, receipt };
    }
    return null;
  }

  async #book(batch: StoredTransaction, { attempt, receipt }: Landed, head: BlockRef): Promise<void> {
    const { store, clock, logger, sitOut } = this.#deps;
    const { transactionHash, blockNumber, blockHash, gasUsed, effectiveGasPrice } = receipt;
    if (batch.kind === "settle") this.#checkLogs(batch, receipt);
    const mined = { transactionHash, blockNumber, blockHash, gasUsed, effectiveGasPrice };
    const booked = this.#publish(batch, await store.markMined(batch.id, mined, clock()));
    for (const intentHash of intentsOf(batch)) sitOut.forgive(intentHash);
    this.#deps.landed?.(booked, receipt);
    if (this.#hasSwaps(batch)) this.#deps.liquidity?.settled();
    logger.info(
      {
        step: "confirm",
        batchId: batch.id,
        transactionHash: attempt.transactionHash,
        blockNumber,
        ...gasAsText(mined),
      },
      "mined",
    );
    await this.#confirm(booked, blockNumber, head);
  }

  /** The contract computes what the keeper has computed; should they ever differ, somebody has to know. */
  #checkLogs(batch: StoredBatch, receipt: TransactionReceipt): void {
    const { settlement, logger } = this.#deps;
    const { batches } = decodeSettlementLogs(receipt.logs, settlement);
    const told = batches.flatMap(({ fills }) => fills);
    const asExpected =
      told.length === batch.fills.length &&
      batch.fills.every(({ intentHash, owner, sold, bought }, index) => {
        const log = told[index];
        return (
          log?.intentHash === intentHash && log.owner === owner && log.sold === sold && log.bought === bought
        );
      });
    if (asExpected) return;
    const { transactionHash } = receipt;
    logger.error({ step: "confirm", batchId: batch.id, transactionHash }, "the logs differ from the batch");
  }

  async #fail(batch: StoredTransaction, { attempt, receipt }: Landed, head: BlockRef): Promise<void> {
    const { store, clock, sitOut, landed } = this.#deps;
    const { transactionHash } = receipt;
    const [prefix, what] = wordsOf(batch);
    landed?.(batch, null);
    if (attempt.purpose === "cancel") {
      const message = `${what} was not mined in time and would have reverted later; it waits for another one.`;
      const cancelled = { code: `${prefix}Cancelled`, message };
      this.#publish(batch, await store.markFailed(batch.id, cancelled, clock()));
      return;
    }
    const reason: IntentReason = {
      code: `${prefix}Reverted`,
      message: `${what} reverted on chain in transaction ${transactionHash}; it waits for another one.`,
    };
    // It went well in simulation. So that the same ones do not burn the keeper's gas block after block, they wait longer
    // each time.
    // Of a batch with swaps, it was most likely a pool that moved; then the pools wait, and no intent has to.
    const { liquidity } = this.#deps;
    if (this.#hasSwaps(batch) && liquidity !== undefined) liquidity.reverted(head.number);
    else for (const intentHash of intentsOf(batch)) sitOut.strike(intentHash, head.number, reason);
    this.#publish(batch, await store.markFailed(batch.id, reason, clock()));
  }

  async #followUnmined(batch: StoredTransaction, head: BlockRef): Promise<"landed" | "onItsWay"> {
    const { chain, store, clock, logger } = this.#deps;
    const { from, accountNonce } = lastAttempt(batch);
    const next = await chain.accountNonce(from, "latest");
    if (next > accountNonce) {
      // Something of this account was mined in its place, or the node is late with the receipt: time will tell.
      const deep = await chain.blockByNumber(Math.max(0, head.number - this.#deps.confirmations + 1));
      if (deep === null || (await chain.accountNonce(from, deep)) <= accountNonce) return "onItsWay";
      if ((await this.#findLanded(batch)) !== null) return "onItsWay";
      const [prefix, what] = wordsOf(batch);
      const message = `${what} lost its place to another transaction of the keeper's account; it waits for another one.`;
      const failure = { code: `${prefix}Replaced`, message };
      this.#publish(batch, await store.markFailed(batch.id, failure, clock(), "replaced"));
      return "landed";
    }
    try {
      // Its turn has not come: there is an earlier batch, whose outcome it was simulated on.
      if (next < accountNonce) await broadcast(batch, this.#deps);
      else this.#noteSent(await pushBatch(batch, this.#isDue(batch, head), this.#deps), head);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      logger.warn({ step: "submit", batchId: batch.id, problem: error.message }, "not taken; trying again");
    }
    return "onItsWay";
  }

  #isDue(batch: StoredTransaction, head: BlockRef): boolean {
    const sent = this.#sentAt.get(batch.id);
    if (sent?.transactionHash !== lastAttempt(batch).transactionHash) {
      this.#noteSent(batch, head);
      return false;
    }
    return head.number - sent.block >= this.#deps.replaceAfterBlocks;
  }

  #noteSent(batch: StoredTransaction, head: BlockRef): void {
    const { transactionHash } = lastAttempt(batch);
    if (this.#sentAt.get(batch.id)?.transactionHash === transactionHash) return;
    this.#sentAt.set(batch.id, { transactionHash, block: head.number });
  }

  #publish(
    before: StoredTransaction,
    { transaction, events }: { transaction: StoredTransaction; events: StoredEvent[] },
  ): StoredTransaction {
    const { logger, notifier } = this.#deps;
    const { id, kind, failure } = transaction;
    if (failure !== null) {
      logger.warn({ step: "confirm", batchId: id, kind, reason: failure }, "it has failed");
    }
    for (const { intentHash, status } of events) {
      logger.info({ step: "confirm", batchId: before.id, intentHash, status }, "intent");
    }
    notifier.publish(events);
    return transaction;
  }
}

/** The intents that it fills or places. */
function intentsOf(transaction: StoredTransaction): Hex[] {
  if (transaction.kind !== "settle") return transaction.intentHashes;
  return transaction.fills.map(({ intentHash }) => intentHash);
}

/** How the reasons of its intents speak of it: the code's first part, and the beginning of the sentence. */
function wordsOf({ kind }: StoredTransaction): [string, string] {
  return kind === "settle" ? ["Settlement", "Its batch"] : ["Placement", "The transaction that places it"];
}

/** JSON has no bigints. */
function gasAsText({ gasUsed, effectiveGasPrice }: { gasUsed: bigint; effectiveGasPrice: bigint }) {
  return { gasUsed: gasUsed.toString(), effectiveGasPrice: effectiveGasPrice.toString() };
}
