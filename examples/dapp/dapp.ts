/**
 * A dapp whose users sell a token: they give an allowance once, then sign, and pay no gas. Nothing here looks for a
 * counterparty; keepers do.
 */
import { BrowserProvider, Contract, type Eip1193Provider, type JsonRpcSigner } from "ethers";
import {
  buildIntent,
  createKeeperClient,
  finalStatuses,
  hashIntent,
  limitBuyAmount,
  parseIntent,
  settlementAbi,
  settlementDomain,
  signCancel,
  signIntent,
  type Address,
  type Hex,
  type Intent,
  type IntentDomain,
  type IntentEvent,
  type IntentSigner,
  type IntentView,
  type KeeperClient,
  type WatchOptions,
} from "@walras/sdk";

// #region connect
export type Dapp = { wallet: JsonRpcSigner; domain: IntentDomain; keeper: KeeperClient };

/**
 * @param ethereum `window.ethereum`, or a provider that EIP-6963 announces
 * @param known which contract the user signs for; take it from the SDK, never from a keeper, who could name its own
 */
export async function connect(
  ethereum: Eip1193Provider,
  keeperUrl: string,
  known: (chainId: number) => IntentDomain = settlementDomain,
): Promise<Dapp> {
  const wallet = await new BrowserProvider(ethereum).getSigner();
  const { chainId } = await wallet.provider.getNetwork();
  return { wallet, domain: known(Number(chainId)), keeper: createKeeperClient({ url: keeperUrl }) };
}
// #endregion connect

// #region quote
/**
 * What the open intents on the other side of the book give for `sellAmount` at their own limits, less half a percent for
 * fees and for what moves meanwhile; null if they do not take that much. Then ask a price elsewhere: keepers with pools
 * at hand fill what has no counterparty.
 */
export async function quoteLimit(
  keeper: KeeperClient,
  sellToken: Address,
  buyToken: Address,
  sellAmount: bigint,
): Promise<bigint | null> {
  const now = Math.floor(Date.now() / 1000);
  const { intents } = await keeper.getBook(buyToken, sellToken); // best price first
  let left = sellAmount;
  let bought = 0n;
  for (const view of intents) {
    const intent = parseIntent(view.intent);
    const gives = intent.sellAmount - BigInt(view.sold);
    const asks = (gives * limitBuyAmount(intent, now)) / intent.sellAmount;
    if (asks <= left) {
      bought += gives;
      left -= asks;
    } else if (intent.partiallyFillable) {
      bought += (gives * left) / asks;
      left = 0n;
    }
    if (left === 0n) return bought - bought / 200n;
  }
  return null;
}
// #endregion quote

// #region allow
/** Once per token: lets the settlement contract take what the user signs away. Costs gas, as no later step does. */
export async function allow({ wallet, domain }: Dapp, token: Address, amount: bigint): Promise<void> {
  const abi = [
    "function allowance(address owner, address spender) view returns (uint256)",
    "function approve(address spender, uint256 amount) returns (bool)",
  ];
  const erc20 = new Contract(token, abi, wallet);
  const allowed: unknown = await erc20
    .getFunction("allowance")
    .staticCall(wallet.address, domain.verifyingContract);
  if (typeof allowed === "bigint" && allowed >= amount) return;
  const sent = await erc20.getFunction("approve").send(domain.verifyingContract, amount);
  await sent.wait();
}
// #endregion allow

// #region sell
export type Sale = { sellToken: Address; sellAmount: bigint; buyToken: Address; buyAmount: bigint };

/** Has the user sign, and hands the intent to a keeper. What comes back is safe on the keeper's disk. */
export async function sell(
  { wallet, domain, keeper }: Dapp,
  sale: Sale,
  signer: IntentSigner = wallet,
): Promise<{ intent: Intent; intentHash: Hex }> {
  const intent = buildIntent({
    ...sale,
    maxFee: sale.sellAmount / 1000n, // part of sellAmount: the limit holds after the fee
    validFor: 600,
  });
  const signed = await signIntent(intent, domain, signer);
  await keeper.postIntent(signed, { chainId: domain.chainId });
  return { intent, intentHash: hashIntent(intent, domain) };
}
// #endregion sell

// #region follow
/** Shows every step until the intent is over, then returns what came of it. */
export async function follow(
  keeper: KeeperClient,
  intentHash: Hex,
  show: (event: IntentEvent) => void,
  options: WatchOptions = {}, // a signal, for when the user leaves the page
): Promise<IntentView> {
  for await (const event of keeper.watchIntent(intentHash, options)) {
    show(event); // open, executing, filled; `event.reason` says in words why it waits
    if (finalStatuses.includes(event.status)) break;
  }
  return keeper.getIntent(intentHash);
}
// #endregion follow

// #region cancel
/** Asks the keeper to forget the intent: free, and binding for keepers that honour it. */
export async function takeBack(
  { wallet, domain, keeper }: Dapp,
  intentHash: Hex,
  signer: IntentSigner = wallet,
): Promise<IntentView> {
  return keeper.cancelIntent(intentHash, await signCancel(intentHash, domain, signer));
}

/** Spends the nonce on chain: binding for everybody who has ever seen the signature, from the next block on. */
export async function cancelForGood({ wallet, domain }: Dapp, { nonce }: Intent): Promise<void> {
  const settlement = new Contract(domain.verifyingContract, settlementAbi, wallet);
  const sent = await settlement.getFunction("cancel").send(nonce);
  await sent.wait();
}
// #endregion cancel
