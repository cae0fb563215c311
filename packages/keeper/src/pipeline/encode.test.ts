import { decodeSettle, verifyIntentSignature } from "@walras/sdk";
import { solve } from "@walras/solver";
import { expect } from "chai";
import { withWorld } from "../../test/hooks.ts";
import { pairOf } from "../../test/desk.ts";
import { fortune, type World } from "../../test/world.ts";
import { KeeperError } from "../errors.ts";
import { noChainFee } from "../chain/dataFees.ts";
import { draftBook } from "./book.ts";
import { encodeSolution } from "./encode.ts";

describe("encoding a solution", function () {
  this.timeout(300_000);
  let world: World;
  withWorld((started) => void (world = started));

  async function solved() {
    const state = {
      balance: fortune,
      allowance: fortune,
      nonceSpent: false,
      filledAmount: 0n,
      approved: false,
    };
    const sums = { filledAmount: 0n, sold: 0n, bought: 0n, fee: 0n, surplus: 0n };
    const intents = (await pairOf(world)).map((intent) => ({
      intent: { ...intent, status: "open", reason: null, createdAt: 1, updatedAt: 1, ...sums } as const,
      state,
    }));
    const head = await world.local.chain.latestBlock();
    const keeper = world.account.address;
    const prices = { fee: "cap", chainFee: noChainFee, tokenValues: new Map() } as const;
    const context = { head, now: 1, blockInterval: 1, keeper, ...prices };
    const { book, candidates } = draftBook(intents, context);
    return { solution: solve(book), candidates };
  }

  it("gives a call whose fills are the solution's, with signatures that are good", async () => {
    const { solution, candidates } = await solved();
    const encoded = encodeSolution(solution, candidates, world);
    const batch = decodeSettle(encoded.calldata);
    expect(batch.tokens).to.deep.equal(encoded.tokens);
    expect(batch.prices).to.deep.equal(encoded.prices);
    expect(batch.transfers).to.deep.equal(solution.transfers);
    expect(batch.fills).to.have.length(2);
    for (const [index, fill] of batch.fills.entries()) {
      expect(await verifyIntentSignature(fill, world.domain)).to.equal(encoded.fills[index]?.owner);
      expect(fill.executed).to.equal(encoded.fills[index]?.executed);
    }
  });

  it("refuses a solution that says other amounts than the contract will come to", async () => {
    const { solution, candidates } = await solved();
    const [first, ...rest] = solution.fills;
    for (const fill of [
      { ...first!, bought: first!.bought + 1n },
      { ...first!, sold: first!.sold + 1n },
      { ...first!, intentId: "unknown" },
    ]) {
      expect(() => encodeSolution({ ...solution, fills: [fill, ...rest] }, candidates, world)).to.throw(
        KeeperError,
      );
    }
  });
});
