/** A local chain with the settlement contract, tokens, owners who hold and allow them, and signed intents. */
import {
  buildIntent,
  hashIntent,
  parseAddress,
  parseHex,
  signIntent,
  type Address,
  type BuildIntentInput,
  type Hex,
  type IntentDomain,
  type SignedIntent,
} from "@walras/sdk";
import type { AdmittedIntent } from "../src/domain.ts";

/** An intent of the instant lane, taken for admitted. */
export type InstantIntent = AdmittedIntent & { signed: SignedIntent; auction: null };
import { Account } from "../src/signer/account.ts";
import { artifacts, erc20, startLocalChain, walletOf, type LocalChain } from "./localChain.ts";

export type World = {
  local: LocalChain;
  settlement: Address;
  domain: IntentDomain;
  tokens: readonly [Address, Address, Address];
  /** Owner `index`, from 1: holds 10^24 of each token and allows the settlement contract all of it. */
  owner(index: number): Address;
  keeperKey: Hex;
  account: Account;
  /** An intent of owner `index`, signed, and taken for admitted. Sells 1000 of the first token by default. */
  sign(index: number, fields?: Partial<BuildIntentInput>): Promise<InstantIntent>;
  balance(token: Address, owner: Address): Promise<bigint>;
  /** Makes the present state the one where the world begins. */
  keep(): Promise<void>;
  /** Takes the chain back to where the world began, with every setting of its mining. */
  reset(): Promise<void>;
  close(): Promise<void>;
};

export const fortune = 10n ** 24n;
const owners = [1, 2, 3, 4, 5, 6];

/** @param hasDataFee whether the chain charges for data, as `LinearDataFee` says */
export async function startWorld({ hasDataFee = false } = {}): Promise<World> {
  const local = await startLocalChain();
  const dataFee = hasDataFee ? await local.deploy(artifacts.dataFee) : undefined;
  const settlement = await local.deploySettlement(dataFee);
  const deployToken = (name: string) =>
    local.deploy(artifacts.token, ["string", "string", "uint8"], [name, name, 18]);
  const tokens = [await deployToken("A"), await deployToken("B"), await deployToken("C")] as const;
  const owner = (index: number) => parseAddress(walletOf(index).address);
  for (const index of owners) {
    for (const token of tokens) {
      await local.send(owner(index), token, erc20.encodeFunctionData("mint", [owner(index), fortune]));
      await local.send(
        owner(index),
        token,
        erc20.encodeFunctionData("approve", [settlement, 2n ** 256n - 1n]),
      );
    }
  }
  let snapshot = await local.request("evm_snapshot");
  const domain = { chainId: 31337, verifyingContract: settlement };
  const keeperKey = parseHex(walletOf(10).privateKey, "privateKey", 32);

  return {
    local,
    settlement,
    domain,
    tokens,
    owner,
    keeperKey,
    account: new Account(keeperKey, 31337),
    async sign(index, fields = {}) {
      const { timestamp } = await local.chain.latestBlock();
      const defaults = {
        sellToken: tokens[0],
        buyToken: tokens[1],
        sellAmount: 1000n,
        buyAmount: 900n,
        validTo: timestamp + 100_000,
        now: timestamp,
      };
      const { validFor: _, ...rest } = fields;
      const intent = buildIntent({ ...defaults, ...rest, validTo: rest.validTo ?? defaults.validTo });
      const signed = await signIntent(intent, domain, walletOf(index));
      // Only tests may claim the proof without the step that gives it.
      const intentHash = hashIntent(intent, domain);
      return { intentHash, owner: owner(index), signed, auction: null } as InstantIntent;
    },
    async balance(token, who) {
      const data = parseHex(erc20.encodeFunctionData("balanceOf", [who]), "data");
      const answer = await local.chain.call({ to: token, data });
      return answer.ok ? BigInt(answer.data) : 0n;
    },
    async keep() {
      snapshot = await local.request("evm_snapshot");
    },
    async reset() {
      local.fault = () => null;
      local.disguise = (_, result) => result;
      local.calls.length = 0;
      await local.request("evm_setAutomine", [true]);
      await local.request("evm_revert", [snapshot]);
      snapshot = await local.request("evm_snapshot");
    },
    close: () => local.close(),
  };
}
