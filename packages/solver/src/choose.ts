import { at } from "./engine/access.ts";
import type { Market } from "./market.ts";
import type { Mip, MipColumn, MipLimits, MipRow } from "./mip.ts";
import type { Part } from "./parts.ts";

/** How far, in logarithms, a pair's price may move where prices follow the choice. */
export const REACH = 0.02;
/** More choices than this are too many for a program. */
const MOST_CHOICES = 400;
/** The volume of the market in the program's unit: numbers of a size that suits its tolerances. */
const VOLUME = 1000;

/** What is to be chosen from. */
export interface ChoiceTask {
  readonly part: Part;
  readonly market: Market;
  /** Prices around which the program is linear. */
  readonly prices: Float64Array;
  /** How far, in logarithms, a pair's price may move from there; 0 where the program is about these prices only. */
  readonly reach: number;
  /** Share that each fill-or-kill trader fills there. */
  readonly fill: Float64Array;
  /** About what the market trades, in the scale of the prices. */
  readonly volume: number;
  /** Worth of an atom of each token, by which gains are summed. */
  readonly worth: Float64Array;
  /** By how much, in logarithms, a trader's price must be better than its limit. */
  readonly margin: ReadonlyMap<number, number>;
}

/** Who fills whole, and the prices that follow. */
export interface Choice {
  readonly chosen: readonly number[];
  readonly prices: Float64Array;
}

/**
 * Chooses the fill-or-kill traders that fill whole, by a program in which prices follow the choice to first order. With d the change of their logarithms, z the choices and y the values of partial fills:
 *
 *   per token:  what z and y sell less what they buy, plus J d  =  0
 *   per trader: d[sell] - d[buy] >= log(limit / price)  if it is chosen
 *
 * where J is how the balance of the fills that are likely to be whole answers prices (docs/MATCHER.md, section 6).
 *
 * With a reach of 0 nothing moves, and what is chosen balances exactly, by partial fills that may stop short of their cap.
 *
 * @returns the traders chosen and the prices, or `undefined` where there are too many to choose from or no answer is found in time
 */
export function chooseByProgram(task: ChoiceTask, mip: Mip, limits: MipLimits): Choice | undefined {
  const program = new Program(task);
  if (program.choices === 0 || program.choices > MOST_CHOICES) return undefined;
  const values = mip({ columns: program.columns, rows: program.rows }, limits);
  if (values === undefined) return undefined;
  return {
    chosen: program.chosenBy(values),
    prices: task.prices.map((p, t) => p * Math.exp(values[t] ?? 0)),
  };
}

class Program {
  readonly columns: MipColumn[] = [];
  readonly rows: MipRow[] = [];
  readonly #task: ChoiceTask;
  readonly #unit: number;
  readonly #balance: [number, number][][];
  readonly #wallets = new Map<number, [number, number][]>();
  readonly #nonces = new Map<number, [number, number][]>();
  readonly #wholes = new Map<number, number>();

