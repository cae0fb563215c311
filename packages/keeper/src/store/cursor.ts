import { KeeperError } from "../errors.ts";

/** Where a page ended, as text that a caller hands back unread. */
function encodeCursor(seq: number): string {
  return Buffer.from(`seq:${seq}`).toString("base64url");
}

/** @throws KeeperError `InvalidCursor` */
export function decodeCursor(cursor: string): number {
  const match = /^seq:(\d{1,15})$/.exec(Buffer.from(cursor, "base64url").toString());
  if (match?.[1] === undefined) throw new KeeperError("InvalidCursor", { cursor });
  return Number(match[1]);
}

/** Cuts what was read, one row more than a page holds, into the page and where the next one begins; null at the end. */
export function cutPage<Row extends { seq: number }>(
  rows: readonly Row[],
  limit: number,
): { page: Row[]; nextCursor: string | null } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const more = rows.length > page.length && last !== undefined;
  return { page, nextCursor: more ? encodeCursor(last.seq) : null };
}
