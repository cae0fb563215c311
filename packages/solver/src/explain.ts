import { at } from "./engine/access.ts";
import type { Ledger } from "./ledger.ts";
import type { Member, Part } from "./parts.ts";
import { formatRatio } from "./ratio.ts";
import type { Candidate } from "./screen.ts";
import type { Unfilled, UnfilledReason } from "./types.ts";

/** Says of an intent that lies on no cycle of the book why it cannot fill. */
export function explainLonely({ intent }: Candidate): Unfilled {
  return {
    intentId: intent.id,
    reason: "no-counterparty",
    detail: `Nobody in the book sells ${intent.buyToken} for ${intent.sellToken}, neither directly nor round a ring.`,
  };
}

/**
 * Says of each member that does not fill why not, in the order: a rival took the nonce, the price, the balance, the size,
 * fill-or-kill, and last that the other side was used up.
 *
 * @param ledger the fills, or `undefined` where nothing in the part settles
 * @param indicative prices at which the part would balance if everybody could fill in part
 */
export function explainPart(part: Part, ledger: Ledger | undefined, indicative: Float64Array): Unfilled[] {
  const nonces = new Map<number, string>();
  const traded = new Set<number>();
  part.members.forEach((member, i) => {
    if ((ledger?.executed[i] ?? 0n) === 0n) return;
    nonces.set(member.nonce, member.intent.id);
    traded.add(member.sell).add(member.buy);
  });
  const prices = new Map<number, string>();
  const priceOf = (member: Member, known: Ledger): string => {
    const pair = member.sell * part.tokens.length + member.buy;
    const text = prices.get(pair);
    if (text !== undefined) return text;
    const { sell, buy } = known.priceOf(member);
    const price = formatRatio({ num: sell, den: buy });
    prices.set(pair, price);
    return price;
  };
  return part.members.flatMap((_, index): Unfilled[] => {
    const member = part.members[index];
    if (member === undefined || (ledger?.executed[index] ?? 0n) > 0n) return [];
    const { intent } = member;
    const say = (reason: UnfilledReason, detail: string): Unfilled[] => [
      { intentId: intent.id, reason, detail },
    ];

    const rival = nonces.get(member.nonce);
    if (rival !== undefined)
      return say("nonce-conflict", `Intent ${rival} of the same owner and nonce fills instead.`);

    const isPriced = ledger !== undefined && traded.has(member.sell) && traded.has(member.buy);
    const limit = (): string =>
      `${formatRatio(member.limit)} atoms of ${intent.buyToken} per atom of ${intent.sellToken} after its fee`;
    if (isPriced && !ledger.isWithinLimit(member)) {
      const detail = `It asks for ${limit()}, but the clearing price is ${priceOf(member, ledger)}.`;
      return say("limit-out-of-reach", detail);
    }
    const market = at(indicative, member.sell) / at(indicative, member.buy);
    if (!isPriced && market < member.limitNear) {
      const hint = String(Number(market.toPrecision(6)));
      return say(
        "limit-out-of-reach",
        `It asks for ${limit()}; no such price clears, the book's own is about ${hint}.`,
      );
    }

    if (ledger !== undefined && isStarved(part, ledger, index)) {
      return say(
        "balance-shared",
        `What its owner can spend of ${intent.sellToken} goes to the owner's other intents.`,
      );
    }
    if (isPriced && isTooSmall(ledger, index)) {
      return say(
        "too-small",
        "At the clearing price so small an amount rounds to nothing, or to less than its limit.",
      );
    }
    if (member.whole) {
      return say("fill-or-kill-unmatched", "Its price can be met, but not for the whole of it at once.");
    }
    return say("outmatched", "Its price is met, but the other side is used up by others.");
  });
}

/** Whether the owner's other fills leave too little: nothing for a partial fill, not all for a whole one. */
function isStarved(part: Part, ledger: Ledger, index: number): boolean {
  const member = ledger.member(index);
  const left = ledger.left[member.wallet] ?? 0n;
  if (left === part.wallets[member.wallet]) return false;
  if (!member.whole)
    return ledger.fit(index, member.cap) === 0n && ledger.isWithinLimit(member) && left < member.cap;
  return ledger.whole(index) === undefined && left < member.intent.sellAmount;
}

function isTooSmall(ledger: Ledger, index: number): boolean {
  const member = ledger.member(index);
  return member.whole ? ledger.whole(index) === undefined : ledger.fit(index, member.cap) === 0n;
}

/** Says of a fill that was taken out again because the batch may hold only so many. */
export function explainBatchFull(intentId: string, maxFills: number): Unfilled {
  return {
    intentId,
    reason: "batch-full",
    detail: `The batch holds at most ${maxFills} fills, and others gain more.`,
  };
}
