import type { Command } from "commander";
import { pino, type Logger } from "pino";
import { build as prettyStream } from "pino-pretty";
import { stringify } from "yaml";
import { readConfig, redactConfig, type Config } from "../../config.ts";
import { runKeeper } from "../../run.ts";
import { exitCodes, report } from "../failures.ts";
import { withOutput, type OutputOptions } from "../options.ts";
import { toJson } from "../table.ts";
import type { Context } from "../Terminal.ts";

type ConfigOptions = OutputOptions & { config?: string };

/** The configuration, or null after every problem with it has been told. */
function configOf(options: ConfigOptions, context: Context): Config | null {
  const { env, cwd } = context.terminal;
  const variable = env["WALRAS_CONFIG"] ?? "";
  const outcome = readConfig({ file: options.config ?? (variable === "" ? undefined : variable), env, cwd });
  if (outcome.ok) return outcome.config;
  for (const problem of outcome.problems) {
    report(problem, context.terminal, { json: options.json === true, debug: options.debug === true });
  }
  context.exitCode = exitCodes.usage;
  return null;
}

/** Logs go to stdout, one JSON object a line, or for people if the configuration says so. */
function loggerOf({ log }: Config): Logger {
  const options = { level: log.level };
  return log.pretty ? pino(options, prettyStream({ ignore: "pid,hostname" })) : pino(options);
}

async function start(options: ConfigOptions & { printConfig?: true }, context: Context): Promise<void> {
  const config = configOf(options, context);
  if (config === null) return;
  if (options.printConfig === true) {
    const shown = redactConfig(config);
    context.terminal.out(options.json === true ? toJson(shown) : stringify(shown).trimEnd());
    return;
  }
  const keeper = await runKeeper(config, loggerOf(config));
  await keeper.stopped;
}

function check(options: ConfigOptions, context: Context): void {
  const config = configOf(options, context);
  if (config === null) return;
  if (options.json === true) context.terminal.out(toJson({ ok: true, config: redactConfig(config) }));
  else context.terminal.out("The configuration is good.");
}

const configOption = [
  "--config <file>",
  "YAML or JSON file (env WALRAS_CONFIG; default ./walras.yaml if it is there)",
] as const;

export function addKeeperCommands(program: Command, context: Context): void {
  const keeper = program.command("keeper").description("run a keeper");
  withOutput(keeper.command("start"))
    .description("start the keeper and its HTTP API; ends on SIGINT or SIGTERM")
    .option(...configOption)
    .option("--print-config", "print the configuration in effect, without secrets, and end")
    .addHelpText(
      "after",
      `
Examples:
  $ WALRAS_PRIVATE_KEY=0x… walras keeper start --config walras.yaml
  $ walras keeper start --print-config
  $ WALRAS_HTTP_PORT=9000 walras keeper start    # every key has a variable; docs/KEEPER.md lists them`,
    )
    .action((options: ConfigOptions) => start(options, context));

  const config = program.command("config").description("the keeper's configuration");
  withOutput(config.command("check"))
    .description("check the configuration and report all that is wrong with it")
    .option(...configOption)
    .addHelpText(
      "after",
      `
Examples:
  $ walras config check --config walras.yaml
  $ walras config check --json`,
    )
    .action((options: ConfigOptions) => check(options, context));
}
