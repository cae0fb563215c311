/** What a keeper, an owner or chance may have wrong with a batch: each changes one thing of one that settles. */
import { concat, dataLength, dataSlice, getBytes, hexlify } from "ethers";
import { exactAmount, type Draft, type DraftFill } from "./draft.ts";
import type { Setting } from "./randomDraft.ts";
import type { RawBatch } from "./settle.ts";
import { accounts } from "./world.ts";

const max32 = 2n ** 32n - 1n;
const max128 = 2n ** 128n - 1n;
const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

const capped = (amount: bigint) => (amount > max128 ? max128 : amount);
const oneLess = (amount: bigint) => (amount === 0n ? 0n : amount - 1n);

/** Before the batch is signed: to one fill of it, or to the batch. */
const draftBends: ((draft: Draft, fill: DraftFill, setting: Setting) => void)[] = [
  (draft, _fill, { random }) => void (draft.prices[random.index(draft.prices.length)] = 0n),
  (draft, _fill, { random }) =>
    void (draft.prices[random.index(draft.prices.length)] = random.amount(max128)),
  (draft, _fill, { random }) =>
    void (draft.prices[random.index(draft.prices.length)] = random.pick([1n, max128])),
  (draft) => void (draft.prices[0] = (draft.prices[0] ?? 0n) === max128 ? 1n : (draft.prices[0] ?? 0n) + 1n),
  (draft) => void draft.tokens.reverse(),
  (draft, _fill, { random }) => {
    // One token under two prices.
    const at = random.index(draft.tokens.length);
    draft.tokens.splice(at, 0, draft.tokens[at] ?? "");
    draft.prices.splice(at, 0, random.amount(max128));
  },
  (draft) => void draft.prices.push(1n),
  (draft) => void draft.prices.pop(),
  (_draft, { intent }) => void (intent.buyToken = intent.sellToken),
  (_draft, { intent }, { world }) => void (intent.settler = world.reader),
  (_draft, { intent }, { time, random }) => void (intent.validFrom = time + BigInt(random.index(2))),
  (_draft, { intent }, { time, random }) => void (intent.validTo = time - BigInt(random.index(2))),
  (_draft, { intent }, { time, random }) => {
    intent.startBuyAmount = random.below(2n ** 128n);
    intent.decayEnd = time + BigInt(random.index(3)) - 1n;
  },
  (_draft, { intent }, { random }) => {
    intent.startBuyAmount = capped(intent.buyAmount + random.amount(max128));
    intent.decayEnd = max32;
  },
  (_draft, { intent }) => void (intent.buyAmount = capped(intent.buyAmount + 1n)),
  (_draft, { intent }) => void (intent.buyAmount = oneLess(intent.buyAmount)),
  (_draft, { intent }) => void (intent.sellAmount = oneLess(intent.sellAmount)),
  (_draft, { intent }) => void (intent.sellAmount = capped(intent.sellAmount + 1n)),
  (_draft, { intent }) => void (intent.sellAmount = 0n),
  (_draft, { intent }) =>
    void ([intent.sellAmount, intent.buyAmount] = [intent.buyAmount, intent.sellAmount]),
  (_draft, { intent }) => void (intent.kind = intent.kind === "sell" ? "buy" : "sell"),
  (_draft, { intent }) => void (intent.partiallyFillable = !intent.partiallyFillable),
  (_draft, fill) => void (fill.executed = 0n),
  (_draft, fill) => void (fill.executed = oneLess(fill.executed)),
  (_draft, fill) => void (fill.executed = capped(fill.executed + 1n)),
  (_draft, fill, { random }) => void (fill.executed = random.below(2n ** 128n)),
  (_draft, fill) => void (fill.executed = capped(exactAmount(fill.intent) + 1n)),
  (_draft, fill) => void (fill.fee = capped(fill.fee + 1n)),
  (_draft, fill, { random }) =>
    void (fill.fee = random.pick([fill.executed, capped(fill.executed + 1n), max128])),
  (_draft, fill, { random }) => {
    fill.fee = random.amount(fill.executed || 1n);
    fill.intent.maxFee = max128;
  },
  (_draft, { intent }) => void (intent.maxFee = oneLess(intent.maxFee)),
  (draft) => {
    for (const { intent } of draft.fills) intent.feePerWei = oneLess(intent.feePerWei);
  },
  (draft, fill) => void draft.fills.push(fill),
  (draft, fill, { random }) => {
    // Two intents with one nonce.
    const other = { ...fill, intent: { ...fill.intent, buyAmount: oneLess(fill.intent.buyAmount) } };
    draft.fills.splice(random.index(draft.fills.length), 0, other);
  },
  (draft, fill, { random }) => {
    // The nonce that shares a storage word, or a bitmap word.
    const other = {
      ...fill,
      intent: { ...fill.intent, nonce: fill.intent.nonce ^ BigInt(random.pick([1, 255])) },
    };
    draft.fills.push(other);
  },
  (draft, _fill, { random }) => {
    const range = draft.fills.length + 1;
    draft.pairs.splice(random.index(draft.pairs.length + 1), 0, [random.index(range), random.index(range)]);
  },
  (draft) => void draft.pairs.push([draft.fills.length, 0]),
  (draft) => void draft.pairs.push([0, draft.fills.length]),
  (draft) => void (draft.pairs = []),
  (_draft, fill) => {
    fill.owner = accounts.poor.address;
    fill.signer = fill.owner;
    fill.scheme = "compact";
  },
  (_draft, { intent }, { world, random }) => {
    intent.condition = random.pick([world.condition, world.reader, accounts.poor.address]);
  },
  (draft) => {
    for (const { intent } of draft.fills) intent.conditionData = "0x";
  },
  (draft, _fill, { world }) => {
    for (const { intent } of draft.fills) intent.condition = world.condition;
  },
  (_draft, fill) => void (fill.scheme = "eip1271"),
  (_draft, fill, { random }) => void (fill.signer = random.pick(accounts.owners).address),
  (_draft, fill) => void (fill.spoil = ({ r, s, v }) => ({ r, s: order - s, v: 55 - v })),
  (_draft, fill, { random }) =>
    void (fill.spoil = ({ r, s }) => ({ r, s, v: random.pick([0, 1, 26, 29, 255]) })),
  (_draft, fill) => void (fill.spoil = ({ r, s, v }) => ({ r, s, v: 55 - v })),
  (_draft, fill, { random }) =>
    void (fill.spoil = ({ s, v }) => ({ r: random.pick([0n, order, 2n ** 256n - 1n]), s, v })),
  (_draft, fill, { random }) =>
    void (fill.spoil = ({ r, v }) => ({ r, s: random.pick([0n, order / 2n, order / 2n + 1n]), v })),
  (draft) => void (draft.callbackData = "0x00"),
  (draft) => void (draft.fills = []),
];

