import { addressKey } from "./arithmetic.ts";
import type { Pool } from "./pools/pool.ts";
import { type Ratio, toNumber } from "./ratio.ts";
import type { Candidate } from "./screen.ts";
import type { BookIntent } from "./types.ts";

/** A candidate within its part; tokens, wallets and nonces are indices there. */
export interface Member {
  readonly intent: BookIntent;
  readonly sell: number;
  readonly buy: number;
  readonly cap: bigint;
  readonly limit: Ratio;
  /** The limit as a double, to within a few units of its last place. */
  readonly limitNear: number;
  readonly wallet: number;
  /** Of the members with one nonce index, one at most may fill. */
  readonly nonce: number;
  /** Whether it must fill whole or not at all. */
  readonly whole: boolean;
  /** Whether it stands for a part of what a pool answers, and not for an intent. */
  readonly isPool?: boolean;
}

/** A pool within a part; its tokens are indices there. */
export interface PartPool {
  readonly pool: Pool;
  readonly tokens: readonly [number, number];
}

/** A piece of the book that can be cleared on its own: it shares no token and no nonce with the rest. */
export interface Part {
  /** Address keys, ascending. */
  readonly tokens: readonly string[];
  readonly members: readonly Member[];
  /** What can be spent of each wallet. */
  readonly wallets: readonly bigint[];
  /** Pools between tokens of the part. */
  readonly pools: readonly PartPool[];
}

/** The candidates in parts, and those that no other intent could ever pay. */
export interface Split {
  readonly parts: readonly Part[];
  readonly lonely: readonly Candidate[];
}

/**
 * Cuts the book into parts. Tokens are nodes and candidates are arcs from the token sold to the token bought; value
 * flows in cycles, so only arcs inside a strongly connected component can ever fill. A pool is an arc each way. Components that
 * share a nonce are kept together, since only one of the intents may fill.
 */
export function split(candidates: readonly Candidate[], allPools: readonly Pool[] = []): Split {
  const pools = usefulPools(candidates, allPools);
  const component = strongComponents([
    ...candidates,
    ...pools.flatMap(({ tokens: [a, b] }) => [
      { sellKey: addressKey(a), buyKey: addressKey(b) },
      { sellKey: addressKey(b), buyKey: addressKey(a) },
    ]),
  ]);
  const connected = candidates.filter((c) => component.get(c.sellKey) === component.get(c.buyKey));
  const lonely = candidates.filter((c) => component.get(c.sellKey) !== component.get(c.buyKey));

  const groups = new Groups();
  const tokenOf = new Map<number, string>();
  for (const [token, number] of component) {
    const first = tokenOf.get(number);
    if (first === undefined) tokenOf.set(number, token);
    else groups.join(first, token);
  }
  const sellerOfNonce = new Map<string, string>();
  for (const { sellKey, nonceKey } of connected) {
    const rival = sellerOfNonce.get(nonceKey);
    if (rival === undefined) sellerOfNonce.set(nonceKey, sellKey);
    else groups.join(rival, sellKey);
  }
  const byGroup = new Map<string, Candidate[]>();
  for (const candidate of connected) {
    const key = groups.find(candidate.sellKey);
    const list = byGroup.get(key);
    if (list === undefined) byGroup.set(key, [candidate]);
    else list.push(candidate);
  }
  const parts = [...byGroup].map(([group, list]) =>
    makePart(
      list,
      pools.filter(({ tokens: [token] }) => groups.find(addressKey(token)) === group),
    ),
  );
  return { parts, lonely };
}

/** What is left of a part without its pools: pieces that can be cleared on their own, of members that intents alone can fill. */
export function withoutPools(part: Part): Part[] {
  const arcs = part.members.map(({ sell, buy }) => ({ sellKey: String(sell), buyKey: String(buy) }));
  const component = strongComponents(arcs);
  const groups = new Groups();
  const members = part.members.filter(({ sell, buy, nonce }) => {
    const own = component.get(String(sell));
    if (own !== component.get(String(buy))) return false;
    // Pieces that share a nonce stay together.
    groups.join(`component ${own}`, `nonce ${nonce}`);
    return true;
  });
  const pieces = new Map<string, Member[]>();
  for (const member of members) {
    const key = groups.find(`component ${component.get(String(member.sell))}`);
    const piece = pieces.get(key);
    if (piece === undefined) pieces.set(key, [member]);
    else piece.push(member);
  }
  return [...pieces.values()].map((piece) => ({ ...part, members: piece, pools: [] }));
}

