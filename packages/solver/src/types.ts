import type { Mip } from "./mip.ts";
import type { Pool, Swap } from "./pools/pool.ts";

/** An EVM address, `0x` and 40 hex digits. Compared without regard to case, handed back as it came. */
export type Address = string;

/** "sell": the amount sold is exact; "buy": the amount bought is exact. */
export type IntentKind = "sell" | "buy";

/** A token of the book. Only `address` is needed to match; the rest serves display and valuation. */
export interface BookToken {
  readonly address: Address;
  readonly symbol?: string;
  readonly decimals?: number;
  /** What 10^18 atoms of the token are worth, in 10^-18 of a common reference token. */
  readonly referencePrice?: bigint;
}

/**
 * One intent as the matcher sees it: its limit is already decayed to the batch's time and its fee already quoted.
 * Amounts are atoms and below 2^128.
 */
export interface BookIntent {
  /** The intent hash, or any other text that is unique in the book. */
  readonly id: string;
  readonly owner: Address;
  readonly sellToken: Address;
  readonly buyToken: Address;
  readonly kind: IntentKind;
  /** Most that the owner gives for a full fill, fee included. */
  readonly sellAmount: bigint;
  /** For kind "buy", the exact amount of a full fill; for kind "sell", the signed least amount (informative here). */
  readonly buyAmount: bigint;
  /** Least that the receiver gets for the whole `sellAmount` at the batch's time: the limit is `limitBuyAmount / sellAmount`. */
  readonly limitBuyAmount: bigint;
  readonly partiallyFillable: boolean;
  /** What earlier batches have executed: sell atoms for kind "sell", buy atoms for kind "buy". */
  readonly filled: bigint;
  /** Signed cap on the fee for a full fill, in sell atoms. */
  readonly maxFee: bigint;
  /** What the keeper charges for a full fill, in sell atoms, at most `maxFee`; a part is charged in proportion, rounded down. */
  readonly fee: bigint;
  /** Two intents of one owner with one nonce exclude each other. */
  readonly nonce: bigint;
}

/** What an owner can spend of a token (the smaller of balance and allowance), in atoms; 0 if unknown. */
export type Spendable = (owner: Address, token: Address) => bigint;

/** The input of {@link solve}: everything that one batch may draw on. */
export interface Book {
  readonly tokens: readonly BookToken[];
  readonly intents: readonly BookIntent[];
  readonly spendable: Spendable;
  /** Pools that the keeper can swap on, as they stand now. */
  readonly pools?: readonly Pool[];
  /** Oddities that {@link parseBook} met and worked around, one sentence each. */
  readonly warnings?: readonly string[];
}

/** What one intent does in the batch, in atoms. */
export interface Fill {
  readonly intentId: string;
  /** `sold` for kind "sell", `bought` for kind "buy": the amount that the contract is given. */
  readonly executed: bigint;
  /** What the owner gives, fee included. */
  readonly sold: bigint;
  /** What the receiver gets. */
  readonly bought: bigint;
  /** The keeper's part of `sold`. */
  readonly fee: bigint;
  /**
   * What the intent gains beyond its limit. Kind "sell", in buy atoms: `bought - ceil(sold * limitBuyAmount / sellAmount)`;
   * kind "buy", in sell atoms: `floor(bought * sellAmount / limitBuyAmount) - sold`.
   */
  readonly surplus: bigint;
}

/** A step of the settlement: fill `from` sells the token that fill `to` buys; the smaller of owed and wanted moves. */
export type Transfer = readonly [from: number, to: number];

/** What the keeper is left with of one token once every buyer is paid. */
export interface KeeperShare {
  readonly token: Address;
  /** Sum of sold less sum of bought, with what swaps bring and less what they take. Never negative. */
  readonly amount: bigint;
  /** Sum of the fees charged in this token. */
  readonly fees: bigint;
  /**
   * `amount - fees`: what rounding leaves, of fills and of swaps. Negative where whole fills needed a part of the fee of this token for their
   * buyers; its worth then comes in as dust of another token.
   */
  readonly dust: bigint;
}

/** Why an intent is not in the solution. */
export type UnfilledReason =
  | "malformed"
  | "duplicate-id"
  | "same-token"
  | "already-filled"
  | "insufficient-balance"
  | "no-counterparty"
  | "limit-out-of-reach"
  | "nonce-conflict"
  | "balance-shared"
  | "fill-or-kill-unmatched"
  | "too-small"
  | "outmatched"
  | "batch-full"
  | "fee-below-gas";

/** An intent that the solution leaves out, with a code for machines and a sentence for people. */
export interface Unfilled {
  readonly intentId: string;
  readonly reason: UnfilledReason;
  readonly detail: string;
}

/** Total surplus of the fills in atoms of one token. */
export interface TokenSurplus {
  readonly token: Address;
  readonly surplus: bigint;
}

