import { Interface } from "ethers";
import { buildSealedIntent, type SealedIntentInput, type SealedMarket } from "./auction/buildSealedIntent.ts";
import { settlementInterface } from "./batch/settlementInterface.ts";
import { parseAddress, parseHex, type Address, type Hex } from "./hex.ts";
import type { Intent } from "./intent/Intent.ts";
import { checkAmount, checkIntentFields } from "./intent/validateIntent.ts";

const intentType = settlementInterface.getFunction("hashIntent")?.inputs[0]?.format("full") ?? "";

const nativeInterface = /* @__PURE__ */ new Interface([
  `function placeSealed(address auction, ${intentType}) payable returns (uint256 window, uint256 id)`,
  "function cancelSealed(address auction, uint256 window, uint256[] ids, address to)",
  "function claimSealed(address auction, uint256 window, uint256 id, address token, address to)",
]);

type WithoutSale<Input> = Input extends unknown ? Omit<Input, "sellToken" | "sellAmount"> : never;

/** What {@link buildNativeSealedSale} takes: {@link SealedIntentInput} without what sending the coin fixes. */
export type NativeSealedSaleInput = WithoutSale<SealedIntentInput> & {
  /** Who sends the coin, gets what is bought unless a receiver is named, and gets back what is not sold. */
  user: Address;
  /** Wei to sell, the fee budget included. */
  value: bigint;
};

/**
 * An intent that sells the chain's own coin in a sealed window. Its owner is the user's receiver
 * ({@link nativeReceiver}), which places it: there is nothing to sign and nothing to allow.
 *
 * @param sale the receiver is the user unless named
 * @param market an auction that trades the wrapped coin
 * @param wrapped the wrapped coin: `peripheryDeployment(chainId).wrappedNative`
 *
 * @example
 * const sale = buildNativeSealedSale({ user, value: 10n ** 18n, buyToken: usdc, buyAmount, windows: 2 }, market, weth);
 * const data = encodeNativePlace(market.auction, sale);
 * await wallet.sendTransaction({ to: nativeIntents, data, value: sale.sellAmount });
 *
 * @throws SdkError as {@link buildSealedIntent}
 */
export function buildNativeSealedSale(
  { user, value, ...terms }: NativeSealedSaleInput,
  market: SealedMarket,
  wrapped: Address,
): Intent {
  const sellAmount = checkAmount(value, "value", 128, 1n);
  return buildSealedIntent({ receiver: user, ...terms, sellToken: wrapped, sellAmount }, market);
}

const encode = (name: string, args: readonly unknown[]): Hex =>
  parseHex(nativeInterface.encodeFunctionData(name, args), "calldata");

/**
 * The calldata of `placeSealed`; send `intent.sellAmount` wei along.
 *
 * @throws SdkError `InvalidAddress`, and as {@link checkIntentFields}
 */
export function encodeNativePlace(auction: Address, intent: Intent): Hex {
  return encode("placeSealed", [parseAddress(auction, "auction"), checkIntentFields(intent)]);
}

/**
 * The calldata of `cancelSealed`: the user takes orders back until their window locks.
 *
 * @param to gets the coin
 * @throws SdkError `InvalidAddress`
 */
export function encodeNativeOrderCancel(
  auction: Address,
  window: number,
  ids: readonly number[],
  to: Address,
): Hex {
  return encode("cancelSealed", [parseAddress(auction, "auction"), window, [...ids], parseAddress(to, "to")]);
}

/**
 * The calldata of `claimSealed`: the user closes an order of a cleared or void window, and has it not rolled.
 *
 * @param token what was bought
 * @param to gets that, and what is left of the coin
 * @throws SdkError `InvalidAddress`
 */
export function encodeNativeOrderClaim(
  auction: Address,
  window: number,
  id: number,
  token: Address,
  to: Address,
): Hex {
  const accounts = [parseAddress(token, "token"), parseAddress(to, "to")];
  return encode("claimSealed", [parseAddress(auction, "auction"), window, id, ...accounts]);
}
