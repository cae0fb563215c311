/** For how long the keeper's event loop is held while its solver's thread is given a large book and answers. */
import pino from "pino";
import { WorkerSolver } from "../../packages/keeper/src/pipeline/workerSolver.ts";
import { randomBook } from "./fok.ts";

const INTENTS = 20_000;
/** As the keeper's default. */
const TIME_MS = 1000;
const MOST_FILLS = 350;
const RUNS = 3;

/** The longest turn of the event loop during a solve, in milliseconds of its own work: the least of a few solves. */
export async function measureEventLoop(): Promise<number> {
  const solver = new WorkerSolver({ timeBudgetMs: TIME_MS, logger: pino({ level: "silent" }) });
  try {
    const longest: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      const book = randomBook(run + 1, 0, INTENTS);
      const watch = new Watch();
      await solver.solve(book, { maxFills: MOST_FILLS });
      longest.push(watch.stop());
    }
    return Math.min(...longest);
  } finally {
    await solver.stop();
  }
}

/** Adds up the processor's time in every turn of the event loop, which no other process can lengthen. */
class Watch {
  #last = cpuMs();
  #longest = 0;
  #next = setImmediate(() => {
    this.#look();
  });

  #look(): void {
    const now = cpuMs();
    this.#longest = Math.max(this.#longest, now - this.#last);
    this.#last = now;
    this.#next = setImmediate(() => {
      this.#look();
    });
  }

  stop(): number {
    clearImmediate(this.#next);
    return Math.max(this.#longest, cpuMs() - this.#last);
  }
}

/** What this thread has worked so far. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
