/** A sealed window by the SDK alone: sign in every way, place, lock, clear in pages, roll, claim; and the same figures. */
import {
  auctionCost,
  auctionDomain,
  clearingKey,
  decodeAuctionError,
  decodeAuctionLogs,
  decodeClearResult,
  decodePrice,
  domainSeparator,
  encodeClaim,
  encodeClaimTo,
  encodeClear,
  encodeCollect,
  encodeOrderCancel,
  encodeOrderRefund,
  encodePlace,
  encodeRoll,
  encodeSealedApproval,
  encodeSealedNonceCancel,
  hashSealedIntent,
  lockOf,
  orderTerms,
  outcomeOf,
  parseAddress,
  permit2Address,
  readAuction,
  readOutcome,
  readWindow,
  signSealedIntent,
  signSealedPermit2,
  suggestSealedFee,
  type AuctionPrice,
  type Placement,
} from "@walras/sdk";
import { expect } from "chai";
import type { HDNodeWallet } from "ethers";
import { solveSealed } from "@walras/solver";
import { Random } from "../reference/Random.ts";
import {
  addressOf,
  buildSale,
  call,
  createAccount,
  createAuctionWorld,
  createOwner,
  ethers,
  funds,
  keeperOf,
  lock,
  minimum,
  networkHelpers,
  place,
  refusal,
  send,
  signSale,
  startWindow,
  timeout,
  windowLength,
  type AuctionWorld,
} from "./auctionWorld.ts";

const unit = 10n ** 9n;
const gwei = 10n ** 9n;

/** A whole number as a price. */
function priceOf(value: bigint): AuctionPrice {
  const bits = value.toString(2).length;
  return decodePrice((BigInt(1_000 + bits) << 96n) | (value << BigInt(96 - bits)));
}

