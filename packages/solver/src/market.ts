import { fullAmount } from "./arithmetic.ts";
import type { Member, Part } from "./parts.ts";

/**
 * A part of the book in floating point: the form in which prices are sought. Floats guide, they never decide what is sent.
 * Trader k of the market is member `member[k]` of the part. One trader sells `amount` atoms net of fee (kind "sell") or
 * buys `amount` atoms (kind "buy") once the price `p[sell] / p[buy]` is clearly above `limit`.
 */
export interface Market {
  readonly tokens: number;
  readonly count: number;
  readonly member: Int32Array;
  readonly sell: Int32Array;
  readonly buy: Int32Array;
  readonly limit: Float64Array;
  readonly amount: Float64Array;
  readonly isBuy: Uint8Array;
  /** Atoms taken from the wallet per atom that reaches the market: 1 / (1 - fee share). */
  readonly gross: Float64Array;
  /** Wallet that may run short, or -1 where the amounts already respect it. */
  readonly wallet: Int32Array;
  readonly wallets: Float64Array;
}

/** The market of all members of a part. */
export function marketOf(part: Part): Market {
  const { members } = part;
  const users = new Int32Array(part.wallets.length);
  for (const member of members) users[member.wallet] = (users[member.wallet] ?? 0) + 1;
  const isShared = (m: Member): boolean => m.intent.kind === "buy" || (users[m.wallet] ?? 0) > 1;
  return {
    tokens: part.tokens.length,
    count: members.length,
    member: Int32Array.from(members, (_, i) => i),
    sell: Int32Array.from(members, (m) => m.sell),
    buy: Int32Array.from(members, (m) => m.buy),
    limit: Float64Array.from(members, (m) => m.limitNear),
    amount: Float64Array.from(members, (m) => Number(m.cap) * (1 - sellFeeShare(m))),
    isBuy: Uint8Array.from(members, (m) => (m.intent.kind === "buy" ? 1 : 0)),
    gross: Float64Array.from(members, (m) => 1 / (1 - feeShare(m))),
    wallet: Int32Array.from(members, (m) => (isShared(m) ? m.wallet : -1)),
    wallets: Float64Array.from(part.wallets, Number),
  };
}

/** A limit that every price meets, and that still has a logarithm. */
const NO_LIMIT = 1e-280;

/** The market with only those of its traders for whose member `isIn` holds; those forced trade whole at any price. */
export function restrict(
  market: Market,
  isIn: (member: number) => boolean,
  forced: ReadonlySet<number>,
): Market {
  const stays = market.member.map((member) => (isIn(member) ? 1 : 0));
  const keep = (_: number, k: number): boolean => stays[k] === 1;
  const member = market.member.filter(keep);
  return {
    ...market,
    count: member.length,
    member,
    sell: market.sell.filter(keep),
    buy: market.buy.filter(keep),
    limit: market.limit.filter(keep).map((limit, k) => (forced.has(member[k] ?? -1) ? NO_LIMIT : limit)),
    amount: market.amount.filter(keep),
    isBuy: market.isBuy.filter(keep),
    gross: market.gross.filter(keep),
    wallet: market.wallet.filter(keep),
  };
}

/** The part of what is sold that is fee: at most 1 - 1e-9, so that its inverse stays finite. */
function feeShare({ intent }: Member): number {
  return Math.min(1 - 1e-9, Number(intent.fee) / Number(intent.sellAmount));
}

/** Kind "buy" pays its fee on top of what reaches the market; only kind "sell" has it inside its amount. */
function sellFeeShare(member: Member): number {
  return member.intent.kind === "sell" ? Number(member.intent.fee) / Number(fullAmount(member.intent)) : 0;
}
