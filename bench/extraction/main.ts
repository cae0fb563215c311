/**
 * `npm run bench:extraction`: the part of the gains from trade that a greedy keeper takes in each lane, over 200 random books and the
 * recorded ones of a folder (`-- --books FOLDER`). Prints the table, writes bench/results/extraction.json, the pictures
 * docs/pictures/extraction.svg and docs/pictures/scarce.svg, and the tables of docs/MECHANISM.md.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { format, resolveConfig } from "prettier";
import { solveSealed, verifySealed } from "../../packages/solver/src/index.ts";
import { randomFrom } from "../../packages/solver/test/families.ts";
import { fillMarkers } from "../gas/document.ts";
import { type NamedBook, randomBooks, recordedBooks } from "./books.ts";
import { takeDecaying, takeInstant } from "./instant.ts";
import { drawExtraction, drawScarce } from "./picture.ts";
import { scarceRows } from "./scarce.ts";
import { takeSealed } from "./sealed.ts";
import { type ExtractionRow, markdown, summarise } from "./table.ts";
import { gainsOf, worthOf } from "./valuation.ts";

const RANDOM_BOOKS = 200;
const root = join(import.meta.dirname, "../..");
const { values } = parseArgs({ options: { books: { type: "string" } } });

const rows: ExtractionRow[] = [];
let books = 0;
for (const named of randomBooks()) {
  if (books === RANDOM_BOOKS) break;
  if (measure(named, books)) books++;
}
recordedBooks(values.books).forEach((named, i) => measure(named, i));

const summary = summarise(rows);
const scarce = scarceRows();
console.table(summary);
console.table(rows.filter(({ kind }) => kind === "recorded"));
const pictures = join(root, "docs/pictures");
await mkdir(pictures, { recursive: true });
await writeFile(join(pictures, "extraction.svg"), await drawExtraction(rows));
await writeFile(join(pictures, "scarce.svg"), await drawScarce(scarce));
const results = join(root, "bench/results/extraction.json");
await writeFile(results, `${JSON.stringify({ rows, summary, scarce }, undefined, 2)}\n`);
const document = join(root, "docs/MECHANISM.md");
const text = fillMarkers(await readFile(document, "utf8"), markdown(rows, scarce));
await writeFile(document, await format(text, { ...(await resolveConfig(document)), filepath: document }));
console.log(`Written to ${results}`);

/** Measures one book in all lanes; whether it trades at all. */
function measure({ name, book }: NamedBook, seed: number): boolean {
  const solution = solveSealed(book);
  const verdict = verifySealed(book, solution);
  const worth = worthOf(solution.prices, verdict.sold);
  const gains = gainsOf(book, worth);
  if (solution.nothingToTrade || !(gains > 0)) return false;
  const volume = verdict.sold.reduce((sum, sold, t) => sum + Number(sold) * (worth[t] ?? 0), 0);
  const { uniform, normal } = randomFrom(77 + seed);
  const taken = [
    ["instant", takeInstant(book, worth, verdict.sold)],
    ["instant-decaying", takeDecaying(book, worth, verdict.sold, normal)],
    ["sealed", takeSealed(book, verdict, worth, uniform).gain],
  ] as const;
  for (const [lane, gain] of taken)
    rows.push({
      book: name,
      kind: name.includes("#") ? "random" : "recorded",
      lane,
      share: gain / gains,
      shareOfVolume: gain / volume,
    });
  return true;
}
