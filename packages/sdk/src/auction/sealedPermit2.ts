import { concat, keccak256, toBeHex, toUtf8Bytes, zeroPadValue } from "ethers";
import { parseAddress, parseHex, type Address, type Hex } from "../hex.ts";
import type { Intent } from "../intent/Intent.ts";
import { intentStructHash } from "../intent/hashIntent.ts";
import { intentTypes } from "../intent/typedData.ts";
import type { AuctionMarket } from "./Auction.ts";

/** The part of a market that a permit speaks of. */
export type Permit2Market = Pick<AuctionMarket, "chainId" | "auction" | "permit2">;

/** The fields of a Permit2 transfer that has an intent as its witness, in the order in which they are hashed. */
export const sealedPermit2Types = {
  PermitWitnessTransferFrom: [
    { name: "permitted", type: "TokenPermissions" },
    { name: "spender", type: "address" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint256" },
    { name: "witness", type: "Intent" },
  ],
  ...intentTypes,
  TokenPermissions: [
    { name: "token", type: "address" },
    { name: "amount", type: "uint256" },
  ],
} as const;

/** The typed data of an intent that Permit2 funds. */
export type SealedPermit2TypedData = {
  domain: { name: "Permit2"; chainId: number; verifyingContract: Address };
  types: typeof sealedPermit2Types;
  primaryType: "PermitWitnessTransferFrom";
  message: {
    permitted: { token: Address; amount: bigint };
    spender: Address;
    nonce: bigint;
    deadline: bigint;
    witness: Intent;
  };
};

const intentType = `Intent(${intentTypes.Intent.map(({ type, name }) => `${type} ${name}`).join(",")})`;
const tokenType = "TokenPermissions(address token,uint256 amount)";

/** What `permitWitnessTransferFrom` appends to its own type; the auction passes exactly this. */
export const sealedWitnessType = `Intent witness)${intentType}${tokenType}`;

const permitType = `PermitWitnessTransferFrom(TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline,`;

/**
 * The typed data by which one signature allows and funds an intent (Permit2, SignatureTransfer with the intent as witness):
 * the auction may take up to `sellAmount` until `validTo`, once, and for this intent only. The intent's nonce is spent in
 * Permit2 too.
 */
export function sealedPermit2TypedData(intent: Intent, market: Permit2Market): SealedPermit2TypedData {
  return {
    domain: { name: "Permit2", chainId: market.chainId, verifyingContract: market.permit2 },
    types: sealedPermit2Types,
    primaryType: "PermitWitnessTransferFrom",
    message: {
      permitted: { token: intent.sellToken, amount: intent.sellAmount },
      spender: market.auction,
      nonce: intent.nonce,
      deadline: BigInt(intent.validTo),
      witness: intent,
    },
  };
}

const utf8Hash = (text: string) => keccak256(toUtf8Bytes(text));
const word = (value: bigint | number) => toBeHex(value, 32);
const addressWord = (value: Address, field: string) => zeroPadValue(parseAddress(value, field), 32);

/**
 * The EIP-712 digest of {@link sealedPermit2TypedData}: what Permit2 recovers the owner from. The intent's id stays
 * `hashIntent` with the auction's domain.
 *
 * @throws SdkError `InvalidAddress`
 */
export function hashSealedPermit2(intent: Intent, market: Permit2Market): Hex {
  const domainType = utf8Hash("EIP712Domain(string name,uint256 chainId,address verifyingContract)");
  const domain = [domainType, utf8Hash("Permit2"), word(market.chainId)];
  const permit = [
    utf8Hash(permitType + sealedWitnessType),
    keccak256(
      concat([utf8Hash(tokenType), addressWord(intent.sellToken, "sellToken"), word(intent.sellAmount)]),
    ),
    addressWord(market.auction, "auction"),
    word(intent.nonce),
    word(intent.validTo),
    intentStructHash(intent),
  ];
  const separator = keccak256(concat([...domain, addressWord(market.permit2, "permit2")]));
  return parseHex(keccak256(concat(["0x1901", separator, keccak256(concat(permit))])), "hash", 32);
}
