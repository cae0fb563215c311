/** What a demo puts on the table: tokens, who owns what, and the intents that the owners sign. */
import type { BuildIntentInput } from "@walras/sdk";

export type DemoToken = { symbol: string; name: string; decimals: number };

/**
 * How an owner holds its tokens and vouches for its intents.
 * - `key`: an account that signs
 * - `contract`: a smart wallet (ERC-1271) whose one key signs
 * - `approver`: an account that approves its intents on chain
 */
export type DemoOwner = { name: string; holds: "key" | "contract" | "approver" };

/** An amount of atoms for an owner. */
export type Funding = { owner: string; token: string; amount: bigint };

/** An intent by the names of its tokens; times count from the moment it is signed, in seconds of the chain. */
export type DemoTerms = Pick<
  BuildIntentInput,
  "sellAmount" | "buyAmount" | "startBuyAmount" | "maxFee" | "nonce" | "kind" | "partiallyFillable"
> & { sell: string; buy: string; validFor: number; decayFor?: number; opensIn?: number };

/** What has to become of an intent. "any": the market decides. */
export type Expectation =
  | { outcome: "settled" }
  | { outcome: "any" }
  | { outcome: "open"; reason: string }
  | { outcome: "cancelled" }
  | { outcome: "expired" }
  | { outcome: "invalid" }
  | { outcome: "refused"; code: string };

export type DemoIntent = {
  label: string;
  owner: string;
  terms: DemoTerms;
  expect: Expectation;
  /** What is done to it beside posting it. */
  twist?: "cancel" | "someone-else-signs" | "wrong-chain" | "spent-nonce" | "post-twice";
};

export type Market = {
  title: string;
  tokens: DemoToken[];
  owners: DemoOwner[];
  funding: Funding[];
  intents: DemoIntent[];
  /**
   * Seconds after which all intents become valid at once, so that they form one batch however long posting them takes; the
   * chain's clock is moved there when they have been posted. 0: each is valid at once.
   */
  opensIn: number;
};
