/** A market out of a book file: its tokens, its balances, its intents, with made-up keys for its owners. */
import { readFile } from "node:fs/promises";
import { parseBook, type Book, type BookIntent } from "@walras/solver";
import type { DemoIntent, Funding, Market } from "./market.ts";

const day = 86_400;

/** Far more than posting takes. */
const opensIn = 7_200;

/** @throws Error that names the file and what is wrong with it. */
export async function bookMarket(file: string): Promise<{ market: Market; warnings: readonly string[] }> {
  const book = await readBook(file);
  const symbols = uniqueSymbols(book);
  const symbolOf = (address: string): string => symbols.get(address.toLowerCase()) ?? address;

  const owners = [...new Set(book.intents.map(({ owner }) => owner.toLowerCase()))];
  const funding: Funding[] = owners.flatMap((owner) =>
    book.tokens
      .map(({ address }) => ({ owner, token: symbolOf(address), amount: book.spendable(owner, address) }))
      .filter(({ amount }) => amount > 0n),
  );
  // Such an intent cannot even be signed; the book's warnings name it.
  const signable = book.intents.filter((intent) => symbolOf(intent.sellToken) !== symbolOf(intent.buyToken));
  // The hash of an intent does not name its owner: what is the same but for the owner must differ by its nonce.
  const nonces = new Map<string, bigint>();
  const nonceOf = ({ owner, nonce }: BookIntent): bigint => {
    const key = `${owner.toLowerCase()} ${nonce}`;
    const known = nonces.get(key) ?? BigInt(nonces.size);
    nonces.set(key, known);
    return known;
  };
  const intents: DemoIntent[] = signable.map((intent) => ({
    label: intent.id,
    owner: intent.owner.toLowerCase(),
    expect: { outcome: "any" },
    terms: {
      sell: symbolOf(intent.sellToken),
      buy: symbolOf(intent.buyToken),
      sellAmount: intent.sellAmount,
      buyAmount: intent.buyAmount,
      maxFee: intent.maxFee,
      nonce: nonceOf(intent),
      kind: intent.kind,
      partiallyFillable: intent.partiallyFillable,
      validFor: day,
      opensIn,
    },
  }));
  const market: Market = {
    title: `The book ${file}`,
    tokens: book.tokens.map((token) => ({
      symbol: symbolOf(token.address),
      name: symbolOf(token.address),
      decimals: token.decimals ?? 18,
    })),
    owners: owners.map((name) => ({ name, holds: "key" })),
    funding,
    intents,
    opensIn,
  };
  return { market, warnings: book.warnings ?? [] };
}

async function readBook(file: string): Promise<Book> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    throw new Error(
      `The book ${file} cannot be read. Give the path of a file as docs/BOOK.md describes it.`,
      { cause },
    );
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new Error(
      `The book ${file} is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
  return parseBook(json);
}

/** Symbols are what the demo knows tokens by; two tokens of one symbol get a number. */
function uniqueSymbols(book: Book): Map<string, string> {
  const taken = new Set<string>();
  const symbols = new Map<string, string>();
  for (const [index, token] of book.tokens.entries()) {
    const wanted = token.symbol ?? `T${index}`;
    const symbol = taken.has(wanted) ? `${wanted}-${index}` : wanted;
    taken.add(symbol);
    symbols.set(token.address.toLowerCase(), symbol);
  }
  return symbols;
}
