/**
 * Random batches, straight and bent, against the slow reference of test/reference: the same revert data to the byte, or
 * the same events, balances, allowances, nonces and filled amounts to the atom. `WALRAS_DEEP=1` runs many more.
 */
import { expect } from "chai";
import { artifacts } from "hardhat";
import { Chain } from "../reference/Chain.ts";
import { steps } from "../reference/steps.ts";

const isDeep = process.env["WALRAS_DEEP"] === "1";
const seeds = isDeep ? 40 : 3;
const stepsOfASeed = isDeep ? 500 : 150;
/** At least as many, in percent, have to settle and to be refused, or the comparison shows little. */
const least = 30;

describe("the settlement and its reference", () => {
  let chain: Chain;
  let bytecode: string;

  before(async () => {
    chain = await Chain.create();
    ({ bytecode } = await artifacts.readArtifact("Settlement"));
  });

  for (let seed = 1; seed <= seeds; seed++) {
    it(`agree on ${stepsOfASeed} batches in a row, from seed ${seed}`, async () => {
      await chain.reset(bytecode);
      let settled = 0;
      for (const [count, step] of steps(chain.world, seed).take(stepsOfASeed).toArray().entries()) {
        const difference = await chain.play(step);
        expect(difference, `batch ${count}, calldata ${step.data}`).to.equal(null);
        if (!step.expected.refused) settled++;
      }
      expect(settled, "settled").to.be.within(
        (stepsOfASeed * least) / 100,
        (stepsOfASeed * (100 - least)) / 100,
      );
    });
  }
});
