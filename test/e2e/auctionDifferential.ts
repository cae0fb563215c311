/**
 * Random lives of an auction, once by the contract and once by a slow reference: the same refusals, the same fills, and the same
 * balances of everybody after every step, to the atom. The solver's answers clear the windows; bent answers are tried first.
 */
import {
  buildSealedIntent,
  decodeAuctionError,
  decodeClearResult,
  emptyProgress,
  encodeClaim,
  encodeClaimTo,
  encodeClear,
  encodeCollect,
  encodeOrderCancel,
  encodeOrderRefund,
  encodePlace,
  encodeRoll,
  parseAddress,
  readOutcome,
  signSealedIntent,
  type ClearPage,
  type Hex,
} from "@walras/sdk";
import { solveSealed, verifySealed, type SealedOutcome, type SealedPrice } from "@walras/solver";
import { expect } from "chai";
import type { HDNodeWallet } from "ethers";
import { AuctionRefusal, ReferenceAuction, type AuctionTerms } from "../reference/auction.ts";
import { Random } from "../reference/Random.ts";
import {
  call,
  createAuctionWorld,
  createOwner,
  ethers,
  funds,
  keeperOf,
  minimum,
  networkHelpers,
  now,
  refusal,
  startWindow,
  timeout,
  windowLength,
  type AuctionWorld,
} from "./auctionWorld.ts";

/** Random lives that every run tries; set AUCTION_LIVES for more. */
const lives = Number(process.env["AUCTION_LIVES"] ?? 4);
const windowsOfLife = 4;
const tokenCount = 4;
const ownerCount = 5;
const mostOrders = 24;
/** Below the tip cap, so that the whole of it counts as cost, whatever the base fee is. */
const gasPrice = 10n ** 9n;
const priceBits = 1n << 95n;

type Life = {
  world: AuctionWorld;
  reference: ReferenceAuction;
  owners: HDNodeWallet[];
  random: Random;
  keeper: string;
};

async function beginLife(seed: number): Promise<Life> {
  const world = await createAuctionWorld(tokenCount);
  const reference = new ReferenceAuction(world.market.minimums, windowLength, timeout);
  const owners: HDNodeWallet[] = [];
  for (let i = 0; i < ownerCount; i++) {
    const owner = await createOwner(world);
    owners.push(owner);
    for (let token = 0; token < tokenCount; token++) reference.mint(token, owner.address, funds);
  }
  return { world, reference, owners, random: new Random(seed), keeper: (await keeperOf()).address };
}

/** Sends a call at a gas price that is known, in a block whose time is known. */
async function send({ world, keeper }: Life, data: Hex, time: number, from?: HDNodeWallet): Promise<void> {
  await networkHelpers.time.setNextBlockTimestamp(time);
  await networkHelpers.setNextBlockBaseFeePerGas(1n);
  const sender = from ?? (await ethers.getSigner(keeper));
  const response = await sender.sendTransaction({ to: world.market.auction, data, gasPrice });
  expect((await response.wait())?.status).to.equal(1);
}

/** What a call for so many orders costs each of them; for clearing, with so many tokens that trade. */
async function costs({ world }: Life, count: number, traded = 0) {
  const [placing, clearing, claiming, rolling] = await world.auction.costs(count, traded, { gasPrice });
  return { placing, clearing, claiming, rolling };
}

/** Everybody's balances, and what each order is owed, are the same on both sides; the auction can pay what it owes. */
async function compareBalances({ world, reference, owners, keeper }: Life): Promise<void> {
  for (const [token, contract] of world.tokens.entries()) {
    for (const account of [keeper, ...owners.map(({ address }) => address)])
      expect(await contract.balanceOf(account)).to.equal(reference.balance(token, account));
    const held = await contract.balanceOf(world.market.auction);
    expect(held).to.equal(reference.held(token));
    const dust = held - reference.owed(token);
    expect(dust >= 0n && dust <= BigInt(windowsOfLife * mostOrders * 2)).to.equal(true);
  }
}

/** What the reference refuses; `null` where it does not. */
function refusalOf(step: () => void): string | null {
  try {
    step();
    return null;
  } catch (error) {
    if (error instanceof AuctionRefusal) return error.errorName;
    throw error;
  }
}

