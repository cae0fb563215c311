/** Sets that fill whole and balance by themselves: their prices, and the search for those that keep all limits. */
import { expect } from "chai";
import { random } from "../test/support.ts";
import { brokenLimits, trialOf } from "../test/trials.ts";
import { anneal, Dice } from "./annealing.ts";
import { BalancedSet } from "./balancedSet.ts";
import { balanceWholes } from "./balanceWholes.ts";
import type { Trial } from "./trial.ts";

const never = (): boolean => false;

/** Changes `count` traders that may be changed. */
function shuffle(set: BalancedSet, trial: Trial, seed: number, count: number): void {
  const u = random(seed);
  for (let changed = 0; changed < count;) {
    const i = Math.floor(u() * trial.count);
    if ((set.has(i) || set.canJoin(i)) && set.change(i)) changed++;
  }
}

describe("a set that fills whole", () => {
  it("has the prices at which what is sold of each token is worth what is bought of it", () => {
    for (let seed = 0; seed < 10; seed++) {
      const trial = trialOf(seed, 80, 1);
      const set = new BalancedSet(trial);
      shuffle(set, trial, seed, 100);
      set.store();
      expect(trial.share.some((share) => share > 0)).to.equal(true);
      expect(trial.imbalance).to.be.below(1e-8);
    }
  });

  it("begins with those that fill half and more, and fills them whole", () => {
    const trial = trialOf(3, 80);
    trial.share.forEach((_, i) => (trial.share[i] = (i % 5) / 4));
    const set = new BalancedSet(trial);
    expect([...trial.share]).to.deep.equal([...trial.share.keys()].map((i) => (i % 5 >= 2 ? 1 : 0)));
    trial.share.forEach((share, i) => expect(set.has(i)).to.equal(share === 1));
    set.store();
    expect(trial.imbalance).to.be.below(1e-8);
  });

  it("foresees what a change would break, as if it were worked out anew", () => {
    const trial = trialOf(4, 80, 1);
    const set = new BalancedSet(trial);
    shuffle(set, trial, 4, 50);
    for (let i = 0; i < trial.count; i++) {
      const [before, gained] = [set.breach, set.gained];
      if (!set.has(i) && !set.canJoin(i)) continue;
      const foreseen = set.breachAfter(i);
      if (!set.change(i)) continue;
      set.refresh();
      expect(set.breach).to.be.closeTo(foreseen, 1e-6);
      set.change(i);
      expect(set.breach).to.be.closeTo(before, 1e-6);
      expect(set.gained).to.be.closeTo(gained, 1e-9);
    }
  });

  it("takes in one of those that share a nonce, and no more than a wallet can pay for", () => {
    for (let seed = 0; seed < 10; seed++) {
      const trial = trialOf(seed, 60, 1);
      expect(trial.groups.length).to.be.greaterThan(0);
      shuffle(new BalancedSet(trial), trial, seed, 200);
      for (const group of trial.groups)
        expect([...group].filter((i) => trial.share[i] === 1).length).to.be.at.most(1);
      trial.spent.forEach((spent) => expect(spent).to.be.at.most(1 + 1e-9));
    }
  });

  it("comes within all limits by changes of two at a time", () => {
    let found = 0;
    for (let seed = 0; seed < 12; seed++) {
      const trial = trialOf(seed, 160, 1);
      trial.tighten(0.5);
      anneal(trial, new Dice(seed), 60_000, 3e-3, never);
      trial.loosen();
      if (!balanceWholes(trial, new Dice(seed), never)) continue;
      found++;
      expect(brokenLimits(trial)).to.equal(0);
      expect(trial.imbalance).to.be.below(1e-8);
      expect(trial.share.every((share) => share === 0 || share === 1)).to.equal(true);
    }
    expect(found).to.be.greaterThan(5);
  });

  it("is given up where the search is told to stop", () => {
    expect(balanceWholes(trialOf(1, 60, 1), new Dice(1), () => true)).to.equal(false);
  });
});

describe("a tightened trial", () => {
  it("counts limits as broken that are kept by less than the margin, until it is loosened", () => {
    const trial = trialOf(2, 60);
    const own = trial.slack.slice();
    trial.tighten(0.5);
    trial.slack.forEach((slack, i) => expect(slack).to.equal((own[i] ?? 0) - 0.5 * trial.scale));
    expect(trial.weight.some((weight) => weight !== 1)).to.equal(true);
    trial.loosen();
    expect([...trial.slack]).to.deep.equal([...own]);
    expect(trial.weight.every((weight) => weight === 1)).to.equal(true);
  });
});
