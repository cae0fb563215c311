import { add, f64, i32 } from "./engine/access.ts";
import { solveLinear } from "./engine/linear.ts";
import type { Trial } from "./trial.ts";

/** Stages of a run; temperature and costs change from one to the next by a factor. */
const STAGES = 200;
/** What is accepted by chance in the last stage, as a share of all gains. */
const COLD = 3e-5;
/** Cost of a unit of imbalance, as a multiple of the mean gain. */
const IMBALANCE = { first: 0.4, last: 4 };
/** Cost of a unit of value that fills beyond its limit, as a multiple of by how much. */
const BREACH = { first: 3, last: 30 };
/** Changes of a price: from this share of the mean gain on, up to so many powers of e more. */
const LEAST_CHANGE = 4e-4;
const CHANGES = 7;
/** Of sixteen moves, those that change a price; and those from which on no exchange is tried. */
const PRICE_MOVES = 3;
const SINGLE_MOVES = 12;
/** Strength of the pull to where prices started, against a token's mean turnover. */
const PULL = 1e-6;
/** Negative logarithms of evenly spread shares: what a move may cost, in temperatures. */
const CHANCES = Float64Array.from({ length: 4096 }, (_, i) => -Math.log((i + 0.5) / 4096));

/** Marsaglia's xorshift of 32 bits: the state that follows. */
function shifted(state: number): number {
  let next = state;
  next ^= next << 13;
  next ^= next >>> 17;
  return next ^ (next << 5);
}

/** Random numbers, the same moves for the same seed. */
export class Dice {
  state: number;

  constructor(seed: number) {
    this.state = (Math.imul(seed + 1, 0x9e3779b1) ^ 0x2545f491) | 0 || 1;
  }

  /** A whole number from 0 on, below `end`. */
  below(end: number): number {
    this.state = shifted(this.state);
    return (this.state >>> 0) % end;
  }
}

/** What one stage of a run costs and accepts. */
interface Climate {
  readonly temperature: number;
  readonly imbalance: number;
  readonly breach: number;
}

/**
 * Looks for fills and prices of much gain by simulated annealing: fill-or-kill traders step in and out, alone or in exchange
 * for another one; partial fills and prices move. Imbalances and broken limits are allowed, at a cost that grows, so that every
 * move concerns two tokens only and takes some ten nanoseconds.
 *
 * @param moves moves of the whole run
 * @param heat what is accepted by chance in the first stage, as a share of all gains
 * @param isOver whether to stop where it stands
 * @returns whether it came to its end
 */
export function anneal(
  trial: Trial,
  dice: Dice,
  moves: number,
  heat: number,
  isOver: () => boolean,
): boolean {
  const perStage = Math.ceil(moves / STAGES);
  const between = (first: number, last: number, at: number): number => first * (last / first) ** at;
  const { scale } = trial;
  for (let stage = 0; stage < STAGES; stage++) {
    if (isOver()) return false;
    const at = stage / (STAGES - 1);
    const climate = {
      temperature: scale * trial.tokens * between(heat, COLD, at),
      imbalance: scale * between(IMBALANCE.first, IMBALANCE.last, at),
      breach: between(BREACH.first, BREACH.last, at),
    };
    stir(trial, dice, perStage, climate);
    // Sums of differences drift.
    trial.refresh();
    movePrices(trial, climate);
  }
  return true;
}

/** Moves all prices to where the present fills balance to first order, if that costs less: single moves rarely do that together. */
function movePrices(trial: Trial, climate: Climate): void {
  const { tokens, sell, buy, priced, shift } = trial;
  const cost = (): number => climate.imbalance * trial.imbalance + climate.breach * trial.breach;
  const matrix = new Float64Array(tokens * tokens);
  for (let i = 0; i < trial.count; i++) {
    const flow = f64(trial.share, i) * trial.full(i);
    add(matrix, i32(sell, i) * tokens + i32(priced, i), flow);
    add(matrix, i32(buy, i) * tokens + i32(priced, i), -flow);
  }
  // Only ratios count; a weak pull to where prices started decides the rest.
  for (let t = 0; t < tokens; t++) add(matrix, t * tokens + t, PULL);
  const change = trial.excess.map((value) => -value);
  solveLinear(matrix, change, tokens);
  const most = change.reduce((greatest, value) => Math.max(greatest, Math.abs(value)), 0);
  if (!(most > 0 && most < Infinity)) return;
  const length = Math.min(1, trial.scale / most);
  const before = cost();
  const start = shift.slice();
  change.forEach((value, t) => add(shift, t, length * value));
  trial.refresh();
  if (cost() <= before) return;
  shift.set(start);
  trial.refresh();
}

