/** Orders that Permit2 funds, from the SDK through a keeper's API to what they have bought; by the code that is on every chain. */
import { readFileSync } from "node:fs";
import {
  buildSealedIntent,
  createKeeperClient,
  KeeperApiError,
  permit2Address,
  signSealedPermit2,
  type Intent,
  type IntentView,
} from "@walras/sdk";
import { expect } from "chai";
import { z } from "zod";
import { startAuction, unit, type AuctionWorld } from "../../test/auctionWorld.ts";
import { startKeeperProcess, type KeeperProcess } from "../../test/keeperProcess.ts";
import { erc20, walletOf } from "../../test/localChain.ts";
import { Database } from "../../test/testKeeper.ts";
import { fortune, startWorld, type World } from "../../test/world.ts";

/** The package ships the code as it is on every chain, but does not export it. */
const shipped = new URL(
  "../../../../node_modules/@1inch/solidity-utils/dist/src/permit2.json",
  import.meta.url,
);
const { bytecode } = z.object({ bytecode: z.string() }).parse(JSON.parse(readFileSync(shipped, "utf8")));

const shortly = () => new Promise((resolve) => setTimeout(resolve, 50));

describe("a keeper and Permit2", function () {
  this.timeout(300_000);
  let world: World;
  let lane: AuctionWorld;
  let database: Database;
  let keeper: KeeperProcess;
  let client: ReturnType<typeof createKeeperClient>;

  before(async () => {
    world = await startWorld();
    const { local, tokens } = world;
    await local.request("hardhat_setCode", [permit2Address, bytecode]);
    lane = await startAuction(world, permit2Address);
    // These owners allow Permit2, and no auction.
    for (const index of [1, 2]) {
      for (const token of tokens) {
        const approve = (spender: string, amount: bigint) =>
          local.send(world.owner(index), token, erc20.encodeFunctionData("approve", [spender, amount]));
        await approve(lane.auction.auction, 0n);
        await approve(permit2Address, 2n ** 256n - 1n);
      }
    }
    await lane.nextWindow();
    database = new Database();
    keeper = startKeeperProcess(world, database, { auctions: [lane.auction.auction] });
    client = createKeeperClient({ url: await keeper.url });
  });
  after(async () => {
    keeper.child.kill("SIGKILL");
    await keeper.ended;
    database.remove();
    await world.close();
  });

  const sign = async (index: number, terms: Partial<Intent> = {}, signer = index) => {
    const [sellToken, buyToken] = world.tokens;
    const { timestamp: now } = await world.local.chain.latestBlock();
    const amounts = { sellAmount: unit, buyAmount: (9n * unit) / 10n };
    const intent = buildSealedIntent(
      { sellToken, buyToken, ...amounts, ...terms, validTo: now + 3000, now },
      lane.auction,
    );
    return signSealedPermit2(intent, lane.auction, walletOf(signer), { owner: world.owner(index) });
  };
  const codeOf = async (posting: Promise<IntentView>) => {
    try {
      return (await posting).status;
    } catch (error) {
      return error instanceof KeeperApiError ? error.code : String(error);
    }
  };

  it("places, clears and pays out intents whose one signature allows and funds them", async () => {
    const [a, b] = world.tokens;
    const fees = { sellAmount: unit + unit / 2n, maxFee: unit / 2n, feePerWei: 10n ** 6n };
    const signed = [await sign(1), await sign(2, { ...fees, sellToken: b, buyToken: a })];
    const posted: IntentView[] = [];
    for (const one of signed) posted.push(await client.postSealedIntent(one, lane.auction));
    expect(posted.map(({ status, lane: where }) => [status, where])).to.deep.equal([
      ["open", "sealed"],
      ["open", "sealed"],
    ]);
    await lane.beforeLock(60);
    const views = async () => Promise.all(posted.map(({ intentHash }) => client.getIntent(intentHash)));
    const until = async (status: string) => {
      for (;;) {
        const found = await views();
        if (found.every((view) => view.status === status)) return found;
        await shortly();
      }
    };
    await until("placed");
    await lane.nextWindow();
    const [one, two] = await until("filled");
    expect(one).to.include({ sold: unit.toString(), fee: "0" });
    expect(await world.balance(a, world.owner(1))).to.equal(fortune - unit);
    expect(await world.balance(b, world.owner(1))).to.equal(fortune + BigInt(one?.bought ?? 0));
    expect(await world.balance(b, world.owner(2))).to.equal(fortune - BigInt(two?.sold ?? 0));
    expect(BigInt(two?.fee ?? 0) > 0n).to.equal(true);
  });

  it("refuses a signature that is another's or for other terms, and an owner who has not allowed Permit2", async () => {
    const [, , c] = world.tokens;
    const good = await sign(1);
    const forged = await sign(1, {}, 2);
    const changed = { ...good, intent: { ...good.intent, buyAmount: unit / 2n } };
    const stranger = await sign(3);
    expect(await codeOf(client.postSealedIntent(forged, lane.auction))).to.equal("InvalidSignature");
    expect(await codeOf(client.postSealedIntent(changed, lane.auction))).to.equal("InvalidSignature");
    expect(await codeOf(client.postSealedIntent(stranger, lane.auction))).to.equal("InsufficientAllowance");
    const poor = await sign(1, { sellToken: c, sellAmount: fortune + 1n });
    expect(await codeOf(client.postSealedIntent(poor, lane.auction))).to.equal("InsufficientBalance");
  });

  it("says why an intent can no longer be placed when Permit2 would not move its tokens", async () => {
    await lane.nextWindow();
    const [a] = world.tokens;
    const one = await sign(1);
    const { intentHash } = await client.postSealedIntent(one, lane.auction);
    const none = erc20.encodeFunctionData("approve", [permit2Address, 0n]);
    await world.local.send(world.owner(1), a, none);
    await lane.beforeLock(60);
    let view = await client.getIntent(intentHash);
    while (view.status !== "invalid") {
      await shortly();
      view = await client.getIntent(intentHash);
    }
    expect(view.reason?.code).to.equal("InsufficientAllowance");
    expect(view.reason?.message).to.include("allows Permit2 0 of");
  });
});
