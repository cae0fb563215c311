/**
 * The same dapp in the sealed lane: what users sign goes into a window in which everybody trades at one price and nobody can
 * be left out. They allow Permit2 once per token, and from then on sign, and pay no gas.
 */
import { BrowserProvider, Contract, type Eip1193Provider, type JsonRpcSigner } from "ethers";
import {
  buildSealedIntent,
  createKeeperClient,
  encodeOrderCancel,
  encodeSealedNonceCancel,
  hashSealedIntent,
  outcomeOf,
  parseAddress,
  readAuction,
  readOutcome,
  readWindow,
  signSealedPermit2,
  suggestSealedFee,
  type Address,
  type AuctionMarket,
  type Hex,
  type Intent,
  type IntentSigner,
  type KeeperClient,
  type OrderOutcome,
} from "@walras/sdk";
import type { Sale } from "./dapp.ts";

// #region market
export type SealedDapp = { wallet: JsonRpcSigner; market: AuctionMarket; keeper: KeeperClient };

/**
 * @param auction whose address you know; never take it from a keeper, who could name its own. What it trades, its clock and
 * its Permit2 are read from the chain
 */
export async function enterMarket(
  ethereum: Eip1193Provider,
  auction: Address,
  keeper: string | KeeperClient,
): Promise<SealedDapp> {
  const wallet = await new BrowserProvider(ethereum).getSigner();
  const { chainId } = await wallet.provider.getNetwork();
  const market = await readAuction(auction, Number(chainId), {
    call: (asked) => wallet.provider.call(asked),
  });
  return {
    wallet,
    market,
    keeper: typeof keeper === "string" ? createKeeperClient({ url: keeper }) : keeper,
  };
}
// #endregion market

// #region permit
/** Once per token: lets Permit2 take what the user signs away, in any auction and any other dapp that uses it. */
export async function allowPermit2({ wallet, market }: SealedDapp, token: Address): Promise<void> {
  const erc20 = new Contract(token, ["function approve(address, uint256) returns (bool)"], wallet);
  const sent = await erc20.getFunction("approve").send(market.permit2, 2n ** 256n - 1n);
  await sent.wait();
}
// #endregion permit

// #region seal
/**
 * Has the user sign, and hands the intent to a keeper, who brings it into the window. It is good for three windows, so a
 * late inclusion does not void it.
 *
 * @param sellAtomsPerEther the sell token's price, for the fee: atoms that are worth one ether
 */
export async function seal(
  { wallet, market, keeper }: SealedDapp,
  sale: Sale,
  sellAtomsPerEther: bigint,
  signer: IntentSigner = wallet,
): Promise<{ intent: Intent; intentHash: Hex }> {
  const block = await wallet.provider.getBlock("latest");
  const { gasPrice } = await wallet.provider.getFeeData();
  const fee = suggestSealedFee({
    gasPrice: gasPrice ?? 0n,
    baseFee: block?.baseFeePerGas ?? 0n,
    sellAtomsPerEther,
  });
  const now = block?.timestamp ?? Math.floor(Date.now() / 1000);
  const intent = buildSealedIntent({ ...sale, ...fee, windows: 3, now }, market);
  const owner = parseAddress(wallet.address);
  await keeper.postSealedIntent(await signSealedPermit2(intent, market, signer, { owner }), market);
  return { intent, intentHash: hashSealedIntent(intent, market) };
}
// #endregion seal

// #region outcome
/** What an order of a cleared window comes to, as the contract says, and why: worked out again from the prices. */
export async function explain(
  { wallet, market }: SealedDapp,
  window: number,
  id: number,
): Promise<OrderOutcome | null> {
  const call = (asked: { to: string; data: string }) => wallet.provider.call(asked);
  const { orders, clearing } = await readWindow(market, window, { call });
  const order = orders[id] ?? null;
  if (order === null || clearing === null) return null; // closed, or not cleared yet
  const { executed, bought } = await readOutcome(market, window, id, { call });
  const [sell, buy] = [clearing.results[order.sellToken], clearing.results[order.buyToken]];
  const outcome = outcomeOf(order, sell ?? null, buy ?? null, executed);
  if (outcome.bought + outcome.bonus !== bought) throw new Error("The contract pays another amount.");
  return outcome; // `band` tells whether the prices were better than the limit, at it, or worse
}
// #endregion outcome

// #region leave
/** Until the window locks, the owner takes an order back: all of it, and what is left of the fee budget. */
export async function takeOrderBack(
  { wallet, market }: SealedDapp,
  window: number,
  id: number,
): Promise<void> {
  const sent = await wallet.sendTransaction({ to: market.auction, data: encodeOrderCancel(window, [id]) });
  await sent.wait();
}

/** Rules out an intent that was signed and has not been placed yet. */
export async function withdrawSignature({ wallet, market }: SealedDapp, { nonce }: Intent): Promise<void> {
  const sent = await wallet.sendTransaction({ to: market.auction, data: encodeSealedNonceCancel(nonce) });
  await sent.wait();
}
// #endregion leave
