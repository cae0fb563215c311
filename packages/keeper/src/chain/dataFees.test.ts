import { expect } from "chai";
import { artifacts, startLocalChain, type LocalChain } from "../../test/localChain.ts";
import { DataFees } from "./dataFees.ts";

describe("fees of the chain for data", function () {
  this.timeout(60_000);
  let local: LocalChain;

  before(async () => {
    local = await startLocalChain();
  });
  after(() => local.close());

  it("are what the contract's adapter quotes, for any size, and it is asked for its adapter once", async () => {
    const settlement = await local.deploySettlement(await local.deploy(artifacts.dataFee));
    const fees = new DataFees(local.chain);
    const block = await local.chain.latestBlock();
    const fee = await fees.at(settlement, block);
    for (const bytes of [0n, 650n, 1_000n, 10_748_390n]) {
      expect(fee(bytes)).to.deep.equal({
        dataFee: 5_000_000_000_000n + 31_000_000_007n * bytes,
        weiPerGas: 25n,
      });
    }
    const calls = local.calls.length;
    await fees.at(settlement, block);
    expect(local.calls.length - calls).to.be.at.most(2);
  });

  it("are nothing without an adapter, and while it fails", async () => {
    const block = await local.chain.latestBlock();
    const nothing = { dataFee: 0n, weiPerGas: 0n };
    const without = await new DataFees(local.chain).at(await local.deploySettlement(), block);
    expect(without(1_000_000n)).to.deep.equal(nothing);
    // No adapter: a contract that has no such function.
    const failing = await local.deploySettlement(await local.deploySettlement());
    const late = await local.chain.latestBlock();
    expect((await new DataFees(local.chain).at(failing, late))(1_000_000n)).to.deep.equal(nothing);
  });
});
