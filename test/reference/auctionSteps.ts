/** Makes up lives of an auction, and says what has to come of each step, by the reference alone. */
import {
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
  parseAddress,
  type ClearProgress,
  type Hex,
} from "@walras/sdk";
import { solveSealed, verifySealed, type SealedOutcome } from "@walras/solver";
import { AuctionRefusal, ReferenceAuction } from "./auction.ts";
import { bend, priceBits } from "./auctionBends.ts";
import { reading, readingsOf, type Reading } from "./auctionReadings.ts";
import {
  auctionFunds,
  auctionHolders,
  auctionOwners,
  auctionTerms,
  clearer,
  stranger,
  type AuctionWorld,
} from "./auctionSetting.ts";
import { auctionCost, type AuctionCall, type GasPrice } from "./cost.ts";
import { Random } from "./Random.ts";
import { randomPlacement, randomTerms } from "./randomPlacement.ts";
import { randomPrice } from "./steps.ts";
import { hasDataFee, linearFee, startTime, tipCap } from "./world.ts";

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

const { windowLength, timeout, tokenCount } = auctionTerms;
const windowsOfLife = 4;
/** What a window has that nothing rolls into. */
const mostOrders = 24;
/** Solutions that are bent and tried for each window. */
const trials = 12;

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
    const readings = isIdle
      ? []
      : [...readingsOf(this.#world, this.#reference, windows), ...more(this.#reference)];
    return { time: BigInt(this.#time), price, from, data, refused, kind, readings, traded: 0 };
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
      const all = Array.from({ length: count }, () => randomTerms(random, this.#window, isBent));
      // Side by side, those that sell one token are paid for in one go.
      if (random.chance(50)) all.sort((a, b) => a.sellToken - b.sellToken);
      const placed = all.map((terms) => ({
        terms,
        ...randomPlacement(this.#world.market, random, this.#window, terms, isBent),
      }));
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
              reading(this.#world, "isNonceSpent", [owner, nonce], [reference.isSpent(owner, nonce)]),
            ),
        },
      );
      left -= count;
    }
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
    const caller = this.#random.chance(70) ? owner : this.#random.pick(auctionOwners).address;
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
              reading(this.#world, "outcome", [window, id], [outcome.executed, outcome.bought]),
              reading(this.#world, "clearingOf", [window], [clearing.clearer, key, clearing.weiPerOrder]),
              reading(
                this.#world,
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
    const to = this.#random.pick(auctionOwners).address;
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
