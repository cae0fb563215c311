/** Walras: `Settlement` with packed fills, 64-byte signatures and no fee. */
import {
  batchTokens,
  buildIntent,
  encodeSettle,
  parseAddress,
  signIntent,
  type Fill,
  type IntentDomain,
} from "@walras/sdk";
import type { Wallet } from "ethers";
import { payments, validTo, type GasCase } from "./cases.ts";
import { ownedFills, type CreateSystem } from "./system.ts";
import { chainId, type Call } from "./world.ts";

const price = 10n ** 18n;

export const createWalras: CreateSystem = async (world) => {
  const settlement = await world.deployWalras();
  const spender = parseAddress(await settlement.getAddress(), "settlement");
  const domain: IntentDomain = { chainId, verifyingContract: spender };

  async function settle(gasCase: GasCase, owners: readonly Wallet[], nonce: bigint): Promise<Call> {
    const fills: Fill[] = [];
    for (const { owner, sells, buys, amount, executed, isPartial } of ownedFills(world, gasCase, owners)) {
      const intent = buildIntent({
        sellToken: sells,
        buyToken: buys,
        sellAmount: amount,
        buyAmount: amount,
        validTo,
        nonce,
        partiallyFillable: isPartial,
      });
      fills.push({ ...(await signIntent(intent, domain, owner)), executed, fee: 0n });
    }
    const tokens = batchTokens(fills);
    const data = encodeSettle({
      tokens,
      prices: tokens.map(() => price),
      fills,
      transfers: payments(gasCase),
      callbackData: "0x",
    });
    return { to: spender, data };
  }

  return {
    name: "walras",
    spender,
    has: () => true,

    async useNonceWords(gasCase, owners) {
      if (gasCase.fill !== "whole") {
        // Filled amounts of nonces 0 and 1 share a word; this one stays unfinished.
        await world.send(await settle({ ...gasCase, fill: "partial-first" }, owners, 0n));
      }
      for (const owner of owners) await settlement.connect(owner).cancel(0n);
    },

    settlement: (gasCase, owners) => settle(gasCase, owners, 1n),
  };
};
