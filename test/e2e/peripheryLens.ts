/** One look at sixty intents of all sorts, hostile tokens and signers among them; and conditions made by the SDK. */
import {
  allOfCondition,
  anyOfCondition,
  buildIntent,
  decodeSettlementError,
  encodeSettle,
  hashIntent,
  minimumBalanceCondition,
  nonceFilledCondition,
  parseAddress,
  priceFeedCondition,
  readIntents,
  signIntent,
  timeSlicedCondition,
  type Address,
  type BuildIntentInput,
  type Fill,
  type IntentCondition,
  type IntentObstacle,
  type SignedIntent,
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
  funds,
  keeperOf,
  refusal,
  send,
  type World,
} from "./peripheryWorld.ts";

const call = (transaction: { to: Address; data: string }) => ethers.provider.call(transaction);

async function deployLens({ domain }: World): Promise<Address> {
  return addressOf(await ethers.deployContract("SettlementLens", [domain.verifyingContract]));
}

async function now(): Promise<number> {
  return (await ethers.provider.getBlock("latest"))!.timestamp;
}

describe("the lens", () => {
  it("tells of sixty intents at once what stands in their way, whatever hostile ones among them do", async () => {
    const world = await createWorld();
    const lens = await deployLens(world);
    const keeper = await keeperOf();
    const owner = await createOwner(world);
    const poor = await createAccount();
    const [zero, one] = world.addresses;
    const eater = await addressOf(await ethers.deployContract("GasEater"));
    const bomb = await addressOf(await ethers.deployContract("AnswerBomb", [true]));
    const time = await now();

    const sign = (terms: Partial<BuildIntentInput>, by: HDNodeWallet = owner): Promise<SignedIntent> => {
      const intent = buildIntent({
        sellToken: zero,
        sellAmount: 1_000n,
        buyToken: one,
        buyAmount: 500n,
        ...terms,
        validTo: time + 3_600,
        validFor: undefined,
        now: time - 10,
      } as BuildIntentInput);
      return signIntent(intent, world.domain, by);
    };
    const spent = await sign({});
    await world.settlement.connect(owner).cancel(spent.intent.nonce);
    const unapproved = await sign({});
    const approved = await sign({});
    await world.settlement.connect(owner).setApproval(hashIntent(approved.intent, world.domain), true);
    const byApproval = ({ intent }: SignedIntent): SignedIntent => ({
      intent,
      signature: { scheme: "approval", owner: parseAddress(owner.address) },
    });
    const byContract = ({ intent }: SignedIntent, contract: Address): SignedIntent => ({
      intent,
      signature: { scheme: "eip1271", owner: contract, signature: "0x1234" },
    });
    const expired = await sign({});
    const kinds: [SignedIntent, IntentObstacle | null][] = [
      [await sign({}), null],
      [await sign({ kind: "buy" }), null],
      [await sign({ startBuyAmount: 600n, validFrom: time - 100, decayEnd: time + 1_000_000 }), null],
      [await sign({ validFrom: time + 1_000 }), "NotYetValid"],
      [{ ...expired, intent: { ...expired.intent, validTo: time - 1 } }, "Expired"],
      [await sign({ settler: poor.address }), "WrongSettler"],
      [await sign({}, poor), "InsufficientBalance"],
      [await sign({ sellAmount: funds + 1n }), "InsufficientBalance"],
      [spent, "NonceSpent"],
      [byApproval(unapproved), "NotApproved"],
      [byApproval(approved), null],
      [byContract(await sign({}), eater), "InvalidSignature"],
      [byContract(await sign({}), bomb), "InvalidSignature"],
      [await sign({ sellToken: eater }), "TokenUnreadable"],
      [await sign({ sellToken: bomb }), "TokenUnreadable"],
      [await sign({ condition: eater }), "ConditionFails"],
      [await sign({ condition: bomb }), "ConditionFails"],
      [await sign({ condition: poor.address }), "ConditionFails"],
      [await sign({ partiallyFillable: true, sellAmount: funds + 1n }), null],
      [await sign({ buyToken: eater }), null],
    ];
    const mixed = [...kinds, ...kinds, ...kinds];
    expect(mixed).to.have.length(60);

    const states = await readIntents(
      lens,
      mixed.map(([intent]) => intent),
      { call, keeper: parseAddress(keeper.address) },
    );

    expect(states.map(({ obstacle }) => obstacle)).to.deep.equal(mixed.map(([, obstacle]) => obstacle));
    expect(states[0]).to.deep.include({
      intentHash: hashIntent(kinds[0]![0].intent, world.domain),
      owner: owner.address,
      remaining: 1_000n,
      limitBuyAmount: 500n,
      balance: funds,
      conditionHolds: true,
    });
  });

  it("looks at each part of a long list, and at none of an empty one", async () => {
    const world = await createWorld();
    const lens = await deployLens(world);
    const owner = await createOwner(world);
    const [sellToken, buyToken] = world.addresses;
    const fills: Fill[] = [];
    for (let index = 0; index < 5; ++index) {
      const sellAmount = BigInt(index + 1);
      fills.push(await createFill(world.domain, owner, { sellToken, sellAmount, buyToken, buyAmount: 1n }));
    }
    const states = await readIntents(lens, fills, { call, chunkSize: 2 });
    expect(states.map(({ remaining }) => remaining)).to.deep.equal([1n, 2n, 3n, 4n, 5n]);
    expect(await readIntents(lens, [], { call })).to.deep.equal([]);
  });
});

