/** A solution in words and tables. */
import type { Address, Book, BookIntent, Fill, Solution, SolutionValue } from "@walras/solver";
import { formatUnits } from "ethers";
import { list, table } from "./table.ts";

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

export function solutionText(book: Book, solution: Solution): string {
  const display = new Display(book);
  const { tokens, prices, fills, unfilled, value, stats, transfers, swaps, toKeeper } = solution;
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
    const swapRows = swaps.map(({ pool, tokenIn, tokenOut, amountIn, amountOut }) => [
      pool,
      display.sum(amountIn, tokenIn),
      display.sum(amountOut, tokenOut),
    ]);
    if (swapRows.length > 0) parts.push(table(["swap on pool", "gives", "gets"], swapRows));
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
  const unit =
    value.basis === "reference" ? "10^-18 of the reference token" : "atoms times equilibrium price";
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
      [
        "prices",
        stats.certified
          ? "from equilibria that hold their certificate"
          : "from the best that was found; an equilibrium behind them holds no certificate",
      ],
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