/** Places some random intents, each in a call of its own; some that the auction refuses. */
async function placeSome(life: Life): Promise<void> {
  const { world, reference, owners, random, keeper } = life;
  const count = 6 + random.index(mostOrders - 6);
  for (let i = 0; i < count; i++) {
    const owner = random.pick(owners);
    const time = (await now()) + 1;
    const sellToken = random.index(tokenCount);
    const buyToken = (sellToken + 1 + random.index(tokenCount - 1)) % tokenCount;
    const isPaid = random.chance(50);
    const maxFee = isPaid ? minimum * (1n + random.below(1n << 40n)) : 0n;
    const amount = random.chance(5) ? minimum - 1n : minimum * (1n + random.amount(10n ** 12n));
    // Limits on a grid, so that some are equal; some far off.
    const percent = random.chance(10) ? 1n + random.below(10_000n) : 95n + random.below(9n);
    const asked = (amount * percent) / 100n;
    if (asked < minimum && amount >= minimum) continue;
    const windows = 1 + random.index(3);
    const lockOfLast = (Math.floor(time / windowLength) + windows) * windowLength;
    const receiver = random.chance(25) ? random.pick(owners).address : owner.address;
    const terms: AuctionTerms = {
      ...{ owner: owner.address, receiver, sellToken, buyToken },
      ...{ sellAmount: amount + maxFee, buyAmount: asked, maxFee },
      ...{ feePerWei: isPaid ? 1n + random.amount(10n ** 18n) : 0n, validTo: lockOfLast },
    };
    const [sell = "", buy = ""] = [world.market.tokens[sellToken], world.market.tokens[buyToken]];
    // Built for a market without minimums, since the auction itself is to refuse.
    const lax = { ...world.market, minimums: world.market.minimums.map(() => 1n) };
    const intent = buildSealedIntent(
      {
        ...{
          sellToken: sell,
          buyToken: buy,
          sellAmount: terms.sellAmount,
          buyAmount: asked,
          maxFee,
          receiver,
        },
        ...{ feePerWei: terms.feePerWei, windows, now: time },
      },
      lax,
    );
    const data = encodePlace([await signSealedIntent(intent, lax, owner)]);
    const { placing } = await costs(life, 1);
    const refused = refusalOf(() => reference.place(terms, time, keeper, placing));
    if (refused === null) await send(life, data, time);
    else expect(decodeAuctionError(await refusal(world, data)).name).to.equal(refused);
  }
}

