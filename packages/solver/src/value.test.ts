import { expect } from "chai";
import { bookOf, buys, sells, solveChecked, token, whole } from "../test/support.ts";

const E = 10n ** 18n;
const pair = [whole(sells("a", 100n * E, "X", 90n * E, "Y")), whole(sells("b", 95n * E, "Y", 95n * E, "X"))];

describe("the value of a solution", () => {
  it("counts surplus and volume at reference prices where all tokens have one", () => {
    const { value } = solveChecked(bookOf(pair, { references: { X: 2n * E, Y: 3n * E } }));

    // a gains 5 Y, b gains 5 X; 95 Y and 100 X are bought.
    expect(value.basis).to.equal("reference");
    expect(value.surplus).to.equal(5n * E * 3n + 5n * E * 2n);
    expect(value.volume).to.equal(95n * E * 3n + 100n * E * 2n);
  });

  it("counts at the clearing prices, and says so, where a token has none", () => {
    const { value, prices, tokens } = solveChecked(bookOf(pair, { references: { X: 2n * E } }));
    const price = (name: string): bigint => prices[tokens.indexOf(token(name))] ?? 0n;

    expect(value.basis).to.equal("clearing");
    expect(value.surplus).to.equal(5n * E * (price("Y") + price("X")));
  });

  it("lists surplus per token, that of kind buy in the token sold", () => {
    const { value, tokens } = solveChecked(
      bookOf([buys("a", 50n * E, "X", 100n * E, "Y"), sells("b", 80n * E, "X", 40n * E, "Y")]),
    );
    const surplus = (name: string): bigint => value.perToken[tokens.indexOf(token(name))]?.surplus ?? -1n;

    expect(surplus("X")).to.equal(0n);
    expect(surplus("Y") > 0n).to.equal(true);
  });
});

describe("when the verifier refuses", () => {
  it("drops what it refuses and settles the rest", () => {
    // The wallet of a says one thing to the matcher and another to the verifier.
    const fickle = pair[0]?.owner;
    let asked = 0;
    const book = bookOf(
      [...pair, sells("c", 100n * E, "P", 90n * E, "Q"), sells("d", 100n * E, "Q", 90n * E, "P")],
      {
        spendable: (owner) => (owner === fickle && ++asked > 1 ? 0n : 2n ** 200n),
      },
    );
    const solution = solveChecked(book);

    expect(solution.fills.map((fill) => fill.intentId).sort()).to.deep.equal(["c", "d"]);
    expect(solution.stats.degraded).to.be.greaterThan(0);
  });
});
