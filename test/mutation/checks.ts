/** docs/CHECKS.md: every check of the contracts, and a test that fails when it is deleted. */
import { writeFileSync } from "node:fs";
import { format, resolveConfig } from "prettier";
import type { Judge } from "./Judge.ts";

const page = new URL("../../docs/CHECKS.md", import.meta.url);

const campaigns: Readonly<Record<string, string>> = {
  settlement: "test/e2e/differential.ts",
  auction: "test/e2e/auctionDifferential.ts",
};

const head = `# Every check, and the test that fails without it

Written by \`npm run test:mutation -- --checks\`: each statement that refuses something, and each modifier, was deleted from
its contract, alone, and the tests were run. A test is named \`File.test\`, for \`test/contracts/**/File.t.sol\`, or by its file in \`test/e2e\`. What becomes of
every other small change is in \`test/mutation/results/\`.
`;

/** Writes the page. */
export async function writeChecks(judges: readonly Judge[]): Promise<void> {
  const lines = judges.flatMap((judge) => [
    `\n## ${judge.target.title}\n`,
    "| contract | function | without | fails |",
    "| --- | --- | --- | --- |",
    ...judge.checks().map(({ id, file, scope, original }) => {
      const result = judge.results.get(id);
      const name = file.split("/").at(-1)?.replace(".sol", "") ?? file;
      const [called, , kind] = scope.split(" ");
      const said = original.replace(/\s+/g, " ").replace(/;$/, "").replaceAll("|", "\\|");
      return `| ${name} | \`${called || kind}\` | \`${said}\` | ${failing(judge.target.name, result)} |`;
    }),
  ]);
  const config = await resolveConfig(page);
  writeFileSync(page, await format(`${head}${lines.join("\n")}\n`, { ...config, parser: "markdown" }));
}

function failing(target: string, result: ReturnType<Judge["results"]["get"]>): string {
  if (result === undefined || result.status === "open") return "not judged yet";
  if (result.test !== undefined) return `\`${result.test}\``;
  if (result.status === "killed" && result.by !== undefined) {
    const [file = "", test] = result.by.split(": ");
    return file.startsWith("differential") ? `\`${campaigns[target] ?? file}\`` : `\`${file}.${test}\``;
  }
  return result.status === "equivalent" ? "nothing: see `test/mutation/equivalent.json`" : result.status;
}
