import { expect } from "chai";
import fc from "fast-check";
import { market } from "../../test/auctionExamples.ts";
import { codeOf } from "../../test/examples.ts";
import { clearableUntil, lockOf, validToForWindows, windowAt, windowsOf } from "./windows.ts";

describe("the clock of an auction", () => {
  it("opens a window at its first second and locks it where the next one opens", () => {
    expect([479, 480, 539, 540].map((time) => windowAt(market, time))).to.deep.equal([7, 8, 8, 9]);
    expect(lockOf(market, 8)).to.equal(540);
    expect(clearableUntil(market, 8)).to.equal(840);
  });

  it("refuses a time in milliseconds", () => {
    expect(codeOf(() => windowAt(market, 1_800_000_000_000))).to.equal("InvalidTime");
  });
});

describe("windowsOf", () => {
  it("has the windows that lock from the first second of validity to the last", () => {
    expect(windowsOf(market, { validFrom: 540, validTo: 660 })).to.deep.equal({ first: 8, last: 10 });
    expect(windowsOf(market, { validFrom: 541, validTo: 659 })).to.deep.equal({ first: 9, last: 9 });
    expect(windowsOf(market, { validFrom: 541, validTo: 599 })).to.equal(null);
    expect(windowsOf(market, { validFrom: 0, validTo: 59 })).to.equal(null);
    expect(windowsOf(market, { validFrom: 0, validTo: 60 })).to.deep.equal({ first: 0, last: 0 });
  });

  it("agrees with the rule, window by window", () => {
    const time = fc.integer({ min: 0, max: 200 });
    fc.assert(
      fc.property(time, time, fc.integer({ min: 1, max: 40 }), (validFrom, validTo, windowLength) => {
        const range = windowsOf({ windowLength }, { validFrom, validTo });
        for (let window = 0; window < 250; window++) {
          const lock = lockOf({ windowLength }, window);
          const within = range !== null && range.first <= window && window <= range.last;
          expect(within).to.equal(validFrom <= lock && lock <= validTo);
        }
      }),
    );
  });
});

describe("validToForWindows", () => {
  it("is the lock of the last of them, the current one counted", () => {
    expect(validToForWindows(market, 1, 539)).to.equal(540);
    expect(validToForWindows(market, 3, 480)).to.equal(660);
  });

  it("refuses less than one window, and a time beyond the field", () => {
    for (const windows of [0, 1.5, -1]) {
      expect(codeOf(() => validToForWindows(market, windows, 480))).to.equal("InvalidCount");
    }
    expect(codeOf(() => validToForWindows(market, 1e9, 480))).to.equal("InvalidTime");
  });
});
