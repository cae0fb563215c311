/** The solver thread: reads a book, solves it within its time, answers, and remembers the prices for the next one. */
import { parentPort } from "node:worker_threads";
import { solve, solveSealed, type SealedOrder } from "@walras/solver";
import { loadHighs } from "@walras/solver/highs";
import { BookReader, pieces, type SolverAnswer, type SolverTask } from "./solveMessages.ts";

const port = parentPort;
if (port === null) throw new Error("solve.worker runs as a worker thread only");
const say = (answer: SolverAnswer): void => {
  port.postMessage(answer);
};

const mip = await loadHighs();
let reader = new BookReader();
let startPrices: ReadonlyMap<string, bigint> = new Map();
let orders: SealedOrder[] = [];

port.on("message", (task: SolverTask) => {
  if (task.type === "intents") {
    reader.add(task);
    return;
  }
  if (task.type === "orders") {
    orders.push(...task.orders);
    return;
  }
  if (task.type === "clear") {
    const book = { minimums: task.minimums, orders };
    orders = [];
    say({ type: "cleared", solution: solveSealed(book) });
    return;
  }
  const { tokens, pools, maxFills, timeBudgetMs, gas, swapCost } = task;
  const book = reader.book(tokens, pools);
  reader = new BookReader();
  const start = performance.now();
  const deadline = { now: () => performance.now(), at: start + timeBudgetMs };
  const solution = solve(book, {
    ...{ maxFills, mip, deadline, startPrices },
    ...(gas === undefined ? {} : { gas }),
    ...(swapCost === undefined ? {} : { swapCost }),
  });
  const elapsedMs = performance.now() - start;
  // What is not traded this time may be the next: old prices are better than none.
  const found = solution.tokens.map((token, i) => [token.toLowerCase(), solution.prices[i] ?? 0n] as const);
  if (found.length > 0) startPrices = new Map(found);
  for (const unfilled of pieces(solution.unfilled)) say({ type: "unfilled", unfilled });
  say({ type: "solved", solution: { ...solution, unfilled: [] }, elapsedMs });
});
say({ type: "ready" });
