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
export function sectionsOf(books: Books): readonly Section[] {
  const known = latest.get(books);
  if (known?.shape === books.shape) return known.sections;
  const sections = cut(books);
  latest.set(books, { shape: books.shape, sections });
  return sections;
}

/** The sections that books had when they were last asked for. */
const latest = new WeakMap<Books, { readonly shape: number; readonly sections: readonly Section[] }>();

function cut(books: Books): Section[] {
  const { tokens, count, sell, buy } = books;
  const isLive = new Uint8Array(count);
  for (let book = 0; book < count; book++) isLive[book] = books.isEmpty(book) ? 0 : 1;
  const out = neighboursOf(tokens, isLive, sell, buy);
  const into = neighboursOf(tokens, isLive, buy, sell);

  // Kosaraju: components of the graph are trees of the reversed graph, taken in the order in which a search ends.
  const finished = new Int32Array(tokens);
  const seen = new Uint8Array(tokens);
  let length = 0;
  for (let root = 0; root < tokens; root++) length = walk(root, out, seen, finished, length);
  const component = new Int32Array(tokens);
  const position = new Int32Array(tokens);
  const reached = new Int32Array(tokens);
  const placed = new Uint8Array(tokens);
  const sizes: number[] = [];
  for (let i = tokens - 1; i >= 0; i--) {
    const size = walk(i32(finished, i), into, placed, reached, 0);
    if (size === 0) continue;
    for (let j = 0; j < size; j++) component[i32(reached, j)] = sizes.length;
    sizes.push(size);
  }
  const members = sizes.map((size) => new Int32Array(size));
  const filled = new Int32Array(sizes.length);
  for (let token = 0; token < tokens; token++) {
    const home = i32(component, token);
    const at = i32(filled, home);
    position[token] = at;
    filled[home] = at + 1;
    const list = members[home];
    if (list !== undefined) list[at] = token;
  }
  const inside: number[][] = sizes.map(() => []);
  for (let book = 0; book < count; book++) {
    const home = i32(component, i32(sell, book));
    if (isLive[book] === 1 && home === i32(component, i32(buy, book))) inside[home]?.push(book);
  }
  return members.flatMap((list, home) => {
    const own = Int32Array.from(inside[home] ?? []);
    if (own.length === 0) return [];
    const placeOf = (of: Int32Array): Int32Array => own.map((book) => i32(position, i32(of, book)));
    return { tokens: list, books: own, sell: placeOf(sell), buy: placeOf(buy) };
  });
}

/** The tokens next to each token, those of token t at [start[t], start[t + 1]). */
interface Neighbours {
  readonly start: Int32Array;
  readonly list: Int32Array;
}

function neighboursOf(tokens: number, isLive: Uint8Array, from: Int32Array, to: Int32Array): Neighbours {
  const start = new Int32Array(tokens + 1);
  for (let book = 0; book < isLive.length; book++) {
    const next = i32(from, book) + 1;
    if (isLive[book] === 1) start[next] = i32(start, next) + 1;
  }
  for (let t = 0; t < tokens; t++) start[t + 1] = i32(start, t + 1) + i32(start, t);
  const place = start.slice();
  const list = new Int32Array(i32(start, tokens));
  for (let book = 0; book < isLive.length; book++) {
    if (isLive[book] !== 1) continue;
    const token = i32(from, book);
    const at = i32(place, token);
    list[at] = i32(to, book);
    place[token] = at + 1;
  }
  return { start, list };
}

/** Depth-first search from one token; tokens are added to `finished` as the search leaves them. Returns its new length. */
function walk(
  root: number,
  { start, list }: Neighbours,
  seen: Uint8Array,
  finished: Int32Array,
  length: number,
): number {
  if (seen[root] === 1) return length;
  seen[root] = 1;
  const stack: number[] = [root];
  const at = [i32(start, root)];
  let count = length;
  while (stack.length > 0) {
    const token = stack[stack.length - 1] ?? root;
    const next = at.pop() ?? 0;
    if (next === i32(start, token + 1)) {
      finished[count++] = token;
      stack.pop();
      continue;
    }
    at.push(next + 1);
    const other = i32(list, next);
    if (seen[other] === 1) continue;
    seen[other] = 1;
    stack.push(other);
    at.push(i32(start, other));
  }
  return count;
}
