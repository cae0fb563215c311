import { mostGainOf } from "./pools/conjugate.ts";
import type { Pool } from "./pools/pool.ts";
import type { Book, SolutionValue } from "./types.ts";
import type { Entry } from "./verifyEntries.ts";

const UINT128_END = 2n ** 128n;
const DUAL_UNIT = 2n ** 32n;
const REFERENCE_UNIT = 10n ** 18n;

/**
 * Works the bound of a solution's surplus out again from its certificate, in code that shares nothing with the matcher but the
 * closed form of what a pool can gain.
 *
 * Weak duality: with dual prices y >= w, the worth of an atom, every batch that conserves tokens gains no more than the sum
 * over all intents of the most that each gains if what it sells is credited and what it buys is debited at y; and over all
 * pools of the most that one swap is worth at y.
 *
 * @param all the book's intents by id
 * @returns what is wrong with the certificate or with the bound, one sentence each
 */
export function flawsOfBound(book: Book, all: ReadonlyMap<string, Entry>, value: SolutionValue): string[] {
  const flaws: string[] = [];
  const entries = new Map(value.certificate.map((entry) => [entry.token.toLowerCase(), entry]));
  if (entries.size < value.certificate.length) flaws.push("the certificate lists a token twice");
  const intents = fillable(book, all);
  const needed = tokensOf(intents);

  const wanted = new Map<string, bigint>();
  if (value.basis === "reference") {
    for (const { address, referencePrice } of book.tokens) {
      const key = address.toLowerCase();
      if (referencePrice !== undefined && !wanted.has(key)) wanted.set(key, referencePrice);
    }
  }
  for (const [token, unit] of wanted) {
    const entry = entries.get(token);
    const isWrong = entry === undefined ? needed.has(token) : entry.unit !== unit;
    if (isWrong) flaws.push(`the certificate does not count ${token} at ${unit}`);
  }
  for (const token of needed) {
    if (value.basis === "equilibrium" && !entries.has(token)) flaws.push(`the certificate misses ${token}`);
  }
  for (const [token, { unit, dual }] of entries) {
    if (value.basis === "reference" && !wanted.has(token)) flaws.push(`${token} has no reference price`);
    if (unit <= 0n || dual < unit * DUAL_UNIT) flaws.push(`the dual price of ${token} is below its unit`);
  }
  let total = 0n;
  for (const { pool, tokens } of leadingPools(book, needed)) {
    const [first, second] = tokens.map((token) => entries.get(token));
    if (first !== undefined && second !== undefined) total += mostGainOf(pool, [first.dual, second.dual]);
    else if (value.basis === "equilibrium" && (first ?? second) !== undefined)
      flaws.push(`the certificate misses a token of the pool ${pool.address}`);
  }
  if (flaws.length > 0) return flaws;

  for (const group of groupsOf(intents)) {
    const gains: Gain[] = [];
    for (const entry of group) {
      const [sell, buy] = [entries.get(entry.sell), entries.get(entry.buy)];
      if (sell === undefined || buy === undefined) continue;
      const gain = mostGain(book, entry, sell.dual, buy.dual, sell.unit * DUAL_UNIT);
      gains.push({ entry, sell: sell.dual, buy: buy.dual, gain });
    }
    total += mostOfGroup(book, gains);
  }
  const unit = value.basis === "reference" ? REFERENCE_UNIT * DUAL_UNIT : DUAL_UNIT;
  const bound = ceil(total, unit);
  if (value.bound < bound) flaws.push(`the certificate proves ${bound}, not ${value.bound}`);
  return flaws;
}

/** The tokens that some batch of the book could trade, as keys. */
export function tradableTokens(book: Book, all: ReadonlyMap<string, Entry>): string[] {
  return [...tokensOf(fillable(book, all))];
}

interface LeadingPool {
  readonly pool: Pool;
  readonly tokens: readonly [string, string];
}

