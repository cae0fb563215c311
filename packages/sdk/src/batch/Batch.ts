import { SdkError } from "../errors.ts";
import { parseAddress, type Address, type Hex } from "../hex.ts";
import type { SignedIntent } from "../intent/Intent.ts";

/** One execution of a signed intent. */
export type Fill = SignedIntent & {
  /** Of sellAmount for kind "sell" (fee included), of buyAmount for kind "buy"; atoms. uint128. */
  executed: bigint;
  /** What the keeper takes in this fill, in sell-token atoms. uint128. */
  fee: bigint;
};

/** Indices of two fills: what `from` sells goes straight to the receiver of `to`. */
export type Transfer = readonly [from: number, to: number];

/** What a keeper submits to `settle`. */
export type Batch = {
  /** In strictly ascending order; {@link batchTokens} lists them. At most 256. */
  tokens: Address[];
  /** The clearing price of each token, on any common scale; above 0. uint128. */
  prices: bigint[];
  /** At most 65,535. */
  fills: Fill[];
  /** Carried out in this order. */
  transfers: Transfer[];
  /** Handed to the keeper's own callback; "0x" for none. */
  callbackData: Hex;
};

/** A token is named by a uint8 in a packed fill. */
export const maxTokens = 256;

/** Fills are counted, and named in transfers, by a uint16. */
export const maxFills = 0xffff;

const ascending = (a: Address, b: Address) => (BigInt(a) < BigInt(b) ? -1 : 1);

/**
 * The tokens of the intents, each once, in the ascending order that a batch needs.
 *
 * @throws SdkError `InvalidAddress`
 */
export function batchTokens(fills: readonly Pick<SignedIntent, "intent">[]): Address[] {
  const tokens = fills.flatMap(({ intent }) => [intent.sellToken, intent.buyToken]);
  return [...new Set(tokens.map((token) => parseAddress(token, "token")))].sort(ascending);
}

/**
 * The tokens with their checksums.
 *
 * @throws SdkError `InvalidTokens` unless there are at most 256, strictly ascending; `InvalidAddress`
 */
export function parseTokens(tokens: readonly Address[]): Address[] {
  if (tokens.length > maxTokens) {
    throw new SdkError("InvalidTokens", { reason: `${tokens.length} tokens are too many` });
  }
  let previous = -1n;
  return tokens.map((token, index) => {
    const parsed = parseAddress(token, `token ${index}`);
    const number = BigInt(parsed);
    if (number <= previous) {
      throw new SdkError("InvalidTokens", { reason: `token ${index} is not greater than the one before it` });
    }
    previous = number;
    return parsed;
  });
}
