import { expect } from "chai";
import { codeOf, tokenA } from "../../test/examples.ts";
import { SdkError } from "../errors.ts";
import deployments from "../generated/auctionDeployments.json" with { type: "json" };
import { auctionDeployment, auctionDeployments } from "./auctionDeployment.ts";

describe("auctionDeployments", () => {
  it("has every auction that was noted, as a market", () => {
    for (const chainId of Object.keys(deployments).map(Number)) {
      for (const market of auctionDeployments(chainId)) {
        expect(market.chainId).to.equal(chainId);
        expect(market.tokens.length).to.be.greaterThan(1);
        expect(market.minimums).to.have.length(market.tokens.length);
        expect(auctionDeployment(chainId, market.tokens.slice(0, 2)).tokens).to.include.members([
          ...market.tokens.slice(0, 2),
        ]);
      }
    }
  });

  it("is empty on a chain where nobody has noted one", () => {
    expect(auctionDeployments(5)).to.deep.equal([]);
  });
});

describe("auctionDeployment", () => {
  it("says which tokens nobody trades", () => {
    expect(codeOf(() => auctionDeployment(5, [tokenA]))).to.equal("UnknownAuction");
    try {
      auctionDeployment(5, [tokenA]);
    } catch (error) {
      expect(error).to.be.instanceOf(SdkError);
      expect(String(error)).to.include(tokenA).and.to.include("none");
    }
  });
});
