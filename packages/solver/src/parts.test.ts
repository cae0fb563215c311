import { expect } from "chai";
import { bookOf, sells } from "../test/support.ts";
import { split } from "./parts.ts";
import { screen } from "./screen.ts";
import type { BookIntent } from "./types.ts";

function parts(intents: readonly BookIntent[]): { parts: string[][]; lonely: string[] } {
  const result = split(screen(bookOf(intents)).candidates);
  return {
    parts: result.parts.map((part) => part.members.map((member) => member.intent.id).sort()),
    lonely: result.lonely.map((candidate) => candidate.intent.id),
  };
}

describe("split", () => {
  it("sets aside what lies on no cycle, also where it only leads into or out of one", () => {
    const result = parts([
      sells("ab", 1n, "A", 1n, "B"),
      sells("ba", 1n, "B", 1n, "A"),
      sells("in", 1n, "I", 1n, "A"),
      sells("out", 1n, "B", 1n, "O"),
    ]);

    expect(result).to.deep.equal({ parts: [["ab", "ba"]], lonely: ["in", "out"] });
  });

  it("keeps two cycles apart that only a bridge joins", () => {
    const result = parts([
      sells("ab", 1n, "A", 1n, "B"),
      sells("ba", 1n, "B", 1n, "A"),
      sells("bridge", 1n, "B", 1n, "C"),
      sells("cd", 1n, "C", 1n, "D"),
      sells("dc", 1n, "D", 1n, "C"),
    ]);

    expect(result.parts.sort()).to.deep.equal([
      ["ab", "ba"],
      ["cd", "dc"],
    ]);
    expect(result.lonely).to.deep.equal(["bridge"]);
  });

  it("keeps cycles together that share a nonce", () => {
    const owner = "0x00000000000000000000000000000000000000aa";
    const result = parts([
      sells("ab", 1n, "A", 1n, "B", { owner, nonce: 4n }),
      sells("ba", 1n, "B", 1n, "A"),
      sells("cd", 1n, "C", 1n, "D", { owner, nonce: 4n }),
      sells("dc", 1n, "D", 1n, "C"),
    ]);

    expect(result.parts).to.deep.equal([["ab", "ba", "cd", "dc"]]);
  });

  it("finds a cycle through every token of a long chain", () => {
    const chain = Array.from({ length: 2000 }, (_, i) =>
      sells(`i${i}`, 1n, `T${i}`, 1n, `T${(i + 1) % 2000}`),
    );

    expect(parts(chain).parts.map((part) => part.length)).to.deep.equal([2000]);
  });
});
