/** From a simulated settlement or call to signed transactions on the network, each in the store before anybody sees it. */
import type { IntentReason } from "@walras/sdk";
import type { Logger } from "pino";
import type { Chain } from "../chain/Chain.ts";
import type {
  Attempt,
  SimulatedCall,
  SimulatedSettlement,
  StoredBatch,
  StoredCall,
  StoredEvent,
  StoredTransaction,
} from "../domain.ts";
import { KeeperError } from "../errors.ts";
import type { Account, TransactionFields } from "../signer/account.ts";
import type { Store } from "../store/Store.ts";
import type { Notifier } from "./notify.ts";
import { simulateTransaction } from "./simulate.ts";

export type SubmitDeps = {
  chain: Chain;
  store: Store;
  account: Account;
  settlement: Attempt["from"];
  /** The most to pay per gas, in wei. */
  maxFeePerGas: bigint | undefined;
  notifier: Notifier;
  logger: Logger;
  /** Milliseconds since 1970. */
  clock: () => number;
};

export type Submission<Kept extends StoredTransaction = StoredBatch> =
  | { submitted: true; batch: Kept }
  /** Nothing was signed; the reason is the keeper's, not an intent's. */
  | { submitted: false; reason: IntentReason };

type Fees = { maxFeePerGas: bigint; maxPriorityFeePerGas: bigint };

/** Gas of a transaction that does nothing. */
const emptyTransactionGas = 21_000n;

/** What the account can do now. Read before the simulation, so that nothing comes between that and the signature. */
export type Means = Fees & { accountNonce: number; balance: bigint };

/**
 * @returns the reason, which is the keeper's and not an intent's, if the account cannot send anything at present
 * @throws KeeperError `NodeUnreachable`
 */
export async function readMeans(
  deps: Pick<SubmitDeps, "chain" | "account" | "maxFeePerGas">,
): Promise<Means | IntentReason> {
  const { chain, account } = deps;
  const [fees, balance, accountNonce] = await Promise.all([
    firstFees(deps),
    chain.balance(account.address),
    chain.accountNonce(account.address, "latest"),
  ]);
  if (fees === null) {
    return { code: "GasPriceTooHigh", message: "Gas costs more than this keeper pays at present." };
  }
  if (balance < emptyTransactionGas * fees.maxFeePerGas) return unfunded;
  return { ...fees, balance, accountNonce };
}

const unfunded: IntentReason = {
  code: "KeeperUnfunded",
  message: "The keeper's account cannot pay for the gas at present.",
};

/**
 * Signs a settlement, keeps it, broadcasts it, and notes that it was broadcast, in this order.
 *
 * Only one batch may be on its way at a time. The next one has to be made from the balances and nonces that this one
 * leaves behind, which cannot be simulated before it is mined; two at once would spend the same funds twice, and the
 * second would revert at the keeper's cost.
 *
 * @param means as read before the settlement was simulated
 * @throws KeeperError `BatchOutdated` when an intent was cancelled meanwhile; `BroadcastRefused` or `NodeUnreachable` when
 * it is kept but may not have reached the network, so that the batch is taken up again later; `StoreFailed`
 */
export async function submitBatch(
  settlement: SimulatedSettlement,
  means: Means,
  deps: SubmitDeps,
): Promise<Submission> {
  return submit(settlement, "settle", means, deps, async (first) => {
    const { batch, events } = await deps.store.addBatch(settlement, first, deps.clock());
    const { transactionHash, accountNonce } = first;
    deps.logger.info(
      { step: "submit", batchId: batch.id, transactionHash, accountNonce, fills: batch.fills.length },
      "kept a signed batch",
    );
    return { kept: batch, events };
  });
}

/**
 * As {@link submitBatch}, for a call of an auction. It takes its turn among the batches: one transaction at a time.
 *
 * @throws KeeperError as {@link submitBatch}; `BatchOutdated` when an intent that it places was cancelled meanwhile
 */
export async function submitCall(
  call: SimulatedCall,
  means: Means,
  deps: SubmitDeps,
): Promise<Submission<StoredCall>> {
  return submit(call, "call", means, deps, async (first) => {
    const { call: kept, events } = await deps.store.addCall(call, first, deps.clock());
    const { id, kind, window, intentHashes } = kept;
    const { transactionHash, accountNonce } = first;
    const intents = intentHashes.length;
    deps.logger.info(
      { step: "submit", callId: id, kind, window, transactionHash, accountNonce, intents },
      "kept a signed call",
    );
    return { kept, events };
  });
}

async function submit<Kept extends StoredTransaction>(
  { to, calldata: data, gasLimit }: SimulatedSettlement | SimulatedCall,
  purpose: Attempt["purpose"],
  { balance, accountNonce, maxFeePerGas, maxPriorityFeePerGas }: Means,
  deps: SubmitDeps,
  keep: (first: Omit<Attempt, "batchId">) => Promise<{ kept: Kept; events: StoredEvent[] }>,
): Promise<Submission<Kept>> {
  if (balance < gasLimit * maxFeePerGas) return { submitted: false, reason: unfunded };
  const fields = { to, data, accountNonce, gasLimit, maxFeePerGas, maxPriorityFeePerGas };
  const { kept, events } = await keep(sign(purpose, fields, deps));
  deps.notifier.publish(events);
  return { submitted: true, batch: await broadcast(kept, deps) };
}

/**
 * Sends the newest attempt of a batch or call, for the first time or once more, which does no harm.
 *
 * @throws KeeperError `BroadcastRefused`, `NodeUnreachable`, `StoreFailed`
 */
