import { expect } from "chai";
import { BookError, type BookErrorCode, parseBook, solve } from "./index.ts";

const X = "0x0000000000000000000000000000000000000001";
const Y = "0x000000000000000000000000000000000000000A";
const OWNER = "0x00000000000000000000000000000000000000Bb";

const intent = {
  owner: OWNER,
  sellToken: X,
  buyToken: Y,
  sellAmount: "100",
  buyAmount: "90",
  kind: "sell",
  partiallyFillable: true,
  nonce: "0",
};
const tokens = [
  { address: X, symbol: "X", decimals: 18, referencePrice: "1000000000000000000" },
  { address: Y, symbol: "Y", decimals: 6 },
];
const file = {
  name: "example",
  source: "a test",
  tokens,
  intents: [intent],
  balances: { [OWNER]: { [X]: "70" } },
};

function refusal(json: unknown): BookError {
  try {
    parseBook(json);
  } catch (error) {
    if (error instanceof BookError) return error;
    throw error;
  }
  throw new Error("the book was read");
}

describe("parseBook", () => {
  it("reads the file form, with what it leaves out set to what is usual", () => {
    const book = parseBook(file);

    expect(book.tokens).to.deep.equal([
      { address: X, symbol: "X", decimals: 18, referencePrice: 10n ** 18n },
      { address: Y, symbol: "Y", decimals: 6 },
    ]);
    expect(book.intents).to.deep.equal([
      {
        ...intent,
        id: "0",
        sellAmount: 100n,
        buyAmount: 90n,
        limitBuyAmount: 90n,
        filled: 0n,
        maxFee: 0n,
        fee: 0n,
        nonce: 0n,
      },
    ]);
    expect(book.warnings).to.deep.equal([]);
  });

  it("finds balances whatever the case of the addresses, and none where none is given", () => {
    const { spendable } = parseBook(file);

    expect(spendable(OWNER.toLowerCase(), X)).to.equal(70n);
    expect(spendable(OWNER, Y)).to.equal(0n);
    expect(spendable(X, X)).to.equal(0n);
  });

  it("reads the optional fields", () => {
    const full = { ...intent, id: "0xabc", limitBuyAmount: "95", filled: "3", maxFee: "7", fee: "2" };
    const [read] = parseBook({ ...file, intents: [full] }).intents;

    expect(read).to.deep.include({ id: "0xabc", limitBuyAmount: 95n, filled: 3n, maxFee: 7n, fee: 2n });
  });

  it("charges the signed cap when no fee is quoted", () => {
    expect(parseBook({ ...file, intents: [{ ...intent, maxFee: "7" }] }).intents[0]?.fee).to.equal(7n);
  });

  it("reads amounts up to 2^128 - 1 exactly", () => {
    const most = (2n ** 128n - 1n).toString();

    expect(
      parseBook({ ...file, intents: [{ ...intent, sellAmount: most }] }).intents[0]?.sellAmount,
    ).to.equal(2n ** 128n - 1n);
  });

  it("keeps the first entry of a token listed twice, without its reference price, and warns", () => {
    const twice = parseBook({
      ...file,
      tokens: [...tokens, { address: X.toUpperCase().replace("0X", "0x"), symbol: "W", decimals: 2 }],
    });

    expect(twice.tokens[0]).to.deep.equal({ address: X, symbol: "X", decimals: 18 });
    expect(twice.tokens.length).to.equal(2);
    expect(twice.warnings?.[0]).to.match(/listed again at tokens\[2\]/);
  });

  it("warns of an intent that sells what it buys, which then is left out", () => {
    const book = parseBook({ ...file, intents: [{ ...intent, buyToken: X }] });

    expect(book.warnings?.[0]).to.match(/same token/);
    expect(solve(book).unfilled[0]?.reason).to.equal("same-token");
  });

  const withIntent = (change: object): object => ({ ...file, intents: [intent, { ...intent, ...change }] });
  const withToken = (change: object): object => ({
    ...file,
    tokens: [{ ...tokens[0], ...change }, tokens[1]],
  });
  const product = {
    kind: "constant-product",
    address: OWNER,
    tokens: [X, Y],
    reserves: ["1", "2"],
    feePerThousand: 3,
  };
  const withPool = (change: object): object => ({ ...file, pools: [{ ...product, ...change }] });
  const ticked = {
    ...{ kind: "concentrated", address: OWNER, tokens: [X, Y], sqrtPrice: "1", tick: 0, liquidity: "1" },
    ...{ feePips: 3000, tickSpacing: 60 },
  };
  const withTicks = (ticks: object[]): object => ({ ...file, pools: [{ ...ticked, ticks }] });
  const cases: [string, BookErrorCode, unknown, string][] = [
    ["a list in place of a book", "wrong-type", [], "book"],
    ["nothing", "wrong-type", null, "book"],
    ["no intents", "missing", { tokens, balances: {} }, "intents"],
    ["intents that are no list", "wrong-type", { ...file, intents: {} }, "intents"],
    ["no balances", "missing", { tokens, intents: [] }, "balances"],
    ["a key that is not known", "unknown-key", { ...file, orders: [] }, "orders"],
    ["a key misspelt in an intent", "unknown-key", withIntent({ maxfee: "1" }), "intents[1].maxfee"],
    ["an amount as a JSON number", "not-an-amount", withIntent({ sellAmount: 100 }), "intents[1].sellAmount"],
    ["an amount with a point", "not-an-amount", withIntent({ buyAmount: "1.5" }), "intents[1].buyAmount"],
    ["a negative amount", "not-an-amount", withIntent({ buyAmount: "-1" }), "intents[1].buyAmount"],
    ["an amount of 0", "out-of-range", withIntent({ sellAmount: "0" }), "intents[1].sellAmount"],
    [
      "an amount of 2^128",
      "out-of-range",
      withIntent({ sellAmount: (2n ** 128n).toString() }),
      "intents[1].sellAmount",
    ],
    ["a nonce of 2^256", "out-of-range", withIntent({ nonce: (2n ** 256n).toString() }), "intents[1].nonce"],
    ["a fee above its cap", "out-of-range", withIntent({ maxFee: "1", fee: "2" }), "intents[1].fee"],
    ["an owner that is no address", "not-an-address", withIntent({ owner: "0x12" }), "intents[1].owner"],
    ["no owner", "missing", withIntent({ owner: undefined }), "intents[1].owner"],
    ["a token that is not listed", "unknown-token", withIntent({ buyToken: OWNER }), "intents[1].buyToken"],
    ["a kind that is neither", "wrong-type", withIntent({ kind: "swap" }), "intents[1].kind"],
    [
      "a flag as text",
      "wrong-type",
      withIntent({ partiallyFillable: "yes" }),
      "intents[1].partiallyFillable",
    ],
    ["an empty id", "wrong-type", withIntent({ id: "" }), "intents[1].id"],
    ["one id twice", "duplicate-id", withIntent({ id: "0" }), "intents[1].id"],
    ["decimals that are no whole number", "out-of-range", withToken({ decimals: 1.5 }), "tokens[0].decimals"],
    [
      "a reference price as a number",
      "not-an-amount",
      withToken({ referencePrice: 1 }),
      "tokens[0].referencePrice",
    ],
    ["a pool of no kind that is known", "wrong-type", withPool({ kind: "stable" }), "pools[0].kind"],
    [
      "a pool of a token that is not listed",
      "unknown-token",
      withPool({ tokens: [X, OWNER] }),
      "pools[0].tokens[1]",
    ],
    ["a pool of three tokens", "out-of-range", withPool({ tokens: [X, Y, X] }), "pools[0].tokens"],
    [
      "a reserve of 2^112",
      "out-of-range",
      withPool({ reserves: ["1", (2n ** 112n).toString()] }),
      "pools[0].reserves[1]",
    ],
    [
      "a fee of all that comes in",
      "out-of-range",
      withPool({ feePerThousand: 1000 }),
      "pools[0].feePerThousand",
    ],
    ["a key that no pool has", "unknown-key", withPool({ router: X }), "pools[0].router"],
    [
      "ticks out of order",
      "out-of-range",
      withTicks([
        { tick: 60, liquidityNet: "1" },
        { tick: -60, liquidityNet: "-1" },
      ]),
      "pools[0].ticks[1]",
    ],
    [
      "a tick that no price has",
      "out-of-range",
      withTicks([{ tick: 900_000, liquidityNet: "1" }]),
      "pools[0].ticks[0].tick",
    ],
    ["a balance of no address", "not-an-address", { ...file, balances: { me: {} } }, "balances.me"],
    [
      "a balance that is no amount",
      "not-an-amount",
      { ...file, balances: { [OWNER]: { [X]: 5 } } },
      `balances.${OWNER}.${X}`,
    ],
  ];
  for (const [name, code, json, path] of cases) {
    it(`refuses ${name}, names the place and says how to mend it`, () => {
      const error = refusal(json);

      expect([error.code, error.path]).to.deep.equal([code, path]);
      expect(error.hint.length).to.be.greaterThan(3);
      expect(error.message).to.include(path);
    });
  }
});
