import { divideUp } from "./arithmetic.ts";
import { type Arc, greatestCirculation } from "./circulation.ts";
import { Ledger } from "./ledger.ts";
import type { Member, Part } from "./parts.ts";
import { repair } from "./repair.ts";

/** Gain per unit of value of a fill that is infinitely better than its limit. */
const FULL_GAIN = 2 ** 24;
/** Price of paying buyers from the keeper's fee: more than any fill gains, less than leaving a whole fill out. */
const FEE_COST = 4 * FULL_GAIN;

/** Which members take part in an allocation, and how. */
export interface Roles {
  /** Fill-or-kill members that must fill whole. */
  readonly whole: readonly number[];
  /** Partially fillable members that may fill. */
  readonly partial: readonly number[];
  /** Those of `partial` that are expected to fill to their cap. */
  readonly likelyFull?: ReadonlySet<number>;
}

/** What came of an allocation: the ledger, or the tokens that whole fills leave short. */
export type Allocation =
  | { readonly ledger: Ledger }
  | { readonly ledger: undefined; readonly short: readonly number[]; readonly refused: readonly number[] };

/**
 * The fills of greatest surplus at given prices: the whole ones as told, the partial ones by a circulation of greatest
 * gain in which tokens and shared wallets are nodes and members are arcs; then rounded to atoms that keep every rule.
 */
export function allocate(part: Part, prices: readonly bigint[], roles: Roles): Allocation {
  const ledger = new Ledger(part, prices);
  const refused: number[] = [];
  for (const index of roles.whole) {
    const amount = ledger.whole(index);
    if (amount === undefined) refused.push(index);
    else ledger.set(index, amount);
  }
  if (refused.length > 0) return { ledger: undefined, short: [], refused };
  const short = fillPartials(ledger, roles);
  if (short.length > 0) return { ledger: undefined, short, refused: [] };
  if (!repair(ledger, roles.partial)) {
    const left = part.tokens.flatMap((_, t) =>
      (ledger.net[t] ?? 0n) + (ledger.feesOfWhole[t] ?? 0n) < 0n ? [t] : [],
    );
    return { ledger: undefined, short: left, refused: [] };
  }
  return { ledger };
}

/**
 * Decides the partial fills by a circulation. Its nodes are stocks of value, one per token and one per shared wallet; a
 * fill takes from the stock of the token that it buys and adds to the stock of the token that it sells.
 *
 * @returns the tokens that lack supply, if any
 */
function fillPartials(ledger: Ledger, { partial, likelyFull }: Roles): number[] {
  const { part, prices } = ledger;
  const tokens = part.tokens.length;
  const able = partial.filter((index) => ledger.isWithinLimit(ledger.member(index)));
  const users = new Map<number, Member[]>();
  for (const index of able) {
    const member = ledger.member(index);
    const sharers = users.get(member.wallet);
    if (sharers === undefined) users.set(member.wallet, [member]);
    else sharers.push(member);
  }

  const arcs: Arc[] = [];
  const walletNode = new Map<number, number>();
  for (const index of able) {
    const member = ledger.member(index);
    const capacity = capacityOf(ledger, member);
    const isShared = (users.get(member.wallet)?.length ?? 0) > 1;
    const node = walletNode.get(member.wallet) ?? tokens + walletNode.size;
    if (isShared) walletNode.set(member.wallet, node);
    arcs.push({
      from: member.buy,
      to: isShared ? node : member.sell,
      capacity,
      gain: gainOf(ledger, member),
      startFull: !isShared && likelyFull?.has(index) === true,
    });
  }
  for (const [wallet, node] of walletNode) {
    const sharers = users.get(wallet) ?? [];
    const [first] = sharers;
    if (first === undefined) continue;
    // The share that goes in fees differs from one sharer to the next; counting with the greatest never overspends.
    const worth = sharers.map((m) => netWorthOf(ledger, m, ledger.left[wallet] ?? 0n));
    arcs.push({ from: node, to: first.sell, capacity: worth.reduce((a, b) => (a < b ? a : b)), gain: 0 });
  }
  const keeper = tokens + walletNode.size;
  const fees = part.tokens.map((_, t) => (ledger.feesOfWhole[t] ?? 0n) * (prices[t] ?? 1n));
  fees.forEach((worth, t) => {
    if (worth > 0n) arcs.push({ from: keeper, to: t, capacity: worth, gain: -FEE_COST });
  });

  const excess = [
    ...part.tokens.map((_, t) => (ledger.net[t] ?? 0n) * (prices[t] ?? 1n)),
    ...Array.from(walletNode, () => 0n),
    fees.reduce((a, b) => a + b, 0n),
  ];
  const { flow, lack } = greatestCirculation(keeper + 1, arcs, excess);
  const short = part.tokens.flatMap((_, t) => ((lack[t] ?? 0n) > 0n ? [t] : []));
  if (short.length > 0) return short;
  able.forEach((index, k) => {
    const value = flow[k] ?? 0n;
    if (value > 0n) ledger.set(index, ledger.fit(index, executedFor(ledger, ledger.member(index), value)));
  });
  return [];
}

/** Most value that a member can bring to the market on its own. */
function capacityOf(ledger: Ledger, member: Member): bigint {
  const { sell, buy } = ledger.priceOf(member);
  const left = ledger.left[member.wallet] ?? 0n;
  if (member.intent.kind === "sell") return netWorthOf(ledger, member, member.cap < left ? member.cap : left);
  const affordable = netWorthOf(ledger, member, left);
  const wanted = member.cap * buy;
  return wanted < affordable || sell === 0n ? wanted : affordable;
}

/** Value that reaches the market when the member sells `sold`, fee included. */
function netWorthOf(ledger: Ledger, { intent, sell }: Member, sold: bigint): bigint {
  const fee = (intent.fee * sold) / intent.sellAmount;
  return (sold - fee) * (ledger.prices[sell] ?? 1n);
}

/**
 * The amount to execute so that `value` reaches the market: rounded down, but for a sell whose last atom bought hangs on one
 * atom more sold.
 */
function executedFor(ledger: Ledger, member: Member, value: bigint): bigint {
  const { sell, buy } = ledger.priceOf(member);
  if (member.intent.kind === "buy") return value / buy;
  if (value === netWorthOf(ledger, member, member.cap)) return member.cap;
  const down = value / sell;
  const forLastBought = divideUp((value / buy) * buy, sell);
  return ledger.sellFor(member, down > forLastBought ? down : forLastBought);
}

/** Gain per unit of value: one part for trading at all, the rest in proportion to what the price is better than the limit. */
function gainOf(ledger: Ledger, member: Member): number {
  return 1 + Math.max(0, Math.floor((1 - 1 / ledger.betterBy(member)) * FULL_GAIN));
}
