import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { expect } from "chai";
import { compile, readSources } from "./compile.ts";
import { findMutants } from "./mutants.ts";
import { readEarlier, readReasons } from "./results.ts";
import { isSwitchable, withMutant } from "./schema.ts";
import { mutantsOf, targets, versionOf } from "./targets.ts";

const contracts = new URL("../../contracts/", import.meta.url);
const testContracts = new URL("../contracts/", import.meta.url);

/** Without what the number of a place tells. */
function idsOf(source: string): string[] {
  const file = "contracts/Small.sol";
  return findMutants(file, source, compile(new Map([[file, source]]), {}).ast(file)).map(({ id }) =>
    id.replace(`${file} `, ""),
  );
}

describe("the mutants of a contract", () => {
  it("has one for each modifier, but none for what a constructor passes on", () => {
    const source = `
      contract Base { constructor(address) {} }
      contract Small is Base {
        constructor(address owner) Base(owner) {}
        modifier once() { _; }
        modifier from(address owner) { _; }
        function act(address owner) external once from(owner) {}
      }`;
    expect(idsOf(source)).to.deep.equal(["act: once removed", "act: from(owner) removed"]);
  });

  it("are also in the body of a modifier", () => {
    const source = `
      contract Small {
        uint256 private count;
        modifier counted() { ++count; _; }
      }`;
    expect(idsOf(source)).to.deep.equal(["counted: ++count removed"]);
  });

  it("leave an else to its own if", () => {
    const file = "contracts/Small.sol";
    const source = `
      contract Small {
        uint256 private count;
        function act(bool isUp) external { if (isUp) ++count; else --count; }
      }`;
    const mutants = findMutants(file, source, compile(new Map([[file, source]]), {}).ast(file));
    const removed = mutants.find(({ id }) => id.endsWith("++count removed"));
    expect(removed && withMutant(source, removed)).to.contain("if (isUp) true; else --count;");
    expect(removed && isSwitchable(removed)).to.equal(false);
  });
});

describe("what has become of the mutants", () => {
  const files = readdirSync(contracts, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".sol"))
    .map((name) => `contracts/${name}`);
  const sources = readSources(...files);
  const trees = compile(sources, {});
  const reasons = readReasons();

  it("is asked of every file in contracts/ that has any", () => {
    const forgotten = files
      .filter((file) => !targets.some((target) => target.files.includes(file)))
      .filter((file) => findMutants(file, sources.get(file) ?? "", trees.ast(file)).length > 0);
    expect(forgotten, "in no target of targets.ts").to.deep.equal([]);
  });

  for (const target of targets) {
    it(`is known of ${target.name} as it is: each is killed, or listed with the reason why nothing can tell it`, () => {
      const results = readEarlier(target.name);
      expect(results?.code, "the code that was judged").to.equal(versionOf(target, sources));
      const judged = new Map(results?.mutants.map(({ id, status }) => [id, status]));
      const left = mutantsOf(target, sources, trees)
        .map(({ id }) => `${judged.get(id) ?? "unknown"}: ${id}`)
        .filter((line) => !/^(killed|equivalent|stillborn): /.test(line));
      expect(left, "neither killed nor excused").to.deep.equal([]);
      const groundless = [...judged].filter(([id, status]) => status === "equivalent" && !reasons.has(id));
      expect(groundless, "without a reason").to.deep.equal([]);
    });
  }

  it("is said by tests that are there, in the files that are named", () => {
    const tests = new Map(
      readdirSync(testContracts, { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".t.sol"))
        .map((name) => [basename(name, ".t.sol"), readFileSync(new URL(name, testContracts), "utf8")]),
    );
    const named = targets
      .flatMap(({ name }) => readEarlier(name)?.mutants ?? [])
      .flatMap(({ by = "", test = "" }) => [by.replace(": ", "."), test])
      .filter((name) => /^\w+\.(test|invariant)\w*$/.test(name));
    const isThere = (name: string) => {
      const [file = "", test = ""] = name.split(".");
      return tests.get(file)?.includes(`function ${test}(`) === true;
    };
    expect(named).not.to.deep.equal([]);
    expect(named.filter((name) => !isThere(name))).to.deep.equal([]);
  });

  it("is excused for no mutant that is no more", () => {
    const known = new Set(targets.flatMap((target) => mutantsOf(target, sources, trees).map(({ id }) => id)));
    expect([...reasons.keys()].filter((id) => !known.has(id))).to.deep.equal([]);
  });
});