function stir(trial: Trial, dice: Dice, moves: number, climate: Climate): void {
  const mover = new Mover(trial, climate);
  let state = dice.state;
  for (let move = 0; move < moves; move++) {
    const first = shifted(state);
    const second = shifted(first);
    state = shifted(second);
    mover.move(first >>> 0, second >>> 0, state >>> 0);
  }
  dice.state = state;
}

class Mover {
  readonly #trial: Trial;
  readonly #climate: Climate;
  /** By how much a price change moves each token's excess. */
  readonly #moved: Float64Array;

  constructor(trial: Trial, climate: Climate) {
    this.#trial = trial;
    this.#climate = climate;
    this.#moved = new Float64Array(trial.tokens);
  }

  /** One move, drawn from three random words. */
  move(first: number, second: number, third: number): void {
    const trial = this.#trial;
    const allowance = this.#climate.temperature * f64(CHANCES, first & 4095);
    const kind = (first >>> 12) & 15;
    if (kind < PRICE_MOVES) {
      const size = trial.scale * LEAST_CHANGE * Math.exp((CHANGES * (third & 65535)) / 65536);
      this.#movePrice(second % trial.tokens, (third & 65536) === 0 ? size : -size, allowance);
      return;
    }
    const i = second % trial.count;
    const share = f64(trial.share, i);
    if (trial.isWhole[i] === 0) {
      this.#movePartial(i, (first >>> 16) & 3, allowance);
      return;
    }
    const rival = share === 0 ? trial.rivalOf(i) : -1;
    if (rival >= 0) {
      this.#exchange(i, rival, 0, allowance);
      return;
    }
    if (this.#change(i, 1 - share, allowance) || kind >= SINGLE_MOVES) return;
    const token = i32((third & 1) === 0 ? trial.sell : trial.buy, i);
    const { neighbours, neighboursFrom } = trial;
    const from = i32(neighboursFrom, token);
    const other = i32(neighbours, from + ((third >>> 1) % (i32(neighboursFrom, token + 1) - from)));
    if (other === i || trial.isWhole[other] === 0) return;
    const becomes = 1 - f64(trial.share, other);
    if (becomes > 0 && trial.rivalOf(other) >= 0) return;
    if (becomes > 0 && share === 0 && i32(trial.group, i) >= 0 && trial.group[i] === trial.group[other])
      return;
    this.#exchange(i, other, becomes, allowance);
  }

  /** A partial fill goes where one of its tokens balances, or to one of its ends. */
  #movePartial(i: number, aim: number, allowance: number): void {
    const trial = this.#trial;
    const share = f64(trial.share, i);
    const full = trial.full(i);
    let becomes = aim - 2;
    if (aim === 0) becomes = share - f64(trial.excess, i32(trial.sell, i)) / full;
    else if (aim === 1) becomes = share + f64(trial.excess, i32(trial.buy, i)) / full;
    becomes = Math.min(1, Math.max(0, becomes));
    if (becomes === share || (share === 0 && trial.rivalOf(i) >= 0)) return;
    this.#change(i, becomes, allowance);
  }

  /** Lets a trader fill another share if that costs no more than is allowed. */
  #change(i: number, becomes: number, allowance: number): boolean {
    const trial = this.#trial;
    const { excess, share, weight } = trial;
    const more = becomes - f64(share, i);
    if (!trial.canPay(i, more)) return false;
    const [sell, buy] = [i32(trial.sell, i), i32(trial.buy, i)];
    const value = more * trial.full(i);
    const [sold, bought] = [f64(excess, sell), f64(excess, buy)];
    const imbalance =
      f64(weight, sell) * (Math.abs(sold + value) - Math.abs(sold)) +
      f64(weight, buy) * (Math.abs(bought - value) - Math.abs(bought));
    if (this.#climate.imbalance * imbalance + this.#costOf(i, more) > allowance) return false;
    excess[sell] = sold + value;
    excess[buy] = bought - value;
    this.#set(i, becomes);
    return true;
  }

