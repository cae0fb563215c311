import { i32 } from "./access.ts";
import type { Books } from "./books.ts";
import { integers, integersFrom, loops, withKernelMemory } from "./kernel.ts";

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
  const sections = withKernelMemory(() => cut(books));
  latest.set(books, { shape: books.shape, sections });
  return sections;
}

/** The sections that books had when they were last asked for. */
const latest = new WeakMap<Books, { readonly shape: number; readonly sections: readonly Section[] }>();

function cut(books: Books): Section[] {
  const { tokens, count } = books;
  const sell = integersFrom(books.sell.subarray(0, count));
  const buy = integersFrom(books.buy.subarray(0, count));
  const isLive = integersFrom(books.live());
  const [sectionOf, position] = [integers(tokens), integers(tokens)];
  const [inside, first] = [integers(count), integers(tokens + 1)];
  const [insideSell, insideBuy] = [integers(count), integers(count)];
  const room = [
    integers(tokens + 1),
    integers(count),
    integers(tokens),
    integers(tokens),
    integers(tokens + 1),
  ];
  // In the order of `Cut` in packages/solver/kernel/sections.ts.
  const lists = [sell, buy, isLive, sectionOf, position, inside, first, insideSell, insideBuy, ...room];
  const frame = integersFrom(Int32Array.from([tokens, count, ...lists.map((list) => list.byteOffset)]));
  const sections = loops.cutSections(frame.byteOffset);
  const members: number[][] = Array.from({ length: sections }, () => []);
  for (let token = 0; token < tokens; token++) members[i32(sectionOf, token)]?.push(token);
  return members.flatMap((list, section) => {
    const [from, till] = [i32(first, section), i32(first, section + 1)];
    if (from === till) return [];
    const own = (all: Int32Array): Int32Array => new Int32Array(all.subarray(from, till));
    return { tokens: Int32Array.from(list), books: own(inside), sell: own(insideSell), buy: own(insideBuy) };
  });
}
