import { KeeperError } from "../errors.ts";

/** Where a page ended, as text that a caller hands back unread. */
export function encodeCursor(seq: number): string {
  return Buffer.from(`seq:${seq}`).toString("base64url");
}

/** @throws KeeperError `InvalidCursor` */
export function decodeCursor(cursor: string): number {
  const match = /^seq:(\d{1,15})$/.exec(Buffer.from(cursor, "base64url").toString());
  if (match?.[1] === undefined) throw new KeeperError("InvalidCursor", { cursor });
  return Number(match[1]);
}
