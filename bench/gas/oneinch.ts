/**
 * 1inch Limit Order Protocol v4. It fills one order at a time, so a taker contract with tokens of its own fills them one
 * after the other (`SequentialTaker`). Fill-or-kill orders use the protocol's bit invalidator, its cheapest way; partial
 * ones its remaining-amount invalidator, the only way to fill an order twice.
 */
import { Signature, ZeroAddress, ZeroHash } from "ethers";
import { parseAddress, type Hex } from "@walras/sdk";
import { validTo } from "./cases.ts";
import type { PeerArtifacts } from "./peers.ts";
import { ownedFills, type CreateSystem } from "./system.ts";
import { chainId } from "./world.ts";

const orderTypes = {
  Order: [
    { name: "salt", type: "uint256" },
    { name: "maker", type: "address" },
    { name: "receiver", type: "address" },
    { name: "makerAsset", type: "address" },
    { name: "takerAsset", type: "address" },
    { name: "makingAmount", type: "uint256" },
    { name: "takingAmount", type: "uint256" },
    { name: "makerTraits", type: "uint256" },
  ],
};

/* Maker traits. */
const noPartialFills = 1n << 255n;
const allowMultipleFills = 1n << 254n;
const expiration = BigInt(validTo) << 80n;
const nonceUnit = 1n << 120n;

/** Taker trait: the amount is what the maker gives. */
const isMakingAmount = 1n << 255n;

export const createOneInch =
  ({ compiled }: PeerArtifacts): CreateSystem =>
  async (world) => {
    // The wrapped native token is only compared with; no order here sells or buys it.
    const protocol = await world.deploy(await compiled("LimitOrderProtocol"), [ZeroAddress]);
    const verifyingContract = await protocol.getAddress();
    const taker = await world.deploy(await compiled("SequentialTaker"), [verifyingContract, world.tokens]);
    const to = parseAddress(await taker.getAddress());
    await world.fund(to);
    const domain = { name: "1inch Limit Order Protocol", version: "4", chainId, verifyingContract };

    return {
      name: "1inch",
      spender: parseAddress(verifyingContract),
      has: () => true,

      async useNonceWords({ fill }, owners) {
        // An order that may be filled twice has a word of its own.
        if (fill !== "whole") return;
        const data = protocol.interface.encodeFunctionData("cancelOrder", [noPartialFills, ZeroHash]);
        for (const owner of owners) await owner.sendTransaction({ to: verifyingContract, data });
      },

      async settlement(gasCase, owners) {
        let data: Hex = "0x";
        for (const fill of ownedFills(world, gasCase, owners)) {
          const order = {
            salt: 0n,
            maker: fill.owner.address,
            receiver: ZeroAddress,
            makerAsset: fill.sells,
            takerAsset: fill.buys,
            makingAmount: fill.amount,
            takingAmount: fill.amount,
            makerTraits: expiration | (fill.isPartial ? allowMultipleFills : noPartialFills | nonceUnit),
          };
          const { r, yParityAndS } = Signature.from(
            await fill.owner.signTypedData(domain, orderTypes, order),
          );
          const args = [Object.values(order), r, yParityAndS, fill.executed, isMakingAmount];
          data = `${data}${protocol.interface.encodeFunctionData("fillOrder", args).slice(2)}`;
        }
        return { to, data };
      },
    };
  };