/** A price of the certificate that bounds what any batch could be worth. */
export interface DualPrice {
  readonly token: Address;
  /** What surplus counts in this token: its reference price, or else its price in the equilibrium. */
  readonly unit: bigint;
  /** The token's dual price in 2^-32 of the scale of `unit`, and never below it. */
  readonly dual: bigint;
}

/** What a solution is worth to the signers, beyond their limits. */
export interface SolutionValue {
  readonly perToken: readonly TokenSurplus[];
  /**
   * "reference": all tokens used have a reference price (of a batch without fills: all that could have been used), and the
   * figures below are in 10^-18 of the reference token.
   * "equilibrium": they are sums of atoms times the price of the equilibrium in which everybody may fill in part (see
   * `certificate`); parts of the batch that share no token have scales of their own, so compare such figures only within
   * one solution.
   */
  readonly basis: "reference" | "equilibrium";
  /** Worth of all surplus, in the unit of `basis`. */
  readonly surplus: bigint;
  /** Worth of all that is bought, in the unit of `basis`. */
  readonly volume: bigint;
  /**
   * No batch of this book is worth more surplus, in the unit of `basis`. It holds for all prices and all choices of fills,
   * even where fill-or-kill intents could fill in part; where `basis` is "reference", for all batches of tokens that have
   * a reference price.
   */
  readonly bound: bigint;
  /** `bound - surplus`: at most this much is missed. */
  readonly gap: bigint;
  /** What proves the bound: the verifier needs nothing else to work it out again. */
  readonly certificate: readonly DualPrice[];
}

/** How the solution was found. */
export interface SolveStats {
  /** Intents that could take part once the impossible ones were set aside. */
  readonly candidates: number;
  /** Parts of the book that share no token and were cleared on their own. */
  readonly components: number;
  /** Price vectors tried. */
  readonly rounds: number;
  /** Evaluations of the demand of a whole part. */
  readonly evaluations: number;
  /** Whether every equilibrium that a price came from was found to full precision by the fast method. */
  readonly certified: boolean;
  /** Parts for which the slow and sure method had to step in. */
  readonly fallbacks: number;
  /** Parts whose first answer the verifier refused, so that intents were dropped until it accepted. */
  readonly degraded: number;
}

/** A batch that the contract accepts, as far as the book tells. Made only by {@link solve}, checked by {@link verifySolution}. */
export interface Solution {
  /** Tokens that fills or swaps use, strictly ascending by numeric address. */
  readonly tokens: readonly Address[];
  /** One clearing price per token, positive and below 2^128, on a common scale: atoms of token i are worth `prices[i]` each. */
  readonly prices: readonly bigint[];
  readonly fills: readonly Fill[];
  readonly transfers: readonly Transfer[];
  /** Swaps in the order in which they are to be made, after the transfers: each finds its input there. */
  readonly swaps: readonly Swap[];
  readonly toKeeper: readonly KeeperShare[];
  readonly unfilled: readonly Unfilled[];
  readonly value: SolutionValue;
  readonly stats: SolveStats;
}

/** What one more fill costs whoever settles, for intents whose fee does not pay it. */
export interface GasCost {
  /** Gas that one more fill takes, times the price of gas, in wei. */
  readonly weiPerFill: bigint;
  /** What 10^18 atoms of a token are worth, in wei, by address in lower case. Fees in other tokens are not judged. */
  readonly values: ReadonlyMap<Address, bigint>;
}

/** Choices of the caller of {@link solve}. */
export interface SolveOptions {
  /** Most fills in the batch, at most 65,536 (what the contract can index). */
  readonly maxFills?: number;
  /** Price vectors that may be tried for fill-or-kill intents per part of the book; more finds more, and takes longer. */
  readonly searchBudget?: number;
  /**
   * When to stop looking for something better and to return the best answer so far. The solver has no clock of its own:
   * `now` tells the time, in the unit and from the origin of `at`, in milliseconds. The first answer is always worked out,
   * whatever the deadline. With a deadline the answer depends on how fast the machine is.
   */
  readonly deadline?: { readonly now: () => number; readonly at: number };
  /**
   * Prices of an earlier, similar batch, by token address in lower case: the search starts there in every part of which all
   * tokens have one. Anything may stand here; prices that are far off cost time.
   */
  readonly startPrices?: ReadonlyMap<Address, bigint>;
  /**
   * What the gas of one swap costs, as atoms of a token. A pool is used only if what it adds to the surplus is worth more. Where
   * the token has no price in a part of the book, swaps there count as free.
   */
  readonly swapCost?: { readonly token: Address; readonly amount: bigint };
  /** Leaves out every intent whose fee does not pay for the gas of its fill. Without it fees are not judged. */
  readonly gas?: GasCost;
  /** A solver of mixed-integer programs, by which fill-or-kill intents are chosen in parts that are not too large. */
  readonly mip?: Mip;
}
