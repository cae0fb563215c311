/** What the keeper and its solver thread say to each other, and how a book is cut so that no message is long. */
import type {
  Book,
  BookIntent,
  BookToken,
  Pool,
  SealedBook,
  SealedOrder,
  SealedSolution,
  Solution,
  Unfilled,
} from "@walras/solver";
import type { SolveLimits } from "./solve.ts";

/** To the thread: the book in pieces, and last what to do with it. */
export type SolverTask =
  | { type: "intents"; intents: BookIntent[]; spendable: [owner: string, token: string, amount: bigint][] }
  | ({
      type: "solve";
      tokens: readonly BookToken[];
      pools: readonly Pool[];
      timeBudgetMs: number;
    } & SolveLimits)
  | { type: "orders"; orders: SealedOrder[] }
  | { type: "clear"; minimums: readonly bigint[] };

/** From the thread: that it is up; the answer in pieces, last the solution without them. */
export type SolverAnswer =
  | { type: "ready" }
  | { type: "unfilled"; unfilled: Unfilled[] }
  | { type: "solved"; solution: Solution; elapsedMs: number }
  | { type: "cleared"; solution: SealedSolution };

/** To copy so many takes well below the 20 ms for which the keeper's event loop may be held. */
const pieceSize = 500;

export function pieces<Item>(list: readonly Item[]): Item[][] {
  return Array.from({ length: Math.ceil(list.length / pieceSize) }, (_, i) =>
    list.slice(i * pieceSize, (i + 1) * pieceSize),
  );
}

/** The book as messages, made one by one as they are asked for. */
export function* bookMessages(
  book: Book,
  limits: SolveLimits & { timeBudgetMs: number },
): Generator<SolverTask> {
  for (const intents of pieces(book.intents)) {
    const spendable = intents.map(({ owner, sellToken }): [string, string, bigint] => [
      owner,
      sellToken,
      book.spendable(owner, sellToken),
    ]);
    yield { type: "intents", intents, spendable };
  }
  yield { type: "solve", tokens: book.tokens, pools: book.pools ?? [], ...limits };
}

/** A sealed window as messages. */
export function* windowMessages({ minimums, orders }: SealedBook): Generator<SolverTask> {
  for (const piece of pieces(orders)) yield { type: "orders", orders: piece };
  yield { type: "clear", minimums };
}

/** Puts a book together again from its messages. */
export class BookReader {
  readonly #intents: BookIntent[] = [];
  readonly #spendable = new Map<string, bigint>();

  add({ intents, spendable }: Extract<SolverTask, { type: "intents" }>): void {
    this.#intents.push(...intents);
    for (const [owner, token, amount] of spendable)
      this.#spendable.set(`${owner}:${token}`.toLowerCase(), amount);
  }

  book(tokens: readonly BookToken[], pools: readonly Pool[]): Book {
    const spendable = this.#spendable;
    return {
      tokens,
      pools,
      intents: this.#intents,
      spendable: (owner, token) => spendable.get(`${owner}:${token}`.toLowerCase()) ?? 0n,
    };
  }
}