/** The pools on which a swap can lead anywhere: the others have a token that no intent and no other such pool trades. */
function leadingPools(book: Book, needed: ReadonlySet<string>): LeadingPool[] {
  const byAddress = new Map<string, LeadingPool>();
  for (const pool of book.pools ?? []) {
    const [a, b] = pool.tokens;
    byAddress.set(pool.address.toLowerCase(), { pool, tokens: [a.toLowerCase(), b.toLowerCase()] });
  }
  let pools = [...byAddress.values()];
  for (;;) {
    const isLeading = ({ tokens: [a, b] }: LeadingPool): boolean =>
      [a, b].every(
        (token) =>
          needed.has(token) ||
          pools.some(({ tokens }) => tokens.includes(token) && !(tokens.includes(a) && tokens.includes(b))),
      );
    const rest = pools.filter(isLeading);
    if (rest.length === pools.length) return rest;
    pools = rest;
  }
}

interface Gain {
  readonly entry: Entry;
  /** Dual prices of what it sells and of what it buys. */
  readonly sell: bigint;
  readonly buy: bigint;
  readonly gain: bigint;
}

/** Intents of which one at most fills, or which share a balance, taken together. */
function groupsOf(entries: readonly Entry[]): Entry[][] {
  const groups: Entry[][] = [];
  for (const own of sharing(({ owner }) => owner, entries)) {
    // Most owners have one intent, which is a group of its own.
    if (own.length === 1) groups.push(own);
    else for (const group of groupsOfOwner(own)) groups.push(group);
  }
  return groups;
}

function groupsOfOwner(own: readonly Entry[]): Entry[][] {
  const byNonce = sharing(({ intent }) => intent.nonce, own);
  const single = byNonce.filter(({ length }) => length === 1).flat();
  return [
    ...byNonce.filter(({ length }) => length > 1),
    ...sharing(({ sell, intent: { kind, id } }) => (kind === "sell" ? sell : `buy ${id}`), single),
  ];
}

function sharing(keyOf: (entry: Entry) => string | bigint, entries: readonly Entry[]): Entry[][] {
  const groups = new Map<string | bigint, Entry[]>();
  for (const entry of entries) {
    const key = keyOf(entry);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [entry]);
    else group.push(entry);
  }
  return [...groups.values()];
}

function mostOfGroup(book: Book, gains: readonly Gain[]): bigint {
  const sum = gains.reduce((total, { gain }) => total + gain, 0n);
  const [first, second] = gains;
  if (first === undefined || second === undefined) return sum;
  const isOneNonce = first.entry.intent.nonce === second.entry.intent.nonce;
  if (isOneNonce) return gains.reduce((most, { gain }) => (gain > most ? gain : most), 0n);

  // One wallet: no more than its atoms, each at the best rate that is left.
  let left = book.spendable(first.entry.intent.owner, first.entry.intent.sellToken);
  let together = 0n;
  const rates = gains.map(({ entry: { intent }, sell, buy }) => {
    const charged = intent.partiallyFillable ? intent.fee : 0n;
    if (charged > 0n) together += sell;
    const worth = (intent.sellAmount - charged) * sell - intent.limitBuyAmount * buy;
    return { intent, worth };
  });
  rates.sort((a, b) => (a.worth * b.intent.sellAmount > b.worth * a.intent.sellAmount ? -1 : 1));
  for (const { intent, worth } of rates) {
    if (worth <= 0n) continue;
    const rest = intent.sellAmount - intent.filled;
    const sold = rest < left ? rest : left;
    together += ceil(sold * worth, intent.sellAmount);
    left -= sold;
  }
  return together < sum ? together : sum;
}

/** The most that an intent adds to the bound, with a fee that nobody else gets anything of if it fills in part. */
function mostGain(book: Book, { intent }: Entry, sell: bigint, buy: bigint, unit: bigint): bigint {
  const { kind, sellAmount: S, buyAmount: B, limitBuyAmount: L, fee, maxFee, filled } = intent;
  const charged = intent.partiallyFillable ? fee : 0n;
  if (kind === "sell") {
    const wallet = book.spendable(intent.owner, intent.sellToken);
    const sold = S - filled < wallet ? S - filled : wallet;
    const free = ceil(sold * (sell * S - buy * L), S);
    const net = ceil(sold * (sell * (S - charged) - buy * L), S) + sell;
    return charged > 0n && net < free ? net : free;
  }
  const bought = B - filled;
  const free = ceil(bought * (sell * S - buy * L), L);
  if (charged === 0n) return free;
  const underQuota = sell * (S * B - charged * L);
  const underCap = sell * (S - maxFee) * B;
  const forNothing = unit * S * B;
  const credit = [underQuota, underCap, forNothing].reduce((a, b) => (a > b ? a : b));
  const net = ceil(bought * (credit - buy * L * B), L * B) + sell;
  return net < free ? net : free;
}

