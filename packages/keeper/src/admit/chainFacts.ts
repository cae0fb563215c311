import type { Address, Hex } from "@walras/sdk";
import { Interface } from "ethers";
import type { CallRequest, Chain } from "../chain/Chain.ts";
import { erc20Views, firstWord, settlementViews, viewRequest } from "../chain/views.ts";
import type { BlockRef } from "../domain.ts";
import type { ClaimedIntent } from "./claimIntent.ts";

/** What the chain says about a claimed intent, all at one block. */
export type ChainFacts = {
  /** It answers `balanceOf` and `allowance`, as an ERC-20 does and an NFT does not. */
  sellTokenIsToken: boolean;
  buyTokenIsToken: boolean;
  balance: bigint;
  allowance: bigint;
  nonceSpent: boolean;
  /** What partially fillable intents with this nonce have executed. */
  filledAmount: bigint;
  /** The owner's contract accepts the signature, or the approval is there; always true for ECDSA. */
  ownerVouches: boolean;
};

const erc1271 = new Interface(["function isValidSignature(bytes32, bytes) view returns (bytes4)"]);

/** What ERC-1271 has a contract return for "valid", as a whole word. */
export const erc1271Magic = BigInt("0x1626ba7e") << 224n;

/** Asks a contract whether it accepts a signature of a hash. */
export function erc1271View(owner: Address, hash: Hex, signature: Hex): CallRequest {
  return viewRequest(owner, erc1271, "isValidSignature", [hash, signature]);
}

type Read = { request: CallRequest; of: (word: bigint | null) => void };

/**
 * Reads all that admission needs in one go.
 *
 * @param knownTokens tokens that were found sane before, which need not be asked again; those found now are added
 * @throws KeeperError `NodeUnreachable`
 */
export async function readChainFacts(
  chain: Chain,
  settlement: Address,
  { intentHash, owner, signed: { intent, signature } }: ClaimedIntent,
  block: BlockRef,
  knownTokens: { has(token: Address): boolean; add(token: Address): void },
): Promise<ChainFacts> {
  const facts: ChainFacts = {
    sellTokenIsToken: true,
    buyTokenIsToken: true,
    balance: 0n,
    allowance: 0n,
    nonceSpent: false,
    filledAmount: 0n,
    ownerVouches: signature.scheme === "ecdsa",
  };
  const { sellToken, buyToken, nonce } = intent;
  const isNot = (side: "sellTokenIsToken" | "buyTokenIsToken") => (word: bigint | null) => {
    if (word === null) facts[side] = false;
  };
  const reads: Read[] = [
    {
      request: viewRequest(sellToken, erc20Views, "balanceOf", [owner]),
      of: (word) => {
        facts.balance = word ?? 0n;
        isNot("sellTokenIsToken")(word);
      },
    },
    {
      request: viewRequest(sellToken, erc20Views, "allowance", [owner, settlement]),
      of: (word) => {
        facts.allowance = word ?? 0n;
        isNot("sellTokenIsToken")(word);
      },
    },
    {
      request: viewRequest(settlement, settlementViews, "isNonceSpent", [owner, nonce]),
      of: (word) => (facts.nonceSpent = word === 1n),
    },
    {
      request: viewRequest(settlement, settlementViews, "filledAmount", [owner, nonce]),
      of: (word) => (facts.filledAmount = word ?? 0n),
    },
  ];
  if (!knownTokens.has(buyToken)) {
    reads.push(
      { request: viewRequest(buyToken, erc20Views, "balanceOf", [owner]), of: isNot("buyTokenIsToken") },
      {
        request: viewRequest(buyToken, erc20Views, "allowance", [owner, settlement]),
        of: isNot("buyTokenIsToken"),
      },
    );
  }
  if (signature.scheme === "eip1271") {
    reads.push({
      request: erc1271View(owner, intentHash, signature.signature),
      of: (word) => (facts.ownerVouches = word === erc1271Magic),
    });
  } else if (signature.scheme === "approval") {
    reads.push({
      request: viewRequest(settlement, settlementViews, "isApproved", [owner, intentHash]),
      of: (word) => (facts.ownerVouches = word === 1n),
    });
  }

  const outcomes = await chain.callMany(
    reads.map((read) => read.request),
    block,
  );
  reads.forEach((read, index) => read.of(firstWord(outcomes[index])));
  if (facts.sellTokenIsToken) knownTokens.add(sellToken);
  if (facts.buyTokenIsToken) knownTokens.add(buyToken);
  return facts;
}

/** The tokens that were seen to be sane, the most recent ten thousand of them. */
export class KnownTokens {
  readonly #tokens = new Set<Hex>();

  has(token: Address): boolean {
    return this.#tokens.has(token);
  }

  add(token: Address): void {
    this.#tokens.add(token);
    if (this.#tokens.size <= 10_000) return;
    const [oldest] = this.#tokens;
    if (oldest !== undefined) this.#tokens.delete(oldest);
  }
}
