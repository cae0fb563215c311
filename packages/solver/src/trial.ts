import { add, f64, i32 } from "./engine/access.ts";
import type { Market } from "./market.ts";
import type { Part } from "./parts.ts";

/** A trader whose limit is this many times the mean gain away from the price is out of the question. */
const REACH = 1.5;
/** How far within its limit a trader must be: rounding of prices, and atoms of what it buys. */
const PRICE_ROUNDING = 1e-9;
const ROUNDED_ATOMS = 4;
const NOBODY = -1;

/** What a trial is about. */
export interface TrialTask {
  readonly part: Part;
  readonly market: Market;
  /** Prices at which everybody could fill in part, and what each trader fills there. */
  readonly prices: Float64Array;
  readonly fill: Float64Array;
  /** Worth of an atom of each token, by which gains are summed. */
  readonly worth: Float64Array;
  /** Members that may take part. */
  readonly allowed: ReadonlySet<number>;
}

/**
 * Fills and prices that are tried out in floating point: they need not balance, nor keep every limit, until they are taken
 * for an answer. Values are in the unit in which the traders within their limits move one per token on average.
 *
 * Prices are changes of the logarithm from where everybody could fill in part. A full fill moves the value `value` there, and
 * `value * level[priced]` after a change. What is bought is sold within the batch, so the sum of all gains does not depend on the
 * prices: `gain` for a full fill.
 */
export class Trial {
  readonly tokens: number;
  readonly count: number;
  readonly market: Market;
  /** Per trader of the trial, its place in the market. */
  readonly trader: Int32Array;
  readonly sell: Int32Array;
  readonly buy: Int32Array;
  /** The token in which a fill's amount is fixed. */
  readonly priced: Int32Array;
  readonly value: Float64Array;
  /** By how much the price is better than the limit where prices have not changed, in logarithms; less if tightened. */
  readonly slack: Float64Array;
  readonly gain: Float64Array;
  readonly isWhole: Uint8Array;
  /** Where several traders share a nonce, the number of their group, else -1. */
  readonly group: Int32Array;
  readonly groups: readonly Int32Array[];
  /** A wallet that may run short, else -1; what a full fill takes of it, as a share of the whole. */
  readonly wallet: Int32Array;
  readonly takes: Float64Array;
  /** Gain of the relaxed market per token: a scale for differences of limits, too. */
  readonly scale: number;
  /** Those that trade a token, token after token, and where each token's begin. */
  readonly neighbours: Int32Array;
  readonly neighboursFrom: Int32Array;
  /** Share that each trader fills. */
  readonly share: Float64Array;
  /** Per token. */
  readonly shift: Float64Array;
  readonly level: Float64Array;
  /** Per token, value sold less value bought. */
  readonly excess: Float64Array;
  /** Per wallet of the market, the share spent. */
  readonly spent: Float64Array;
  /** Per token, what an imbalance costs against one of a token with a mean turnover. */
  readonly weight: Float64Array;
  /** What the relaxed market gains, in the scale of worths. */
  readonly mostGain: number;
  readonly #origin: Float64Array;
  readonly #ownSlack: Float64Array;

