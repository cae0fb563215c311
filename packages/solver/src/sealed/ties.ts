import { type Arc, greatestCirculation } from "../circulation.ts";
import { f64 } from "../engine/access.ts";
import type { Amounts, Lane } from "./amounts.ts";
import type { Guide } from "./guides.ts";

/** Values are this many units of the largest, where flows have to be integers. */
const UNITS = 2 ** 60;

/**
 * Lets orders whose limits are just met trade with each other as much as they can. Where limits tie, the equilibrium leaves
 * open how much trades round a ring of such orders; nobody gains or loses by it, but who is at the price had rather trade.
 */
export function fillTies(amounts: Amounts, guide: Guide): void {
  const open = amounts.lanes.flatMap((lane) => {
    const room = roomOf(lane);
    const isTied = f64(guide.level, lane.sell) === f64(guide.level, lane.buy);
    return room > 0n && isTied ? [{ lane, room, worth: Number(room) * f64(guide.price, lane.sell) }] : [];
  });
  const largest = open.reduce((most, { worth }) => Math.max(most, worth), 0);
  if (!(largest > 0 && largest < Infinity)) return;
  const arcs = open.map(({ lane, worth }): Arc => ({
    from: lane.sell,
    to: lane.buy,
    capacity: BigInt(Math.round((worth / largest) * UNITS)),
    gain: 1,
  }));
  const still = new Array<bigint>(amounts.tokens).fill(0n);
  const { flow } = greatestCirculation(amounts.tokens, arcs, still);
  open.forEach(({ lane, room }, k) => {
    const [part, whole] = [flow[k] ?? 0n, arcs[k]?.capacity ?? 0n];
    if (part > 0n && whole > 0n) fill(amounts, lane, (room * part) / whole);
  });
}

function roomOf({ traders }: Lane): bigint {
  return traders.reduce((sum, { order, executed }) => sum + order.amount - executed, 0n);
}

function fill(amounts: Amounts, { traders }: Lane, by: bigint): void {
  let rest = by;
  for (const trader of traders) {
    if (rest <= 0n) return;
    const room = trader.order.amount - trader.executed;
    const more = rest < room ? rest : room;
    if (more > 0n) amounts.set(trader, trader.executed + more);
    rest -= more;
  }
}
