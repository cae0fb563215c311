import { f64, i32 } from "./access.ts";
import type { Books } from "./books.ts";
import type { Section } from "./sections.ts";

/** Steps of the search for one multiplier. */
const MOST_STEPS = 200;
const EXACT = 1e-14;

/**
 * The wallets of a section that may run short. An owner who cannot pay for everything puts the wallet to its best use: all
 * prices look worse to its intents by a multiplier of at least 1, the same for all of them, so that those that gain least
 * for what they pay stand back. It is 1 where the wallet suffices. Caps on what is spent keep gross substitutes (the
 * spending constraint model of Vazirani, _Mathematics of Operations Research_ 35, 2010).
 */
export interface Wallets {
  readonly count: number;
  /** Per book of the section, its wallet or -1. */
  readonly of: Int32Array;
  /** Per wallet, the books that it pays for, as positions in the section, and the token that it holds. */
  readonly books: readonly Int32Array[];
  /** Per wallet, the tokens that it buys, each once; per book, the position of its token there. */
  readonly buys: readonly Int32Array[];
  readonly slot: Int32Array;
  readonly token: Int32Array;
  readonly holds: Float64Array;
}

const NOTHING = new Int32Array(0);
const NO_WALLETS = {
  ...{ count: 0, books: [], buys: [], slot: NOTHING, token: NOTHING },
  holds: new Float64Array(0),
};

/** The wallets that pay for books of a section. */
export function walletsOf(books: Books, section: Section): Wallets {
  const of = new Int32Array(section.books.length).fill(-1);
  if (books.wallets.length === 0) return { ...NO_WALLETS, of };
  const position = new Map<number, number>();
  const paid: number[][] = [];
  section.books.forEach((book, k) => {
    const wallet = i32(books.wallet, book);
    if (wallet < 0) return;
    const own = position.get(wallet) ?? paid.push([]) - 1;
    position.set(wallet, own);
    of[k] = own;
    paid[own]?.push(k);
  });
  const slot = new Int32Array(of.length);
  const buys = paid.map((list) => {
    const tokens = [...new Set(list.map((k) => i32(section.buy, k)))];
    for (const k of list) slot[k] = tokens.indexOf(i32(section.buy, k));
    return Int32Array.from(tokens);
  });
  return {
    count: paid.length,
    of,
    buys,
    slot,
    books: paid.map((list) => Int32Array.from(list)),
    token: Int32Array.from(paid, (list) => i32(section.sell, list[0] ?? 0)),
    holds: Float64Array.from(position.keys(), (wallet) => f64(books.wallets, wallet)),
  };
}

/**
 * The multiplier at which a wallet can pay: what its intents take falls with it, linearly between breakpoints, so Newton's
 * steps soon meet it; a bracket catches those that jump.
 *
 * @param least per intent, its limit as a share of the price that it sees at multiplier 1
 * @param cost per intent, what a full fill takes from the wallet
 * @param width see `Smoothing`
 * @param from where to look first
 */
export function multiplierFor(
  least: Float64Array,
  cost: Float64Array,
  count: number,
  holds: number,
  width: number,
  from: number,
): number {
  let low = 1;
  let high = Infinity;
  let factor = from;
  for (let step = 0; step < MOST_STEPS; step++) {
    let excess = -holds;
    let slope = 0;
    let corner = Infinity;
    for (let i = 0; i < count; i++) {
      const own = f64(least, i);
      const share = (1 - own * factor) / width;
      if (share >= 1) {
        excess += f64(cost, i);
        corner = Math.min(corner, (1 - width) / own);
      } else if (share > 0) {
        excess += share * f64(cost, i);
        slope += (own * f64(cost, i)) / width;
      }
    }
    if (excess > 0) low = factor;
    else if (factor === 1) return 1;
    else high = factor;
    if (Math.abs(excess) <= EXACT * holds || high - low <= EXACT * low) break;
    // Where all fill whole or not at all, nothing changes before the next of them is at its limit.
    let next = slope > 0 ? factor + excess / slope : excess > 0 ? corner * (1 + EXACT) : low;
    if (!(next > low && next < high)) next = high === Infinity ? 2 * low : Math.sqrt(low) * Math.sqrt(high);
    if (excess <= 0 && factor > 1 && low === 1 && step === 0) next = 1;
    if (next === factor) break;
    factor = next;
  }
  return factor;
}
