import { expect } from "chai";
import { randomHash } from "../../test/samples.ts";
import { Suspicion } from "./suspicion.ts";

describe("suspicion", () => {
  const hashes = Array.from({ length: 8 }, randomHash);

  it("falls on half of a bad batch, then on half of what is left as well", () => {
    const suspicion = new Suspicion(Math.random);
    suspicion.batchWasBad(hashes);
    expect(suspicion.doubted.size).to.equal(4);
    const left = hashes.filter((hash) => !suspicion.doubted.has(hash));
    suspicion.batchWasBad(left);
    expect(suspicion.doubted.size).to.equal(6);
    expect(suspicion.guilty([])).to.deep.equal(left);
    expect(suspicion.guilty(left.slice(1))).to.deep.equal([left[0]]);
  });

  it("draws again when nothing is left, and says so when nobody was doubted", () => {
    const suspicion = new Suspicion(Math.random);
    expect(suspicion.nothingLeft()).to.equal(false);
    suspicion.batchWasBad(hashes.slice(0, 2));
    const drawn = new Set<string>();
    for (let i = 0; i < 200; i++) {
      expect(suspicion.nothingLeft()).to.equal(true);
      expect(suspicion.doubted.size).to.equal(1);
      for (const hash of suspicion.doubted) drawn.add(hash);
    }
    expect(drawn.size).to.equal(2);
  });
});
