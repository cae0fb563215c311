/** What docs/SECURITY.md and docs/CHECKS.md say is shown by tests that exist. */
import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { expect } from "chai";

const root = new URL("../../", import.meta.url);
const folder = new URL("test/contracts/", root);

/** "File.test_name" of every Solidity test. */
function existingTests(): Set<string> {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".t.sol"),
  );
  return new Set(
    files.flatMap((name) => {
      const source = readFileSync(new URL(name, folder), "utf8");
      const names = [...source.matchAll(/function ((?:test|invariant)_\w+)\(/g)].map(([, test]) => test);
      return names.map((test) => `${basename(name, ".t.sol")}.${test}`);
    }),
  );
}

const pages = ["docs/SECURITY.md", "docs/CHECKS.md"];

describe("what the pages about security say", () => {
  const [security = "", checks = ""] = pages.map((page) => readFileSync(new URL(page, root), "utf8"));

  it("names only tests that exist", () => {
    const tests = existingTests();
    for (const text of [security, checks]) {
      const named = [...text.matchAll(/`(\w+\.(?:test|invariant)_\w+)`/g)].map(([, name]) => name ?? "");
      expect(named.length).to.be.greaterThan(15);
      expect(named.filter((name) => !tests.has(name))).to.deep.equal([]);
    }
  });

  it("names tests for every rule", () => {
    for (const rule of ["R1", "R2", "R3", "R4", "R5", "R6", "R7", "R8"]) {
      expect(security, rule).to.match(new RegExp(`^\\| ${rule} .*\`\\w+\\.(test|invariant)_`, "m"));
    }
  });
});
