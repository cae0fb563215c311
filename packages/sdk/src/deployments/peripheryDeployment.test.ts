import { expect } from "chai";
import { codeOf } from "../../test/examples.ts";
import { SdkError } from "../errors.ts";
import deployments from "../generated/peripheryDeployments.json" with { type: "json" };
import { peripheryContracts, peripheryDeployment } from "./peripheryDeployment.ts";
import { settlementDeployment } from "./settlementDeployment.ts";

const chainIds = Object.keys(deployments).map(Number);

describe("peripheryDeployment", () => {
  it("gives every contract an address of its own, on chains that have a settlement", () => {
    expect(chainIds).not.to.have.length(0);
    for (const chainId of chainIds) {
      const deployment = peripheryDeployment(chainId);
      expect(Object.keys(deployment)).to.have.members(peripheryContracts);
      expect(new Set(Object.values(deployment)).size).to.equal(peripheryContracts.length);
      expect(Object.values(deployment)).not.to.include(settlementDeployment(chainId).address);
    }
  });

  it("names the chains that are known when asked for another", () => {
    expect(codeOf(() => peripheryDeployment(999_999_999))).to.equal("UnknownPeriphery");
    expect(() => peripheryDeployment(999_999_999)).to.throw(SdkError, chainIds.join(", "));
  });
});
