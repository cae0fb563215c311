import {
  amountsOf,
  divideUp,
  type FillAmounts,
  keepsLimit,
  MAX_UINT128,
  type PricePair,
} from "./arithmetic.ts";
import type { Member, Part } from "./parts.ts";
import { gcd } from "./ratio.ts";

/** Executable amounts up to this one are searched one by one when rounding breaks the limit. */
const SMALL = 64n;

/** Prices that differ from a limit by more than this share do so in integers too: doubles err by some 2^-50. */
export const CLEAR = 2 ** -40;

const NOTHING: FillAmounts = { sold: 0n, bought: 0n, fee: 0n };

/**
 * The exact state of a part while fills are decided at fixed integer prices: what each member executes, what each token
 * and each wallet has left. Only states that keep limits, caps and wallets can be reached.
 */
export class Ledger {
  readonly part: Part;
  readonly prices: readonly bigint[];
  /** Per member. */
  readonly executed: bigint[];
  readonly amounts: FillAmounts[];
  /** Per token: sold less fees less bought; negative is a shortage. */
  readonly net: bigint[];
  /** Per token: fees of whole fills, which may stand in for a shortage if there is no other way. */
  readonly feesOfWhole: bigint[];
  /** Per wallet, what is left to spend. */
  readonly left: bigint[];
  /** The prices as doubles. */
  readonly #near: Float64Array;
  #asked = { index: -1, executed: 0n, amounts: NOTHING };

  constructor(part: Part, prices: readonly bigint[]) {
    this.part = part;
    this.prices = prices;
    this.executed = part.members.map(() => 0n);
    this.amounts = part.members.map(() => NOTHING);
    this.net = part.tokens.map(() => 0n);
    this.feesOfWhole = part.tokens.map(() => 0n);
    this.left = [...part.wallets];
    this.#near = Float64Array.from(prices, Number);
  }

  member(index: number): Member {
    const member = this.part.members[index];
    if (member === undefined) throw new RangeError(`no member ${index}`);
    return member;
  }

  priceOf({ sell, buy }: Member): PricePair {
    return { sell: this.prices[sell] ?? 1n, buy: this.prices[buy] ?? 1n };
  }

