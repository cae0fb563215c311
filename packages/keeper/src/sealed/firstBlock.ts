/** Where the events of an auction begin, so that a chain need not be read from its first block. */
import { auctionDeployments, type Address } from "@walras/sdk";
import type { Logger } from "pino";
import type { Chain } from "../chain/Chain.ts";
import { RpcError } from "../chain/jsonRpc.ts";
import type { BlockRef } from "../domain.ts";
import { KeeperError } from "../errors.ts";
import type { ServedAuction } from "./auctionMarket.ts";

export type FirstBlockDeps = { chain: Pick<Chain, "code">; logger: Logger };

/**
 * The block in which an auction was deployed: as this release has noted it, else searched by halves for the first block at
 * which there is code. 0 where the node keeps no states so old; then the log says what to do.
 *
 * @throws KeeperError `NodeUnreachable`
 */
export async function firstBlockOf(
  { auction, chainId }: Pick<ServedAuction, "auction" | "chainId">,
  head: BlockRef,
  { chain, logger }: FirstBlockDeps,
): Promise<number> {
  const noted = auctionDeployments(chainId).find((known) => known.auction === auction);
  if (noted?.block !== undefined) return noted.block;
  try {
    const block = await searchDeployment(auction, head.number, chain);
    logger.info({ step: "mirror", auction, block }, "deployed in this block");
    return block;
  } catch (error) {
    // That it answers and refuses, and not that it does not answer.
    if (!(error instanceof KeeperError) || !(error.cause instanceof RpcError)) throw error;
    const problem = error.message;
    logger.warn(
      { step: "mirror", auction, problem },
      "the node keeps no old states: its events are read from block 0, unless auctions.fromBlock says better",
    );
    return 0;
  }
}

/** There is code at `last`. */
async function searchDeployment(auction: Address, last: number, chain: Pick<Chain, "code">): Promise<number> {
  let [from, to] = [0, last];
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    if ((await chain.code(auction, middle)) === "0x") from = middle + 1;
    else to = middle;
  }
  return from;
}
