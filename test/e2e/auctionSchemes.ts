/** A sealed window by the SDK alone: the market as it is read, and placing by signatures of every scheme. */
import {
  auctionCost,
  auctionDomain,
  decodeAuctionError,
  decodeAuctionLogs,
  domainSeparator,
  encodeOrderCancel,
  encodePlace,
  encodeSealedApproval,
  encodeSealedNonceCancel,
  hashSealedIntent,
  lockOf,
  orderTerms,
  parseAddress,
  permit2Address,
  readAuction,
  readWindow,
  signSealedIntent,
  signSealedPermit2,
  type Placement,
} from "@walras/sdk";
import { expect } from "chai";
import { placeScarce, unit, gwei } from "./auctionScarce.ts";
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
  place,
  refusal,
  send,
  signSale,
  timeout,
  windowLength,
} from "./auctionWorld.ts";

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
