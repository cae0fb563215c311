import { network } from "hardhat";
import { accounts, startTime } from "./world.ts";
import { chainId, type Provider } from "./wire.ts";

/** A chain on which everybody who takes part in a campaign is rich, gas is free and time begins at the same second. */
export async function createNetwork(): Promise<Provider> {
  const keys = [...accounts.owners, accounts.poor, accounts.wallet, ...accounts.keepers, accounts.deployer];
  const { provider } = await network.create({
    override: {
      chainId,
      accounts: keys.map(({ key }) => ({ privateKey: key.privateKey, balance: 10n ** 24n })),
      initialBaseFeePerGas: 0,
      gasPrice: 0n,
      allowBlocksWithSameTimestamp: true,
      allowUnlimitedContractSize: true,
      initialDate: new Date(Number(startTime - 3_600n) * 1_000),
    },
  });
  return provider;
}