/** After it has been packed. */
const rawBends: ((batch: RawBatch, setting: Setting) => void)[] = [
  (batch, { random }) =>
    void (batch.fills = bentFills(batch.fills, random.index(dataLength(batch.fills)), random.index(256))),
  (batch, { random }) =>
    void (batch.fills = bentFills(
      batch.fills,
      random.index(60) % dataLength(batch.fills),
      random.index(256),
    )),
  (batch, { random }) =>
    void (batch.fills = dataSlice(batch.fills, 0, random.index(dataLength(batch.fills)))),
  (batch) => void (batch.fills = dataSlice(batch.fills, 0, dataLength(batch.fills) - 1)),
  (batch, { random }) => void (batch.fills = concat([batch.fills, new Uint8Array(1 + random.index(40))])),
  (batch, { random }) => {
    const count = getBytes(batch.fills)[1] ?? 0;
    batch.fills = withByte(batch.fills, 1, random.pick([Math.max(count - 1, 0), count + 1, 255]));
  },
  (batch, { random }) => void (batch.fills = withByte(batch.fills, 2, 0x20 << random.index(3))),
  (batch, { random }) => void (batch.fills = withByte(batch.fills, 4 + random.index(2), random.index(8))),
  (batch, { random }) => {
    batch.transfers = concat([batch.transfers, new Uint8Array(1 + random.index(3))]);
  },
  (batch, { random }) => {
    const length = dataLength(batch.transfers);
    if (length > 0) batch.transfers = withByte(batch.transfers, random.index(length), random.index(4));
  },
];

/** A count of tens of thousands reverts for want of gas, for memory, before anything else is found wrong: it stays below. */
function bentFills(fills: string, at: number, value: number): string {
  return withByte(fills, at, at === 0 ? value % 16 : value);
}

function withByte(data: string, at: number, value: number): string {
  const bytes = getBytes(data);
  if (at < bytes.length) bytes[at] = value;
  return hexlify(bytes);
}

/** How many ways there are to bend a batch; `bend` numbers count through drafts first, then raw bytes. */
export const bendCount = draftBends.length + rawBends.length;

export function bendDraft(bend: number, draft: Draft, setting: Setting): void {
  const fill = draft.fills[setting.random.index(draft.fills.length)];
  if (fill !== undefined) draftBends[bend]?.(draft, fill, setting);
}

export function bendRaw(bend: number, batch: RawBatch, setting: Setting): void {
  rawBends[bend - draftBends.length]?.(batch, setting);
}