  /** About the price as a multiple of the member's limit. */
  betterBy({ sell, buy, limitNear }: Member): number {
    return (this.#near[sell] ?? 1) / (this.#near[buy] ?? 1) / limitNear;
  }

  /** Whether the price is at the member's limit or better, before rounding. */
  isWithinLimit(member: Member): boolean {
    const better = this.betterBy(member);
    // Doubles decide where they can; within their rounding, integers do.
    if (better > 1 + CLEAR || better < 1 - CLEAR) return better > 1;
    const { sell, buy } = this.priceOf(member);
    return sell * member.limit.den >= buy * member.limit.num;
  }

  /** Sets what a member executes. The amount must come from {@link fit} or {@link whole}. */
  set(index: number, executed: bigint): void {
    const member = this.member(index);
    const before = this.amounts[index] ?? NOTHING;
    const after = executed === 0n ? NOTHING : this.#amountsOf(index, executed);
    this.executed[index] = executed;
    this.amounts[index] = after;
    this.#add(this.net, member.sell, after.sold - after.fee - (before.sold - before.fee));
    this.#add(this.net, member.buy, before.bought - after.bought);
    this.#add(this.left, member.wallet, before.sold - after.sold);
    if (member.whole) this.#add(this.feesOfWhole, member.sell, after.fee - before.fee);
  }

  /** What the member executes when it fills whole, if limit and wallet allow it at these prices. */
  whole(index: number): bigint | undefined {
    const { cap } = this.member(index);
    return this.#isAllowed(index, cap) ? cap : undefined;
  }

  /**
   * The largest amount up to `target` that a partially fillable member can execute; 0 if none is found. Rounding may
   * break the limit of an amount although the price is within it; then the amounts next below that waste nothing are
   * tried: the least sold for the same bought, and multiples of the price's own denominator.
   */
  fit(index: number, target: bigint): bigint {
    const member = this.member(index);
    const most = this.#withinWallet(index, target < member.cap ? target : member.cap);
    if (most <= 0n) return 0n;
    if (this.#isAllowed(index, most)) return most;
    const price = this.priceOf(member);
    const { bought, sold, fee } = amountsOf(member.intent, most, price);
    const common = gcd(price.sell, price.buy);
    const candidates =
      member.intent.kind === "sell"
        ? [
            this.sellFor(member, divideUp(bought * price.buy, price.sell)),
            this.#lattice(member, most, price.buy / common),
          ]
        : [((sold - fee - 1n) * price.sell) / price.buy, this.#lattice(member, most, price.sell / common)];
    if (most <= SMALL) for (let amount = most - 1n; amount > 0n; amount--) candidates.push(amount);
    return candidates.find((amount) => amount > 0n && amount <= most && this.#isAllowed(index, amount)) ?? 0n;
  }

  /** The least amount of a sell that brings `net` to the market after its fee. */
  sellFor({ intent }: Member, net: bigint): bigint {
    if (intent.fee === intent.sellAmount) return net;
    const amount = divideUp(net * intent.sellAmount, intent.sellAmount - intent.fee);
    const less = amount - 1n;
    return less - (intent.fee * less) / intent.sellAmount >= net ? less : amount;
  }

  /** Whether every token can pay its buyers, fees of whole fills included. */
  isBalanced(): boolean {
    return this.net.every((value, token) => value + (this.feesOfWhole[token] ?? 0n) >= 0n);
  }

  /** Members that fill. */
  get fills(): number {
    return this.executed.reduce((sum, executed) => sum + (executed > 0n ? 1 : 0), 0);
  }

  /** The same fills as a ledger of `whole`, of which this one's part has only some members. */
  transferTo(whole: Part): Ledger {
    return Ledger.of(whole, [this]);
  }

  /** The fills of ledgers of pieces of a part, which share no token, as one ledger of the part. */
  static of(part: Part, pieces: readonly Ledger[]): Ledger {
    const [first, ...others] = pieces;
    const prices = first === undefined ? part.tokens.map(() => 1n) : [...first.prices];
    for (const { part: piece, prices: own } of others) {
      for (const token of piece.members.flatMap(({ sell, buy }) => [sell, buy]))
        prices[token] = own[token] ?? 1n;
    }
    const ledger = new Ledger(part, prices);
    const position = new Map(part.members.map((member, i) => [member, i]));
    for (const { part: piece, executed } of pieces) {
      piece.members.forEach((member, i) => {
        const index = position.get(member);
        if (index !== undefined) ledger.set(index, executed[i] ?? 0n);
      });
    }
    return ledger;
  }

  /** What a member gives and gets; worked out once where the same is asked again. */
  #amountsOf(index: number, executed: bigint): FillAmounts {
    if (this.#asked.index === index && this.#asked.executed === executed) return this.#asked.amounts;
    const member = this.member(index);
    const amounts = amountsOf(member.intent, executed, this.priceOf(member));
    this.#asked = { index, executed, amounts };
    return amounts;
  }

  #isAllowed(index: number, executed: bigint): boolean {
    const member = this.member(index);
    const before = this.amounts[index] ?? NOTHING;
    const amounts = this.#amountsOf(index, executed);
    return (
      amounts.bought > 0n &&
      amounts.bought <= MAX_UINT128 &&
      amounts.sold <= MAX_UINT128 &&
      amounts.sold - before.sold <= (this.left[member.wallet] ?? 0n) &&
      keepsLimit(member.intent, amounts)
    );
  }

  /** The largest amount up to `target` for which the wallet has enough. */
  #withinWallet(index: number, target: bigint): bigint {
    const member = this.member(index);
    const purse = (this.left[member.wallet] ?? 0n) + (this.amounts[index]?.sold ?? 0n);
    if (member.intent.kind === "sell") return target < purse ? target : purse;
    const price = this.priceOf(member);
    let amount = target;
    for (let i = 0; i < 8 && amount > 0n; i++) {
      const { sold } = amountsOf(member.intent, amount, price);
      if (sold <= purse) return amount;
      const cut = divideUp((sold - purse) * price.sell, price.buy);
      amount = i === 0 ? (amount * purse) / sold : amount - (cut > 0n ? cut : 1n);
    }
    return 0n;
  }

  #lattice(member: Member, most: bigint, step: bigint): bigint {
    if (member.intent.kind === "buy") return (most / step) * step;
    const { fee } = amountsOf(member.intent, most, this.priceOf(member));
    return this.sellFor(member, ((most - fee) / step) * step);
  }

  #add(list: bigint[], index: number, value: bigint): void {
    list[index] = (list[index] ?? 0n) + value;
  }
}
