/** Random books for tests and the bench, the same for the same seed. */
import type { Columns } from "../src/engine/columns.ts";

/** What a family strains. All but some have limits that scatter round a true price, and volumes that are skewed. */
export const FAMILIES = [
  /** Log-normal limits, 2 % round the true price; amounts log-normal; few tokens in most intents (Zipf). */
  "market",
  /** Every intent sells or buys token 0. */
  "star",
  /** Two halves that share no token. */
  "disconnected",
  /** Every fifth token is only ever sold. */
  "oneSided",
  /** One intent in ten is off by orders of magnitude. */
  "jokes",
  /** Limits scatter by half of the price. */
  "wide",
  /** Limits scatter by 0.01 %. */
  "narrow",
  /** Limits on a grid of 1 %, so that thousands are equal and products round rings are exactly 1. */
  "ticks",
  /** Amounts over fourteen orders of magnitude: single intents larger than all others together. */
  "whales",
  /** True prices from 1e-18 to 1e18. */
  "extreme",
  /** Half of the tokens with 6 decimals, half with 18. */
  "decimals",
  /** Everybody better than the true price. */
  "eager",
  /** Everybody worse than the true price: little or nothing trades. */
  "reluctant",
  /** Most pairs have no intents at all. */
  "thin",
] as const;

export type Family = (typeof FAMILIES)[number];

interface Random {
  /** Uniform in [0, 1). */
  readonly uniform: () => number;
  /** Standard normal. */
  readonly normal: () => number;
}

/** A well-spread 32-bit generator (mulberry32), and normals by Marsaglia's polar method. */
export function randomFrom(seed: number): Random {
  let state = Math.imul(seed, 2654435761) >>> 0;
  let spare: number | undefined;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const normal = (): number => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    for (;;) {
      const x = 2 * uniform() - 1;
      const y = 2 * uniform() - 1;
      const square = x * x + y * y;
      if (square >= 1 || square === 0) continue;
      const factor = Math.sqrt((-2 * Math.log(square)) / square);
      spare = y * factor;
      return x * factor;
    }
  };
  return { uniform, normal };
}

const SPREAD: Partial<Record<Family, number>> = { wide: 0.5, narrow: 1e-4 };

/** A book of `count` intents over `tokens` tokens. */
export function makeFamily(family: Family, tokens: number, count: number, seed: number): Columns {
  const random = randomFrom(seed * 7919 + tokens * 31 + count);
  const { uniform, normal } = random;
  const price = Float64Array.from({ length: tokens }, () => truePrice(family, random));
  const pick = pickPair(family, tokens, uniform);
  const sell = new Uint16Array(count);
  const buy = new Uint16Array(count);
  const amount = new Float64Array(count);
  const limit = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const [a, b] = pick();
    const [pa, pb] = [price[a] ?? 1, price[b] ?? 1];
    const spread = family === "jokes" && uniform() < 0.1 ? 5 : (SPREAD[family] ?? 0.02);
    sell[i] = a;
    buy[i] = b;
    limit[i] =
      family === "ticks"
        ? (toGrid(pa) / toGrid(pb)) * toGrid(Math.exp(0.02 * normal()))
        : family === "eager"
          ? (pa / pb) * (1 - 0.02 * uniform())
          : family === "reluctant"
            ? (pa / pb) * (1 + 0.02 * (uniform() - 0.02))
            : (pa / pb) * Math.exp(spread * normal());
    const worth = 1e6 * Math.exp((family === "whales" ? 4 : 1.5) * normal());
    amount[i] = Math.max(1, Math.floor((worth / pa) * (family === "extreme" ? 1e20 : 1e6)));
  }
  return { tokens, sell, buy, amount, limit };
}

/** The price of a token round which limits scatter. */
function truePrice(family: Family, { uniform, normal }: Random): number {
  if (family === "extreme") return 10 ** (-18 + 36 * uniform());
  if (family === "decimals") return (uniform() < 0.5 ? 1e12 : 1) * Math.exp(1.5 * normal());
  return Math.exp(1.5 * normal());
}

function toGrid(x: number): number {
  return Math.exp(Math.round(Math.log(x) / 0.01) * 0.01);
}

/** How an intent's two tokens are drawn. */
function pickPair(family: Family, tokens: number, uniform: () => number): () => [number, number] {
  // Zipf: token i in proportion to 1 / (i + 1).
  const heaps = new Float64Array(tokens);
  let total = 0;
  for (let i = 0; i < tokens; i++) {
    total += 1 / (i + 1);
    heaps[i] = total;
  }
  const zipf = (): number => {
    const x = uniform() * total;
    return Math.max(
      0,
      heaps.findIndex((heap) => heap >= x),
    );
  };
  const twoOf = (draw: () => number): [number, number] => {
    for (;;) {
      const a = draw();
      const b = draw();
      if (a !== b) return [a, b];
    }
  };
  const half = tokens >> 1;
  if (family === "star") {
    return () => {
      const other = 1 + Math.floor(uniform() * (tokens - 1));
      return uniform() < 0.5 ? [0, other] : [other, 0];
    };
  }
  if (family === "disconnected" && tokens >= 4) {
    return () => {
      const isLow = uniform() < 0.5;
      return twoOf(() =>
        isLow ? Math.floor(uniform() * half) : half + Math.floor(uniform() * (tokens - half)),
      );
    };
  }
  if (family === "oneSided" && tokens >= 5) {
    return () => {
      for (;;) {
        const [a, b] = twoOf(zipf);
        if (b % 5 !== 4) return [a, b];
      }
    };
  }
  if (family === "thin" && tokens >= 4) {
    return () => {
      for (;;) {
        const [a, b] = twoOf(zipf);
        if ((a * 7 + b * 13) % 5 === 0 || (a + 1) % tokens === b) return [a, b];
      }
    };
  }
  return () => twoOf(zipf);
}
