import { expect } from "chai";
import { id } from "ethers";
import { market } from "../../test/auctionExamples.ts";
import { tokenA, tokenB } from "../../test/examples.ts";
import type { LogEntry } from "../batch/settlementLogs.ts";
import { auctionAbi } from "../generated/auctionAbi.ts";
import { auctionInterface } from "./auctionInterface.ts";
import { decodeAuctionLog, decodeAuctionLogs, readAuctionEvents } from "./auctionLogs.ts";
import { encodePrice } from "./price.ts";

const intentHash = id("an intent");
const price = { mantissa: (1n << 95n) + 7n, exponent: 12 };

function log(event: string, values: unknown[], address: string = market.auction): LogEntry {
  return { address, ...auctionInterface.encodeEventLog(event, values) };
}

describe("decodeAuctionLog", () => {
  it("reads every event of the ABI but EIP-5267's", () => {
    const names = auctionAbi.filter((entry) => entry.type === "event").map(({ name }) => name);
    expect([...readAuctionEvents, "EIP712DomainChanged"].sort()).to.deep.equal([...names].sort());
  });

  it("reads an order's life", () => {
    expect(decodeAuctionLog(log("Place", [intentHash, tokenA, 8n, 3n, 55n]))).to.deep.equal({
      event: "Place",
      intentHash,
      owner: tokenA,
      window: 8,
      id: 3,
      fee: 55n,
    });
    expect(decodeAuctionLog(log("Claim", [8n, 3n, 100n, 90n, 4n, 10n]))).to.deep.equal({
      event: "Claim",
      window: 8,
      id: 3,
      executed: 100n,
      bought: 90n,
      fee: 4n,
      returned: 10n,
    });
    expect(decodeAuctionLog(log("Roll", [8n, 3n, 9n, 1n]))).to.deep.equal({
      event: "Roll",
      window: 8,
      id: 3,
      newWindow: 9,
      newId: 1,
    });
    expect(decodeAuctionLog(log("Cancel", [8n, 3n]))).to.deep.equal({ event: "Cancel", window: 8, id: 3 });
    expect(decodeAuctionLog(log("Refund", [8n, 3n]))).to.deep.equal({ event: "Refund", window: 8, id: 3 });
  });

  it("reads a clearing: prices and bonuses of what traded, null for what did not", () => {
    const outcomes = [(encodePrice(price) << 128n) | 9n, 0n];
    expect(decodeAuctionLog(log("Clear", [8n, tokenA, intentHash, 77n, outcomes]))).to.deep.equal({
      event: "Clear",
      window: 8,
      clearer: tokenA,
      key: intentHash,
      weiPerOrder: 77n,
      results: [{ price, bonus: 9n }, null],
    });
    expect(decodeAuctionLog(log("ClearPage", [8n, intentHash, 250n]))).to.deep.equal({
      event: "ClearPage",
      window: 8,
      key: intentHash,
      next: 250,
    });
    expect(decodeAuctionLog(log("Collect", [tokenA, tokenB, market.auction, 6n]))).to.deep.equal({
      event: "Collect",
      clearer: tokenA,
      token: tokenB,
      to: market.auction,
      amount: 6n,
    });
  });

  it("reads what owners do without an order", () => {
    expect(decodeAuctionLog(log("Approval", [tokenA, intentHash, false]))).to.deep.equal({
      event: "Approval",
      owner: tokenA,
      intentHash,
      approved: false,
    });
    expect(decodeAuctionLog(log("CancelNonces", [tokenA, 4n, 8n]))).to.deep.equal({
      event: "CancelNonces",
      owner: tokenA,
      word: 4n,
      mask: 8n,
    });
  });

  it("is null for other events", () => {
    expect(decodeAuctionLog({ address: market.auction, topics: [], data: "0x" })).to.equal(null);
    expect(decodeAuctionLog({ address: market.auction, topics: [id("Other()")], data: "0x" })).to.equal(null);
    expect(decodeAuctionLog(log("EIP712DomainChanged", []))).to.equal(null);
  });
});

describe("decodeAuctionLogs", () => {
  it("passes over the logs of other contracts, which may look the same", () => {
    const logs = [log("Cancel", [8n, 3n]), log("Cancel", [8n, 4n], tokenA), log("Refund", [8n, 5n])];
    const events = decodeAuctionLogs(logs, market.auction);
    expect(events.map(({ event }) => event)).to.deep.equal(["Cancel", "Refund"]);
  });
});
