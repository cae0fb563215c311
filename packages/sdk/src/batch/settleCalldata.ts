import { AbiCoder, ParamType, Result } from "ethers";
import { SdkError } from "../errors.ts";
import { parseAddress, parseHex, type Hex } from "../hex.ts";
import { checkAmount } from "../intent/validateIntent.ts";
import { parseTokens, type Batch } from "./Batch.ts";
import { decodeFills } from "./decodeFills.ts";
import { encodeFills, type EncodeFillsOptions } from "./encodeFills.ts";
import { decodeTransfers, encodeTransfers } from "./transfers.ts";

/** `settle((address[],uint128[],bytes,bytes,bytes))` */
const settleSelector: Hex = "0xe10e484e";

const batchType = /* @__PURE__ */ ParamType.from(
  "tuple(address[] tokens, uint128[] prices, bytes fills, bytes transfers, bytes callbackData)",
);

/**
 * The calldata of `settle` for a batch.
 *
 * @example
 * await wallet.sendTransaction({ to: settlementDeployment(chainId).address, data: encodeSettle(batch) });
 *
 * @throws SdkError `InvalidTokens` (also for prices that are missing or 0), `InvalidTransfer`, and as {@link encodeFills}
 */
export function encodeSettle(batch: Batch, options: EncodeFillsOptions = {}): Hex {
  const tokens = parseTokens(batch.tokens);
  if (batch.prices.length !== tokens.length) {
    throw new SdkError("InvalidTokens", {
      reason: `there are ${tokens.length} tokens and ${batch.prices.length} prices`,
    });
  }
  const prices = batch.prices.map((price, index) =>
    checkAmount(price, `the price of token ${index}`, 128, 1n),
  );

  const values = [
    tokens,
    prices,
    encodeFills(batch.fills, tokens, options),
    encodeTransfers(batch.transfers, batch.fills.length),
    parseHex(batch.callbackData, "callbackData"),
  ];
  const args = AbiCoder.defaultAbiCoder().encode([batchType], [values]);
  return parseHex(settleSelector + args.slice(2), "calldata");
}

/**
 * Reads the calldata of `settle`. {@link encodeSettle} gives the same bytes again if the batch was made by it.
 *
 * @throws SdkError `InvalidHex`; `InvalidCalldata` when it is no call of `settle`; `InvalidPackedFills`,
 * `InvalidPackedTransfers`
 */
export function decodeSettle(calldata: Hex): Batch {
  const data = parseHex(calldata, "calldata");
  if (!data.startsWith(settleSelector)) {
    throw new SdkError("InvalidCalldata", {
      reason: `the selector is ${data.slice(0, 10)}, not ${settleSelector}`,
    });
  }
  const { tokens, prices, fills, transfers, callbackData } = readArguments(`0x${data.slice(10)}`);
  return {
    tokens,
    prices,
    fills: decodeFills(fills, tokens),
    transfers: decodeTransfers(transfers),
    callbackData,
  };
}

function readArguments(data: Hex) {
  try {
    const [batch] = Array.from<unknown>(AbiCoder.defaultAbiCoder().decode([batchType], data));
    if (!(batch instanceof Result)) throw new Error("a struct expected");
    const [tokens, prices, fills, transfers, callbackData] = Array.from<unknown>(batch.toArray(true));
    if (!Array.isArray(tokens) || !Array.isArray(prices)) throw new Error("lists expected");
    return {
      tokens: tokens.map((token) => parseAddress(token)),
      prices: prices.map((price) => checkAmount(price, "price")),
      fills: parseHex(fills, "fills"),
      transfers: parseHex(transfers, "transfers"),
      callbackData: parseHex(callbackData, "callbackData"),
    };
  } catch (cause) {
    throw new SdkError("InvalidCalldata", { reason: "its arguments do not decode" }, { cause });
  }
}
