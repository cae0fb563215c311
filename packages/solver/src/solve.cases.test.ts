/** The situations that a matcher must not miss, each small enough to be told by hand. */
import { expect } from "chai";
import { bookOf, buys, fillsOf, sells, solveChecked, whole } from "../test/support.ts";

const E = 10n ** 18n;

describe("solve, pairs and rings", () => {
  it("fills a crossing pair whole and shares no price but one", () => {
    const solution = solveChecked(
      bookOf([sells("a", 100n * E, "X", 90n * E, "Y"), sells("b", 95n * E, "Y", 95n * E, "X")]),
    );

    expect(fillsOf(solution)).to.deep.equal({ a: [100n * E, 95n * E], b: [95n * E, 100n * E] });
  });

  it("fills the scarce side whole and the other in part, at the limit of the other", () => {
    const solution = solveChecked(
      bookOf([sells("a", 100n * E, "X", 90n * E, "Y"), sells("b", 45n * E, "Y", 40n * E, "X")]),
    );
    const fills = fillsOf(solution);

    expect(fills["b"]?.[0]).to.equal(45n * E);
    expect(Number(fills["a"]?.[0]) / 1e18).to.be.closeTo(50, 1e-9);
  });

  it("fills a pair whose limits just meet", () => {
    const solution = solveChecked(
      bookOf([sells("a", 100n * E, "X", 90n * E, "Y"), sells("b", 90n * E, "Y", 100n * E, "X")]),
    );

    expect(fillsOf(solution)).to.deep.equal({ a: [100n * E, 90n * E], b: [90n * E, 100n * E] });
  });

  it("leaves a pair alone whose limits miss each other by one part in 10^15", () => {
    const solution = solveChecked(
      bookOf([sells("a", 100n * E, "X", 90n * E, "Y"), sells("b", 90n * E, "Y", 100n * E + 100_000n, "X")]),
    );

    expect(solution.fills).to.deep.equal([]);
  });

  for (const length of [3, 4, 7, 12]) {
    it(`fills a ring of ${length} whole`, () => {
      const ring = Array.from({ length }, (_, i) =>
        sells(`r${i}`, 100n * E, `T${i}`, 99n * E, `T${(i + 1) % length}`),
      );
      const solution = solveChecked(bookOf(ring));

      expect(solution.fills.map((fill) => fill.sold)).to.deep.equal(ring.map(() => 100n * E));
    });
  }

  it("matches a buy with a sell, and a buy with a buy", () => {
    const mixed = solveChecked(
      bookOf([buys("a", 50n * E, "X", 50n * E, "Y"), sells("b", 80n * E, "X", 40n * E, "Y")]),
    );
    const both = solveChecked(
      bookOf([buys("a", 50n * E, "X", 50n * E, "Y"), buys("b", 45n * E, "Y", 50n * E, "X")]),
    );

    expect(mixed.fills.find((fill) => fill.intentId === "a")?.bought).to.equal(50n * E);
    expect(both.fills.map((fill) => fill.intentId).sort()).to.deep.equal(["a", "b"]);
  });

  it("fills everybody whose limit is clearly better than the price, in a market of many", () => {
    const asks = Array.from({ length: 30 }, (_, i) =>
      sells(`ask${i}`, 10n * E, "X", (100n + BigInt(i)) * (E / 10n), "Y"),
    );
    const bids = Array.from({ length: 30 }, (_, i) =>
      sells(`bid${i}`, 12n * E, "Y", (120n - BigInt(i)) * (E / 11n), "X"),
    );
    const solution = solveChecked(bookOf([...asks, ...bids]));
    const [x, y] = solution.prices;
    const price = Number(x) / Number(y);
    const sold = fillsOf(solution);
    for (const intent of [...asks, ...bids]) {
      const isAsk = intent.id.startsWith("ask");
      const gain = ((isAsk ? price : 1 / price) * Number(intent.sellAmount)) / Number(intent.buyAmount) - 1;
      if (gain > 1e-8) expect(sold[intent.id]?.[0], intent.id).to.equal(intent.sellAmount);
      if (gain < -1e-8) expect(sold[intent.id], intent.id).to.equal(undefined);
    }
  });
});

