import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect } from "chai";
import { auctionAbi } from "./generated/auctionAbi.ts";
import { settlementAbi } from "./generated/settlementAbi.ts";

const contracts = [
  { name: "Settlement", abi: settlementAbi },
  { name: "CallAuction", abi: auctionAbi },
];

describe("the generated ABIs", () => {
  for (const { name, abi } of contracts) {
    it(`are the ones of the contracts as they were last built: ${name}`, function () {
      const artifact = new URL(`../../../artifacts/contracts/${name}.sol/${name}.json`, import.meta.url);
      if (!existsSync(artifact)) this.skip();
      const built = JSON.parse(readFileSync(artifact, "utf8")) as { abi: unknown };
      expect(abi, "run `node scripts/generate-abi.ts`").to.deep.equal(built.abi);
    });
  }
});

describe("the package", () => {
  it("runs in a browser: nothing of Node's is imported", () => {
    const files = readdirSync(import.meta.dirname, { recursive: true, encoding: "utf8" });
    const sources = files.filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"));
    expect(sources.length).to.be.greaterThan(20);
    for (const source of sources) {
      const text = readFileSync(`${import.meta.dirname}/${source}`, "utf8");
      expect(text, source).not.to.match(/from "node:|import\("node:|\bprocess\.|\bBuffer\b|require\(/);
    }
  });

  it("depends on ethers alone", () => {
    const manifest = readFileSync(new URL("../package.json", import.meta.url), "utf8");
    const { dependencies } = JSON.parse(manifest) as { dependencies: object };
    expect(Object.keys(dependencies)).to.deep.equal(["ethers"]);
  });
});
