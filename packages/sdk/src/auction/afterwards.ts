import { parseAddress, parseHex, type Address, type Hex } from "../hex.ts";
import { checkAmount } from "../intent/validateIntent.ts";
import { auctionInterface } from "./auctionInterface.ts";

const encode = (name: string, args: readonly unknown[]): Hex =>
  parseHex(auctionInterface.encodeFunctionData(name, args), "calldata");

/**
 * The calldata of `claim`: pays out orders of a cleared window. Anybody may, but the owner alone while the rest can still
 * take part in the current window. Ids with one sell token side by side cost least.
 */
export function encodeClaim(window: number, ids: readonly number[]): Hex {
  return encode("claim", [window, [...ids]]);
}

/**
 * The calldata of `claimTo`: the owner takes all of one order of a cleared or void window to another account.
 *
 * @throws SdkError `InvalidAddress`
 */
export function encodeClaimTo(window: number, id: number, to: Address): Hex {
  return encode("claimTo", [window, id, parseAddress(to, "to")]);
}

/** The calldata of `roll`: pays out what was bought and moves the rest into the current window. Anybody may. */
export function encodeRoll(window: number, ids: readonly number[]): Hex {
  return encode("roll", [window, [...ids]]);
}

/** The calldata of `refund`: sends orders of a void window back to their owners. Anybody may. */
export function encodeOrderRefund(window: number, ids: readonly number[]): Hex {
  return encode("refund", [window, [...ids]]);
}

/** The calldata of `cancel`: the owner takes orders of the current window back, until it locks. */
export function encodeOrderCancel(window: number, ids: readonly number[]): Hex {
  return encode("cancel", [window, [...ids]]);
}

/**
 * The calldata of `cancelNonces`: rules out an intent that has been signed and not been placed.
 *
 * @throws SdkError `AmountOutOfRange`
 */
export function encodeSealedNonceCancel(nonce: bigint): Hex {
  const checked = checkAmount(nonce, "nonce", 256);
  return encode("cancelNonces", [checked >> 8n, 1n << (checked & 0xffn)]);
}

/**
 * The calldata of `setApproval`: the owner approves an intent in place of a signature, or takes that back.
 *
 * @param intentHash what `hashSealedIntent` gives
 * @throws SdkError `InvalidHex`
 */
export function encodeSealedApproval(intentHash: Hex, approved = true): Hex {
  return encode("setApproval", [parseHex(intentHash, "intentHash", 32), approved]);
}

/**
 * The calldata of `collect`: a clearer takes what claims have set aside for it.
 *
 * @throws SdkError `InvalidAddress`
 */
export function encodeCollect(tokens: readonly Address[], to: Address): Hex {
  return encode("collect", [tokens.map((token) => parseAddress(token, "token")), parseAddress(to, "to")]);
}
