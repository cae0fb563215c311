/**
 * The demo's own market: every kind of intent, and every way in which one does not settle. The two pairs trade freely;
 * the rings have tokens to themselves, so that what becomes of them can be told beforehand.
 */
import { parseUnits } from "ethers";
import type { DemoIntent, DemoToken, Expectation, Funding, Market } from "./market.ts";

const tokens: DemoToken[] = [
  { symbol: "USDC", name: "USD Coin", decimals: 6 },
  { symbol: "EURC", name: "Euro Coin", decimals: 6 },
  { symbol: "XAUT", name: "Tether Gold", decimals: 6 },
  { symbol: "WBTC", name: "Wrapped Bitcoin", decimals: 8 },
  { symbol: "WETH", name: "Wrapped Ether", decimals: 18 },
  { symbol: "DAI", name: "Dai", decimals: 18 },
  { symbol: "LINK", name: "Chainlink", decimals: 18 },
  { symbol: "GNO", name: "Gnosis", decimals: 18 },
  { symbol: "UNI", name: "Uniswap", decimals: 18 },
  { symbol: "AAVE", name: "Aave", decimals: 18 },
  { symbol: "CBETH", name: "Coinbase Ether", decimals: 18 },
  { symbol: "COMP", name: "Compound", decimals: 18 },
  { symbol: "LUSD", name: "Liquity Dollar", decimals: 18 },
];

const settled: Expectation = { outcome: "settled" };
const any: Expectation = { outcome: "any" };
const outOfReach: Expectation = { outcome: "open", reason: "LimitOutOfReach" };

const hour = 3600;

/** "1.5 WETH" in atoms, and its token. */
function parse(amount: string): { atoms: bigint; token: string } {
  const [figure = "", symbol = ""] = amount.split(" ");
  const token = tokens.find((candidate) => candidate.symbol === symbol);
  if (token === undefined) throw new Error(`"${amount}" names no token of the demo.`);
  return { atoms: parseUnits(figure, token.decimals), token: symbol };
}

type Extras = Omit<Partial<DemoIntent["terms"]>, "sell" | "buy" | "startBuyAmount" | "maxFee"> & {
  twist?: NonNullable<DemoIntent["twist"]>;
  start?: string;
  fee?: string;
};

/** "owner gives X for at least Y", with the rest in `extras`. */
function intent(
  label: string,
  owner: string,
  sell: string,
  buy: string,
  expect: Expectation,
  { twist, start, fee, ...extras }: Extras = {},
): DemoIntent {
  const sold = parse(sell);
  const bought = parse(buy);
  return {
    label,
    owner,
    expect,
    terms: {
      sell: sold.token,
      buy: bought.token,
      sellAmount: sold.atoms,
      buyAmount: bought.atoms,
      validFor: hour,
      ...(start === undefined ? {} : { startBuyAmount: parse(start).atoms }),
      ...(fee === undefined ? {} : { maxFee: parse(fee).atoms }),
      ...extras,
    },
    ...(twist === undefined ? {} : { twist }),
  };
}

const partial = { partiallyFillable: true };