describe("conditions made by the SDK", () => {
  /** Settles one fill out of the keeper's pocket, or says why not. */
  async function settle(world: World, fills: Fill[]): Promise<string> {
    const keeper = await keeperOf();
    const [zero, one] = world.addresses;
    await world.tokens[1].mint(keeper.address, 10_000n);
    await world.tokens[1].connect(keeper).approve(world.domain.verifyingContract, 10_000n);
    const data = encodeSettle(createBatch(fills, { [zero]: 1n, [one]: 1n }));
    try {
      await send(world.domain.verifyingContract, data);
      return "settled";
    } catch {
      return decodeSettlementError(await refusal(world.domain.verifyingContract, data)).name;
    }
  }

  async function settleUnder(condition: IntentCondition, world: World, owner: HDNodeWallet, nonce?: bigint) {
    const [sellToken, buyToken] = world.addresses;
    const terms = { sellToken, sellAmount: 100n, buyToken, buyAmount: 100n, partiallyFillable: true };
    const fill = await createFill(world.domain, owner, {
      ...terms,
      ...condition,
      ...(nonce === undefined ? {} : { nonce }),
    });
    return settle(world, [fill]);
  }

  it("hold and refuse as they say: a price, a balance, and both or one of them", async () => {
    const world = await createWorld();
    const owner = await createOwner(world);
    const contract = async (name: "PriceFeedCondition" | "MinimumBalanceCondition") =>
      addressOf(await ethers.deployContract(name));
    const feedContract = await ethers.deployContract("ScriptedFeed");
    const [priceAt, balanceAt] = [
      await contract("PriceFeedCondition"),
      await contract("MinimumBalanceCondition"),
    ];
    const allAt = await addressOf(await ethers.deployContract("AllOfCondition"));
    const anyAt = await addressOf(await ethers.deployContract("AnyOfCondition"));
    const feed = await addressOf(feedContract);
    const time = await now();
    await feedContract.set({
      roundId: 1,
      answer: 3_000n,
      startedAt: time,
      updatedAt: time,
      answeredInRound: 1,
    });
    const price = (side: "above" | "below") =>
      priceFeedCondition({ feed, side, threshold: 2_500n, maxAge: 3_600 }, priceAt);
    const balance = (minimum: bigint) =>
      minimumBalanceCondition({ token: world.addresses[1], minimum }, balanceAt);

    expect(await settleUnder(price("above"), world, owner)).to.equal("settled");
    expect(await settleUnder(price("below"), world, owner)).to.equal("OutcomeNotMet");
    expect(await settleUnder(balance(funds + 200n), world, owner)).to.equal("settled");
    expect(await settleUnder(balance(funds + 1_000n), world, owner)).to.equal("OutcomeNotMet");
    const [yes, no] = [price("above"), balance(2n * funds)];
    expect(await settleUnder(allOfCondition([yes, yes], allAt), world, owner)).to.equal("settled");
    expect(await settleUnder(allOfCondition([yes, no], allAt), world, owner)).to.equal("OutcomeNotMet");
    expect(await settleUnder(anyOfCondition([no, yes], anyAt), world, owner)).to.equal("settled");
    expect(await settleUnder(anyOfCondition([no, no], anyAt), world, owner)).to.equal("OutcomeNotMet");
  });

  it("hold and refuse as they say: a bundle, and a schedule", async () => {
    const world = await createWorld();
    const owner = await createOwner(world);
    const { verifyingContract } = world.domain;
    const bundleAt = await addressOf(
      await ethers.deployContract("NonceFilledCondition", [verifyingContract]),
    );
    const slicedAt = await addressOf(await ethers.deployContract("TimeSlicedCondition", [verifyingContract]));
    const [sellToken, buyToken] = world.addresses;
    const leg = (nonce: bigint, other: bigint) =>
      createFill(world.domain, owner, {
        sellToken,
        sellAmount: 100n,
        buyToken,
        buyAmount: 100n,
        nonce,
        ...nonceFilledCondition({ nonce: other }, bundleAt),
      });
    const legs = [await leg(1n, 2n), await leg(2n, 1n)];
    expect(await settle(world, legs.slice(0, 1))).to.equal("OutcomeNotMet");
    expect(await settle(world, legs)).to.equal("settled");

    const time = await now();
    const sliced = (nonce: bigint, start: number) =>
      timeSlicedCondition({ nonce, total: 100n, parts: 4, start, interval: 1_000 }, slicedAt);
    expect(await settleUnder(sliced(3n, time), world, owner, 3n)).to.equal("OutcomeNotMet");
    expect(await settleUnder(sliced(4n, time - 3_000), world, owner, 4n)).to.equal("settled");
    // What the first leg executed is known by its amount, too, if it is more than the rest.
    const proof = nonceFilledCondition(
      { nonce: 3n, owner: parseAddress(owner.address), minimum: 1n },
      bundleAt,
    );
    expect(await settleUnder(proof, world, owner)).to.equal("OutcomeNotMet");
  });
});
