import type { Book, Fill, Solution } from "./types.ts";
import { flawsOfBound, tradableTokens } from "./verifyBound.ts";
import { entriesOf, type Entry } from "./verifyEntries.ts";
import { flawsOfPayments } from "./verifyPayments.ts";
import { flawsOfSwaps } from "./verifySwaps.ts";

/** The rule that a solution breaks. */
export type ViolationCode =
  | "tokens-not-ascending"
  | "token-unused"
  | "token-missing"
  | "price-count"
  | "price-range"
  | "too-many-fills"
  | "unknown-intent"
  | "intent-twice"
  | "nonce-twice"
  | "same-token"
  | "executed-mismatch"
  | "amount-range"
  | "price-not-uniform"
  | "limit-broken"
  | "fee-above-cap"
  | "fee-above-quote"
  | "not-filled-whole"
  | "overfilled"
  | "overspent"
  | "transfer-invalid"
  | "buyer-unpaid"
  | "sellers-left-owing"
  | "unknown-pool"
  | "pool-twice"
  | "swap-wrong"
  | "swap-unfunded"
  | "swap-unfair"
  | "not-conserved"
  | "keeper-share-wrong"
  | "surplus-wrong"
  | "value-wrong"
  | "bound-wrong"
  | "above-bound"
  | "unaccounted";

/** One broken rule. */
export interface Violation {
  readonly code: ViolationCode;
  /** The index of the offending fill, where there is one. */
  readonly fill?: number;
  /** The index of the offending swap, where there is one. */
  readonly swap?: number;
  readonly detail: string;
}

const UINT128_END = 2n ** 128n;
const MAX_FILLS = 65_536;
const REFERENCE_UNIT = 10n ** 18n;
/**
 * Checks a solution against its book by the contract's own arithmetic. It shares no code with the matcher, so that an
 * error in the one is not repeated in the other; what pools give is the exception (see `verifySwaps.ts` and `verifyBound.ts`).
 *
 * @returns every rule broken; empty for a sound solution. Never throws.
 */
