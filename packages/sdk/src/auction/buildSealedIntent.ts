import { SdkError } from "../errors.ts";
import { parseAddress, zeroAddress, type Address } from "../hex.ts";
import { buildIntent, type BuildIntentInput } from "../intent/buildIntent.ts";
import type { Intent } from "../intent/Intent.ts";
import { checkAmount, validateIntent } from "../intent/validateIntent.ts";
import type { AuctionMarket, OrderTerms } from "./Auction.ts";
import { validToForWindows, windowsOf } from "./windows.ts";

/** The part of a market that an intent is checked against. */
export type SealedMarket = Pick<AuctionMarket, "auction" | "tokens" | "minimums" | "windowLength">;

/** What {@link buildSealedIntent} takes: {@link BuildIntentInput} without what the sealed lane fixes. */
export type SealedIntentInput = Omit<
  BuildIntentInput,
  "kind" | "partiallyFillable" | "startBuyAmount" | "decayEnd" | "condition" | "validTo" | "validFor"
> &
  (
    | {
        /** The current window and those after it: how many the intent is good for. More outlast a late inclusion. */
        windows: number;
        validTo?: never;
        validFor?: never;
      }
    | { validTo: number; windows?: never; validFor?: never }
    | { validFor: number; windows?: never; validTo?: never }
  );

/** Amounts of an order fit this many bits. */
const amountBits = 112;

/**
 * Builds an intent for the sealed lane and checks it. It is of kind "sell" and partially fillable, without decay and
 * condition; all of `sellAmount` brings at least `buyAmount`, whatever the fee. `conditionData` is a free tag.
 *
 * @param input `settler` is nobody or the auction
 * @param market `auctionDeployment(chainId, ...)`, or what `readAuction` answers
 *
 * @example
 * const intent = buildSealedIntent(
 *   { sellToken: usdc, sellAmount: 3_000_000_000n, buyToken: weth, buyAmount: 980_000_000_000_000_000n, windows: 3 },
 *   market,
 * );
 *
 * @throws SdkError as {@link buildIntent} and {@link validateSealedIntent}; `NoWindow` also when all of its windows have
 * locked, `InvalidCount` when `windows` is no whole number from 1
 */
export function buildSealedIntent(input: SealedIntentInput, market: SealedMarket): Intent {
  const { windows, validTo, validFor, now = Math.floor(Date.now() / 1000), ...terms } = input;
  const fixed = { kind: "sell", partiallyFillable: true, now } as const;
  const until = windows === undefined ? validTo : validToForWindows(market, windows, now);
  const intent = buildIntent(
    until === undefined
      ? { ...terms, ...fixed, validFor: validFor ?? 0 }
      : { ...terms, ...fixed, validTo: until },
  );
  orderTerms(intent, market);
  const range = windowsOf(market, intent);
  // The first lock after now is the earliest one that the intent can still take part in.
  const nextLock = (Math.floor(now / market.windowLength) + 1) * market.windowLength;
  if (range === null || intent.validTo < nextLock) throw noWindow(intent, market);
  return intent;
}

/**
 * Checks all about a sealed intent that can be told without a chain and a clock, and returns it with checksummed addresses.
 *
 * @throws SdkError as {@link validateIntent}; `NotSealable` for a field that the lane does not know, `TokenNotInMarket`,
 * `BelowMinimum`, `AmountOutOfRange` for an amount of more than 112 bits, `FeeWithoutRate`, `NoWindow`
 */
export function validateSealedIntent(intent: Intent, market: SealedMarket): Intent {
  const checked = validateIntent(intent);
  orderTerms(checked, market);
  if (windowsOf(market, checked) === null) throw noWindow(checked, market);
  return checked;
}

/**
 * The order that an intent becomes when it is placed.
 *
 * @throws SdkError `NotSealable`, `TokenNotInMarket`, `BelowMinimum`, `AmountOutOfRange`, `FeeWithoutRate`
 */
export function orderTerms(intent: Intent, market: SealedMarket): OrderTerms {
  checkLane(intent, market);
  const sellToken = placeOf(intent.sellToken, "sellToken", market);
  const buyToken = placeOf(intent.buyToken, "buyToken", market);
  const amount = intent.sellAmount - intent.maxFee;
  checkMinimum(amount, "sellAmount - maxFee", market.minimums[sellToken]);
  checkMinimum(intent.buyAmount, "buyAmount", market.minimums[buyToken]);
  return { amount, asked: intent.buyAmount, sellToken, buyToken };
}

function checkLane(intent: Intent, { auction }: SealedMarket): void {
  const refuse = (field: keyof Intent, reason: string) => new SdkError("NotSealable", { field, reason });
  if (intent.kind !== "sell") throw refuse("kind", 'it takes "sell" only');
  if (!intent.partiallyFillable) throw refuse("partiallyFillable", "every order may be executed in part");
  if (intent.startBuyAmount !== 0n) throw refuse("startBuyAmount", "a limit is fixed, without decay");
  if (intent.condition !== zeroAddress) throw refuse("condition", "it asks no conditions");
  if (intent.settler !== zeroAddress && intent.settler !== parseAddress(auction, "auction")) {
    throw refuse("settler", "it is nobody or the auction itself");
  }
  if ((intent.maxFee === 0n) !== (intent.feePerWei === 0n)) {
    throw new SdkError("FeeWithoutRate", { maxFee: intent.maxFee, feePerWei: intent.feePerWei });
  }
}

function placeOf(token: Address, field: string, { tokens, auction }: SealedMarket): number {
  const place = tokens.indexOf(token);
  if (place < 0) throw new SdkError("TokenNotInMarket", { field, token, auction });
  return place;
}

function checkMinimum(amount: bigint, field: string, minimum = 0n): void {
  checkAmount(amount, field, amountBits);
  if (amount < minimum) throw new SdkError("BelowMinimum", { field, amount, minimum });
}

function noWindow({ validFrom, validTo }: Intent, { windowLength }: SealedMarket): SdkError {
  return new SdkError("NoWindow", { validFrom, validTo, windowLength });
}
