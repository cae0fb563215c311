import { isHex, parseAddress, SdkError, type Address, type Hex } from "@walras/sdk";
import { KeeperError } from "../../errors.ts";

const defaultPageSize = 50;

export function pageSize(limit: number | undefined): number {
  return limit ?? defaultPageSize;
}

/** A hash in the form in which it is stored, lower case. */
export function hashOf(text: Hex): Hex {
  const lower = text.toLowerCase();
  return isHex(lower, 32) ? lower : text;
}

/** An address in the form in which it is stored, checksummed. @throws KeeperError `InvalidRequest` for a mistyped one */
export function addressOf(text: string, path: string): Address {
  try {
    return parseAddress(text, path);
  } catch (error) {
    if (!(error instanceof SdkError)) throw error;
    const problem = `is ${text}, whose checksum is wrong: it was mistyped`;
    throw new KeeperError("InvalidRequest", { path, problem }, { cause: error });
  }
}
