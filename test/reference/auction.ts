/**
 * The sealed lane once more, slow and obvious: wallets and escrow as maps, prices as exact fractions, every rule of docs/SPEC.md
 * ("Sealed windows") as one statement. It knows nothing of storage words, pages, signatures or gas; what a call costs is
 * told to it.
 */

/** Thrown where the contract reverts, with the name of the contract's error. */
export class AuctionRefusal extends Error {
  readonly errorName: string;

  constructor(errorName: string) {
    super(errorName);
    this.errorName = errorName;
  }
}

export type AuctionTerms = {
  owner: string;
  receiver: string;
  /** Positions in the market's list. */
  sellToken: number;
  buyToken: number;
  /** Gross, with `maxFee`. */
  sellAmount: bigint;
  buyAmount: bigint;
  maxFee: bigint;
  feePerWei: bigint;
  validTo: number;
  nonce: bigint;
  /** Whether the signature is its owner's. */
  isSigned: boolean;
};

type Order = {
  owner: string;
  receiver: string;
  sellToken: number;
  buyToken: number;
  amount: bigint;
  asked: bigint;
  budget: bigint;
  feePerWei: bigint;
  validTo: number;
};

/** mantissa * 2^exponent. */
type Price = { mantissa: bigint; exponent: number };

type Fill = { executed: bigint; bought: bigint };

type Window = {
  orders: (Order | null)[];
  cleared: Cleared | null;
};

/** By order, and by token: what is over of it, in parts of 2^96 of what was bought; null if it was not traded. */
type Cleared = { clearer: string; weiPerOrder: bigint; fills: Fill[]; bonuses: (bigint | null)[] };

const auctionAccount = "auction";
const most = 1n << 112n;

export class ReferenceAuction {
  readonly #minimums: readonly bigint[];
  readonly #windowLength: number;
  readonly #timeout: number;
  #windows = new Map<number, Window>();
  /** By token and account. */
  #balances = new Map<string, bigint>();
  /** By token and clearer. */
  #fees = new Map<string, bigint>();
  /** By owner and nonce. */
  #spent = new Set<string>();

  constructor(minimums: readonly bigint[], windowLength: number, timeout: number) {
    this.#minimums = minimums;
    this.#windowLength = windowLength;
    this.#timeout = timeout;
  }

  /** Another one in the same state, to try something on. */
  copy(): ReferenceAuction {
    const copy = new ReferenceAuction(this.#minimums, this.#windowLength, this.#timeout);
    copy.#windows = structuredClone(this.#windows);
    copy.#balances = new Map(this.#balances);
    copy.#fees = new Map(this.#fees);
    copy.#spent = new Set(this.#spent);
    return copy;
  }

  /* BALANCES */

  balance(token: number, account: string): bigint {
    return this.#balances.get(`${token} ${account}`) ?? 0n;
  }

  /** What the auction holds of a token: escrow, fees set aside, and dust. */
  held(token: number): bigint {
    return this.balance(token, auctionAccount);
  }

  /** What the auction still owes of a token, to everybody together. */
  owed(token: number): bigint {
    let sum = 0n;
    for (const [key, fee] of this.#fees) if (key.startsWith(`${token} `)) sum += fee;
    for (const { orders, cleared } of this.#windows.values()) {
      orders.forEach((order, id) => {
        if (order === null) return;
        const { executed, bought } = cleared?.fills[id] ?? { executed: 0n, bought: 0n };
        if (order.sellToken === token) sum += order.amount - executed + order.budget;
        if (order.buyToken === token) sum += bought;
      });
    }
    return sum;
  }

  /** What waits for a clearer to be collected. */
  fees(token: number, clearer: string): bigint {
    return this.#fees.get(`${token} ${clearer}`) ?? 0n;
  }

  mint(token: number, account: string, amount: bigint): void {
    this.#move(token, "mint", account, amount);
  }

  #move(token: number, from: string, to: string, amount: bigint): void {
    if (from !== "mint") this.#balances.set(`${token} ${from}`, this.balance(token, from) - amount);
    this.#balances.set(`${token} ${to}`, this.balance(token, to) + amount);
  }

  /* WINDOWS */

  #lockOf(window: number): number {
    return (window + 1) * this.#windowLength;
  }

  #currentAt(time: number): number {
    return Math.floor(time / this.#windowLength);
  }

