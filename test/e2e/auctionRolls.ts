/** A sealed window by the SDK alone, afterwards: rolls, refunds, fees; and a window that is full. */
import {
  auctionCost,
  decodeAuctionError,
  decodeAuctionLogs,
  encodeClaim,
  encodeClaimTo,
  encodeClear,
  encodeCollect,
  encodeOrderRefund,
  encodePlace,
  encodeRoll,
  lockOf,
  parseAddress,
  readWindow,
  suggestSealedFee,
  type Hex,
} from "@walras/sdk";
import { expect } from "chai";
import { solidityPackedKeccak256 } from "ethers";
import { placeScarce, scarcePrices, scarceMarginal, clearBySolver, unit, gwei } from "./auctionScarce.ts";
import {
  call,
  createAccount,
  createAuctionWorld,
  createOwner,
  ethers,
  funds,
  keeperOf,
  lock,
  networkHelpers,
  refusal,
  send,
  signSale,
  startWindow,
  timeout,
  place,
  type AuctionWorld,
} from "./auctionWorld.ts";

describe("afterwards, by the SDK", () => {
  it("rolls what is left into the current window, and lets nobody but the owner claim it", async () => {
    const world = await createAuctionWorld();
    const { market } = world;
    const [, , second] = await placeScarce(world, 2);
    const window = Number(await world.auction.currentWindow());
    await lock(market, window);
    await send(world, encodeClear({ window, prices: scarcePrices, marginal: scarceMarginal }));

    expect(decodeAuctionError(await refusal(world, encodeClaim(window, [2])))).to.include({
      name: "StillValid",
      orderId: 2,
    });
    const receipt = await send(world, encodeRoll(window, [2, 3]));

    const events = decodeAuctionLogs(receipt.logs, market.auction);
    expect(events.filter(({ event }) => event === "Roll")).to.deep.equal([
      { event: "Roll", window, id: 2, newWindow: window + 1, newId: 0 },
      { event: "Roll", window, id: 3, newWindow: window + 1, newId: 1 },
    ]);
    const { orders } = await readWindow(market, window + 1, { call });
    // 250 of 650 are left, and ask as much for each: 50 * 250 / 650, rounded up.
    expect(orders[0]).to.include({ owner: second!.address, amount: 250n * unit, asked: 19_230_769_231n });
    expect(orders[1]).to.include({ amount: 480n * unit, asked: 40n * unit });
  });

  it("gives everything back from a window that nobody has cleared in time, to where the owner says", async () => {
    const world = await createAuctionWorld();
    const [seller, buyer] = await placeScarce(world);
    const window = Number(await world.auction.currentWindow());
    await networkHelpers.time.increaseTo(lockOf(world.market, window) + timeout + 1);
    expect((await readWindow(world.market, window, { call })).state).to.equal("void");
    const elsewhere = parseAddress((await createAccount()).address);

    await send(world, encodeOrderRefund(window, [0]));
    await send(world, encodeClaimTo(window, 1, elsewhere), buyer);

    expect(await world.tokens[0]!.balanceOf(seller!.address)).to.equal(funds);
    expect(await world.tokens[1]!.balanceOf(elsewhere)).to.equal(900n * unit);
    expect(decodeAuctionError(await refusal(world, encodeOrderRefund(window, [0]))).name).to.equal("NoOrder");
  });

  it("takes no more in fees than was suggested, pays placer, clearer and claimer, and returns the rest", async () => {
    const world = await createAuctionWorld();
    const { market, tokens } = world;
    const [sold = "", paid = ""] = market.tokens;
    const keeper = await keeperOf();
    const block = (await ethers.provider.getBlock("latest"))!;
    const baseFee = block.baseFeePerGas!;
    const gasPrice = baseFee + gwei;
    const options = { gasPrice, baseFee, sellAtomsPerEther: 10n ** 18n, count: 2, rolls: 0 };
    const fee = suggestSealedFee({ ...options, headroom: 3n });
    const owners = [await createOwner(world), await createOwner(world)];
    const amount = 10n ** 18n;
    const [one, other] = [
      await signSale(world, owners[0]!, {
        ...{
          sellToken: sold,
          sellAmount: amount + fee.maxFee,
          buyToken: paid,
          buyAmount: amount / 2n,
          ...fee,
        },
      }),
      await signSale(world, owners[1]!, {
        ...{
          sellToken: paid,
          sellAmount: amount + fee.maxFee,
          buyToken: sold,
          buyAmount: amount / 2n,
          ...fee,
        },
      }),
    ];
    const more = { gasPrice };
    const kept = () => Promise.all(tokens.slice(0, 2).map((token) => token.balanceOf(keeper.address)));
    const before = await kept();
    const placed = await send(world, encodePlace([one, other]), undefined, more);
    const { baseFeePerGas } = await placed.getBlock();
    const cost = auctionCost("placing", { gasPrice, baseFee: baseFeePerGas! }, 2);
    for (const event of decodeAuctionLogs(placed.logs, market.auction))
      expect(event).to.include({ fee: cost });
    const window = Number(await world.auction.currentWindow());
    await lock(market, window);
    await clearBySolver(world, window);
    await send(world, encodeClaim(window, [0, 1]), undefined, more);
    await send(world, encodeCollect([...market.tokens], parseAddress(keeper.address)), undefined, more);
    const after = await kept();

    for (const [index, gained] of after.map((value, each) => value - before[each]!).entries()) {
      expect(gained > 0n).to.equal(true);
      const spent = funds - (await tokens[index]!.balanceOf(owners[index]!.address));
      expect(spent).to.equal(amount + gained);
      expect(gained <= fee.maxFee).to.equal(true);
    }
    await startWindow(market);
    // All but dust below an atom for each order has left the auction.
    for (const token of tokens) expect((await token.balanceOf(market.auction)) <= 2n).to.equal(true);
  });
});

