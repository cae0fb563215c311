/** What docs/SECURITY.md says is shown by tests that exist. */
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

describe("docs/SECURITY.md", () => {
  const text = readFileSync(new URL("docs/SECURITY.md", root), "utf8");

  it("names only tests that exist", () => {
    const named = [...text.matchAll(/`(\w+\.(?:test|invariant)_\w+)`/g)].map(([, name]) => name ?? "");
    const tests = existingTests();
    expect(named.length).to.be.greaterThan(50);
    expect(named.filter((name) => !tests.has(name))).to.deep.equal([]);
  });

  it("names tests for every rule", () => {
    for (const rule of ["R1", "R2", "R3", "R4", "R5", "R6", "R7", "R8"]) {
      expect(text, rule).to.match(new RegExp(`^\\| ${rule} .*\`\\w+\\.(test|invariant)_`, "m"));
    }
  });
});
