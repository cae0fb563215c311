/* The loops in which the engine spends its time. Compiled by scripts/generate-kernel.ts; see docs/MATCHER.md, section 3.6. */
export { addOutside, factorGenerator, solveFactored, stationaryVector } from "./chain";
export { countMarginal, isPlausible, listMarginal, sumFills } from "./crossover";
export { evaluate, listMissing, predictRates } from "./demand";
export {
  advanceRungs,
  farthestMove,
  followPrices,
  linearise,
  placeRungs,
  pruneRungs,
  pullBooks,
  sumBarriers,
  sumPulls,
} from "./interior";
export { cutSections } from "./sections";
export { addColumns, enterBooks } from "./system";
