/** The SDK and the contract speak one language: what the one encodes the other settles, and the other way round. */
import {
  batchTokens,
  buildIntent,
  computeFill,
  decodeSettlementError,
  decodeSettlementLogs,
  encodeSettle,
  hashIntent,
  parseAddress,
  parseHex,
  signIntent,
  type Batch,
  type BuildIntentInput,
  type Fill,
  type Hex,
  type IntentDomain,
} from "@walras/sdk";
import { expect } from "chai";
import { MaxUint256, Wallet, ZeroAddress, type HDNodeWallet } from "ethers";
import { network } from "hardhat";
import { tipCap } from "../../deploy/parameters.ts";
import type { Settlement, TestToken } from "../../types/ethers-contracts/index.ts";

const { ethers } = await network.create();

type World = { settlement: Settlement; domain: IntentDomain; tokens: TestToken[]; addresses: string[] };

async function createWorld(): Promise<World> {
  const settlement = await ethers.deployContract("Settlement", [tipCap, ZeroAddress]);
  const tokens: TestToken[] = [];
  for (const decimals of [6, 8, 18])
    tokens.push(await ethers.deployContract("TestToken", ["Test", "T", decimals]));
  const addresses = await Promise.all(tokens.map((token) => token.getAddress()));
  const verifyingContract = parseAddress(await settlement.getAddress(), "settlement");
  return { settlement, domain: { chainId: 31337, verifyingContract }, tokens, addresses };
}

/** An account with ether, a million atoms of every token, and allowances for all of it. */
async function createOwner({ settlement, tokens }: World): Promise<HDNodeWallet> {
  const [funder] = await ethers.getSigners();
  const owner = Wallet.createRandom(ethers.provider);
  await funder!.sendTransaction({ to: owner.address, value: 10n ** 18n });
  for (const token of tokens) {
    await token.mint(owner.address, 1_000_000n);
    await token.connect(owner).approve(await settlement.getAddress(), MaxUint256);
  }
  return owner;
}

async function fill(
  { domain }: World,
  owner: HDNodeWallet,
  terms: Omit<BuildIntentInput, "validFor" | "validTo">,
  { executed, fee = 0n }: { executed?: bigint; fee?: bigint } = {},
): Promise<Fill> {
  const intent = buildIntent({ ...terms, validFor: 86_400 });
  const signed = await signIntent(intent, domain, owner);
  return {
    ...signed,
    executed: executed ?? (intent.kind === "sell" ? intent.sellAmount : intent.buyAmount),
    fee,
  };
}

async function settle({ settlement }: World, batch: Batch) {
  const [keeper] = await ethers.getSigners();
  const response = await keeper!.sendTransaction({
    to: await settlement.getAddress(),
    data: encodeSettle(batch),
  });
  return (await response.wait())!;
}

/** What the contract says when it is asked to settle the batch and refuses. */
async function refusal({ settlement }: World, batch: Batch): Promise<Hex> {
  const [keeper] = await ethers.getSigners();
  try {
    await keeper!.call({ to: await settlement.getAddress(), data: encodeSettle(batch) });
  } catch (error) {
    if (error instanceof Error && "data" in error) return parseHex(error.data, "revert data");
    throw error;
  }
  throw new Error("The contract did not refuse the batch.");
}

describe("the SDK and the contract", () => {
  it("agree on the hash of an intent with every field set", async () => {
    const world = await createWorld();
    const [one, two, three] = world.addresses;
    const intent = buildIntent({
      sellToken: one!,
      buyToken: two!,
      receiver: three!,
      sellAmount: 2n ** 128n - 1n,
      buyAmount: 7n,
      startBuyAmount: 9n,
      maxFee: 5n,
      feePerWei: 3n,
      validFrom: 10,
      decayEnd: 20,
      validTo: 4_000_000_000,
      nonce: 2n ** 200n + 1n,
      kind: "buy",
      partiallyFillable: true,
      settler: one!,
      condition: two!,
      conditionData: "0x0123456789",
    });

    expect(await world.settlement.hashIntent(intent)).to.equal(hashIntent(intent, world.domain));
  });

  it("settle a ring of three kinds of fills, to the amounts that the SDK computes, and tell of it alike", async () => {
    const world = await createWorld();
    const [ada, ben, cleo] = [await createOwner(world), await createOwner(world), await createOwner(world)];
    const [one, two, three] = world.addresses as [string, string, string];
    const prices = new Map([
      [one, 300n],
      [two, 200n],
      [three, 100n],
    ]);
    const fills = [
      await fill(
        world,
        ada,
        { sellToken: one, sellAmount: 1_000n, buyToken: two, buyAmount: 1_400n, maxFee: 10n },
        { fee: 4n },
      ),
      await fill(
        world,
        ben,
        { sellToken: two, sellAmount: 3_100n, buyToken: three, buyAmount: 6_000n, partiallyFillable: true },
        { executed: 1_494n },
      ),
      await fill(world, cleo, {
        kind: "buy",
        sellToken: three,
        sellAmount: 3_000n,
        buyToken: one,
        buyAmount: 996n,
        nonce: 2n ** 64n + 5n,
      }),
    ];
    const tokens = batchTokens(fills);
    const batch: Batch = {
      tokens,
      prices: tokens.map((token) => prices.get(token)!),
      fills,
      transfers: [
        [0, 2],
        [1, 0],
        [2, 1],
      ],
      callbackData: "0x",
    };
    const expected = fills.map((each) =>
      computeFill(each.intent, {
        prices: { sell: prices.get(each.intent.sellToken)!, buy: prices.get(each.intent.buyToken)! },
        executed: each.executed,
        fee: each.fee,
      }),
    );

    const receipt = await settle(world, batch);

    const { batches } = decodeSettlementLogs(receipt.logs, world.domain.verifyingContract);
    const told = batches.flatMap((each) => each.fills);
    expect(told.map(({ sold, bought }) => ({ sold, bought }))).to.deep.equal(
      expected.map(({ sold, bought }) => ({ sold, bought })),
    );
    expect(told.map(({ owner }) => owner)).to.deep.equal([ada.address, ben.address, cleo.address]);
    expect(told.map(({ intentHash }) => intentHash)).to.deep.equal(
      fills.map((each) => hashIntent(each.intent, world.domain)),
    );
    expect(await world.tokens[1]!.balanceOf(ada.address)).to.equal(1_000_000n + expected[0]!.bought);
    expect(await world.settlement.filledAmount(ben.address, fills[1]!.intent.nonce)).to.equal(1_494n);
    expect(await world.settlement.isNonceSpent(cleo.address, 2n ** 64n + 5n)).to.equal(true);
  });

  it("name the fill that a refused batch stumbles over", async () => {
    const world = await createWorld();
    const [ada, ben] = [await createOwner(world), await createOwner(world)];
    const [one, two] = world.addresses as [string, string];
    const fills = [
      await fill(world, ada, { sellToken: one, sellAmount: 100n, buyToken: two, buyAmount: 100n }),
      await fill(world, ben, { sellToken: two, sellAmount: 100n, buyToken: one, buyAmount: 101n }),
    ];
    const tokens = batchTokens(fills);

    const data = await refusal(world, {
      tokens,
      prices: [1n, 1n],
      fills,
      transfers: [
        [0, 1],
        [1, 0],
      ],
      callbackData: "0x",
    });

    const error = decodeSettlementError(data);
    expect(error.name).to.equal("LimitNotMet");
    expect(error.fillIndex).to.equal(1);
    expect(error.args).to.include({ sold: 100n, bought: 100n, limitBuyAmount: 101n });
  });
});
