/**
 * A keeper with its own liquidity: reads the book of another keeper's API, takes what it likes at its own price, and
 * settles that from its inventory, or from a pool through its `Executor`.
 */
import type { Signer } from "ethers";
import {
  batchTokens,
  computeFill,
  decodeSettlementError,
  decodeSettlementLogs,
  encodeExecutorCalls,
  encodeExecutorSettle,
  encodeSettle,
  findRevertData,
  limitBuyAmount,
  parseSignedIntent,
  type Address,
  type Batch,
  type ExecutorCall,
  type Fill,
  type Hex,
  type IntentDomain,
  type KeeperClient,
  type SettledBatch,
  type SignedIntent,
} from "@walras/sdk";

// #region read
/** The open intents of one direction, best for the keeper first. Signatures come along, so anybody can settle them. */
export async function readBook(
  keeper: KeeperClient,
  sellToken: Address,
  buyToken: Address,
): Promise<{ signed: SignedIntent; left: bigint }[]> {
  const { intents } = await keeper.getBook(sellToken, buyToken);
  return intents.map(({ intent, signature, filledAmount }) => {
    const signed = parseSignedIntent({ intent, signature });
    const { kind, sellAmount, buyAmount } = signed.intent;
    return { signed, left: (kind === "sell" ? sellAmount : buyAmount) - BigInt(filledAmount) };
  });
}
// #endregion read

// #region batch
/** The keeper's price: `sell` atoms of the token it takes are worth `buy` atoms of the token it gives. */
export type Price = { sell: bigint; buy: bigint };

/**
 * A batch that fills, whole, what the keeper's price satisfies, as far as `inventory` atoms of what it gives reach. There
 * are no transfers from fill to fill: all that sellers give goes to the keeper, who pays all that buyers get.
 */
export function chooseBatch(
  book: readonly { signed: SignedIntent; left: bigint }[],
  price: Price,
  inventory: bigint,
  now: number,
): Batch | null {
  const prices = { sell: price.buy, buy: price.sell }; // a price is what one atom is worth, so the other way round
  const fills: Fill[] = [];
  for (const { signed, left } of book) {
    const { sold, bought } = computeFill(signed.intent, { prices, executed: left });
    const meetsLimit = bought * signed.intent.sellAmount >= sold * limitBuyAmount(signed.intent, now);
    if (!meetsLimit || bought > inventory) continue;
    inventory -= bought;
    fills.push({ ...signed, executed: left, fee: 0n });
  }
  const [first] = fills;
  if (first === undefined) return null;
  const tokens = batchTokens(fills);
  return {
    tokens,
    prices: tokens.map((token) => (token === first.intent.sellToken ? prices.sell : prices.buy)),
    fills,
    transfers: [],
    callbackData: "0x",
  };
}
// #endregion batch

// #region simulate
/** A call that settles a batch, as the keeper would send it. */
export type Call = { to: Address; data: Hex };

/**
 * Simulates, and leaves out whichever fill is to blame, until the batch settles; null if nothing is left of it.
 *
 * @param encode the batch as a call; made anew when a fill falls out
 */
export async function simulate(
  wallet: Signer,
  batch: Batch,
  encode: (batch: Batch) => Call,
): Promise<Call | null> {
  while (batch.fills.length > 0) {
    const call = encode(batch);
    try {
      await wallet.call(call);
      return call;
    } catch (error) {
      const data = findRevertData(error);
      if (data === null) throw error; // the node failed, not the batch
      const { fillIndex, message } = decodeSettlementError(data);
      if (fillIndex === null) throw new Error(message, { cause: error });
      batch = withoutFill(batch, fillIndex);
    }
  }
  return null;
}

/** Without one fill and its transfers; those that name later fills move up. */
function withoutFill(batch: Batch, gone: number): Batch {
  const move = (index: number) => (index > gone ? index - 1 : index);
  const fills = batch.fills.filter((_, index) => index !== gone);
  const tokens = batchTokens(fills);
  return {
    ...batch,
    tokens,
    prices: batch.prices.filter((_, index) => tokens.some((token) => token === batch.tokens[index])),
    fills,
    transfers: batch.transfers
      .filter((pair) => !pair.includes(gone))
      .map(([from, to]) => [move(from), move(to)]),
  };
}
// #endregion simulate

// #region settle
/** Sends a call that has been simulated, and tells what it settled. */
export async function submit(wallet: Signer, call: Call, settlement: Address): Promise<SettledBatch[]> {
  const sent = await wallet.sendTransaction(call);
  const receipt = await sent.wait();
  return decodeSettlementLogs(receipt?.logs ?? [], settlement).batches;
}

/** From the keeper's own account: it has allowed the settlement to take the token that it gives. */
export async function settleFromInventory(
  wallet: Signer,
  { verifyingContract }: IntentDomain,
  batch: Batch,
): Promise<SettledBatch[]> {
  const call = await simulate(wallet, batch, (left) => ({
    to: verifyingContract,
    data: encodeSettle(left),
  }));
  return call === null ? [] : submit(wallet, call, verifyingContract);
}
// #endregion settle

// #region executor
/**
 * From a pool, through the keeper's `Executor`: it receives what sellers give, makes the calls, and pays what buyers get
 * from what the pool has paid out. What is left of both tokens goes to the keeper's account.
 *
 * @param swaps the calls that turn a batch into what its buyers get, such as `uniswapV2SwapCalls`
 */
export async function settleFromPool(
  wallet: Signer,
  { verifyingContract }: IntentDomain,
  executor: Address,
  batch: Batch,
  swaps: (batch: Batch) => ExecutorCall[],
): Promise<SettledBatch[]> {
  const call = await simulate(wallet, batch, (left) => ({
    to: executor,
    data: encodeExecutorSettle(
      { ...left, callbackData: encodeExecutorCalls(swaps(left)) },
      { payTokens: [...new Set(left.fills.map(({ intent }) => intent.buyToken))], sweepTokens: left.tokens },
    ),
  }));
  return call === null ? [] : submit(wallet, call, verifyingContract);
}
// #endregion executor
