/** Trials: what annealing leaves, and what polishing makes of it. */
import { expect } from "chai";
import { brokenLimits, trialOf } from "../test/trials.ts";
import { anneal, Dice } from "./annealing.ts";
import { polish } from "./polish.ts";

const never = (): boolean => false;

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
