import type { Book, BookIntent } from "./types.ts";

/** An intent as the verifier reads it: addresses as keys, each worked out once. */
export interface Entry {
  readonly intent: BookIntent;
  readonly owner: string;
  readonly sell: string;
  readonly buy: string;
}

/**
 * The book's intents by id. The first of two intents with one id is the one meant: the matcher answers "duplicate-id" for the later
 * ones.
 */
export function entriesOf(book: Book): Map<string, Entry> {
  const keys = new Map<string, string>();
  // One text object per address: lookups by it are fast, and a large book has few tokens.
  const keyOf = (address: string): string => {
    const known = keys.get(address);
    if (known !== undefined) return known;
    const key = address.toLowerCase();
    keys.set(address, key);
    return key;
  };
  const entries = new Map<string, Entry>();
  for (const intent of book.intents) {
    if (entries.has(intent.id)) continue;
    const { id, owner, sellToken, buyToken } = intent;
    entries.set(id, { intent, owner: owner.toLowerCase(), sell: keyOf(sellToken), buy: keyOf(buyToken) });
  }
  return entries;
}
