/** Makes up lives of an auction without end, and says what has to come of each step, by the reference alone. */
import {
  auctionAbi,
  clearingKey,
  emptyProgress,
  encodeClaim,
  encodeClaimTo,
  encodeClear,
  encodeCollect,
  encodeOrderCancel,
  encodeOrderRefund,
  encodePlace,
  encodePrice,
  encodeRoll,
  hashSealedIntent,
  parseAddress,
  parseHex,
  zeroAddress,
  type AuctionMarket,
  type ClearProgress,
  type Hex,
  type Placement,
} from "@walras/sdk";
import { solveSealed, verifySealed, type SealedOutcome, type SealedPrice } from "@walras/solver";
import { Interface } from "ethers";
import { AuctionRefusal, ReferenceAuction, type AuctionTerms } from "./auction.ts";
import { auctionCost, type AuctionCall, type GasPrice } from "./cost.ts";
import { Random } from "./Random.ts";
import { randomPrice } from "./steps.ts";
import { accounts, hasDataFee, linearFee, startTime, tipCap, type Account } from "./world.ts";

export type AuctionWorld = {
  market: AuctionMarket;
  /** The adapter of a data fee; every other life has one. */
  dataFee: string;
  /** Reads many balances at once. */
  reader: string;
};

/** A view, and what it has to answer. */
export type Reading = { to: string; data: string; answer: string };

export type AuctionStep = {
  time: bigint;
  price: GasPrice;
  from: string;
  /** Calldata; the next page of a clearing hands back what the one before has answered. */
  data: (progress: ClearProgress) => Hex;
  /** The name of the error with which it is refused; null if it is not. */
  refused: string | null;
  /** "trial": undone afterwards. "page": answers a progress, to go on with. */
  kind: "plain" | "trial" | "page";
  /** What has to be there afterwards. */
  readings: Reading[];
  /** How many orders it executes. */
  traded: number;
};

const tokenCount = 4;
export const auctionTerms = { windowLength: 300, timeout: 900, minimum: 1n << 20n, tokenCount };
const { windowLength, timeout, minimum } = auctionTerms;
/** So many atoms of each token are worth about the same: they are of many magnitudes, and so are prices. */
const units = [1n, 3n << 38n, 10n ** 9n, 7n];
const windowsOfLife = 4;
const mostOrders = 24;
/** Solutions that are bent and tried for each window. */
const trials = 12;
const priceBits = 1n << 95n;

const views = new Interface(auctionAbi);
const balances = new Interface([
  "function balancesOf(address[] tokens, address[] holders) view returns (uint256[])",
]);
const owners: readonly Account[] = [...accounts.owners, accounts.poor];
const [clearer, stranger] = accounts.keepers.map(({ address }) => address) as [string, string];

/** Everybody whose balances are compared, but for the auction. */
export const auctionHolders = [...owners.map(({ address }) => address), clearer, stranger];

/** What everybody begins with, of each token. */
export const auctionFunds = (holder: string): bigint => {
  if (holder === accounts.poor.address) return 10n ** 9n;
  return owners.some(({ address }) => address === holder) ? 1n << 125n : 0n;
};

/** One life, by its seed. */
export function* auctionSteps(world: AuctionWorld, seed: number): Generator<AuctionStep> {
  const life = new Life(world, seed);
  for (let i = 0; i < windowsOfLife; i++) {
    yield* life.place();
    yield* life.cancel();
    yield* i === 2 ? life.neglect() : life.clearAndSettle();
  }
}

class Life {
  readonly #world: AuctionWorld;
  readonly #random: Random;
  readonly #hasDataFee: boolean;
  #reference: ReferenceAuction;
  #time = Number(startTime);

