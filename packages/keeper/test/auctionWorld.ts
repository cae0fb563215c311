/** An auction on the test's local chain, owners who allow it, and signed intents of the sealed lane. */
import {
  auctionDomain,
  buildSealedIntent,
  hashSealedIntent,
  lockOf,
  signSealedIntent,
  windowAt,
  zeroAddress,
  type Address,
  type Intent,
} from "@walras/sdk";
import type { AdmittedIntent } from "../src/domain.ts";
import { readServedAuction, type ServedAuction } from "../src/sealed/auctionMarket.ts";
import { artifacts, erc20, walletOf, type LocalChain } from "./localChain.ts";
import type { World } from "./world.ts";

export type AuctionWorld = {
  auction: ServedAuction;
  /** An intent of owner `index`, signed for the auction, and taken for admitted. Sells 10^9 of the first token by default. */
  sign(index: number, fields?: Partial<Intent>): Promise<AdmittedIntent>;
  window(): Promise<number>;
  /** Mines the first block of a new window. */
  nextWindow(): Promise<void>;
  /** Mines a block so many seconds before the present window locks, unless it is later already. */
  beforeLock(seconds: number): Promise<void>;
};

export const windowLength = 600;
export const timeout = 1200;
export const minimum = 1n << 20n;
export const unit = 1_000_000_000n;

/** The most of a gas price above the base fee that counts as cost. */
const tipCap = 2_000_000_000n;

const constructorTypes = [
  "tuple(address[] tokens, uint112[] minimums)",
  ...["uint32", "uint32", "uint256", "address", "address"],
];

/** An auction of these tokens on a local chain; without a Permit2, unless one is named. */
export async function deployAuction(
  local: LocalChain,
  listed: readonly Address[],
  permit2: Address = zeroAddress,
): Promise<ServedAuction> {
  const tokens = listed.toSorted((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
  const market = { tokens, minimums: tokens.map(() => minimum) };
  const values = [market, windowLength, timeout, tipCap, zeroAddress, permit2];
  const address = await local.deploy(artifacts.auction, constructorTypes, values);
  return readServedAuction(local.chain, 31337, address);
}

export async function startAuction(world: World, permit2?: Address): Promise<AuctionWorld> {
  const { local, tokens } = world;
  const auction = await deployAuction(local, tokens, permit2);
  const address = auction.auction;
  for (const index of [1, 2, 3, 4, 5, 6]) {
    for (const token of tokens) {
      const data = erc20.encodeFunctionData("approve", [address, 2n ** 256n - 1n]);
      await local.send(world.owner(index), token, data);
    }
  }
  const time = async () => (await local.chain.latestBlock()).timestamp;
  const mineAt = async (timestamp: number) => {
    await local.request("evm_setNextBlockTimestamp", [timestamp]);
    await local.mine();
  };

  return {
    auction,
    async sign(index, fields = {}) {
      const now = await time();
      const [sellToken, buyToken] = world.tokens;
      const { validTo = now + 100_000, ...rest } = fields;
      const input = {
        sellToken,
        buyToken,
        sellAmount: unit,
        buyAmount: (9n * unit) / 10n,
        ...rest,
        validTo,
        now,
      };
      const intent = buildSealedIntent(input, auction);
      const signed = await signSealedIntent(intent, auction, walletOf(index));
      const intentHash = hashSealedIntent(intent, auction);
      const owner = world.owner(index);
      // Only tests may claim the proof without the step that gives it.
      return {
        intentHash,
        owner,
        signed,
        auction: auctionDomain(auction).verifyingContract,
      } as AdmittedIntent;
    },
    window: async () => windowAt(auction, await time()),
    async nextWindow() {
      await mineAt(lockOf(auction, windowAt(auction, await time())));
    },
    async beforeLock(seconds) {
      const now = await time();
      const target = lockOf(auction, windowAt(auction, now)) - seconds;
      if (target > now) await mineAt(target);
    },
  };
}
