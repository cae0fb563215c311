/** Admission to the sealed lane: the auction's own rules, and whether the keeper can and will place the intent. */
import {
  auctionDomain,
  hashSealedIntent,
  hashSealedPermit2,
  lockOf,
  orderTerms,
  parseAddress,
  parseSealedIntent,
  recoverSigner,
  SdkError,
  windowAt,
  windowsOf,
  type Address,
  type PostIntentBody,
} from "@walras/sdk";
import type { CallRequest, Chain } from "../chain/Chain.ts";
import type { DataFees } from "../chain/dataFees.ts";
import { readOwnerStates } from "../chain/ownerState.ts";
import { firstWord } from "../chain/views.ts";
import type { AdmittedIntent, BlockRef, IdentifiedIntent } from "../domain.ts";
import { KeeperError } from "../errors.ts";
import { assumedSharers, costOfOrder, lastPlacing, paysForItself } from "../sealed/place.ts";
import { chargeOf } from "../sealed/pays.ts";
import type { ServedAuction } from "../sealed/auctionMarket.ts";
import { erc1271Magic, erc1271View } from "./chainFacts.ts";
import { refusalOfSdk } from "./refusals.ts";

export type AdmitSealedDeps = {
  chain: Chain;
  auctions: () => readonly ServedAuction[];
  atOwnCost: boolean;
  dataFees: DataFees;
  limits: { minValiditySeconds: number; maxValiditySeconds: number };
};

/** A sealed intent of good shape, with the owner that its signature claims, and its auction. */
export type ClaimedSealedIntent = IdentifiedIntent & { market: ServedAuction };

/**
 * The first half: all that can be told without a clock and without the chain.
 *
 * @throws KeeperError `UnknownAuction`, `WrongChain`, `NotSealable`, and as `claimIntent`
 */
export function claimSealedIntent(body: PostIntentBody, deps: AdmitSealedDeps): ClaimedSealedIntent {
  const { chainId, auction, lane: _, ...json } = body;
  const market = marketOf(auction, deps.auctions());
  if (chainId !== undefined && chainId !== market.chainId) {
    throw new KeeperError("WrongChain", { given: chainId, expected: market.chainId });
  }
  const domain = auctionDomain(market);
  try {
    const signed = parseSealedIntent(json);
    const { intent, signature } = signed;
    orderTerms(intent, market);
    const intentHash = hashSealedIntent(intent, market);
    const owner =
      signature.scheme === "ecdsa" ? recoverSigner(intentHash, signature.signature) : signature.owner;
    return { intentHash, owner, signed, auction: domain.verifyingContract, market };
  } catch (error) {
    throw sealedRefusal(error) ?? refusalOfSdk(error, domain);
  }
}

function marketOf(auction: Address | undefined, auctions: readonly ServedAuction[]): ServedAuction {
  const [only] = auctions;
  const given = auction === undefined ? undefined : parseAddress(auction, "auction");
  const market =
    given === undefined
      ? auctions.length === 1
        ? only
        : undefined
      : auctions.find((one) => one.auction === given);
  if (market === undefined)
    throw new KeeperError("UnknownAuction", { auction: given ?? "without an address" });
  return market;
}

/** What the SDK finds against the lane's rules, in the keeper's errors; null for anything else. */
function sealedRefusal(error: unknown): KeeperError | null {
  if (!(error instanceof SdkError)) return null;
  const { code, message, hint } = error;
  const ofTheLane = ["NotSealable", "TokenNotInMarket", "BelowMinimum", "FeeWithoutRate", "NoWindow"];
  if (!ofTheLane.includes(code)) return null;
  return new KeeperError("NotSealable", { problem: message.replace(/\.$/, ""), hint }, { cause: error });
}

/**
 * The second half: asks the chain whether the intent could be placed now or later.
 *
 * @throws KeeperError `Expired`, `NoWindow`, `ExcessiveValidTo`, `InvalidSignature`, `NonceSpent`, `InsufficientBalance`,
 * `InsufficientAllowance`, `FeeTooLow`, `NodeUnreachable`
 */
export async function admitSealed(
  claimed: ClaimedSealedIntent,
  deps: AdmitSealedDeps,
): Promise<AdmittedIntent> {
  const { chain, limits } = deps;
  const { market: _, ...identified } = claimed;
  const head = await chain.latestBlock();
  checkTimes(claimed, head, limits.maxValiditySeconds);
  await checkOwner(claimed, head, deps);
  await checkFee(claimed, head, deps);
  return proven(identified);
}

