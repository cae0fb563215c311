import {
  concat,
  getCreate2Address,
  getCreateAddress,
  Interface,
  keccak256,
  toBeHex,
  zeroPadValue,
} from "ethers";
import { settlementInterface } from "./batch/settlementInterface.ts";
import type { LogEntry } from "./batch/settlementLogs.ts";
import { SdkError } from "./errors.ts";
import { parseAddress, parseHex, type Address, type Hex } from "./hex.ts";
import { buildIntent, randomNonce, type BuildIntentInput } from "./intent/buildIntent.ts";
import { readIntentStruct } from "./intent/intentStruct.ts";
import type { Intent, SignedIntent } from "./intent/Intent.ts";
import { checkAmount, checkIntentFields } from "./intent/validateIntent.ts";

const intentType = settlementInterface.getFunction("hashIntent")?.inputs[0]?.format("full") ?? "";

const nativeInterface = /* @__PURE__ */ new Interface([
  `event Deposit(bytes32 indexed intentHash, address indexed depositor, ${intentType})`,
  `function deposit(${intentType}) payable returns (bytes32)`,
  `function withdraw(${intentType}, address to)`,
  `function refund(${intentType})`,
  "function unwrap(address user)",
  "function claim(address token, address to)",
]);

/* SELLING THE COIN */

/**
 * A nonce for a deposit: the depositor in the upper 160 bits, so that nobody else can use it up, and a number below.
 *
 * @param number uint96, never used by the depositor before; default: random
 * @throws SdkError `InvalidAddress`, `AmountOutOfRange`
 */
export function nativeNonce(depositor: Address, number?: bigint): bigint {
  const low = checkAmount(number ?? randomNonce() % (1n << 96n), "number", 96);
  return (BigInt(parseAddress(depositor, "depositor")) << 96n) | low;
}

/** What {@link buildNativeSale} takes: {@link BuildIntentInput} without what a deposit fixes. */
export type NativeSaleInput = Omit<
  BuildIntentInput,
  "sellToken" | "sellAmount" | "nonce" | "kind" | "validTo" | "validFor"
> & {
  depositor: Address;
  /** Wei to sell. */
  value: bigint;
  /** The lower part of the nonce, see {@link nativeNonce}. */
  number?: bigint;
} & ({ validTo: number; validFor?: never } | { validFor: number; validTo?: never });

/**
 * An intent that sells the chain's own coin, to be deposited.
 *
 * @param sale of kind "sell", under a nonce of the depositor's; the receiver is the depositor unless named
 * @param wrapped the wrapped coin: `peripheryDeployment(chainId).wrappedNative`
 *
 * @example
 * const intent = buildNativeSale({ depositor, value: 10n ** 18n, buyToken: usdc, buyAmount, validFor: 600 }, weth);
 * await wallet.sendTransaction({ to: nativeIntents, data: encodeNativeDeposit(intent), value: intent.sellAmount });
 * await keeper.postIntent(nativeSignedIntent(intent, nativeIntents));
 *
 * @throws SdkError as {@link buildIntent} and {@link nativeNonce}
 */
export function buildNativeSale(
  { depositor, value, number, ...terms }: NativeSaleInput,
  wrapped: Address,
): Intent {
  return buildIntent({
    receiver: depositor,
    ...terms,
    kind: "sell",
    sellToken: wrapped,
    sellAmount: checkAmount(value, "value", 128, 1n),
    nonce: nativeNonce(depositor, number),
  });
}

/**
 * A deposited intent as keepers take it: `NativeIntents` owns it and vouches for it by ERC-1271.
 *
 * @throws SdkError `InvalidAddress`
 */
export function nativeSignedIntent(intent: Intent, nativeIntents: Address): SignedIntent {
  return {
    intent,
    signature: {
      scheme: "eip1271",
      owner: parseAddress(nativeIntents, "nativeIntents"),
      signature: parseHex(toBeHex(intent.nonce, 32), "signature"),
    },
  };
}

