import { Result } from "ethers";
import { readIntentStruct } from "../intent/intentStruct.ts";
import { SdkError } from "../errors.ts";
import { parseAddress, parseHex, zeroAddress, type Address, type Hex } from "../hex.ts";
import { compactSignature } from "../intent/signature.ts";
import { checkIntentFields } from "../intent/validateIntent.ts";
import type { SealedIntent, SealedSignature } from "./Auction.ts";
import { auctionInterface } from "./auctionInterface.ts";

/** In the order of the contract's enum. */
const schemes = ["ecdsa", "eip1271", "approval", "caller", "permit2"] as const;

/** An intent on its way into a window: with `owner`, an ECDSA signature has to be this owner's. */
export type Placement = SealedIntent & { owner?: Address };

/**
 * The calldata of `place`: brings intents into the current window, all or none. Anybody may send it, but whoever places an
 * intent of scheme "caller" is its owner. ECDSA signatures are written in the 64 bytes of EIP-2098.
 *
 * @example
 * await wallet.sendTransaction({ to: market.auction, data: encodePlace([sealed]) });
 *
 * @throws SdkError as {@link checkIntentFields}; `InvalidAddress`, `InvalidHex`
 */
export function encodePlace(placements: readonly Placement[]): Hex {
  const tuples = placements.map(({ intent, signature, owner }) => [
    checkIntentFields(intent),
    schemes.indexOf(signature.scheme),
    parseAddress(signature.scheme === "ecdsa" ? (owner ?? zeroAddress) : signature.owner, "owner"),
    bytesOf(signature),
  ]);
  return parseHex(auctionInterface.encodeFunctionData("place", [tuples]), "calldata");
}

/** An ECDSA signature in 64 bytes, a word of calldata less; one that has no such form goes as it is, and the contract refuses it. */
function bytesOf(signature: SealedSignature): Hex {
  if (!("signature" in signature)) return "0x";
  const bytes = parseHex(signature.signature, "signature");
  if (signature.scheme !== "ecdsa") return bytes;
  try {
    return compactSignature(bytes);
  } catch {
    return bytes;
  }
}

/**
 * Reads the calldata of `place`: what somebody brings into a window.
 *
 * @throws SdkError `InvalidHex`, `InvalidCalldata`; as {@link parseIntent} for an intent that makes no sense
 */
export function decodePlace(calldata: Hex): Placement[] {
  return readPlacements(calldata).map((placement) => {
    if (!(placement instanceof Result))
      throw new SdkError("InvalidCalldata", { reason: "a struct is expected" });
    const owner = parseAddress(placement.getValue("owner"), "owner");
    const scheme = schemes[Number(placement.getValue("scheme"))];
    const intent = readIntentStruct(placement.getValue("intent"));
    const bytes = parseHex(placement.getValue("signature"), "signature");
    const signature = readSignature(scheme, owner, bytes);
    return scheme === "ecdsa" && owner !== zeroAddress ? { intent, signature, owner } : { intent, signature };
  });
}

function readPlacements(calldata: Hex): unknown[] {
  try {
    const args = auctionInterface.decodeFunctionData("place", parseHex(calldata, "calldata"));
    const [placements] = Array.from<unknown>(args);
    return placements instanceof Result ? placements.toArray() : [];
  } catch (cause) {
    throw new SdkError("InvalidCalldata", { reason: "it is no call of place" }, { cause });
  }
}

function readSignature(
  scheme: SealedSignature["scheme"] | undefined,
  owner: Address,
  signature: Hex,
): SealedSignature {
  switch (scheme) {
    case "ecdsa":
      return { scheme, signature };
    case "eip1271":
    case "permit2":
      return { scheme, owner, signature };
    case "approval":
    case "caller":
      return { scheme, owner };
    case undefined:
      throw new SdkError("InvalidCalldata", { reason: "a scheme is unknown" });
  }
}
