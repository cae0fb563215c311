/** Fees that are bound to the metered cost, in real transactions at real gas prices. */
import {
  batchTokens,
  buildIntent,
  decodeSettlementError,
  encodeSettle,
  fillCost,
  findRevertData,
  parseAddress,
  settlementSize,
  signIntent,
  type Batch,
  type Fill,
  type Hex,
  type IntentDomain,
} from "@walras/sdk";
import { expect } from "chai";
import { id, MaxUint256, Wallet, ZeroAddress } from "ethers";
import { network } from "hardhat";
import { tipCap } from "../../deploy/parameters.ts";

const { ethers, networkHelpers } = await network.create();
const gwei = 1_000_000_000n;
const baseFee = 10n * gwei;
/** One sell-token atom for a wei, so that fees and costs are the same numbers. */
const oneForOne = 10n ** 18n;
const amount = 10n ** 18n;

type World = Awaited<ReturnType<typeof createWorld>>;

async function createWorld(dataFee: string = ZeroAddress) {
  const [keeper] = await ethers.getSigners();
  const settlement = await ethers.deployContract("Settlement", [tipCap, dataFee]);
  const verifyingContract = parseAddress(await settlement.getAddress(), "settlement");
  const domain: IntentDomain = { chainId: 31337, verifyingContract };
  const tokens = [];
  for (const name of ["A", "B"]) tokens.push(await ethers.deployContract("TestToken", [name, name, 18]));
  const owners: Wallet[] = [];
  for (let index = 0; index < 6; index++) {
    const owner = new Wallet(id(`owner ${index}`), ethers.provider);
    await keeper!.sendTransaction({ to: owner.address, value: 10n ** 18n });
    for (const token of tokens) {
      await token.mint(owner.address, 10n * amount);
      await token.connect(owner).approve(verifyingContract, MaxUint256);
    }
    owners.push(owner);
  }
  const addresses = await Promise.all(tokens.map((token) => token.getAddress()));
  return { keeper: keeper!, settlement, domain, tokens, addresses, owners };
}

/** Owners sell to one another by twos; the first one of all is charged the fee. */
async function crossing(
  { domain, addresses, owners }: World,
  fee: bigint,
  { count = 2, nonce = 1n, callbackData = "0x" }: { count?: number; nonce?: bigint; callbackData?: Hex } = {},
): Promise<Batch> {
  const fills: Fill[] = [];
  for (const [index, owner] of owners.slice(0, count).entries()) {
    const sellAmount = index === 1 ? amount - fee : amount;
    const intent = buildIntent({
      sellToken: addresses[index % 2]!,
      buyToken: addresses[(index + 1) % 2]!,
      sellAmount,
      buyAmount: 1n,
      validTo: 4_000_000_000,
      nonce,
      ...(index === 0 ? { maxFee: amount, feePerWei: oneForOne } : {}),
    });
    fills.push({
      ...(await signIntent(intent, domain, owner)),
      executed: sellAmount,
      fee: index === 0 ? fee : 0n,
    });
  }
  const tokens = batchTokens(fills);
  const transfers = fills.map((_, index): [number, number] => [index, index ^ 1]);
  return { tokens, prices: tokens.map(() => 1n), fills, transfers, callbackData };
}

/** Sends a transaction in a block with this base fee; null, or what the contract refused it with. */
async function send(
  world: World,
  to: string,
  data: string,
  gasPrice: bigint,
  base = baseFee,
): Promise<string | null> {
  await networkHelpers.setNextBlockBaseFeePerGas(base);
  try {
    const response = await world.keeper.sendTransaction({ to, data, gasPrice, gasLimit: 15_000_000n });
    expect((await response.wait())?.status).to.equal(1);
    return null;
  } catch (error) {
    const revertData = findRevertData(error);
    if (revertData === null) throw error;
    const { name, args } = decodeSettlementError(revertData);
    return [name, ...Object.values(args)].join(" ");
  }
}