function checkTimes({ signed: { intent }, market }: ClaimedSealedIntent, head: BlockRef, most: number): void {
  const { validFrom, validTo } = intent;
  const now = head.timestamp;
  if (validTo < now) throw new KeeperError("Expired", { validTo, now });
  if (validTo > now + most) throw new KeeperError("ExcessiveValidTo", { validTo, most });
  const current = windowAt(market, now);
  // Where blocks come less often than this the keeper asks for more; this is what is certain.
  const isLate = now > lastPlacing({ auction: market, blockInterval: 1 }, current);
  const range = windowsOf(market, intent);
  if (range !== null && range.last >= (isLate ? current + 1 : current)) return;
  throw new KeeperError("NoWindow", { validFrom, validTo, lock: lockOf(market, current) });
}

async function checkOwner(
  claimed: ClaimedSealedIntent,
  head: BlockRef,
  { chain }: AdmitSealedDeps,
): Promise<void> {
  const { owner, intentHash, market, signed } = claimed;
  const { intent, signature } = signed;
  const { sellToken, sellAmount, nonce } = intent;
  const spender = signature.scheme === "permit2" ? market.permit2 : market.auction;
  const byApproval = signature.scheme === "approval";
  const query = { intentHash, owner, sellToken, nonce, byApproval, spender };
  const [state] = await readOwnerStates(chain, market.auction, head, [query]);
  if (state === undefined)
    throw new KeeperError("NodeUnreachable", { problem: "it leaves a call unanswered" });

  await checkSignature(claimed, state.approved, head, chain);
  if (state.nonceSpent) throw new KeeperError("NonceSpent", { nonce, owner });
  const token = sellToken;
  if (state.balance < sellAmount) {
    throw new KeeperError("InsufficientBalance", {
      owner,
      balance: state.balance,
      token,
      needed: sellAmount,
    });
  }
  if (state.allowance < sellAmount) {
    const { allowance } = state;
    const details = { owner, allowance, token, needed: sellAmount, settlement: spender };
    throw new KeeperError("InsufficientAllowance", details);
  }
}

/** ECDSA recovers whoever signed; the other schemes are claims, which only the chain can confirm. */
async function checkSignature(
  { owner, intentHash, market, signed: { intent, signature } }: ClaimedSealedIntent,
  approved: boolean,
  head: BlockRef,
  chain: Chain,
): Promise<void> {
  const refuse = (problem: string) =>
    new KeeperError("InvalidSignature", { problem, chainId: market.chainId, settlement: market.auction });
  switch (signature.scheme) {
    case "ecdsa":
      return;
    case "approval":
      if (!approved) throw refuse(`${owner} has not approved the intent on the auction`);
      return;
    case "eip1271":
      if (!(await vouches(erc1271View(owner, intentHash, signature.signature), head, chain))) {
        throw refuse(`the contract ${owner} does not accept it (ERC-1271)`);
      }
      return;
    case "permit2": {
      // Permit2 asks a contract by ERC-1271, and recovers the signer of any other account.
      const digest = hashSealedPermit2(intent, market);
      const isContract = (await chain.code(owner)) !== "0x";
      const isGood = isContract
        ? await vouches(erc1271View(owner, digest, signature.signature), head, chain)
        : recoverSigner(digest, signature.signature) === owner;
      if (!isGood) throw refuse(`it is not ${owner}'s signature for Permit2`);
    }
  }
}

async function vouches(request: CallRequest, head: BlockRef, chain: Chain): Promise<boolean> {
  const [outcome] = await chain.callMany([request], head);
  return firstWord(outcome) === erc1271Magic;
}

async function checkFee(
  { market, signed: { intent } }: ClaimedSealedIntent,
  head: BlockRef,
  { chain, atOwnCost, dataFees }: AdmitSealedDeps,
): Promise<void> {
  if (atOwnCost) return;
  const { maxPriorityFeePerGas } = await chain.fees();
  const gasPrice = head.baseFeePerGas + maxPriorityFeePerGas;
  const chainFee = await dataFees.at(market.auction, head);
  const moment = { auction: market, head, gasPrice, chainFee };
  const purse = { budget: intent.maxFee, feePerWei: intent.feePerWei };
  if (paysForItself(purse, moment)) return;
  const cost = costOfOrder(moment);
  const needed =
    intent.feePerWei === 0n
      ? `a feePerWei, and ${cost} wei at that rate`
      : `${(cost * intent.feePerWei + 10n ** 18n - 1n) / 10n ** 18n}`;
  const pays = chargeOf(cost, purse);
  throw new KeeperError("FeeTooLow", { pays, token: intent.sellToken, needed, orders: assumedSharers });
}

/** The one place where the proof is given: every check above has run. */
function proven(identified: IdentifiedIntent): AdmittedIntent {
  // A brand can only be given by an assertion.
  return identified as AdmittedIntent;
}