  constructor({ part, market, prices, fill, worth, allowed }: TrialTask) {
    const price = (k: number): number => f64(prices, i32(market.sell, k)) / f64(prices, i32(market.buy, k));
    const pricedOf = (k: number): number => i32(market.isBuy[k] === 1 ? market.buy : market.sell, k);
    const valueOf = (k: number): number => f64(market.amount, k) * f64(prices, pricedOf(k));
    const gainOf = (k: number): number => {
      const [own, other] = [f64(worth, i32(market.sell, k)), f64(worth, i32(market.buy, k))];
      const [amount, limit] = [f64(market.amount, k), f64(market.limit, k)];
      return market.isBuy[k] === 1 ? amount * (own / limit - other) : amount * (own - other * limit);
    };
    const memberOf = (k: number) => part.members[i32(market.member, k)];
    const everybody = [...Array(market.count).keys()].filter((k) => allowed.has(i32(market.member, k)));
    const volume = everybody.reduce((sum, k) => sum + f64(fill, k) * valueOf(k), 0);
    const unit = market.tokens / volume;
    const gained = everybody.reduce((sum, k) => sum + f64(fill, k) * gainOf(k), 0) * unit;
    this.scale = gained / market.tokens;
    this.mostGain = gained / unit;
    const near = everybody.filter((k) => Math.log(price(k) / f64(market.limit, k)) > -REACH * this.scale);

    this.tokens = market.tokens;
    this.count = near.length;
    this.market = market;
    this.trader = Int32Array.from(near);
    this.sell = Int32Array.from(near, (k) => i32(market.sell, k));
    this.buy = Int32Array.from(near, (k) => i32(market.buy, k));
    this.priced = Int32Array.from(near, pricedOf);
    this.value = Float64Array.from(near, (k) => valueOf(k) * unit);
    this.gain = Float64Array.from(near, (k) => gainOf(k) * unit);
    this.slack = Float64Array.from(near, (k) => {
      const bought = valueOf(k) / f64(prices, i32(market.buy, k));
      return Math.log(price(k) / f64(market.limit, k)) - PRICE_ROUNDING - Math.min(1, ROUNDED_ATOMS / bought);
    });
    this.#ownSlack = this.slack.slice();
    this.isWhole = Uint8Array.from(near, (k) => (memberOf(k)?.whole ? 1 : 0));
    const places = new Map<number, number[]>();
    near.forEach((k, i) => {
      const nonce = memberOf(k)?.nonce ?? NOBODY;
      const place = places.get(nonce);
      if (place === undefined) places.set(nonce, [i]);
      else place.push(i);
    });
    this.groups = [...places.values()]
      .filter((place) => place.length > 1)
      .map((place) => Int32Array.from(place));
    this.group = new Int32Array(near.length).fill(NOBODY);
    this.groups.forEach((place, g) => {
      for (const i of place) this.group[i] = g;
    });
    this.takes = Float64Array.from(near, (k) => {
      const wallet = i32(market.wallet, k);
      if (wallet < 0) return 0;
      return (
        (valueOf(k) * f64(market.gross, k)) / f64(prices, i32(market.sell, k)) / f64(market.wallets, wallet)
      );
    });
    const asked = new Float64Array(market.wallets.length);
    near.forEach((k, i) => {
      if (i32(market.wallet, k) >= 0) add(asked, i32(market.wallet, k), f64(this.takes, i));
    });
    this.wallet = Int32Array.from(near, (k) => {
      const wallet = i32(market.wallet, k);
      return wallet >= 0 && f64(asked, wallet) > 1 ? wallet : NOBODY;
    });
    const byToken = Array.from({ length: market.tokens }, (): number[] => []);
    near.forEach((_, i) => {
      byToken[i32(this.sell, i)]?.push(i);
      byToken[i32(this.buy, i)]?.push(i);
    });
    this.neighbours = Int32Array.from(byToken.flat());
    this.neighboursFrom = new Int32Array(market.tokens + 1);
    byToken.forEach((list, t) => (this.neighboursFrom[t + 1] = i32(this.neighboursFrom, t) + list.length));
    this.#origin = prices;
    this.share = Float64Array.from(near, (k, i) =>
      this.isWhole[i] === 1 ? (f64(fill, k) >= 0.5 ? 1 : 0) : f64(fill, k),
    );
    for (const group of this.groups) {
      const best = group.reduce((a, b) => (this.#gains(b) > this.#gains(a) ? b : a));
      for (const i of group) if (i !== best) this.share[i] = 0;
    }
    this.shift = new Float64Array(market.tokens);
    this.level = new Float64Array(market.tokens);
    this.excess = new Float64Array(market.tokens);
    this.spent = new Float64Array(market.wallets.length);
    this.weight = new Float64Array(market.tokens).fill(1);
    this.refresh();
    this.#dropUnpaid();
  }

  /** Whether all figures are numbers: books of extreme amounts and limits are beyond what doubles can try. */
  get isSound(): boolean {
    const isFinite = (list: Float64Array): boolean => list.every(Number.isFinite);
    return (
      this.scale > 0 &&
      isFinite(this.value) &&
      isFinite(this.gain) &&
      isFinite(this.slack) &&
      isFinite(this.takes)
    );
  }

  /** Works out anew what follows from fills and prices. */
  refresh(): void {
    for (let t = 0; t < this.tokens; t++) this.level[t] = Math.exp(f64(this.shift, t));
    this.excess.fill(0);
    this.spent.fill(0);
    for (let i = 0; i < this.count; i++) {
      const flow = f64(this.share, i) * this.full(i);
      add(this.excess, i32(this.sell, i), flow);
      add(this.excess, i32(this.buy, i), -flow);
      const wallet = i32(this.wallet, i);
      if (wallet >= 0) add(this.spent, wallet, f64(this.share, i) * f64(this.takes, i));
    }
  }

  /** What a full fill moves at the present prices. */
  full(i: number): number {
    return f64(this.value, i) * f64(this.level, i32(this.priced, i));
  }

  /** By how much the present price is better than the limit. */
  room(i: number): number {
    return f64(this.slack, i) + f64(this.shift, i32(this.sell, i)) - f64(this.shift, i32(this.buy, i));
  }

  /** Lets wholes start outside whose wallets cannot pay for all. */
  #dropUnpaid(): void {
    for (let i = 0; i < this.count; i++) {
      const wallet = i32(this.wallet, i);
      if (this.isWhole[i] === 0 || wallet < 0 || f64(this.spent, wallet) <= 1) continue;
      add(this.spent, wallet, -f64(this.share, i) * f64(this.takes, i));
      this.share[i] = 0;
    }
    this.refresh();
  }

  #gains(i: number): number {
    return f64(this.share, i) * f64(this.gain, i);
  }

