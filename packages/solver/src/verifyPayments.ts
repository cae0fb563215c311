import type { Entry } from "./verifyEntries.ts";
import type { Solution } from "./types.ts";

/** What is wrong with how a batch pays. */
export interface PaymentFlaw {
  readonly code:
    | "transfer-invalid"
    | "buyer-unpaid"
    | "swap-unfunded"
    | "sellers-left-owing"
    | "not-conserved"
    | "keeper-share-wrong";
  readonly fill?: number;
  readonly swap?: number;
  readonly detail: string;
}

/** What fills and swaps come to in one token. */
interface TokenSums {
  /** Sold less bought, with what swaps bring and less what they take. */
  balance: bigint;
  fees: bigint;
  largestSale: bigint;
  /** Sellers that have not given all they sell. */
  owing: number;
}

/**
 * Plays the transfers and the swaps of a batch: every transfer moves something from a seller to a buyer of one token, every swap finds
 * its input, every buyer is paid, and the keeper is left with what the solution says, of as few sellers as can be.
 *
 * @param entries the intent of each fill
 */
export function flawsOfPayments(
  solution: Solution,
  entries: readonly (Entry | undefined)[],
): readonly PaymentFlaw[] {
  return new Payments(solution, entries).run();
}

class Payments {
  readonly #solution: Solution;
  readonly #entries: readonly (Entry | undefined)[];
  readonly #flaws: PaymentFlaw[] = [];
  /** Per fill, what it has still to give and to get. */
  readonly #owed: bigint[];
  readonly #wanted: bigint[];

  constructor(solution: Solution, entries: readonly (Entry | undefined)[]) {
    this.#solution = solution;
    this.#entries = entries;
    this.#owed = solution.fills.map((fill) => fill.sold);
    this.#wanted = solution.fills.map((fill) => fill.bought);
  }

  run(): readonly PaymentFlaw[] {
    for (const [from, to] of this.#solution.transfers) this.#transfer(from, to);
    this.#checkFunding();
    this.#checkKeeper();
    return this.#flaws;
  }

  #transfer(from: number, to: number): void {
    const seller = this.#entries[from];
    const buyer = this.#entries[to];
    const owes = this.#owed[from];
    const wants = this.#wanted[to];
    if (seller === undefined || buyer === undefined || owes === undefined || wants === undefined) {
      this.#flaws.push({ code: "transfer-invalid", detail: `(${from}, ${to}) names no fill` });
      return;
    }
    if (seller.sell !== buyer.buy) {
      const detail = `fill ${from} does not sell what fill ${to} buys`;
      this.#flaws.push({ code: "transfer-invalid", detail });
      return;
    }
    const moved = owes < wants ? owes : wants;
    if (moved <= 0n) this.#flaws.push({ code: "transfer-invalid", detail: `(${from}, ${to}) moves nothing` });
    this.#owed[from] = owes - moved;
    this.#wanted[to] = wants - moved;
  }

  /** Whether every swap finds its input, and every buyer whom no seller pays is paid from what swaps bring. */
  #checkFunding(): void {
    const { swaps } = this.#solution;
    const held = new Map<string, bigint>();
    const add = (token: string, amount: bigint): bigint => {
      const sum = (held.get(token) ?? 0n) + amount;
      held.set(token, sum);
      return sum;
    };
    this.#entries.forEach((entry, i) => {
      if (entry !== undefined) add(entry.sell, this.#owed[i] ?? 0n);
    });
    swaps.forEach(({ tokenIn, tokenOut, amountIn, amountOut }, swap) => {
      if (add(tokenIn.toLowerCase(), -amountIn) < 0n) {
        const detail = `${amountIn} of ${tokenIn} are not there when it is made`;
        this.#flaws.push({ code: "swap-unfunded", swap, detail });
      }
      add(tokenOut.toLowerCase(), amountOut);
    });
    const swappedFor = new Set(swaps.map(({ tokenOut }) => tokenOut.toLowerCase()));
    this.#wanted.forEach((left, fill) => {
      const entry = this.#entries[fill];
      if (left === 0n || entry === undefined) return;
      if (swappedFor.has(entry.buy) && add(entry.buy, -left) >= 0n) return;
      this.#flaws.push({ code: "buyer-unpaid", fill, detail: `${left} atoms are still to be paid` });
    });
  }

  #checkKeeper(): void {
    const { tokens, toKeeper } = this.#solution;
    const sums = this.#sums();
    for (const token of tokens) {
      const { balance, fees, largestSale, owing } = sums.get(token.toLowerCase()) ?? nothing();
      // Each seller left owing costs a transfer more; one is enough unless the keeper's share is larger than any sale.
      if (owing > 1 && balance + this.#swappedAway(token) <= largestSale) {
        const detail = `${owing} sellers of ${token} are left owing`;
        this.#flaws.push({ code: "sellers-left-owing", detail });
      }
      if (balance < 0n)
        this.#flaws.push({ code: "not-conserved", detail: `${token} is short by ${-balance}` });
      const shares = toKeeper.filter((share) => share.token.toLowerCase() === token.toLowerCase());
      const [share] = shares;
      const isRight =
        shares.length === 1 &&
        share?.amount === balance &&
        share.fees === fees &&
        share.dust === balance - fees;
      if (isRight) continue;
      const detail = `the keeper gets ${balance} of ${token}, ${fees} of it fees`;
      this.#flaws.push({ code: "keeper-share-wrong", detail });
    }
    if (toKeeper.length !== tokens.length) {
      const detail = `${toKeeper.length} shares for ${tokens.length} tokens`;
      this.#flaws.push({ code: "keeper-share-wrong", detail });
    }
  }

  /** What swaps take of a token less what they bring. */
  #swappedAway(token: string): bigint {
    const key = token.toLowerCase();
    let sum = 0n;
    for (const { tokenIn, tokenOut, amountIn, amountOut } of this.#solution.swaps) {
      if (tokenIn.toLowerCase() === key) sum += amountIn;
      if (tokenOut.toLowerCase() === key) sum -= amountOut;
    }
    return sum;
  }

  #sums(): Map<string, TokenSums> {
    const sums = new Map<string, TokenSums>();
    const of = (token: string): TokenSums => {
      const known = sums.get(token) ?? nothing();
      sums.set(token, known);
      return known;
    };
    this.#solution.fills.forEach((fill, i) => {
      const entry = this.#entries[i];
      if (entry === undefined) return;
      const own = of(entry.sell);
      own.balance += fill.sold;
      own.fees += fill.fee;
      if (this.#owed[i] !== 0n) own.owing++;
      if (fill.sold > own.largestSale) own.largestSale = fill.sold;
      of(entry.buy).balance -= fill.bought;
    });
    for (const { tokenIn, tokenOut, amountIn, amountOut } of this.#solution.swaps) {
      of(tokenIn.toLowerCase()).balance -= amountIn;
      of(tokenOut.toLowerCase()).balance += amountOut;
    }
    return sums;
  }
}

function nothing(): TokenSums {
  return { balance: 0n, fees: 0n, largestSale: 0n, owing: 0 };
}
