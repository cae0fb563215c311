import { expect } from "chai";
import { type SealedBook, solveSealed, verifySealed } from "../../packages/solver/src/index.ts";
import { randomFrom } from "../../packages/solver/test/families.ts";
import { sealedFamily } from "../../packages/solver/test/sealed.ts";
import { takeDecaying, takeInstant } from "./instant.ts";
import { scarceRows } from "./scarce.ts";
import { takeSealed } from "./sealed.ts";
import { gainsOf, type Worth, worthOf } from "./valuation.ts";

function valued(book: SealedBook): { worth: Worth; gains: number; sold: readonly bigint[]; volume: number } {
  const verdict = verifySealed(book, solveSealed(book));
  const { prices } = solveSealed(book);
  const worth = worthOf(prices, verdict.sold);
  const volume = verdict.sold.reduce((sum, sold, t) => sum + Number(sold) * worth[t]!, 0);
  return { worth, gains: gainsOf(book, worth), sold: verdict.sold, volume };
}

describe("the extraction bench", () => {
  const book = sealedFamily("market", 3, 80, 4);
  const { worth, gains, sold, volume } = valued(book);

  it("lets a keeper of the instant lane take most of the gains, but never more than all", () => {
    const taken = takeInstant(book, worth, sold);
    expect(taken).to.be.greaterThan(0.5 * gains);
    expect(taken).to.be.at.most(gains * (1 + 1e-9));
  });

  it("leaves it less where limits decay and rivals wait", () => {
    const taken = takeDecaying(book, worth, sold, randomFrom(1).normal);
    expect(taken).to.be.greaterThan(0);
    expect(taken).to.be.lessThan(0.3 * takeInstant(book, worth, sold));
  });

  it("leaves it no more of a sealed window than the band of the volume", () => {
    const verdict = verifySealed(book, solveSealed(book));
    const { gain, accepted } = takeSealed(book, verdict, worth, randomFrom(2).uniform);
    expect(accepted).to.be.greaterThan(10);
    expect(gain).to.be.greaterThan(0);
    expect(gain).to.be.at.most(volume * (2 ** -16 + 2 ** -20));
  });

  it("gives the scarce token away by the bids, whatever the order of arrival", () => {
    const rows = scarceRows();
    expect(rows.map(({ sealed }) => Math.round(sealed))).to.deep.equal([69, 31, 0, 0]);
    expect(rows[0]!.price).to.be.closeTo(13, 1e-3);
    expect(rows.map(({ pool }) => pool.least)).to.deep.equal([0, 0, 0, 0]);
  });
});