const settle = async (world: World, batch: Batch, gasPrice = baseFee + gwei) =>
  send(world, await world.settlement.getAddress(), encodeSettle(batch), gasPrice);

/** Two batches of the same owners in one transaction. */
async function settleBoth(world: World, first: bigint, second: bigint): Promise<string | null> {
  const multicall = await ethers.deployContract("Multicall");
  const calls = [await crossing(world, first), await crossing(world, second, { nonce: 2n })].map((batch) =>
    encodeSettle(batch),
  );
  const target = await world.settlement.getAddress();
  const data = multicall.interface.encodeFunctionData("run", [target, calls]);
  return send(world, await multicall.getAddress(), data, baseFee + gwei);
}

const refused = (fee: bigint, cost: bigint) => `FeeAboveCost 0 ${fee} ${fee} ${cost}`;

describe("a fee that is bound to the metered cost", () => {
  const prices = { gasPrice: baseFee + gwei, baseFee };
  let world: World;
  let snapshot: Awaited<ReturnType<typeof networkHelpers.takeSnapshot>>;

  before(async () => {
    world = await createWorld();
    snapshot = await networkHelpers.takeSnapshot();
  });
  afterEach(() => snapshot.restore());

  it("is the cost at the signed rate, and not one atom more", async () => {
    const cost = fillCost(prices, { count: 2, isFresh: true });
    expect(await settle(world, await crossing(world, cost + 1n))).to.equal(refused(cost + 1n, cost));
    expect(await settle(world, await crossing(world, cost))).to.equal(null);
    expect(await world.tokens[0]!.balanceOf(world.keeper.address)).to.equal(cost);
  });

  it("is less where the nonce's word is in use", async () => {
    await world.settlement.connect(world.owners[0]).cancel(0n);
    const cost = fillCost(prices, { count: 2 });
    expect(await settle(world, await crossing(world, cost + 1n))).to.equal(refused(cost + 1n, cost));
    expect(await settle(world, await crossing(world, cost))).to.equal(null);
  });

  it("is less in a larger batch, whoever's the other fills are", async () => {
    const cost = fillCost(prices, { count: 6, isFresh: true });
    expect(cost < fillCost(prices, { count: 2, isFresh: true })).to.equal(true);
    expect(await settle(world, await crossing(world, cost + 1n, { count: 6 }))).to.equal(
      refused(cost + 1n, cost),
    );
    expect(await settle(world, await crossing(world, cost, { count: 6 }))).to.equal(null);
  });

  it("does not rise with a tip above the cap", async () => {
    const cost = fillCost({ gasPrice: baseFee + tipCap, baseFee }, { count: 2, isFresh: true });
    const gasPrice = baseFee + 50n * tipCap;
    expect(await settle(world, await crossing(world, cost + 1n), gasPrice)).to.equal(
      refused(cost + 1n, cost),
    );
    expect(await settle(world, await crossing(world, cost), gasPrice)).to.equal(null);
  });

  it("does not rise with bytes that are added", async () => {
    const cost = fillCost(prices, { count: 2, isFresh: true });
    const batch = await crossing(world, cost + 1n);
    batch.transfers = Array.from({ length: 1000 }, () => batch.transfers).flat();
    expect(await settle(world, batch)).to.equal(refused(cost + 1n, cost));
    const padded = `${encodeSettle(await crossing(world, cost + 1n))}${"ff".repeat(10_000)}`;
    expect(await send(world, await world.settlement.getAddress(), padded, prices.gasPrice)).to.equal(
      refused(cost + 1n, cost),
    );
  });

  it("does not rise with gas that the keeper's callback burns", async () => {
    const cost = fillCost(prices, { count: 2, isFresh: true });
    const burner = await ethers.deployContract("ScriptedKeeper", [await world.settlement.getAddress()]);
    const mint = world.tokens[1]!.interface.encodeFunctionData("mint", [await burner.getAddress(), 1n]);
    for (let index = 0; index < 50; index++) await burner.onCallback(world.addresses[1]!, mint);
    const through = async (fee: bigint) => {
      const batch = encodeSettle(await crossing(world, fee, { callbackData: "0x01" }));
      const data = burner.interface.encodeFunctionData("execute", [
        await world.settlement.getAddress(),
        batch,
      ]);
      return send(world, await burner.getAddress(), data, prices.gasPrice);
    };
    expect(await through(cost + 1n)).to.equal(refused(cost + 1n, cost));
    expect(await through(cost)).to.equal(null);
    expect(await burner.callbacks()).to.equal(1n);
  });

  it("counts the transaction's own gas in one of its batches only", async () => {
    const first = fillCost(prices, { count: 2, isFresh: true });
    // The first batch has put the word into use.
    const second = fillCost(prices, { count: 2 }) - (21_000n * prices.gasPrice) / 2n;
    expect(await settleBoth(world, first, second + 1n)).to.equal(refused(second + 1n, second));
    // Nor is it more than the gas that was really used: what the first batch has touched costs the second one less.
    expect(await settleBoth(world, first, second)).to.match(new RegExp(`^FeesAboveCost ${second} `));
    expect(await settleBoth(world, first, second / 2n)).to.equal(null);
  });

  it("shares the transaction's own gas out in the first batch that charges a fee for it", async () => {
    const whole = fillCost(prices, { count: 2 });
    const rest = whole - (21_000n * prices.gasPrice) / 2n;
    // One wei is a fee; nothing is none.
    expect(await settleBoth(world, 0n, whole + 1n)).to.equal(refused(whole + 1n, whole));
    expect(await settleBoth(world, 1n, rest + 1n)).to.equal(refused(rest + 1n, rest));
  });

  it("may come to all that the batch has really cost, and to no wei more", async () => {
    const first = fillCost(prices, { count: 2, isFresh: true });
    const second = fillCost(prices, { count: 2 }) - (21_000n * prices.gasPrice) / 2n;
    const cost = BigInt((await settleBoth(world, first, second))?.split(" ")[2] ?? 0);
    expect(await settleBoth(world, first, cost + 1n)).to.equal(`FeesAboveCost ${cost + 1n} ${cost}`);
    expect(await settleBoth(world, first, cost)).to.equal(null);
  });

  it("does not take gas that the callback burns for gas that the batch has used", async () => {
    const target = await world.settlement.getAddress();
    const burner = await ethers.deployContract("ScriptedKeeper", [target]);
    const mint = world.tokens[1]!.interface.encodeFunctionData("mint", [await burner.getAddress(), 1n]);
    for (let index = 0; index < 50; index++) await burner.onCallback(world.addresses[1]!, mint);
    const multicall = await ethers.deployContract("Multicall");
    const first = fillCost(prices, { count: 2, isFresh: true });
    const second = fillCost(prices, { count: 2 }) - (21_000n * prices.gasPrice) / 2n;
    const batches = [
      await crossing(world, first),
      await crossing(world, second, { nonce: 2n, callbackData: "0x01" }),
    ];
    const calls = batches.map((batch) =>
      burner.interface.encodeFunctionData("execute", [target, encodeSettle(batch)]),
    );
    const data = multicall.interface.encodeFunctionData("run", [await burner.getAddress(), calls]);
    const answer = await send(world, await multicall.getAddress(), data, prices.gasPrice);
    expect(answer).to.match(new RegExp(`^FeesAboveCost ${second} `));
  });

  it("is nothing in a transaction whose gas costs nothing", async () => {
    const target = await world.settlement.getAddress();
    const free = async (fee: bigint) => send(world, target, encodeSettle(await crossing(world, fee)), 0n, 0n);
    expect(await free(1n)).to.equal(refused(1n, 0n));
    const cost = fillCost({ gasPrice: 1n, baseFee: 0n }, { count: 2, isFresh: true });
    const cheap = await send(world, target, encodeSettle(await crossing(world, cost + 1n)), 1n, 0n);
    expect(cheap, "the least that gas can cost").to.equal(refused(cost + 1n, cost));
    expect(await free(0n)).to.equal(null);
  });

  it("is what the contract tells beforehand", async () => {
    const probe = await ethers.deployContract("CostProbe");
    const target = await world.settlement.getAddress();
    for (const gasPrice of [baseFee, baseFee + gwei, baseFee + 3n * gwei]) {
      for (const count of [1, 2, 77]) {
        for (const isFresh of [false, true]) {
          await networkHelpers.setNextBlockBaseFeePerGas(baseFee);
          await (await probe.read(target, count, isFresh, { gasPrice })).wait();
          expect(await probe.cost()).to.equal(fillCost({ gasPrice, baseFee }, { count, isFresh }));
        }
      }
    }
  });
});

