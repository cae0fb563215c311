import { divideUp } from "./arithmetic.ts";
import { type BoundTerm, boundTerms, lowerDuals } from "./duals.ts";
import type { Member, Part } from "./parts.ts";
import { mostGainOf } from "./pools/conjugate.ts";
import { poolTerms } from "./pools/terms.ts";

/** Dual prices are given in this part of a unit, so that they can be as fine as they need to be. */
export const DUAL_BITS = 32n;

/**
 * What limits the surplus of a part, with the prices that prove it, by weak duality (docs/MATCHER.md, section 7): whatever dual
 * prices y are taken, as long as none is below its token's unit, no batch gains more than the sum over all members of what each could
 * gain alone if it traded at y with an unlimited counterparty and were credited at the units. Fill-or-kill counts as partial, and
 * uniform prices are not asked for, so the bound holds for more than batches. A pool adds the most that one swap on it is worth at y.
 */
export interface PartBound {
  /** Per token of the part, in 2^-32 of its unit's scale; never below the unit. `undefined` where the token has no unit. */
  readonly duals: readonly (bigint | undefined)[];
  /** No batch gains more in this part, in 2^-32 of the units' scale. */
  readonly total: bigint;
}

/** Bounds what a part can give, at more than one choice of dual prices. */
export class PartBounds {
  readonly #part: Part;
  readonly #units: readonly (bigint | undefined)[];
  readonly #scaled: readonly (bigint | undefined)[];
  readonly #counted: readonly Member[];
  readonly #groups: Groups;

