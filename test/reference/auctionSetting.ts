/** The market of the auction's lives, and who takes part in them. */
import type { AuctionMarket } from "@walras/sdk";
import { accounts, type Account } from "./world.ts";

export type AuctionWorld = {
  market: AuctionMarket;
  /** The adapter of a data fee; every other life has one. */
  dataFee: string;
  /** Reads many balances at once. */
  reader: string;
};

const tokenCount = 4;
export const auctionTerms = { windowLength: 300, timeout: 900, minimum: 1n << 20n, tokenCount };

export const auctionOwners: readonly Account[] = [...accounts.owners, accounts.poor];
/** Who clears, and who does everything else that anybody may. */
export const [clearer, stranger] = accounts.keepers.map(({ address }) => address) as [string, string];

/** Everybody whose balances are compared, but for the auction. */
export const auctionHolders = [...auctionOwners.map(({ address }) => address), clearer, stranger];

/** What everybody begins with, of each token. */
export const auctionFunds = (holder: string): bigint => {
  if (holder === accounts.poor.address) return 10n ** 9n;
  return auctionOwners.some(({ address }) => address === holder) ? 1n << 125n : 0n;
};
