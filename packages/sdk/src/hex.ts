import { getAddress, isHexString } from "ethers";
import { SdkError } from "./errors.ts";

/** A `0x`-prefixed hex string; the type that viem, wallets and JSON-RPC use. */
export type Hex = `0x${string}`;

/** A 20-byte account or contract address. Values made by this package carry the EIP-55 checksum. */
export type Address = Hex;

export const zeroAddress: Address = "0x0000000000000000000000000000000000000000";

/** True for a `0x`-prefixed string of whole bytes; with `length`, of exactly that many bytes. */
export function isHex(value: unknown, length?: number): value is Hex {
  return isHexString(value, length ?? true);
}

/**
 * The value as {@link Hex}, in lower case, so that equal bytes are equal strings.
 *
 * @param field named in the error
 * @throws SdkError `InvalidHex` when it is not a hex string of whole bytes (of `length` bytes, if given)
 */
export function parseHex(value: unknown, field: string, length?: number): Hex {
  if (isHex(value, length)) return `0x${value.slice(2).toLowerCase()}`;
  throw new SdkError("InvalidHex", {
    field,
    value,
    expected: length === undefined ? "bytes" : `${length} bytes`,
  });
}

/**
 * The address with its EIP-55 checksum. A mixed-case address with a wrong checksum is refused: it was mistyped.
 *
 * @throws SdkError `InvalidAddress`
 */
export function parseAddress(value: unknown, field = "address"): Address {
  if (isHex(value, 20)) {
    try {
      const checksummed = getAddress(value);
      if (isHex(checksummed)) return checksummed;
    } catch (cause) {
      throw new SdkError("InvalidAddress", { field, value }, { cause });
    }
  }
  throw new SdkError("InvalidAddress", { field, value });
}
