import type { Hex } from "../hex.ts";
import type { Intent, IntentDomain } from "./Intent.ts";

/** The fields of an intent in the order in which they are hashed. Final: every signature depends on it. */
export const intentTypes = {
  Intent: [
    { name: "sellToken", type: "address" },
    { name: "buyToken", type: "address" },
    { name: "receiver", type: "address" },
    { name: "sellAmount", type: "uint128" },
    { name: "buyAmount", type: "uint128" },
    { name: "startBuyAmount", type: "uint128" },
    { name: "maxFee", type: "uint128" },
    { name: "feePerWei", type: "uint128" },
    { name: "validFrom", type: "uint32" },
    { name: "decayEnd", type: "uint32" },
    { name: "validTo", type: "uint32" },
    { name: "nonce", type: "uint256" },
    { name: "kind", type: "string" },
    { name: "partiallyFillable", type: "bool" },
    { name: "settler", type: "address" },
    { name: "condition", type: "address" },
    { name: "conditionData", type: "bytes" },
  ],
} as const;

/** What an owner signs to take an intent back at a keeper, without a transaction. */
export const cancelTypes = { Cancel: [{ name: "intentHash", type: "bytes32" }] } as const;

/** EIP-712 typed data as viem, ethers and wallets take it; bigints are left for them to encode. */
export type IntentTypedData = {
  domain: TypedDataDomain;
  types: typeof intentTypes;
  primaryType: "Intent";
  message: Intent;
};

export type CancelTypedData = {
  domain: TypedDataDomain;
  types: typeof cancelTypes;
  primaryType: "Cancel";
  message: { intentHash: Hex };
};

export type TypedDataDomain = IntentDomain & { name: "Walras"; version: "1" };

function typedDataDomain({ chainId, verifyingContract }: IntentDomain): TypedDataDomain {
  return { name: "Walras", version: "1", chainId, verifyingContract };
}

/**
 * The typed data of an intent, for a wallet to show and sign.
 *
 * @example
 * const signature = await account.signTypedData(intentTypedData(intent, domain)); // a viem account
 */
export function intentTypedData(intent: Intent, domain: IntentDomain): IntentTypedData {
  return { domain: typedDataDomain(domain), types: intentTypes, primaryType: "Intent", message: intent };
}

/** The typed data of a cancellation, for a wallet to show and sign. */
export function cancelTypedData(intentHash: Hex, domain: IntentDomain): CancelTypedData {
  return {
    domain: typedDataDomain(domain),
    types: cancelTypes,
    primaryType: "Cancel",
    message: { intentHash },
  };
}
