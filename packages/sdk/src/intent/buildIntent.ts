import { SdkError } from "../errors.ts";
import { parseAddress, parseHex, zeroAddress } from "../hex.ts";
import type { Intent, IntentKind } from "./Intent.ts";
import { checkTime, validateIntent } from "./validateIntent.ts";

/** What {@link buildIntent} takes: {@link Intent}, with a default for everything but tokens, amounts and the end. */
export type BuildIntentInput = {
  sellToken: string;
  buyToken: string;
  /** Atoms. */
  sellAmount: bigint;
  /** Atoms. */
  buyAmount: bigint;
  /** Default: the zero address, which stands for the owner. */
  receiver?: string;
  /** Default: 0, no decay. */
  startBuyAmount?: bigint;
  /** Default: 0, the keeper works for nothing or for what rounding leaves. */
  maxFee?: bigint;
  /** Default: 0, only `maxFee` bounds the fee. */
  feePerWei?: bigint;
  /** Default: 0, valid at once. */
  validFrom?: number;
  /** Default: 0, no decay. */
  decayEnd?: number;
  /** Default: {@link randomNonce}. */
  nonce?: bigint;
  /** Default: "sell". */
  kind?: IntentKind;
  /** Default: false, fill or kill. */
  partiallyFillable?: boolean;
  /** Default: zero, anyone may settle. */
  settler?: string;
  /** Default: zero, no condition. */
  condition?: string;
  /** Default: no bytes. */
  conditionData?: string;
  /** The clock, in seconds. Default: this machine's. */
  now?: number;
} & ({ validTo: number; validFor?: never } | { validFor: number; validTo?: never });

/**
 * Builds an intent and checks it.
 *
 * @example
 * const intent = buildIntent({
 *   sellToken: usdc, sellAmount: 1_000_000_000n,       // give exactly 1,000 USDC
 *   buyToken: weth, buyAmount: 300_000_000_000_000_000n, // for at least 0.3 WETH
 *   validFor: 600,                                     // within ten minutes
 * });
 *
 * @throws SdkError as {@link validateIntent}; `InvalidValidity` also when the intent would already be over
 */
export function buildIntent(input: BuildIntentInput): Intent {
  const now = input.now ?? Math.floor(Date.now() / 1000);
  // A validity too long for the field is cut at the field's end, the year 2106.
  const validTo = input.validTo ?? Math.min(now + checkTime(input.validFor, "validFor"), 0xffffffff);
  const intent = validateIntent({
    sellToken: parseAddress(input.sellToken, "sellToken"),
    buyToken: parseAddress(input.buyToken, "buyToken"),
    receiver: parseAddress(input.receiver ?? zeroAddress, "receiver"),
    sellAmount: input.sellAmount,
    buyAmount: input.buyAmount,
    startBuyAmount: input.startBuyAmount ?? 0n,
    maxFee: input.maxFee ?? 0n,
    feePerWei: input.feePerWei ?? 0n,
    validFrom: input.validFrom ?? 0,
    decayEnd: input.decayEnd ?? 0,
    validTo,
    nonce: input.nonce ?? randomNonce(),
    kind: input.kind ?? "sell",
    partiallyFillable: input.partiallyFillable ?? false,
    settler: parseAddress(input.settler ?? zeroAddress, "settler"),
    condition: parseAddress(input.condition ?? zeroAddress, "condition"),
    conditionData: parseHex(input.conditionData ?? "0x", "conditionData"),
  });
  if (intent.validTo <= now) {
    throw new SdkError("InvalidValidity", { validFrom: intent.validFrom, validTo: intent.validTo, now });
  }
  return intent;
}

/**
 * A random nonce of 64 bits, which is the size that a batch packs cheapest. Consecutive nonces of one owner share
 * storage and settle cheaper still (about 17,000 gas): owners who sign often may count upward instead.
 */
export function randomNonce(): bigint {
  const [nonce = 0n] = crypto.getRandomValues(new BigUint64Array(1));
  return nonce;
}
