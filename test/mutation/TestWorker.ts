/** A process that runs Solidity tests in the folder of a build, list after list. */
import { fork, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** Which files, and as which profile of hardhat.config.ts says. */
export type TestList = { files: readonly string[]; profile: string };

/** What it prints in the end begins so. */
export const doneMarker = "== done, passed: ";

/** When enough is known, a run has so many milliseconds to end by itself: less than another start takes. */
const patience = 3_000;

export class TestWorker {
  readonly #folder: string;
  #child: ChildProcess | null = null;
  #take: (line: string) => void = () => undefined;
  #end: () => void = () => undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * One list at a time.
   *
   * @param take is given what is printed, line by line; true if that is enough
   * @returns whether all have passed
   */
  async run(list: TestList, take: (line: string) => boolean): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    let timer: NodeJS.Timeout | undefined;
    this.#end = () => resolve(false);
    this.#take = (line) => {
      if (line.startsWith(doneMarker)) resolve(line === `${doneMarker}true`);
      else if (take(line)) timer ??= setTimeout(() => this.close(), patience);
    };
    this.#start().send(list);
    const hasPassed = await promise;
    clearTimeout(timer);
    return hasPassed;
  }

  close(): void {
    this.#child?.kill();
    this.#child = null;
    this.#end();
  }

  #start(): ChildProcess {
    if (this.#child !== null) return this.#child;
    const child = fork(fileURLToPath(new URL("worker.ts", import.meta.url)), {
      cwd: this.#folder,
      env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0" },
      stdio: ["ignore", "pipe", "ignore", "ipc"],
    });
    if (child.stdout === null) throw new Error("The worker has no output.");
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (this.#child === child) this.#take(line);
    });
    child.on("close", () => {
      if (this.#child === child) this.close();
    });
    this.#child = child;
    return child;
  }
}
