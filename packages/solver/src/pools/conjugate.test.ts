import { expect } from "chai";
import { random } from "../../test/support.ts";
import { mostGainOf } from "./conjugate.ts";
import { amountOutOf, type Pool } from "./pool.ts";
import { sqrtPriceAt } from "./ticks.ts";

const tokens = [
  "0x00000000000000000000000000000000000000a1",
  "0x00000000000000000000000000000000000000a2",
] as const;

/** A pool near a price of 1, and prices near it. */
function scene(seed: number): { pool: Pool; prices: [bigint, bigint] } {
  const next = random(seed);
  const size = 10n ** (8n + BigInt(Math.floor(next() * 14)));
  const share = (): bigint => BigInt(900_000 + Math.floor(next() * 200_000));
  const prices: [bigint, bigint] = [share() << 40n, share() << 40n];
  const address = tokens[0];
  if (seed % 2 === 0) {
    const reserves = [size, (size * share()) / 1_000_000n] as const;
    return { pool: { kind: "constant-product", address, tokens, reserves, feePerThousand: 3n }, prices };
  }
  const tick = Math.floor((next() - 0.5) * 1000);
  const ranges = [-887_220, -1200, -300, 60, 240, 1800, 887_220];
  const depth = ranges.slice(1).map(() => BigInt(1 + Math.floor(next() * 9)) * size);
  const at = ranges.findLastIndex((lower) => lower <= tick);
  const ticks = ranges.map((lower, i) => ({
    tick: lower,
    liquidityNet: (depth[i] ?? 0n) - (depth[i - 1] ?? 0n),
  }));
  const sqrtPrice = sqrtPriceAt(tick) + 1n;
  const liquidity = depth[at] ?? 0n;
  return {
    pool: {
      kind: "concentrated",
      address,
      tokens,
      sqrtPrice,
      tick,
      liquidity,
      feePips: 3000n,
      tickSpacing: 60,
      ticks,
    },
    prices,
  };
}

describe("what a swap on a pool can be worth", () => {
  it("is no less than what any input is worth, and hardly more than the best", () => {
    for (let seed = 0; seed < 24; seed++) {
      const { pool, prices } = scene(seed);
      const most = mostGainOf(pool, prices);
      let best = 0n;
      for (const sells of [0, 1] as const) {
        for (let amountIn = 1000n; amountIn < 10n ** 24n; amountIn += amountIn / 20n) {
          const out = amountOutOf(pool, sells, amountIn);
          if (out === 0n) continue;
          const gain = out * prices[sells === 0 ? 1 : 0] - amountIn * prices[sells];
          if (gain > best) best = gain;
        }
      }
      expect(best <= most, `seed ${seed}: ${best} is more than ${most}`).to.equal(true);
      const slack = 64n * (prices[0] + prices[1]);
      expect(most - best <= most / 20n + slack, `seed ${seed}: ${most} is more than ${best}`).to.equal(true);
    }
  });
});
