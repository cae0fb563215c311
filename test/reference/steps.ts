/** Makes up batches without end and says what has to come of each, by the reference alone. */
import { settlementAbi } from "@walras/sdk";
import { Interface } from "ethers";
import { bendCount, bendDraft, bendRaw } from "./bends.ts";
import { packBatch, type Draft } from "./draft.ts";
import { intentDigest } from "./intent.ts";
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
  seed: number;
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

    const step = { seed, time, calls, keeper, data: calldata(batch), nonces: noncesOf(bent) };
    try {
      const { ledger: after, fills, transfers } = settle(ledger, batch, surroundings(world, keeper, time));
      ledger = after;
      if (bend < 0) {
        kept.push(draft);
        if (kept.length > maxKept) kept.shift();
      }
      const seen = transfers.filter(({ token }) => token !== world.silentToken);
      yield {
        ...step,
        expected: { refused: false, fills, transfers: seen },
        state: stateOf(ledger, world, step.nonces),
      };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      yield {
        ...step,
        expected: { refused: true, data: error.data },
        state: stateOf(ledger, world, step.nonces),
      };
    }
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

/** Approves what is to be settled by approval, most of the time; and now and then cancels something. */
function ownerCalls(draft: Draft, { world, random, ledger }: Setting): OwnerCall[] {
  const calls: OwnerCall[] = [];
  for (const { scheme, owner, intent } of draft.fills) {
    if (scheme === "approved") {
      const intentHash = intentDigest(intent, world.chainId, world.settlement);
      const approved = random.chance(95);
      if (ledger.isApproved(owner, intentHash) !== approved) {
        ledger.setApproval(owner, intentHash, approved);
        calls.push({ owner, data: settlement.encodeFunctionData("setApproval", [intentHash, approved]) });
      }
    }
    if (random.chance(1)) {
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
