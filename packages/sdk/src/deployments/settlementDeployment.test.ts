import { expect } from "chai";
import { codeOf } from "../../test/examples.ts";
import deployments from "../generated/deployments.json" with { type: "json" };
import { SdkError } from "../errors.ts";
import { settlementDeployment, settlementDomain } from "./settlementDeployment.ts";

const chainIds = Object.keys(deployments).map(Number);

describe("settlementDeployment", () => {
  it("gives one checksummed address on each chain that is known", () => {
    const addresses = chainIds.map((chainId) => settlementDeployment(chainId).address);
    expect(new Set(addresses).size).to.be.lessThanOrEqual(1);
    for (const address of addresses) expect(address).to.match(/^0x[0-9a-fA-F]{40}$/);
  });

  it("is the contract of the domain that owners sign for", () => {
    for (const chainId of chainIds) {
      const { address } = settlementDeployment(chainId);
      expect(settlementDomain(chainId)).to.deep.equal({ chainId, verifyingContract: address });
    }
  });

  it("names the chains that are known when asked for another", () => {
    expect(codeOf(() => settlementDomain(999_999_999))).to.equal("UnknownChain");
    expect(() => settlementDeployment(999_999_999)).to.throw(SdkError, Object.keys(deployments).join(", "));
  });
});
