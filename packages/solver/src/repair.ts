import type { Ledger } from "./ledger.ts";

/** A step that moves a shortage from one token to another: by buying less of the one, or by selling more of it. */
interface Step {
  readonly member: number;
  readonly isTrim: boolean;
  readonly short: number;
  readonly next: number;
}

/**
 * Removes the shortages of a few atoms that rounding leaves. Every fill is worth the same on both sides but for what it
 * rounds away, always to the good of the rest, so a shortage in one token means a surplus in another: it is moved there
 * step by step along members that can trade a little less or a little more. Where no way leads to a surplus, the
 * smallest purchase of the token that is short is given up.
 *
 * @param partial members whose fills may be changed
 * @returns whether every token can pay its buyers now
 */
export function repair(ledger: Ledger, partial: readonly number[]): boolean {
  const rounds = 16 + 8 * ledger.part.tokens.length;
  for (let round = 0; round < rounds; round++) {
    const short = largestShortage(ledger);
    if (short === undefined) return true;
    // Whoever fills to its cap should keep that, so members filled in part are called on first.
    const partly = partial.filter((index) => isPartly(ledger, index));
    const path = findPath(ledger, partly, short) ?? findPath(ledger, partial, short);
    const isMended = path?.every((step) => apply(ledger, step)) ?? false;
    if (!isMended && largestShortage(ledger) === short && !giveUpSmallest(ledger, partial, short))
      return ledger.isBalanced();
  }
  for (let short = largestShortage(ledger); short !== undefined; short = largestShortage(ledger)) {
    if (!giveUpSmallest(ledger, partial, short)) return ledger.isBalanced();
  }
  return true;
}

function isPartly(ledger: Ledger, index: number): boolean {
  const executed = ledger.executed[index] ?? 0n;
  return executed > 0n && executed < ledger.member(index).cap;
}

function largestShortage(ledger: Ledger): number | undefined {
  let worst: number | undefined;
  let most = 0n;
  ledger.net.forEach((value, token) => {
    const worth = -value * (ledger.prices[token] ?? 1n);
    if (worth > most) {
      most = worth;
      worst = token;
    }
  });
  return worst;
}

/** Breadth first from the token that is short to one whose surplus covers it, or else to any surplus. */
function findPath(ledger: Ledger, partial: readonly number[], short: number): Step[] | undefined {
  const need = -(ledger.net[short] ?? 0n) * (ledger.prices[short] ?? 1n);
  const steps = bestSteps(ledger, partial);
  const reached = new Map<number, Step | undefined>([[short, undefined]]);
  const queue = [short];
  let goal: number | undefined;
  for (const token of queue) {
    const surplus = (ledger.net[token] ?? 0n) * (ledger.prices[token] ?? 1n);
    if (surplus > 0n) goal ??= token;
    if (surplus >= need && surplus > 0n) {
      goal = token;
      break;
    }
    for (const step of steps.get(token)?.values() ?? []) {
      if (reached.has(step.next)) continue;
      reached.set(step.next, step);
      queue.push(step.next);
    }
  }
  if (goal === undefined) return undefined;
  const path: Step[] = [];
  for (let step = reached.get(goal); step !== undefined; step = reached.get(step.short)) path.push(step);
  return path.reverse();
}

/** Per token that may be short and per token to move the shortage to, the largest member that can do it. */
function bestSteps(ledger: Ledger, partial: readonly number[]): Map<number, Map<number, Step>> {
  const best = new Map<number, Map<number, Step>>();
  const size = new Map<Step, bigint>();
  const offer = (step: Step, value: bigint): void => {
    const row = best.get(step.short) ?? new Map<number, Step>();
    best.set(step.short, row);
    const rival = row.get(step.next);
    if (rival !== undefined && value <= (size.get(rival) ?? 0n)) return;
    size.set(step, value);
    row.set(step.next, step);
  };
  for (const member of partial) {
    const { sell, buy, intent } = ledger.member(member);
    if ((ledger.executed[member] ?? 0n) === 0n) continue;
    const value = (ledger.amounts[member]?.bought ?? 0n) * (ledger.prices[buy] ?? 1n);
    offer({ member, isTrim: true, short: buy, next: sell }, value);
    if (intent.kind === "sell" && isPartly(ledger, member)) {
      offer({ member, isTrim: false, short: sell, next: buy }, value);
    }
  }
  return best;
}

/** Makes the step's token whole by changing the step's member; false if that had no effect. */
function apply(ledger: Ledger, { member: index, isTrim, short }: Step): boolean {
  const lacking = -(ledger.net[short] ?? 0n);
  if (lacking <= 0n) return true;
  const member = ledger.member(index);
  const { sell, buy } = ledger.priceOf(member);
  const amounts = ledger.amounts[index];
  const before = ledger.executed[index] ?? 0n;
  if (amounts === undefined) return false;
  if (!isTrim) {
    const wanted = ledger.sellFor(member, amounts.sold - amounts.fee + lacking);
    const raised = ledger.fit(index, wanted);
    if (raised <= before) return false;
    ledger.set(index, raised);
    return true;
  }
  const keep = amounts.bought > lacking ? amounts.bought - lacking : 0n;
  // The most that still buys no more than `keep`: (sold - fee) * sell / buy < keep + 1.
  const target =
    member.intent.kind === "sell" ? ledger.sellFor(member, ((keep + 1n) * buy - 1n) / sell) : keep;
  const trimmed = keep === 0n ? 0n : ledger.fit(index, target < before ? target : before - 1n);
  ledger.set(index, trimmed);
  return true;
}

function giveUpSmallest(ledger: Ledger, partial: readonly number[], token: number): boolean {
  let smallest: number | undefined;
  let least: bigint | undefined;
  for (const index of partial) {
    const bought = ledger.amounts[index]?.bought ?? 0n;
    if (ledger.member(index).buy !== token || bought === 0n) continue;
    if (least === undefined || bought < least) {
      least = bought;
      smallest = index;
    }
  }
  if (smallest === undefined) return false;
  ledger.set(smallest, 0n);
  return true;
}
