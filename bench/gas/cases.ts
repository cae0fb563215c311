/** What is settled: the same intents, owners, tokens and amounts for every system that the gas bench measures. */

export type GasCase = {
  scenario: "pair" | "ring3" | "batch";
  /** Intents in the batch. */
  n: number;
  /**
   * Whether the word that a fill writes was in use: for fill or kill, another nonce of the owner's bitmap word was spent
   * before; for a partial fill, also a part of the neighbouring nonce was filled before.
   */
  nonceWord: "used" | "fresh";
  /** "unequal": sellers' and buyers' amounts differ, so that most are served by two transfers. */
  amounts: "pairwise" | "unequal";
  /** Fill or kill, the first part of an intent, or the part that completes it. */
  fill: "whole" | "partial-first" | "partial-rest";
};

/** A fill of an intent, in terms that fit every system. The price of each token is 1, so `executed` is also what is bought. */
export type PlannedFill = {
  /** Places in the list of tokens. */
  sellToken: number;
  buyToken: number;
  /** Signed, in atoms: gives at most this much for at least as much. */
  amount: bigint;
  /** In atoms, of both tokens. */
  executed: bigint;
  isPartial: boolean;
};

/** The intent `from` pays the intent `to`, both by their places in the batch. */
export type Payment = readonly [from: number, to: number];

const plain = { nonceWord: "used", amounts: "pairwise", fill: "whole" } as const;
export const batchSizes = [10, 50, 100];

export const gasCases: readonly GasCase[] = (["used", "fresh"] as const)
  .flatMap((nonceWord): GasCase[] => [
    { ...plain, scenario: "pair", n: 2, nonceWord },
    { ...plain, scenario: "ring3", n: 3, nonceWord },
    ...batchSizes.map((n) => ({ ...plain, scenario: "batch" as const, n, nonceWord })),
  ])
  .concat(
    batchSizes.flatMap((n): GasCase[] => [
      { ...plain, scenario: "batch", n, amounts: "unequal" },
      { ...plain, scenario: "batch", n, fill: "partial-first" },
      { ...plain, scenario: "batch", n, nonceWord: "fresh", fill: "partial-first" },
      { ...plain, scenario: "batch", n, fill: "partial-rest" },
    ]),
  );

/** Enough owners for the largest case. */
export const mostIntents = Math.max(...gasCases.map(({ n }) => n));

/** A usual amount, in atoms of a token with 18 decimals. */
export const baseAmount = 1_234_567_890_123_456_789n;
const step = 1_000_000_000_000_007n;

/** When all intents expire: far away, the same for all systems. */
export const validTo = 4_000_000_000;

/** How many owners pay each other in a circle. */
export function ringSize({ scenario }: GasCase): number {
  return scenario === "ring3" ? 3 : 2;
}

/** The fills of a case, one for each owner in turn. */
export function plannedFills(gasCase: GasCase): PlannedFill[] {
  const ring = ringSize(gasCase);
  const half = baseAmount / 2n;
  return amountsOf(gasCase).map((amount, index) => ({
    sellToken: index % ring,
    buyToken: ((index % ring) + 1) % ring,
    amount,
    executed: { whole: amount, "partial-first": half, "partial-rest": amount - half }[gasCase.fill],
    isPartial: gasCase.fill !== "whole",
  }));
}

/** How much each owner gives; at a price of 1 every token's sum is given and taken in full. */
function amountsOf({ n, amounts }: GasCase): bigint[] {
  return Array.from({ length: n }, (_, index) => {
    if (amounts === "pairwise") return baseAmount;
    // Even places sell one token in rising amounts, odd places the other in falling ones: equal sums, unequal parts.
    const rank = BigInt(index >> 1);
    return baseAmount + step * (index % 2 === 0 ? rank : BigInt(n / 2 - 1) - rank);
  });
}

/** Who pays whom: round the ring when amounts are equal, else down both lists side by side. */
export function payments(gasCase: GasCase): Payment[] {
  const { n, amounts } = gasCase;
  const ring = ringSize(gasCase);
  if (amounts === "pairwise") {
    return Array.from({ length: n }, (_, index) => [
      index,
      index - (index % ring) + ((index + ring - 1) % ring),
    ]);
  }
  const list: Payment[] = [];
  for (const side of [0, 1]) {
    const owed = amountsOf(gasCase);
    const due = amountsOf(gasCase);
    let [from, to] = [side, 1 - side];
    while (from < n && to < n) {
      const moved = (owed[from] ?? 0n) < (due[to] ?? 0n) ? (owed[from] ?? 0n) : (due[to] ?? 0n);
      list.push([from, to]);
      owed[from] = (owed[from] ?? 0n) - moved;
      due[to] = (due[to] ?? 0n) - moved;
      if (owed[from] === 0n) from += 2;
      if (due[to] === 0n) to += 2;
    }
  }
  return list;
}