const intents: DemoIntent[] = [
  // A pair with many on both sides, of every kind.
  intent("fill or kill", "ada", "1 WETH", "2950 USDC", settled),
  intent("partial", "ben", "2 WETH", "5940 USDC", settled, partial),
  intent("partial", "cleo", "0.5 WETH", "1480 USDC", settled, { ...partial, fee: "0.0005 WETH" }),
  intent("partial", "dan", "3 WETH", "9030 USDC", any, partial),
  intent("partial", "eve", "1.5 WETH", "4455 USDC", settled, { ...partial, fee: "0.0015 WETH" }),
  intent("limit out of reach", "ben", "4 WETH", "12800 USDC", outOfReach, partial),
  intent("partial", "fay", "6000 USDC", "1.97 WETH", settled, { ...partial, fee: "6 USDC" }),
  intent("fill or kill", "gus", "1520 USDC", "0.5 WETH", settled),
  intent("partial", "hal", "4530 USDC", "1.5 WETH", settled, partial),
  intent("partial", "ida", "2990 USDC", "1 WETH", any, partial),
  intent("limit out of reach", "jon", "9000 USDC", "3.3 WETH", outOfReach, partial),
  intent("buy, fill or kill", "kim", "2300 USDC", "0.75 WETH", settled, { kind: "buy" }),
  intent("buy, partial", "lea", "3080 USDC", "1 WETH", settled, { ...partial, kind: "buy" }),
  intent("buy, with a fee", "max", "780 USDC", "0.25 WETH", settled, { kind: "buy", fee: "0.7 USDC" }),
  intent("contract owner (ERC-1271)", "vault", "0.4 WETH", "1180 USDC", settled, partial),
  intent("approved on chain", "dao", "1230 USDC", "0.4 WETH", settled, partial),
  intent("decaying limit", "ada", "0.3 WETH", "870 USDC", settled, { start: "1050 USDC", decayFor: 24 }),
  intent("posted twice", "gus", "305 USDC", "0.1 WETH", settled, { ...partial, twist: "post-twice" }),
  intent("one balance, first", "nia", "900 USDC", "0.29 WETH", settled, partial),
  intent("one balance, second", "nia", "900 USDC", "0.28 WETH", any, partial),
  intent("this or the other", "oto", "0.2 WETH", "590 USDC", any, { nonce: 7n }),
  intent("the other or this", "oto", "0.2 WETH", "591 DAI", any, { nonce: 7n }),

  // A pair in which one large intent takes many small ones.
  intent("fill or kill, large", "pia", "0.5 WBTC", "29500 DAI", settled),
  intent("small, partial", "ada", "6100 DAI", "0.1 WBTC", settled, partial),
  intent("small, partial", "ben", "6080 DAI", "0.1 WBTC", settled, partial),
  intent("small, partial", "cleo", "6120 DAI", "0.1 WBTC", settled, { ...partial, fee: "6 DAI" }),
  intent("small, partial", "dan", "6060 DAI", "0.1 WBTC", settled, partial),
  intent("buy, fill or kill", "eve", "12300 DAI", "0.2 WBTC", settled, { kind: "buy" }),
  intent("partial", "fay", "0.3 WBTC", "17940 DAI", any, partial),
  intent("buy, partial", "quin", "9100 DAI", "0.15 WBTC", settled, { ...partial, kind: "buy" }),

  // A ring of three, fill or kill: the amounts alone fix the prices.
  intent("ring of 3", "gus", "1000 EURC", "72 LINK", settled),
  intent("ring of 3", "hal", "73.4 LINK", "7.2 GNO", settled),
  intent("ring of 3", "ida", "7.33 GNO", "985 EURC", settled),

  // A ring of four in which the smallest decides how much of the others is filled.
  intent("ring of 4, partial", "jon", "100 UNI", "8 AAVE", settled, partial),
  intent("ring of 4, partial", "kim", "9 AAVE", "0.35 XAUT", settled, partial),
  intent("ring of 4, partial", "lea", "0.4 XAUT", "0.3 CBETH", settled, partial),
  intent("ring of 4, partial", "max", "0.28 CBETH", "80 UNI", settled, partial),

  // A pair with too few buyers: what they leave over is swapped on a Uniswap pool, for all sellers at one price.
  intent("met by a pool", "ada", "10 COMP", "485 LUSD", settled, partial),
  intent("met by a pool, whole", "ben", "5 COMP", "240 LUSD", settled, { fee: "0.005 COMP" }),
  intent("meets them first", "cleo", "125 LUSD", "2.4 COMP", settled, partial),

  // What does not settle, and says why.
  intent("nobody buys it", "pia", "1 GNO", "100 XAUT", { outcome: "open", reason: "NoCounterparty" }),
  intent(
    "cancelled",
    "quin",
    "1000 DAI",
    "0.1 WBTC",
    { outcome: "cancelled" },
    { ...partial, twist: "cancel" },
  ),
  intent("expires", "rex", "100 USDC", "1 WETH", { outcome: "expired" }, { ...partial, validFor: 15 }),
  intent("signed by another", "ada", "1 WETH", "2950 USDC", refused("InsufficientBalance"), {
    twist: "someone-else-signs",
  }),
  intent("wrong chain", "ada", "1 WETH", "2950 USDC", refused("WrongChain"), { twist: "wrong-chain" }),
  intent("already over", "ada", "1 WETH", "2950 USDC", refused("Expired"), { validFor: -60 }),
  intent("nonce spent", "rex", "1 USDC", "0.0001 WETH", refused("NonceSpent"), {
    nonce: 41n,
    twist: "spent-nonce",
  }),
  intent("more than it has", "rex", "1000000 USDC", "300 WETH", refused("InsufficientBalance")),
];

function refused(code: string): Expectation {
  return { outcome: "refused", code };
}

/** Everybody has what their intents need, once over; who lacks something here lacks it on purpose. */
function funding(): Funding[] {
  const needs = new Map<string, Funding>();
  for (const { owner, terms, expect } of intents) {
    if (expect.outcome === "refused") continue;
    const key = `${owner} ${terms.sell}`;
    const before = needs.get(key)?.amount ?? 0n;
    needs.set(key, { owner, token: terms.sell, amount: before + terms.sellAmount });
  }
  // Two intents of 900 on one balance of 1,200.
  needs.set("nia USDC", { owner: "nia", token: "USDC", amount: parse("1200 USDC").atoms });
  return [...needs.values()];
}

const special = new Map<string, "contract" | "approver">([
  ["vault", "contract"],
  ["dao", "approver"],
]);

export const ownMarket: Market = {
  title: "Walras demo",
  tokens,
  owners: [...new Set(intents.map(({ owner }) => owner))].map((name) => ({
    name,
    holds: special.get(name) ?? "key",
  })),
  funding: funding(),
  intents,
  opensIn: 0,
};
