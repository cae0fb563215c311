import { SdkError } from "../errors.ts";
import type { Intent } from "../intent/Intent.ts";
import { checkTime } from "../intent/validateIntent.ts";
import type { AuctionMarket } from "./Auction.ts";

type Clock = Pick<AuctionMarket, "windowLength">;

/** Windows `first` to `last`, both included. */
export type WindowRange = { first: number; last: number };

/**
 * The window that takes orders at a time.
 *
 * @param time seconds, block time
 * @throws SdkError `InvalidTime`
 */
export function windowAt({ windowLength }: Clock, time: number): number {
  return Math.floor(checkTime(time, "time") / windowLength);
}

/** The second, block time, from which a window takes no more orders and no cancellations, and can be cleared. */
export function lockOf({ windowLength }: Clock, window: number): number {
  return (window + 1) * windowLength;
}

/** The last second, block time, in which a window can be cleared; later it is void. */
export function clearableUntil(market: Clock & Pick<AuctionMarket, "timeout">, window: number): number {
  return lockOf(market, window) + market.timeout;
}

/**
 * The windows that an intent may take part in: those that lock within its validity. Null when no window does.
 *
 * @example
 * const range = windowsOf(market, intent);
 * if (range !== null && range.last >= windowAt(market, now)) place(intent);
 */
export function windowsOf(market: Clock, intent: Pick<Intent, "validFrom" | "validTo">): WindowRange | null {
  const { windowLength } = market;
  const first = Math.max(0, Math.ceil(intent.validFrom / windowLength) - 1);
  const last = Math.floor(intent.validTo / windowLength) - 1;
  return last < first ? null : { first, last };
}

/**
 * The last second of validity that makes an intent good for the current window and those after it.
 *
 * @param windows how many, from 1
 * @throws SdkError `InvalidCount`, `InvalidTime`
 */
export function validToForWindows(market: Clock, windows: number, now: number): number {
  if (!Number.isSafeInteger(windows) || windows < 1) throw new SdkError("InvalidCount", { value: windows });
  return checkTime(lockOf(market, windowAt(market, now) + windows - 1), "validTo");
}
