import { add, f64 } from "./engine/access.ts";
import type { Member, Part } from "./parts.ts";
import { type Condition, maximise } from "./simplex.ts";

/** A limit counts as tight within this share of the price. */
const TIGHT = 1e-9;

/** Prices at which a set of members can settle together. */
export interface Window {
  readonly prices: Float64Array;
  /** Members of the set whose limit is the price. */
  readonly tight: readonly number[];
  /** Partially fillable members of the set that trade. */
  readonly trading: readonly number[];
}

/**
 * Prices at which all members of a set are within their limits, its fill-or-kill members fill whole, and its partial ones
 * supply what is needed; of all such prices those that leave the most room to the tightest limit. With the value y of each
 * partial fill as a variable beside the prices p, every condition is linear and homogeneous:
 *
 *   p[sell] >= limit p[buy];  y <= amount p[sell];  per token: bought <= sold;  per wallet: sold <= wallet p[sell].
 *
 * @param guess prices of about the right size, to scale by
 */
export function priceWindow(part: Part, set: readonly number[], guess: Float64Array): Window | undefined {
  const members = set.flatMap((index) => {
    const member = part.members[index];
    return member === undefined ? [] : [{ index, member }];
  });
  const tokens = [...new Set(members.flatMap(({ member }) => [member.sell, member.buy]))];
  const column = new Map(tokens.map((token, c) => [token, c]));
  const partials = members.filter(({ member }) => !member.whole);
  const room = tokens.length + partials.length;
  const builder = new ConditionBuilder(room + 1);
  const priceColumn = (token: number): number => column.get(token) ?? 0;
  const scale = (token: number): number => guess[token] ?? 1;
  const unit = Math.max(...members.map(({ member }) => valueOf(member, scale)));

  for (const { member } of members) {
    const ratio = (member.limitNear * scale(member.buy)) / scale(member.sell);
    builder.begin().add(priceColumn(member.buy), ratio).add(priceColumn(member.sell), -1).add(room, 1).end();
  }
  partials.forEach(({ member }, k) => {
    const priced = member.intent.kind === "sell" ? member.sell : member.buy;
    const worth = (netAmount(member) * scale(priced)) / unit;
    builder
      .begin()
      .add(tokens.length + k, 1)
      .add(priceColumn(priced), -worth)
      .end();
  });
  for (const token of tokens) {
    builder.begin();
    for (const { member } of members) {
      if (!member.whole) continue;
      const priced = member.intent.kind === "sell" ? member.sell : member.buy;
      const bought = (netAmount(member) * scale(priced)) / unit;
      const fee = (Number(member.intent.fee) * scale(member.sell)) / unit;
      if (member.buy === token) builder.add(priceColumn(priced), bought);
      if (member.sell === token)
        builder.add(priceColumn(priced), -bought).add(priceColumn(member.sell), -fee);
    }
    partials.forEach(({ member }, k) => {
      if (member.buy === token) builder.add(tokens.length + k, 1);
      if (member.sell === token) builder.add(tokens.length + k, -1);
    });
    builder.end();
  }
  for (const wallet of new Set(members.map(({ member }) => member.wallet))) {
    const users = members.filter(({ member }) => member.wallet === wallet);
    const [first] = users;
    if (first === undefined) continue;
    builder
      .begin()
      .add(priceColumn(first.member.sell), (-Number(part.wallets[wallet]) * scale(first.member.sell)) / unit);
    for (const { index, member } of users) {
      const gross =
        Number(member.intent.sellAmount) / (Number(member.intent.sellAmount - member.intent.fee) || 1);
      const k = partials.findIndex((partial) => partial.index === index);
      if (k >= 0) {
        builder.add(tokens.length + k, gross);
        continue;
      }
      const priced = member.intent.kind === "sell" ? member.sell : member.buy;
      builder.add(priceColumn(priced), (netAmount(member) * scale(priced)) / unit);
      builder.add(priceColumn(member.sell), (Number(member.intent.fee) * scale(member.sell)) / unit);
    }
    builder.end();
  }

  // All conditions are homogeneous: the size of the prices is free, and set here.
  const sum = Float64Array.from({ length: room + 1 }, (_, c) => (c < tokens.length ? 1 : 0));
  const leastRoom = Float64Array.from({ length: room + 1 }, (_, c) => (c === room ? 1 : 0));
  const most = new Float64Array(room + 1).fill(Infinity);
  const x = maximise(leastRoom, most, [
    { coefficients: sum, bound: 1, isEqual: true },
    ...builder.conditions,
  ]);
  if (x === undefined || tokens.some((_, c) => !(f64(x, c) > 1e-15))) return undefined;
  const prices = Float64Array.from(guess);
  tokens.forEach((token, c) => (prices[token] = f64(x, c) * scale(token)));
  const priceOf = (token: number): number => prices[token] ?? 1;
  return {
    prices,
    tight: members.flatMap(({ index, member }) =>
      priceOf(member.sell) <= member.limitNear * priceOf(member.buy) * (1 + TIGHT) ? [index] : [],
    ),
    trading: partials.flatMap(({ index }, k) => (f64(x, tokens.length + k) > 0 ? [index] : [])),
  };
}

/** Atoms that reach the market in a full fill: net of fee for kind "sell", bought for kind "buy". */
function netAmount({ intent, cap }: Member): number {
  if (intent.kind === "buy") return Number(cap);
  return Number(cap - (intent.fee * cap) / intent.sellAmount);
}

function valueOf(member: Member, scale: (token: number) => number): number {
  return netAmount(member) * scale(member.intent.kind === "sell" ? member.sell : member.buy);
}

/** Collects sparse conditions with a bound of 0, each scaled so that its greatest coefficient is 1. */
class ConditionBuilder {
  readonly conditions: Condition[] = [];
  readonly #width: number;
  #coefficients = new Float64Array();
  #greatestTerm = 0;

  constructor(width: number) {
    this.#width = width;
  }

  begin(): this {
    this.#coefficients = new Float64Array(this.#width);
    this.#greatestTerm = 0;
    return this;
  }

  add(column: number, value: number): this {
    add(this.#coefficients, column, value);
    this.#greatestTerm = Math.max(this.#greatestTerm, Math.abs(value));
    return this;
  }

  end(): void {
    // Differences that are only rounding of equal amounts must not count as a shortage.
    const least = 1e-13 * this.#greatestTerm;
    const coefficients = this.#coefficients.map((value) => (Math.abs(value) < least ? 0 : value));
    const greatest = coefficients.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    if (!(greatest > 0)) return;
    this.conditions.push({
      coefficients: coefficients.map((value) => value / greatest),
      bound: 0,
      isEqual: false,
    });
  }
}
