/** What the rows of the gas bench say: marginals, goals, ratios, linearity. Pure. */
import { categories, type Account, type Category } from "./account.ts";
import type { GasCase } from "./cases.ts";
import type { GasRow } from "./measure.ts";
import { systemNames, type SystemName } from "./system.ts";

/** The kinds of batches that grow from 10 to 100 intents, by what the tables call them. */
export const kinds = {
  "word used": { nonceWord: "used", amounts: "pairwise", fill: "whole" },
  "word fresh": { nonceWord: "fresh", amounts: "pairwise", fill: "whole" },
  "unequal amounts": { nonceWord: "used", amounts: "unequal", fill: "whole" },
  "first part, word used": { nonceWord: "used", amounts: "pairwise", fill: "partial-first" },
  "first part, word fresh": { nonceWord: "fresh", amounts: "pairwise", fill: "partial-first" },
  "last part": { nonceWord: "used", amounts: "pairwise", fill: "partial-rest" },
} as const satisfies Record<string, Omit<GasCase, "scenario" | "n">>;

export type Kind = keyof typeof kinds;
export const kindNames = [
  "word used",
  "word fresh",
  "unequal amounts",
  "first part, word used",
  "first part, word fresh",
  "last part",
] as const;

/** What the bench's tables call the systems. */
export const titles: Record<SystemName, string> = {
  walras: "Walras",
  cow: "CoW GPv2",
  "1inch": "1inch LOP v4",
  seaport: "Seaport 1.6",
  floor: "floor, packed",
  "floor-abi": "floor, ABI",
};

/** The gas of one row; undefined where the system has no such case. */
export function gasOf(
  rows: readonly GasRow[],
  system: SystemName,
  n: number,
  kind: Kind,
): number | undefined {
  return rowOf(rows, system, n, kind)?.gas;
}

/** The row of a system for `n` intents of a kind. */
export function rowOf(
  rows: readonly GasRow[],
  system: SystemName,
  n: number,
  kind: Kind,
): GasRow | undefined {
  const { nonceWord, amounts, fill } = kinds[kind];
  return rows.find(
    (row) =>
      row.system === system &&
      row.n === n &&
      row.nonceWord === nonceWord &&
      row.amounts === amounts &&
      row.fill === fill,
  );
}

/** What one more intent costs, on the way from `few` to `many` intents; undefined where a system has no such case. */
export function marginal(
  rows: readonly GasRow[],
  system: SystemName,
  kind: Kind,
  [few, many]: readonly [number, number] = [10, 100],
): number | undefined {
  const [less, more] = [gasOf(rows, system, few, kind), gasOf(rows, system, many, kind)];
  return less === undefined || more === undefined ? undefined : (more - less) / (many - few);
}

export type Goal = { name: string; most: number; measured: number; isMet: boolean };

/** What settling by Walras should cost at most. */
export function goals(rows: readonly GasRow[]): Goal[] {
  const gas = (n: number) => gasOf(rows, "walras", n, "word used") ?? NaN;
  const perIntent = (kind: Kind) => marginal(rows, "walras", kind) ?? NaN;
  return (
    [
      ["2 intents", 92_000, gas(2)],
      ["ring of 3", 127_000, gas(3)],
      ["50 intents", 1_450_000, gas(50)],
      ["one more intent", 28_500, perIntent("word used")],
      ["one more intent, unequal amounts", 31_500, perIntent("unequal amounts")],
    ] as const
  ).map(([name, most, measured]) => ({ name, most, measured, isMet: measured <= most }));
}

/** A table as Markdown; the first row is the head. */
export function markdownTable([head = [], ...body]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, index) => (index === 0 ? "---" : "---:"))), ...body.map(line)].join(
    "\n",
  );
}

/** 1234567 as "1,234,567"; "–" for what there is not. */
export function count(value: number | undefined): string {
  return value === undefined ? "–" : Math.round(value).toLocaleString("en-US");
}

/** Total gas by number of intents, and what one more costs. */
export function totalsTable(rows: readonly GasRow[]): string {
  return markdownTable([
    ["gas, word used", "2", "ring of 3", "10", "50", "100", "one more", "Walras to it"],
    ...present(rows).map((system) => [
      titles[system],
      ...[2, 3, 10, 50, 100].map((n) => count(gasOf(rows, system, n, "word used"))),
      count(marginal(rows, system, "word used")),
      ratio(marginal(rows, "walras", "word used"), marginal(rows, system, "word used")),
    ]),
  ]);
}

