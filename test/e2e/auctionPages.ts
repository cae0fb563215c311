/** A sealed window by the SDK alone: clearing it in pages and by the solver, and the same figures for every order. */
import {
  clearingKey,
  decodeAuctionError,
  decodeAuctionLogs,
  decodeClearResult,
  encodeClaim,
  encodeClear,
  outcomeOf,
  parseAddress,
  readOutcome,
  readWindow,
  type AuctionPrice,
  type Placement,
} from "@walras/sdk";
import { expect } from "chai";
import { Random } from "../reference/Random.ts";
import { placeScarce, scarcePrices, scarceMarginal, clearBySolver, unit } from "./auctionScarce.ts";
import {
  call,
  createAuctionWorld,
  createOwner,
  ethers,
  funds,
  keeperOf,
  lock,
  place,
  refusal,
  send,
  signSale,
} from "./auctionWorld.ts";

describe("clearing by the SDK", () => {
  it("clears the scarce outcome page by page, and every order gets what outcomeOf says", async () => {
    const world = await createAuctionWorld();
    const { market } = world;
    const owners = await placeScarce(world);
    const window = Number(await world.auction.currentWindow());
    const first = { window, prices: scarcePrices, marginal: [], maxOrders: 2 };
    expect(decodeAuctionError(await refusal(world, encodeClear(first))).name).to.equal("NotLocked");
    await lock(market, window);
    expect((await readWindow(market, window, { call })).state).to.equal("locked");

    const keeper = parseAddress((await keeperOf()).address);
    const data = encodeClear(first);
    const progress = decodeClearResult(
      await ethers.provider.call({ to: market.auction, data, from: keeper }),
    );
    expect(progress.next).to.equal(2);
    const paged = await send(world, data);
    const key = clearingKey(window, keeper, scarcePrices);
    expect(decodeAuctionLogs(paged.logs, market.auction)).to.deep.equal([
      { event: "ClearPage", window, key, next: 2 },
    ]);
    const last = await send(
      world,
      encodeClear({ window, prices: scarcePrices, marginal: scarceMarginal, progress }),
    );

    const { state, orders, clearing } = await readWindow(market, window, { call });
    expect(state).to.equal("cleared");
    expect(clearing).to.deep.include({ clearer: keeper, key });
    expect(clearing?.results[2]).to.equal(null);
    const [event] = decodeAuctionLogs(last.logs, market.auction);
    expect(event).to.deep.equal({ event: "Clear", window, ...clearing });

    const results = clearing?.results ?? [];
    const marginalOf = new Map(scarceMarginal.map(({ id, executed }) => [id, executed]));
    for (const order of orders.filter((each) => each !== null)) {
      const [sell, buy] = [results[order.sellToken] ?? null, results[order.buyToken] ?? null];
      const outcome = outcomeOf(order, sell, buy, marginalOf.get(order.id) ?? null);
      expect(await readOutcome(market, window, order.id, { call })).to.deep.equal({
        executed: outcome.executed,
        bought: outcome.bought + outcome.bonus,
      });
    }
    // At 13 the seller gets 1,300 for what was offered at 1,000, but for less than an atom that is left in rounding.
    await send(world, encodeClaim(window, [0, 1, 2, 3, 4]));
    expect((await world.tokens[1]!.balanceOf(owners[0]!.address)) - funds).to.equal(1300n * unit - 1n);
    expect((await world.tokens[0]!.balanceOf(owners[1]!.address)) - funds).to.be.greaterThan(69n * unit);
    expect(await world.tokens[1]!.balanceOf(owners[4]!.address)).to.equal(funds);
  });

  it("says why a solution is none", async () => {
    const world = await createAuctionWorld();
    await placeScarce(world);
    const window = Number(await world.auction.currentWindow());
    await lock(world.market, window);
    const reason = async (prices: AuctionPrice[], marginal: { id: number; executed: bigint }[]) =>
      decodeAuctionError(await refusal(world, encodeClear({ window, prices, marginal })));

    expect(await reason(scarcePrices, [])).to.include({ name: "SoldTooLittle" });
    expect(await reason(scarcePrices, [{ id: 4, executed: 5n }])).to.include({
      name: "InvalidMarginal",
      orderId: 4,
    });
    expect((await reason(scarcePrices.slice(1), [])).name).to.equal("PricesLengthMismatch");
  });

  it("agrees with the contract on every order of random windows that the solver clears", async () => {
    const random = new Random(20_261_122);
    for (let round = 0; round < 4; round++) {
      const world = await createAuctionWorld(4);
      const { market } = world;
      const owner = await createOwner(world);
      const placements: Placement[] = [];
      for (let i = 0; i < 24; i++) {
        const sellToken = Number(random.below(4n));
        const buyToken = (sellToken + 1 + Number(random.below(3n))) % 4;
        const sellAmount = unit * (1n + random.below(1000n));
        const buyAmount = (sellAmount * (900n + random.below(120n))) / 1000n;
        const [sell = "", buy = ""] = [market.tokens[sellToken], market.tokens[buyToken]];
        placements.push(
          await signSale(world, owner, { sellToken: sell, sellAmount, buyToken: buy, buyAmount }),
        );
      }
      await place(world, placements);
      const window = Number(await world.auction.currentWindow());
      await lock(market, window);
      const { marginal } = await clearBySolver(world, window);

      const { orders, clearing } = await readWindow(market, window, { call });
      const marginalOf = new Map(marginal.map(({ id, executed }) => [id, executed]));
      let traded = 0;
      for (const order of orders.filter((each) => each !== null)) {
        const { results } = clearing!;
        const [sell, buy] = [results[order.sellToken] ?? null, results[order.buyToken] ?? null];
        const { executed, bought, bonus } = outcomeOf(order, sell, buy, marginalOf.get(order.id) ?? null);
        const outcome = await readOutcome(market, window, order.id, { call });
        expect(outcome).to.deep.equal({ executed, bought: bought + bonus });
        if (executed > 0n) traded++;
      }
      expect(traded).to.be.greaterThan(4);
    }
  });
});
