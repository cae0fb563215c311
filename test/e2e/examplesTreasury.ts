/** The treasury of docs/INTEGRATING.md: what its `isValidSignature` accepts and refuses, and what then settles. */
import {
  buildIntent,
  computeFill,
  decodeSettlementError,
  encodeSettle,
  hashIntent,
  parseAddress,
  parseHex,
  settlementAbi,
  signIntent,
  zeroAddress,
  type Address,
  type Hex,
  type Intent,
  type SignedIntent,
} from "@walras/sdk";
import { expect } from "chai";
import { AbiCoder, Interface, MaxUint256, type HDNodeWallet } from "ethers";
import { approvedIntent, encodeSell, signForTreasury, slicedSale } from "../../examples/treasury/treasury.ts";
import type { Treasury } from "../../types/ethers-contracts/index.ts";
import {
  addressOf,
  createAccount,
  createBatch,
  createWorld,
  ethers,
  funds,
  keeperOf,
  networkHelpers,
  refusal,
  send,
  type World,
} from "./peripheryWorld.ts";

const unit = 10n ** 18n;
const hour = 3600;
const accepted = "0x1626ba7e";
const refused = "0x00000000";

type Scene = World & { treasury: Treasury; address: Address; manager: HDNodeWallet; timeSliced: Address };

/** A treasury that may sell token 0 for at least 2 of token 1, one at a time, or one an hour; and a keeper with funds. */
async function createScene(): Promise<Scene> {
  const world = await createWorld();
  const { domain, tokens, addresses } = world;
  const manager = await createAccount();
  const condition = await ethers.deployContract("TimeSlicedCondition", [domain.verifyingContract]);
  const timeSliced = await addressOf(condition);
  const treasury = await ethers.deployContract("Treasury", [
    domain.verifyingContract,
    timeSliced,
    manager.address,
    {
      sellToken: addresses[0],
      buyToken: addresses[1],
      floorPrice: 2n * unit,
      mostAtOnce: unit,
      leastInterval: hour,
      longestValidity: 24 * hour,
    },
  ]);
  const address = await addressOf(treasury);
  await tokens[0].mint(address, funds);
  const keeper = await keeperOf();
  await tokens[1].mint(keeper.address, funds);
  await tokens[1].connect(keeper).approve(domain.verifyingContract, MaxUint256);
  await treasury.connect(manager).allow(10n * unit);
  return { ...world, treasury, address, manager, timeSliced };
}

async function saleAtOnce({ addresses }: World, fields: Partial<Intent> = {}): Promise<Intent> {
  const now = await networkHelpers.time.latest();
  const terms = { sellToken: addresses[0], buyToken: addresses[1], sellAmount: unit, buyAmount: 2n * unit };
  return { ...buildIntent({ ...terms, validTo: now + hour, now }), ...fields };
}

async function saleInSlices({ addresses, timeSliced }: Scene, fields: Partial<Intent> = {}): Promise<Intent> {
  const start = await networkHelpers.time.latest();
  const terms = { sellToken: addresses[0], buyToken: addresses[1], sellAmount: 4n * unit, nonce: 0n };
  const schedule = { buyAmount: 8n * unit, start, parts: 4, interval: hour };
  return { ...slicedSale({ ...terms, ...schedule }, timeSliced), ...fields };
}

/** The keeper settles some of an intent from its own funds, at the floor price. */
function settleCall({ addresses: [zero, one] }: World, signed: SignedIntent, executed: bigint): Hex {
  return encodeSettle(createBatch([{ ...signed, executed, fee: 0n }], { [zero]: 2n, [one]: 1n }));
}

async function refusedAs(scene: Scene, signed: SignedIntent, executed: bigint): Promise<string> {
  const data = await refusal(scene.domain.verifyingContract, settleCall(scene, signed, executed));
  return decodeSettlementError(data).name;
}

/** What the treasury says of bytes that claim to be a signature. */
async function verdict({ treasury }: Scene, hash: Hex, { signature }: SignedIntent): Promise<string> {
  if (signature.scheme !== "eip1271") throw new Error("a signature in the treasury's name expected");
  return treasury.isValidSignature(hash, signature.signature);
}

const intentType =
  new Interface(settlementAbi).getFunction("hashIntent")?.inputs[0]?.format("full") ?? "an intent";

