/** The floors: for each order one ecrecover, one bitmap write and one direct transfer, and no check of anything. */
import { concat, Signature, toBeHex } from "ethers";
import { parseAddress, parseHex } from "@walras/sdk";
import { payments, validTo } from "./cases.ts";
import type { PeerArtifacts } from "./peers.ts";
import { ownedFills, type CreateSystem } from "./system.ts";
import { chainId } from "./world.ts";

const orderTypes = {
  Order: [
    { name: "sellToken", type: "address" },
    { name: "buyToken", type: "address" },
    { name: "sellAmount", type: "uint128" },
    { name: "buyAmount", type: "uint128" },
    { name: "validTo", type: "uint32" },
    { name: "nonce", type: "uint256" },
  ],
};

const nonce = 1n;

type Order = {
  sellTokenIndex: number;
  buyTokenIndex: number;
  sellAmount: bigint;
  buyAmount: bigint;
  validTo: number;
  nonce: bigint;
  r: string;
  vs: string;
  /** The order whose owner is paid. */
  payee: number;
};

/** The 112 bytes that `PackedFloor` reads. */
function pack(order: Order): string {
  return concat([
    toBeHex(order.sellTokenIndex, 1),
    toBeHex(order.buyTokenIndex, 1),
    toBeHex(order.payee, 2),
    toBeHex(order.validTo, 4),
    toBeHex(order.nonce, 8),
    toBeHex(order.sellAmount, 16),
    toBeHex(order.buyAmount, 16),
    order.r,
    order.vs,
  ]);
}

/** Packed calldata ("floor") or the standard ABI ("floor-abi"). */
export const createFloor =
  ({ compiled }: PeerArtifacts, name: "floor" | "floor-abi"): CreateSystem =>
  async (world) => {
    const artifact = await compiled(name === "floor" ? "PackedFloor" : "AbiFloor");
    const floor = await world.deploy(artifact, []);
    const to = parseAddress(await floor.getAddress());
    const domain = { name: "Floor", version: "1", chainId, verifyingContract: to };

    return {
      name,
      spender: to,
      // One transfer for each order, and no partial fills.
      has: ({ amounts, fill }) => amounts === "pairwise" && fill === "whole",

      async useNonceWords(_gasCase, owners) {
        const data = floor.interface.encodeFunctionData("cancel", [0n]);
        for (const owner of owners) await owner.sendTransaction({ to, data });
      },

      async settlement(gasCase, owners) {
        const payees = new Map(payments(gasCase));
        const orders: Order[] = [];
        for (const [index, fill] of ownedFills(world, gasCase, owners).entries()) {
          const { owner, sells, buys, amount } = fill;
          const order = { sellAmount: amount, buyAmount: amount, validTo, nonce };
          const signature = Signature.from(
            await owner.signTypedData(domain, orderTypes, { sellToken: sells, buyToken: buys, ...order }),
          );
          orders.push({
            ...order,
            sellTokenIndex: fill.sellToken,
            buyTokenIndex: fill.buyToken,
            r: signature.r,
            vs: signature.yParityAndS,
            payee: payees.get(index) ?? 0,
          });
        }
        const tokens = world.tokens.slice(0, gasCase.scenario === "ring3" ? 3 : 2);
        const args = name === "floor" ? concat(orders.map(pack)) : orders;
        const data = floor.interface.encodeFunctionData("settle", [tokens, args]);
        return { to, data: parseHex(data, "data") };
      },
    };
  };