export async function broadcast<Kept extends StoredTransaction>(
  batch: Kept,
  deps: SubmitDeps,
): Promise<Kept> {
  const { rawTransaction, transactionHash, purpose } = lastAttempt(batch);
  await deps.chain.broadcast(rawTransaction);
  if (batch.status === "submitted") return batch;
  const { status, updatedAt } = await deps.store.markSubmitted(batch.id, deps.clock());
  deps.logger.info({ step: "submit", batchId: batch.id, transactionHash, purpose }, "broadcast");
  return { ...batch, status, updatedAt };
}

/**
 * Moves a batch or call that is next in line for its account nonce: sends it again, outbids it, or takes it back.
 *
 * @param outbid whether it has waited long enough to pay more
 * @throws KeeperError as {@link broadcast}
 */
export async function pushBatch(
  batch: StoredTransaction,
  outbid: boolean,
  deps: SubmitDeps,
): Promise<StoredTransaction> {
  const { chain, account, logger } = deps;
  const last = lastAttempt(batch);
  const current = await firstFees(deps);
  const { to, calldata: data } = batch;
  if (last.purpose !== "cancel" && (outbid || batch.status !== "submitted")) {
    const simulation = await simulateTransaction({ chain, keeper: account.address }, { to, data });
    if (simulation.outcome !== "accepted") {
      const why = simulation.outcome === "reverted" ? simulation.revertData : "It takes too much gas.";
      logger.warn({ step: "submit", batchId: batch.id, why }, "it would revert now; cancelling it");
      // Even if it was never broadcast: nobody can know that it was not, and its account nonce must be used up.
      const empty = { to: account.address, data: "0x", gasLimit: emptyTransactionGas } as const;
      return outbidWith(batch, { ...empty, accountNonce: last.accountNonce }, "cancel", current, deps);
    }
  }
  if (!outbid) return broadcast(batch, deps);
  const { accountNonce, gasLimit, purpose } = last;
  const call = purpose === "cancel" ? { to: account.address, data: "0x" as const } : { to, data };
  return outbidWith(batch, { ...call, accountNonce, gasLimit }, purpose, current, deps);
}

export function lastAttempt({ id, attempts }: StoredTransaction): Attempt {
  const last = attempts.at(-1);
  if (last === undefined) throw new Error(`batch ${id} has no attempt`);
  return last;
}

function sign(
  purpose: Attempt["purpose"],
  fields: TransactionFields,
  { account, clock }: SubmitDeps,
): Omit<Attempt, "batchId"> {
  const { accountNonce, gasLimit, maxFeePerGas, maxPriorityFeePerGas } = fields;
  return {
    ...account.sign(fields),
    from: account.address,
    accountNonce,
    gasLimit,
    maxFeePerGas,
    maxPriorityFeePerGas,
    purpose,
    createdAt: clock(),
  };
}

/** Room for the base fee to double, within the configured cap; null when the cap is below what the next block costs. */
async function firstFees({
  chain,
  maxFeePerGas: cap,
}: Pick<SubmitDeps, "chain" | "maxFeePerGas">): Promise<Fees | null> {
  const { baseFeePerGas, maxPriorityFeePerGas: tip } = await chain.fees();
  const wanted = 2n * baseFeePerGas + tip;
  if (cap === undefined || wanted <= cap) return { maxFeePerGas: wanted, maxPriorityFeePerGas: tip };
  if (cap <= baseFeePerGas) return null;
  return { maxFeePerGas: cap, maxPriorityFeePerGas: tip < cap ? tip : cap };
}

/** Nodes take a replacement only if it pays at least a tenth or an eighth more, on both fees. */
function raise(fee: bigint): bigint {
  return (fee * 113n + 99n) / 100n;
}

/** Signs, keeps and sends a transaction that pays more for the same account nonce; within the cap, else sends the old one. */
async function outbidWith(
  batch: StoredTransaction,
  fields: Omit<TransactionFields, keyof Fees>,
  purpose: Attempt["purpose"],
  current: Fees | null,
  deps: SubmitDeps,
): Promise<StoredTransaction> {
  const { store, logger, clock, maxFeePerGas: cap } = deps;
  const last = lastAttempt(batch);
  const raised = {
    maxFeePerGas: raise(last.maxFeePerGas),
    maxPriorityFeePerGas: raise(last.maxPriorityFeePerGas),
  };
  const fees = {
    maxFeePerGas: max(raised.maxFeePerGas, current?.maxFeePerGas),
    maxPriorityFeePerGas: max(raised.maxPriorityFeePerGas, current?.maxPriorityFeePerGas),
  };
  if (cap !== undefined && raised.maxFeePerGas > cap) {
    logger.warn(
      { step: "submit", batchId: batch.id },
      "the fee cap leaves no room to outbid; sending it again",
    );
    return broadcast(batch, deps);
  }
  const attempt = { ...sign(purpose, { ...fields, ...fees }, deps), batchId: batch.id };
  const kept = await store.addAttempt(attempt, clock());
  const { transactionHash, maxFeePerGas } = attempt;
  logger.info(
    { step: "submit", batchId: batch.id, transactionHash, purpose, maxFeePerGas: maxFeePerGas.toString() },
    "kept a transaction that outbids the last one",
  );
  return broadcast(kept, deps);
}

function max(a: bigint, b: bigint | undefined): bigint {
  return b !== undefined && b > a ? b : a;
}

/** Whether a failed broadcast is to be left to the next block: what the node refuses, it may take later or have mined. */
export function isRefusal(error: unknown): error is KeeperError {
  return error instanceof KeeperError && error.code === "BroadcastRefused";
}
