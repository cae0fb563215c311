/** A market for sealed windows on a local EVM of its own, with owners who hold and allow all of its tokens. */
import { parseAddress, type AuctionMarket, type Hex } from "@walras/sdk";
import { id, MaxUint256, Wallet, ZeroAddress } from "ethers";
import { network } from "hardhat";
import { tipCap } from "../deploy/parameters.ts";

export type SealedMarketOptions = {
  /** One for each token, in the order of the market. */
  minimums: readonly bigint[];
  /** Seconds. */
  windowLength: number;
  timeout: number;
  owners: number;
  /** What each owner has of each token, in atoms. */
  funds: bigint;
};

export type SealedMarket = Awaited<ReturnType<typeof createSealedMarket>>;

/** @throws Error where the local EVM has no accounts */
export async function createSealedMarket(options: SealedMarketOptions) {
  const { minimums, windowLength, timeout } = options;
  const { ethers, networkHelpers, provider } = await network.create();
  const [keeper] = await ethers.getSigners();
  if (keeper === undefined) throw new Error("The local EVM has no accounts.");
  const contracts = [];
  for (let index = 0; index < minimums.length; index++) {
    const contract = await ethers.deployContract("TestToken", ["Token", "T", 18]);
    contracts.push({ contract, address: parseAddress(await contract.getAddress(), "token") });
  }
  contracts.sort((a, b) => (BigInt(a.address) < BigInt(b.address) ? -1 : 1));
  const tokens = contracts.map(({ address }) => address);
  const contract = await ethers.deployContract("CallAuction", [
    { tokens, minimums: [...minimums] },
    windowLength,
    timeout,
    tipCap,
    ZeroAddress,
    ZeroAddress,
  ]);
  const auction = parseAddress(await contract.getAddress(), "auction");
  const permit2 = parseAddress(ZeroAddress, "permit2");
  const market: AuctionMarket = {
    ...{ chainId: 31337, auction, tokens, minimums, windowLength, timeout, permit2 },
  };

  const owners = Array.from(
    { length: options.owners },
    (_, i) => new Wallet(id(`owner ${i}`), ethers.provider),
  );
  for (const owner of owners) {
    await keeper.sendTransaction({ to: owner.address, value: 10n ** 18n });
    for (const { contract: token } of contracts) {
      await token.mint(owner.address, options.funds);
      await token.connect(owner).approve(auction, MaxUint256);
    }
  }

  return {
    market,
    owners,
    keeper,
    /** In the order of the market. */
    tokens: contracts.map(({ contract: token }) => token),
    ethers,
    networkHelpers,
    provider,
    /** Sends a call of the auction from the keeper; what gas it took. @throws Error where the auction reverts */
    async send(data: Hex): Promise<number> {
      const response = await keeper.sendTransaction({ to: auction, data, gasLimit: mostGas });
      const receipt = await response.wait();
      if (receipt?.status !== 1) throw new Error("The auction reverted.");
      return Number(receipt.gasUsed);
    },
  };
}

/** Just below what a transaction may have (EIP-7825). */
export const mostGas = 16_700_000n;
