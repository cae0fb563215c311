import { setImmediate as nextTurn } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import type { Book, SealedBook, SealedSolution, Solution, Unfilled } from "@walras/solver";
import type { Logger } from "pino";
import { KeeperError } from "../errors.ts";
import type { SealedSolver, Solver, SolveLimits } from "./solve.ts";
import { bookMessages, windowMessages, type SolverAnswer, type SolverTask } from "./solveMessages.ts";

export type WorkerSolverOptions = {
  /** Time for looking for something better; the first answer is always worked out. */
  timeBudgetMs: number;
  logger: Logger;
  /** The thread's code. Default: the real one. */
  workerUrl?: URL;
  workerData?: unknown;
  /** How much longer than its time a solve may take before its thread is given up as hung. */
  patienceMs?: number;
};

type Solved = { solution: Solution; elapsedMs: number };

/** The code of the thread lies beside this file, built or not. */
const ownWorker = new URL(
  import.meta.url.endsWith(".ts") ? "./solve.worker.ts" : "./solve.worker.js",
  import.meta.url,
);

/** A batch is tried in a new thread so often, after one has died of it. */
const mostTries = 2;

/**
 * Solves in a thread of its own: the keeper answers calls and follows the chain meanwhile. A thread that dies or hangs is
 * logged and replaced, and its book tried once more.
 */
export class WorkerSolver implements Solver, SealedSolver {
  readonly #options: WorkerSolverOptions;
  #worker: Worker | null = null;
  readonly #stopping = new AbortController();
  /** Ends the wait for the thread's answer. */
  #giveUp: (problem: string) => void = () => undefined;

  constructor(options: WorkerSolverOptions) {
    this.#options = options;
  }

  solve(book: Book, limits: SolveLimits): Promise<Solved> {
    const { timeBudgetMs } = this.#options;
    return this.#persist(() => {
      const unfilled: Unfilled[] = [];
      return this.#ask(bookMessages(book, { ...limits, timeBudgetMs }), (answer): Solved | null => {
        if (answer.type === "unfilled") unfilled.push(...answer.unfilled);
        if (answer.type !== "solved") return null;
        return { solution: { ...answer.solution, unfilled }, elapsedMs: answer.elapsedMs };
      });
    });
  }

  solveSealed(book: SealedBook): Promise<SealedSolution> {
    return this.#persist(() =>
      this.#ask(windowMessages(book), (answer) => (answer.type === "cleared" ? answer.solution : null)),
    );
  }

  /** Tries again in a new thread. @throws KeeperError `SolverFailed` */
  async #persist<Answer>(solveOnce: () => Promise<Answer>): Promise<Answer> {
    let problem = "the keeper is stopping";
    for (let tries = 0; tries < mostTries && !this.#isStopped(); tries++) {
      try {
        return await solveOnce();
      } catch (error) {
        problem = error instanceof Error ? error.message : String(error);
        if (!this.#isStopped())
          this.#options.logger.error({ step: "solve", err: error }, "the solver thread failed");
        await this.#discard();
      }
    }
    throw new KeeperError("SolverFailed", { problem });
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#giveUp("the keeper is stopping");
    await this.#discard();
  }

  #isStopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  /** @param read what an answer of the thread comes to; null while there is more to come */
  async #ask<Answer>(
    messages: Iterable<SolverTask>,
    read: (answer: SolverAnswer) => Answer | null,
  ): Promise<Answer> {
    const { timeBudgetMs, patienceMs = 60_000 } = this.#options;
    const worker = (this.#worker ??= this.#start());
    worker.ref();
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    // Whoever waits for it below has not begun to when it may already fail.
    promise.catch(() => undefined);
    const fail = (problem: string, cause?: unknown): void => {
      reject(new Error(problem, { cause }));
    };
    const onMessage = (message: SolverAnswer): void => {
      const answer = read(message);
      if (answer !== null) resolve(answer);
    };
    const onError = (error: unknown): void => {
      fail(error instanceof Error ? error.message : String(error), error);
    };
    const onExit = (code: number): void => {
      fail(`the thread ended with code ${code}`);
    };
    const patience = setTimeout(() => {
      fail(`no answer within ${timeBudgetMs + patienceMs} ms`);
    }, timeBudgetMs + patienceMs);
    this.#giveUp = fail;
    worker.on("message", onMessage).on("error", onError).on("exit", onExit);
    try {
      for (const message of messages) {
        worker.postMessage(message);
        await nextTurn();
      }
      return await promise;
    } finally {
      clearTimeout(patience);
      this.#giveUp = () => undefined;
      worker.off("message", onMessage).off("error", onError).off("exit", onExit);
      // An idle thread keeps no process alive.
      worker.unref();
    }
  }

  #start(): Worker {
    const { workerUrl = ownWorker, workerData } = this.#options;
    const worker = new Worker(workerUrl, { workerData });
    // One that dies between two solves is replaced at the next; without a listener its error would end the process.
    const forget = (): void => {
      if (this.#worker === worker) this.#worker = null;
    };
    return worker.on("error", forget).on("exit", forget);
  }

  async #discard(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    if (worker === null) return;
    await worker.terminate();
  }
}
