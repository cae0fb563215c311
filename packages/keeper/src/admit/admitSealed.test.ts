import {
  auctionDomain,
  buildSealedIntent,
  lockOf,
  parseHex,
  serializeSealedIntent,
  signCancel,
  signIntent,
  windowAt,
  type AuctionsView,
  type Intent,
  type PostIntentBody,
  type WindowPage,
  type WindowView,
} from "@walras/sdk";
import { expect } from "chai";
import { deployAuction, unit, windowLength } from "../../test/auctionWorld.ts";
import { erc20, walletOf } from "../../test/localChain.ts";
import { startApp, startMarket, viewOf, type Market, type TestApp } from "../../test/testApp.ts";
import type { ServedAuction } from "../sealed/auctionMarket.ts";

/** Over HTTP and a real chain, as the instant lane's. */
describe("admission to the sealed lane", function () {
  this.timeout(300_000);
  let market: Market;
  let auction: ServedAuction;
  let test: TestApp;

  before(async () => {
    market = await startMarket();
    const { local, rich, tokenA, tokenB } = market;
    auction = await deployAuction(local, [tokenA, tokenB]);
    await local.send(rich, tokenA, erc20.encodeFunctionData("mint", [rich, 10n * unit]));
    await local.send(rich, tokenA, erc20.encodeFunctionData("approve", [auction.auction, 5n * unit]));
    test = await startApp(market, { auctions: () => [auction] });
  });

  after(async () => {
    await test.close();
    await market.local.close();
  });

  /** A signed body: 10^9 A of rich for at least as many B, unless said otherwise; `bend` changes it before it is signed. */
  async function bodyOf(bend: Partial<Intent> = {}, wallet = market.richWallet): Promise<PostIntentBody> {
    const now = (await market.local.chain.latestBlock()).timestamp;
    const intent = buildSealedIntent(
      {
        ...{ sellToken: market.tokenA, buyToken: market.tokenB, sellAmount: unit, buyAmount: unit },
        ...{ windows: 5, now },
      },
      auction,
    );
    // The builder checks what the keeper has to check again, so it is bent only afterwards.
    const signed = await signIntent({ ...intent, ...bend }, auctionDomain(auction), wallet);
    return { ...serializeSealedIntent(signed), lane: "sealed", auction: auction.auction };
  }

  it("takes an intent that can be placed, once, and knows its lane and its auction", async () => {
    const body = await bodyOf();
    const answer = await test.post(body);
    expect(answer.statusCode).to.equal(201);
    const view = viewOf(answer);
    expect(view).to.deep.include({ status: "open", lane: "sealed" });
    expect(view.sealed).to.deep.equal({ auction: auction.auction, orders: [] });
    expect((await test.post(body)).statusCode).to.equal(200);
    const { auction: _, ...only } = body;
    expect((await test.post(only)).statusCode).to.equal(200);
    expect(await test.store.listLiveIntents()).to.be.empty;
    expect(await test.store.listWaitingIntents(auction.auction)).to.have.length(1);

    const { intentHash } = view;
    const signature = await signCancel(
      intentHash,
      { chainId: 31337, verifyingContract: auction.auction },
      market.richWallet,
    );
    const url = `/v1/intents/${intentHash}/cancel`;
    const cancelled = await test.call({ method: "POST", url, payload: { signature } });
    expect(viewOf(cancelled)).to.include({ status: "cancelled" });
  });

  it("refuses what no auction takes, and says what and why", async () => {
    const bends: [Partial<Intent>, string][] = [
      [{ kind: "buy" }, "kind"],
      [{ partiallyFillable: false }, "partiallyFillable"],
      [{ startBuyAmount: 2n * unit, validFrom: 1, decayEnd: 2 }, "startBuyAmount"],
      [{ condition: market.tokenA }, "condition"],
      [{ sellAmount: 5n, buyAmount: unit }, "sellAmount"],
      [{ buyToken: auction.auction }, "buyToken"],
      [{ maxFee: 7n }, "maxFee"],
    ];
    for (const [bend, word] of bends) {
      const { message } = await test.refuse(await bodyOf(bend), 400, "NotSealable");
      expect(message.toLowerCase()).to.include(word.toLowerCase());
    }
  });

  it("refuses what this keeper does not serve, or for another chain", async () => {
    const body = await bodyOf();
    await test.refuse({ ...body, auction: market.tokenA }, 400, "UnknownAuction");
    await test.refuse({ ...body, chainId: 1 }, 400, "WrongChain");
  });

  it("refuses by what the chain says: the time, the owner's means, the nonce's past", async () => {
    const now = (await market.local.chain.latestBlock()).timestamp;
    const lock = lockOf(auction, windowAt(auction, now));
    await test.refuse(await bodyOf({ validTo: now - windowLength }), 400, "Expired");
    await test.refuse(await bodyOf({ validTo: lock - 1, validFrom: lock - windowLength }), 400, "NoWindow");
    await test.refuse(await bodyOf({ validTo: now + 40_000_000 }), 400, "ExcessiveValidTo");
    await test.refuse(await bodyOf({ sellAmount: 11n * unit }), 400, "InsufficientBalance");
    await test.refuse(await bodyOf({ sellAmount: 6n * unit }), 400, "InsufficientAllowance");
    // Another key's signature is a good one of somebody who has nothing.
    await test.refuse(await bodyOf({}, walletOf(9)), 400, "InsufficientBalance");
  });

  it("refuses a signature that its owner's contract, or Permit2, would", async () => {
    const body = await bodyOf();
    const signature = parseHex(`0x${"12".repeat(65)}`, "signature");
    for (const scheme of ["eip1271", "approval"] as const) {
      const claimed = { scheme, owner: market.rich, ...(scheme === "approval" ? {} : { signature }) };
      await test.refuse({ ...body, signature: claimed }, 400, "InvalidSignature");
    }
  });

  it("refuses a fee that does not pay at present where the keeper does nothing at its own cost", async () => {
    const strict = await startApp(market, {
      auctions: () => [auction],
      env: { WALRAS_AUCTIONS_AT_OWN_COST: "false" },
    });
    const { message } = await strict.refuse(await bodyOf(), 400, "FeeTooLow");
    expect(message).to.include("feePerWei");
    await strict.refuse(await bodyOf({ maxFee: 1n, feePerWei: 10n ** 9n }), 400, "FeeTooLow");
    const answer = await strict.post(await bodyOf({ maxFee: unit / 2n, feePerWei: 10n ** 6n }));
    expect(answer.statusCode, answer.body).to.equal(201);
    await strict.close();
  });

  it("shows the auctions, and the window that is open before it has an order", async () => {
    const now = (await market.local.chain.latestBlock()).timestamp;
    test.keeper.time = now;
    const { auctions } = (await test.call({ url: "/v1/auctions" })).json<AuctionsView>();
    expect(auctions).to.have.length(1);
    expect(auctions[0]).to.include({ auction: auction.auction, currentWindow: windowAt(auction, now) });

    const window = windowAt(auction, now);
    const url = `/v1/windows/${auction.auction}/${window}`;
    const view = (await test.call({ url })).json<WindowView>();
    expect(view).to.deep.include({ window, state: "open", orders: 0, clearing: null });
    const missing = await test.call({ url: `/v1/windows/${auction.auction}/${window - 1}` });
    expect(missing.statusCode).to.equal(404);
    expect((await test.call({ url: "/v1/windows" })).json<WindowPage>().windows).to.be.empty;
    expect((await test.call({ url: "/v1/metrics" })).body).to.include("walras_windows_cleared_total 2");
  });
});
