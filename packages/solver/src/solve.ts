import { addressKey } from "./arithmetic.ts";
import { assemble, type Execution } from "./assemble.ts";
import type { Book, BookIntent, Solution, SolveOptions, SolveStats, Unfilled } from "./types.ts";
import { verifySolution } from "./verify.ts";

/** Finds clearing prices and fills for a book. Pure: the same book gives the same solution. Never throws on a valid book. */
export function solve(book: Book, _options: SolveOptions = {}): Solution {
  const prices = new Map<string, bigint>();
  const executions: Execution[] = [];
  for (const [i, first] of book.intents.entries()) {
    for (const second of book.intents.slice(i + 1)) {
      const x = addressKey(first.sellToken);
      const y = addressKey(first.buyToken);
      if (addressKey(second.sellToken) !== y || addressKey(second.buyToken) !== x) continue;
      if (prices.has(x) || prices.has(y)) continue;
      const trial = new Map([
        [x, first.limitBuyAmount],
        [y, first.sellAmount],
      ]);
      const pair = pairUp(book, first, second, trial);
      if (pair === undefined) continue;
      executions.push(...pair);
      for (const [token, price] of trial) prices.set(token, price);
    }
  }
  return finish(book, executions, prices);
}

function pairUp(
  book: Book,
  first: BookIntent,
  second: BookIntent,
  prices: Map<string, bigint>,
): Execution[] | undefined {
  if (first.kind !== "sell" || second.kind !== "sell") return undefined;
  const pair = [
    { intent: first, executed: first.sellAmount },
    { intent: second, executed: second.sellAmount },
  ];
  return verifySolution(book, finish(book, pair, prices)).length === 0 ? pair : undefined;
}

function finish(book: Book, executions: readonly Execution[], prices: ReadonlyMap<string, bigint>): Solution {
  const stats: SolveStats = {
    candidates: book.intents.length,
    components: 0,
    rounds: 0,
    evaluations: 0,
    converged: true,
    fallbacks: 0,
    degraded: 0,
  };
  const left: Unfilled[] = book.intents
    .filter((intent) => !executions.some((execution) => execution.intent === intent))
    .map((intent) => ({ intentId: intent.id, reason: "outmatched", detail: "No partner was found." }));
  return assemble(book, executions, prices, left, stats);
}
