import { i32At, setI32 } from "./memory";

/** Where {@link cutSections} reads and writes; src/engine/sections.ts lays it out. All arrays are of integers. */
@unmanaged
export class Cut {
  tokens: i32;
  books: i32;
  /** Per book: its two tokens, and whether it holds intents. */
  sell: usize;
  buy: usize;
  isLive: usize;
  /** Receives the section of each token, and its position among the tokens of the section. */
  section: usize;
  position: usize;
  /** Receives the live books of which both tokens are in one section, section by section, and where each begins; one more entry closes the last. */
  inside: usize;
  first: usize;
  /** Receive, beside {@link inside}, the positions of their tokens. */
  insideSell: usize;
  insideBuy: usize;
  /** Room to work in. */
  start: usize;
  list: usize;
  finished: usize;
  stack: usize;
  next: usize;
}

/** Cuts books into strongly connected components (Kosaraju); returns how many there are, those of single tokens included. */
export function cutSections(cut: Cut): i32 {
  const tokens = cut.tokens;
  // Components are trees of the reversed graph, taken in the order in which a search of the graph ends.
  listNeighbours(cut, cut.sell, cut.buy);
  for (let t = 0; t < tokens; t++) setI32(cut.section, t, -1);
  let length = 0;
  for (let root = 0; root < tokens; root++) length = walk(cut, root, 0, cut.finished, length);
  listNeighbours(cut, cut.buy, cut.sell);
  for (let t = 0; t < tokens; t++) setI32(cut.section, t, -1);
  let sections = 0;
  for (let i = tokens - 1; i >= 0; i--)
    if (walk(cut, i32At(cut.finished, i), sections, cut.position, 0) > 0) sections++;

  for (let s = 0; s < sections; s++) setI32(cut.next, s, 0);
  for (let t = 0; t < tokens; t++) setI32(cut.position, t, take(cut.next, i32At(cut.section, t)));
  for (let s = 0; s <= sections; s++) setI32(cut.first, s, 0);
  for (let k = 0; k < cut.books; k++) if (isInside(cut, k)) take(cut.first, sectionOf(cut, k) + 1);
  for (let s = 0; s < sections; s++) setI32(cut.first, s + 1, i32At(cut.first, s + 1) + i32At(cut.first, s));
  for (let s = 0; s < sections; s++) setI32(cut.next, s, i32At(cut.first, s));
  for (let k = 0; k < cut.books; k++) {
    if (!isInside(cut, k)) continue;
    const at = take(cut.next, sectionOf(cut, k));
    setI32(cut.inside, at, k);
    setI32(cut.insideSell, at, i32At(cut.position, i32At(cut.sell, k)));
    setI32(cut.insideBuy, at, i32At(cut.position, i32At(cut.buy, k)));
  }
  return sections;
}

/** The section of the token that a book sells. */
function sectionOf(cut: Cut, k: i32): i32 {
  return i32At(cut.section, i32At(cut.sell, k));
}

function isInside(cut: Cut, k: i32): bool {
  return i32At(cut.isLive, k) != 0 && sectionOf(cut, k) == i32At(cut.section, i32At(cut.buy, k));
}

/** Adds 1 to an entry, and returns what it was. */
function take(counts: usize, at: i32): i32 {
  const count = i32At(counts, at);
  setI32(counts, at, count + 1);
  return count;
}

/** The tokens to which live books lead, those of token t at [start[t], start[t + 1]) of the list. */
function listNeighbours(cut: Cut, from: usize, to: usize): void {
  const tokens = cut.tokens;
  for (let t = 0; t <= tokens; t++) setI32(cut.start, t, 0);
  for (let k = 0; k < cut.books; k++) if (i32At(cut.isLive, k) != 0) take(cut.start, i32At(from, k) + 1);
  for (let t = 0; t < tokens; t++) setI32(cut.start, t + 1, i32At(cut.start, t + 1) + i32At(cut.start, t));
  for (let t = 0; t < tokens; t++) setI32(cut.next, t, i32At(cut.start, t));
  for (let k = 0; k < cut.books; k++)
    if (i32At(cut.isLive, k) != 0) setI32(cut.list, take(cut.next, i32At(from, k)), i32At(to, k));
}

/**
 * Depth-first search from one token over tokens that are in no section yet, which join this one; they are added to `left` as
 * the search leaves them. Returns its new length.
 */
function walk(cut: Cut, root: i32, section: i32, left: usize, length: i32): i32 {
  if (i32At(cut.section, root) >= 0) return length;
  let count = length;
  let depth = 0;
  setI32(cut.section, root, section);
  setI32(cut.stack, 0, root);
  setI32(cut.next, root, i32At(cut.start, root));
  while (depth >= 0) {
    const token = i32At(cut.stack, depth);
    const at = take(cut.next, token);
    if (at == i32At(cut.start, token + 1)) {
      setI32(left, count++, token);
      depth--;
      continue;
    }
    const other = i32At(cut.list, at);
    if (i32At(cut.section, other) >= 0) continue;
    setI32(cut.section, other, section);
    setI32(cut.stack, ++depth, other);
    setI32(cut.next, other, i32At(cut.start, other));
  }
  return count;
}
