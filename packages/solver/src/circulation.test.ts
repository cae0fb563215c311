import { expect } from "chai";
import { random } from "../test/support.ts";
import { type Arc, greatestCirculation } from "./circulation.ts";

function gainOf(arcs: readonly Arc[], flow: readonly bigint[]): number {
  return arcs.reduce((sum, arc, k) => sum + arc.gain * Number(flow[k]), 0);
}

/** The greatest gain by trying every flow; `undefined` if none balances. */
function bruteForce(nodes: number, arcs: readonly Arc[], excess: readonly bigint[]): number | undefined {
  let best: number | undefined;
  const flow = arcs.map(() => 0n);
  const walk = (k: number): void => {
    const arc = arcs[k];
    if (arc === undefined) {
      if (balances(nodes, arcs, excess, flow)) best = Math.max(best ?? -Infinity, gainOf(arcs, flow));
      return;
    }
    for (let value = 0n; value <= arc.capacity; value++) {
      flow[k] = value;
      walk(k + 1);
    }
    flow[k] = 0n;
  };
  walk(0);
  return best;
}

function balances(
  nodes: number,
  arcs: readonly Arc[],
  excess: readonly bigint[],
  flow: readonly bigint[],
): boolean {
  const left = Array.from({ length: nodes }, (_, node) => excess[node] ?? 0n);
  arcs.forEach((arc, k) => {
    left[arc.from] = (left[arc.from] ?? 0n) - (flow[k] ?? 0n);
    left[arc.to] = (left[arc.to] ?? 0n) + (flow[k] ?? 0n);
  });
  return left.every((value) => value >= 0n);
}

function randomNetwork(seed: number): { nodes: number; arcs: Arc[]; excess: bigint[] } {
  const u = random(seed);
  const nodes = 2 + Math.floor(u() * 3);
  const excess = Array.from({ length: nodes }, () => (u() < 0.4 ? BigInt(Math.floor(u() * 5) - 2) : 0n));
  const arcs = Array.from({ length: 1 + Math.floor(u() * 5) }, (): Arc => {
    const from = Math.floor(u() * nodes);
    const to = (from + 1 + Math.floor(u() * (nodes - 1))) % nodes;
    return {
      from,
      to,
      capacity: BigInt(Math.floor(u() * 4)),
      gain: Math.floor(u() * 9) - 2,
      startFull: u() < 0.5,
    };
  });
  return { nodes, arcs, excess };
}

describe("greatestCirculation", () => {
  it("gains what trying every flow gains, and says what cannot be balanced", () => {
    for (let seed = 1; seed <= 1500; seed++) {
      const { nodes, arcs, excess } = randomNetwork(seed);
      const { flow, lack } = greatestCirculation(nodes, arcs, excess);
      const best = bruteForce(nodes, arcs, excess);
      const isShort = lack.some((value) => value > 0n);
      expect(isShort, `seed ${seed}`).to.equal(best === undefined);
      if (best === undefined) continue;
      expect(
        flow.every((value, k) => value >= 0n && value <= (arcs[k]?.capacity ?? 0n)),
        `seed ${seed}`,
      ).to.equal(true);
      expect(balances(nodes, arcs, excess, flow), `seed ${seed}`).to.equal(true);
      expect(gainOf(arcs, flow), `seed ${seed}`).to.equal(best);
    }
  });

  it("is exact for values of 256 bits", () => {
    const most = 2n ** 256n - 1n;
    const arcs = [
      { from: 0, to: 1, capacity: most, gain: 1 },
      { from: 1, to: 0, capacity: most - 1n, gain: 1 },
    ];

    expect(greatestCirculation(2, arcs, [0n, 0n]).flow).to.deep.equal([most - 1n, most - 1n]);
  });
});
