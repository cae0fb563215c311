import { expect } from "chai";
import { address, bookOf, buys, random, sells, solveChecked, token, whole } from "../test/support.ts";
import type { Book } from "./types.ts";

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

  it("counts at the prices of the equilibrium, and says so, where a token has none", () => {
    const { value } = solveChecked(bookOf(pair, { references: { X: 2n * E } }));
    const price = (name: string): bigint =>
      value.certificate.find((entry) => entry.token === token(name))?.unit ?? 0n;

    expect(value.basis).to.equal("equilibrium");
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

describe("the bound of a solution's value", () => {
  it("is met where everybody may fill in part and nobody pays a fee, but for rounding", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const book = fundedBook(seed);
      const { value, stats } = solveChecked(book);
      expect(stats.components, `seed ${seed}`).to.equal(1);
      expect(Number(value.gap) / Number(value.bound), `seed ${seed}`).to.be.below(1e-6);
    }
  });

  it("counts what fill-or-kill intents could give if they could fill in part", () => {
    const { value, fills } = solveChecked(
      bookOf(
        [whole(sells("a", 100n * E, "X", 50n * E, "Y")), whole(sells("b", 30n * E, "Y", 30n * E, "X"))],
        {
          references: { X: E, Y: E },
        },
      ),
    );
    // At two X for one Y, 60 X of a would meet the whole of b, who would gain 30 X.
    expect(fills).to.deep.equal([]);
    expect(value.bound).to.equal(30n * E);
    expect(value.gap).to.equal(value.bound);
  });

  it("leaves the fee of a partial fill to the keeper", () => {
    const fee = { maxFee: 10n * E, fee: 10n * E };
    const { value } = solveChecked(
      bookOf([sells("a", 100n * E, "X", 80n * E, "Y", fee), sells("b", 100n * E, "Y", 80n * E, "X", fee)]),
    );
    expect(Number(value.gap) / Number(value.bound)).to.be.below(1e-6);
  });

  it("lets one of those with one nonce count, and no wallet give more than it has", () => {
    const twice = { owner: address(77), nonce: 5n };
    const shared = (nonce: bigint) => ({ owner: address(88), nonce });
    const counterparty = sells("c", 1000n * E, "Y", 1000n * E, "X");
    const rivals = bookOf(
      [
        sells("a", 100n * E, "X", 50n * E, "Y", twice),
        sells("b", 100n * E, "X", 60n * E, "Y", twice),
        counterparty,
      ],
      { references: { X: E, Y: E } },
    );
    const poor = bookOf(
      [
        sells("a", 100n * E, "X", 50n * E, "Y", shared(1n)),
        sells("b", 100n * E, "X", 60n * E, "Y", shared(2n)),
        counterparty,
      ],
      { references: { X: E, Y: E }, spendable: (owner) => (owner === address(88) ? 100n * E : 10n ** 30n) },
    );
    expect(solveChecked(rivals).value.bound).to.equal(50n * E);
    expect(solveChecked(poor).value.bound).to.equal(50n * E);
  });

  it("is about tokens with a reference price only, where the batch is valued by those", () => {
    const unpriced = [sells("p", 100n * E, "P", 10n * E, "X"), sells("x", 100n * E, "X", 90n * E, "P")];
    const { value } = solveChecked(bookOf([...pair, ...unpriced], { references: { X: E, Y: E } }));
    expect(value.basis).to.equal("equilibrium");
    expect(value.certificate).to.have.length(3);

    const { value: referenced } = solveChecked(
      bookOf([...pair, sells("p", E, "P", 100n * E, "X"), sells("x", E, "X", 100n * E, "P")], {
        references: { X: E, Y: E },
      }),
    );
    expect(referenced.basis).to.equal("reference");
    expect(referenced.certificate).to.have.length(2);
  });
});

/** Partial sells without fees, each with a wallet of its own, round three tokens. */
function fundedBook(seed: number): Book {
  const u = random(seed);
  const names = ["X", "Y", "Z"] as const;
  return bookOf(
    Array.from({ length: 30 }, (_, i) => {
      const sell = i % 3;
      const sold = BigInt(1 + Math.floor(u() * 1e6)) * 10n ** 15n;
      const bought = (sold * BigInt(Math.floor(1000 * Math.exp(0.4 * (u() - 0.6))))) / 1000n;
      const other = (sell + 1 + Math.floor(u() * 2)) % 3;
      return sells(`i${i}`, sold, names[sell] ?? "X", bought, names[other] ?? "Y");
    }),
  );
}

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
