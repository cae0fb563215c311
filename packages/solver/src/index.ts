export { BookError } from "./errors.ts";
export type { BookErrorCode } from "./errors.ts";
export type { Mip, MipColumn, MipLimits, MipProblem, MipRow } from "./mip.ts";
export { parseBook } from "./parse.ts";
export { solve } from "./solve.ts";
export { verifySolution } from "./verify.ts";
export type { Violation, ViolationCode } from "./verify.ts";
export type {
  Address,
  Book,
  BookIntent,
  BookToken,
  DualPrice,
  Fill,
  GasCost,
  IntentKind,
  KeeperShare,
  Solution,
  SolutionValue,
  SolveOptions,
  SolveStats,
  Spendable,
  TokenSurplus,
  Transfer,
  Unfilled,
  UnfilledReason,
} from "./types.ts";
export { writeBook } from "./write.ts";
export type { BookFile } from "./write.ts";
export { swapExactIn } from "./pools/concentrated.ts";
export type { ConcentratedPool, PoolTick, PredictedSwap } from "./pools/concentrated.ts";
export { constantProductInAt, constantProductOut } from "./pools/constantProduct.ts";
export type { ConstantProductPool } from "./pools/constantProduct.ts";
export { solveSealed, SealedError } from "./sealed/solve.ts";
export type {
  MarginalAmount,
  SealedBook,
  SealedCertificate,
  SealedMethod,
  SealedOrder,
  SealedOutcome,
  SealedPrice,
  SealedSolution,
} from "./sealed/types.ts";
export { packPrice, unpackPrice } from "./sealed/auctionMath.ts";
export { verifySealed } from "./sealed/verify.ts";
export type { SealedResult, SealedVerdict, SealedViolation, SealedViolationCode } from "./sealed/verify.ts";
export { amountOutOf } from "./pools/pool.ts";
export type { Pool, Side, Swap } from "./pools/pool.ts";
export { GREATEST_TICK, LEAST_TICK, sqrtPriceAt } from "./pools/ticks.ts";
