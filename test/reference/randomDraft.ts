/**
 * Batches of all shapes that settle: prices first, of any magnitude; then fills at these prices, whose limits are as
 * tight as they can be, or looser. Amounts take all magnitudes up to 128 bits.
 */
import { hexlify } from "ethers";
import { fillCost, ratesOf } from "./cost.ts";
import { exactAmount, type Draft, type DraftFill } from "./draft.ts";
import { nobody, type Intent } from "./intent.ts";
import type { Ledger } from "./Ledger.ts";
import type { Random } from "./Random.ts";
import { accounts, encodeMints, holders, surroundings, type Circumstances, type World } from "./world.ts";

export type Setting = { world: World; random: Random; ledger: Ledger } & Circumstances;

const max128 = 2n ** 128n - 1n;
const maxFills = 5;
const maxSeconds = 1_000n;

const min = (a: bigint, b: bigint) => (a < b ? a : b);
const ceilDiv = (dividend: bigint, divisor: bigint) => (dividend + divisor - 1n) / divisor;

export function randomDraft(setting: Setting): Draft {
  const { world, random } = setting;
  const tokens = world.tokens.filter(() => random.chance(60));
  if (tokens.length < 2) tokens.splice(0, tokens.length, ...world.tokens.slice(0, 2));
  // Prices of neighbouring magnitudes as often as prices of any.
  const scale = random.amount(max128);
  const prices = tokens.map(() => random.amount(random.chance(50) ? max128 : scale));
  const draft: Draft = { tokens, prices, fills: [], pairs: [], callbackData: "0x" };
  const count = 1 + random.index(maxFills);
  for (let i = 0; i < count; i++) draft.fills.push(randomFill(setting, draft));
  for (const fill of draft.fills) meter(setting, fill, count);
  return finish(setting, draft);
}

/** Goes on with what is left of a batch's intents, at its prices, together with one or two of those that are done. */
export function continuedDraft(setting: Setting, earlier: Draft): Draft {
  const { random, ledger, keeper } = setting;
  const fills: DraftFill[] = [];
  for (const fill of earlier.fills) {
    const { intent, owner } = fill;
    const left = exactAmount(intent) - ledger.filled(owner, intent.nonce);
    const isDone = ledger.isSpent(owner, intent.nonce) || left <= 0n;
    if (isDone ? random.chance(90) : intent.settler !== nobody && intent.settler !== keeper) continue;
    const executed = isDone || !intent.partiallyFillable ? fill.executed : somePart(random, left);
    fills.push({ ...fill, executed, fee: 0n });
  }
  const draft = { ...earlier, fills, callbackData: "0x" };
  if (fills.length === 0 || random.chance(20)) {
    const fill = randomFill(setting, draft);
    // Often one whose nonce shares its words with one of the others.
    const { owner, scheme, signer, intent } = random.pick([fill, ...fills]);
    if (random.chance(50)) {
      Object.assign(fill, { owner, scheme, signer });
      fill.intent.nonce = intent.nonce ^ BigInt(random.pick([1, 2, 255]));
    }
    draft.fills.push(fill);
    meter(setting, fill, fills.length);
  }
  return finish(setting, draft);
}

/** What is left, or some of it, or now and then one atom more. */
function somePart(random: Random, left: bigint): bigint {
  if (random.chance(40)) return left;
  return random.chance(10) ? min(left + 1n, max128) : random.amount(left);
}

/** Pairs in any order, some twice, some missing; and, for a keeper that is a contract, tokens minted in the callback. */
function finish({ world, random, keeper }: Setting, draft: Draft): Draft {
  const { fills, tokens } = draft;
  const pairs: [number, number][] = [];
  for (let i = 0; i < 2 * fills.length * fills.length; i++) {
    const from = random.index(fills.length);
    const to = random.index(fills.length);
    if (fills[from]?.intent.sellToken === fills[to]?.intent.buyToken) pairs.push([from, to]);
  }
  const callbackData =
    keeper === world.keeper && random.chance(50)
      ? encodeMints(tokens.filter(() => random.chance(50)).map((token) => [token, random.amount(max128)]))
      : "0x";
  return { ...draft, pairs, callbackData };
}

function randomFill(setting: Setting, draft: Draft): DraftFill {
  const { random } = setting;
  const sell = random.index(draft.tokens.length);
  const buy = (sell + 1 + random.index(draft.tokens.length - 1)) % draft.tokens.length;
  const sellPrice = draft.prices[sell] ?? 1n;
  const buyPrice = draft.prices[buy] ?? 1n;
  const fill: DraftFill = {
    intent: randomIntent(setting, draft.tokens[sell] ?? "", draft.tokens[buy] ?? ""),
    executed: 0n,
    fee: 0n,
    spelledOut: random.chance(20) ? random.index(1 << 11) & 0x7fc : 0,
    ...randomOwner(setting),
  };
  // A quarter, so that fee and rounding never lead beyond 128 bits.
  const mostBought = min(max128 / 4n, ((max128 / 4n) * sellPrice) / buyPrice);
  if (random.chance(50) && mostBought > 0n) setBuy(random, fill, mostBought, sellPrice, buyPrice);
  else setSell(random, fill, sellPrice, buyPrice);
  return fill;
}