describe("the chain's data fee", () => {
  const prices = { gasPrice: baseFee + gwei, baseFee };

  it("is shared out on Arbitrum, at the precompile's price for a byte", async () => {
    const { deployedBytecode } = await import("hardhat").then(({ artifacts }) =>
      artifacts.readArtifact("ArbGasInfo"),
    );
    await networkHelpers.setCode("0x000000000000000000000000000000000000006C", deployedBytecode);
    const adapter = await ethers.deployContract("ArbitrumDataFee");
    const world = await createWorld(await adapter.getAddress());

    const chainFee = { dataFee: settlementSize(2) * 1_600_000_000n, weiPerGas: 0n };
    const cost = fillCost({ ...prices, chainFee }, { count: 2, isFresh: true });
    expect(cost > fillCost(prices, { count: 2, isFresh: true })).to.equal(true);
    const target = await world.settlement.getAddress();
    const free = await send(world, target, encodeSettle(await crossing(world, 1n)), 0n, 0n);
    expect(free, "nobody pays it where gas costs nothing").to.equal(refused(1n, 0n));
    expect(await settle(world, await crossing(world, cost + 1n))).to.equal(refused(cost + 1n, cost));
    expect(await settle(world, await crossing(world, cost))).to.equal(null);
  });

  it("is read on a chain of the OP stack from its own oracle", async () => {
    const op = await network.create({ network: "opNode", chainType: "op" });
    // As a node sets them at each block: base fee of L1, base fee of blobs, scalars, operator fee.
    const l1Block = "0x4200000000000000000000000000000000000015";
    const words: [number, bigint][] = [
      [1, 20n * gwei],
      [7, 3n * gwei],
      [3, (1_368n << 96n) | (810_949n << 64n)],
      [8, (25_000_000n << 64n) | 7_000n],
    ];
    for (const [slot, value] of words) await op.networkHelpers.setStorageAt(l1Block, slot, value);
    const oracle = new op.ethers.Contract(
      "0x420000000000000000000000000000000000000F",
      [
        "function getL1FeeUpperBound(uint256) view returns (uint256)",
        "function getOperatorFee(uint256) view returns (uint256)",
      ],
      op.ethers.provider,
    );
    const adapter = await op.ethers.deployContract("OptimismDataFee");
    const [dataFee, weiPerGas] = await adapter.quote(1_000n);

    const read = async (method: string, value: bigint): Promise<bigint> => {
      const answer: unknown = await oracle.getFunction(method)(value);
      return typeof answer === "bigint" ? answer : 0n;
    };
    const constant = await read("getOperatorFee", 0n);
    expect(dataFee).to.equal((await read("getL1FeeUpperBound", 932n)) + constant);
    expect(dataFee > constant, "there is a fee for data").to.equal(true);
    expect(weiPerGas).to.equal(25n);
  });
});
