/** How commands end: the exit codes, and errors as code, message and hint. */
import { KeeperApiError, SdkError } from "@walras/sdk";
import { BookError } from "@walras/solver";
import { CommanderError } from "commander";
import { KeeperError } from "../errors.ts";
import type { Terminal } from "./Terminal.ts";

/** Documented in docs/KEEPER.md and in `walras --help`. */
export const exitCodes = {
  done: 0,
  /** Refused by the keeper, or failed. */
  refused: 1,
  /** Arguments, a file or the configuration are not right: nothing was done. */
  usage: 2,
  /** The keeper or the node does not answer: try again. */
  unreachable: 3,
  /** `--watch`: the intent is over and not filled. */
  unfilled: 4,
} as const;

type Failure = { code: string; message: string; hint: string; exitCode: number };

const unreachableCodes: readonly string[] = [
  "KeeperUnreachable",
  "KeeperTimeout",
  "NodeUnreachable",
  "NodeBehind",
];

export function invalidArgument(
  argument: string,
  problem: string,
  hint: string,
  options?: ErrorOptions,
): KeeperError {
  return new KeeperError("InvalidArgument", { argument, problem, hint }, options);
}

function failureOf(error: unknown): Failure {
  const of = (from: { code: string; message: string; hint: string }, exitCode: number) => ({
    code: from.code,
    message: from.message,
    hint: from.hint,
    exitCode: unreachableCodes.includes(from.code) ? exitCodes.unreachable : exitCode,
  });
  if (error instanceof CommanderError) {
    const message = error.message.replace(/^error: /, "");
    const hint = "`walras --help` lists the commands, and each of them has --help.";
    return { code: "InvalidArgument", message, hint, exitCode: exitCodes.usage };
  }
  if (error instanceof KeeperApiError) return of(error, exitCodes.refused);
  if (error instanceof SdkError) return of(error, exitCodes.usage);
  if (error instanceof BookError) return of(error, exitCodes.usage);
  if (error instanceof KeeperError) {
    return of(
      error,
      error.status === 400 || error.code === "InvalidConfig" ? exitCodes.usage : exitCodes.refused,
    );
  }
  const message = error instanceof Error ? error.message : String(error);
  const hint = "This should not happen. Run it again with --debug and report what it says.";
  return { code: "Internal", message, hint, exitCode: exitCodes.refused };
}

/**
 * Tells of an error on stderr, never with a stack trace unless `debug`.
 *
 * @returns the exit code
 */
export function report(error: unknown, terminal: Terminal, flags: { json: boolean; debug: boolean }): number {
  // Help and version are no errors; help that nobody asked for follows a command that is not complete.
  if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.done;
  if (error instanceof CommanderError && error.code === "commander.help") return exitCodes.usage;
  const { code, message, hint, exitCode } = failureOf(error);
  if (flags.json) terminal.err(JSON.stringify({ code, message, hint }));
  else terminal.err(`${code}: ${message}\n${hint}`);
  if (flags.debug) terminal.err(error instanceof Error ? stackOf(error) : String(error));
  return exitCode;
}

function stackOf(error: Error): string {
  const own = error.stack ?? String(error);
  return error.cause instanceof Error ? `${own}\ncaused by ${stackOf(error.cause)}` : own;
}
