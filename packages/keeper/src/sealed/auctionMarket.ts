/** The auctions that a keeper serves: what each trades and its clock, read from the contract once, for it never changes. */
import {
  auctionAbi,
  auctionDomain,
  domainSeparator,
  parseAddress,
  parseHex,
  readAuction,
  SdkError,
  type Address,
  type AuctionMarket,
  type Hex,
} from "@walras/sdk";
import { Interface } from "ethers";
import type { CallRequest, Chain } from "../chain/Chain.ts";
import type { BlockRef } from "../domain.ts";
import { KeeperError } from "../errors.ts";

const abi = new Interface(auctionAbi);

/** An auction that the keeper serves. */
export type ServedAuction = AuctionMarket & {
  /** The most of a gas price above the base fee that counts as cost, in wei per gas. */
  tipCap: bigint;
};

/** A call of one of the auction's views. */
export function viewOf(auction: Address, name: string, values: unknown[] = []): CallRequest {
  return { to: auction, data: parseHex(abi.encodeFunctionData(name, values), "data") };
}

/** What a view has answered, one value per output. @throws KeeperError `WrongAuction` */
export function answerOf(auction: Address, name: string, data: Hex, chainId = 0): unknown[] {
  try {
    return Array.from<unknown>(abi.decodeFunctionResult(name, data));
  } catch (cause) {
    throw new KeeperError("WrongAuction", { auction, chainId }, { cause });
  }
}

/** How the SDK's readers ask the chain: at one block, so that all answers are about one state. */
export function callAt(chain: Pick<Chain, "callMany">, block: BlockRef) {
  return async ({ to, data }: { to: Address; data: Hex }): Promise<Hex> => {
    const [outcome] = await chain.callMany([{ to, data }], block);
    return outcome?.ok === true ? outcome.data : "0x";
  };
}

/**
 * Reads an auction, and checks that it takes intents signed for this contract on this chain.
 *
 * @throws KeeperError `WrongAuction` when there is no such contract there; `NodeUnreachable`
 */
export async function readServedAuction(
  chain: Pick<Chain, "call">,
  chainId: number,
  auction: Address,
): Promise<ServedAuction> {
  const call = async (request: CallRequest): Promise<Hex> => {
    const outcome = await chain.call(request);
    return outcome.ok ? outcome.data : "0x";
  };
  const ask = async (name: string) =>
    answerOf(auction, name, await call(viewOf(auction, name)), chainId).map(String)[0];
  try {
    const separator = await ask("domainSeparator");
    if (separator !== domainSeparator(auctionDomain({ chainId, auction }))) {
      throw new KeeperError("WrongAuction", { auction, chainId });
    }
    const market = await readAuction(auction, chainId, { call });
    return { ...market, auction: parseAddress(auction), tipCap: BigInt((await ask("TIP_CAP")) ?? 0) };
  } catch (cause) {
    if (cause instanceof SdkError) throw new KeeperError("WrongAuction", { auction, chainId }, { cause });
    throw cause;
  }
}
