import { concat, keccak256, toBeHex, toUtf8Bytes, zeroPadValue } from "ethers";
import { SdkError } from "../errors.ts";
import { parseAddress, parseHex, type Hex } from "../hex.ts";
import type { Intent, IntentDomain } from "./Intent.ts";

/** keccak256 of the intent's EIP-712 type, "Intent(address sellToken,…,bytes conditionData)". */
export const INTENT_TYPEHASH: Hex = "0x56b4bc7f3a3bfe310371ca4fddd37132d845eb3f847fa6c7e9580493f259a64c";

/** keccak256("Cancel(bytes32 intentHash)") */
export const CANCEL_TYPEHASH: Hex = "0x42d44bc8e0e7c3cb0378e8af390c1eb97d0c6fef14962d17920a32d011d3b4e7";

/** keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)") */
const DOMAIN_TYPEHASH: Hex = "0x8b73c3c69bb8fe3d512ecc4cf759cc79239f7b179b0ffacaa9a75d522b39400f";

/** keccak256("Walras") and keccak256("1") */
const NAME_HASH: Hex = "0x37f709e640ebc838e2f45a47b5e0d314529b9d20384596a1a32c41dd5e2a7ecb";
const VERSION_HASH: Hex = "0xc89efdaa54c0f20c7adf612882df0950f5a951637e0307cdcb4c672f298b8bc6";

const word = (value: bigint | number) => toBeHex(value, 32);
const addressWord = (value: Hex) => zeroPadValue(value, 32);
const hash = (...words: string[]): Hex => parseHex(keccak256(concat(words)), "hash", 32);

/**
 * The EIP-712 struct hash of an intent: `hashStruct(intent)`, without the domain.
 *
 * The intent is hashed as it is; {@link validateIntent} checks what comes from outside.
 */
export function intentStructHash(intent: Intent): Hex {
  return hash(
    INTENT_TYPEHASH,
    addressWord(intent.sellToken),
    addressWord(intent.buyToken),
    addressWord(intent.receiver),
    word(intent.sellAmount),
    word(intent.buyAmount),
    word(intent.startBuyAmount),
    word(intent.maxFee),
    word(intent.feePerWei),
    word(intent.validFrom),
    word(intent.decayEnd),
    word(intent.validTo),
    word(intent.nonce),
    keccak256(toUtf8Bytes(intent.kind)),
    word(intent.partiallyFillable ? 1 : 0),
    addressWord(intent.settler),
    addressWord(intent.condition),
    keccak256(intent.conditionData),
  );
}

/**
 * The EIP-712 domain separator of a deployment; equals the contract's `domainSeparator()`.
 *
 * @throws SdkError `InvalidAddress`, `InvalidChainId`
 */
export function domainSeparator(domain: IntentDomain): Hex {
  if (!Number.isSafeInteger(domain.chainId) || domain.chainId < 1) {
    throw new SdkError("InvalidChainId", { value: domain.chainId });
  }
  const contract = parseAddress(domain.verifyingContract, "verifyingContract");
  return hash(DOMAIN_TYPEHASH, NAME_HASH, VERSION_HASH, word(domain.chainId), addressWord(contract));
}

/**
 * The EIP-712 digest of an intent: what its owner signs, and the intent's one id everywhere (`intentHash`).
 *
 * @throws SdkError `InvalidAddress`, `InvalidChainId` for a malformed domain
 */
export function hashIntent(intent: Intent, domain: IntentDomain): Hex {
  return hash("0x1901", domainSeparator(domain), intentStructHash(intent));
}

/**
 * The EIP-712 digest of `Cancel(bytes32 intentHash)`: what an owner signs to take an intent back at a keeper.
 *
 * @throws SdkError `InvalidHex`, `InvalidAddress`, `InvalidChainId`
 */
export function hashCancel(intentHash: Hex, domain: IntentDomain): Hex {
  return hash(
    "0x1901",
    domainSeparator(domain),
    hash(CANCEL_TYPEHASH, parseHex(intentHash, "intentHash", 32)),
  );
}