/** `a / b` rounded up, and 0 for negative a. */
function ceil(a: bigint, b: bigint): bigint {
  return a <= 0n ? 0n : (a + b - 1n) / b;
}

function tokensOf(entries: readonly Entry[]): Set<string> {
  const tokens = new Set<string>();
  for (const { sell, buy } of entries) tokens.add(sell).add(buy);
  return tokens;
}

/** The intents that some batch could fill: sound by themselves, funded, and on a cycle of tokens. */
function fillable(book: Book, all: ReadonlyMap<string, Entry>): Entry[] {
  const sound = [...all.values()].filter((entry) => isSound(book, entry));
  const pools = (book.pools ?? []).flatMap(({ tokens: [a, b] }): [string, string][] => {
    const [first, second] = [a.toLowerCase(), b.toLowerCase()];
    return [
      [first, second],
      [second, first],
    ];
  });
  const pairs = new Map(sound.map(({ sell, buy }) => [`${sell} ${buy}`, [sell, buy] as const]));
  const component = components([...pairs.values(), ...pools]);
  return sound.filter(({ sell, buy }) => component.get(sell) === component.get(buy));
}

function isSound(book: Book, { intent, sell, buy }: Entry): boolean {
  const { kind, sellAmount, buyAmount, limitBuyAmount, filled, fee, maxFee, partiallyFillable } = intent;
  const amounts = [sellAmount, buyAmount, limitBuyAmount, filled, maxFee, fee];
  const full = kind === "sell" ? sellAmount : buyAmount;
  if (amounts.some((amount) => amount < 0n || amount >= UINT128_END) || fee > maxFee || sell === buy)
    return false;
  if (sellAmount === 0n || limitBuyAmount === 0n || filled >= full) return false;
  if (!partiallyFillable && filled > 0n) return false;
  const wallet = book.spendable(intent.owner, intent.sellToken);
  // After its fee, something has to be left to pay with.
  const left = kind === "sell" ? sellAmount - fee : sellAmount * buyAmount - limitBuyAmount * fee;
  if (wallet <= 0n || left <= 0n) return false;
  return partiallyFillable || wallet >= (kind === "sell" ? sellAmount : fee + 1n);
}

/** Strongly connected components of a directed graph (Kosaraju): a number per node. */
function components(arcs: readonly (readonly [string, string])[]): Map<string, number> {
  const out = new Map<string, Set<string>>();
  const into = new Map<string, Set<string>>();
  for (const [from, to] of arcs) {
    out.set(from, (out.get(from) ?? new Set()).add(to)).set(to, out.get(to) ?? new Set());
    into.set(to, (into.get(to) ?? new Set()).add(from)).set(from, into.get(from) ?? new Set());
  }
  const visit = (
    graph: Map<string, Set<string>>,
    start: string,
    seen: Set<string>,
    leave: (n: string) => void,
  ) => {
    if (seen.has(start)) return;
    seen.add(start);
    const path = [{ node: start, rest: (graph.get(start) ?? new Set<string>()).values() }];
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = top.rest.next();
      if (next.done === true) {
        leave(top.node);
        path.pop();
      } else if (!seen.has(next.value)) {
        seen.add(next.value);
        path.push({ node: next.value, rest: (graph.get(next.value) ?? new Set<string>()).values() });
      }
    }
  };
  const finished: string[] = [];
  const seen = new Set<string>();
  for (const node of out.keys()) visit(out, node, seen, (n) => finished.push(n));
  const component = new Map<string, number>();
  const assigned = new Set<string>();
  for (const root of finished.reverse()) {
    const number = component.size;
    visit(into, root, assigned, (n) => component.set(n, number));
  }
  return component;
}
