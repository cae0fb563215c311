/**
 * Random batches, straight and bent, against the slow reference of test/reference: the same revert data to the byte, or
 * the same events, balances, allowances, nonces and filled amounts to the atom. `npm run test:deep` runs many more.
 */
import { appendFileSync } from "node:fs";
import { expect } from "chai";
import { artifacts } from "hardhat";
import { Chain } from "../reference/Chain.ts";
import { permutations, steps } from "../reference/steps.ts";

/** Where a deep run leaves a line "submitted settled", to be added up. */
const figures = new URL("../../cache/deep/differential.txt", import.meta.url);
const isDeep = process.env["WALRAS_DEEP"] === "true";
const seeds = isDeep ? 20 : 3;
const stepsOfASeed = isDeep ? 500 : 150;
const permutedBatches = isDeep ? 500 : 25;
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
      await chain.reset(bytecode, seed);
      let settled = 0;
      for (const [count, step] of steps(chain.world, seed).take(stepsOfASeed).toArray().entries()) {
        const difference = await chain.play(step);
        expect(difference, `batch ${count}, calldata ${step.data}`).to.equal(null);
        if (!step.expected.refused) settled++;
      }
      if (isDeep) appendFileSync(figures, `${stepsOfASeed} ${settled}\n`);
      expect(settled, "settled").to.be.within(
        (stepsOfASeed * least) / 100,
        (stepsOfASeed * (100 - least)) / 100,
      );
    });
  }

  it("agree that another order of fills changes nothing but the order of events", async () => {
    const seed = 7;
    for (const [count, [straight, permuted]] of permutations(chain.world, seed)
      .take(permutedBatches)
      .toArray()
      .entries()) {
      expect(permuted.state, `batch ${count}`).to.deep.equal(straight.state);
      await chain.reset(bytecode, seed);
      expect(await chain.play(straight), `batch ${count}, calldata ${straight.data}`).to.equal(null);
      await chain.reset(bytecode, seed);
      expect(await chain.play(permuted), `batch ${count}, calldata ${permuted.data}`).to.equal(null);
    }
  });
});
