import type { Ratio } from "./ratio.ts";
import type { Candidate } from "./screen.ts";
import type { BookIntent } from "./types.ts";

/** A candidate within its part; tokens, wallets and nonces are indices there. */
export interface Member {
  readonly intent: BookIntent;
  readonly sell: number;
  readonly buy: number;
  readonly cap: bigint;
  readonly limit: Ratio;
  readonly wallet: number;
  /** Of the members with one nonce index, one at most may fill. */
  readonly nonce: number;
  /** Whether it must fill whole or not at all. */
  readonly whole: boolean;
}

/** A piece of the book that can be cleared on its own: it shares no token and no nonce with the rest. */
export interface Part {
  /** Address keys, ascending. */
  readonly tokens: readonly string[];
  readonly members: readonly Member[];
  /** What can be spent of each wallet. */
  readonly wallets: readonly bigint[];
}

/** The candidates in parts, and those that no other intent could ever pay. */
export interface Split {
  readonly parts: readonly Part[];
  readonly lonely: readonly Candidate[];
}

/**
 * Cuts the book into parts. Tokens are nodes and candidates are arcs from the token sold to the token bought; value
 * flows in cycles, so only arcs inside a strongly connected component can ever fill. Components that share a nonce are
 * kept together, since only one of the intents may fill.
 */
export function split(candidates: readonly Candidate[]): Split {
  const component = strongComponents(candidates);
  const connected = candidates.filter((c) => component.get(c.sellKey) === component.get(c.buyKey));
  const lonely = candidates.filter((c) => component.get(c.sellKey) !== component.get(c.buyKey));

  const groups = new Groups();
  for (const { sellKey, buyKey, nonceKey } of connected) {
    groups.join(sellKey, buyKey);
    groups.join(sellKey, `nonce ${nonceKey}`);
  }
  const byGroup = new Map<string, Candidate[]>();
  for (const candidate of connected) {
    const key = groups.find(candidate.sellKey);
    const list = byGroup.get(key);
    if (list === undefined) byGroup.set(key, [candidate]);
    else list.push(candidate);
  }
  return { parts: [...byGroup.values()].map(makePart), lonely };
}

/** Members are put into an order of their own (by id), so that the order of the book changes nothing. */
function makePart(candidates: readonly Candidate[]): Part {
  const ordered = [...candidates].sort((a, b) => (a.intent.id < b.intent.id ? -1 : 1));
  const tokens = [...new Set(ordered.flatMap((c) => [c.sellKey, c.buyKey]))].sort();
  const tokenIndex = new Map(tokens.map((token, i) => [token, i]));
  const wallets: bigint[] = [];
  const walletIndex = new Map<string, number>();
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
      wallet,
      nonce: indexOf(nonceIndex, nonceKey),
      whole: !intent.partiallyFillable,
    };
  });
  return { tokens, members, wallets };
}

function indexOf(map: Map<string, number>, key: string): number {
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
function strongComponents(candidates: readonly Candidate[]): Map<string, number> {
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
