/** Finds a part of a list that the chain accepts, where one bad element spoils a call for all. */
import type { AuctionError } from "@walras/sdk";

/** What a try of some elements came to. */
export type Try<Accepted> =
  | { outcome: "accepted"; accepted: Accepted }
  | { outcome: "reverted"; error: AuctionError }
  | { outcome: "tooBig" };

export type Sifted<Item, Accepted> = {
  /** What was accepted, and of which elements; null when nothing of it is. */
  found: { items: Item[]; accepted: Accepted } | null;
  /** Elements that are bad by themselves, with what the contract says. */
  bad: { item: Item; error: AuctionError }[];
};

/** Simulations for one call. What they do not sort out waits for the next block. */
const mostTries = 24;

/**
 * Tries a list, leaves out whom the contract names, and halves it where it names nobody or where it is too much at once.
 *
 * @param culprit the element that an error names, as an index into the list; null if it names none
 */
export async function sift<Item, Accepted>(
  items: readonly Item[],
  attempt: (items: Item[]) => Promise<Try<Accepted>>,
  culprit: (error: AuctionError, items: readonly Item[]) => number | null,
): Promise<Sifted<Item, Accepted>> {
  const bad: Sifted<Item, Accepted>["bad"] = [];
  let left = [...items];
  for (let i = 0; i < mostTries && left.length > 0; i++) {
    const tried = await attempt(left);
    if (tried.outcome === "accepted") return { found: { items: left, accepted: tried.accepted }, bad };
    if (tried.outcome === "reverted") {
      const named = left.length === 1 ? 0 : culprit(tried.error, left);
      const item = named === null ? undefined : left[named];
      if (item !== undefined) {
        bad.push({ item, error: tried.error });
        left = left.filter((other) => other !== item);
        continue;
      }
    }
    if (left.length === 1) break;
    left = left.slice(0, Math.ceil(left.length / 2));
  }
  return { found: null, bad };
}
