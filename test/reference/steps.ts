/** Makes up batches without end and says what has to come of each, by the reference alone. */
import { settlementAbi } from "@walras/sdk";
import { Interface } from "ethers";
import { bendCount, bendDraft, bendRaw } from "./bends.ts";
import { packBatch, type Draft } from "./draft.ts";
import { intentDigest, nobody } from "./intent.ts";
import type { Ledger } from "./Ledger.ts";
import { Random } from "./Random.ts";
import { continuedDraft, randomDraft, type Setting } from "./randomDraft.ts";
import { Refusal } from "./Refusal.ts";
import { settle, type FillEvent, type RawBatch, type TransferEvent } from "./settle.ts";
import { accounts, holders, startingLedger, startTime, surroundings, type World } from "./world.ts";

/** A call of the settlement by an account that is an owner. */
export type OwnerCall = { owner: string; data: string };

export type Expected =
  { refused: true; data: string } | { refused: false; fills: FillEvent[]; transfers: TransferEvent[] };

export type Step = {
  time: bigint;
  /** Approvals and cancels that come first. */
  calls: OwnerCall[];
  keeper: string;
  /** Calldata of `settle`. */
  data: string;
  expected: Expected;
  /** Whose nonces to look at afterwards. */
  nonces: { owner: string; nonce: bigint }[];
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
    const setting: Setting = { world, random, ledger, keeper, time };
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
    if (bend < 0 && !step.expected.refused) {
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
    const setting: Setting = { world, random, ledger: startingLedger(world), keeper, time: startTime };
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

/** What the reference says about a batch, and the ledger that it leaves. */
function foretell(
  { world, ledger, keeper, time }: Setting,
  draft: Draft,
  batch: RawBatch,
  calls: OwnerCall[],
): { after: Ledger; step: Step } {
  const nonces = noncesOf(draft);
  const step = { time, calls, keeper, data: calldata(batch), nonces };
  try {
    const { ledger: after, fills, transfers } = settle(ledger, batch, surroundings(world, keeper, time));
    const seen = transfers.filter(({ token }) => token !== world.silentToken);
    const expected = { refused: false as const, fills, transfers: seen };
    return { after, step: { ...step, expected, state: stateOf(after, world, nonces) } };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const expected = { refused: true as const, data: error.data };
    return { after: ledger, step: { ...step, expected, state: stateOf(ledger, world, nonces) } };
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

/** Approves what is to be settled by approval, unless careless, and then cancels something now and then. */
function ownerCalls(draft: Draft, { world, random, ledger }: Setting, care = 95): OwnerCall[] {
  const calls: OwnerCall[] = [];
  for (const { scheme, owner, intent } of draft.fills) {
    if (scheme === "approved") {
      const intentHash = intentDigest(intent, world.chainId, world.settlement);
      const approved = random.chance(care);
      if (ledger.isApproved(owner, intentHash) !== approved) {
        ledger.setApproval(owner, intentHash, approved);
        calls.push({ owner, data: settlement.encodeFunctionData("setApproval", [intentHash, approved]) });
      }
    }
    if (care < 100 && random.chance(1)) {
      ledger.spend(owner, intent.nonce);
      calls.push({ owner, data: settlement.encodeFunctionData("cancel", [intent.nonce]) });
    }
  }
  return calls;
}

const calldata = ({ tokens, prices, fills, transfers, callbackData }: RawBatch) =>
  settlement.encodeFunctionData("settle", [[tokens, prices, fills, transfers, callbackData]]);

const noncesOf = ({ fills }: Draft) => fills.map(({ owner, intent }) => ({ owner, nonce: intent.nonce }));

function stateOf(ledger: Ledger, world: World, nonces: Step["nonces"]): bigint[] {
  const tokenWords = world.tokens.flatMap((token) => [
    ...holders(world).flatMap((holder) => [ledger.balance(token, holder), ledger.allowance(token, holder)]),
    ledger.balance(token, world.settlement),
  ]);
  const nonceWords = nonces.flatMap(({ owner, nonce }) => [
    bitmap(ledger, owner, nonce),
    ledger.filled(owner, nonce),
    ledger.filled(owner, nonce ^ 1n),
  ]);
  return [...tokenWords, ...nonceWords];
}

/** The 256 nonces round about `nonce`, one bit each. */
function bitmap(ledger: Ledger, owner: string, nonce: bigint): bigint {
  const first = (nonce >> 8n) << 8n;
  let bits = 0n;
  for (let i = 0n; i < 256n; i++) if (ledger.isSpent(owner, first + i)) bits |= 1n << i;
  return bits;
}
