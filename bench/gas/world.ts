/**
 * One local EVM for all systems: the same three plain OpenZeppelin tokens, the same owners, who hold all tokens before and
 * after and have given every system an unlimited allowance. Keys, amounts and the sequence of deployments are fixed, so
 * the figures are exact.
 */
import { Contract, ContractFactory, id, MaxUint256, Wallet, ZeroAddress, type InterfaceAbi } from "ethers";
import { network } from "hardhat";
import { tipCap } from "../../deploy/parameters.ts";
import { parseAddress, type Address, type Hex } from "@walras/sdk";
import type { TestToken } from "../../types/ethers-contracts/index.ts";
import { baseAmount } from "./cases.ts";

/** Hardhat's own. */
export const chainId = 31337;

/** What a contract is deployed from, as compilers write it. */
export type Artifact = { abi: InterfaceAbi; bytecode: string };

export type World = Awaited<ReturnType<typeof createWorld>>;

/** Starts a local EVM with three tokens. */
export async function createWorld() {
  const { ethers, networkHelpers, provider } = await network.create();
  const [keeper] = await ethers.getSigners();
  if (keeper === undefined) throw new Error("The local EVM has no accounts.");
  const contracts: TestToken[] = [];
  for (const name of ["A", "B", "C"])
    contracts.push(await ethers.deployContract("TestToken", [name, name, 18]));
  const tokens: Address[] = [];
  for (const token of contracts) tokens.push(parseAddress(await token.getAddress(), "token"));

  return {
    /** Sends the settlements and owns what has an owner. */
    keeper,
    /** Addresses of the tokens, by their place in `PlannedFill`. */
    tokens,
    provider,
    snapshot: () => networkHelpers.takeSnapshot(),
    deployWalras: () => ethers.deployContract("Settlement", [tipCap, ZeroAddress]),

    async deploy({ abi, bytecode }: Artifact, args: unknown[]): Promise<Contract> {
      const contract = await new ContractFactory(abi, bytecode, keeper).deploy(...args);
      await contract.waitForDeployment();
      return new Contract(await contract.getAddress(), abi, keeper);
    },

    /** Gives an account a hundred base amounts of each token. */
    async fund(account: string): Promise<void> {
      for (const token of contracts) await token.mint(account, 100n * baseAmount);
    },

    async createOwner(name: string, spenders: readonly string[]): Promise<Wallet> {
      const owner = new Wallet(id(name), ethers.provider);
      await keeper.sendTransaction({ to: owner.address, value: 10n ** 18n });
      for (const token of contracts) {
        await token.mint(owner.address, 100n * baseAmount);
        for (const spender of spenders) await token.connect(owner).approve(spender, MaxUint256);
      }
      return owner;
    },

    balanceOf(token: number, account: string): Promise<bigint> {
      const contract = contracts[token];
      if (contract === undefined) throw new Error(`There is no token ${token}.`);
      return contract.balanceOf(account);
    },

    /** Sends a transaction of the keeper; throws when it reverts. */
    async send({ to, data }: Call): Promise<{ hash: string; gas: number }> {
      const response = await keeper.sendTransaction({ to, data, gasLimit: 16_000_000n });
      const receipt = await response.wait();
      if (receipt?.status !== 1) throw new Error("The settlement reverted.");
      return { hash: receipt.hash, gas: Number(receipt.gasUsed) };
    },
  };
}

/** A transaction that settles. */
export type Call = { to: Address; data: Hex };
