import type { AuctionMarket } from "../src/auction/Auction.ts";
import { buildSealedIntent } from "../src/auction/buildSealedIntent.ts";
import { permit2Address } from "../src/executor.ts";
import { parseAddress } from "../src/hex.ts";
import { tokenA, tokenB } from "./examples.ts";

export const tokenC = parseAddress("0x3000000000000000000000000000000000000003");

/** A market of three tokens with windows of a minute. */
export const market: AuctionMarket = {
  chainId: 31337,
  auction: parseAddress("0x00000000000000000000000000000000000a0c70"),
  tokens: [tokenA, tokenB, tokenC],
  minimums: [1_000_000n, 500_000_000_000_000n, 65_536n],
  windowLength: 60,
  timeout: 300,
  permit2: permit2Address,
};

/** 500 seconds, 20 into the window 8, which locks at 540. */
export const now = 500;

export const sealedTerms = {
  sellToken: tokenA,
  sellAmount: 3_000_000n,
  buyToken: tokenB,
  buyAmount: 10n ** 15n,
  nonce: 9n,
  now,
} as const;

export const sealedExample = buildSealedIntent({ ...sealedTerms, windows: 2 }, market);
