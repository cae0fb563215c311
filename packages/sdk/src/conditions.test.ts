import { expect } from "chai";
import { AbiCoder } from "ethers";
import { codeOf } from "../test/examples.ts";
import {
  allOfCondition,
  anyOfCondition,
  minimumBalanceCondition,
  nonceFilledCondition,
  priceFeedCondition,
  timeSlicedCondition,
} from "./conditions.ts";
import { zeroAddress, type Address } from "./hex.ts";

const at: Address = "0x1111111111111111111111111111111111111111";
const other: Address = "0x2222222222222222222222222222222222222222";

const decode = (types: string[], { conditionData }: { conditionData: string }): unknown[] =>
  Array.from<unknown>(AbiCoder.defaultAbiCoder().decode(types, conditionData));

describe("priceFeedCondition", () => {
  const types = ["address", "bool", "int256", "uint32", "address", "uint32"];
  const terms = { feed: other, threshold: 5n, maxAge: 60 };

  it("writes a static struct, the sequencer's feed last", () => {
    const condition = priceFeedCondition({ ...terms, side: "above", uptimeFeed: at, gracePeriod: 3_600 }, at);
    expect(condition.condition).to.equal(at);
    expect(decode(types, condition)).to.deep.equal([other, true, 5n, 60n, at, 3_600n]);
    const below = priceFeedCondition({ ...terms, side: "below" }, at);
    expect(decode(types, below)).to.deep.equal([other, false, 5n, 60n, zeroAddress, 0n]);
  });

  it("refuses what no feed can say", () => {
    expect(codeOf(() => priceFeedCondition({ ...terms, side: "above", threshold: -1n }, at))).to.equal(
      "AmountOutOfRange",
    );
    expect(codeOf(() => priceFeedCondition({ ...terms, side: "above", maxAge: 1.5 }, at))).to.equal(
      "InvalidTime",
    );
  });
});

describe("minimumBalanceCondition", () => {
  it("leaves the account to the contract when it is the owner's", () => {
    const types = ["address", "address", "uint256"];
    expect(decode(types, minimumBalanceCondition({ token: other, minimum: 7n }, at))).to.deep.equal([
      other,
      zeroAddress,
      7n,
    ]);
    const named = minimumBalanceCondition({ token: other, account: at, minimum: 7n }, at);
    expect(decode(types, named)).to.deep.equal([other, at, 7n]);
  });
});

describe("nonceFilledCondition", () => {
  const types = ["address", "uint256", "uint256"];

  it("asks for the owner's own nonce, or for an amount of anybody's", () => {
    expect(decode(types, nonceFilledCondition({ nonce: 9n }, at))).to.deep.equal([zeroAddress, 9n, 0n]);
    const amount = nonceFilledCondition({ nonce: 9n, owner: other, minimum: 5n }, at);
    expect(decode(types, amount)).to.deep.equal([other, 9n, 5n]);
  });

  it("does not ask for no amount of somebody else's, which would ask for a spent nonce", () => {
    const terms = { nonce: 9n, owner: other, minimum: 0n };
    expect(codeOf(() => nonceFilledCondition(terms, at))).to.equal("AmountOutOfRange");
  });
});

describe("timeSlicedCondition", () => {
  const terms = { nonce: 1n, total: 100n, parts: 4, start: 1_000, interval: 60 };

  it("writes the schedule", () => {
    const types = ["uint256", "uint128", "uint32", "uint32", "uint32"];
    expect(decode(types, timeSlicedCondition(terms, at))).to.deep.equal([1n, 100n, 4n, 1_000n, 60n]);
  });

  it("refuses a schedule that would never hold", () => {
    for (const bent of [{ parts: 0 }, { interval: 0 }, { total: 0n }])
      expect(codeOf(() => timeSlicedCondition({ ...terms, ...bent }, at))).to.equal("AmountOutOfRange");
  });
});

describe("allOfCondition and anyOfCondition", () => {
  it("list conditions with their data, and take none at all for a mistake", () => {
    const one = minimumBalanceCondition({ token: other, minimum: 7n }, other);
    for (const combine of [allOfCondition, anyOfCondition]) {
      const combined = combine([one, { condition: at, conditionData: "0x12" }], at);
      const [conditions, data] = decode(["address[]", "bytes[]"], combined);
      expect(Array.from<unknown>(conditions as never[])).to.deep.equal([other, at]);
      expect(Array.from<unknown>(data as never[])).to.deep.equal([one.conditionData, "0x12"]);
      expect(codeOf(() => combine([], at))).to.equal("AmountOutOfRange");
    }
  });
});
