/** Small markets as people make them, in tokens of 6, 8 and 18 decimals, whose best outcome can be told by hand. */
import { expect } from "chai";
import { solve, verifySolution, type Book, type BookIntent } from "./index.ts";

const tokens = {
  USDC: { address: "0x0000000000000000000000000000000000000011", decimals: 6 },
  WETH: { address: "0x0000000000000000000000000000000000000012", decimals: 18 },
  DAI: { address: "0x0000000000000000000000000000000000000013", decimals: 18 },
  WBTC: { address: "0x0000000000000000000000000000000000000014", decimals: 8 },
  XAUT: { address: "0x0000000000000000000000000000000000000015", decimals: 6 },
  UNI: { address: "0x0000000000000000000000000000000000000016", decimals: 18 },
};

/** "1.5 WETH" in atoms. */
function parse(amount: string): { atoms: bigint; address: string } {
  const [figure = "", symbol = ""] = amount.split(" ");
  const { address, decimals } = tokens[symbol as keyof typeof tokens];
  const [whole = "", fraction = ""] = figure.split(".");
  return { atoms: BigInt(whole + fraction.padEnd(decimals, "0")), address };
}

type Options = { kind?: "buy"; whole?: true; filled?: bigint };

let count = 0;
function intent(
  id: string,
  sell: string,
  buy: string,
  { kind, whole, filled = 0n }: Options = {},
): BookIntent {
  const sold = parse(sell);
  const bought = parse(buy);
  count += 1;
  return {
    id,
    owner: `0x${(4096 + count).toString(16).padStart(40, "0")}`,
    sellToken: sold.address,
    buyToken: bought.address,
    kind: kind ?? "sell",
    sellAmount: sold.atoms,
    buyAmount: bought.atoms,
    limitBuyAmount: bought.atoms,
    partiallyFillable: whole !== true,
    filled,
    maxFee: 0n,
    fee: 0n,
    nonce: BigInt(count),
  };
}

function solved(intents: BookIntent[]): Map<string, { sold: bigint; bought: bigint }> {
  const book: Book = { tokens: Object.values(tokens), intents, spendable: () => 2n ** 127n };
  const solution = solve(book);
  expect(verifySolution(book, solution)).to.deep.equal([]);
  return new Map(solution.fills.map(({ intentId, sold, bought }) => [intentId, { sold, bought }]));
}

describe("small markets", () => {
  it("fill a fill-or-kill that one larger, marginal intent can take whole", () => {
    const fills = solved([
      intent("seller", "0.3 WETH", "870 USDC", { whole: true }),
      intent("buyer", "2990 USDC", "1 WETH"),
    ]);

    expect(fills.get("seller")?.sold).to.equal(parse("0.3 WETH").atoms);
  });

  it("fill it also beside the dust of intents that are nearly filled", () => {
    const fills = solved([
      intent("seller", "0.3 WETH", "870 USDC", { whole: true }),
      intent("dust", "0.5 WETH", "1480 USDC", { filled: parse("0.5 WETH").atoms - 1n }),
      intent("buyer", "2990 USDC", "1 WETH"),
      intent("far", "9000 USDC", "3.3 WETH"),
    ]);

    expect(fills.get("seller")?.sold).to.equal(parse("0.3 WETH").atoms);
  });

  it("fill a large fill-or-kill by many small intents, and everybody else whose price is met", () => {
    const fills = solved([
      intent("large", "0.5 WBTC", "29500 DAI", { whole: true }),
      intent("marginal", "0.3 WBTC", "17940 DAI"),
      intent("a", "6100 DAI", "0.1 WBTC"),
      intent("b", "6080 DAI", "0.1 WBTC"),
      intent("c", "6120 DAI", "0.1 WBTC"),
      intent("d", "6060 DAI", "0.1 WBTC"),
      intent("e", "12300 DAI", "0.2 WBTC", { kind: "buy", whole: true }),
      intent("f", "9100 DAI", "0.15 WBTC", { kind: "buy" }),
    ]);

    expect([...fills.keys()].sort()).to.deep.equal(["a", "b", "c", "d", "e", "f", "large", "marginal"]);
    expect(fills.get("large")?.sold).to.equal(parse("0.5 WBTC").atoms);
  });

  it("leave no dust of the intent that bounds a ring, when coarse tokens lie on it", () => {
    const fills = solved([
      intent("first", "100 UNI", "1 WBTC"),
      intent("second", "2 WBTC", "0.35 XAUT"),
      intent("third", "0.4 XAUT", "0.3 WETH"),
      intent("smallest", "0.28 WETH", "20 UNI"),
    ]);

    expect(fills.get("smallest")?.sold).to.equal(parse("0.28 WETH").atoms);
  });
});
