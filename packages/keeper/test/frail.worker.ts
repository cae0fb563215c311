/** A solver thread that dies of the first books it gets, as often as it is told, and then is the real one. */
import { parentPort, workerData } from "node:worker_threads";

const { deaths, how } = workerData as { deaths: Int32Array; how: "exit" | "throw" | "hang" };

if (Atomics.sub(deaths, 0, 1) > 0) {
  parentPort?.on("message", () => {
    if (how === "exit") process.exit(3);
    if (how === "throw") throw new Error("out of luck");
    // Hangs for good.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });
} else {
  await import("../src/pipeline/solve.worker.ts");
}