describe("solve, fill-or-kill", () => {
  it("finds the one price at which two whole sells match", () => {
    const solution = solveChecked(
      bookOf([whole(sells("a", 100n, "X", 90n, "Y")), whole(sells("b", 95n, "Y", 95n, "X"))]),
    );

    expect(fillsOf(solution)).to.deep.equal({ a: [100n, 95n], b: [95n, 100n] });
  });

  it("finds it also for amounts without common factor in 18 decimals", () => {
    const a = 100_000_000_000_000_000_003n;
    const b = 95_000_000_000_000_000_007n;
    const solution = solveChecked(
      bookOf([whole(sells("a", a, "X", 90n * E, "Y")), whole(sells("b", b, "Y", 95n * E, "X"))]),
    );

    expect(solution.fills.map((fill) => fill.sold).sort()).to.deep.equal([a, b].sort());
  });

  it("puts the price between the limits of a whole buy and a whole sell", () => {
    const solution = solveChecked(
      bookOf([whole(sells("a", 100n, "X", 90n, "Y")), whole(buys("b", 100n, "X", 95n, "Y"))]),
    );
    const fills = fillsOf(solution);

    expect(fills["a"]?.[0]).to.equal(100n);
    expect(fills["b"]?.[1]).to.equal(100n);
  });

  it("lets the fee of a whole sell serve the buyer who needs all of it", () => {
    const solution = solveChecked(
      bookOf([
        whole(sells("a", 100n * E, "X", 90n * E, "Y", { maxFee: E, fee: E })),
        whole(buys("b", 100n * E, "X", 97n * E, "Y", { maxFee: E, fee: E })),
      ]),
    );

    expect(solution.fills.length).to.equal(2);
    expect(solution.toKeeper.every((share) => share.amount >= 0n)).to.equal(true);
    expect(solution.toKeeper.some((share) => share.dust < 0n)).to.equal(true);
  });

  for (const length of [3, 4]) {
    it(`fills a ring of ${length} whole sells of different sizes, fees included`, () => {
      const ring = Array.from({ length }, (_, i) =>
        whole(
          sells(
            `r${i}`,
            BigInt(100 + 37 * i) * E + BigInt(i),
            `T${i}`,
            BigInt(90 + 36 * ((i + 1) % length)) * E,
            `T${(i + 1) % length}`,
            {
              maxFee: E / 2n,
              fee: E / 3n,
            },
          ),
        ),
      );
      const solution = solveChecked(bookOf(ring));

      expect(solution.fills.length).to.equal(length);
    });
  }

  it("fills one that many partial ones fill together", () => {
    const many = Array.from({ length: 12 }, (_, i) =>
      sells(`p${i}`, 10n * E, "Y", 9n * E + BigInt(i) * (E / 10n), "X"),
    );
    const solution = solveChecked(bookOf([whole(sells("big", 100n * E, "X", 90n * E, "Y")), ...many]));

    expect(fillsOf(solution)["big"]?.[0]).to.equal(100n * E);
  });

  it("lets a partial one stand back that would spoil the price of a whole match", () => {
    const solution = solveChecked(
      bookOf([
        whole(sells("a", 100n * E, "X", 90n * E, "Y")),
        sells("spoiler", 50n * E, "X", 5n * E, "Y"),
        whole(buys("b", 100n * E, "X", 95n * E, "Y")),
      ]),
    );

    expect(Object.keys(fillsOf(solution))).to.include.members(["a", "b"]);
  });

  it("finds the whole pair among others in a large part", () => {
    const others = Array.from({ length: 12 }, (_, i) =>
      whole(
        sells(
          `o${i}`,
          BigInt(1000 + 777 * i) * E,
          i % 2 === 0 ? "X" : "Y",
          BigInt(980 + 776 * i) * E,
          i % 2 === 0 ? "Y" : "X",
        ),
      ),
    );
    const pair = [whole(sells("a", 10n * E, "X", 9n * E, "Y")), whole(sells("b", 10n * E, "Y", 9n * E, "X"))];

    expect(Object.keys(fillsOf(solveChecked(bookOf([...others, ...pair]))))).to.include.members(["a", "b"]);
  });

  it("keeps nearly all of a thick market that is fill-or-kill throughout", () => {
    const intents = Array.from({ length: 400 }, (_, i) => {
      const size = BigInt(10 + ((i * 7919) % 97)) * E;
      const limit = (size * BigInt(960 + ((i * 104729) % 71))) / 1000n;
      return whole(
        i % 2 === 0 ? sells(`i${i}`, size, "X", limit, "Y") : sells(`i${i}`, size, "Y", limit, "X"),
      );
    });
    const free = solveChecked(bookOf(intents.map((intent) => ({ ...intent, partiallyFillable: true }))));
    const bound = solveChecked(bookOf(intents));

    expect(bound.fills.length).to.be.greaterThan(0.9 * free.fills.length);
  });
});

