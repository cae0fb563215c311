import { Interface } from "ethers";
import { SdkError } from "../errors.ts";
import { parseAddress, parseHex, type Address, type Hex } from "../hex.ts";
import { hashCancel, hashIntent } from "./hashIntent.ts";
import type { IntentDomain, IntentSignature, SignedIntent } from "./Intent.ts";
import { recoverSigner } from "./signature.ts";

/**
 * Performs an `eth_call` on the latest block and returns the data. A revert may answer "0x" or throw; a thrown revert
 * counts as a refusal, every other error passes through.
 *
 * @example
 * const call = (tx) => provider.call(tx);                                        // ethers
 * const call = async (tx) => (await publicClient.call(tx)).data ?? "0x";        // viem
 */
export type EthCall = (transaction: { to: Address; data: Hex }) => Promise<string>;

export type VerifyOptions = {
  /** Needed for the schemes `eip1271` and `approval`. */
  call?: EthCall;
};

const calls = new Interface([
  "function isValidSignature(bytes32 digest, bytes signature) view returns (bytes4)",
  "function isApproved(address owner, bytes32 intentHash) view returns (bool)",
]);

/** `isValidSignature.selector`, padded: the whole word that ERC-1271 has a contract return for "valid". */
const erc1271MagicWord = `0x1626ba7e${"0".repeat(56)}`;
const trueWord = `0x${"0".repeat(63)}1`;

/** True for the ways in which ethers, viem and bare JSON-RPC say that a call was executed and reverted. */
function isRevert(error: unknown): boolean {
  if (typeof error !== "object" || error === null) return false;
  if ("code" in error && (error.code === "CALL_EXCEPTION" || error.code === 3)) return true;
  return "cause" in error && isRevert(error.cause);
}

/** The first word of what the call returns, or null if it reverts or returns less. */
async function callForWord(
  call: EthCall | undefined,
  scheme: IntentSignature["scheme"],
  to: Address,
  data: string,
): Promise<string | null> {
  if (call === undefined) throw new SdkError("MissingCall", { scheme });
  try {
    const answer = await call({ to, data: parseHex(data, "data") });
    return answer.length < 66 ? null : answer.slice(0, 66).toLowerCase();
  } catch (error) {
    if (isRevert(error)) return null;
    throw error;
  }
}

async function checkContractSignature(
  owner: Address,
  digest: Hex,
  signature: Hex,
  { call }: VerifyOptions,
): Promise<Address> {
  const data = calls.encodeFunctionData("isValidSignature", [digest, signature]);
  if ((await callForWord(call, "eip1271", owner, data)) === erc1271MagicWord)
    return parseAddress(owner, "owner");
  throw new SdkError("InvalidSignature", { reason: `the contract ${owner} does not accept it (ERC-1271)` });
}

/**
 * Checks who vouches for an intent and returns that owner.
 *
 * For scheme `ecdsa` the owner is whoever the signature recovers to: a signature by the wrong key, or over another
 * chain's domain, gives another owner, not an error. Compare it with whom you expect.
 *
 * @throws SdkError `InvalidSignature`; `MissingCall` when the scheme needs `call`
 *
 * @example
 * const owner = await verifyIntentSignature(signed, domain, { call: (tx) => provider.call(tx) });
 */
export async function verifyIntentSignature(
  { intent, signature }: SignedIntent,
  domain: IntentDomain,
  options: VerifyOptions = {},
): Promise<Address> {
  const intentHash = hashIntent(intent, domain);
  switch (signature.scheme) {
    case "ecdsa":
      return recoverSigner(intentHash, signature.signature);
    case "eip1271":
      return checkContractSignature(signature.owner, intentHash, signature.signature, options);
    case "approval": {
      const data = calls.encodeFunctionData("isApproved", [signature.owner, intentHash]);
      const answer = await callForWord(options.call, "approval", domain.verifyingContract, data);
      if (answer === trueWord) return parseAddress(signature.owner, "owner");
      throw new SdkError("InvalidSignature", { reason: `${signature.owner} has not approved the intent` });
    }
  }
}

/**
 * Checks that `owner` signed the cancellation of an intent, by ECDSA or, if there is `call`, by ERC-1271.
 *
 * @throws SdkError `InvalidSignature` when somebody else signed it
 */
export async function verifyCancelSignature(
  cancel: { intentHash: Hex; owner: Address; signature: Hex },
  domain: IntentDomain,
  options: VerifyOptions = {},
): Promise<void> {
  const digest = hashCancel(cancel.intentHash, domain);
  const owner = parseAddress(cancel.owner, "owner");

  let refusal: unknown;
  try {
    const signer = recoverSigner(digest, cancel.signature);
    if (signer === owner) return;
    refusal = new SdkError("InvalidSignature", { reason: `${signer} signed it, not the owner ${owner}` });
  } catch (error) {
    refusal = error;
  }
  if (options.call === undefined) throw refusal;
  await checkContractSignature(owner, digest, cancel.signature, options);
}
