/** The scarce outcome, on which the tests of windows stand: one seller, four buyers, and the prices that clear them. */
import { decodePrice, encodeClear, readWindow, type AuctionPrice, type Placement } from "@walras/sdk";
import { solveSealed } from "@walras/solver";
import type { HDNodeWallet } from "ethers";
import { call, createOwner, place, send, signSale, type AuctionWorld } from "./auctionWorld.ts";

export const unit = 10n ** 9n;
export const gwei = 10n ** 9n;

/** A whole number as a price. */
function priceOf(value: bigint): AuctionPrice {
  const bits = value.toString(2).length;
  return decodePrice((BigInt(1_000 + bits) << 96n) | (value << BigInt(96 - bits)));
}

/** Whoever sells 100 of token 0 for 10 of token 1 each; buyers at 15, 13, 12 and 10. Returns the buyers. */
export async function placeScarce(world: AuctionWorld, windows = 1): Promise<HDNodeWallet[]> {
  const [sold = "", paid = ""] = world.market.tokens;
  const seller = await createOwner(world);
  const placements: Placement[] = [
    await signSale(world, seller, {
      ...{ sellToken: sold, sellAmount: 100n * unit, buyToken: paid, buyAmount: 1000n * unit, windows },
    }),
  ];
  const buyers: HDNodeWallet[] = [];
  for (const [units, limit] of [
    [60n, 15n],
    [50n, 13n],
    [40n, 12n],
    [30n, 10n],
  ] as const) {
    const buyer = await createOwner(world);
    buyers.push(buyer);
    placements.push(
      await signSale(world, buyer, {
        ...{
          sellToken: paid,
          sellAmount: units * limit * unit,
          buyToken: sold,
          buyAmount: units * unit,
          windows,
        },
      }),
    );
  }
  await place(world, placements);
  return [seller, ...buyers];
}

/** At 13 for one the first buyer is served for all of 900, and the second one sells 400 for what is left. */
export const scarcePrices = [13n, 1n, 1n].map(priceOf);
export const scarceMarginal = [{ id: 2, executed: 400n * unit }];

/** Solves a window as it stands on chain, and clears it. */
export async function clearBySolver(world: AuctionWorld, window: number) {
  const { orders } = await readWindow(world.market, window, { call });
  const standing = orders.filter((order) => order !== null);
  const solution = solveSealed({ minimums: world.market.minimums, orders: standing });
  await send(world, encodeClear({ window, ...solution }));
  return solution;
}
