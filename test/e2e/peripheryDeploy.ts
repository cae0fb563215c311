/** The periphery's deployment: addresses that follow from the code, and that the SDK knows. */
import { peripheryDeployment, settlementDeployment } from "@walras/sdk";
import { expect } from "chai";
import { network } from "hardhat";
import { deployPeriphery, peripheryAddresses, wrappedNatives } from "../../deploy/periphery.ts";

describe("the periphery's deployment", () => {
  it("puts every contract at the address that is computed beforehand and that the SDK knows, once", async () => {
    const connection = await network.create();
    const { ethers } = connection;
    const settlement = settlementDeployment(31337).address;

    const { addresses, isNew } = await deployPeriphery(connection, "31337", settlement);

    expect(isNew).to.equal(true);
    expect(addresses, "run npm run deploy -- --network localhost after a change of a contract").to.deep.equal(
      peripheryDeployment(31337),
    );
    const native = await ethers.getContractAt("NativeIntents", addresses.nativeIntents);
    const weth = await ethers.getContractAt("WrappedEther", addresses.wrappedNative);
    expect(await weth.allowance(await native.getAddress(), settlement)).to.equal(2n ** 256n - 1n);
    expect(await deployPeriphery(connection, "31337", settlement)).to.deep.equal({ addresses, isNew: false });
  });

  it("knows the wrapped coin of every public network that it can be deployed to", async () => {
    const connection = await network.create();
    const { default: hre } = await import("hardhat");
    const chainIds = Object.values(hre.config.networks).flatMap((config) =>
      config.type === "http" && config.chainId !== undefined && config.chainId !== 31337
        ? [String(config.chainId)]
        : [],
    );
    expect(chainIds).to.have.length.greaterThan(3);
    const settlement = settlementDeployment(31337).address;
    for (const chainId of chainIds) {
      const wrapped = wrappedNatives[chainId]!;
      expect(connection.ethers.isAddress(wrapped), chainId).to.equal(true);
      expect((await peripheryAddresses(connection, settlement, wrapped)).wrappedNative).to.equal(wrapped);
    }
  });
});
