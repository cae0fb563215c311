import {
  hashIntent,
  parseSignedIntent,
  recoverSigner,
  type Address,
  type Hex,
  type IntentDomain,
  type PostIntentBody,
  type SignedIntent,
} from "@walras/sdk";
import { KeeperError } from "../errors.ts";
import { refusalOfSdk } from "./refusals.ts";

/**
 * An intent of good shape with the owner that its signature claims. For ECDSA the claim is proven, for a contract's
 * signature and an approval on chain it is not: only the chain can say.
 */
export type ClaimedIntent = { intentHash: Hex; owner: Address; signed: SignedIntent; auction: null };

/**
 * The first half of admission: all that can be told without a clock and without the chain.
 *
 * @param body of `POST /v1/intents`, of the right types already
 * @throws KeeperError `WrongChain`, `InvalidAmount`, `SameToken`, `UnknownToken` (the chain's own coin),
 * `InvalidIntent`, `InvalidRequest`, `InvalidSignature`
 */
export function claimIntent(
  { chainId, lane: _, ...json }: PostIntentBody,
  domain: IntentDomain,
): ClaimedIntent {
  if (chainId !== undefined && chainId !== domain.chainId) {
    throw new KeeperError("WrongChain", { given: chainId, expected: domain.chainId });
  }
  try {
    const signed = parseSignedIntent(json);
    const { intent, signature } = signed;
    const intentHash = hashIntent(intent, domain);
    const owner =
      signature.scheme === "ecdsa" ? recoverSigner(intentHash, signature.signature) : signature.owner;
    return { intentHash, owner, signed, auction: null };
  } catch (error) {
    throw refusalOfSdk(error, domain);
  }
}
