import { SdkError } from "../errors.ts";
import type { Intent } from "../intent/Intent.ts";

const maxUint128 = (1n << 128n) - 1n;

export type FillTerms = {
  /** The clearing prices of the intent's tokens, on a common scale. */
  prices: { sell: bigint; buy: bigint };
  /** Of sellAmount for kind "sell" (fee included), of buyAmount for kind "buy"; atoms. */
  executed: bigint;
  /** Sell-token atoms for the keeper. Default: 0. */
  fee?: bigint;
};

/**
 * What the contract makes of a fill at clearing prices, to the atom:
 * - sell: sold = executed; bought = floor((executed - fee) * sellPrice / buyPrice)
 * - buy: bought = executed; sold = ceil(executed * buyPrice / sellPrice) + fee
 *
 * Whether that keeps the limit and the fee's cap is not looked at.
 *
 * @throws SdkError `InvalidFill` where the contract reverts: a price of 0, a fee above the sold amount, an amount beyond
 * 128 bits
 */
export function computeFill(
  intent: Pick<Intent, "kind">,
  { prices, executed, fee = 0n }: FillTerms,
): { sold: bigint; bought: bigint } {
  const limits = { "the sell price": prices.sell, "the buy price": prices.buy, executed, fee };
  for (const [what, value] of Object.entries(limits)) {
    if (value < 0n || value > maxUint128) {
      throw new SdkError("InvalidFill", {
        reason: `${what} is ${value.toString()} and does not fit 128 bits`,
      });
    }
  }
  if (prices.sell === 0n || prices.buy === 0n) throw new SdkError("InvalidFill", { reason: "a price is 0" });

  let sold = executed;
  let bought = executed;
  if (intent.kind === "sell") {
    if (fee > executed) throw new SdkError("InvalidFill", { reason: "the fee is more than what is sold" });
    bought = ((executed - fee) * prices.sell) / prices.buy;
  } else {
    sold = (executed * prices.buy + prices.sell - 1n) / prices.sell + fee;
  }
  if (sold > maxUint128 || bought > maxUint128) {
    throw new SdkError("InvalidFill", { reason: "at these prices an amount does not fit 128 bits" });
  }
  return { sold, bought };
}
