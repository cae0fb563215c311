import { i32 } from "./access.ts";
import type { Books } from "./books.ts";

/** Tokens and books that can be cleared on their own: a strongly connected component of the books that hold intents. */
export interface Section {
  /** Tokens of the section; all else is given by their positions here. */
  readonly tokens: Int32Array;
  /** Books of the section. */
  readonly books: Int32Array;
  /** Per book of the section, the token sold and the token bought. */
  readonly sell: Int32Array;
  readonly buy: Int32Array;
}

/**
 * Cuts the books into sections. Value flows in cycles, so an intent whose two tokens are not in one strongly connected
 * component can never fill; it is in no section.
 */
export function sectionsOf(books: Books): Section[] {
  const { tokens } = books;
  const isLive = Array.from({ length: books.count }, (_, book) => books.sizeOf(book) > 0);
  const out: number[][] = Array.from({ length: tokens }, () => []);
  const into: number[][] = Array.from({ length: tokens }, () => []);
  isLive.forEach((live, book) => {
    if (!live) return;
    out[i32(books.sell, book)]?.push(i32(books.buy, book));
    into[i32(books.buy, book)]?.push(i32(books.sell, book));
  });

  // Kosaraju: components of the graph are trees of the reversed graph, taken in the order in which a search ends.
  const finished: number[] = [];
  const seen = new Uint8Array(tokens);
  for (let root = 0; root < tokens; root++) walk(root, out, seen, finished);
  const component = new Int32Array(tokens);
  const placed = new Uint8Array(tokens);
  let count = 0;
  for (const root of finished.reverse()) {
    const reached: number[] = [];
    walk(root, into, placed, reached);
    if (reached.length === 0) continue;
    for (const token of reached) component[token] = count;
    count++;
  }

  const members: number[][] = Array.from({ length: count }, () => []);
  const position = new Int32Array(tokens);
  for (let token = 0; token < tokens; token++) {
    const list = members[i32(component, token)] ?? [];
    position[token] = list.push(token) - 1;
  }
  const inside: number[][] = Array.from({ length: count }, () => []);
  isLive.forEach((live, book) => {
    const home = i32(component, i32(books.sell, book));
    if (live && home === i32(component, i32(books.buy, book))) inside[home]?.push(book);
  });
  return members.flatMap((list, home) => {
    const own = inside[home] ?? [];
    if (own.length === 0) return [];
    return {
      tokens: Int32Array.from(list),
      books: Int32Array.from(own),
      sell: Int32Array.from(own, (book) => i32(position, i32(books.sell, book))),
      buy: Int32Array.from(own, (book) => i32(position, i32(books.buy, book))),
    };
  });
}

/** Depth-first search from one token; tokens are added to `finished` as the search leaves them. */
function walk(root: number, next: readonly number[][], seen: Uint8Array, finished: number[]): void {
  if (seen[root] === 1) return;
  seen[root] = 1;
  const stack = [{ token: root, at: 0 }];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const token = next[top.token]?.[top.at++];
    if (token === undefined) {
      finished.push(top.token);
      stack.pop();
    } else if (seen[token] === 0) {
      seen[token] = 1;
      stack.push({ token, at: 0 });
    }
  }
}
