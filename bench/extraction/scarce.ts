/**
 * The scarce outcome: somebody sells 100 at 10 or more, four bid for 180. First come: whoever is first takes what the seller
 * offers, at the seller's limit, while it lasts. Sealed: one price for all, the same whoever comes first.
 */
import { solveSealed, verifySealed } from "../../packages/solver/src/index.ts";

const UNIT = 10n ** 18n;
const SUPPLY = 100;
const ASK = 10;
const BIDS = [
  { amount: 60, price: 15 },
  { amount: 50, price: 13 },
  { amount: 40, price: 12 },
  { amount: 30, price: 10 },
] as const;

/** What one bidder gets. */
export interface ScarceRow {
  readonly bid: string;
  /** Over all orders of arrival, first come, first served. */
  readonly pool: { readonly least: number; readonly most: number; readonly outcomes: readonly number[] };
  /** In the sealed window, by every order of arrival. */
  readonly sealed: number;
  /** The one price of the sealed window, and that of first come. */
  readonly price: number;
  readonly poolPrice: number;
}

/**
 * The outcome of both for every order of arrival.
 *
 * @throws Error where the sealed window comes out otherwise in another order
 */
export function scarceRows(): ScarceRow[] {
  const orders = permutations([0, 1, 2, 3]);
  const firstCome = orders.map(fillFirstCome);
  const sealed = orders.map(fillSealed);
  const [one] = sealed;
  if (one === undefined || sealed.some(({ fills }) => fills.some((fill, k) => fill !== one.fills[k])))
    throw new Error("The sealed window depends on the order of arrival.");
  return BIDS.map(({ amount, price }, k) => {
    const outcomes = firstCome.map((fills) => fills[k] ?? 0);
    return {
      bid: `${amount} at ${price}`,
      pool: { least: Math.min(...outcomes), most: Math.max(...outcomes), outcomes },
      sealed: one.fills[k] ?? 0,
      price: one.price,
      poolPrice: ASK,
    };
  });
}

/** Per bid what it gets when bids arrive like this and each takes what is left. */
function fillFirstCome(arrival: readonly number[]): number[] {
  let left = SUPPLY;
  const fills = BIDS.map(() => 0);
  for (const k of arrival) {
    const taken = Math.min(left, BIDS[k]?.amount ?? 0);
    fills[k] = taken;
    left -= taken;
  }
  return fills;
}

function fillSealed(arrival: readonly number[]): { fills: number[]; price: number } {
  const minimum = 1n << 20n;
  const seller = { id: 0, sellToken: 0, buyToken: 1, amount: 100n * UNIT, asked: 1000n * UNIT };
  const bids = arrival.map((k, i) => {
    const { amount, price } = BIDS[k] ?? BIDS[0];
    const asked = BigInt(amount) * UNIT;
    return { id: i + 1, sellToken: 1, buyToken: 0, amount: asked * BigInt(price), asked };
  });
  const book = { minimums: [minimum, minimum], orders: [seller, ...bids] };
  const solution = solveSealed(book);
  const { results } = verifySealed(book, solution);
  const fills = BIDS.map((_, k) => round(results[1 + arrival.indexOf(k)]?.bought ?? 0n));
  return { fills, price: round(results[0]?.bought ?? 0n) / SUPPLY };
}

/** Units, to a ten-thousandth: the auction holds a millionth back until it shares it out. */
function round(atoms: bigint): number {
  return Math.round(Number(atoms / 10n ** 12n) / 100) / 10_000;
}

function permutations(list: readonly number[]): number[][] {
  if (list.length <= 1) return [[...list]];
  return list.flatMap((first) =>
    permutations(list.filter((other) => other !== first)).map((rest) => [first, ...rest]),
  );
}
