import type { AuctionMarket } from "../auction/Auction.ts";
import { SdkError } from "../errors.ts";
import deployments from "../generated/auctionDeployments.json" with { type: "json" };
import { parseAddress, type Address } from "../hex.ts";

/** An auction as the deploy command notes it: all of it is fixed, so nobody has to ask the chain. */
type NotedAuction = {
  address: string;
  block?: number;
  tokens: string[];
  minimums: string[];
  windowLength: number;
  timeout: number;
  permit2: string;
};

export type AuctionDeployment = AuctionMarket & {
  /** The first block to look for its events in; it was deployed in this block or before. */
  block?: number;
};

const byChainId: Record<string, NotedAuction[]> = deployments;

/** The auctions that are known on a chain; none where nobody has noted one. */
export function auctionDeployments(chainId: number): AuctionDeployment[] {
  return (byChainId[String(chainId)] ?? []).map(({ address, block, ...market }) => ({
    chainId,
    auction: parseAddress(address, "the deployment's address"),
    tokens: market.tokens.map((token) => parseAddress(token, "token")),
    minimums: market.minimums.map((minimum) => BigInt(minimum)),
    windowLength: market.windowLength,
    timeout: market.timeout,
    permit2: parseAddress(market.permit2, "permit2"),
    ...(block === undefined ? {} : { block }),
  }));
}

/**
 * The auction on a chain that trades all of these tokens; the first that is known, if there are several.
 *
 * @example
 * const market = auctionDeployment(chainId, [usdc, weth]);
 *
 * @throws SdkError `UnknownAuction`, naming the auctions that are known
 */
export function auctionDeployment(chainId: number, tokens: readonly Address[]): AuctionDeployment {
  const known = auctionDeployments(chainId);
  const wanted = tokens.map((token) => parseAddress(token, "token"));
  const found = known.find((market) => wanted.every((token) => market.tokens.includes(token)));
  if (found === undefined) {
    throw new SdkError("UnknownAuction", { chainId, tokens, known: known.map(({ auction }) => auction) });
  }
  return found;
}
