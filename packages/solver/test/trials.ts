/** Trials for tests. */
import { findEquilibrium } from "../src/equilibrium.ts";
import { marketOf } from "../src/market.ts";
import { type Part, split } from "../src/parts.ts";
import { screen } from "../src/screen.ts";
import { Trial } from "../src/trial.ts";
import { address, bookOf, random, sells, whole } from "./support.ts";

/**
 * A trial of sells over five tokens around true prices of 1, three in four of them fill-or-kill unless said
 * otherwise; some share a wallet or a nonce.
 */
export function trialOf(seed: number, count: number, wholes = 0.75): Trial {
  const u = random(seed);
  const atoms = (value: number): bigint => BigInt(Math.floor(value * 1e18));
  const book = bookOf(
    Array.from({ length: count }, (_, i) => {
      const sell = Math.floor(u() * 5);
      const buy = (sell + 1 + Math.floor(u() * 4)) % 5;
      const size = 10 * Math.exp(2 * u());
      const owner = address(7000 + (i % 20));
      const own = { owner, nonce: BigInt(i % 20 < 3 ? i % 20 : i) };
      const limit = 1 - 0.05 * (u() - 0.3);
      const intent = sells(`i${i}`, atoms(size), `T${sell}`, atoms(size * limit), `T${buy}`, own);
      return u() < wholes ? whole(intent) : intent;
    }),
  );
  const spendable = (): bigint => atoms(60);
  const [part] = split(screen({ ...book, spendable }).candidates, undefined).parts;
  if (part === undefined) throw new RangeError("no part");
  return ofPart(part);
}

export function ofPart(part: Part): Trial {
  const market = marketOf(part);
  const { prices, fill } = findEquilibrium(market);
  return new Trial({ part, market, prices, fill, worth: prices, allowed: new Set(part.members.keys()) });
}

/** How many fill beyond their limits. */
export const brokenLimits = (trial: Trial): number =>
  trial.share.filter((share, i) => share > 0 && trial.room(i) < -1e-9).length;
