import { at } from "./engine/access.ts";
import type { Market } from "./market.ts";
import type { Mip, MipColumn, MipLimits, MipRow } from "./mip.ts";
import type { Part } from "./parts.ts";

/** More choices than this take longer than they are worth. */
const MOST_CHOICES = 60;
/** The volume of the market in the program's unit: numbers of a size that suits its tolerances. */
const VOLUME = 1000;

/** What is to be chosen from. */
export interface ChoiceTask {
  readonly part: Part;
  readonly market: Market;
  /** The prices that the program is about. */
  readonly prices: Float64Array;
  /** About what the market trades, in the scale of the prices. */
  readonly volume: number;
  /** Worth of an atom of each token, by which gains are summed. */
  readonly worth: Float64Array;
}

/**
 * Chooses the fill-or-kill traders that fill whole at given prices, by a program: what is chosen balances exactly, by partial fills
 * that may stop short of their cap.
 *
 * @returns the traders chosen, or `undefined` where there are too many to choose from or no answer is found in time
 */
export function chooseByProgram(task: ChoiceTask, mip: Mip, limits: MipLimits): number[] | undefined {
  const program = new Program(task);
  if (program.choices === 0 || program.choices > MOST_CHOICES) return undefined;
  const values = mip({ columns: program.columns, rows: program.rows }, limits);
  return values && program.chosenBy(values);
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
    const { market } = task;
    this.#unit = VOLUME / task.volume;
    this.#balance = Array.from({ length: market.tokens }, () => []);
    for (let k = 0; k < market.count; k++) this.#addTrader(k);
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
    return this.#wholes.size;
  }

  chosenBy(values: readonly number[]): number[] {
    return [...this.#wholes].filter(([, column]) => (values[column] ?? 0) > 0.5).map(([trader]) => trader);
  }

  #addTrader(k: number): void {
    const { market, part, prices } = this.#task;
    const member = part.members[at(market.member, k)];
    if (member === undefined || !(this.#price(k) > at(market.limit, k))) return;
    const [sell, buy] = [at(market.sell, k), at(market.buy, k)];
    const value = this.#value(k);
    // A choice fills all or nothing; a partial fill is a value between.
    const size = member.whole ? value : 1;
    const column = this.columns.length;
    const gain = (this.#gain(k) * this.#unit * size) / value;
    this.columns.push({ gain, least: 0, most: member.whole ? 1 : value, isChoice: member.whole });
    if (member.whole) this.#wholes.set(k, column);
    push(this.#nonces, member.nonce, [column, size / value]);
    this.#balance[sell]?.push([column, size]);
    this.#balance[buy]?.push([column, -size]);
    const wallet = at(market.wallet, k);
    if (wallet >= 0)
      push(this.#wallets, wallet, [column, (size * at(market.gross, k)) / this.#unit / at(prices, sell)]);
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

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