  /** Lets one whole trader step in or out, and another one fill a share, if both together cost no more than is allowed. */
  #exchange(i: number, other: number, becomes: number, allowance: number): void {
    const trial = this.#trial;
    const more = 1 - 2 * f64(trial.share, i);
    const otherMore = becomes - f64(trial.share, other);
    if (!trial.canPay(i, more) || !trial.canPay(other, otherMore)) return;
    if (trial.wallet[i] !== -1 && trial.wallet[i] === trial.wallet[other] && more > 0 && otherMore > 0)
      return;
    const before = this.#imbalanceOf(i, other);
    this.#shift(i, more * trial.full(i));
    this.#shift(other, otherMore * trial.full(other));
    const imbalance = this.#imbalanceOf(i, other) - before;
    const cost = this.#climate.imbalance * imbalance + this.#costOf(i, more) + this.#costOf(other, otherMore);
    if (cost <= allowance) {
      this.#set(i, f64(trial.share, i) + more);
      this.#set(other, becomes);
      return;
    }
    this.#shift(other, -otherMore * trial.full(other));
    this.#shift(i, -more * trial.full(i));
  }

  #shift(i: number, value: number): void {
    const { excess, sell, buy } = this.#trial;
    excess[i32(sell, i)] = f64(excess, i32(sell, i)) + value;
    excess[i32(buy, i)] = f64(excess, i32(buy, i)) - value;
  }

  /** Of the tokens that two traders trade. */
  #imbalanceOf(i: number, other: number): number {
    const { excess, sell, buy, weight } = this.#trial;
    const [a, b, c, d] = [i32(sell, i), i32(buy, i), i32(sell, other), i32(buy, other)];
    const imbalance = (token: number): number => f64(weight, token) * Math.abs(f64(excess, token));
    let sum = imbalance(a) + imbalance(b);
    if (c !== a && c !== b) sum += imbalance(c);
    if (d !== a && d !== b) sum += imbalance(d);
    return sum;
  }

  /** What filling a greater share costs: its gain with the sign changed, and by how much it breaks the limit. */
  #costOf(i: number, more: number): number {
    const trial = this.#trial;
    const room = trial.room(i);
    const cost = -f64(trial.gain, i) * more;
    return room < 0 ? cost - this.#climate.breach * room * f64(trial.value, i) * more : cost;
  }

  #set(i: number, share: number): void {
    const { wallet, spent, takes } = this.#trial;
    const own = i32(wallet, i);
    if (own >= 0) spent[own] = f64(spent, own) + (share - f64(this.#trial.share, i)) * f64(takes, i);
    this.#trial.share[i] = share;
  }

  #movePrice(token: number, change: number, allowance: number): void {
    const trial = this.#trial;
    const { neighbours, neighboursFrom, share, sell, buy, priced, value, excess, weight, shift, level } =
      trial;
    const moved = this.#moved;
    moved.fill(0);
    const growth = f64(level, token) * Math.expm1(change);
    let breach = 0;
    for (let at = i32(neighboursFrom, token); at < i32(neighboursFrom, token + 1); at++) {
      const i = i32(neighbours, at);
      const filled = f64(share, i);
      if (filled === 0) continue;
      const own = i32(sell, i);
      const before = trial.room(i);
      const after = own === token ? before + change : before - change;
      const size = filled * f64(value, i);
      if (before < 0) breach += before * size;
      if (after < 0) breach -= after * size;
      if (i32(priced, i) !== token) continue;
      moved[own] = f64(moved, own) + size * growth;
      moved[i32(buy, i)] = f64(moved, i32(buy, i)) - size * growth;
    }
    let imbalance = 0;
    for (let t = 0; t < trial.tokens; t++)
      imbalance += f64(weight, t) * (Math.abs(f64(excess, t) + f64(moved, t)) - Math.abs(f64(excess, t)));
    if (this.#climate.imbalance * imbalance + this.#climate.breach * breach > allowance) return;
    shift[token] = f64(shift, token) + change;
    level[token] = Math.exp(f64(shift, token));
    for (let t = 0; t < trial.tokens; t++) excess[t] = f64(excess, t) + f64(moved, t);
  }
}