describe("a window that is full", () => {
  /** As many as a window's count of 32 bits can tell. */
  const most = 2n ** 32n - 1n;

  /** Nobody can place so many: the count is written into the contract's storage, which is found by what it changes. */
  const setCount = async ({ auction, market }: AuctionWorld, window: number, count: bigint) => {
    // The list of tokens comes first.
    for (let slot = 256; slot < 300; slot++) {
      const place = solidityPackedKeccak256(["uint256", "uint256"], [window, slot]);
      const before = await networkHelpers.getStorageAt(market.auction, place);
      await networkHelpers.setStorageAt(market.auction, place, count);
      if ((await auction.orderCount(window)) === count) return;
      await networkHelpers.setStorageAt(market.auction, place, before);
    }
    throw new Error("The count is nowhere.");
  };

  it("takes its last order, and neither a placement nor a roll beyond it", async () => {
    const world = await createAuctionWorld();
    const { market } = world;
    const [sellToken = "", buyToken = ""] = market.tokens;
    const terms = { sellToken, sellAmount: 5n * unit, buyToken, buyAmount: unit, windows: 3 };
    const owner = await createOwner(world);
    await place(world, [await signSale(world, owner, terms)]);
    const window = Number(await world.auction.currentWindow());
    await lock(market, window);
    await clearBySolver(world, window);
    await setCount(world, window + 1, most - 1n);

    const [last, none] = [await signSale(world, owner, terms), await signSale(world, owner, terms)];
    const refused = async (data: Hex) => decodeAuctionError(await refusal(world, data));
    expect(await refused(encodePlace([last, none]))).to.include({ name: "TooManyOrders", placementIndex: 1 });
    const receipt = await place(world, [last]);
    const [placed] = decodeAuctionLogs(receipt.logs, market.auction);
    expect(placed).to.include({ event: "Place", window: window + 1, id: Number(most - 1n) });

    expect(await refused(encodePlace([none]))).to.include({ name: "TooManyOrders", placementIndex: 0 });
    expect(await refused(encodeRoll(window, [0]))).to.include({ name: "TooManyOrders" });
    await startWindow(market);
    await place(world, [none]);
    const rolled = await send(world, encodeRoll(window, [0]));
    const rolls = decodeAuctionLogs(rolled.logs, market.auction).filter(({ event }) => event === "Roll");
    expect(rolls).to.deep.equal([{ event: "Roll", window, id: 0, newWindow: window + 2, newId: 1 }]);
  });
});
