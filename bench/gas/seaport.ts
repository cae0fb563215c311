/**
 * Seaport 1.6: `matchOrders`, and `matchAdvancedOrders` for parts. Allowances go to Seaport itself, without a conduit, and
 * tokens move directly from one owner to the other.
 */
import { Signature, ZeroAddress, ZeroHash } from "ethers";
import { parseAddress, parseHex } from "@walras/sdk";
import { payments, validTo } from "./cases.ts";
import type { PeerArtifacts } from "./peers.ts";
import { ownedFills, type CreateSystem } from "./system.ts";
import { chainId } from "./world.ts";

const offerItem = [
  { name: "itemType", type: "uint8" },
  { name: "token", type: "address" },
  { name: "identifierOrCriteria", type: "uint256" },
  { name: "startAmount", type: "uint256" },
  { name: "endAmount", type: "uint256" },
];

const orderTypes = {
  OrderComponents: [
    { name: "offerer", type: "address" },
    { name: "zone", type: "address" },
    { name: "offer", type: "OfferItem[]" },
    { name: "consideration", type: "ConsiderationItem[]" },
    { name: "orderType", type: "uint8" },
    { name: "startTime", type: "uint256" },
    { name: "endTime", type: "uint256" },
    { name: "zoneHash", type: "bytes32" },
    { name: "salt", type: "uint256" },
    { name: "conduitKey", type: "bytes32" },
    { name: "counter", type: "uint256" },
  ],
  OfferItem: offerItem,
  ConsiderationItem: [...offerItem, { name: "recipient", type: "address" }],
};

const erc20 = 1;
const orderType = { fullOpen: 0, partialOpen: 1 };

export const createSeaport =
  ({ compiled }: PeerArtifacts): CreateSystem =>
  async (world) => {
    const conduits = await world.deploy(await compiled("ConduitController"), []);
    const seaport = await world.deploy(await compiled("Seaport"), [await conduits.getAddress()]);
    const to = parseAddress(await seaport.getAddress());
    const domain = { name: "Seaport", version: "1.6", chainId, verifyingContract: to };

    return {
      name: "seaport",
      spender: to,
      has: () => true,

      // Every order has a word of its own for its status, so none was used before.
      useNonceWords: () => Promise.resolve(),

      async settlement(gasCase, owners) {
        const orders = [];
        for (const { owner, sells, buys, amount, executed, isPartial } of ownedFills(
          world,
          gasCase,
          owners,
        )) {
          const item = { itemType: erc20, identifierOrCriteria: 0n, startAmount: amount, endAmount: amount };
          const parameters = {
            offerer: owner.address,
            zone: ZeroAddress,
            offer: [{ ...item, token: sells }],
            consideration: [{ ...item, token: buys, recipient: owner.address }],
            orderType: isPartial ? orderType.partialOpen : orderType.fullOpen,
            startTime: 0n,
            endTime: validTo,
            zoneHash: ZeroHash,
            salt: 0n,
            conduitKey: ZeroHash,
            totalOriginalConsiderationItems: 1n,
          };
          const signature = Signature.from(
            await owner.signTypedData(domain, orderTypes, { ...parameters, counter: 0n }),
          ).compactSerialized;
          orders.push({ parameters, signature, numerator: executed, denominator: amount, extraData: "0x" });
        }
        const fulfillments = payments(gasCase).map(([from, to]) => ({
          offerComponents: [{ orderIndex: from, itemIndex: 0 }],
          considerationComponents: [{ orderIndex: to, itemIndex: 0 }],
        }));
        const data =
          gasCase.fill === "whole"
            ? seaport.interface.encodeFunctionData("matchOrders", [orders, fulfillments])
            : seaport.interface.encodeFunctionData("matchAdvancedOrders", [
                orders,
                [],
                fulfillments,
                ZeroAddress,
              ]);
        return { to, data: parseHex(data, "data") };
      },
    };
  };
