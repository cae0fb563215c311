/** Books for tests: by hand in a few words, and random ones from a seed. */
import { expect } from "chai";
import {
  type Book,
  type BookIntent,
  type Solution,
  solve,
  type SolveOptions,
  verifySolution,
} from "../src/index.ts";

/** A well-spread 32-bit generator (mulberry32); the same seed gives the same numbers for ever. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export function address(n: number): string {
  return `0x${n.toString(16).padStart(40, "0")}`;
}

/** Token "X" is the same address everywhere. */
export function token(name: string): string {
  return address(0x1000 + Array.from(name).reduce((sum, letter) => sum * 64 + letter.charCodeAt(0), 0));
}

/** Where a test says nothing else: its own owner and nonce, no fee, nothing filled, a full wallet. */
export type Extras = Partial<Omit<BookIntent, "sellToken" | "buyToken" | "sellAmount" | "buyAmount">>;

/** `sells("a", 100n, "X", 90n, "Y")`: gives up to 100 X for at least 90 Y. Partially fillable unless told. */
export function sells(
  id: string,
  sold: bigint,
  sell: string,
  bought: bigint,
  buy: string,
  extras: Extras = {},
): BookIntent {
  const number = Array.from(id).reduce((sum, letter) => sum * 67 + letter.charCodeAt(0), 7);
  return {
    id,
    owner: address(0x100000 + number),
    sellToken: token(sell),
    buyToken: token(buy),
    kind: "sell",
    sellAmount: sold,
    buyAmount: bought,
    limitBuyAmount: bought,
    partiallyFillable: true,
    filled: 0n,
    maxFee: 0n,
    fee: 0n,
    nonce: BigInt(number),
    ...extras,
  };
}

/** `buys("b", 100n, "X", 95n, "Y")`: gets exactly 100 X for at most 95 Y. */
export function buys(
  id: string,
  bought: bigint,
  buy: string,
  sold: bigint,
  sell: string,
  extras: Extras = {},
): BookIntent {
  return sells(id, sold, sell, bought, buy, { kind: "buy", ...extras });
}

/** Marks intents as fill-or-kill. */
export function whole(intent: BookIntent): BookIntent {
  return { ...intent, partiallyFillable: false };
}

export interface BookExtras {
  /** What owners can spend; everything where nothing is given. */
  readonly spendable?: Book["spendable"];
  /** Reference prices by token name, for 10^18 atoms. */
  readonly references?: Readonly<Record<string, bigint>>;
}

export function bookOf(
  intents: readonly BookIntent[],
  { spendable, references = {} }: BookExtras = {},
): Book {
  const named = Object.entries(references).map(([name, referencePrice]) => ({
    address: token(name),
    referencePrice,
  }));
  const known = new Set(named.map((entry) => entry.address));
  const others = [...new Set(intents.flatMap((intent) => [intent.sellToken, intent.buyToken]))].filter(
    (a) => !known.has(a),
  );
  return {
    tokens: [...named, ...others.map((entry) => ({ address: entry }))],
    intents,
    spendable: spendable ?? (() => 2n ** 200n),
  };
}

/** Solves and checks the solution before anything else is said about it. */
export function solveChecked(book: Book, options?: SolveOptions): Solution {
  const solution = solve(book, options);
  expect(verifySolution(book, solution)).to.deep.equal([]);
  return solution;
}

/** The fills by intent, as `[sold, bought]`. */
export function fillsOf(solution: Solution): Record<string, [bigint, bigint]> {
  return Object.fromEntries(solution.fills.map((fill) => [fill.intentId, [fill.sold, fill.bought]]));
}

export function reasonsOf(solution: Solution): Record<string, string> {
  return Object.fromEntries(solution.unfilled.map(({ intentId, reason }) => [intentId, reason]));
}

const MAX_UINT128 = 2n ** 128n - 1n;

/** What a random book is made of; each style strains something else. */
export type Style = "atoms" | "decimals18" | "mixedDecimals" | "extremePrices" | "ties" | "wild";
export const STYLES: readonly Style[] = [
  "atoms",
  "decimals18",
  "mixedDecimals",
  "extremePrices",
  "ties",
  "wild",
];

export interface Shape {
  readonly tokens?: number;
  readonly intents?: number;
  /** Share of fill-or-kill intents. */
  readonly whole?: number;
  readonly style?: Style;
}

