/** Puts a market on a chain: the settlement contract, real ERC-20 tokens, funded owners with allowances. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { parseAddress, settlementDeployment, type Address, type IntentDomain } from "@walras/sdk";
import {
  Contract,
  ContractFactory,
  Interface,
  MaxUint256,
  Wallet,
  id,
  toBeHex,
  type InterfaceAbi,
} from "ethers";
import { sendAll, type DemoChain, type Sending } from "./chain.ts";
import type { DemoOwner, Market } from "./market.ts";

const root = join(import.meta.dirname, "..");

export type WorldToken = { address: Address; symbol: string; decimals: number };
export type WorldOwner = { name: string; holds: DemoOwner["holds"]; address: Address; wallet: Wallet };

export type World = {
  chain: DemoChain;
  chainId: number;
  domain: IntentDomain;
  settlement: Address;
  tokens: Map<string, WorldToken>;
  owners: Map<string, WorldOwner>;
};

type Artifact = { abi: InterfaceAbi; bytecode: string };

/** @throws Error if the contracts have not been built. */
export async function readArtifact(source: string, name: string): Promise<Artifact> {
  const path = join(root, "artifacts", source, `${name}.sol`, `${name}.json`);
  return JSON.parse(await readFile(path, "utf8")) as Artifact;
}

export const erc20 = new Interface([
  "function mint(address to, uint256 amount)",
  "function approve(address spender, uint256 amount) returns (bool)",
  "function balanceOf(address owner) view returns (uint256)",
]);

const walletInterface = new Interface([
  "function execute(address target, uint256 value, bytes data) returns (bytes)",
]);

/** Deploys by the same command that a developer uses for a testnet. */
export async function deploySettlement(chain: DemoChain): Promise<Address> {
  await promisify(execFile)("node", ["scripts/deploy.ts", "--network", "localhost"], {
    cwd: root,
    env: { ...process.env, WALRAS_LOCALHOST_URL: chain.rpcUrl },
  });
  return settlementDeployment(31337).address;
}

export async function createWorld(chain: DemoChain, settlement: Address, market: Market): Promise<World> {
  const { chainId } = await chain.provider.getNetwork();
  const world: World = {
    chain,
    chainId: Number(chainId),
    domain: { chainId: Number(chainId), verifyingContract: settlement },
    settlement,
    tokens: new Map(),
    owners: new Map(),
  };
  await deployTokens(world, market);
  await createOwners(world, market);
  await fund(world, market);
  return world;
}

async function deployTokens(world: World, market: Market): Promise<void> {
  const { abi, bytecode } = await readArtifact("test/mocks", "TestToken");
  const factory = new ContractFactory(abi, bytecode, world.chain.deployer);
  let nonce = await world.chain.deployer.getNonce();
  for (const { symbol, name, decimals } of market.tokens) {
    const token = await factory.deploy(name, symbol, decimals, { nonce: nonce++ });
    await token.waitForDeployment();
    world.tokens.set(symbol, { address: parseAddress(await token.getAddress(), symbol), symbol, decimals });
  }
}

async function createOwners(world: World, market: Market): Promise<void> {
  const { abi, bytecode } = await readArtifact("test/mocks", "Wallet1271");
  const factory = new ContractFactory(abi, bytecode, world.chain.deployer);
  for (const { name, holds } of market.owners) {
    // A key that everybody can know: these accounts exist on local chains only.
    const wallet = new Wallet(id(`walras demo owner ${name}`), world.chain.provider);
    await world.chain.provider.send("hardhat_setBalance", [wallet.address, toBeHex(10n ** 19n)]);
    let address = parseAddress(wallet.address, name);
    if (holds === "contract") {
      const contract = await factory.deploy(wallet.address);
      await contract.waitForDeployment();
      address = parseAddress(await contract.getAddress(), name);
    }
    world.owners.set(name, { name, holds, address, wallet });
  }
}

async function fund(world: World, market: Market): Promise<void> {
  const sendings: Sending[] = [];
  for (const { owner: name, token: symbol, amount } of market.funding) {
    const owner = ownerOf(world, name);
    const { address: to } = tokenOf(world, symbol);
    const mint = erc20.encodeFunctionData("mint", [owner.address, amount]);
    sendings.push({ from: world.chain.deployer, transaction: { to, data: mint } });
    const approve = erc20.encodeFunctionData("approve", [world.settlement, MaxUint256]);
    sendings.push({ from: owner.wallet, transaction: asOwner(owner, to, approve) });
  }
  await sendAll(world.chain, sendings);
}

/** A call that an owner makes, through its smart wallet if it has one. */
export function asOwner(owner: WorldOwner, to: Address, data: string): { to: Address; data: string } {
  return owner.holds === "contract"
    ? { to: owner.address, data: walletInterface.encodeFunctionData("execute", [to, 0n, data]) }
    : { to, data };
}

export function ownerOf(world: World, name: string): WorldOwner {
  const owner = world.owners.get(name);
  if (owner === undefined) throw new Error(`The market has no owner ${name}.`);
  return owner;
}

export function tokenOf(world: World, symbol: string): WorldToken {
  const token = world.tokens.get(symbol);
  if (token === undefined) throw new Error(`The market has no token ${symbol}.`);
  return token;
}

/** Balances of some accounts in every token, keyed "account token", in atoms. */
export async function readBalances(world: World, accounts: readonly Address[]): Promise<Map<string, bigint>> {
  const balances = new Map<string, bigint>();
  await Promise.all(
    [...world.tokens.values()].map(async ({ address: token }) => {
      const contract = new Contract(token, erc20, world.chain.provider);
      for (const account of accounts) {
        balances.set(`${account} ${token}`, BigInt(String(await contract.getFunction("balanceOf")(account))));
      }
    }),
  );
  return balances;
}
