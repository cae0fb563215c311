import { concat, dataLength, dataSlice, recoverAddress } from "ethers";
import { SdkError } from "../errors.ts";
import { parseAddress, parseHex, type Address, type Hex } from "../hex.ts";

/** Half the order of secp256k1, rounded down: an s above it has a twin below it, so it is refused as malleable. */
const maxLowS = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;

type EcdsaSignature = { r: string; s: string; yParity: 0 | 1 };

function parseYParity(v: bigint): 0 | 1 {
  // Some wallets write the parity itself in place of 27 or 28.
  if (v === 27n || v === 0n) return 0;
  if (v === 28n || v === 1n) return 1;
  throw new SdkError("InvalidSignature", { reason: `v is ${v.toString()}, not 27 or 28` });
}

/** Reads both forms: (r, s, v) in 65 bytes, and EIP-2098's (r, vs) in 64, where the top bit of vs is the parity. */
function parseSignature(signature: Hex): EcdsaSignature {
  const length = dataLength(parseHex(signature, "signature"));
  if (length !== 64 && length !== 65) {
    const reason = `an ECDSA signature has 64 or 65 bytes, this one has ${length}`;
    throw new SdkError("InvalidSignature", { reason });
  }
  const r = dataSlice(signature, 0, 32);
  const second = BigInt(dataSlice(signature, 32, 64));
  const yParity = length === 65 ? parseYParity(BigInt(dataSlice(signature, 64))) : second >> 255n ? 1 : 0;
  const s = length === 65 ? second : BigInt.asUintN(255, second);
  if (s > maxLowS) {
    throw new SdkError("InvalidSignature", { reason: "its s is in the upper half of the curve's order" });
  }
  return { r, s: `0x${s.toString(16).padStart(64, "0")}`, yParity };
}

/**
 * The 64-byte form of EIP-2098, (r, parity and s): one byte less in every batch.
 *
 * @throws SdkError `InvalidSignature`
 */
export function compactSignature(signature: Hex): Hex {
  const { r, s, yParity } = parseSignature(signature);
  const vs = BigInt(s) | (BigInt(yParity) << 255n);
  return parseHex(concat([r, `0x${vs.toString(16).padStart(64, "0")}`]), "signature", 64);
}

/**
 * The 65-byte form (r, s, v) with v of 27 or 28.
 *
 * @throws SdkError `InvalidSignature`
 */
export function expandSignature(signature: Hex): Hex {
  const { r, s, yParity } = parseSignature(signature);
  return parseHex(concat([r, s, yParity === 0 ? "0x1b" : "0x1c"]), "signature", 65);
}

/**
 * Who signed the digest by ECDSA, in either form.
 *
 * @throws SdkError `InvalidSignature` when it is malformed, has a high s, or recovers nobody
 */
export function recoverSigner(digest: Hex, signature: Hex): Address {
  const parsed = parseSignature(signature);
  let signer: string;
  try {
    signer = recoverAddress(digest, parsed);
  } catch (cause) {
    throw new SdkError("InvalidSignature", { reason: "it recovers nobody" }, { cause });
  }
  return parseAddress(signer);
}