/** A random book: shared owners, thin wallets, fees, repeated nonces, both kinds, and now and then nonsense. */
export function randomBook(seed: number, shape: Shape = {}): Book {
  const u = random(seed);
  const pick = <T>(list: readonly [T, ...T[]]): T => list[Math.floor(u() * list.length)] ?? list[0];
  const tokens = shape.tokens ?? 2 + Math.floor(u() * 4);
  const count = shape.intents ?? 1 + Math.floor(u() * 12);
  const style =
    shape.style ?? pick(["atoms", "decimals18", "mixedDecimals", "extremePrices", "ties", "wild"]);
  const decimals = Array.from({ length: tokens }, () => (style === "decimals18" ? 18 : Math.floor(u() * 19)));
  const worth = Array.from({ length: tokens }, () =>
    style === "extremePrices" ? 10 ** (-9 + 18 * u()) : Math.exp(2 * (u() - 0.5)),
  );
  const owners = 1 + Math.floor(u() * count);
  const wholeShare = shape.whole ?? u();
  const buyShare = u() * 0.6;
  const feeShare = u() < 0.5 ? 0 : u();
  const nonceShare = u() < 0.7 ? 0 : 0.2;
  const atomsOf = (value: number): bigint => {
    if (!(value >= 1)) return 1n;
    const atoms = BigInt(Math.floor(value));
    return atoms > MAX_UINT128 ? MAX_UINT128 : atoms;
  };
  const wildAmount = (): bigint =>
    u() < 0.1
      ? MAX_UINT128
      : u() < 0.2
        ? 1n
        : BigInt(Math.floor(u() * 1e15)) * BigInt(Math.floor(1 + u() * 1e15)) + 1n;
  const amounts = (sell: number, buy: number): [bigint, bigint] => {
    const scale = (t: number): number => 10 ** (decimals[t] ?? 0);
    switch (style) {
      case "atoms": {
        const size = 1 + Math.floor(u() * 20);
        return [BigInt(size), atomsOf(size * Math.exp(1.2 * (u() - 0.6)))];
      }
      case "ties": {
        const size = (1 + Math.floor(u() * 6)) * 10;
        const ratio = (1 + Math.floor(u() * 4)) / (1 + Math.floor(u() * 4));
        return [BigInt(size) * 10n ** 15n, (BigInt(Math.round(size * ratio * 12)) * 10n ** 15n) / 12n];
      }
      case "wild":
        return [wildAmount(), wildAmount()];
      case "decimals18":
      case "mixedDecimals":
      case "extremePrices": {
        const size = (Math.exp(3 * (u() - 0.5)) * 100) / (worth[sell] ?? 1);
        const limit = ((worth[sell] ?? 1) / (worth[buy] ?? 1)) * Math.exp(0.2 * (u() - 0.6));
        return [atomsOf(size * scale(sell)), atomsOf(size * limit * scale(buy))];
      }
    }
  };

  const wallets = new Map<string, bigint>();
  const intents = Array.from({ length: count }, (_, i): BookIntent => {
    const sell = Math.floor(u() * tokens);
    const other = Math.floor(u() * tokens);
    const buy = other === sell && u() < 0.95 ? (sell + 1) % tokens : other;
    const [sellAmount, buyAmount] = amounts(sell, buy);
    const kind = u() < buyShare ? "buy" : "sell";
    const partiallyFillable = u() >= wholeShare;
    const maxFee = u() < feeShare ? BigInt(Math.floor(Number(sellAmount) * 0.05 * u())) : 0n;
    const owner = address(0x1000 + Math.floor(u() * owners));
    const wallet = `${owner}:${address(16 + sell)}`;
    if (u() < 0.9) {
      const amount = u() < 0.2 ? sellAmount / 2n : sellAmount * 2n;
      const before = wallets.get(wallet) ?? 0n;
      wallets.set(wallet, amount > before ? amount : before);
    }
    return {
      id: `i${i}`,
      owner,
      sellToken: address(16 + sell),
      buyToken: address(16 + buy),
      kind,
      sellAmount,
      buyAmount,
      limitBuyAmount: u() < 0.2 ? buyAmount + buyAmount / 128n : buyAmount,
      partiallyFillable,
      filled: partiallyFillable && u() < 0.1 ? (kind === "sell" ? sellAmount : buyAmount) / 3n : 0n,
      maxFee,
      fee: u() < 0.5 ? maxFee : maxFee / 2n,
      nonce: u() < nonceShare ? 0n : BigInt(i + 1),
    };
  });
  return {
    tokens: Array.from({ length: tokens }, (_, t) => ({
      address: address(16 + t),
      ...(u() < 0.7 ? { referencePrice: 1n + BigInt(Math.floor(1e18 * u())) } : {}),
    })),
    intents,
    spendable: (owner, spent) => wallets.get(`${owner}:${spent}`) ?? 0n,
  };
}
