import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { text } from "node:stream/consumers";
import type { Terminal } from "./Terminal.ts";

/** Swallows the echo of what is typed. */
function silentOutput(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}

/** The terminal of this process. */
export function processTerminal(): Terminal {
  return {
    env: process.env,
    cwd: process.cwd(),
    out: (line) => void process.stdout.write(`${line}\n`),
    err: (line) => void process.stderr.write(`${line}\n`),
    readInput: () => text(process.stdin),
    askHidden(question) {
      if (!process.stdin.isTTY) return Promise.resolve(null);
      process.stderr.write(question);
      const lines = createInterface({ input: process.stdin, output: silentOutput(), terminal: true });
      return new Promise((resolve) => {
        let answer: string | null = null;
        lines.question("", (line) => {
          answer = line;
          lines.close();
        });
        // Also on ^C and ^D, which answer nothing.
        lines.once("close", () => {
          process.stderr.write("\n");
          resolve(answer);
        });
      });
    },
  };
}
