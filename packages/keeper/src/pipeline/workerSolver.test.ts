import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { verifySolution, type Book, type BookIntent } from "@walras/solver";
import { expect } from "chai";
import pino from "pino";
import { WorkerSolver, type WorkerSolverOptions } from "./workerSolver.ts";

const address = (n: number): string => `0x${n.toString(16).padStart(40, "0")}`;

/** A book of sells round six tokens at prices near 1, every third fill-or-kill. */
function bookOf(count: number): Book {
  const intents = Array.from({ length: count }, (_, i): BookIntent => {
    const sell = i % 6;
    const sellAmount = 10n ** 18n * BigInt(1 + ((i * 7919) % 100));
    const buyAmount = (sellAmount * BigInt(940 + ((i * 104_729) % 100))) / 1000n;
    return {
      ...{ id: `i${i}`, owner: address(1000 + i), kind: "sell", sellAmount, buyAmount },
      sellToken: address(16 + sell),
      buyToken: address(16 + ((sell + 1 + (i % 5)) % 6)),
      limitBuyAmount: buyAmount,
      partiallyFillable: i % 3 > 0,
      ...{ filled: 0n, maxFee: 0n, fee: 0n, nonce: BigInt(i) },
    };
  });
  const tokens = Array.from({ length: 6 }, (_, t) => ({ address: address(16 + t) }));
  return { tokens, intents, spendable: () => 2n ** 127n };
}

const frail = new URL("../../test/frail.worker.ts", import.meta.url);

describe("the solver thread", () => {
  const lines: string[] = [];
  const logger = pino({ level: "debug" }, { write: (line: string) => void lines.push(line) });
  let solver: WorkerSolver;
  const start = (options: Partial<WorkerSolverOptions> = {}): WorkerSolver =>
    (solver = new WorkerSolver({ timeBudgetMs: 500, logger, ...options }));
  /** Dies so many times of a book before it works. */
  const dying = (times: number, how: "exit" | "throw" | "hang"): Partial<WorkerSolverOptions> => {
    const deaths = new Int32Array(new SharedArrayBuffer(4));
    deaths[0] = times;
    return { workerUrl: frail, workerData: { deaths, how } };
  };
  const codeOf = (error: unknown): unknown =>
    error instanceof Error && "code" in error ? error.code : undefined;

  afterEach(async () => {
    lines.length = 0;
    await solver.stop();
  });

  it("gives sound solutions with a word on every intent, one book after the other", async () => {
    start();
    for (const count of [0, 60, 1300]) {
      const book = bookOf(count);
      const { solution, elapsedMs } = await solver.solve(book, { maxFills: 1000 });
      expect(verifySolution(book, solution)).to.deep.equal([]);
      expect(solution.fills.length).to.be.at.most(1000);
      expect(solution.fills.length > 0).to.equal(count > 0);
      expect(elapsedMs).to.be.at.least(0);
    }
  });

  it("lets the keeper answer calls while a large book is solved", async () => {
    start();
    await solver.solve(bookOf(2), { maxFills: 10 });
    const server = createServer((_, response) => response.end("here"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    try {
      const events: string[] = [];
      const solving = solver.solve(bookOf(4000), { maxFills: 350 }).then(() => events.push("solved"));
      for (let call = 0; call < 3; call++) {
        const response = await fetch(`http://127.0.0.1:${port}/`);
        events.push(await response.text());
      }
      await solving;
      expect(events).to.deep.equal(["here", "here", "here", "solved"]);
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });

  for (const how of ["exit", "throw"] as const) {
    it(`survives a thread that dies by ${how}, tries once more in a new one, and says so`, async () => {
      start(dying(1, how));
      const book = bookOf(60);
      const { solution } = await solver.solve(book, { maxFills: 50 });
      expect(verifySolution(book, solution)).to.deep.equal([]);
      expect(lines.filter((line) => line.includes("the solver thread failed"))).to.have.length(1);
    });
  }

  it("gives up a thread that hangs", async () => {
    // As long as a new thread may take to start on a machine that has much else to do.
    start({ ...dying(1, "hang"), timeBudgetMs: 10, patienceMs: 8000 });
    const { solution } = await solver.solve(bookOf(60), { maxFills: 50 });
    expect(solution.fills.length).to.be.greaterThan(0);
    expect(lines.join()).to.include("no answer within");
  });

  it("fails by name when threads go on dying, and works again when they do not", async () => {
    start(dying(2, "throw"));
    const failure = await solver.solve(bookOf(60), { maxFills: 50 }).catch((error: unknown) => error);
    expect(codeOf(failure)).to.equal("SolverFailed");
    expect((failure as Error).message).to.include("out of luck");
    expect((await solver.solve(bookOf(60), { maxFills: 50 })).solution.fills.length).to.be.greaterThan(0);
  });

  it("ends a solve under way when it is stopped, and starts no other", async () => {
    start(dying(1, "hang"));
    const solving = solver.solve(bookOf(60), { maxFills: 50 }).catch((error: unknown) => error);
    await new Promise((resolve) => setImmediate(resolve));
    await solver.stop();
    await solver.stop();
    expect(codeOf(await solving)).to.equal("SolverFailed");
    const late = await solver.solve(bookOf(2), { maxFills: 2 }).catch((error: unknown) => error);
    expect(codeOf(late)).to.equal("SolverFailed");
    expect(lines).to.deep.equal([]);
  });
});
