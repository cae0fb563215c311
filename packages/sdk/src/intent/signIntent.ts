import { parseAddress, type Address, type Hex } from "../hex.ts";
import type { Intent, IntentDomain, IntentSignature, SignedIntent } from "./Intent.ts";
import { expandSignature } from "./signature.ts";
import { signTypedData, type IntentSigner } from "./signers.ts";
import { cancelTypedData, intentTypedData } from "./typedData.ts";
import { validateIntent } from "./validateIntent.ts";

export type SignIntentOptions = {
  /** The contract account (ERC-1271) that gives, when `signer` signs for a contract. Default: the signer gives. */
  contractOwner?: Address;
};

/**
 * Signs an intent.
 *
 * @param signer an ethers `Signer`, or a function from typed data to a signature ({@link viemSigner},
 * {@link eip1193Signer})
 *
 * @example
 * const signed = await signIntent(intent, { chainId: 1, verifyingContract: address }, wallet);
 *
 * @throws SdkError as {@link validateIntent}; `SignerFailed`; `InvalidSignature` when the signer gives no ECDSA
 * signature of 64 or 65 bytes and there is no `contractOwner`
 */
export async function signIntent(
  intent: Intent,
  domain: IntentDomain,
  signer: IntentSigner,
  { contractOwner }: SignIntentOptions = {},
): Promise<SignedIntent> {
  const checked = validateIntent(intent);
  const signature = await signTypedData(signer, intentTypedData(checked, domain));
  return { intent: checked, signature: describeSignature(signature, contractOwner) };
}

function describeSignature(signature: Hex, contractOwner: Address | undefined): IntentSignature {
  return contractOwner === undefined
    ? { scheme: "ecdsa", signature: expandSignature(signature) }
    : { scheme: "eip1271", owner: parseAddress(contractOwner, "contractOwner"), signature };
}

/**
 * Signs the cancellation of an intent at a keeper. It costs nothing and binds honest keepers only: who holds the signed
 * intent can still settle it. To rule that out, spend the nonce by the contract's `cancel`.
 *
 * @throws SdkError `SignerFailed`
 */
export function signCancel(intentHash: Hex, domain: IntentDomain, signer: IntentSigner): Promise<Hex> {
  return signTypedData(signer, cancelTypedData(intentHash, domain));
}
