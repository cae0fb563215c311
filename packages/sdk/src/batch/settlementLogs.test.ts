import { expect } from "chai";
import { id } from "ethers";
import { codeOf, domain, tokenA, tokenB } from "../../test/examples.ts";
import { decodeSettlementLog, decodeSettlementLogs, type LogEntry } from "./settlementLogs.ts";
import { settlementInterface } from "./settlementInterface.ts";

const settlement = domain.verifyingContract;
const intentHash = id("an intent");
const keeper = tokenB;

function log(event: string, values: unknown[], address: string = settlement): LogEntry {
  return { address, ...settlementInterface.encodeEventLog(event, values) };
}
const fillLog = (sold: bigint) => log("Fill", [intentHash, tokenA, (sold << 128n) | 2n]);
const fillEvent = (sold: bigint) => ({ event: "Fill", intentHash, owner: tokenA, sold, bought: 2n });

describe("decodeSettlementLog", () => {
  it("reads each of the contract's events", () => {
    expect(decodeSettlementLog(fillLog(1n))).to.deep.equal(fillEvent(1n));
    expect(decodeSettlementLog(log("Settle", [keeper]))).to.deep.equal({ event: "Settle", keeper });
    const mask = (1n << 256n) - 1n;
    expect(decodeSettlementLog(log("Cancel", [tokenA, 7n, mask]))).to.deep.equal({
      event: "Cancel",
      owner: tokenA,
      word: 7n,
      mask,
    });
    for (const approved of [true, false]) {
      expect(decodeSettlementLog(log("Approval", [tokenA, intentHash, approved]))).to.deep.equal({
        event: "Approval",
        owner: tokenA,
        intentHash,
        approved,
      });
    }
  });

  it("is null for other events, an ERC-20 approval among them", () => {
    const topics = [id("Approval(address,address,uint256)"), `0x${"00".repeat(32)}`, `0x${"00".repeat(32)}`];
    expect(decodeSettlementLog({ address: settlement, topics, data: `0x${"00".repeat(32)}` })).to.equal(null);
    expect(decodeSettlementLog({ address: settlement, topics: [], data: "0x" })).to.equal(null);
    expect(decodeSettlementLog(log("EIP712DomainChanged", []))).to.equal(null);
  });
});

describe("decodeSettlementLogs", () => {
  it("puts the fills of each batch together, several batches in one transaction", () => {
    const logs = [fillLog(1n), fillLog(2n), log("Settle", [keeper]), fillLog(3n), log("Settle", [tokenA])];
    const { batches, events } = decodeSettlementLogs(logs, settlement);
    expect(batches).to.deep.equal([
      { keeper, fills: [fillEvent(1n), fillEvent(2n)] },
      { keeper: tokenA, fills: [fillEvent(3n)] },
    ]);
    expect(events.map(({ event }) => event)).to.deep.equal(["Fill", "Fill", "Settle", "Fill", "Settle"]);
  });

  it("passes over the logs of other contracts, which may look the same", () => {
    const imitation = [log("Fill", [intentHash, tokenA, 1n], tokenB), log("Settle", [keeper], tokenB)];
    expect(decodeSettlementLogs(imitation, settlement)).to.deep.equal({ batches: [], events: [] });
  });

  it("knows the contract in any spelling of its address", () => {
    const lower = log("Settle", [keeper], settlement.toLowerCase());
    expect(decodeSettlementLogs([lower], settlement).batches).to.deep.equal([{ keeper, fills: [] }]);
  });

  it("refuses an address that is none", () => {
    expect(codeOf(() => decodeSettlementLogs([], "0x12"))).to.equal("InvalidAddress");
  });
});