/**
 * The calldata of `deposit`; send `intent.sellAmount` wei along.
 *
 * @throws SdkError as {@link checkIntentFields}
 */
export function encodeNativeDeposit(intent: Intent): Hex {
  return parseHex(nativeInterface.encodeFunctionData("deposit", [checkIntentFields(intent)]), "calldata");
}

/**
 * The calldata of `withdraw`: the depositor takes back what is not sold, at any time.
 *
 * @param to gets the coin
 * @throws SdkError `InvalidAddress`, and as {@link checkIntentFields}
 */
export function encodeNativeWithdraw(intent: Intent, to: Address): Hex {
  const args = [checkIntentFields(intent), parseAddress(to, "to")];
  return parseHex(nativeInterface.encodeFunctionData("withdraw", args), "calldata");
}

/**
 * The calldata of `refund`: anybody sends what is not sold back to the depositor, when the intent has expired.
 *
 * @throws SdkError as {@link checkIntentFields}
 */
export function encodeNativeRefund(intent: Intent): Hex {
  return parseHex(nativeInterface.encodeFunctionData("refund", [checkIntentFields(intent)]), "calldata");
}

/**
 * The intents that were deposited, from the logs of transactions: all that a keeper needs to settle them. Those that make
 * no sense (and can only be withdrawn again) are passed over.
 *
 * @param nativeIntents logs of other contracts are passed over, too
 * @throws SdkError `InvalidAddress`
 */
export function decodeNativeDeposits(logs: readonly LogEntry[], nativeIntents: Address): SignedIntent[] {
  const contract = parseAddress(nativeIntents, "nativeIntents");
  return logs.flatMap((log) => {
    if (log.topics.length === 0 || parseAddress(log.address) !== contract) return [];
    const parsed = nativeInterface.parseLog(log);
    const intent = parsed?.name === "Deposit" ? readIntent(parsed.args.getValue("intent")) : null;
    return intent === null ? [] : [nativeSignedIntent(intent, contract)];
  });
}

/** The intent of an event; null if it makes no sense. */
function readIntent(fields: unknown): Intent | null {
  try {
    return readIntentStruct(fields);
  } catch (error) {
    if (error instanceof SdkError) return null;
    throw error;
  }
}

/* BUYING THE COIN */

/** The code of a minimal proxy (ERC-1167), around the address of what it runs. */
const cloneCode = ["0x3d602d80600a3d3981f3363d3d373d3d3d363d73", "0x5af43d82803e903d91602b57fd5bf3"] as const;

/**
 * The receiver to name in an intent that buys the wrapped coin, for a user who wants the coin itself.
 *
 * Computed without a chain; equals `receiverOf(user)` of the contract.
 *
 * @throws SdkError `InvalidAddress`
 */
export function nativeReceiver(user: Address, nativeIntents: Address): Address {
  const factory = parseAddress(nativeIntents, "nativeIntents");
  // The contract's constructor makes one other contract, the code that the receivers run.
  const code = getCreateAddress({ from: factory, nonce: 1 });
  const salt = zeroPadValue(parseAddress(user, "user"), 32);
  const initCodeHash = keccak256(concat([cloneCode[0], code, cloneCode[1]]));
  return parseAddress(getCreate2Address(factory, salt, initCodeHash));
}

/**
 * The calldata of `unwrap`: anybody sends the user what has arrived for the user, as the coin.
 *
 * @throws SdkError `InvalidAddress`
 */
export function encodeNativeUnwrap(user: Address): Hex {
  const data = nativeInterface.encodeFunctionData("unwrap", [parseAddress(user, "user")]);
  return parseHex(data, "calldata");
}

/**
 * The calldata of `claim`: the user takes what has arrived, to any account.
 *
 * @param token the zero address for the coin; else a token, the wrapped coin too, as it is
 * @throws SdkError `InvalidAddress`
 */
export function encodeNativeClaim(token: Address, to: Address): Hex {
  const args = [parseAddress(token, "token"), parseAddress(to, "to")];
  return parseHex(nativeInterface.encodeFunctionData("claim", args), "calldata");
}