  /** @param units worth of an atom of each token on one scale; members that trade a token without one do not count */
  constructor(part: Part, units: readonly (bigint | undefined)[]) {
    this.#part = part;
    this.#units = units;
    this.#scaled = units.map((unit) => (unit === undefined ? undefined : unit << DUAL_BITS));
    this.#counted = part.members.filter(
      ({ sell, buy }) => units[sell] !== undefined && units[buy] !== undefined,
    );
    this.#groups = groupsOf(this.#counted);
  }

  /** The bound with the units themselves as dual prices: always allowed, at once, and exact at an equilibrium. */
  atUnits(): PartBound {
    return { duals: this.#scaled, total: this.#totalAt(this.#scaled) };
  }

  /**
   * A lower bound than a known one, if other dual prices prove it.
   *
   * @param guesses price vectors at which the bound is likely to be low
   */
  lower(known: PartBound, guesses: readonly Float64Array[]): PartBound {
    if (this.#counted.length === 0) return known;
    const floor = Float64Array.from(this.#units, (unit) => Number(unit ?? 0n));
    const pools = this.#part.pools.filter(({ tokens }) =>
      tokens.every((token) => this.#units[token] !== undefined),
    );
    const terms: BoundTerm[] = [...boundTerms(this.#counted), ...pools.flatMap(poolTerms)];
    const lowest = lowerDuals(terms, floor, guesses);
    const duals = this.#scaled.map((least, t) => least && atLeast(least, lowest[t] ?? 0));
    if (duals.every((dual, t) => dual === known.duals[t])) return known;
    const total = this.#totalAt(duals);
    return total < known.total ? { duals, total } : known;
  }

  #totalAt(duals: readonly (bigint | undefined)[]): bigint {
    const gainOf = (member: Member): bigint => mostGain(member, this.#scaled, duals);
    let total = 0n;
    for (const member of this.#groups.single) total += gainOf(member);
    // One of those that share a nonce fills at most.
    for (const rivals of this.#groups.rivals) total += rivals.map(gainOf).reduce((a, b) => (a > b ? a : b));
    for (const { pool, tokens } of this.#part.pools) {
      const [first, second] = tokens.map((token) => duals[token]);
      if (first !== undefined && second !== undefined) total += mostGainOf(pool, [first, second]);
    }
    for (const [wallet, sharers] of this.#groups.sharers) {
      const alone = sharers.reduce((sum, member) => sum + gainOf(member), 0n);
      const shared = gainFromWallet(sharers, this.#part.wallets[wallet] ?? 0n, duals);
      total += least(alone, shared);
    }
    return total;
  }
}

/** Members by what ties them to others. */
interface Groups {
  readonly single: readonly Member[];
  /** Of each group one at most fills. */
  readonly rivals: readonly (readonly Member[])[];
  /** Sells that draw on one wallet, by wallet. */
  readonly sharers: readonly (readonly [number, readonly Member[]])[];
}

function groupsOf(members: readonly Member[]): Groups {
  const single: Member[] = [];
  const byNonce = new Map<number, Member[]>();
  for (const member of members) push(byNonce, member.nonce, member);
  const rivals: Member[][] = [];
  const byWallet = new Map<number, Member[]>();
  for (const group of byNonce.values()) {
    const [only, second] = group;
    if (only === undefined) continue;
    if (second !== undefined) rivals.push(group);
    else if (only.intent.kind === "sell") push(byWallet, only.wallet, only);
    else single.push(only);
  }
  const sharers: [number, Member[]][] = [];
  for (const [wallet, group] of byWallet) {
    const [only, second] = group;
    if (second !== undefined) sharers.push([wallet, group]);
    else if (only !== undefined) single.push(only);
  }
  return { single, rivals, sharers };
}

/** A float price as a dual, but not below `least`, and exactly that where it differs by rounding only. */
function atLeast(least: bigint, price: number): bigint {
  const floor = Number(least);
  const dual = price * 2 ** Number(DUAL_BITS);
  return Number.isFinite(dual) && dual > floor * (1 + 1e-12) ? BigInt(Math.ceil(dual)) : least;
}

/** What an atom sold by a partial sell brings at the duals, as a fraction, and the rounding of its fee on top. */
function gainPerAtom({ intent, sell, buy, whole }: Member, duals: readonly (bigint | undefined)[]) {
  const net = intent.sellAmount - (whole ? 0n : intent.fee);
  const [own, other] = [duals[sell] ?? 0n, duals[buy] ?? 0n];
  return {
    num: own * net - other * intent.limitBuyAmount,
    den: intent.sellAmount,
    slack: !whole && intent.fee > 0n ? own : 0n,
  };
}

/** The most that sells of one owner can gain together: the best atoms first, until the wallet is empty. */
function gainFromWallet(
  sharers: readonly Member[],
  wallet: bigint,
  duals: readonly (bigint | undefined)[],
): bigint {
  const rates = sharers.map((member) => ({ ...gainPerAtom(member, duals), cap: member.cap }));
  rates.sort((a, b) => {
    const difference = b.num * a.den - a.num * b.den;
    return difference < 0n ? -1 : difference > 0n ? 1 : 0;
  });
  let left = wallet;
  let total = rates.reduce((sum, { slack }) => sum + slack, 0n);
  for (const { num, den, cap } of rates) {
    if (num <= 0n) break;
    const sold = cap < left ? cap : left;
    total += divideUp(sold * num, den);
    left -= sold;
  }
  return total;
}

/**
 * The most that one member adds to the bound: that of selling all it may for no more than its limit, since a dual price is
 * never below the unit in which a better price would count. The fee of a partial fill serves nobody else, the fee of a
 * whole one may.
 */
function mostGain(
  member: Member,
  units: readonly (bigint | undefined)[],
  duals: readonly (bigint | undefined)[],
): bigint {
  const { intent, cap, sell, buy, whole } = member;
  const { sellAmount, buyAmount, limitBuyAmount, fee, maxFee, kind } = intent;
  const [own, other, unit] = [duals[sell] ?? 0n, duals[buy] ?? 0n, units[sell] ?? 0n];
  const gross = gainOver(
    cap * (own * sellAmount - other * limitBuyAmount),
    kind === "sell" ? sellAmount : limitBuyAmount,
  );
  if (whole || fee === 0n) return gross;
  if (kind === "sell") {
    const { num, den, slack } = gainPerAtom(member, duals);
    return least(gross, gainOver(cap * num, den) + slack);
  }
  // The fee is its quota, or what the signed cap allows of what the purchase costs, whichever is less.
  const afterQuota = sellAmount * buyAmount - fee * limitBuyAmount;
  const afterCap = (sellAmount - maxFee) * buyAmount;
  const paid = own * (afterQuota > afterCap ? afterQuota : afterCap);
  const forNothing = unit * sellAmount * buyAmount;
  const gained = (paid > forNothing ? paid : forNothing) - other * limitBuyAmount * buyAmount;
  return least(gross, gainOver(cap * gained, limitBuyAmount * buyAmount) + own);
}

function gainOver(numerator: bigint, denominator: bigint): bigint {
  return numerator > 0n ? divideUp(numerator, denominator) : 0n;
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