  constructor(task: ChoiceTask) {
    this.#task = task;
    const { market, reach } = task;
    this.#unit = VOLUME / task.volume;
    // The changes of the prices come first.
    this.#balance = Array.from({ length: market.tokens }, () => []);
    for (let t = 0; t < market.tokens; t++) {
      this.columns.push({ gain: 0, least: -reach / 2, most: reach / 2, isChoice: false });
    }
    for (let k = 0; k < market.count; k++) this.#addTrader(k);
    this.#addResponse();
    for (const terms of this.#balance) this.rows.push({ terms, least: 0, most: 0 });
    for (const [wallet, terms] of this.#wallets) {
      const most = at(market.wallets, wallet);
      this.rows.push({ terms: terms.map(([c, takes]) => [c, takes / most]), least: -Infinity, most: 1 });
    }
    for (const terms of this.#nonces.values()) {
      if (terms.length > 1) this.rows.push({ terms, least: -Infinity, most: 1 });
    }
  }

  get choices(): number {
    return this.columns.filter(({ isChoice }) => isChoice).length;
  }

  chosenBy(values: readonly number[]): number[] {
    return [...this.#wholes].filter(([, column]) => (values[column] ?? 0) > 0.5).map(([trader]) => trader);
  }

  #addTrader(k: number): void {
    const { market, part, margin, reach } = this.#task;
    const member = part.members[at(market.member, k)];
    const slack = Math.log(this.#price(k) / at(market.limit, k)) - (margin.get(k) ?? 0);
    if (member === undefined || !(slack > -reach)) return;
    const [sell, buy] = [at(market.sell, k), at(market.buy, k)];
    const value = this.#value(k);
    const gain = this.#gain(k) * this.#unit;
    const isTight = slack < reach;
    const rivals = this.#nonces.get(member.nonce) ?? [];
    this.#nonces.set(member.nonce, rivals);

    // A partial trader needs a choice only where its limit may come to bind.
    const choice = member.whole || isTight ? this.#add(member.whole ? gain : 0, 1, true) : undefined;
    let flow = choice;
    let size = value;
    if (!member.whole) {
      flow = this.#add(gain / value, value * (1 + reach), false);
      size = 1;
      const priced = at(market.isBuy, k) === 1 ? buy : sell;
      this.rows.push({
        terms: [
          [flow, 1],
          [priced, -value],
        ],
        least: -Infinity,
        most: value,
      });
      if (choice !== undefined) {
        this.rows.push({
          terms: [
            [flow, 1],
            [choice, -value * (1 + reach)],
          ],
          least: -Infinity,
          most: 0,
        });
      }
      rivals.push([choice ?? flow, choice === undefined ? 1 / (value * (1 + reach)) : 1]);
    } else if (choice !== undefined) {
      rivals.push([choice, 1]);
      this.#wholes.set(k, choice);
    }
    if (choice !== undefined && isTight) {
      const terms: [number, number][] = [
        [buy, 1],
        [sell, -1],
        [choice, reach - slack],
      ];
      this.rows.push({ terms, least: -Infinity, most: reach });
    }
    if (flow === undefined) return;
    this.#balance[sell]?.push([flow, size]);
    this.#balance[buy]?.push([flow, -size]);
    const wallet = at(market.wallet, k);
    if (wallet < 0) return;
    const takes = (size * at(market.gross, k)) / this.#unit / at(this.#task.prices, sell);
    this.#wallets.set(wallet, [...(this.#wallets.get(wallet) ?? []), [flow, takes]]);
  }

  /** Whole fills move a value that changes with the price of the token in which their amount is fixed. */
  #addResponse(): void {
    const { market, fill } = this.#task;
    for (const k of this.#wholes.keys()) {
      const value = this.#value(k) * at(fill, k);
      if (value === 0) continue;
      const [sell, buy] = [at(market.sell, k), at(market.buy, k)];
      const priced = at(market.isBuy, k) === 1 ? buy : sell;
      this.#balance[sell]?.push([priced, value]);
      this.#balance[buy]?.push([priced, -value]);
    }
    this.#balance.forEach((terms, t) => {
      const sums = new Map<number, number>();
      for (const [column, value] of terms) sums.set(column, (sums.get(column) ?? 0) + value);
      this.#balance[t] = [...sums];
    });
  }

  #add(gain: number, most: number, isChoice: boolean): number {
    this.columns.push({ gain, least: 0, most, isChoice });
    return this.columns.length - 1;
  }

  #price(k: number): number {
    const { market, prices } = this.#task;
    return at(prices, at(market.sell, k)) / at(prices, at(market.buy, k));
  }

  /** Value that a full fill moves, in the program's unit. */
  #value(k: number): number {
    const { market, prices } = this.#task;
    const token = at(market.isBuy, k) === 1 ? at(market.buy, k) : at(market.sell, k);
    return at(market.amount, k) * at(prices, token) * this.#unit;
  }

  /** What a full fill gains: kind "sell" in the token bought, kind "buy" in the token sold. */
  #gain(k: number): number {
    const { market, worth } = this.#task;
    return at(market.isBuy, k) === 1
      ? at(worth, at(market.sell, k)) * at(market.amount, k) * (1 / at(market.limit, k) - 1 / this.#price(k))
      : at(worth, at(market.buy, k)) * at(market.amount, k) * (this.#price(k) - at(market.limit, k));
  }
}
