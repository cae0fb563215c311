import { zeroAddress, type Address, type IntentDomain } from "@walras/sdk";
import type { Chain } from "../chain/Chain.ts";
import type { AdmittedIntent, BlockRef } from "../domain.ts";
import { KeeperError } from "../errors.ts";
import { readChainFacts, type ChainFacts, type KnownTokens } from "./chainFacts.ts";
import type { ClaimedIntent } from "./claimIntent.ts";

export type AdmitDeps = {
  chain: Chain;
  domain: IntentDomain;
  /** The account that settles. */
  keeperAddress: Address;
  limits: { minValiditySeconds: number; maxValiditySeconds: number };
  knownTokens: KnownTokens;
  /** Milliseconds since 1970. */
  clock: () => number;
};

/** The earliest time that the next block can have: the chain's clock rules, which on a local chain may run ahead. */
function nextBlockTime(head: BlockRef, clock: () => number): number {
  return Math.max(head.timestamp + 1, Math.floor(clock() / 1000));
}

function checkSettler({ signed: { intent } }: ClaimedIntent, keeper: Address): void {
  if (intent.settler === zeroAddress || intent.settler === keeper) return;
  throw new KeeperError("WrongSettler", { settler: intent.settler, keeper });
}

function checkTimes({ signed: { intent } }: ClaimedIntent, now: number, limits: AdmitDeps["limits"]): void {
  const { validTo } = intent;
  const { minValiditySeconds: least, maxValiditySeconds: most } = limits;
  if (validTo < now) throw new KeeperError("Expired", { validTo, now });
  if (validTo < now + least) throw new KeeperError("InsufficientValidTo", { validTo, least, now });
  if (validTo > now + most) throw new KeeperError("ExcessiveValidTo", { validTo, most });
}

function checkTokens({ signed: { intent } }: ClaimedIntent, facts: ChainFacts, chainId: number): void {
  const unknown = (field: string, token: Address) =>
    new KeeperError("UnknownToken", { field, token, chainId });
  if (!facts.sellTokenIsToken) throw unknown("intent.sellToken", intent.sellToken);
  if (!facts.buyTokenIsToken) throw unknown("intent.buyToken", intent.buyToken);
}

function checkSigner({ owner, signed }: ClaimedIntent, facts: ChainFacts, domain: IntentDomain): void {
  const refuse = (problem: string) =>
    new KeeperError("InvalidSignature", {
      problem,
      chainId: domain.chainId,
      settlement: domain.verifyingContract,
    });
  const { scheme } = signed.signature;
  if (scheme === "eip1271" && !facts.ownerVouches) {
    throw refuse(`the contract ${owner} does not accept it (ERC-1271)`);
  }
  if (scheme === "approval" && !facts.ownerVouches) {
    throw refuse(`${owner} has not approved the intent on the settlement contract`);
  }
}

function checkNonce({ owner, signed: { intent } }: ClaimedIntent, facts: ChainFacts): void {
  const { nonce, kind, sellAmount, buyAmount, partiallyFillable } = intent;
  if (facts.nonceSpent) throw new KeeperError("NonceSpent", { nonce, owner });
  const amount = kind === "sell" ? sellAmount : buyAmount;
  if (partiallyFillable && facts.filledAmount >= amount) {
    throw new KeeperError("AlreadyFilled", { filled: facts.filledAmount, amount, nonce });
  }
}

/**
 * An ECDSA signature by the wrong key, or over other data, is a good signature of somebody who has nothing: it ends here,
 * as too little balance of an address that the caller has never seen.
 */
function checkFunds(
  { owner, signed: { intent } }: ClaimedIntent,
  facts: ChainFacts,
  settlement: Address,
): void {
  // Only what is certain to be needed: the price decides how much a buy takes, and a part may be filled of the rest.
  const isWhole = intent.kind === "sell" && !intent.partiallyFillable;
  const least = isWhole ? intent.sellAmount : 1n;
  const needed = isWhole ? least : "more than 0";
  const token = intent.sellToken;
  if (facts.balance < least) {
    throw new KeeperError("InsufficientBalance", { owner, balance: facts.balance, token, needed });
  }
  if (facts.allowance < least) {
    const { allowance } = facts;
    throw new KeeperError("InsufficientAllowance", { owner, allowance, token, needed, settlement });
  }
}

/**
 * The second half of admission: asks the chain, in one go, whether the claimed intent could settle.
 *
 * @throws KeeperError `WrongSettler`, `Expired`, `InsufficientValidTo`, `ExcessiveValidTo`, `UnknownToken`,
 * `InvalidSignature`, `NonceSpent`, `AlreadyFilled`, `InsufficientBalance`, `InsufficientAllowance`, `NodeUnreachable`
 */
export async function admit(claimed: ClaimedIntent, deps: AdmitDeps): Promise<AdmittedIntent> {
  const { chain, domain, limits, knownTokens, clock } = deps;
  checkSettler(claimed, deps.keeperAddress);

  const head = await chain.latestBlock();
  checkTimes(claimed, nextBlockTime(head, clock), limits);

  const facts = await readChainFacts(chain, domain.verifyingContract, claimed, head, knownTokens);
  checkTokens(claimed, facts, domain.chainId);
  checkSigner(claimed, facts, domain);
  checkNonce(claimed, facts);
  checkFunds(claimed, facts, domain.verifyingContract);

  return proven(claimed);
}

/** The one place where the proof is given: every check above has run. */
function proven(claimed: ClaimedIntent): AdmittedIntent {
  // A brand can only be given by an assertion.
  return claimed as AdmittedIntent;
}