/** The manager's good signature for one digest, shown together with another intent that keeps the rules. */
async function forge({ address, manager }: Scene, shown: Intent, intentHash: Hex): Promise<SignedIntent> {
  const sale = await manager.signTypedData(
    { name: "Treasury", version: "1", chainId: 31337, verifyingContract: address },
    { Sale: [{ name: "intentHash", type: "bytes32" }] },
    { intentHash },
  );
  const bytes = AbiCoder.defaultAbiCoder().encode([intentType, "bytes"], [shown, sale]);
  const signature = parseHex(bytes, "signature");
  return { intent: shown, signature: { scheme: "eip1271", owner: address, signature } };
}

describe("the contract that owns intents", () => {
  it("sells in slices by an approved intent, each when it is due, until all is sold", async () => {
    const scene = await createScene();
    const { domain, address, manager, tokens } = scene;
    const intent = await saleInSlices(scene);
    const signed = approvedIntent(intent, address);
    expect(await refusedAs(scene, signed, unit)).to.equal("NotApproved");

    const receipt = await send(address, encodeSell(intent), manager);
    expect(receipt.logs.at(-1)?.topics[1]).to.equal(hashIntent(intent, domain));

    expect(await refusedAs(scene, signed, unit + 1n), "more than the first slice").to.equal("OutcomeNotMet");
    for (let part = 1n; part <= 4n; part++) {
      await send(domain.verifyingContract, settleCall(scene, signed, unit));
      expect(await tokens[0].balanceOf(address)).to.equal(funds - part * unit);
      expect(await tokens[1].balanceOf(address)).to.equal(2n * part * unit);
      if (part === 4n) break;
      expect(await refusedAs(scene, signed, unit), "before it is due").to.equal("OutcomeNotMet");
      await networkHelpers.time.increase(hour);
    }
    expect(await refusedAs(scene, signed, unit), "after all").to.equal("NonceSpent");
  });

  it("sells by a signature of its manager, once", async () => {
    const scene = await createScene();
    const { domain, address, manager, tokens } = scene;
    const intent = await saleAtOnce(scene);
    const signed = await signForTreasury(intent, domain, manager, address);
    expect(await verdict(scene, hashIntent(intent, domain), signed)).to.equal(accepted);

    await send(domain.verifyingContract, settleCall(scene, signed, unit));

    const { bought } = computeFill(intent, { prices: { sell: 2n, buy: 1n }, executed: unit });
    expect(await tokens[1].balanceOf(address)).to.equal(bought);
    expect(await refusedAs(scene, signed, unit)).to.equal("NonceSpent");
  });

  it("accepts nobody else's signature", async () => {
    const scene = await createScene();
    const stranger = await createAccount();
    const intent = await saleAtOnce(scene);
    const signed = await signForTreasury(intent, scene.domain, stranger, scene.address);

    expect(await verdict(scene, hashIntent(intent, scene.domain), signed)).to.equal(refused);
    expect(await refusedAs(scene, signed, unit)).to.equal("InvalidSignature");
  });

  it("accepts no digest but that of the intent it is shown, though its manager has signed for it", async () => {
    const scene = await createScene();
    const { domain, address, manager } = scene;
    const other = hashIntent(await saleAtOnce(scene, { buyAmount: 1n }), domain);
    const sale = await signForTreasury(await saleAtOnce(scene, { buyAmount: 1n }), domain, manager, address);
    expect(await verdict(scene, other, sale), "below the floor").to.equal(refused);

    const forged = await forge(scene, await saleAtOnce(scene), other);

    expect(await verdict(scene, other, forged)).to.equal(refused);
  });

  it("shares no signature with its manager's own account, nor with another treasury", async () => {
    const scene = await createScene();
    const { domain, address, manager, treasury } = scene;
    const intent = await saleAtOnce(scene);
    const hash = hashIntent(intent, domain);
    const own = await signIntent(intent, domain, manager);
    if (own.signature.scheme !== "ecdsa") throw new Error("an account's signature expected");
    const borrowed = AbiCoder.defaultAbiCoder().encode(
      [intentType, "bytes"],
      [intent, own.signature.signature],
    );
    expect(await treasury.isValidSignature(hash, borrowed)).to.equal(refused);

    const ofAnother = await signForTreasury(intent, domain, manager, parseAddress(manager.address));
    expect(await verdict(scene, hash, ofAnother)).to.equal(refused);
    expect(await verdict(scene, hash, await signForTreasury(intent, domain, manager, address))).to.equal(
      accepted,
    );
  });

  it("accepts no intent for another settlement, or another chain", async () => {
    const scene = await createScene();
    const intent = await saleAtOnce(scene);
    for (const domain of [
      { ...scene.domain, verifyingContract: parseAddress(scene.address) },
      { ...scene.domain, chainId: 1 },
    ]) {
      const signed = await signForTreasury(intent, domain, scene.manager, scene.address);
      expect(await verdict(scene, hashIntent(intent, domain), signed)).to.equal(refused);
      expect(await refusedAs(scene, signed, unit)).to.equal("InvalidSignature");
    }
  });

  it("keeps its rules against its own manager, signed or approved", async () => {
    const scene = await createScene();
    const { domain, address, manager, addresses, timeSliced } = scene;
    const atOnce = await saleAtOnce(scene);
    const sliced = await saleInSlices(scene);
    const everySecond = await saleInSlices(scene);
    const hasty = slicedSale(
      { ...everySecond, start: everySecond.validFrom, parts: 4, interval: 1 },
      timeSliced,
    );
    const breaches: Record<string, Intent> = {
      "below the floor": { ...atOnce, buyAmount: 2n * unit - 1n },
      "to somebody else": { ...atOnce, receiver: parseAddress(manager.address) },
      "another token to sell": { ...atOnce, sellToken: domain.verifyingContract },
      "another token to buy": { ...atOnce, buyToken: domain.verifyingContract },
      "for too long": { ...atOnce, validTo: atOnce.validTo + 24 * hour },
      "too much at once": { ...atOnce, sellAmount: unit + 1n, buyAmount: 3n * unit },
      "slices that are too large": {
        ...slicedSale({ ...sliced, start: sliced.validFrom, parts: 3, interval: hour }, timeSliced),
      },
      "slices that are too fast": hasty,
      "slices of another nonce": { ...sliced, nonce: 1n },
      "slices of another amount": { ...sliced, sellAmount: 3n * unit },
      "slices of a buy": { ...sliced, kind: "buy" },
      "a condition that is no schedule": { ...sliced, condition: addresses[0] },
      "no condition": { ...sliced, condition: zeroAddress },
    };
    for (const [breach, intent] of Object.entries(breaches)) {
      const signed = await signForTreasury(intent, domain, manager, address);
      expect(await verdict(scene, hashIntent(intent, domain), signed), breach).to.equal(refused);
      const reason = await refusal(address, encodeSell(intent), parseAddress(manager.address));
      expect(scene.treasury.interface.parseError(reason)?.name, breach).to.equal("AgainstTheRules");
    }
  });

  it("obeys its manager alone", async () => {
    const scene = await createScene();
    const { treasury, address, addresses } = scene;
    const stranger = await createAccount();
    const calls = [
      encodeSell(await saleAtOnce(scene)),
      treasury.interface.encodeFunctionData("allow", [1n]),
      treasury.interface.encodeFunctionData("stop", [1n]),
      treasury.interface.encodeFunctionData("withdraw", [addresses[0], stranger.address, 1n]),
    ];
    for (const call of calls) {
      const reason = await refusal(address, parseHex(call, "call"), parseAddress(stranger.address));
      expect(treasury.interface.parseError(reason)?.name).to.equal("NotManager");
    }
  });

  it("loses no more than its allowance, nothing to an intent that was stopped, and gives its manager the rest", async () => {
    const scene = await createScene();
    const { treasury, domain, address, manager, tokens, addresses } = scene;
    const [first, second] = [await saleAtOnce(scene), await saleAtOnce(scene)];
    const signed = await signForTreasury(first, domain, manager, address);
    const stopped = await signForTreasury(second, domain, manager, address);

    await treasury.connect(manager).stop(second.nonce);
    expect(await refusedAs(scene, stopped, unit)).to.equal("NonceSpent");
    await treasury.connect(manager).allow(unit - 1n);
    expect(await refusedAs(scene, signed, unit)).to.equal("TransferFailed");

    await treasury.connect(manager).withdraw(addresses[0], manager.address, funds);
    expect(await tokens[0].balanceOf(manager.address)).to.equal(funds);
  });
});