describe("solve, owners", () => {
  it("never spends more than an owner has, over all of the owner's intents", () => {
    const owner = "0x00000000000000000000000000000000000000aa";
    const intents = [
      sells("a", 100n * E, "X", 90n * E, "Y", { owner, nonce: 1n }),
      sells("b", 100n * E, "X", 90n * E, "Z", { owner, nonce: 2n }),
      sells("c", 100n * E, "Y", 90n * E, "X"),
      sells("d", 100n * E, "Z", 90n * E, "X"),
    ];
    const solution = solveChecked(
      bookOf(intents, { spendable: (who) => (who === owner ? 120n * E : 2n ** 200n) }),
    );
    const spent = solution.fills
      .filter((f) => f.intentId === "a" || f.intentId === "b")
      .reduce((sum, f) => sum + f.sold, 0n);

    expect(spent <= 120n * E).to.equal(true);
    expect(Number(spent) / 1e18).to.be.closeTo(120, 1e-6);
  });

  it("fills one of two intents with one nonce, the one that gains more", () => {
    const owner = "0x00000000000000000000000000000000000000aa";
    const solution = solveChecked(
      bookOf([
        sells("good", 100n * E, "X", 50n * E, "Y", { owner, nonce: 1n }),
        sells("bad", 100n * E, "X", 90n * E, "Z", { owner, nonce: 1n }),
        sells("c", 100n * E, "Y", 90n * E, "X"),
        sells("d", 100n * E, "Z", 90n * E, "X"),
      ]),
    );

    expect(Object.keys(fillsOf(solution)).sort()).to.deep.equal(["c", "good"]);
  });

  it("counts what earlier batches have filled", () => {
    const solution = solveChecked(
      bookOf([
        sells("a", 100n * E, "X", 50n * E, "Y", { filled: 70n * E }),
        sells("b", 100n * E, "Y", 50n * E, "X"),
      ]),
    );

    expect(fillsOf(solution)["a"]?.[0]).to.equal(30n * E);
  });

  it("charges the fee in proportion and never above the signed cap", () => {
    const solution = solveChecked(
      bookOf([
        sells("a", 100n * E, "X", 50n * E, "Y", { maxFee: 2n * E, fee: E, filled: 50n * E }),
        buys("b", 40n * E, "X", 100n * E, "Y", { maxFee: 10n * E, fee: 10n * E }),
      ]),
    );
    const [a] = solution.fills.filter((fill) => fill.intentId === "a");

    expect(a !== undefined && a.fee * 100n <= a.sold).to.equal(true);
    expect(solution.toKeeper.reduce((sum, share) => sum + share.fees, 0n) > 0n).to.equal(true);
  });
});

describe("solve, sizes and scales", () => {
  it("clears tokens of 0 and of 18 decimals against each other", () => {
    const solution = solveChecked(
      bookOf([sells("a", 100n, "X", 90n * E, "Y"), sells("b", 95n * E, "Y", 100n, "X")]),
    );

    expect(fillsOf(solution)["a"]).to.deep.equal([100n, 95n * E]);
  });

  it("clears prices 10^18 apart, both ways round, and amounts of 2^128 - 1", () => {
    const most = 2n ** 128n - 1n;
    const cheap = solveChecked(
      bookOf([sells("a", 5n * E * E, "X", E, "Y"), sells("b", 2n * E, "Y", E * E, "X")]),
    );
    const huge = solveChecked(bookOf([sells("a", most, "X", 1n, "Y"), sells("b", most, "Y", 1n, "X")]));

    expect(cheap.fills.length).to.equal(2);
    expect(fillsOf(huge)).to.deep.equal({ a: [most, most], b: [most, most] });
  });

  it("answers empty and one-sided books with an empty solution", () => {
    expect(solveChecked(bookOf([])).fills).to.deep.equal([]);
    expect(
      solveChecked(bookOf([sells("a", 1n, "X", 1n, "Y"), sells("b", 1n, "X", 1n, "Y")])).fills,
    ).to.deep.equal([]);
  });

  it("keeps a batch to the size asked for, with the fills that gain most", () => {
    const pairs = Array.from({ length: 6 }, (_, i) => [
      sells(`a${i}`, 100n * E, `X${i}`, BigInt(50 + i) * E, `Y${i}`),
      sells(`b${i}`, 100n * E, `Y${i}`, BigInt(50 + i) * E, `X${i}`),
    ]).flat();
    const solution = solveChecked(bookOf(pairs), { maxFills: 4 });

    expect(solution.fills.map((fill) => fill.intentId).sort()).to.deep.equal(["a0", "a1", "b0", "b1"]);
    expect(solution.unfilled.filter((entry) => entry.reason === "batch-full").length).to.be.greaterThan(0);
  });

  it("clears parts that share no token each by itself", () => {
    const solution = solveChecked(
      bookOf([
        sells("a", 100n * E, "X", 90n * E, "Y"),
        sells("b", 100n * E, "Y", 90n * E, "X"),
        sells("c", 7n, "P", 6n, "Q"),
        sells("d", 7n, "Q", 6n, "P"),
      ]),
    );

    expect(solution.stats.components).to.equal(2);
    expect(solution.fills.length).to.equal(4);
  });
});
