/**
 * Random lives of an auction, once by the contract and once by the slow reference of test/reference: the same refusals, the same
 * orders and fills, and the same balances of everybody after every step, to the atom. The solver's answers clear the windows;
 * bent answers are tried first. `npm run test:deep` lives more of them.
 */
import { appendFileSync } from "node:fs";
import { expect } from "chai";
import { artifacts } from "hardhat";
import { AuctionChain } from "../reference/AuctionChain.ts";
import { auctionSteps } from "../reference/auctionSteps.ts";

/** Where a deep run leaves a line "calls accepted", to be added up. */
const figures = new URL("../../cache/deep/auction.txt", import.meta.url);
const isDeep = process.env["WALRAS_DEEP"] === "true";
const lives = isDeep ? 40 : 6;
/** At least as many steps of a life, in percent, have to be refused, and to go through, or the comparison shows little. */
const least = 15;

describe("an auction beside its slow reference", () => {
  let chain: AuctionChain;
  let bytecode: string;

  before(async () => {
    chain = await AuctionChain.create();
    ({ bytecode } = await artifacts.readArtifact("CallAuction"));
  });

  let traded = 0;
  for (let seed = 1; seed <= lives; seed++) {
    it(`does the same to the atom over a random life (${seed})`, async () => {
      await chain.reset(bytecode, seed);
      const steps = auctionSteps(chain.world, seed).toArray();
      for (const [count, step] of steps.entries())
        expect(await chain.play(step), `step ${count}`).to.equal(null);
      traded += steps.reduce((sum, step) => sum + step.traded, 0);
      const refused = steps.filter((step) => step.refused !== null).length;
      if (isDeep) appendFileSync(figures, `${steps.length} ${steps.length - refused}\n`);
      expect((100 * refused) / steps.length, "refused, in percent").to.be.within(least, 100 - least);
    });
  }

  it("has traded in those lives", () => {
    expect(traded, "orders that were executed").to.be.greaterThan(5 * lives);
  });
});
