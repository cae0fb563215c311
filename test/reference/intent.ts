/** The intent and who has signed it, from the EIPs and docs/SPEC.md alone. */
import {
  concat,
  dataLength,
  dataSlice,
  keccak256,
  SigningKey,
  TypedDataEncoder,
  computeAddress,
} from "ethers";

export type Intent = {
  sellToken: string;
  buyToken: string;
  receiver: string;
  sellAmount: bigint;
  buyAmount: bigint;
  startBuyAmount: bigint;
  maxFee: bigint;
  feePerWei: bigint;
  validFrom: bigint;
  decayEnd: bigint;
  validTo: bigint;
  nonce: bigint;
  kind: "sell" | "buy";
  partiallyFillable: boolean;
  settler: string;
  condition: string;
  conditionData: string;
};

export const nobody = `0x${"00".repeat(20)}`;

const types = TypedDataEncoder.from({
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
});

/** The EIP-712 digest. */
export function intentDigest(intent: Intent, chainId: number, settlement: string): string {
  const domain = TypedDataEncoder.hashDomain({
    name: "Walras",
    version: "1",
    chainId,
    verifyingContract: settlement,
  });
  return keccak256(concat(["0x1901", domain, types.hash(intent)]));
}

/** Half the order of secp256k1; a signature with a greater s is the twin of one with a smaller. */
const halfOrder = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;

/** Whom an ECDSA signature recovers to, or null if it recovers nobody, or its s is high or its v neither 27 nor 28. */
export function recover(digest: string, r: string, s: string, v: number): string | null {
  if (BigInt(s) > halfOrder || (v !== 27 && v !== 28)) return null;
  try {
    return computeAddress(SigningKey.recoverPublicKey(digest, { r, s, v })).toLowerCase();
  } catch {
    return null;
  }
}

/** As {@link recover}, from 65 bytes r, s, v. */
export function recoverPacked(digest: string, signature: string): string | null {
  if (dataLength(signature) !== 65) return null;
  return recover(
    digest,
    dataSlice(signature, 0, 32),
    dataSlice(signature, 32, 64),
    Number(dataSlice(signature, 64)),
  );
}

/** The r, s and v of a signature of 64 bytes (EIP-2098): the highest bit of its second word tells v. */
export function expand(r: string, vs: string): { r: string; s: string; v: number } {
  const word = BigInt(vs);
  const s = `0x${BigInt.asUintN(255, word).toString(16).padStart(64, "0")}`;
  return { r, s, v: word >> 255n === 1n ? 28 : 27 };
}
