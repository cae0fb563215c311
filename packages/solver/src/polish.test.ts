/** Trials: what annealing leaves, and what polishing makes of it. */
import { expect } from "chai";
import { address, bookOf, random, sells, whole } from "../test/support.ts";
import { anneal, Dice } from "./annealing.ts";
import { findEquilibrium } from "./equilibrium.ts";
import { marketOf } from "./market.ts";
import { type Part, split } from "./parts.ts";
import { polish } from "./polish.ts";
import { screen } from "./screen.ts";
import { Trial } from "./trial.ts";

const never = (): boolean => false;

/** A trial of sells over five tokens around true prices of 1, three in four of them fill-or-kill; some share a wallet or a nonce. */
function trialOf(seed: number, count: number): Trial {
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
      return u() < 0.75 ? whole(intent) : intent;
    }),
  );
  const spendable = (): bigint => atoms(60);
  const [part] = split(screen({ ...book, spendable }).candidates, undefined).parts;
  if (part === undefined) throw new RangeError("no part");
  return ofPart(part);
}

function ofPart(part: Part): Trial {
  const market = marketOf(part);
  const { prices, fill } = findEquilibrium(market);
  return new Trial({ part, market, prices, fill, worth: prices, allowed: new Set(part.members.keys()) });
}

const brokenLimits = (trial: Trial): number =>
  trial.share.filter((share, i) => share > 0 && trial.room(i) < -1e-9).length;

describe("trials", () => {
  it("are the same for the same seed", () => {
    const [first, second] = [trialOf(3, 80), trialOf(3, 80)];
    for (const trial of [first, second]) anneal(trial, new Dice(5), 30_000, 3e-3, never);
    expect([...second.share]).to.deep.equal([...first.share]);
    expect([...second.shift]).to.deep.equal([...first.shift]);
  });

  it("balance within all limits once polished, fill-or-kill members whole or not at all", () => {
    let settled = 0;
    for (let seed = 0; seed < 12; seed++) {
      const trial = trialOf(seed, 80);
      anneal(trial, new Dice(seed), 30_000, 3e-3, never);
      if (!polish(trial, never)) continue;
      settled++;
      expect(trial.imbalance).to.be.below(1e-10);
      expect(brokenLimits(trial)).to.equal(0);
      trial.share.forEach((share, i) => {
        expect(share).to.be.within(0, 1);
        if (trial.isWhole[i] === 1) expect([0, 1]).to.include(share);
      });
    }
    expect(settled).to.be.greaterThan(8);
  });

  it("let one of those fill that share a nonce, and no wallet be overdrawn by whole fills", () => {
    for (let seed = 20; seed < 26; seed++) {
      const trial = trialOf(seed, 60);
      anneal(trial, new Dice(seed), 50_000, 3e-3, never);
      expect(trial.groups.length).to.be.greaterThan(0);
      expect(trial.wallet.some((wallet) => wallet >= 0)).to.equal(true);
      for (const group of trial.groups)
        expect([...group].filter((i) => (trial.share[i] ?? 0) > 0).length).to.be.at.most(1);
      trial.spent.forEach((spent) => expect(spent).to.be.at.most(1 + 1e-9));
    }
  });

  it("stop where they are told to", () => {
    const trial = trialOf(1, 60);
    expect(anneal(trial, new Dice(1), 30_000, 3e-3, () => true)).to.equal(false);
    expect(polish(trial, () => true)).to.equal(false);
  });
});