  /** What all fills gain. */
  get gained(): number {
    return this.share.reduce((sum, share, i) => sum + share * f64(this.gain, i), 0);
  }

  /** Sum of all excesses and shortages. */
  get imbalance(): number {
    return this.excess.reduce((sum, value, t) => sum + f64(this.weight, t) * Math.abs(value), 0);
  }

  /** Sum of the values that fill beyond their limits, each times by how much. */
  get breach(): number {
    let sum = 0;
    for (let i = 0; i < this.count; i++)
      if (f64(this.share, i) > 0) sum -= Math.min(0, this.room(i)) * f64(this.share, i) * f64(this.value, i);
    return sum;
  }

  /** Whether the wallet of a trader can pay for so much more of a full fill. */
  canPay(i: number, more: number): boolean {
    const own = i32(this.wallet, i);
    return own < 0 || more <= 0 || f64(this.spent, own) + more * f64(this.takes, i) <= 1;
  }

  /** The one that fills although a trader with the same nonce is to; -1 if there is none. */
  rivalOf(i: number): number {
    const group = i32(this.group, i);
    if (group < 0) return NOBODY;
    for (const other of this.groups[group] ?? []) if (other !== i && f64(this.share, other) > 0) return other;
    return NOBODY;
  }

  /** The present prices. */
  prices(): Float64Array {
    return this.#origin.map((price, t) => price * f64(this.level, t));
  }

  /**
   * Counts limits as broken that are kept by less than a share of the mean gain, and an imbalance by the price change that it
   * takes to mend: for sets that fill whole, whose exact prices are somewhere near.
   */
  tighten(margin: number): void {
    const turnover = new Float64Array(this.tokens);
    for (let i = 0; i < this.count; i++) {
      if (f64(this.#ownSlack, i) <= 0) continue;
      add(turnover, i32(this.sell, i), f64(this.value, i) / 2);
      add(turnover, i32(this.buy, i), f64(this.value, i) / 2);
    }
    turnover.forEach((value, t) => (this.weight[t] = value > 0 ? 1 / value : 1));
    for (let i = 0; i < this.count; i++) this.slack[i] = f64(this.#ownSlack, i) - margin * this.scale;
  }

  /** Takes limits and imbalances as they are again. */
  loosen(): void {
    this.slack.set(this.#ownSlack);
    this.weight.fill(1);
  }

  /** Where fills and prices stand, to come back to. */
  save(): { readonly share: Float64Array; readonly shift: Float64Array } {
    return { share: this.share.slice(), shift: this.shift.slice() };
  }

  restore({ share, shift }: { readonly share: Float64Array; readonly shift: Float64Array }): void {
    this.share.set(share);
    this.shift.set(shift);
    this.refresh();
  }
}
