import { parseAddress, type Address, type Hex } from "../hex.ts";
import { hashIntent } from "../intent/hashIntent.ts";
import type { Intent } from "../intent/Intent.ts";
import { expandSignature } from "../intent/signature.ts";
import { signTypedData, type IntentSigner } from "../intent/signers.ts";
import { signIntent, type SignIntentOptions } from "../intent/signIntent.ts";
import { intentTypedData, type IntentTypedData } from "../intent/typedData.ts";
import { auctionDomain, type AuctionMarket, type PlaceableSignature, type SealedIntent } from "./Auction.ts";
import { validateSealedIntent } from "./buildSealedIntent.ts";
import { sealedPermit2TypedData } from "./sealedPermit2.ts";

/**
 * The EIP-712 digest of an intent in an auction: its one id everywhere, whichever way the owner vouches for it.
 *
 * @throws SdkError `InvalidAddress`, `InvalidChainId`
 */
export function hashSealedIntent(intent: Intent, market: Pick<AuctionMarket, "chainId" | "auction">): Hex {
  return hashIntent(intent, auctionDomain(market));
}

/** The typed data of an intent in an auction, for a wallet to show and sign. */
export function sealedIntentTypedData(
  intent: Intent,
  market: Pick<AuctionMarket, "chainId" | "auction">,
): IntentTypedData {
  return intentTypedData(intent, auctionDomain(market));
}

/**
 * Signs an intent for the sealed lane. The auction takes the tokens by an allowance to itself, when the intent is placed.
 *
 * @param signer as for {@link signIntent}
 *
 * @example
 * const sealed = await signSealedIntent(buildSealedIntent(terms, market), market, wallet);
 * await keeper.postSealedIntent(sealed, market);
 *
 * @throws SdkError as {@link validateSealedIntent} and {@link signIntent}
 */
export async function signSealedIntent(
  intent: Intent,
  market: AuctionMarket,
  signer: IntentSigner,
  options: SignIntentOptions = {},
): Promise<SealedIntent<PlaceableSignature>> {
  return signIntent(validateSealedIntent(intent, market), auctionDomain(market), signer, options);
}

export type SignSealedPermit2Options = {
  /** Who gives: the signer's account, or the contract account that it signs for. */
  owner: Address;
  /** Whether `owner` is a contract, whose signature Permit2 asks by ERC-1271 as it is. Default: no. */
  isContract?: boolean;
};

/**
 * Signs an intent for the sealed lane by Permit2: one signature allows the auction to take the tokens and funds the intent.
 * The owner allows Permit2 once, by the token's `approve`, and no auction ever.
 *
 * @throws SdkError as {@link validateSealedIntent}; `InvalidAddress`, `SignerFailed`, `InvalidSignature`
 */
export async function signSealedPermit2(
  intent: Intent,
  market: AuctionMarket,
  signer: IntentSigner,
  { owner, isContract = false }: SignSealedPermit2Options,
): Promise<SealedIntent<PlaceableSignature>> {
  const checked = validateSealedIntent(intent, market);
  const bytes = await signTypedData(signer, sealedPermit2TypedData(checked, market));
  const signature = isContract ? bytes : expandSignature(bytes);
  return {
    intent: checked,
    signature: { scheme: "permit2", owner: parseAddress(owner, "owner"), signature },
  };
}