export function verifySolution(book: Book, solution: Solution): Violation[] {
  return new Verifier(book, solution).run();
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** The nonces that fills use. Most owners fill one intent only. */
class Nonces {
  readonly #first = new Map<string, bigint>();
  readonly #more = new Set<string>();

  /** Takes a nonce; false if it is taken already. */
  use(owner: string, nonce: bigint): boolean {
    const first = this.#first.get(owner);
    if (first === undefined) {
      this.#first.set(owner, nonce);
      return true;
    }
    const key = `${owner}:${nonce}`;
    if (first === nonce || this.#more.has(key)) return false;
    this.#more.add(key);
    return true;
  }
}

/** One run over one solution; a class only so that the steps can share the lookups and the list of findings. */
class Verifier {
  readonly #book: Book;
  readonly #solution: Solution;
  readonly #violations: Violation[] = [];
  readonly #intents: ReadonlyMap<string, Entry>;
  /** The intent of each fill. */
  readonly #entries: readonly (Entry | undefined)[];
  readonly #prices = new Map<string, bigint>();

  constructor(book: Book, solution: Solution) {
    this.#book = book;
    this.#solution = solution;
    this.#intents = entriesOf(book);
    this.#entries = solution.fills.map(({ intentId }) => this.#intents.get(intentId));
  }

  run(): Violation[] {
    this.#checkTokensAndPrices();
    this.#checkFills();
    this.#checkBalances();
    this.#checkSwaps();
    for (const flaw of flawsOfPayments(this.#solution, this.#entries)) this.#violations.push(flaw);
    this.#checkValue();
    this.#checkBound();
    this.#checkEveryIntentAnswered();
    return this.#violations;
  }

  #refuse(code: ViolationCode, detail: string, fill?: number): void {
    this.#violations.push(fill === undefined ? { code, detail } : { code, detail, fill });
  }

  #checkTokensAndPrices(): void {
    const { tokens, prices } = this.#solution;
    if (tokens.length !== prices.length) {
      this.#refuse("price-count", `${tokens.length} tokens but ${prices.length} prices`);
    }
    tokens.forEach((token, i) => {
      const previous = tokens[i - 1];
      if (previous !== undefined && BigInt(token) <= BigInt(previous)) {
        this.#refuse("tokens-not-ascending", `${token} does not come after ${previous}`);
      }
      const price = prices[i];
      if (price === undefined) return;
      if (price <= 0n || price >= UINT128_END)
        this.#refuse("price-range", `price ${price} of ${token} is not in [1, 2^128)`);
      this.#prices.set(token.toLowerCase(), price);
    });
    const used = new Set<string>();
    for (const entry of this.#entries) if (entry !== undefined) used.add(entry.sell).add(entry.buy);
    for (const { tokenIn, tokenOut } of this.#solution.swaps)
      used.add(tokenIn.toLowerCase()).add(tokenOut.toLowerCase());
    for (const token of tokens) {
      if (!used.has(token.toLowerCase())) this.#refuse("token-unused", `no fill and no swap trades ${token}`);
    }
  }

  #checkSwaps(): void {
    for (const flaw of flawsOfSwaps(this.#book, this.#solution, this.#prices)) this.#violations.push(flaw);
  }

  #checkFills(): void {
    const { fills } = this.#solution;
    if (fills.length > MAX_FILLS) this.#refuse("too-many-fills", `${fills.length} fills`);
    const filled = new Set<Entry>();
    const nonces = new Nonces();
    fills.forEach((fill, index) => {
      const entry = this.#entries[index];
      if (entry === undefined) {
        this.#refuse("unknown-intent", `${fill.intentId} is not in the book`, index);
        return;
      }
      if (filled.has(entry)) this.#refuse("intent-twice", `${fill.intentId} is filled twice`, index);
      filled.add(entry);
      if (!nonces.use(entry.owner, entry.intent.nonce))
        this.#refuse("nonce-twice", `another fill uses nonce ${entry.intent.nonce} of ${entry.owner}`, index);
      this.#checkFill(fill, entry, index);
    });
  }

  #checkFill(fill: Fill, { intent, sell, buy }: Entry, index: number): void {
    const { executed, sold, bought, fee } = fill;
    if (sell === buy) this.#refuse("same-token", `${intent.id} sells what it buys`, index);
    if (executed !== (intent.kind === "sell" ? sold : bought)) {
      this.#refuse("executed-mismatch", `executed ${executed} but sold ${sold}, bought ${bought}`, index);
    }
    for (const amount of [sold, bought, fee]) {
      if (amount < 0n || amount >= UINT128_END)
        this.#refuse("amount-range", `${amount} is not in [0, 2^128)`, index);
    }

    const priceSell = this.#prices.get(sell);
    const priceBuy = this.#prices.get(buy);
    if (priceSell === undefined || priceBuy === undefined) {
      this.#refuse("token-missing", `a token of ${intent.id} has no price`, index);
    } else if (priceSell > 0n && priceBuy > 0n) {
      // floor and ceil written as inequalities, so that the rounding is not taken from the matcher's helpers
      const uniform =
        intent.kind === "sell"
          ? bought * priceBuy <= (sold - fee) * priceSell &&
            (bought + 1n) * priceBuy > (sold - fee) * priceSell
          : (sold - fee) * priceSell >= bought * priceBuy &&
            (sold - fee - 1n) * priceSell < bought * priceBuy;
      if (!uniform)
        this.#refuse(
          "price-not-uniform",
          `sold ${sold} and bought ${bought} do not meet at the prices`,
          index,
        );
    }

    if (bought * intent.sellAmount < sold * intent.limitBuyAmount) {
      this.#refuse("limit-broken", `bought ${bought} for ${sold}, below the limit`, index);
    }
    if (fee * intent.sellAmount > intent.maxFee * sold) this.#refuse("fee-above-cap", `fee ${fee}`, index);
    const amount = intent.kind === "sell" ? intent.sellAmount : intent.buyAmount;
    if (fee * amount > intent.fee * executed) this.#refuse("fee-above-quote", `fee ${fee}`, index);

    if (!intent.partiallyFillable && (executed !== amount || intent.filled !== 0n)) {
      this.#refuse("not-filled-whole", `executed ${executed} of ${amount}`, index);
    }
    if (executed <= 0n || executed + intent.filled > amount) {
      this.#refuse(
        "overfilled",
        `executed ${executed} with ${intent.filled} of ${amount} filled before`,
        index,
      );
    }

    const gain =
      intent.kind === "sell"
        ? (bought * intent.sellAmount - sold * intent.limitBuyAmount) / intent.sellAmount
        : (bought * intent.sellAmount - sold * intent.limitBuyAmount) / intent.limitBuyAmount;
    if (gain !== fill.surplus)
      this.#refuse("surplus-wrong", `surplus is ${gain}, not ${fill.surplus}`, index);
  }

  #checkBalances(): void {
    const spent = new Map<string, bigint>();
    this.#solution.fills.forEach((fill, index) => {
      const entry = this.#entries[index];
      if (entry === undefined) return;
      const { intent } = entry;
      const key = `${entry.owner}:${entry.sell}`;
      const before = spent.get(key) ?? 0n;
      const after = before + fill.sold;
      spent.set(key, after);
      const limit = this.#book.spendable(intent.owner, intent.sellToken);
      // Only the fill that crosses the line is named; dropping it may be enough.
      if (after <= limit || before > limit) return;
      this.#refuse("overspent", `${intent.owner} can spend only ${limit} of ${intent.sellToken}`, index);
    });
  }

  #checkValue(): void {
    const { fills, tokens, value } = this.#solution;
    const surplus = new Map<string, bigint>(tokens.map((token) => [token.toLowerCase(), 0n]));
    const bought = new Map<string, bigint>(surplus);
    fills.forEach((fill, i) => {
      const entry = this.#entries[i];
      if (entry === undefined) return;
      const token = entry.intent.kind === "sell" ? entry.buy : entry.sell;
      surplus.set(token, (surplus.get(token) ?? 0n) + fill.surplus);
      bought.set(entry.buy, (bought.get(entry.buy) ?? 0n) + fill.bought);
    });
    const references = new Map<string, bigint>();
    for (const token of this.#book.tokens) {
      const key = token.address.toLowerCase();
      if (token.referencePrice !== undefined && !references.has(key))
        references.set(key, token.referencePrice);
    }
    // A batch without fills is valued like one of all tokens that it could have traded.
    const judged = tokens.length > 0 ? tokens : tradableTokens(this.#book, this.#intents);
    const basis = judged.every((token) => references.has(token.toLowerCase())) ? "reference" : "equilibrium";
    const units = new Map(value.certificate.map((entry) => [entry.token.toLowerCase(), entry.unit]));
    let totalSurplus = 0n;
    let totalBought = 0n;
    for (const token of tokens) {
      const key = token.toLowerCase();
      const unit = (basis === "reference" ? references.get(key) : units.get(key)) ?? 0n;
      totalSurplus += (surplus.get(key) ?? 0n) * unit;
      totalBought += (bought.get(key) ?? 0n) * unit;
      const listed = value.perToken.filter((entry) => same(entry.token, token));
      if (listed.length !== 1 || listed[0]?.surplus !== surplus.get(key)) {
        this.#refuse("value-wrong", `surplus in ${token} is ${surplus.get(key) ?? 0n}`);
      }
    }
    if (basis === "reference") {
      totalSurplus /= REFERENCE_UNIT;
      totalBought /= REFERENCE_UNIT;
    }
    if (value.basis !== basis || value.surplus !== totalSurplus || value.volume !== totalBought) {
      this.#refuse("value-wrong", `worth ${totalSurplus} over a volume of ${totalBought} at ${basis} prices`);
    }
  }

  #checkBound(): void {
    const { value } = this.#solution;
    if (value.gap !== value.bound - value.surplus)
      this.#refuse("bound-wrong", `the gap is ${value.bound - value.surplus}, not ${value.gap}`);
    if (value.surplus > value.bound)
      this.#refuse("above-bound", `${value.surplus} is worth more than ${value.bound}, the most possible`);
    for (const flaw of flawsOfBound(this.#book, this.#intents, value)) this.#refuse("bound-wrong", flaw);
  }

  #checkEveryIntentAnswered(): void {
    const { fills, unfilled } = this.#solution;
    const answers = new Map<string, number>();
    for (const { intentId } of fills) answers.set(intentId, (answers.get(intentId) ?? 0) + 1);
    for (const { intentId } of unfilled) answers.set(intentId, (answers.get(intentId) ?? 0) + 1);
    // Where every id is named once, as it should be, there is nothing to count.
    const asked = new Map<string, number>();
    const isOnce = this.#intents.size === this.#book.intents.length;
    if (!isOnce) for (const { id } of this.#book.intents) asked.set(id, (asked.get(id) ?? 0) + 1);
    let known = 0;
    for (const id of this.#intents.keys()) {
      const [given, count] = [answers.get(id) ?? 0, isOnce ? 1 : (asked.get(id) ?? 0)];
      if (given > 0) known++;
      if (given !== count) this.#refuse("unaccounted", `${id} has ${given} answers, not ${count}`);
    }
    if (known === answers.size) return;
    for (const id of answers.keys()) {
      if (!this.#intents.has(id)) this.#refuse("unaccounted", `${id} is answered but not in the book`);
    }
  }
}
