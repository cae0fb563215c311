/** Who and what is there when batches are made up: the same on paper and on the chain. */
import { AbiCoder, id, keccak256, SigningKey } from "ethers";
import type { ChainFee, GasPrice } from "./cost.ts";
import { recoverPacked } from "./intent.ts";
import { Ledger } from "./Ledger.ts";
import { Refusal } from "./Refusal.ts";
import type { Question, Surroundings } from "./settle.ts";

export const startTime = 1_800_000_000n;

/** The most of a tip that the settlement counts as cost, in wei per gas. */
export const tipCap = 2_000_000_000n;

/** What the chain's data fee is where there is one, in wei; as test/mocks/LinearDataFee.sol computes it. */
export const linearFee: ChainFee = (size) => ({
  dataFee: 5_000_000_000_000n + 31_000_000_007n * size,
  weiPerGas: 25n,
});

export type Account = { address: string; key: SigningKey };

const account = (name: string): Account => {
  const key = new SigningKey(id(name));
  return { address: `0x${keccak256(`0x${key.publicKey.slice(4)}`).slice(-40)}`, key };
};

/** The accounts with keys. The wallet's key signs for a smart wallet, and pays for every deployment. */
export const accounts = {
  owners: ["ada", "ben", "cleo", "dan"].map(account),
  poor: account("eve"),
  wallet: account("wallet"),
  keepers: ["kim", "kai"].map(account),
  /** Deploys the settlement and nothing else, so that its address is known before. */
  deployer: account("deployer"),
};

/** Addresses of contracts, in lower case. */
export type World = {
  chainId: number;
  settlement: string;
  /** Ascending; of 0, 6, 8 and 18 decimals, and one whose functions return nothing. */
  tokens: string[];
  /** The one that emits no event when it is transferred. */
  silentToken: string;
  /** An ERC-1271 wallet. */
  wallet: string;
  /** A keeper that mints what its callback data says; it owns intents, too. */
  keeper: string;
  /** Refuses one question in eight, by its hash. */
  condition: string;
  reader: string;
  /** The adapter of a data fee; half of the campaigns have one. */
  dataFee: string;
};

/** Whether the settlement of this campaign adds a data fee to what its gas costs. */
export const hasDataFee = (seed: number): boolean => seed % 2 === 0;

/** Everybody who has tokens. */
export const holders = ({ wallet, keeper }: World): string[] => [
  ...accounts.owners.map(({ address }) => address),
  accounts.poor.address,
  wallet,
  keeper,
  ...accounts.keepers.map(({ address }) => address),
];

/** The balances and allowances that everybody begins with. */
export function startingLedger(world: World): Ledger {
  const ledger = new Ledger();
  for (const token of world.tokens) {
    for (const holder of holders(world)) {
      ledger.setBalance(token, holder, startingBalance(holder));
      ledger.setAllowance(token, holder, startingAllowance(holder));
    }
  }
  return ledger;
}

/** In each token; so large that amounts of all 128 bits settle, thousands of times. One owner is poor. */
export function startingBalance(holder: string): bigint {
  return holder === accounts.poor.address ? 10n ** 12n : 2n ** 142n;
}

/** Unlimited for the first owner, whose allowance tokens do not count down then. */
export function startingAllowance(holder: string): bigint {
  if (holder === accounts.poor.address) return 10n ** 9n;
  return holder === accounts.owners[0]?.address ? 2n ** 256n - 1n : 2n ** 255n;
}

const abi = AbiCoder.defaultAbiCoder();

/** What the keeper contract is told in its callback: to mint these amounts to itself. */
export function encodeMints(mints: readonly (readonly [token: string, amount: bigint])[]): string {
  return abi.encode(
    ["address[]", "uint256[]"],
    [mints.map(([token]) => token), mints.map(([, amount]) => amount)],
  );
}

/** @throws Refusal when the bytes are none that {@link encodeMints} made, as the contract's own decoder reverts */
function readMints(data: string): [token: string, amount: bigint][] {
  try {
    const [tokens, amounts] = Array.from<unknown>(abi.decode(["address[]", "uint256[]"], data));
    if (!Array.isArray(tokens) || !Array.isArray(amounts)) throw Refusal.silent();
    return tokens.map((token, index) => [String(token).toLowerCase(), BigInt(String(amounts[index]))]);
  } catch {
    throw Refusal.silent();
  }
}

/** What beside the world differs from batch to batch. */
export type Circumstances = { keeper: string; time: bigint; price: GasPrice; hasDataFee: boolean };

/** How the world answers while `keeper` settles at `time`. */
export function surroundings(world: World, circumstances: Circumstances): Surroundings {
  const { keeper, time, price } = circumstances;
  return {
    chainId: world.chainId,
    settlement: world.settlement,
    keeper,
    time,
    price,
    tipCap,
    chainFee: circumstances.hasDataFee ? linearFee : null,
    accepts: (wallet, intentHash, signature) =>
      wallet === world.wallet && recoverPacked(intentHash, signature) === accounts.wallet.address,
    holds: (condition, question) => condition === world.condition && holds(question),
    callback:
      keeper === world.keeper
        ? (ledger, data) => {
            for (const [token, amount] of readMints(data)) {
              ledger.setBalance(token, keeper, ledger.balance(token, keeper) + amount);
            }
          }
        : null,
  };
}

function holds({ intentHash, owner, sold, bought, conditionData }: Question): boolean {
  const hash = keccak256(
    abi.encode(
      ["bytes32", "address", "uint256", "uint256", "bytes"],
      [intentHash, owner, sold, bought, conditionData],
    ),
  );
  return BigInt(hash) % 8n !== 0n;
}
