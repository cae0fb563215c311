/** Holds the documentation to the code. With UPDATE_DOCS=1 it writes the tables anew instead. */
import { readFileSync, writeFileSync } from "node:fs";
import { expect } from "chai";
import { configKeys } from "./config/keys.ts";
import { KeeperError, keeperErrorCodes } from "./errors.ts";

const keeperPage = new URL("../../../docs/KEEPER.md", import.meta.url);
const apiPage = new URL("../../../docs/API.md", import.meta.url);

function row(...cells: string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function keysTable(): string {
  const rows = configKeys.map(({ key, env, type, default: fallback, description }) =>
    row(
      `\`${key}\``,
      `\`${env}\``,
      type,
      fallback === undefined ? "" : `\`${JSON.stringify(fallback)}\``,
      description,
    ),
  );
  return [row("key", "variable", "type", "default", "what it is"), "|---|---|---|---|---|", ...rows].join(
    "\n",
  );
}

/** The texts of the registry, with the details left as they stand in the template. */
function codesTable(): string {
  const rows = keeperErrorCodes.map((code) => {
    const { status, retryable, message, hint } = new KeeperError(code);
    return row(
      `\`${code}\``,
      String(status),
      retryable ? "yes" : "no",
      message,
      hint === "{hint}" ? "" : hint,
    );
  });
  return [row("code", "status", "retry", "message", "hint"), "|---|---|---|---|---|", ...rows].join("\n");
}

/** A table without the blanks and dashes by which the formatter lines its columns up. */
function unpadded(table: string): string {
  return table
    .trim()
    .replace(/ *\| */g, "|")
    .replace(/-{3,}/g, "---");
}

function holds(name: string, table: string): void {
  const page = readFileSync(keeperPage, "utf8");
  const pattern = new RegExp(`(<!-- ${name} -->\n)([^]*)(<!-- /${name} -->)`);
  if (process.env["UPDATE_DOCS"] === "1") {
    writeFileSync(
      keeperPage,
      page.replace(pattern, (_, start: string, _old: string, end: string) => `${start}\n${table}\n\n${end}`),
    );
    return;
  }
  expect(unpadded(pattern.exec(page)?.[2] ?? "")).to.equal(unpadded(table));
}

describe("the documentation", function () {
  this.timeout(300_000);
  it("lists every key of the configuration with its variable and its default", () => {
    holds("keys", keysTable());
  });

  it("lists every error code with its status and its texts", () => {
    holds("codes", codesTable());
  });

  it("shows an example of every call", () => {
    const page = readFileSync(apiPage, "utf8");
    for (const call of [
      "POST /v1/intents",
      "GET /v1/intents/{intentHash}",
      "GET /v1/intents",
      "POST /v1/intents/{intentHash}/cancel",
      "GET /v1/intents/{intentHash}/events",
      "GET /v1/books",
      "GET /v1/books/{sellToken}/{buyToken}",
      "GET /v1/batches",
      "GET /v1/batches/{id}",
      "GET /v1/auctions",
      "GET /v1/windows",
      "GET /v1/windows/{auction}/{window}",
      "GET /v1/metrics",
      "GET /v1/health",
      "GET /v1/openapi.json",
    ]) {
      const section = page.split(/^## /m).find((part) => part.startsWith(`${call}\n`));
      expect(section, call)
        .to.be.a("string")
        .and.match(/```sh\ncurl /);
    }
  });
});
