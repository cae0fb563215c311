import { expect } from "chai";
import { randomHash, settlement, tokenA } from "../test/samples.ts";
import type { StoredBatch } from "./domain.ts";
import { Metrics } from "./metrics.ts";

const receipt = {
  ...{ transactionHash: randomHash(), blockNumber: 1, blockHash: randomHash(), succeeded: true },
  ...{ gasUsed: 200_000n, effectiveGasPrice: 10n ** 9n, logs: [] },
};

function batch(to: typeof settlement, value: StoredBatch["value"]): StoredBatch {
  return {
    ...{ kind: "settle", id: "1", status: "mined", to, calldata: "0x", attempts: [], mined: null },
    ...{ failure: null, createdAt: 0, updatedAt: 0, tokens: [], prices: [], fills: [], value },
  };
}

function newMetrics(): Metrics {
  return new Metrics({
    settlement,
    sealed: () => ({ placed: 0, cleared: 3, closed: 0, collected: 0, lostRaces: 0 }),
    waiting: () => Promise.resolve({ openIntents: 5, pendingBatches: 1 }),
    blockNumber: () => null,
  });
}

describe("the metrics", () => {
  it("tell batches of the executor from others, and count what failed by its kind", async () => {
    const metrics = newMetrics();
    metrics.landed(batch(settlement, null), receipt);
    metrics.landed(batch(tokenA, null), receipt);
    metrics.landed(batch(tokenA, null), null);
    const lines = (await metrics.text()).split("\n");
    expect(lines).to.include('walras_batches_settled_total{route="direct"} 1');
    expect(lines).to.include('walras_batches_settled_total{route="executor"} 1');
    expect(lines).to.include('walras_transactions_failed_total{kind="settle"} 1');
    expect(lines).to.include('walras_gas_used_total{kind="settle"} 400000');
    expect(lines).to.include('walras_gas_paid_ether_total{kind="settle"} 0.0004');
  });

  it("say how far batches are from their bound, and which were not certified", async () => {
    const metrics = newMetrics();
    const value = { basis: "equilibrium", surplus: 98n, bound: 100n, gap: 2n, certified: false } as const;
    metrics.landed(batch(settlement, value), receipt);
    metrics.landed(
      batch(settlement, { ...value, surplus: 0n, bound: 0n, gap: 0n, certified: true }),
      receipt,
    );
    const lines = (await metrics.text()).split("\n");
    expect(lines).to.include("walras_batch_gap_ratio_sum 0.02");
    expect(lines).to.include('walras_batch_gap_ratio_bucket{le="0"} 1');
    expect(lines).to.include("walras_batches_uncertified_total 1");
  });

  it("look at what waits when they are read, more than once alike, and know no block before the first", async () => {
    const metrics = newMetrics();
    await metrics.text();
    const text = await metrics.text();
    expect(text.split("\n")).to.include.members(["walras_open_intents 5", "walras_windows_cleared_total 3"]);
    expect(text).to.include("walras_block_number 0");
  });
});
