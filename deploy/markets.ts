/** What the auctions that `npm run deploy` makes trade, by chain: each for ever the same tokens. */
import { readFile } from "node:fs/promises";
import { parseAddress, type Address } from "@walras/sdk";

/** A market: tokens with the least that an order may sell or ask of each, and its clock. */
export type MarketPlan = {
  /** In any order; the contract's list ascends. */
  tokens: readonly { address: Address; minimum: bigint }[];
  /** Seconds. */
  windowLength: number;
  /** Seconds after a window's lock within which it can be cleared. */
  timeout: number;
};

/** Canonical Permit2, which has this address on every chain where it is deployed. */
export const permit2 = parseAddress("0x000000000022D473030F116dDEE9F6B43aC78BA3", "permit2");

/**
 * With minimums from here on, nobody can void a window by rounding (docs/MECHANISM.md). The contract takes less, for tokens of so
 * few decimals that this would be a fortune.
 */
export const leastSafeMinimum = 1n << 24n;

/** The tokens of a market whose minimums are lower than {@link leastSafeMinimum}. */
export function riskyTokens({ tokens }: MarketPlan): Address[] {
  return tokens.filter(({ minimum }) => minimum < leastSafeMinimum).map(({ address }) => address);
}

/** Five minutes: long enough that a block's builder who leaves an intent out only delays it to a later block. */
const clock = { windowLength: 300, timeout: 3_600 };

/** The chain's wrapped coin and Circle's test dollars, with minimums of about one dollar and of seventeen, which is 2^24 atoms. */
function coinAndDollar(coin: string, dollar: string): MarketPlan {
  return {
    tokens: [
      { address: parseAddress(coin, "coin"), minimum: 300_000_000_000_000n },
      { address: parseAddress(dollar, "dollar"), minimum: leastSafeMinimum },
    ],
    ...clock,
  };
}

const weth = "0x4200000000000000000000000000000000000006";

/** By chain id. A local chain has none of its own: name a file. */
export const markets: Partial<Record<string, MarketPlan>> = {
  "11155111": coinAndDollar(
    "0xfFf9976782d46CC05630D1f6eBAb18b2324d6B14",
    "0x1c7D4B196Cb0C7B01d743Fbc6116a902379C7238",
  ),
  "84532": coinAndDollar(weth, "0x036CbD53842c5426634e7929541eC2318f3dCF7e"),
  "11155420": coinAndDollar(weth, "0x5fd84259d66Cd46123540766Be93DFE6D43130D7"),
  "421614": coinAndDollar(
    "0x980B62Da83eFf3D4576C647993b0c1D7faf17c73",
    "0x75faf114eafb1BDbe2F0316DF893fd58CE46AA4d",
  ),
};

/**
 * Reads a market from a JSON file: `{"tokens": {"0x...": "minimum in atoms", ...}, "windowLength": 300, "timeout": 3600}`.
 *
 * @throws Error when the file is of another form; the contract checks the rest
 */
export async function readMarket(file: string): Promise<MarketPlan> {
  const plan: unknown = JSON.parse(await readFile(file, "utf8"));
  if (
    typeof plan !== "object" ||
    plan === null ||
    !("tokens" in plan && "windowLength" in plan && "timeout" in plan) ||
    typeof plan.tokens !== "object" ||
    plan.tokens === null ||
    typeof plan.windowLength !== "number" ||
    typeof plan.timeout !== "number"
  ) {
    throw new Error(`${file} is no market: it has tokens, windowLength and timeout.`);
  }
  const tokens = Object.entries(plan.tokens).map(([address, minimum]: [string, unknown]) => ({
    address: parseAddress(address, "token"),
    minimum: BigInt(String(minimum)),
  }));
  return { tokens, windowLength: plan.windowLength, timeout: plan.timeout };
}
