/** Makes up batches without end and says what has to come of each, by the reference alone. */
import { settlementAbi } from "@walras/sdk";
import { Interface } from "ethers";
import { bendCount, bendDraft, bendRaw } from "./bends.ts";
import { ratesOf, type GasPrice, type Rates } from "./cost.ts";
import { packBatch, type Draft } from "./draft.ts";
import { intentDigest, nobody } from "./intent.ts";
import type { Ledger } from "./Ledger.ts";
import { Random } from "./Random.ts";
import { continuedDraft, randomDraft, type Setting } from "./randomDraft.ts";
import { Refusal } from "./Refusal.ts";
import { settle, type FillEvent, type RawBatch, type TransferEvent } from "./settle.ts";
import {
  accounts,
  hasDataFee,
  holders,
  startingLedger,
  startTime,
  surroundings,
  tipCap,
  type World,
} from "./world.ts";

/** A call of the settlement by an account that is an owner, and the event that it emits. */
export type OwnerCall = { owner: string; data: string; event: OwnerEvent };
export type OwnerEvent =
  | { name: "Approval"; args: [owner: string, intentHash: string, approved: boolean] }
  | { name: "Cancel"; args: [owner: string, word: bigint, mask: bigint] };

export type Expected =
  { refused: true; data: string } | { refused: false; fills: FillEvent[]; transfers: TransferEvent[] };

export type Step = {
  time: bigint;
  price: GasPrice;
  /** Approvals and cancels that come first. */
  calls: OwnerCall[];
  keeper: string;
  /** Calldata of `settle`. */
  data: string;
  expected: Expected;
  /** Metered fees, in wei, that may be more than the batch has cost: then it is refused. Not gone on with. */
  claim: (Rates & { claimed: bigint }) | null;
  /** Whose nonces to look at afterwards. */
  nonces: { owner: string; nonce: bigint; intentHash: string }[];
  /** What the reader must answer afterwards; see StateReader.sol. */
  state: bigint[];
};

const settlement = new Interface(settlementAbi);

/** How many batches are kept to go on with. */
const maxKept = 30;

/**
 * Steps that follow from the seed alone, each on the state that the ones before have left.
 *
 * @param straight the part of batches, in percent, that nothing is wrong with
 */
export function* steps(world: World, seed: number, straight = 45): Generator<Step, never> {
  const random = new Random(seed);
  const keepers = [...accounts.keepers.map(({ address }) => address), world.keeper];
  let ledger = startingLedger(world);
  let time = startTime;
  const kept: Draft[] = [];

  for (;;) {
    if (random.chance(50)) time += random.below(100n);
    const keeper = random.pick(keepers);
    const price = randomPrice(random);
    const setting: Setting = {
      world,
      random,
      ledger: ledger.copy(),
      keeper,
      time,
      price,
      hasDataFee: hasDataFee(seed),
    };
    const draft =
      kept.length > 0 && random.chance(30)
        ? continuedDraft(setting, random.pick(kept))
        : randomDraft(setting);
    const bent = structuredCloneDraft(draft);
    const bend = random.chance(straight) ? -1 : random.index(bendCount);
    if (bend >= 0) bendDraft(bend, bent, setting);

    const calls = ownerCalls(bent, setting);
    const batch = packBatch(bent, world);
    if (bend >= 0) bendRaw(bend, batch, setting);

    const { after, step } = foretell(setting, bent, batch, calls);
    ledger = after;
    if (bend < 0 && !step.expected.refused && step.claim === null) {
      kept.push(draft);
      if (kept.length > maxKept) kept.shift();
    }
    yield step;
  }
}

/** Pairs of steps that settle the same fills in another order, each from the beginning. */
export function* permutations(
  world: World,
  seed: number,
): Generator<[straight: Step, permuted: Step], never> {
  const random = new Random(seed);
  for (;;) {
    const keeper = random.pick(accounts.keepers).address;
    const setting: Setting = {
      world,
      random,
      ledger: startingLedger(world),
      keeper,
      time: startTime,
      price: { gasPrice: 0n, baseFee: 0n },
      hasDataFee: hasDataFee(seed),
    };
    const draft = randomDraft(setting);
    // No condition, whose answer could refuse both.
    for (const { intent } of draft.fills) intent.condition = nobody;
    const order = draft.fills.map((_, index) => index).sort(() => (random.chance(50) ? 1 : -1));
    const permuted: Draft = {
      ...draft,
      fills: order.flatMap((index) => draft.fills[index] ?? []),
      pairs: draft.pairs.map(([from, to]) => [order.indexOf(from), order.indexOf(to)]),
    };

    const calls = ownerCalls(draft, setting, 100);
    const { step: straight } = foretell(setting, draft, packBatch(draft, world), calls);
    const { after, step: other } = foretell(setting, permuted, packBatch(permuted, world), calls);
    if (straight.expected.refused || draft.fills.length < 2) continue;
    // The same nonces are looked at, in the same order.
    yield [straight, { ...other, nonces: straight.nonces, state: stateOf(after, world, straight.nonces) }];
  }
}

/** Less gas than any batch uses, and any fill of one. */
const [leastGas, leastFillGas] = [25_000n, 10_000n];

