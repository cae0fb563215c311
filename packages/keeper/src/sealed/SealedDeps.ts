import type { ChainFee, DataFees } from "../chain/dataFees.ts";
import type { BlockRef } from "../domain.ts";
import type { SealedSolver } from "../pipeline/solve.ts";
import type { SitOut } from "../pipeline/sitOut.ts";
import type { SubmitDeps } from "../pipeline/submit.ts";
import type { ServedAuction } from "./auctionMarket.ts";

/** What the rooms of the sealed lane share. */
export type SealedDeps = SubmitDeps & {
  solver: SealedSolver;
  sitOut: SitOut;
  /** Do what has to be done also where the fees do not pay for the gas. */
  atOwnCost: boolean;
  /** What 10^18 atoms of a token are worth in wei, by its address in lower case. */
  tokenValues: ReadonlyMap<string, bigint>;
  /** Depth, counting its own block, at which a block is taken for final. */
  confirmations: number;
  dataFees: DataFees;
  /** Told when somebody else has cleared a window that this keeper was about to. */
  lostRace: () => void;
};

/** What a step costs is reckoned with. */
export type SealedPrices = Pick<SealedMoment, "auction" | "head" | "gasPrice" | "chainFee">;

/** The moment for which something is decided. */
export type SealedMoment = {
  auction: ServedAuction;
  /** The block that is looked at. */
  head: BlockRef;
  /** Seconds between blocks. */
  blockInterval: number;
  /** The gas price that a transaction sent now pays at least, in wei. */
  gasPrice: bigint;
  /** What the chain charges beside it. */
  chainFee: ChainFee;
};
