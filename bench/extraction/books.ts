/** The books of the bench: random ones of every family, and recorded ones from a folder. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseBook, type SealedBook, type SealedOrder } from "../../packages/solver/src/index.ts";
import { FAMILIES } from "../../packages/solver/test/families.ts";
import { sealedFamily } from "../../packages/solver/test/sealed.ts";

/** A book and what it is called. */
export interface NamedBook {
  readonly name: string;
  readonly book: SealedBook;
}

const SHAPES = [
  [2, 20],
  [3, 60],
  [5, 120],
  [10, 200],
] as const;
/** Orders smaller than this, or above the auction's range, are left out of recorded books. */
const MINIMUM = 1n << 16n;
const MAXIMUM = (1n << 112n) - 1n;

/** Random books without end: each of every family and shape in turn. */
export function* randomBooks(): Generator<NamedBook> {
  for (let i = 0; ; i++) {
    const family = FAMILIES[i % FAMILIES.length] ?? "market";
    const [tokens, orders] = SHAPES[Math.floor(i / FAMILIES.length) % SHAPES.length] ?? [3, 60];
    const seed = 1 + Math.floor(i / (FAMILIES.length * SHAPES.length));
    yield {
      name: `${family} ${tokens}/${orders} #${seed}`,
      book: sealedFamily(family, tokens, orders, seed),
    };
  }
}

/** The recorded books (docs/BOOK.md) of a folder, placed as far as their owners' balances go; none without a folder. */
export function recordedBooks(folder: string | undefined): NamedBook[] {
  if (folder === undefined) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .map((name) => {
      const text: unknown = JSON.parse(readFileSync(join(folder, name), "utf8"));
      return { name: name.replace(/\.json$/, ""), book: placed(text) };
    });
}

function placed(text: unknown): SealedBook {
  const book = parseBook(text);
  const index = new Map(book.tokens.map(({ address }, t) => [address.toLowerCase(), t]));
  const spent = new Map<string, bigint>();
  const orders: SealedOrder[] = [];
  for (const { owner, sellToken, buyToken, sellAmount, limitBuyAmount, kind } of book.intents) {
    const wallet = `${owner} ${sellToken}`.toLowerCase();
    const used = spent.get(wallet) ?? 0n;
    const free = book.spendable(owner, sellToken) - used;
    const amount = sellAmount < free ? sellAmount : free;
    const asked = sellAmount > 0n ? (limitBuyAmount * amount + sellAmount - 1n) / sellAmount : 0n;
    const [sell, buy] = [index.get(sellToken.toLowerCase()), index.get(buyToken.toLowerCase())];
    if (kind !== "sell" || sell === undefined || buy === undefined || sell === buy) continue;
    if (amount < MINIMUM || asked < MINIMUM || amount > MAXIMUM || asked > MAXIMUM) continue;
    spent.set(wallet, used + amount);
    orders.push({ id: orders.length, sellToken: sell, buyToken: buy, amount, asked });
  }
  return { minimums: book.tokens.map(() => MINIMUM), orders };
}