/** What the reference says about a batch, and the ledger to go on with. */
function foretell(
  { world, ledger, ...circumstances }: Setting,
  draft: Draft,
  batch: RawBatch,
  calls: OwnerCall[],
): { after: Ledger; step: Step } {
  const nonces = noncesOf(draft, world);
  const { keeper, time, price } = circumstances;
  const step = { time, price, calls, keeper, data: calldata(batch), nonces, claim: null };
  try {
    const around = surroundings(world, circumstances);
    const { ledger: after, fills, transfers, claimed } = settle(ledger, batch, around);
    const rates = ratesOf(price, around.tipCap, around.chainFee, fills.length);
    const isCertain = claimed <= (leastGas + leastFillGas * BigInt(fills.length)) * rates.weiPerGas;
    const seen = transfers.filter(({ token }) => token !== world.silentToken);
    const expected = { refused: false as const, fills, transfers: seen };
    const foretold = { ...step, expected, state: stateOf(after, world, nonces) };
    return isCertain
      ? { after, step: foretold }
      : { after: ledger, step: { ...foretold, claim: { ...rates, claimed } } };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const expected = { refused: true as const, data: error.data };
    const state = stateOf(ledger, world, nonces);
    return { after: ledger, step: { ...step, expected, state } };
  }
}

/** Fills are shared between drafts that go on with one another; a bend must not reach the others. */
function structuredCloneDraft(draft: Draft): Draft {
  return {
    ...draft,
    tokens: [...draft.tokens],
    prices: [...draft.prices],
    fills: draft.fills.map((fill) => ({ ...fill, intent: { ...fill.intent } })),
    pairs: [...draft.pairs],
  };
}

/** Nothing, or a base fee of any magnitude and a tip below, at or above what counts as cost. */
export function randomPrice(random: Random): GasPrice {
  if (random.chance(30)) return { gasPrice: 0n, baseFee: 0n };
  const baseFee = random.amount(10n ** 11n) - 1n;
  const tip = random.pick([0n, 1n, random.below(tipCap), tipCap, tipCap + random.amount(10n ** 10n)]);
  return { gasPrice: baseFee + tip, baseFee };
}

/** Approves what is to be settled by approval, unless careless, and then cancels something now and then. */
function ownerCalls(draft: Draft, { world, random, ledger }: Setting, care = 95): OwnerCall[] {
  const calls: OwnerCall[] = [];
  for (const { scheme, owner, intent } of draft.fills) {
    if (scheme === "approved") {
      const intentHash = intentDigest(intent, world.chainId, world.settlement);
      const approved = random.chance(care);
      if (ledger.isApproved(owner, intentHash) !== approved) {
        ledger.setApproval(owner, intentHash, approved);
        calls.push({
          owner,
          data: settlement.encodeFunctionData("setApproval", [intentHash, approved]),
          event: { name: "Approval", args: [owner, intentHash, approved] },
        });
      }
    }
    if (care < 100 && random.chance(3)) {
      // Itself, or one whose word it shares.
      const nonce = intent.nonce ^ (random.chance(30) ? 0n : random.below(256n));
      const [word, bit] = [nonce >> 8n, nonce & 0xffn];
      ledger.spend(owner, nonce);
      calls.push({
        owner,
        data: settlement.encodeFunctionData("cancel", [nonce]),
        event: { name: "Cancel", args: [owner, word, 1n << bit] },
      });
    }
    if (care < 100 && random.chance(3)) {
      const word = intent.nonce >> 8n;
      const others = random.below(2n ** 256n) & random.below(2n ** 256n) & random.below(2n ** 256n);
      const own = 1n << (intent.nonce & 0xffn);
      const mask = random.chance(20) ? others | own : others & ~own;
      for (let i = 0n; i < 256n; i++) if ((mask >> i) & 1n) ledger.spend(owner, (word << 8n) + i);
      calls.push({
        owner,
        data: settlement.encodeFunctionData("cancelMany", [word, mask]),
        event: { name: "Cancel", args: [owner, word, mask] },
      });
    }
  }
  return calls;
}

const calldata = ({ tokens, prices, fills, transfers, callbackData }: RawBatch) =>
  settlement.encodeFunctionData("settle", [[tokens, prices, fills, transfers, callbackData]]);

const noncesOf = ({ fills }: Draft, { chainId, settlement: target }: World): Step["nonces"] =>
  fills.map(({ owner, intent }) => ({
    owner,
    nonce: intent.nonce,
    intentHash: intentDigest(intent, chainId, target),
  }));

function stateOf(ledger: Ledger, world: World, nonces: Step["nonces"]): bigint[] {
  const tokenWords = world.tokens.flatMap((token) => [
    ...holders(world).flatMap((holder) => [ledger.balance(token, holder), ledger.allowance(token, holder)]),
    ledger.balance(token, world.settlement),
  ]);
  const nonceWords = nonces.flatMap(({ owner, nonce, intentHash }) => [
    ledger.bitmap(owner, nonce),
    BigInt(ledger.isSpent(owner, nonce)),
    BigInt(ledger.isApproved(owner, intentHash)),
    ledger.filled(owner, nonce),
    ledger.filled(owner, nonce ^ 1n),
  ]);
  return [...tokenWords, ...nonceWords];
}
