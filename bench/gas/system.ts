/** What the bench asks of each system that it measures. */
import type { Wallet } from "ethers";
import type { Address } from "@walras/sdk";
import { plannedFills, type GasCase, type PlannedFill } from "./cases.ts";
import type { Call, World } from "./world.ts";

export const systemNames = ["walras", "cow", "1inch", "seaport", "floor", "floor-abi"] as const;
export type SystemName = (typeof systemNames)[number];

export type System = {
  name: SystemName;
  /** The contract that the owners allow to move their tokens. */
  spender: Address;
  /** Whether the system has such a case at all. */
  has: (gasCase: GasCase) => boolean;
  /** Makes a case's words be in use: by nonce 0 of each owner, all intents having nonce 1. Nothing where no words are shared. */
  useNonceWords: (gasCase: GasCase, owners: readonly Wallet[]) => Promise<void>;
  /** The transaction that settles the case for these owners, all signatures in it. */
  settlement: (gasCase: GasCase, owners: readonly Wallet[]) => Promise<Call>;
};

/** Deploys a system into the world. */
export type CreateSystem = (world: World) => Promise<System>;

/** A planned fill with its owner and the addresses of its tokens. */
export type OwnedFill = PlannedFill & { owner: Wallet; sells: Address; buys: Address };

/** The fills of a case, each with the owner at its place. */
export function ownedFills(world: World, gasCase: GasCase, owners: readonly Wallet[]): OwnedFill[] {
  return plannedFills(gasCase).map((fill, index) => {
    const [owner, sells, buys] = [owners[index], world.tokens[fill.sellToken], world.tokens[fill.buyToken]];
    if (owner === undefined || sells === undefined || buys === undefined) {
      throw new Error(`Fill ${index} has no owner or no token.`);
    }
    return { ...fill, owner, sells, buys };
  });
}