/** The pools of which both tokens lead on: a pool to a token that nothing else trades moves nothing. */
function usefulPools(candidates: readonly Candidate[], pools: readonly Pool[]): Pool[] {
  const traded = new Set(candidates.flatMap(({ sellKey, buyKey }) => [sellKey, buyKey]));
  const byAddress = new Map(pools.map((pool) => [addressKey(pool.address), pool]));
  let useful = [...byAddress.values()].filter(({ tokens: [a, b] }) => addressKey(a) !== addressKey(b));
  useful.sort((a, b) => (addressKey(a.address) < addressKey(b.address) ? -1 : 1));
  for (;;) {
    const partners = new Map<string, Set<string>>();
    for (const { tokens } of useful) {
      const [a, b] = tokens.map(addressKey);
      if (a === undefined || b === undefined) continue;
      partners.set(a, (partners.get(a) ?? new Set()).add(b));
      partners.set(b, (partners.get(b) ?? new Set()).add(a));
    }
    const kept = useful.filter(({ tokens }) =>
      tokens.every((token) => {
        const key = addressKey(token);
        return traded.has(key) || (partners.get(key)?.size ?? 0) > 1;
      }),
    );
    if (kept.length === useful.length) return kept;
    useful = kept;
  }
}

/** Members are put into an order of their own (by id), so that the order of the book changes nothing. */
function makePart(candidates: readonly Candidate[], pools: readonly Pool[]): Part {
  const ordered = [...candidates].sort((a, b) => (a.intent.id < b.intent.id ? -1 : 1));
  const used = new Set(pools.flatMap((pool) => pool.tokens.map(addressKey)));
  for (const { sellKey, buyKey } of ordered) used.add(sellKey).add(buyKey);
  const tokens = [...used].sort();
  const tokenIndex = new Map(tokens.map((token, i) => [token, i]));
  const wallets: bigint[] = [];
  const walletIndex = new Map<number, number>();
  const nonceIndex = new Map<string, number>();
  const members = ordered.map((candidate): Member => {
    const { intent, cap, limit, walletKey, nonceKey } = candidate;
    const wallet = indexOf(walletIndex, walletKey);
    wallets[wallet] = candidate.wallet;
    return {
      intent,
      sell: tokenIndex.get(candidate.sellKey) ?? 0,
      buy: tokenIndex.get(candidate.buyKey) ?? 0,
      cap,
      limit,
      limitNear: toNumber(limit),
      wallet,
      nonce: indexOf(nonceIndex, nonceKey),
      whole: !intent.partiallyFillable,
    };
  });
  const indexOfToken = (token: string): number => tokenIndex.get(addressKey(token)) ?? 0;
  const partPools = pools.map((pool): PartPool => {
    const [a, b] = pool.tokens;
    return { pool, tokens: [indexOfToken(a), indexOfToken(b)] };
  });
  return { tokens, members, wallets, pools: partPools };
}

function indexOf<Key>(map: Map<Key, number>, key: Key): number {
  const known = map.get(key);
  if (known !== undefined) return known;
  map.set(key, map.size);
  return map.size - 1;
}

/** Disjoint sets of keys (union-find with path halving). */
export class Groups {
  readonly #parent = new Map<string, string>();

  find(key: string): string {
    let at = key;
    for (;;) {
      const up = this.#parent.get(at) ?? at;
      if (up === at) return at;
      const above = this.#parent.get(up) ?? up;
      this.#parent.set(at, above);
      at = above;
    }
  }

  /** Joins the sets of two keys; false if they were one already. */
  join(a: string, b: string): boolean {
    const rootA = this.find(a);
    const rootB = this.find(b);
    if (rootA === rootB) return false;
    this.#parent.set(rootB, rootA);
    return true;
  }
}

/** Tarjan's strongly connected components of the tokens, without recursion: a number per token. */
function strongComponents(candidates: readonly Pick<Candidate, "sellKey" | "buyKey">[]): Map<string, number> {
  const next = new Map<string, Set<string>>();
  for (const { sellKey, buyKey } of candidates) {
    const list = next.get(sellKey) ?? new Set();
    next.set(sellKey, list.add(buyKey));
  }
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const component = new Map<string, number>();
  const open: string[] = [];
  let components = 0;
  for (const start of next.keys()) {
    if (order.has(start)) continue;
    const path: { token: string; rest: Iterator<string> }[] = [];
    const enter = (token: string): void => {
      order.set(token, order.size);
      low.set(token, order.size - 1);
      open.push(token);
      path.push({ token, rest: (next.get(token) ?? new Set<string>()).values() });
    };
    const lower = (token: string, to: number): void => {
      low.set(token, Math.min(low.get(token) ?? to, to));
    };
    enter(start);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const step = top.rest.next();
      if (step.done !== true) {
        const seen = order.get(step.value);
        if (seen === undefined) enter(step.value);
        else if (!component.has(step.value)) lower(top.token, seen);
        continue;
      }
      path.pop();
      const reach = low.get(top.token) ?? 0;
      const parent = path.at(-1);
      if (parent !== undefined) lower(parent.token, reach);
      if (reach !== order.get(top.token)) continue;
      for (let token = open.pop(); token !== undefined; token = open.pop()) {
        component.set(token, components);
        if (token === top.token) break;
      }
      components++;
    }
  }
  return component;
}
