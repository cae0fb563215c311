/** The code in docs/INTEGRATING.md is the examples' own. With UPDATE_DOCS=1 it is written anew instead. */
import { readFileSync, writeFileSync } from "node:fs";
import { expect } from "chai";

const root = new URL("../../", import.meta.url);
const page = new URL("docs/INTEGRATING.md", root);
const read = (file: string) => readFileSync(new URL(file, root), "utf8");

/** A marker, and the block of code that stands below it. */
const snippet = /<!-- (?<file>\S+)#(?<name>\w+) -->\n(?:\n```\w+\n(?<code>[^]*?)\n```\n)?/g;

/** What stands between the two comments that name a region, moved to the left margin. */
function regionOf(file: string, name: string): string {
  const match = new RegExp(`^ *// #region ${name}\\n([^]*?)\\n *// #endregion ${name}$`, "m").exec(
    read(file),
  );
  if (match?.[1] === undefined) throw new Error(`${file} has no region ${name}`);
  const lines = match[1].replace(/\n+$/, "").split("\n");
  const margins = lines.filter((line) => line !== "").map((line) => line.search(/\S/));
  return lines.map((line) => line.slice(Math.min(...margins))).join("\n");
}

describe("the page on integrating", () => {
  it("shows the code of the examples, as it is", () => {
    const text = read("docs/INTEGRATING.md");
    if (process.env["UPDATE_DOCS"] === "1") {
      const filled = text.replace(snippet, (_, file: string, name: string) => {
        const language = file.endsWith(".sol") ? "solidity" : "ts";
        return `<!-- ${file}#${name} -->\n\n\`\`\`${language}\n${regionOf(file, name)}\n\`\`\`\n`;
      });
      writeFileSync(page, filled);
      return;
    }
    const snippets = [...text.matchAll(snippet)];
    expect(snippets.length).to.be.greaterThan(0);
    for (const { groups } of snippets) {
      const [file = "", name = ""] = [groups?.["file"], groups?.["name"]];
      expect(groups?.["code"], `${file}#${name}; UPDATE_DOCS=1 writes it anew`).to.equal(
        regionOf(file, name),
      );
    }
  });

  it("shows every part of an example that is marked to be shown", () => {
    const text = read("docs/INTEGRATING.md");
    for (const file of [
      "examples/dapp/dapp.ts",
      "examples/dapp/sealed.ts",
      "examples/treasury/Treasury.sol",
      "examples/treasury/treasury.ts",
      "examples/keeper/keeper.ts",
    ]) {
      for (const [, name] of read(file).matchAll(/\/\/ #region (\w+)/g))
        expect(text).to.include(`<!-- ${file}#${name ?? ""} -->`);
    }
  });

  it("holds no other code", () => {
    const rest = read("docs/INTEGRATING.md").replace(snippet, "");
    expect(rest).not.to.include("```");
  });
});
