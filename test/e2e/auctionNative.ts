/** Ether in a sealed window by the SDK: sold, rolled on as somebody else's transaction, bought; and the coin at both ends. */
import {
  buildNativeSealedSale,
  decodeAuctionLogs,
  encodeClaim,
  encodeClear,
  encodeNativeOrderCancel,
  encodeNativeOrderClaim,
  encodeNativePlace,
  encodeNativeUnwrap,
  encodeRoll,
  hashSealedIntent,
  nativeReceiver,
  parseAddress,
  readWindow,
  zeroAddress,
  type Address,
  type Hex,
} from "@walras/sdk";
import { expect } from "chai";
import type { HDNodeWallet } from "ethers";
import { solveSealed } from "@walras/solver";
import {
  addressOf,
  call,
  createAccount,
  createAuctionWorld,
  ethers,
  keeperOf,
  lock,
  now,
  place,
  send,
  signSale,
  type AuctionWorld,
} from "./auctionWorld.ts";

const ether = 10n ** 18n;

/** An auction of wrapped ether and a token, and the contract for ether itself. */
async function createNativeWorld() {
  const wrapped = await ethers.deployContract("WrappedEther");
  const weth = await addressOf(wrapped);
  const token = await addressOf(await ethers.deployContract("TestToken", ["Token", "T", 18]));
  const world = await createAuctionWorld(2, [weth, token]);
  const settlement = await addressOf(await ethers.deployContract("Settlement", [0n, zeroAddress]));
  const native = await addressOf(await ethers.deployContract("NativeIntents", [settlement, weth]));
  return { ...world, wrapped, weth, token: await ethers.getContractAt("TestToken", token), native };
}

type NativeWorld = Awaited<ReturnType<typeof createNativeWorld>>;

async function callNative(world: NativeWorld, data: Hex, from: HDNodeWallet, value = 0n) {
  const response = await from.sendTransaction({ to: world.native, data, value });
  return (await response.wait())!;
}

/** Sells ether for at least as many tokens, in this window or the next. */
async function sell(world: NativeWorld, user: HDNodeWallet, value: bigint) {
  const buyToken = await addressOf(world.token);
  const terms = { user: parseAddress(user.address), value, buyToken, buyAmount: value, windows: 2 };
  const sale = buildNativeSealedSale({ ...terms, now: await now() }, world.market, world.weth);
  const receipt = await callNative(world, encodeNativePlace(world.market.auction, sale), user, value);
  return { sale, receipt };
}

/** Somebody gives tokens for at least nine tenths as much wrapped ether, and gets it where `receiver` says. */
async function buy(
  world: NativeWorld,
  amount: bigint,
  receiver: (buyer: Address) => Address = (buyer) => buyer,
) {
  const buyer = await createAccount();
  await world.token.mint(buyer.address, amount);
  await world.token.connect(buyer).approve(world.market.auction, amount);
  const terms = {
    ...{ sellToken: await addressOf(world.token), sellAmount: amount, buyToken: world.weth },
    ...{ buyAmount: (amount * 9n) / 10n, receiver: receiver(parseAddress(buyer.address)) },
  };
  await place(world, [await signSale(world, buyer, terms)]);
  return buyer;
}

/** Clears the window that is locked next, and returns it. */
async function clearNext(world: AuctionWorld): Promise<number> {
  const window = Number(await world.auction.currentWindow());
  await lock(world.market, window);
  const { orders } = await readWindow(world.market, window, { call });
  const standing = orders.filter((order) => order !== null);
  await send(
    world,
    encodeClear({ window, ...solveSealed({ minimums: world.market.minimums, orders: standing }) }),
  );
  return window;
}

describe("ether in a sealed window", () => {
  it("is sold without a signature and an allowance, and what is not sold comes back as ether", async () => {
    const world = await createNativeWorld();
    const user = await createAccount();
    const { sale, receipt } = await sell(world, user, 2n * ether);
    const owner = nativeReceiver(parseAddress(user.address), world.native);
    const [placed] = decodeAuctionLogs(receipt.logs, world.market.auction);
    const intentHash = hashSealedIntent(sale, world.market);
    expect(placed).to.deep.include({ event: "Place", owner, intentHash, id: 0 });

    await buy(world, ether);
    const window = await clearNext(world);
    // Anybody rolls the rest on; then it is the user's to take.
    await send(world, encodeRoll(window, [0]));
    const got = await world.token.balanceOf(user.address);
    expect(got >= (ether * 999n) / 1000n).to.equal(true);
    const { orders } = await readWindow(world.market, window + 1, { call });
    expect(orders[0]).to.include({ owner, receiver: user.address });

    const elsewhere = parseAddress((await createAccount()).address);
    const before = await ethers.provider.getBalance(elsewhere);
    await callNative(world, encodeNativeOrderCancel(world.market.auction, window + 1, [0], elsewhere), user);
    const back = (await ethers.provider.getBalance(elsewhere)) - before;
    expect(back).to.equal(orders[0]!.amount);
    expect(await world.wrapped.balanceOf(owner)).to.equal(0n);
  });

  it("is taken out of a cleared window by the user, who does not want to be rolled", async () => {
    const world = await createNativeWorld();
    const user = await createAccount();
    await sell(world, user, 2n * ether);
    await buy(world, ether);
    const window = await clearNext(world);
    const elsewhere = parseAddress((await createAccount()).address);
    const before = await ethers.provider.getBalance(elsewhere);
    const token = await addressOf(world.token);

    await callNative(world, encodeNativeOrderClaim(world.market.auction, window, 0, token, elsewhere), user);

    const back = (await ethers.provider.getBalance(elsewhere)) - before;
    const bought = await world.token.balanceOf(elsewhere);
    expect(back >= (ether * 9n) / 10n && bought >= (ether * 9n) / 10n).to.equal(true);
    expect(await world.token.balanceOf(user.address)).to.equal(0n);
  });

  it("is bought by whoever names the user's receiver, and anybody unwraps it for the user", async () => {
    const world = await createNativeWorld();
    await sell(world, await createAccount(), 2n * ether);
    const buyer = await buy(world, ether, (user) => nativeReceiver(user, world.native));
    const window = await clearNext(world);
    await send(world, encodeClaim(window, [1]));
    const arrived = await world.wrapped.balanceOf(nativeReceiver(parseAddress(buyer.address), world.native));
    expect(arrived >= (ether * 9n) / 10n).to.equal(true);
    const before = await ethers.provider.getBalance(buyer.address);

    const keeper = await keeperOf();
    const data = encodeNativeUnwrap(parseAddress(buyer.address));
    await (await keeper.sendTransaction({ to: world.native, data })).wait();

    expect((await ethers.provider.getBalance(buyer.address)) - before).to.equal(arrived);
  });
});
