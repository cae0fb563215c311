import { expect } from "chai";
import { randomHash } from "../../test/samples.ts";
import { SitOut } from "./sitOut.ts";

describe("sitting out", () => {
  const reason = { code: "X", message: "x" };

  it("lasts one block at first, and then up to twice as long each time, within a bound", () => {
    const hash = randomHash();
    const sitOut = new SitOut(() => 0.999);
    const waits = Array.from({ length: 10 }, () => {
      sitOut.strike(hash, 100, reason);
      let block = 100;
      while (sitOut.reason(hash, block) !== null) block++;
      return block - 100;
    });
    expect(waits).to.deep.equal([1, 2, 4, 8, 16, 32, 64, 64, 64, 64]);
    expect(sitOut.count(hash)).to.equal(10);
  });

  it("ends for good when it is forgiven or forgotten", () => {
    const [one, two] = [randomHash(), randomHash()];
    const sitOut = new SitOut();
    for (const hash of [one, two]) sitOut.strike(hash, 1, reason);
    sitOut.forgive(one);
    expect(sitOut.reason(one, 1)).to.equal(null);
    expect(sitOut.reason(two, 1)).to.equal(reason);
    sitOut.keepOnly([one]);
    expect(sitOut.count(two)).to.equal(0);
  });
});
