/**
 * CoW Protocol (GPv2): the bytecode that its package ships, with its relayer, and its list of solvers behind a proxy.
 * Tokens go through the settlement contract, which holds some of each before and after.
 */
import { AbiCoder, ZeroAddress, ZeroHash } from "ethers";
import { parseAddress, parseHex } from "@walras/sdk";
import { validTo } from "./cases.ts";
import type { PeerArtifacts } from "./peers.ts";
import { ownedFills, type CreateSystem } from "./system.ts";
import { chainId } from "./world.ts";

const orderTypes = {
  Order: [
    { name: "sellToken", type: "address" },
    { name: "buyToken", type: "address" },
    { name: "receiver", type: "address" },
    { name: "sellAmount", type: "uint256" },
    { name: "buyAmount", type: "uint256" },
    { name: "validTo", type: "uint32" },
    { name: "appData", type: "bytes32" },
    { name: "feeAmount", type: "uint256" },
    { name: "kind", type: "string" },
    { name: "partiallyFillable", type: "bool" },
    { name: "sellTokenBalance", type: "string" },
    { name: "buyTokenBalance", type: "string" },
  ],
};

/** Of `GPv2Trade`'s flags: the others are zero for a sell order between ERC-20 balances signed by EIP-712. */
const partiallyFillable = 1 << 1;

/** The Balancer vault, which plain ERC-20 orders never call. */
const vault = "0xBA12222222228d8Ba445958a75a0704d566BF2C8";

export const createCow =
  ({ compiled, cow }: PeerArtifacts): CreateSystem =>
  async (world) => {
    const list = await world.deploy(await cow("GPv2AllowListAuthentication"), []);
    const proxy = await world.deploy(await compiled("ERC1967Proxy"), [
      await list.getAddress(),
      list.interface.encodeFunctionData("initializeManager", [world.keeper.address]),
    ]);
    const addSolver = list.interface.encodeFunctionData("addSolver", [world.keeper.address]);
    await world.send({ to: parseAddress(await proxy.getAddress()), data: parseHex(addSolver, "data") });
    const contract = await world.deploy(await cow("GPv2Settlement"), [await proxy.getAddress(), vault]);
    const to = parseAddress(await contract.getAddress());
    await world.fund(to);
    const [relayer] = AbiCoder.defaultAbiCoder().decode(
      ["address"],
      await world.keeper.call({ to, data: contract.interface.encodeFunctionData("vaultRelayer") }),
    );
    const domain = { name: "Gnosis Protocol", version: "v2", chainId, verifyingContract: to };

    return {
      name: "cow",
      spender: parseAddress(relayer, "relayer"),
      has: () => true,

      // Every order has a word of its own for its filled amount, so none was used before.
      useNonceWords: () => Promise.resolve(),

      async settlement(gasCase, owners) {
        const trades = [];
        for (const fill of ownedFills(world, gasCase, owners)) {
          const order = {
            sellToken: fill.sells,
            buyToken: fill.buys,
            receiver: ZeroAddress,
            sellAmount: fill.amount,
            buyAmount: fill.amount,
            validTo,
            appData: ZeroHash,
            feeAmount: 0n,
            kind: "sell",
            partiallyFillable: fill.isPartial,
            sellTokenBalance: "erc20",
            buyTokenBalance: "erc20",
          };
          trades.push({
            ...order,
            sellTokenIndex: fill.sellToken,
            buyTokenIndex: fill.buyToken,
            flags: fill.isPartial ? partiallyFillable : 0,
            executedAmount: fill.isPartial ? fill.executed : 0n,
            signature: await fill.owner.signTypedData(domain, orderTypes, order),
          });
        }
        const tokens = world.tokens.slice(0, gasCase.scenario === "ring3" ? 3 : 2);
        const prices = tokens.map(() => 10n ** 18n);
        const data = contract.interface.encodeFunctionData("settle", [tokens, prices, trades, [[], [], []]]);
        return { to, data: parseHex(data, "data") };
      },
    };
  };
