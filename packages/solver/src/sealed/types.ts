/** An order of a sealed window, as the auction stores it: a placed intent, net of its fee budget. */
export interface SealedOrder {
  /** Position in its window. */
  readonly id: number;
  /** Positions in the market's list of tokens; they differ. */
  readonly sellToken: number;
  readonly buyToken: number;
  /** Most that is sold, in atoms: at least the token's minimum and below 2^112. */
  readonly amount: bigint;
  /** Least that the whole amount brings, in atoms, within the same bounds. `asked / amount` is the limit price. */
  readonly asked: bigint;
}

/** Everything that stands in one sealed window: the complete set, for the auction accepts nothing less. */
export interface SealedBook {
  /** Per token of the market, the least that an order may sell or ask of it, in atoms. */
  readonly minimums: readonly bigint[];
  /** By ascending id; cancelled orders are left out. */
  readonly orders: readonly SealedOrder[];
}

/** A price `mantissa * 2^exponent` per atom; only ratios of prices mean anything. */
export interface SealedPrice {
  /** 96 bits, the highest of them set. */
  readonly mantissa: bigint;
  /** 0 to 2^32 - 1. */
  readonly exponent: number;
}

/** What an order executes where the prices do not decide it. */
export interface MarginalAmount {
  readonly id: number;
  /** Atoms sold, positive. */
  readonly executed: bigint;
}

/** What the auction is told: prices, and the amounts that they leave open. */
export interface SealedOutcome {
  /** One per token of the market. */
  readonly prices: readonly SealedPrice[];
  /** By ascending id. */
  readonly marginal: readonly MarginalAmount[];
}

/**
 * How the prices were found. "exact": by the engine's certified equilibrium. "smoothed": an order within the band round its limit may
 * fill otherwise than in the equilibrium. "none": no limits cross.
 */
export type SealedMethod = "exact" | "smoothed" | "none";

/** An outcome that the auction accepts. */
export interface SealedSolution extends SealedOutcome {
  /** Nothing trades: no limits cross by more than the tolerance. The outcome is acceptable all the same. */
  readonly nothingToTrade: boolean;
  readonly certificate: SealedCertificate;
}

/** What is known about a solution, worked out by `verifySealed` from the book and the outcome alone. */
export interface SealedCertificate {
  readonly method: SealedMethod;
  /** Sold per token, in atoms. */
  readonly sold: readonly bigint[];
  /** Bought per token before what is over is shared out, in atoms. */
  readonly bought: readonly bigint[];
  /** Number of orders executed in full, in part, and not at all. */
  readonly full: number;
  readonly partial: number;
  readonly idle: number;
  /** Number of orders short by some atoms though the price beats their limit: the rounding allowance. */
  readonly short: number;
}
