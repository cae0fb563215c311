import { AbiCoder, keccak256, Result } from "ethers";
import { SdkError } from "../errors.ts";
import { parseAddress, parseHex, type Address, type Hex } from "../hex.ts";
import { checkAmount } from "../intent/validateIntent.ts";
import type { AuctionPrice, MarginalOrder } from "./Auction.ts";
import { auctionInterface } from "./auctionInterface.ts";
import { decodePrice, encodePrice } from "./price.ts";

/** How far a clearing in pages has come: what `clear` returns, and takes for the next page. */
export type ClearProgress = {
  /** The first order that has not been looked at. */
  next: number;
  /** Whether some order in the money is executed short of its amount. */
  hasShort: boolean;
  /** Per token, atoms executed of the orders that sell it. */
  sold: readonly bigint[];
  /** Per token, atoms that the orders that buy it get at its price. */
  bought: readonly bigint[];
};

/** One call of `clear`. */
export type ClearPage = {
  window: number;
  /** One per token of the market. */
  prices: readonly AuctionPrice[];
  /** Those of this page's orders, ids ascending. */
  marginal: readonly MarginalOrder[];
  /** What the page before returned. Default: none, this is the first page. */
  progress?: ClearProgress;
  /** How many orders to look at. Default: all that are left. */
  maxOrders?: number;
  /** Makes the same prices a solution of their own, for who has begun one with wrong amounts. Default: zeros. */
  salt?: Hex;
};

/** Where a clearing begins. */
export const emptyProgress: ClearProgress = { next: 0, hasShort: false, sold: [], bought: [] };

const zeroSalt: Hex = `0x${"00".repeat(32)}`;
const maxUint256 = (1n << 256n) - 1n;
const amountBits = 112n;

/**
 * Marginal orders as the contract takes them: `id << 112 | amount` in one word each.
 *
 * @throws SdkError `InvalidMarginal` unless ids ascend and fit 32 bits; `AmountOutOfRange`
 */
export function encodeMarginal(marginal: readonly MarginalOrder[]): bigint[] {
  let last = -1;
  return marginal.map(({ id, executed }) => {
    if (!Number.isInteger(id) || id <= last || id > 0xffffffff) {
      throw new SdkError("InvalidMarginal", { id, last });
    }
    last = id;
    return (BigInt(id) << amountBits) | checkAmount(executed, `executed of order ${id.toString()}`, 112);
  });
}

/** Reads what {@link encodeMarginal} writes. */
export function decodeMarginal(words: readonly bigint[]): MarginalOrder[] {
  return words.map((word) => ({ id: Number(word >> amountBits), executed: BigInt.asUintN(112, word) }));
}

/**
 * The calldata of `clear`. Simulate it first: it returns the progress that the next page takes ({@link decodeClearResult}),
 * and the window is cleared when `next` is the number of orders.
 *
 * @example
 * const data = encodeClear({ window, prices, marginal });
 * await wallet.sendTransaction({ to: market.auction, data });
 *
 * @throws SdkError `InvalidPrice`, `InvalidMarginal`, `AmountOutOfRange`, `InvalidHex`
 */
export function encodeClear(page: ClearPage): Hex {
  const {
    window,
    prices,
    marginal,
    progress = emptyProgress,
    maxOrders = maxUint256,
    salt = zeroSalt,
  } = page;
  const args = [
    window,
    prices.map(encodePrice),
    encodeMarginal(marginal),
    [progress.next, progress.hasShort, [...progress.sold], [...progress.bought]],
    maxOrders,
    parseHex(salt, "salt", 32),
  ];
  return parseHex(auctionInterface.encodeFunctionData("clear", args), "calldata");
}

/**
 * What a call of `clear` answers.
 *
 * @throws SdkError `AuctionUnreadable` when it is no such answer
 */
export function decodeClearResult(answer: string): ClearProgress {
  try {
    const [progress] = Array.from<unknown>(auctionInterface.decodeFunctionResult("clear", answer));
    return readProgress(progress);
  } catch (cause) {
    throw new SdkError("AuctionUnreadable", { what: "clear", auction: "the auction" }, { cause });
  }
}

/**
 * Reads the calldata of `clear`.
 *
 * @throws SdkError `InvalidHex`, `InvalidCalldata`
 */
export function decodeClear(calldata: Hex): ClearPage {
  const data = parseHex(calldata, "calldata");
  try {
    const [window, prices, marginal, progress, maxOrders, salt] = Array.from<unknown>(
      auctionInterface.decodeFunctionData("clear", data),
    );
    return {
      window: Number(window),
      prices: readWords(prices).map(decodePrice),
      marginal: decodeMarginal(readWords(marginal)),
      progress: readProgress(progress),
      // More than a window can hold stands for all, which is how the field is left out.
      ...(Number(maxOrders) > 0xffffffff ? {} : { maxOrders: Number(maxOrders) }),
      salt: parseHex(salt, "salt", 32),
    };
  } catch (cause) {
    throw new SdkError("InvalidCalldata", { reason: "it is no call of clear" }, { cause });
  }
}

/**
 * What stands for a solution on chain: window, clearer, prices and salt.
 *
 * @throws SdkError `InvalidAddress`, `InvalidPrice`
 */
export function clearingKey(
  window: number,
  clearer: Address,
  prices: readonly AuctionPrice[],
  salt: Hex = zeroSalt,
): Hex {
  const values = [window, parseAddress(clearer, "clearer"), prices.map(encodePrice), salt];
  const preimage = AbiCoder.defaultAbiCoder().encode(["uint256", "address", "uint128[]", "bytes32"], values);
  return parseHex(keccak256(preimage), "key", 32);
}

function readWords(value: unknown): bigint[] {
  if (!(value instanceof Result)) throw new TypeError("a list is expected");
  return value.toArray().map((word) => checkAmount(word, "word", 256));
}

function readProgress(value: unknown): ClearProgress {
  if (!(value instanceof Result)) throw new TypeError("a struct is expected");
  const [next, hasShort, sold, bought] = Array.from<unknown>(value);
  return {
    next: Number(next),
    hasShort: hasShort === true,
    sold: readWords(sold),
    bought: readWords(bought),
  };
}
