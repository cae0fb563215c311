import type { Section } from "./sections.ts";

/** What moves between the tokens when the books of a section sell so much, in value. */
export interface Flows {
  /** Per token, what is bought of it less what is sold. */
  readonly excess: Float64Array;
  /** Per token, what is bought and what is sold of it together. */
  readonly turnover: Float64Array;
}

/**
 * The flows at given prices.
 *
 * @param sold amount per book
 */
export function flowsOf({ sell, buy }: Section, prices: Float64Array, sold: Float64Array): Flows {
  const excess = new Float64Array(prices.length);
  const turnover = new Float64Array(prices.length);
  // Elements are read without helpers, as in `upperBound`.
  for (let k = 0; k < sold.length; k++) {
    const a = sell[k] ?? 0;
    const b = buy[k] ?? 0;
    const value = (sold[k] ?? 0) * (prices[a] ?? 0);
    excess[a] = (excess[a] ?? 0) - value;
    excess[b] = (excess[b] ?? 0) + value;
    turnover[a] = (turnover[a] ?? 0) + value;
    turnover[b] = (turnover[b] ?? 0) + value;
  }
  return { excess, turnover };
}
