/* The loops in which the engine spends its time. Compiled by scripts/generate-kernel.ts; see docs/MATCHER.md, section 3.6. */
export { addOutside, factorGenerator, solveFactored, stationaryVector } from "./chain";
export { evaluate, listMissing, predictRates } from "./demand";
