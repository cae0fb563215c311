import { mostGainOf } from "./pools/conjugate.ts";
import type { Pool } from "./pools/pool.ts";
import type { Book, BookIntent, SolutionValue } from "./types.ts";

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
 * @returns what is wrong with the certificate or with the bound, one sentence each
 */
export function flawsOfBound(book: Book, value: SolutionValue): string[] {
  const flaws: string[] = [];
  const entries = new Map(value.certificate.map((entry) => [entry.token.toLowerCase(), entry]));
  if (entries.size < value.certificate.length) flaws.push("the certificate lists a token twice");
  const intents = fillable(book);
  const needed = new Set(intents.flatMap(tokensOf));

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
    const gains = group.flatMap((intent) => {
      const [sell, buy] = tokensOf(intent).map((token) => entries.get(token));
      return sell === undefined || buy === undefined
        ? []
        : [{ intent, gain: mostGain(book, intent, sell.dual, buy.dual, sell.unit * DUAL_UNIT) }];
    });
    total += mostOfGroup(book, gains, (token) => entries.get(token)?.dual ?? 0n);
  }
  const unit = value.basis === "reference" ? REFERENCE_UNIT * DUAL_UNIT : DUAL_UNIT;
  const bound = ceil(total, unit);
  if (value.bound < bound) flaws.push(`the certificate proves ${bound}, not ${value.bound}`);
  return flaws;
}

/** The tokens that some batch of the book could trade, as keys. */
export function tradableTokens(book: Book): string[] {
  return [...new Set(fillable(book).flatMap(tokensOf))];
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
  readonly intent: BookIntent;
  readonly gain: bigint;
}

/** Intents of which one at most fills, or which share a balance, taken together. */
function groupsOf(intents: readonly BookIntent[]): BookIntent[][] {
  const sharing = (keyOf: (intent: BookIntent) => string, list: readonly BookIntent[]): BookIntent[][] => {
    const groups = new Map<string, BookIntent[]>();
    for (const intent of list) {
      const group = groups.get(keyOf(intent));
      if (group === undefined) groups.set(keyOf(intent), [intent]);
      else group.push(intent);
    }
    return [...groups.values()];
  };
  const byNonce = sharing(({ owner, nonce }) => `${owner.toLowerCase()} ${nonce}`, intents);
  const single = byNonce.filter(({ length }) => length === 1).flat();
  return [
    ...byNonce.filter(({ length }) => length > 1),
    ...sharing(
      ({ owner, sellToken, kind, id }) =>
        kind === "sell" ? `${owner.toLowerCase()} ${sellToken.toLowerCase()}` : `buy ${id}`,
      single,
    ),
  ];
}

function mostOfGroup(book: Book, gains: readonly Gain[], dualOf: (token: string) => bigint): bigint {
  const sum = gains.reduce((total, { gain }) => total + gain, 0n);
  const [first, second] = gains;
  if (first === undefined || second === undefined) return sum;
  const isOneNonce = first.intent.nonce === second.intent.nonce;
  if (isOneNonce) return gains.reduce((most, { gain }) => (gain > most ? gain : most), 0n);

  // One wallet: no more than its atoms, each at the best rate that is left.
  let left = book.spendable(first.intent.owner, first.intent.sellToken);
  let together = 0n;
  const rates = gains.map(({ intent }) => {
    const [sell, buy] = tokensOf(intent).map(dualOf);
    const charged = intent.partiallyFillable ? intent.fee : 0n;
    if (charged > 0n) together += sell ?? 0n;
    const worth = (intent.sellAmount - charged) * (sell ?? 0n) - intent.limitBuyAmount * (buy ?? 0n);
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
function mostGain(book: Book, intent: BookIntent, sell: bigint, buy: bigint, unit: bigint): bigint {
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

function tokensOf({ sellToken, buyToken }: BookIntent): [string, string] {
  return [sellToken.toLowerCase(), buyToken.toLowerCase()];
}

/** The intents that some batch could fill: sound by themselves, funded, and on a cycle of tokens. */
function fillable(book: Book): BookIntent[] {
  const ids = new Set<string>();
  const sound = book.intents.filter((intent) => {
    if (ids.has(intent.id)) return false;
    ids.add(intent.id);
    return isSound(book, intent);
  });
  const pools = (book.pools ?? []).flatMap(({ tokens: [a, b] }): [string, string][] => {
    const [first, second] = [a.toLowerCase(), b.toLowerCase()];
    return [
      [first, second],
      [second, first],
    ];
  });
  const component = components([...sound.map(tokensOf), ...pools]);
  return sound.filter((intent) => {
    const [sell, buy] = tokensOf(intent);
    return component.get(sell) === component.get(buy);
  });
}

function isSound(book: Book, intent: BookIntent): boolean {
  const { kind, sellAmount, buyAmount, limitBuyAmount, filled, fee, maxFee, partiallyFillable } = intent;
  const amounts = [sellAmount, buyAmount, limitBuyAmount, filled, maxFee, fee];
  const full = kind === "sell" ? sellAmount : buyAmount;
  const [sell, buy] = tokensOf(intent);
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
