/** The deployment of auctions: one CREATE2 address for each market, that follows from all that it is made of. */
import { parseAddress } from "@walras/sdk";
import { expect } from "chai";
import { network } from "hardhat";
import { auctionAddress, auctionArguments, deployAuction } from "../../deploy/auction.ts";
import { leastSafeMinimum, markets, permit2, riskyTokens, type MarketPlan } from "../../deploy/markets.ts";
import { wrappedNatives } from "../../deploy/periphery.ts";

const plan: MarketPlan = {
  tokens: [
    { address: parseAddress(`0x${"22".repeat(20)}`, "token"), minimum: 1n << 20n },
    { address: parseAddress(`0x${"11".repeat(20)}`, "token"), minimum: 1n << 30n },
  ],
  windowLength: 60,
  timeout: 600,
};

describe("the deployment of an auction", () => {
  it("puts it at the address that is computed beforehand, with the tokens in their order, once", async () => {
    const connection = await network.create();
    const args = auctionArguments(plan);

    const { address, isNew } = await deployAuction(connection, args);

    expect(isNew).to.equal(true);
    const auction = await connection.ethers.getContractAt("CallAuction", address);
    const market = await auction.market();
    expect([...market.tokens]).to.deep.equal([plan.tokens[1]?.address, plan.tokens[0]?.address]);
    expect([...market.minimums]).to.deep.equal([1n << 30n, 1n << 20n]);
    expect(await auction.WINDOW_LENGTH()).to.equal(60n);
    expect(await auction.TIMEOUT()).to.equal(600n);
    expect(await auction.PERMIT2()).to.equal(permit2);
    expect(await deployAuction(connection, args)).to.deep.equal({ address, isNew: false });
  });

  it("gives another market another address", async () => {
    const connection = await network.create();
    const { bytecode } = await connection.ethers.getContractFactory("CallAuction");
    const other = auctionArguments({ ...plan, windowLength: 61 });
    expect(auctionAddress(bytecode, other)).not.to.equal(auctionAddress(bytecode, auctionArguments(plan)));
    await deployAuction(connection, auctionArguments(plan));
    expect((await deployAuction(connection, other)).address).to.equal(auctionAddress(bytecode, other));
  });

  it("has a market on every public network, with the wrapped coin in it", () => {
    for (const [chainId, wrapped] of Object.entries(wrappedNatives)) {
      const addresses = markets[chainId]?.tokens.map(({ address }) => address);
      expect(addresses, chainId).to.include(wrapped);
      expect(addresses, chainId).to.have.length(2);
    }
  });

  it("has minimums on public networks by which nobody can void a window, and tells which would be too low", () => {
    const low = { address: plan.tokens[0]!.address, minimum: leastSafeMinimum - 1n };
    const high = { address: plan.tokens[1]!.address, minimum: leastSafeMinimum };
    expect(riskyTokens({ ...plan, tokens: [low, high] })).to.deep.equal([low.address]);
    for (const market of Object.values(markets)) expect(riskyTokens(market!)).to.be.empty;
  });
});
