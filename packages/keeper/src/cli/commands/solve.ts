import {
  parseBook,
  solve,
  verifySolution,
  type Address,
  type Book,
  type BookIntent,
  type Fill,
  type Solution,
  type SolutionValue,
  type SolveOptions,
} from "@walras/solver";
import type { Command } from "commander";
import { formatUnits } from "ethers";
import { KeeperError } from "../../errors.ts";
import { withOutput, type OutputOptions } from "../options.ts";
import { list, table, toJson } from "../table.ts";
import type { Context } from "../Terminal.ts";
import { parseCount, readJson } from "../values.ts";

type Options = OutputOptions & { maxFills?: string; searchBudget?: string };

/** Names and amounts of the book's tokens for people: by symbol and decimals where the book tells them. */
class Display {
  readonly #tokens: Map<string, Book["tokens"][number]>;
  readonly #intents: Map<string, BookIntent>;

  constructor(book: Book) {
    this.#tokens = new Map(book.tokens.map((token) => [token.address.toLowerCase(), token]));
    this.#intents = new Map(book.intents.map((intent) => [intent.id, intent]));
  }

  token(address: Address): string {
    return this.#tokens.get(address.toLowerCase())?.symbol ?? `${address.slice(0, 8)}…`;
  }

  amount(atoms: bigint, token: Address): string {
    const decimals = this.#tokens.get(token.toLowerCase())?.decimals;
    return decimals === undefined ? atoms.toString() : formatUnits(atoms, decimals).replace(/\.0$/, "");
  }

  /** "100 USDC" */
  sum(atoms: bigint, token: Address): string {
    return `${this.amount(atoms, token)} ${this.token(token)}`;
  }

  id(id: string): string {
    return id.length > 20 ? `${id.slice(0, 10)}…${id.slice(-6)}` : id;
  }

  fill({ intentId, sold, bought, fee, surplus }: Fill): string[] {
    const intent = this.#intents.get(intentId);
    if (intent === undefined) return [intentId];
    const { sellToken, buyToken, kind } = intent;
    return [
      this.id(intentId),
      kind,
      this.sum(sold, sellToken),
      this.sum(bought, buyToken),
      this.sum(fee, sellToken),
      this.sum(surplus, kind === "sell" ? buyToken : sellToken),
    ];
  }
}

function solutionText(book: Book, solution: Solution): string {
  const display = new Display(book);
  const { tokens, prices, fills, unfilled, value, stats, transfers, toKeeper } = solution;
  const parts: string[] = [];
  if (fills.length > 0) {
    parts.push(
      table(
        ["intent", "kind", "gives", "gets", "fee", "surplus"],
        fills.map((fill) => display.fill(fill)),
      ),
    );
    const priceRows = tokens.map((token, index) => [
      display.token(token),
      token,
      String(prices[index] ?? 0n),
    ]);
    parts.push(table(["token", "address", "clearing price"], priceRows));
    const keeper = toKeeper
      .filter(({ amount }) => amount > 0n)
      .map(({ token, amount, fees }) => [display.sum(amount, token), display.sum(fees, token)]);
    if (keeper.length > 0) parts.push(table(["left for the keeper", "of it fees"], keeper));
  }
  if (unfilled.length > 0) {
    parts.push(
      table(
        ["not filled", "reason", "why"],
        unfilled.map(({ intentId, reason, detail }) => [display.id(intentId), reason, detail]),
      ),
    );
  }
  const unit = value.basis === "reference" ? "10^-18 of the reference token" : "atoms times equilibrium price";
  parts.push(
    list([
      [
        "filled",
        `${fills.length} of ${book.intents.length} intents, by ${transfers.length} direct transfers`,
      ],
      ["surplus", `${value.surplus} (${unit})`],
      ...value.perToken.map(({ token, surplus }) => ["", display.sum(surplus, token)] as const),
      ["bound", `${value.bound}: no batch gains more; ${missed(value)}`],
      ["volume", `${value.volume} (${unit})`],
      ["search", `${stats.rounds} price vectors over ${stats.components} parts of the book`],
    ]),
  );
  const notes = (book.warnings ?? []).map((warning) => `Note: ${warning}`);
  if (notes.length > 0) parts.push(notes.join("\n"));
  return parts.join("\n\n");
}

/** How far a solution is from its bound, for people. */
function missed({ bound, gap }: SolutionValue): string {
  if (gap === 0n) return "nothing is missed";
  return `at most ${Number((gap * 100_000n) / bound) / 1000} % is missed`;
}

async function run(file: string, options: Options, { terminal }: Context): Promise<void> {
  const book = parseBook(await readJson(file, terminal));
  const budget: SolveOptions = {
    ...(options.maxFills === undefined ? {} : { maxFills: parseCount(options.maxFills, "--max-fills") }),
    ...(options.searchBudget === undefined
      ? {}
      : { searchBudget: parseCount(options.searchBudget, "--search-budget") }),
  };
  const solution = solve(book, budget);
  const [violation] = verifySolution(book, solution);
  if (violation !== undefined) {
    throw new KeeperError("Internal", {}, { cause: new Error(`${violation.code}: ${violation.detail}`) });
  }
  const json = { ...solution, warnings: book.warnings ?? [] };
  terminal.out(options.json === true ? toJson(json) : solutionText(book, solution));
}

export function addSolveCommand(program: Command, context: Context): void {
  withOutput(program.command("solve"))
    .description(
      "match the intents of a book file, without a chain: prices, fills, what the solution is worth, and why the others are not in it",
    )
    .argument("<book>", "JSON file in the form of docs/BOOK.md; - for what is piped in")
    .option("--max-fills <number>", "the most fills in the batch")
    .option("--search-budget <number>", "price vectors to try for fill-or-kill intents")
    .addHelpText(
      "after",
      `
Examples:
  $ walras solve book.json
  $ walras solve book.json --json | jq .value`,
    )
    .action((file: string, options: Options) => run(file, options, context));
}
