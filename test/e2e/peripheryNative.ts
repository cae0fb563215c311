/** Ether both ways by the SDK: deposited, sold and refunded; bought, and unwrapped by the keeper with the batch. */
import {
  buildNativeSale,
  decodeNativeDeposits,
  encodeExecutorSettle,
  encodeNativeClaim,
  encodeNativeDeposit,
  encodeNativeRefund,
  encodeNativeUnwrap,
  encodeNativeWithdraw,
  intentStructHash,
  nativeNonce,
  nativeReceiver,
  nativeSignedIntent,
  parseAddress,
  verifyIntentSignature,
  zeroAddress,
  type Address,
  type Fill,
  type Intent,
} from "@walras/sdk";
import { expect } from "chai";
import type { HDNodeWallet } from "ethers";
import {
  addressOf,
  createAccount,
  createBatch,
  createFill,
  createOwner,
  createWorld,
  ethers,
  keeperOf,
  networkHelpers,
  send,
  type World,
} from "./peripheryWorld.ts";

const ether = 10n ** 18n;

async function createNativeWorld() {
  const world = await createWorld();
  const wrapped = await ethers.deployContract("WrappedEther");
  const weth = await addressOf(wrapped);
  const contract = await ethers.deployContract("NativeIntents", [world.domain.verifyingContract, weth]);
  return { ...world, wrapped, weth, contract, native: await addressOf(contract) };
}

type NativeWorld = Awaited<ReturnType<typeof createNativeWorld>>;

/** Deposits a sale of ether for as many atoms of token 0, and reads it back from the chain as a keeper would. */
async function depositSale(
  { native, weth, addresses }: NativeWorld,
  depositor: HDNodeWallet,
  value: bigint,
): Promise<Intent> {
  const intent = buildNativeSale(
    {
      depositor: parseAddress(depositor.address),
      value,
      buyToken: addresses[0],
      buyAmount: value,
      partiallyFillable: true,
      validTo: 2_000_000_000,
    },
    weth,
  );
  const response = await depositor.sendTransaction({ to: native, data: encodeNativeDeposit(intent), value });
  const receipt = await response.wait();
  const [deposited] = decodeNativeDeposits(receipt!.logs, native);
  expect(deposited).to.deep.equal(nativeSignedIntent(intent, native));
  return intent;
}

/** Settles a deposit, or a part of it, against an owner who buys ether and gets it as ether. */
async function settleBothWays(world: NativeWorld, intent: Intent, executed: bigint) {
  const buyer = await createOwner(world);
  const receiver = nativeReceiver(parseAddress(buyer.address), world.native);
  const fills: Fill[] = [
    { ...nativeSignedIntent(intent, world.native), executed, fee: 0n },
    await createFill(world.domain, buyer, {
      sellToken: world.addresses[0],
      sellAmount: executed,
      buyToken: world.weth,
      buyAmount: executed,
      receiver,
    }),
  ];
  const batch = createBatch(
    fills,
    { [world.weth]: 1n, [world.addresses[0]]: 1n },
    {
      transfers: [
        [0, 1],
        [1, 0],
      ],
    },
  );
  const unwrap = { target: world.native, data: encodeNativeUnwrap(parseAddress(buyer.address)) };
  const before = await ethers.provider.getBalance(buyer.address);
  await send(world.executorAddress, encodeExecutorSettle(batch, { afterwards: [unwrap] }));
  return (await ethers.provider.getBalance(buyer.address)) - before;
}

describe("ether by intents", () => {
  it("is sold from a deposit and bought as ether, in one transaction of a keeper's executor", async () => {
    const world = await createNativeWorld();
    const depositor = await createAccount();
    const intent = await depositSale(world, depositor, ether);
    const call = (transaction: { to: Address; data: string }) => ethers.provider.call(transaction);
    expect(
      await verifyIntentSignature(nativeSignedIntent(intent, world.native), world.domain, { call }),
    ).to.equal(world.native);
    expect(await world.contract.depositOf(intent.nonce)).to.equal(intentStructHash(intent));

    expect(await settleBothWays(world, intent, ether)).to.equal(ether);

    expect(await world.tokens[0].balanceOf(depositor.address)).to.equal(ether);
    expect(await world.wrapped.balanceOf(world.native)).to.equal(0n);
  });

  it("comes back as far as it was not sold, on demand or when the intent has expired", async () => {
    const world = await createNativeWorld();
    const depositor = await createAccount();
    const [first, second] = [
      await depositSale(world, depositor, ether),
      await depositSale(world, depositor, 2n * ether),
    ];
    await settleBothWays(world, first, ether / 4n);
    await settleBothWays(world, second, ether);
    const to = parseAddress((await createAccount()).address);
    const before = await ethers.provider.getBalance(to);

    await send(world.native, encodeNativeWithdraw(first, to), depositor);
    expect((await ethers.provider.getBalance(to)) - before).to.equal((ether * 3n) / 4n);

    const snapshot = await networkHelpers.takeSnapshot();
    await networkHelpers.time.increaseTo(second.validTo + 1);
    const held = await ethers.provider.getBalance(depositor.address);
    await send(world.native, encodeNativeRefund(second), await createAccount());
    expect((await ethers.provider.getBalance(depositor.address)) - held).to.equal(ether);
    expect(await world.wrapped.balanceOf(world.native)).to.equal(0n);
    await snapshot.restore();
  });

  it("arrives at a receiver that the SDK computes as the contract does, and that only its user can empty", async () => {
    const world = await createNativeWorld();
    const [user, stranger] = [await createAccount(), await createAccount()];
    const receiver = nativeReceiver(parseAddress(user.address), world.native);
    expect(await world.contract.receiverOf(user.address)).to.equal(receiver);
    const keeper = await keeperOf();
    await world.wrapped.connect(keeper).deposit({ value: 5n });
    await world.wrapped.connect(keeper).transfer(receiver, 5n);

    await send(world.native, encodeNativeClaim(zeroAddress, parseAddress(stranger.address)), stranger);
    expect(await world.wrapped.balanceOf(receiver)).to.equal(5n);
    const to = ethers.Wallet.createRandom().address;
    await send(world.native, encodeNativeClaim(zeroAddress, parseAddress(to)), user);
    expect(await ethers.provider.getBalance(to)).to.equal(5n);
  });

  it("is deposited under nonces that only the depositor can use", async () => {
    const world: World = await createWorld();
    const depositor = parseAddress(world.executorAddress);
    expect(nativeNonce(depositor, 7n) >> 96n).to.equal(BigInt(depositor));
    expect(nativeNonce(depositor, 7n) & 0xffn).to.equal(7n);
    expect(nativeNonce(depositor)).not.to.equal(nativeNonce(depositor));
  });
});