  #window(window: number): Window {
    const found = this.#windows.get(window) ?? { orders: [], cleared: null };
    this.#windows.set(window, found);
    return found;
  }

  /** Orders that stand in a window, with their ids. */
  standing(window: number): (Order & { id: number })[] {
    return this.#window(window).orders.flatMap((order, id) => (order === null ? [] : [{ ...order, id }]));
  }

  /** The same with the places of those that are gone: to be handed to {@link adopt}. */
  ordersOf(window: number): readonly (Order | null)[] {
    return this.#window(window).orders;
  }

  /** What an order of a cleared window has sold and gets. */
  outcome(window: number, id: number): Fill {
    return this.#window(window).cleared?.fills[id] ?? { executed: 0n, bought: 0n };
  }

  /** Who has cleared a window, what each of its orders is charged for it, and what was over; `null` if nobody has. */
  clearing(window: number): Omit<Cleared, "fills"> | null {
    return this.#window(window).cleared;
  }

  #order(window: number, id: number): Order {
    const order = this.#window(window).orders[id];
    if (order === undefined || order === null) throw new AuctionRefusal("NoOrder");
    return order;
  }

  /* PLACING AND CANCELLING */

  /** Places one intent for `caller`, who is paid for it. `cost` is the metered cost, in wei. */
  place(terms: AuctionTerms, time: number, caller: string, cost: bigint): void {
    const window = this.#currentAt(time);
    const { sellToken, buyToken, sellAmount, buyAmount, maxFee, feePerWei, owner } = terms;
    if (terms.validTo < this.#lockOf(window)) throw new AuctionRefusal("Expired");
    if ((maxFee === 0n) !== (feePerWei === 0n) || maxFee > sellAmount) throw new AuctionRefusal("InvalidFee");
    if (sellToken === buyToken) throw new AuctionRefusal("SameToken");
    const amount = sellAmount - maxFee;
    if (!this.#isAllowed(sellToken, amount) || !this.#isAllowed(buyToken, buyAmount))
      throw new AuctionRefusal("AmountOutOfRange");
    if (!terms.isSigned) throw new AuctionRefusal("InvalidSignature");
    const nonce = `${owner} ${terms.nonce}`;
    if (this.#spent.has(nonce)) throw new AuctionRefusal("NonceSpent");
    this.#spent.add(nonce);
    const fee = feeOf(cost, feePerWei, maxFee);
    const budget = floatDown(maxFee - fee, 25);
    if (this.balance(sellToken, owner) < amount + fee + budget) throw new AuctionRefusal("PullFailed");
    this.#move(sellToken, owner, auctionAccount, amount + fee + budget);
    this.#move(sellToken, auctionAccount, caller, fee);
    this.#window(window).orders.push({
      ...{ owner, receiver: terms.receiver, sellToken, buyToken, amount, asked: buyAmount, budget },
      ...{ feePerWei: floatDown(feePerWei, 17), validTo: terms.validTo },
    });
  }

  #isAllowed(token: number, amount: bigint): boolean {
    return amount >= (this.#minimums[token] ?? most) && amount < most;
  }

  isSpent(owner: string, nonce: bigint): boolean {
    return this.#spent.has(`${owner} ${nonce}`);
  }

  cancel(window: number, id: number, time: number, caller: string): void {
    if (time >= this.#lockOf(window)) throw new AuctionRefusal("Locked");
    const order = this.#order(window, id);
    if (order.owner !== caller) throw new AuctionRefusal("NotOwner");
    this.#giveBack(window, id, order.owner);
  }

  refund(window: number, id: number, time: number): void {
    if (!this.#isVoid(window, time)) throw new AuctionRefusal("NotVoid");
    this.#giveBack(window, id, this.#order(window, id).owner);
  }

  #isVoid(window: number, time: number): boolean {
    return this.#window(window).cleared === null && time > this.#lockOf(window) + this.#timeout;
  }

  #giveBack(window: number, id: number, to: string): void {
    const { sellToken, amount, budget } = this.#order(window, id);
    this.#window(window).orders[id] = null;
    this.#move(sellToken, auctionAccount, to, amount + budget);
  }

  /* CLEARING */

  /** Clears a window in one go. `weiPerOrder` is the metered cost of an order. */
  clear(
    window: number,
    prices: readonly Price[],
    marginal: ReadonlyMap<number, bigint>,
    time: number,
    clearer: string,
    weiPerOrder: bigint,
  ): void {
    if (time < this.#lockOf(window)) throw new AuctionRefusal("NotLocked");
    const state = this.#window(window);
    if (state.cleared !== null) throw new AuctionRefusal("AlreadyCleared");
    if (this.#isVoid(window, time)) throw new AuctionRefusal("Void");
    if (state.orders.length === 0) throw new AuctionRefusal("NoOrders");
    for (const { mantissa } of prices)
      if (mantissa < 1n << 95n || mantissa >= 1n << 96n) throw new AuctionRefusal("PriceNotNormalised");

    const sold = this.#minimums.map(() => 0n);
    const bought = this.#minimums.map(() => 0n);
    for (const id of marginal.keys()) if (!state.orders[id]) throw new AuctionRefusal("UnusedMarginal");
    const fills = state.orders.map((order, id): Fill => {
      if (order === null) return { executed: 0n, bought: 0n };
      const fill = this.#fillOf(order, prices, marginal.get(id));
      sold[order.sellToken]! += fill.executed;
      bought[order.buyToken]! += fill.bought;
      return fill;
    });
    sold.forEach((atoms, token) => {
      if (atoms < bought[token]!) throw new AuctionRefusal("SoldTooLittle");
      if (bought[token] === 0n && atoms > 0n) throw new AuctionRefusal("SoldToNobody");
    });
    // What is over of a token goes to its buyers, in proportion and to 96 bits.
    const bonuses = sold.map((all, token) => {
      const part = bought[token]!;
      if (part === 0n) return null;
      const bonus = ((all - part) * 2n ** 96n) / part;
      return bonus < 2n ** 128n ? bonus : 2n ** 128n - 1n;
    });
    state.orders.forEach((order, id) => {
      const fill = fills[id]!;
      if (order === null || fill.executed === 0n) return;
      fill.bought += (fill.bought * (bonuses[order.buyToken] ?? 0n)) / 2n ** 96n;
    });
    state.cleared = { clearer, fills, weiPerOrder, bonuses };
  }

  /** What an order executes at these prices, and gets for it. */
  #fillOf(order: Order, prices: readonly Price[], named: bigint | undefined): Fill {
    const { amount, asked, sellToken, buyToken } = order;
    const [sell, buy] = [prices[sellToken]!, prices[buyToken]!];
    // Both prices as integers, on a common scale.
    const scale = Math.min(sell.exponent, buy.exponent);
    const sellScale = 2n ** BigInt(sell.exponent - scale);
    const buyScale = 2n ** BigInt(buy.exponent - scale);
    const have = amount * sell.mantissa * sellScale;
    const need = asked * buy.mantissa;
    const isIn = have >= (need + need / 2n ** 16n) * buyScale;
    const isOut = have < (need - need / 2n ** 30n) * buyScale;
    if (isOut && named !== undefined) throw new AuctionRefusal("InvalidMarginal");
    if (isIn && named !== undefined) {
      const least = amount - this.#minimums[sellToken]! / 2n ** 10n;
      if (named >= amount || named < least) throw new AuctionRefusal("InvalidMarginal");
    }
    if (!isIn && named !== undefined && (named === 0n || named > amount))
      throw new AuctionRefusal("InvalidMarginal");
    const executed = named ?? (isIn ? amount : 0n);
    if (executed === 0n) return { executed, bought: 0n };

    const value = executed * sell.mantissa;
    const less = (value - value / 2n ** 20n) * sellScale;
    if (less >= 2n ** 256n && buyScale === 1n) throw new AuctionRefusal("BoughtOverflow");
    const atPrice = less / (buy.mantissa * buyScale);
    const atLimit = (executed * asked + amount - 1n) / amount;
    return { executed, bought: atPrice > atLimit ? atPrice : atLimit };
  }

  /* AFTERWARDS */

  /** Pays an order out. `cost` is the metered cost of one claim. */
  claim(window: number, id: number, time: number, caller: string, cost: bigint): void {
    this.#checkCleared(window);
    const order = this.#order(window, id);
    if (order.owner !== caller && this.#rest(window, id, time) !== null)
      throw new AuctionRefusal("StillValid");
    this.#close(window, id, caller, cost, order.receiver, order.owner);
  }

  /** Pays an order out to an address of the owner's choice, or gives it back if its window is void. */
  claimTo(window: number, id: number, time: number, caller: string, to: string, cost: bigint): void {
    if (this.#order(window, id).owner !== caller) throw new AuctionRefusal("NotOwner");
    if (this.#isVoid(window, time)) this.#giveBack(window, id, to);
    else {
      this.#checkCleared(window);
      this.#close(window, id, caller, cost, to, to);
    }
  }

  /** Moves the rest of an order into the current window, or pays it out where nothing is left that could trade. */
  roll(window: number, id: number, time: number, caller: string, cost: bigint, claimingCost: bigint): void {
    this.#checkCleared(window);
    const order = this.#order(window, id);
    const rest = this.#rest(window, id, time);
    if (rest === null) {
      this.#close(window, id, caller, claimingCost, order.receiver, order.owner);
      return;
    }
    const { clearer, weiPerOrder } = this.#window(window).cleared!;
    let forClearer = feeOf(weiPerOrder, order.feePerWei, order.budget);
    const forCaller = feeOf(cost, order.feePerWei, order.budget - forClearer);
    // The budget that stays has to be one that can be kept: up to the next one, which the fees are short of.
    const kept = floatUp(order.budget - forClearer - forCaller, 25);
    const fee = order.budget - kept;
    if (forClearer > fee) forClearer = fee;
    this.#payFees(order.sellToken, clearer, forClearer, caller, fee - forClearer);
    this.#move(order.buyToken, auctionAccount, order.receiver, this.outcome(window, id).bought);
    this.#window(window).orders[id] = null;
    this.#window(this.#currentAt(time)).orders.push({ ...rest, budget: kept });
  }

  #checkCleared(window: number): void {
    if (this.#window(window).cleared === null) throw new AuctionRefusal("NotCleared");
  }

  /** What is left of an order as an order of the current window; `null` where it cannot take part. */
  #rest(window: number, id: number, time: number): Order | null {
    const order = this.#order(window, id);
    const amount = order.amount - this.outcome(window, id).executed;
    if (amount === 0n || order.validTo < this.#lockOf(this.#currentAt(time))) return null;
    const asked = (amount * order.asked + order.amount - 1n) / order.amount;
    const isLarge = amount >= this.#minimums[order.sellToken]! && asked >= this.#minimums[order.buyToken]!;
    return isLarge ? { ...order, amount, asked } : null;
  }

  #close(window: number, id: number, caller: string, cost: bigint, receiver: string, owner: string): void {
    const order = this.#order(window, id);
    const { executed, bought } = this.outcome(window, id);
    const { clearer, weiPerOrder } = this.#window(window).cleared!;
    const forClearer = feeOf(weiPerOrder, order.feePerWei, order.budget);
    const forCaller = feeOf(cost, order.feePerWei, order.budget - forClearer);
    this.#payFees(order.sellToken, clearer, forClearer, caller, forCaller);
    this.#window(window).orders[id] = null;
    this.#move(order.buyToken, auctionAccount, receiver, bought);
    const returned = order.amount - executed + order.budget - forClearer - forCaller;
    this.#move(order.sellToken, auctionAccount, owner, returned);
  }

  #payFees(token: number, clearer: string, forClearer: bigint, caller: string, forCaller: bigint): void {
    const key = `${token} ${clearer}`;
    this.#fees.set(key, (this.#fees.get(key) ?? 0n) + forClearer);
    this.#move(token, auctionAccount, caller, forCaller);
  }

  collect(token: number, clearer: string, to: string): void {
    const key = `${token} ${clearer}`;
    this.#move(token, auctionAccount, to, this.#fees.get(key) ?? 0n);
    this.#fees.delete(key);
  }
}

/** A metered cost in sell-token atoms, never more than what is left. */
function feeOf(cost: bigint, feePerWei: bigint, left: bigint): bigint {
  const fee = (cost * feePerWei) / 10n ** 18n;
  return fee < left ? fee : left;
}

/** The greatest number of so many significant bits that is no more than `value`. */
function floatDown(value: bigint, bits: number): bigint {
  const excess = BigInt(Math.max(0, value.toString(2).length - bits));
  return (value >> excess) << excess;
}

/** The least number of so many significant bits that is no less than `value`. */
function floatUp(value: bigint, bits: number): bigint {
  const excess = BigInt(Math.max(0, value.toString(2).length - bits));
  return ((value + (1n << excess) - 1n) >> excess) << excess;
}
