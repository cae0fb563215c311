/** The deployment: one CREATE2 address for the code as it is, and the SDK knows it. */
import { settlementDeployment } from "@walras/sdk";
import { expect } from "chai";
import { network } from "hardhat";
import settlementModule from "../../deploy/modules/Settlement.ts";
import { settlementAddress } from "../../deploy/parameters.ts";

describe("deployment", () => {
  it("puts the settlement contract at the address that is computed beforehand and that the SDK knows", async () => {
    const { ethers, ignition } = await network.create();
    const { bytecode } = await ethers.getContractFactory("Settlement");

    const { settlement } = await ignition.deploy(settlementModule, { strategy: "create2" });

    const address = await settlement.getAddress();
    expect(address).to.equal(settlementAddress(bytecode));
    expect(address, "run npm run deploy -- --network localhost after a change of the contract").to.equal(
      settlementDeployment(31337).address,
    );
  });

  it("names itself by its EIP-712 domain", async () => {
    const { ethers, ignition } = await network.create();
    const { settlement } = await ignition.deploy(settlementModule, { strategy: "create2" });
    const contract = await ethers.getContractAt("Settlement", await settlement.getAddress());

    const [, name, version, chainId, verifyingContract] = await contract.eip712Domain();

    expect([name, version, chainId, verifyingContract]).to.deep.equal([
      "Walras",
      "1",
      31337n,
      await settlement.getAddress(),
    ]);
  });
});
