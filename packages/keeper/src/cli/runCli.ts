import { Command } from "commander";
import { version } from "../version.ts";
import { addCollectCommand } from "./commands/collect.ts";
import { addIntentCommands } from "./commands/intent.ts";
import { addKeeperCommands } from "./commands/keeper.ts";
import { addRecordCommand } from "./commands/record.ts";
import { addReplayCommand } from "./commands/replay.ts";
import { addSolveCommand } from "./commands/solve.ts";
import { addWindowCommands } from "./commands/window.ts";
import { report } from "./failures.ts";
import type { Context, Terminal } from "./Terminal.ts";

const help = `
Exit codes:
  0  done
  1  refused by the keeper, or failed
  2  the arguments, a file or the configuration are not right; nothing was done
  3  the keeper or the node does not answer; try again
  4  --watch: the intent is over and was not filled

Errors are told on stderr as code, message and hint; docs/KEEPER.md lists the codes.`;

/** All commands must end by throwing, not by leaving the process, and speak through the terminal they are given. */
function tame(command: Command, terminal: Terminal): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => terminal.out(text.trimEnd()),
    writeErr: (text) => terminal.err(text.trimEnd()),
    // Told by `report`, in the form of all errors.
    outputError: () => undefined,
  });
  for (const child of command.commands) tame(child, terminal);
}

/**
 * The `walras` command line.
 *
 * @param args without the names of Node and of the script
 * @returns the exit code
 */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<number> {
  const context: Context = { terminal, exitCode: 0 };
  const program = new Command("walras")
    .description("Sign what you want; settle at uniform clearing prices.")
    .version(version)
    .addHelpText("after", help);
  addKeeperCommands(program, context);
  addIntentCommands(program, context);
  addWindowCommands(program, context);
  addCollectCommand(program, context);
  addSolveCommand(program, context);
  addReplayCommand(program, context);
  addRecordCommand(program, context);
  tame(program, terminal);

  const flags = { json: args.includes("--json"), debug: args.includes("--debug") };
  try {
    await program.parseAsync(args, { from: "user" });
    return context.exitCode;
  } catch (error) {
    return report(error, terminal, flags);
  }
}