  constructor(world: AuctionWorld, seed: number) {
    this.#world = world;
    this.#random = new Random(seed);
    this.#hasDataFee = hasDataFee(seed);
    this.#reference = new ReferenceAuction(world.market.minimums, windowLength, timeout);
    for (let token = 0; token < tokenCount; token++)
      for (const holder of auctionHolders) this.#reference.mint(token, holder, auctionFunds(holder));
  }

  get #window(): number {
    return Math.floor(this.#time / windowLength);
  }

  /* WHAT A STEP IS */

  /** Tries on the reference what a step does, and keeps it if it is not refused. */
  #step(
    from: string,
    data: AuctionStep["data"],
    act: (
      reference: ReferenceAuction,
      costOf: (call: AuctionCall, count: number, traded?: number) => bigint,
    ) => void,
    { windows = [this.#window], kind = "plain", more = () => [] }: StepOptions = {},
  ): AuctionStep {
    const price = randomPrice(this.#random);
    const chainFee = this.#hasDataFee ? linearFee : null;
    const next = this.#reference.copy();
    const refused = refusalOf(() =>
      act(next, (call, count, traded) => auctionCost(call, price, tipCap, chainFee, count, traded)),
    );
    if (refused === null && kind !== "trial") this.#reference = next;
    // What is refused changes nothing, as the chain takes it all back.
    const isIdle = kind === "trial" || refused !== null;
    const readings = isIdle ? [] : [...this.#readings(windows), ...more(this.#reference)];
    return { time: BigInt(this.#time), price, from, data, refused, kind, readings, traded: 0 };
  }

  /** Balances, fees that are set aside, and the orders of these windows. */
  #readings(windows: readonly number[]): Reading[] {
    const { market, reader } = this.#world;
    const holders = [...auctionHolders, market.auction];
    const words = market.tokens.flatMap((_, token) =>
      holders.map((holder) =>
        holder === market.auction ? this.#reference.held(token) : this.#reference.balance(token, holder),
      ),
    );
    return [
      {
        to: reader,
        data: balances.encodeFunctionData("balancesOf", [market.tokens, holders]),
        answer: balances.encodeFunctionResult("balancesOf", [words]),
      },
      ...market.tokens.map((token, index) =>
        this.#reading("feesOf", [clearer, token], [this.#reference.fees(index, clearer)]),
      ),
      ...windows.flatMap((window) => this.#ordersOf(window)),
    ];
  }

  #ordersOf(window: number): Reading[] {
    const orders = this.#reference
      .ordersOf(window)
      .map((order) =>
        order === null
          ? [zeroAddress, zeroAddress, 0, 0, 0, 0, 0, 0, 0]
          : [
              ...[order.owner, order.receiver, order.sellToken, order.buyToken],
              ...[order.amount, order.asked, order.budget, order.feePerWei, order.validTo],
            ],
      );
    return [
      this.#reading("orderCount", [window], [orders.length]),
      this.#reading("orders", [window, 0, mostOrders * windowsOfLife], [orders]),
    ];
  }

  #reading(view: string, args: readonly unknown[], result: readonly unknown[]): Reading {
    return {
      to: this.#world.market.auction,
      data: views.encodeFunctionData(view, args),
      answer: views.encodeFunctionResult(view, result),
    };
  }

  /* PLACING AND CANCELLING */

  /** Random intents, one or some in a call; now and then one that the auction refuses. */
  *place(): Generator<AuctionStep> {
    const random = this.#random;
    for (let left = 10 + random.index(mostOrders - 10); left > 0;) {
      this.#time += random.index(3);
      const count = random.chance(60) ? 1 : 1 + random.index(Math.min(left, 5));
      // One that is refused takes the whole call with it.
      const isBent = random.chance(25);
      const all = Array.from({ length: count }, () => this.#randomTerms(isBent));
      // Side by side, those that sell one token are paid for in one go.
      if (random.chance(50)) all.sort((a, b) => a.sellToken - b.sellToken);
      const placed = all.map((terms) => ({ terms, ...this.#placement(terms, isBent) }));
      const data = encodePlace(placed.map(({ placement }) => placement));
      yield this.#step(
        stranger,
        () => data,
        (reference, costOf) => {
          const cost = costOf("place", count);
          for (const { terms, refused } of placed) {
            if (refused !== null) throw new AuctionRefusal(refused);
            reference.place(terms, this.#time, stranger, cost);
          }
        },
        {
          more: (reference) =>
            all.map(({ owner, nonce }) =>
              this.#reading("isNonceSpent", [owner, nonce], [reference.isSpent(owner, nonce)]),
            ),
        },
      );
      left -= count;
    }
  }

  /** @param isBent whether the auction may have to refuse them */
  #randomTerms(isBent: boolean): AuctionTerms {
    const random = this.#random;
    const { address: owner } = random.pick(isBent ? owners : accounts.owners);
    const isDue = !isBent || random.chance(90);
    // Most between two tokens, so that they meet.
    const sellToken = random.index(random.chance(60) ? 2 : tokenCount);
    const other = random.chance(60) ? 1 - sellToken : random.index(tokenCount);
    const buyToken =
      other >= 0 && other !== sellToken ? other : isBent ? sellToken : (sellToken + 1) % tokenCount;
    const isPaid = random.chance(50);
    const maxFee = isPaid ? minimum * (1n + random.below(1n << 40n)) : 0n;
    const [sellUnit = 1n, buyUnit = 1n] = [units[sellToken], units[buyToken]];
    const size = minimum * (1n + random.amount(10n ** 12n));
    const amount = isBent && random.chance(10) ? minimum - 1n : size * sellUnit;
    // Limits on a grid, so that some are equal; some far off, some a little beside.
    const percent = random.chance(10) ? 1n + random.below(10_000n) : 95n + random.below(9n);
    const exact = (size * buyUnit * percent) / 100n;
    const asked = random.chance(20) ? exact + (exact >> BigInt(12 + random.index(24))) : exact;
    const lastWindow = this.#window + random.index(3);
    return {
      ...{ owner, receiver: random.chance(25) ? random.pick(owners).address : owner, sellToken, buyToken },
      ...{
        sellAmount: amount + maxFee,
        buyAmount: asked < minimum && !isBent ? minimum : asked,
        maxFee,
      },
      feePerWei: isPaid && !(isBent && random.chance(10)) ? 1n + random.amount(10n ** 18n) : 0n,
      validTo: (lastWindow + 1) * windowLength - (isDue ? 0 : 1 + random.index(windowLength)),
      // Some owner's nonces meet.
      nonce: isBent && random.chance(30) ? random.below(8n) : random.below(1n << 256n),
      isSigned: !isBent || random.chance(85),
    };
  }

  /** A placement of these terms, or of an intent that is none for an auction, and how that is refused. */
  #placement(terms: AuctionTerms, isBent: boolean): { placement: Placement; refused: string | null } {
    const random = this.#random;
    const { market } = this.#world;
    const token = (index: number) => parseAddress(market.tokens[index], "token");
    const straight: Placement["intent"] = {
      ...{ sellToken: token(terms.sellToken), buyToken: token(terms.buyToken) },
      receiver: terms.receiver === terms.owner ? zeroAddress : parseAddress(terms.receiver, "receiver"),
      ...{ sellAmount: terms.sellAmount, buyAmount: terms.buyAmount, startBuyAmount: 0n },
      ...{ maxFee: terms.maxFee, feePerWei: terms.feePerWei, validFrom: 0, decayEnd: 0 },
      ...{ validTo: terms.validTo, nonce: terms.nonce, kind: "sell", partiallyFillable: true },
      ...{ settler: zeroAddress, condition: zeroAddress, conditionData: "0x" },
    };
    const lock = (this.#window + 1) * windowLength;
    const elsewhere = parseAddress(stranger, "address");
    const [change, refused] = random.pick<[Partial<Placement["intent"]>, string | null]>(
      isBent && random.chance(30)
        ? [
            [{ kind: "buy" }, "NotASell"],
            [{ partiallyFillable: false }, "NotPartiallyFillable"],
            [{ startBuyAmount: terms.buyAmount + 1n, decayEnd: lock }, "DecayingLimit"],
            [{ condition: elsewhere }, "HasCondition"],
            [{ settler: elsewhere }, "WrongSettler"],
            [{ validFrom: lock + 1 }, "NotYetValid"],
            [{ sellToken: elsewhere }, "UnknownToken"],
          ]
        : [
            [{}, null],
            [{ settler: market.auction }, null],
            [{ validFrom: Math.min(lock, terms.validTo), decayEnd: lock }, null],
            [{ conditionData: "0x1234" }, null],
          ],
    );
    const intent = { ...straight, ...change };
    const owner = owners.find(({ address }) => address === terms.owner);
    if (owner === undefined) throw new RangeError(`${terms.owner} has no key.`);
    const { serialized, compactSerialized } = owner.key.sign(hashSealedIntent(intent, market));
    const signature = parseHex(random.chance(50) ? serialized : compactSerialized, "signature");
    const named = parseAddress(terms.owner, "owner");
    const vouched = random.pick<Partial<Placement> & Pick<Placement, "signature">>(
      terms.isSigned
        ? [
            { signature: { scheme: "ecdsa", signature } },
            { signature: { scheme: "ecdsa", signature }, owner: named },
          ]
        : [
            { signature: { scheme: "ecdsa", signature }, owner: elsewhere },
            { signature: { scheme: "ecdsa", signature: `${signature}000000` } },
            { signature: { scheme: "ecdsa", signature: `0x${"00".repeat(65)}` } },
            { signature: { scheme: "caller", owner: named } },
            { signature: { scheme: "eip1271", owner: named, signature } },
          ],
    );
    return { placement: { intent, ...vouched }, refused };
  }

  /** Owners take orders back until the last second; a stranger may not, and it is too late at the lock. */
  *cancel(): Generator<AuctionStep> {
    const window = this.#window;
    const ids = this.#reference.standing(window).map(({ id }) => id);
    for (const id of [...ids, ids.length + mostOrders])
      if (this.#random.chance(20)) yield this.#cancelStep(window, [id]);
    this.#time = (window + 1) * windowLength - 1;
    yield this.#cancelStep(window, [ids[0] ?? 0]);
    yield this.#tryToClear(window);
    this.#time += 1;
    yield this.#cancelStep(window, [ids[1] ?? 0]);
  }

  #cancelStep(window: number, ids: readonly number[]): AuctionStep {
    const standing = this.#reference.standing(window);
    const owner = standing.find(({ id }) => id === ids[0])?.owner ?? stranger;
    const caller = this.#random.chance(70) ? owner : this.#random.pick(owners).address;
    return this.#step(
      caller,
      () => encodeOrderCancel(window, ids),
      (reference) => {
        for (const id of ids) reference.cancel(window, id, this.#time, caller);
      },
      { windows: [window] },
    );
  }

  /* CLEARING */

  /** Clears the window that has just locked, in pages, and closes its orders; first with solutions that are bent. */
  *clearAndSettle(): Generator<AuctionStep> {
    const window = this.#window - 1;
    // Until the very last second.
    this.#time += this.#random.chance(20) ? timeout : this.#random.index(timeout - windowLength);
    const orders = this.#reference.standing(window);
    const book = { minimums: this.#world.market.minimums, orders };
    const solution = solveSealed(book);
    const traded = verifySealed(book, solution).bought.filter((atoms) => atoms > 0n).length;
    const count = this.#reference.ordersOf(window).length;
    const ids = orders.map(({ id }) => id);
    for (let i = 0; i < trials && ids.length > 0; i++) {
      const bent = bend(solution, this.#random, ids);
      const isSolution = verifySealed(book, bent).violations.length === 0;
      const step = this.#clearStep(window, bent, { count, traded: 0, next: 0, size: count, kind: "trial" });
      if (isSolution !== (step.refused === null))
        throw new Error("The solver's own check and the reference do not agree.");
      yield step;
    }
    const size = 1 + this.#random.index(Math.max(count, 1));
    for (let next = 0; next === 0 || next < count; next += size)
      yield this.#clearStep(window, solution, { count, traded, next, size, kind: "page" });
    yield this.#tryToClear(window);
    yield* this.#settle(window);
  }

  /** Where it is refused whatever the prices are. */
  #tryToClear(window: number): AuctionStep {
    const prices = Array.from({ length: tokenCount }, () => ({ mantissa: priceBits, exponent: 0 }));
    const count = this.#reference.ordersOf(window).length;
    const page = { count, traded: 0, next: 0, size: count, kind: "trial" as const };
    return this.#clearStep(window, { prices, marginal: [] }, page);
  }

  #clearStep(
    window: number,
    { prices, marginal }: SealedOutcome,
    { count, traded, next, size, kind }: Page,
  ): AuctionStep {
    const own = marginal.filter(({ id }) => id >= next && id < next + size);
    const page = { window, prices, marginal: own, maxOrders: size };
    const isLast = next + size >= count;
    const key = clearingKey(window, parseAddress(clearer, "clearer"), prices);
    const step = this.#step(
      clearer,
      (progress) => encodeClear({ ...page, progress: next === 0 ? emptyProgress : progress }),
      (reference, costOf) => {
        if (!isLast) return;
        const named = new Map(marginal.map(({ id, executed }) => [id, executed]));
        const cost = costOf("clear", count, traded);
        reference.clear(window, prices, named, this.#time, clearer, cost);
      },
      {
        ...{ windows: [window], kind },
        more: (reference) =>
          reference.standing(window).flatMap(({ id }) => {
            const outcome = reference.outcome(window, id);
            const clearing = reference.clearing(window);
            if (clearing === null) return [];
            return [
              this.#reading("outcome", [window, id], [outcome.executed, outcome.bought]),
              this.#reading("clearingOf", [window], [clearing.clearer, key, clearing.weiPerOrder]),
              this.#reading(
                "pricesOf",
                [window],
                [
                  prices.map((price, token) => (clearing.bonuses[token] === null ? 0n : encodePrice(price))),
                  clearing.bonuses.map((bonus) => bonus ?? 0n),
                ],
              ),
            ];
          }),
      },
    );
    const executed = this.#reference
      .standing(window)
      .filter(({ id }) => this.#reference.outcome(window, id).executed > 0n);
    return { ...step, traded: kind === "page" && isLast ? executed.length : 0 };
  }

  /* AFTERWARDS */

  /** Claims, rolls or claims elsewhere most of what stands in a window, some orders together, and collects the fees. */
  *#settle(window: number): Generator<AuctionStep> {
    const random = this.#random;
    const standing = this.#reference.standing(window);
    while (standing.length > 0) {
      const some = standing.splice(0, random.chance(50) ? 1 : 1 + random.index(4));
      if (random.chance(10)) continue;
      this.#time += random.index(2);
      const windows = [window, this.#window];
      const ids = some.map(({ id }) => id);
      const way = random.index(4);
      if (way === 0) yield this.#claimToStep(window, ids[0] ?? 0, some[0]?.owner ?? stranger);
      else if (way === 1)
        yield this.#step(
          stranger,
          () => encodeRoll(window, ids),
          (reference, costOf) => {
            const costs = [costOf("roll", ids.length), costOf("claim", ids.length)] as const;
            for (const id of ids) reference.roll(window, id, this.#time, stranger, ...costs);
          },
          { windows },
        );
      else {
        const caller = random.chance(70) ? stranger : (some[0]?.owner ?? stranger);
        yield this.#step(
          caller,
          () => encodeClaim(window, ids),
          (reference, costOf) => {
            const cost = costOf("claim", ids.length);
            for (const id of ids) reference.claim(window, id, this.#time, caller, cost);
          },
          { windows },
        );
      }
    }
    const { tokens } = this.#world.market;
    yield this.#step(
      clearer,
      () => encodeCollect(tokens, parseAddress(stranger, "to")),
      (reference) => {
        for (const token of tokens.keys()) reference.collect(token, clearer, stranger);
      },
    );
  }

  #claimToStep(window: number, id: number, owner: string): AuctionStep {
    const to = this.#random.pick(owners).address;
    const caller = this.#random.chance(85) ? owner : stranger;
    return this.#step(
      caller,
      () => encodeClaimTo(window, id, parseAddress(to, "to")),
      (reference, costOf) => reference.claimTo(window, id, this.#time, caller, to, costOf("claim", 1)),
      { windows: [window] },
    );
  }

  /** Nobody clears in time: orders cannot be given back in the last second before, and can afterwards, but not cleared. */
  *neglect(): Generator<AuctionStep> {
    const window = this.#window - 1;
    const standing = this.#reference.standing(window);
    const refund = (ids: readonly number[]) =>
      this.#step(
        stranger,
        () => encodeOrderRefund(window, ids),
        (reference) => {
          for (const id of ids) reference.refund(window, id, this.#time);
        },
        { windows: [window] },
      );
    this.#time = (window + 1) * windowLength + timeout;
    yield refund([standing[0]?.id ?? 0]);
    this.#time += 1;
    yield this.#tryToClear(window);
    while (standing.length > 0) {
      const some = standing.splice(0, 1 + this.#random.index(4));
      const [{ id, owner } = { id: 0, owner: stranger }] = some;
      if (this.#random.chance(30)) yield this.#claimToStep(window, id, owner);
      else yield refund(some.map((order) => order.id));
    }
  }
}

type StepOptions = {
  windows?: readonly number[];
  kind?: AuctionStep["kind"];
  more?: (reference: ReferenceAuction) => Reading[];
};

type Page = { count: number; traded: number; next: number; size: number; kind: AuctionStep["kind"] };

/** What the reference refuses; `null` where it does not. */
function refusalOf(act: () => void): string | null {
  try {
    act();
    return null;
  } catch (error) {
    if (error instanceof AuctionRefusal) return error.errorName;
    throw error;
  }
}

/** The solution with one thing changed: most such changes make it none. */
function bend({ prices, marginal }: SealedOutcome, random: Random, ids: number[]): SealedOutcome {
  const at = random.index(prices.length);
  const price = (change: (price: SealedPrice) => SealedPrice): SealedOutcome => ({
    marginal,
    prices: prices.map((each, t) => (t === at ? change(each) : each)),
  });
  switch (random.index(6)) {
    case 0:
      return price(({ mantissa, exponent }) => ({ mantissa, exponent: exponent - 1 - random.index(200) }));
    case 1:
      return price(({ mantissa, exponent }) => ({ mantissa, exponent: exponent + 1 + random.index(200) }));
    case 2:
      return price(({ mantissa, exponent }) => {
        const more = mantissa + (mantissa >> BigInt(4 + random.index(20)));
        return more >> 96n === 0n ? { mantissa: more, exponent } : { mantissa: priceBits, exponent };
      });
    case 3:
      return { prices, marginal: marginal.slice(1) };
    case 4: {
      const id = random.pick(ids);
      const others = marginal.filter((each) => each.id !== id);
      return {
        prices,
        marginal: [...others, { id, executed: random.amount(10n ** 20n) }].sort((a, b) => a.id - b.id),
      };
    }
    default:
      return {
        prices,
        marginal: marginal.map(({ id, executed }) => ({ id, executed: executed + random.below(3n) - 1n })),
      };
  }
}
