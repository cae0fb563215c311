/** The sealed half of the dapp of docs/INTEGRATING.md, with a keeper that places what it is handed and does no more. */
import {
  createKeeperClient,
  encodeClear,
  encodePlace,
  hashSealedIntent,
  parseSealedIntent,
  permit2Address,
  readWindow,
  type PostIntentBody,
} from "@walras/sdk";
import { solveSealed } from "@walras/solver";
import { expect } from "chai";
import { MaxUint256, type Eip1193Provider } from "ethers";
import {
  allowPermit2,
  enterMarket,
  explain,
  seal,
  takeOrderBack,
  withdrawSignature,
  type SealedDapp,
} from "../../examples/dapp/sealed.ts";
import {
  addressOf,
  call,
  createAuctionWorld,
  createOwner,
  ethers,
  funds,
  lock,
  place,
  provider,
  refusal,
  send,
  signSale,
  type AuctionWorld,
} from "./auctionWorld.ts";

const unit = 10n ** 18n;

/** `window.ethereum` of somebody who has connected the second account. */
const browserWallet: Eip1193Provider = {
  request: async ({ method, params }) => {
    const accounts: unknown = await provider.request({ method: "eth_accounts" });
    const asked = method === "eth_requestAccounts" || method === "eth_accounts";
    if (asked && Array.isArray(accounts)) return accounts.filter((_, index) => index === 1) as unknown[];
    const answer: unknown = await provider.request({ method, params: Array.isArray(params) ? params : [] });
    return answer;
  },
};

type Scene = {
  world: AuctionWorld;
  dapp: SealedDapp;
  posted: PostIntentBody[];
  keeper: { holdsBack: boolean };
};

/** A dapp before an auction whose second token somebody sells for the first, at 0.5 for one. */
async function createScene(): Promise<Scene> {
  const world = await createAuctionWorld();
  const posted: PostIntentBody[] = [];
  const keeper = { holdsBack: false };
  const fetch: typeof globalThis.fetch = async (_, init) => {
    const body = JSON.parse(typeof init?.body === "string" ? init.body : "") as PostIntentBody;
    posted.push(body);
    const { intent, signature } = body;
    const sealed = parseSealedIntent({ intent, signature });
    if (!keeper.holdsBack) await send(world, encodePlace([sealed]));
    const intentHash = hashSealedIntent(sealed.intent, world.market);
    return Response.json({ intentHash, status: "placed", intent });
  };
  const dapp = await enterMarket(
    browserWallet,
    world.market.auction,
    createKeeperClient({ url: "http://keeper.test", fetch }),
  );
  await world.tokens[0]!.mint(dapp.wallet.address, funds);
  return { world, dapp, posted, keeper };
}

async function saleOf({ world }: Scene) {
  const [sellToken, buyToken] = await Promise.all(world.tokens.slice(0, 2).map(addressOf));
  return { sellToken: sellToken!, sellAmount: 10n * unit, buyToken: buyToken!, buyAmount: unit };
}

describe("the dapp in the sealed lane", () => {
  it("reads the market from the chain", async () => {
    const { world, dapp } = await createScene();
    expect(dapp.market).to.deep.equal(world.market);
  });

  it("has the user sign once, and the window gives the market's price, which the dapp can explain", async () => {
    const scene = await createScene();
    const { world, dapp, posted } = scene;
    const sale = await saleOf(scene);
    await allowPermit2(dapp, sale.sellToken);
    const { intent, intentHash } = await seal(dapp, sale, unit);

    expect(posted[0]).to.include({ lane: "sealed", auction: world.market.auction, chainId: 31337 });
    expect(intentHash).to.equal(hashSealedIntent(intent, world.market));
    const seller = await createOwner(world);
    const otherWay = { sellToken: sale.buyToken, sellAmount: 6n * unit, buyToken: sale.sellToken };
    await place(world, [await signSale(world, seller, { ...otherWay, buyAmount: 9n * unit })]);

    const window = Number(await world.auction.currentWindow());
    expect(await explain(dapp, window, 0), "not cleared yet").to.equal(null);
    await lock(world.market, window);
    const { orders } = await readWindow(world.market, window, { call });
    const { minimums } = world.market;
    const solution = solveSealed({ minimums, orders: orders.filter((order) => order !== null) });
    await send(world, encodeClear({ window, ...solution }));

    const outcome = (await explain(dapp, window, 0))!;
    expect(outcome.band).to.equal("inTheMoney");
    expect(outcome.executed).to.equal(intent.sellAmount - intent.maxFee);
    expect(outcome.bought > 5n * unit, "more than six times the limit").to.equal(true);
    expect(await world.tokens[0]!.allowance(dapp.wallet.address, world.market.auction)).to.equal(0n);
    expect(await world.tokens[0]!.allowance(dapp.wallet.address, permit2Address)).to.equal(MaxUint256);
  });

  it("takes an order back before the lock", async () => {
    const scene = await createScene();
    const { world, dapp } = scene;
    const sale = await saleOf(scene);
    await allowPermit2(dapp, sale.sellToken);
    const before = await world.tokens[0]!.balanceOf(dapp.wallet.address);
    await seal(dapp, sale, 0n);
    expect(before - (await world.tokens[0]!.balanceOf(dapp.wallet.address))).to.equal(10n * unit);

    await takeOrderBack(dapp, Number(await world.auction.currentWindow()), 0);

    expect(await world.tokens[0]!.balanceOf(dapp.wallet.address)).to.equal(before);
  });

  it("rules out a signature that a keeper holds back", async () => {
    const scene = await createScene();
    const { world, dapp, posted, keeper } = scene;
    keeper.holdsBack = true;
    const sale = await saleOf(scene);
    await allowPermit2(dapp, sale.sellToken);
    const { intent } = await seal(dapp, sale, 0n);

    await withdrawSignature(dapp, intent);

    const { intent: json, signature } = posted[0]!;
    const data = encodePlace([parseSealedIntent({ intent: json, signature })]);
    expect((await refusal(world, data)).slice(0, 10)).to.equal(
      ethers.id("NonceSpent(uint256,address,uint256)").slice(0, 10),
    );
  });
});
