import { encodeSettle, settlementAbi } from "@walras/sdk";
import { expect } from "chai";
import { Interface } from "ethers";
import { withWorld } from "../../test/hooks.ts";
import { pairOf, startDesk, type Desk, type DeskOptions } from "../../test/desk.ts";
import { type InstantIntent, type World } from "../../test/world.ts";
import { KeeperError } from "../errors.ts";

const settlementCalls = new Interface(settlementAbi);

describe("intents whose nonce is spent by others", function () {
  this.timeout(300_000);
  let world: World;
  let desk: Desk;

  withWorld((started) => void (world = started));
  afterEach(async () => {
    await desk.close();
    await world.reset();
  });

  const start = async (options?: DeskOptions) => {
    desk = await startDesk(world, options);
  };
  const stateOf = async (intent: InstantIntent) => [await desk.status(intent), await desk.reason(intent)];
  const cancel = (owner: number, { signed }: InstantIntent) =>
    world.local.send(
      world.owner(owner),
      world.settlement,
      settlementCalls.encodeFunctionData("cancel", [signed.intent.nonce]),
    );

  /** Somebody else settles the two with each other, so much of each. */
  const settleElsewhere = async (pair: readonly InstantIntent[], executed: bigint) => {
    const tokens = world.tokens.slice(0, 2).toSorted((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
    const calldata = encodeSettle({
      tokens,
      prices: [1n, 1n],
      fills: pair.map(({ signed }) => ({ ...signed, executed, fee: 0n })),
      transfers: [
        [0, 1],
        [1, 0],
      ],
      callbackData: "0x",
    });
    await world.local.send(world.owner(5), world.settlement, calldata);
  };

  it("are cancelled for good only once that is as deep as the configured depth", async () => {
    await start({ confirmations: 2 });
    const intent = await world.sign(1);
    await desk.add(intent);
    await cancel(1, intent);
    await desk.round();
    expect(await stateOf(intent)).to.deep.equal(["invalid", "CancelledOnChain"]);
    await world.local.mine();
    await desk.round();
    expect(await stateOf(intent)).to.deep.equal(["cancelled", "CancelledOnChain"]);
  });

  it("come back when a reorg takes the cancellation away", async () => {
    await start({ confirmations: 3 });
    const intent = await world.sign(1);
    await desk.add(intent);
    const snapshot = await world.local.request("evm_snapshot");
    await cancel(1, intent);
    await desk.round();
    expect(await desk.status(intent)).to.equal("invalid");
    await world.local.request("evm_revert", [snapshot]);
    await world.local.mine(2);
    await desk.round();
    expect(await stateOf(intent)).to.deep.equal(["open", "NoCounterparty"]);
  });

  it("are filled when another keeper has settled them, whole or in the last of several parts", async () => {
    await start();
    const pair = await pairOf(world);
    const partial = { partiallyFillable: true };
    const [a, b] = world.tokens;
    const parts = [
      await world.sign(3, { sellToken: a, buyToken: b, ...partial }),
      await world.sign(4, { sellToken: b, buyToken: a, ...partial }),
    ];
    await desk.add(...pair, ...parts);
    await settleElsewhere(pair, 1000n);
    await settleElsewhere(parts, 400n);
    await settleElsewhere(parts, 600n);
    await desk.round();
    for (const intent of [...pair, ...parts]) {
      expect(await stateOf(intent)).to.deep.equal(["filled", "FilledElsewhere"]);
    }
  });

  it("take the rest only of what another keeper has filled in part", async () => {
    await start();
    const [a, b] = world.tokens;
    const parts = [
      await world.sign(3, { sellToken: a, buyToken: b, partiallyFillable: true }),
      await world.sign(4, { sellToken: b, buyToken: a, partiallyFillable: true }),
    ];
    await desk.add(...parts);
    await settleElsewhere(parts, 400n);
    const { batch } = await desk.round();
    expect(batch!.fills.map(({ executed }) => executed)).to.deep.equal([600n, 600n]);
  });

  it("are cancelled by another intent with their nonce", async () => {
    await start();
    const [one, two] = await pairOf(world);
    const rival = await world.sign(1, { nonce: one.signed.intent.nonce, buyAmount: 1n << 100n });
    await desk.add(one, two, rival);
    await desk.round();
    await desk.follow();
    expect(await desk.status(one)).to.equal("filled");
    await desk.round();
    expect(await stateOf(rival)).to.deep.equal(["cancelled", "NonceSpent"]);
  });

  it("are judged without an explanation where the node does not search its history", async () => {
    const logs = () => Promise.reject(new KeeperError("NodeUnreachable", { problem: "range too large" }));
    await start({ chain: { logs } });
    const intent = await world.sign(1);
    await desk.add(intent);
    await cancel(1, intent);
    await desk.round();
    expect(await stateOf(intent)).to.deep.equal(["cancelled", "NonceSpent"]);
  });
});