/** Owners take some orders back; a stranger may not. */
async function cancelSome(life: Life, window: number): Promise<void> {
  const { world, reference, owners, random } = life;
  for (const { id, owner } of reference.standing(window)) {
    if (!random.chance(12)) continue;
    const time = (await now()) + 1;
    const caller = random.pick(owners);
    const refused = refusalOf(() => reference.cancel(window, id, time, caller.address));
    expect(refused === null).to.equal(caller.address === owner);
    const data = encodeOrderCancel(window, [id]);
    if (refused === null) await send(life, data, time, caller);
    else expect(decodeAuctionError(await refusal(world, data, caller.address)).name).to.equal(refused);
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

/** Clears a window, in pages; bent solutions are refused, or accepted, by both alike. */
async function clearWindow(life: Life, window: number): Promise<boolean> {
  const { world, reference, random, keeper } = life;
  const standing = reference.standing(window);
  const book = { minimums: world.market.minimums, orders: standing };
  const solution = solveSealed(book);
  const ids = standing.map(({ id }) => id);
  const count = Number(await world.auction.orderCount(window));
  const traded = verifySealed(book, solution).bought.filter((atoms) => atoms > 0n).length;
  const { clearing } = await costs(life, count, traded);
  for (let i = 0; i < 12 && ids.length > 0; i++) {
    const bent = bend(solution, random, ids);
    const time = (await now()) + 1;
    const marginal = new Map(bent.marginal.map(({ id, executed }) => [id, executed]));
    const tried = verifySealed(book, bent).violations.map(({ code }) => code);
    const answer = await tryClear(life, { window, ...bent });
    const copy = new ReferenceAuction(world.market.minimums, windowLength, timeout);
    copy.adopt(window, reference.ordersOf(window));
    const refused = refusalOf(() => copy.clear(window, bent.prices, marginal, time, keeper, clearing));
    expect(answer).to.equal(refused);
    expect(tried.length === 0).to.equal(refused === null);
  }

  const time = (await now()) + 1;
  const marginal = new Map(solution.marginal.map(({ id, executed }) => [id, executed]));
  const refused = refusalOf(() => reference.clear(window, solution.prices, marginal, time, keeper, clearing));
  expect(refused).to.equal(count === 0 ? "NoOrders" : null);
  if (refused !== null) return false;
  const size = 1 + random.index(count);
  let progress = emptyProgress;
  let at = time;
  while (progress.next < count) {
    const { next } = progress;
    const own = solution.marginal.filter(({ id }) => id >= next && id < next + size);
    const page = { window, prices: solution.prices, marginal: own, progress, maxOrders: size };
    const data = encodeClear(page);
    progress = decodeClearResult(
      await ethers.provider.call({ to: world.market.auction, data, from: keeper }),
    );
    await send(life, data, at);
    at = (await now()) + 1;
  }
  for (const { id } of standing)
    expect(await readOutcome(world.market, window, id, { call })).to.deep.equal(
      reference.outcome(window, id),
    );
  return true;
}

/** The name of the error with which the contract refuses a clearing; `null` where it accepts. */
async function tryClear({ world, keeper }: Life, page: ClearPage): Promise<string | null> {
  const data = encodeClear(page);
  try {
    await ethers.provider.call({ to: world.market.auction, data, from: keeper });
    return null;
  } catch {
    return decodeAuctionError(await refusal(world, data)).name;
  }
}

/** Claims, rolls or claims elsewhere everything that stands in a cleared window. */
async function settleWindow(life: Life, window: number): Promise<void> {
  const { world, reference, owners, random, keeper } = life;
  for (const { id, owner } of reference.standing(window)) {
    if (random.chance(10)) continue;
    const time = (await now()) + 1;
    const { claiming, rolling } = await costs(life, 1);
    const caller = owners.find(({ address }) => address === owner)!;
    const way = random.index(4);
    if (way === 0) {
      const to = parseAddress(random.pick(owners).address);
      reference.claimTo(window, id, time, owner, to, claiming);
      await send(life, encodeClaimTo(window, id, to), time, caller);
    } else if (way === 1) {
      reference.roll(window, id, time, keeper, rolling, claiming);
      await send(life, encodeRoll(window, [id]), time);
    } else {
      const refused = refusalOf(() => reference.claim(window, id, time, keeper, claiming));
      const data = encodeClaim(window, [id]);
      if (refused === null) await send(life, data, time);
      else expect(decodeAuctionError(await refusal(world, data)).name).to.equal(refused);
    }
  }
  for (const [token, address] of world.market.tokens.entries()) {
    reference.collect(token, keeper, keeper);
    await send(life, encodeCollect([address], parseAddress(keeper)), (await now()) + 1);
  }
}

describe("an auction beside its slow reference", () => {
  let traded = 0;
  for (let seed = 1; seed <= lives; seed++) {
    it(`does the same to the atom over a random life (${seed})`, async () => {
      const life = await beginLife(seed);
      const { world, reference } = life;
      for (let i = 0; i < windowsOfLife; i++) {
        const window = Number(await world.auction.currentWindow());
        await placeSome(life);
        await cancelSome(life, window);
        await compareBalances(life);
        await startWindow(world.market);
        const isLate = i === 2;
        if (isLate) await refundWindow(life, window);
        else if (await clearWindow(life, window)) {
          traded += reference
            .standing(window)
            .filter(({ id }) => reference.outcome(window, id).executed > 0n).length;
          await settleWindow(life, window);
        }
        await compareBalances(life);
      }
    });
  }

  it("has traded in those lives", () => {
    expect(traded).to.be.greaterThan(5 * lives);
  });
});

/** Nobody clears in time: orders cannot be given back before, and can afterwards, but not cleared. */
async function refundWindow(life: Life, window: number): Promise<void> {
  const { world, reference } = life;
  const standing = reference.standing(window);
  const early = refusalOf(() => reference.refund(window, standing[0]?.id ?? 0, 0));
  expect(early).to.equal("NotVoid");
  expect(decodeAuctionError(await refusal(world, encodeOrderRefund(window, [0]))).name).to.equal("NotVoid");
  await networkHelpers.time.increaseTo((window + 1) * windowLength + timeout + 1);
  for (const { id } of standing) {
    const time = (await now()) + 1;
    reference.refund(window, id, time);
    await send(life, encodeOrderRefund(window, [id]), time);
  }
}
