import { addressKey } from "./arithmetic.ts";
import type { BookIntent, Fill, Transfer } from "./types.ts";

/** A fill's side in one token: its index in the batch and the atoms still open. */
interface Side {
  readonly fill: number;
  open: bigint;
}

/**
 * The list of transfers that pays every buyer, token by token.
 *
 * Within a token the sellers are laid end to end against the buyers, which takes at most sellers + buyers - 1 steps; a
 * seller and a buyer of the same amount are paired first, which saves a step each. The largest seller comes last, so
 * that what remains for the keeper (fees and rounding) is owed by a single seller and costs one more transfer.
 *
 * @param fills the batch's fills, with `sum sold >= sum bought` for every token
 * @param intents the intent of each fill, by the same index
 */
export function layTransfers(fills: readonly Fill[], intents: readonly BookIntent[]): Transfer[] {
  const sellers = new Map<string, Side[]>();
  const buyers = new Map<string, Side[]>();
  fills.forEach((fill, index) => {
    const intent = intents[index];
    if (intent === undefined) return;
    if (fill.sold > 0n) push(sellers, addressKey(intent.sellToken), { fill: index, open: fill.sold });
    if (fill.bought > 0n) push(buyers, addressKey(intent.buyToken), { fill: index, open: fill.bought });
  });
  const transfers: Transfer[] = [];
  for (const [token, wanting] of buyers) layToken(sellers.get(token) ?? [], wanting, transfers);
  return transfers;
}

function layToken(sellers: Side[], buyers: Side[], transfers: Transfer[]): void {
  const total = (sides: readonly Side[]): bigint => sides.reduce((sum, side) => sum + side.open, 0n);
  const forKeeper = total(sellers) - total(buyers);
  sellers.sort((a, b) => (a.open < b.open ? -1 : a.open > b.open ? 1 : a.fill - b.fill));
  // The last seller has to bear the keeper's share; only without one may it be paired off too.
  pairEqual(forKeeper > 0n ? sellers.slice(0, -1) : sellers, buyers, transfers);

  let seller = 0;
  for (const buyer of buyers) {
    while (buyer.open > 0n) {
      const paying = sellers[seller];
      if (paying === undefined) return;
      if (paying.open === 0n) {
        seller++;
        continue;
      }
      const moved = paying.open < buyer.open ? paying.open : buyer.open;
      paying.open -= moved;
      buyer.open -= moved;
      transfers.push([paying.fill, buyer.fill]);
    }
  }
}

function pairEqual(sellers: readonly Side[], buyers: readonly Side[], transfers: Transfer[]): void {
  const byAmount = new Map<bigint, Side[]>();
  for (const seller of sellers) push(byAmount, seller.open, seller);
  for (const buyer of buyers) {
    const seller = byAmount.get(buyer.open)?.pop();
    if (seller === undefined) continue;
    seller.open = 0n;
    buyer.open = 0n;
    transfers.push([seller.fill, buyer.fill]);
  }
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