/** What one more intent costs, by kind of batch. */
export function marginalsTable(rows: readonly GasRow[]): string {
  return markdownTable([
    ["one more intent, gas", ...kindNames],
    ...present(rows).map((system) => [
      titles[system],
      ...kindNames.map((kind) => count(marginal(rows, system, kind))),
    ]),
  ]);
}

/** Calldata of 100 intents, raw and compressed. */
export function bytesTable(rows: readonly GasRow[]): string {
  return markdownTable([
    ["calldata, 100 intents", "bytes", "for each", "brotli", "for each"],
    ...present(rows).map((system) => {
      const row = rowOf(rows, system, 100, "word used");
      return [
        titles[system],
        count(row?.bytes),
        count(row && row.bytes / row.n),
        count(row?.brotliBytes),
        count(row && row.brotliBytes / row.n),
      ];
    }),
  ]);
}

/** What one more intent costs early and late: the same where cost grows linearly. */
export function linearityTable(rows: readonly GasRow[]): string {
  return markdownTable([
    ["one more intent, gas", "from 10 to 50", "from 50 to 100", "grows by"],
    ...present(rows).map((system) => {
      const [early, late] = [
        marginal(rows, system, "word used", [10, 50]),
        marginal(rows, system, "word used", [50, 100]),
      ];
      const growth = early === undefined || late === undefined ? NaN : (late / early - 1) * 100;
      return [titles[system], count(early), count(late), `${growth.toFixed(2).replace(/^-(0.00)$/, "$1")} %`];
    }),
  ]);
}

/**
 * The batches that are accounted for. Peers are not: they spread their work over several contracts, and a step of a trace
 * does not say which it is in.
 */
export const accounted = [
  { system: "walras", kind: "word used" },
  { system: "walras", kind: "unequal amounts" },
  { system: "floor", kind: "word used" },
  { system: "floor-abi", kind: "word used" },
] as const satisfies readonly { system: SystemName; kind: Kind }[];

/** Two accounts of batches of one kind, and what they say of one more intent. */
export type Accounted = { system: SystemName; kind: Kind; few: Account; many: Account; perIntent: Account };

/** Where the gas of one more intent goes, and how Walras differs from the packed floor. */
export function accountTable(accounts: readonly Accounted[]): string {
  const find = (system: SystemName) =>
    accounts.find((account) => account.system === system && account.kind === "word used")?.perIntent;
  const [walras, floor] = [find("walras"), find("floor")];
  const line = (gas: (account: Account) => number) => [
    ...accounts.map(({ perIntent }) => count(gas(perIntent))),
    count(walras && floor && gas(walras) - gas(floor)),
  ];
  return markdownTable([
    [
      "one more intent, gas",
      ...accounts.map(({ system, kind }) => titles[system] + (kind === "word used" ? "" : `, ${kind}`)),
      "Walras over the packed floor",
    ],
    ...categories.map((category) => [category, ...line((account) => account[category])]),
    ["all", ...line((account) => Object.values(account).reduce((total, gas) => total + gas))],
  ]);
}

/** In a sentence, what Walras does beyond the packed floor for one more intent, and what that costs. */
export function accountText(accounts: readonly Accounted[]): string {
  const find = (system: SystemName) =>
    accounts.find((account) => account.system === system && account.kind === "word used")?.perIntent;
  const [walras, floor] = [find("walras"), find("floor")];
  if (walras === undefined || floor === undefined)
    throw new Error("Walras or the floor was not accounted for.");
  const over = (...of: readonly Category[]) =>
    count(of.reduce((total, category) => total + walras[category] - floor[category], 0));
  return (
    `Walras takes ${over(...categories)} gas more than the packed floor for one more intent: ` +
    `${over("log")} for the log; ${over("arithmetic", "stack", "jumps", "calldata reads")} for the rules; ` +
    `${over("hashing", "memory")} for a longer digest and for what is kept until the transfers; ` +
    `${over("calldata")} for calldata; ${over("ecrecover", "storage", "token calls")} for signature, nonce and tokens.`
  );
}

/** The goals, and whether they are met. */
export function goalsTable(rows: readonly GasRow[]): string {
  return markdownTable([
    ["goal", "at most", "measured", "met"],
    ...goals(rows).map(({ name, most, measured, isMet }) => [
      name,
      count(most),
      count(measured),
      isMet ? "yes" : `no, ${count(measured - most)} over`,
    ]),
  ]);
}

function ratio(value: number | undefined, base: number | undefined): string {
  return value === undefined || base === undefined ? "–" : (value / base).toFixed(2);
}

function present(rows: readonly GasRow[]): SystemName[] {
  return systemNames.filter((system) => rows.some((row) => row.system === system));
}