/** Whoever sells 100 of token 0 for 10 of token 1 each; buyers at 15, 13, 12 and 10. Returns the buyers. */
async function placeScarce(world: AuctionWorld, windows = 1): Promise<HDNodeWallet[]> {
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
const scarcePrices = [13n, 1n, 1n].map(priceOf);
const scarceMarginal = [{ id: 2, executed: 400n * unit }];

/** Solves a window as it stands on chain, and clears it. */
async function clearBySolver(world: AuctionWorld, window: number) {
  const { orders } = await readWindow(world.market, window, { call });
  const standing = orders.filter((order) => order !== null);
  const solution = solveSealed({ minimums: world.market.minimums, orders: standing });
  await send(world, encodeClear({ window, ...solution }));
  return solution;
}

describe("an auction as the SDK sees it", () => {
  it("is the market that was deployed, with the domain and the hashes of the contract", async () => {
    const world = await createAuctionWorld();
    const { auction, market, tokens } = world;

    expect(market).to.deep.equal({
      chainId: 31337,
      auction: await addressOf(auction),
      tokens: await Promise.all(tokens.map(addressOf)),
      minimums: [minimum, minimum, minimum],
      windowLength,
      timeout,
      permit2: permit2Address,
    });
    expect(domainSeparator(auctionDomain(market))).to.equal(await auction.domainSeparator());
    const [sellToken = "", buyToken = ""] = market.tokens;
    const intent = await buildSale(world, { sellToken, sellAmount: 5n * unit, buyToken, buyAmount: unit });
    expect(hashSealedIntent(intent, market)).to.equal(await auction.hashIntent(intent));
  });

  it("is not read where there is none", async () => {
    const nobody = parseAddress((await createAccount()).address);
    const code = await readAuction(nobody, 31337, { call }).catch((error: unknown) =>
      error instanceof Error && "code" in error ? error.code : error,
    );
    expect(code).to.equal("AuctionUnreadable");
  });

  it("costs what the contract meters, at any price of gas and for any number of orders", async () => {
    const { auction } = await createAuctionWorld();
    // A call that is not mined has no base fee to pay.
    const baseFee = 0n;
    for (const gasPrice of [0n, gwei, 2n * gwei, 50n * gwei]) {
      for (const [count, tokens] of [
        [1, 2],
        [2, 0],
        [20, 10],
        [977, 256],
      ] as const) {
        const [placing, clearing, claiming, rolling] = await auction.costs(count, tokens, { gasPrice });
        const prices = { gasPrice, baseFee };
        expect(placing).to.equal(auctionCost("placing", prices, count));
        expect(clearing).to.equal(auctionCost("clearing", prices, count, tokens));
        expect(claiming).to.equal(auctionCost("claiming", prices, count));
        expect(rolling).to.equal(auctionCost("rolling", prices, count));
      }
    }
  });
});

describe("placing by the SDK", () => {
  it("brings intents of every scheme in one call, and reads their orders back", async () => {
    const world = await createAuctionWorld();
    const { market } = world;
    const [sellToken = "", buyToken = ""] = market.tokens;
    const keeper = await keeperOf();
    const intent = () =>
      buildSale(world, { sellToken, sellAmount: 5n * unit, buyToken, buyAmount: unit, receiver: buyToken });

    const byKey = await createOwner(world);
    const byPermit = await createOwner(world, permit2Address);
    const approving = await createOwner(world);
    const approved = await intent();
    await send(world, encodeSealedApproval(hashSealedIntent(approved, market)), approving);
    const contract = await ethers.deployContract("Wallet1271", [byKey.address]);
    const owner = await addressOf(contract);
    const token = world.tokens[0]!;
    await token.mint(owner, funds);
    const allow = token.interface.encodeFunctionData("approve", [market.auction, funds]);
    await contract.connect(byKey).execute(await token.getAddress(), 0n, allow);
    await token.mint(keeper.address, funds);
    await token.approve(market.auction, funds);

    const placements: Placement[] = [
      await signSealedIntent(await intent(), market, byKey),
      await signSealedIntent(await intent(), market, byKey, { contractOwner: owner }),
      { intent: approved, signature: { scheme: "approval", owner: parseAddress(approving.address) } },
      { intent: await intent(), signature: { scheme: "caller", owner: parseAddress(keeper.address) } },
      await signSealedPermit2(await intent(), market, byPermit, { owner: parseAddress(byPermit.address) }),
    ];
    const owners = [byKey.address, owner, approving.address, keeper.address, byPermit.address];
    const receipt = await place(world, placements);

    const { orders, window, state, count } = await readWindow(
      market,
      Number(await world.auction.currentWindow()),
      { call, chunkSize: 2 },
    );
    expect({ state, count }).to.deep.equal({ state: "open", count: 5 });
    expect(decodeAuctionLogs(receipt.logs, market.auction)).to.deep.equal(
      placements.map(({ intent: placed }, id) => ({
        event: "Place",
        intentHash: hashSealedIntent(placed, market),
        owner: owners[id],
        window,
        id,
        fee: 0n,
      })),
    );
    for (const [id, { intent: placed }] of placements.entries()) {
      expect(orders[id]).to.deep.equal({
        ...orderTerms(placed, market),
        id,
        owner: owners[id],
        receiver: buyToken,
        budget: 0n,
        feePerWei: 0n,
        validTo: placed.validTo,
      });
    }
    expect(await token.balanceOf(market.auction)).to.equal(25n * unit);
  });

  it("says what is wrong with a placement, and with which", async () => {
    const world = await createAuctionWorld();
    const { market } = world;
    const [sellToken = "", buyToken = ""] = market.tokens;
    const terms = { sellToken, sellAmount: 5n * unit, buyToken, buyAmount: unit };
    const owner = await createOwner(world);
    const good = await signSale(world, owner, terms);
    const reason = async (second: Placement) =>
      decodeAuctionError(await refusal(world, encodePlace([good, second])));

    expect(await reason(good)).to.include({ name: "NonceSpent", placementIndex: 1 });

    const poor = await createAccount();
    expect(await reason(await signSale(world, poor, terms))).to.include({
      name: "PullFailed",
      placementIndex: 1,
    });

    const permit = async () =>
      signSealedPermit2(await buildSale(world, terms), market, poor, { owner: parseAddress(poor.address) });
    expect((await reason(await permit())).message).to.contain("TRANSFER_FROM_FAILED");
    const forged = await permit();
    const other = { ...forged, intent: { ...forged.intent, buyAmount: 2n * unit } };
    expect((await reason(other)).message).to.contain("the signature is not the owner's");

    const spent = await signSale(world, owner, terms);
    await send(world, encodeSealedNonceCancel(spent.intent.nonce), owner);
    expect(await reason(spent)).to.include({ name: "NonceSpent" });
  });

  it("funds an intent once by Permit2, for this auction and this intent only", async () => {
    const world = await createAuctionWorld();
    const elsewhere = await createAuctionWorld(3, [...world.market.tokens]);
    const [sellToken = "", buyToken = ""] = world.market.tokens;
    const owner = await createOwner(elsewhere, permit2Address);
    const intent = await buildSale(elsewhere, {
      sellToken,
      sellAmount: 5n * unit,
      buyToken,
      buyAmount: unit,
    });
    const signer = { owner: parseAddress(owner.address) };
    const sealed = await signSealedPermit2(intent, elsewhere.market, owner, signer);

    expect(decodeAuctionError(await refusal(world, encodePlace([sealed]))).message).to.contain(
      "the signature is not the owner's",
    );
    await place(elsewhere, [sealed]);
    expect(await world.tokens[0]!.balanceOf(owner.address)).to.equal(funds - 5n * unit);
    expect(decodeAuctionError(await refusal(elsewhere, encodePlace([sealed]))).name).to.equal("NonceSpent");
  });

  it("gives back what its owner cancels, until the lock", async () => {
    const world = await createAuctionWorld();
    const [seller] = await placeScarce(world);
    const window = Number(await world.auction.currentWindow());

    const receipt = await send(world, encodeOrderCancel(window, [0]), seller);

    expect(decodeAuctionLogs(receipt.logs, world.market.auction)).to.deep.equal([
      { event: "Cancel", window, id: 0 },
    ]);
    expect(await world.tokens[0]!.balanceOf(seller!.address)).to.equal(funds);
    expect((await readWindow(world.market, window, { call })).orders[0]).to.equal(null);
    await lock(world.market, window);
    const late = await refusal(world, encodeOrderCancel(window, [1]), seller!.address);
    expect(decodeAuctionError(late)).to.include({
      name: "Locked",
      message: `Window ${window.toString()} is locked since ${lockOf(world.market, window).toString()}.`,
    });
  });
});

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
