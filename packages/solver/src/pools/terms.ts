import type { BoundTerm } from "../duals.ts";
import type { PartPool } from "../parts.ts";
import { agentsOf, answerOf, widePoints } from "./ladder.ts";

/** About what a pool adds to the bound, in floating point: a term for each stretch of what it takes, at its price there. */
export function poolTerms(pool: PartPool): BoundTerm[] {
  return agentsOf([pool]).flatMap((agent) => {
    const terms: BoundTerm[] = [];
    let [x, out] = [0n, 0n];
    for (const amountIn of widePoints(agent)) {
      const amountOut = answerOf(agent, amountIn);
      if (amountOut <= out) continue;
      const [brings, takes] = [Number(amountOut - out), Number(amountIn - x)];
      terms.push({ sell: agent.tokenOut, buy: agent.tokenIn, brings, takes });
      [x, out] = [amountIn, amountOut];
    }
    return terms;
  });
}