function randomIntent({ world, random, keeper, time }: Setting, sellToken: string, buyToken: string): Intent {
  const some = (percent: number, value: () => bigint) => (random.chance(percent) ? value() : 0n);
  return {
    sellToken,
    buyToken,
    receiver: random.chance(20) ? random.pick(holders(world)) : nobody,
    sellAmount: 0n,
    buyAmount: 0n,
    startBuyAmount: 0n,
    maxFee: 0n,
    feePerWei: 0n,
    validFrom: some(30, () => time - random.below(maxSeconds)),
    decayEnd: some(30, () => time + random.below(maxSeconds)),
    validTo: random.chance(95) ? time + random.below(maxSeconds) : 2n ** 32n - 1n,
    // Nonces crowd into few words, so that neighbours meet, and few enough are drawn twice.
    nonce: random.below(2n ** 14n) + some(20, () => random.below(2n ** 192n) << 64n),
    kind: "sell",
    partiallyFillable: random.chance(60),
    settler: random.chance(20) ? keeper : nobody,
    condition: random.chance(10) ? world.condition : nobody,
    conditionData: random.chance(20)
      ? hexlify(new Uint8Array(random.index(70)).fill(random.index(256)))
      : "0x",
  };
}

function randomOwner({ world, random }: Setting): Pick<DraftFill, "owner" | "scheme" | "signer"> {
  const roll = random.index(100);
  if (roll < 10) return { owner: world.wallet, scheme: "eip1271", signer: accounts.wallet.address };
  if (roll < 13) return { owner: world.wallet, scheme: "approved", signer: accounts.wallet.address };
  if (roll < 16) return { owner: world.keeper, scheme: "approved", signer: accounts.wallet.address };
  const owner = random.pick([...accounts.owners, ...accounts.keepers]).address;
  return { owner, signer: owner, scheme: roll < 26 ? "approved" : roll < 60 ? "compact" : "ecdsa" };
}

function setSell(random: Random, fill: DraftFill, sellPrice: bigint, buyPrice: bigint): void {
  const { intent } = fill;
  const sellAmount = random.amount(min(max128, (max128 * buyPrice) / sellPrice) || 1n);
  const sold = intent.partiallyFillable && random.chance(80) ? random.amount(sellAmount) : sellAmount;
  fill.executed = sold;
  fill.fee = random.chance(30) ? random.below(sold / 10n + 1n) : 0n;

  const bought = ((sold - fill.fee) * sellPrice) / buyPrice;
  const tightest = min(max128, (bought * sellAmount) / sold);
  intent.sellAmount = sellAmount;
  intent.buyAmount = random.chance(50) ? tightest : random.below(tightest + 1n);
  if (intent.decayEnd > 0n) intent.startBuyAmount = tightest;
  setMaxFee(random, fill, sold);
}

function setBuy(random: Random, fill: DraftFill, most: bigint, sellPrice: bigint, buyPrice: bigint): void {
  const { intent } = fill;
  intent.kind = "buy";
  intent.buyAmount = random.amount(most);
  const bought =
    intent.partiallyFillable && random.chance(80) ? random.amount(intent.buyAmount) : intent.buyAmount;
  fill.executed = bought;
  const value = ceilDiv(bought * buyPrice, sellPrice);
  fill.fee = random.chance(30) ? random.below(value / 10n + 1n) : 0n;
  const sold = value + fill.fee;

  let limit = intent.buyAmount;
  if (intent.decayEnd > 0n) {
    limit += random.below(intent.buyAmount / 2n + 1n);
    intent.startBuyAmount = limit;
  }
  const tightest = min(max128, ceilDiv(sold * limit, bought));
  intent.sellAmount = random.chance(50) ? tightest : tightest + random.below(max128 - tightest + 1n);
  setMaxFee(random, fill, sold);
}

/** Binds the fee to the metered cost: to the last atom, or one beyond, or so loosely that many have room in a batch. */
function meter({ world, random, ledger, ...circumstances }: Setting, fill: DraftFill, count: number): void {
  const { intent, owner } = fill;
  const { price, tipCap, chainFee } = surroundings(world, circumstances);
  if (fill.fee === 0n || price.gasPrice === 0n || random.chance(30)) return;
  const isPart = intent.partiallyFillable && fill.executed < exactAmount(intent);
  const isFresh = isPart
    ? ledger.filled(owner, intent.nonce) + ledger.filled(owner, intent.nonce ^ 1n) === 0n
    : ledger.bitmap(owner, intent.nonce) === 0n;
  const share = fillCost(ratesOf(price, tipCap, chainFee, count), count, isFresh);
  const tightest = ceilDiv(fill.fee * 10n ** 18n, share);
  // One less claims more than the share.
  const rate = random.pick([tightest - 1n, tightest, tightest, tightest * (20n + random.below(100n))]);
  if (rate <= max128) intent.feePerWei = rate;
}

function setMaxFee(random: Random, { intent, fee }: DraftFill, sold: bigint): void {
  if (fee === 0n && random.chance(70)) return;
  const least = ceilDiv(fee * intent.sellAmount, sold);
  intent.maxFee = random.chance(50)
    ? min(least, max128)
    : min(least, max128) + random.below(max128 - min(least, max128) + 1n);
  if (fee === 0n) intent.feePerWei = random.below(2n ** 128n);
}
