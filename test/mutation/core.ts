/** What is mutated, and measured by coverage: the contracts that allowances are given to, and what they consist of. */
import { compile, readSources, type Effort, type Sources } from "./compile.ts";

export const core = [
  "contracts/Settlement.sol",
  "contracts/CostMeter.sol",
  "contracts/libraries/FillDecoder.sol",
  "contracts/libraries/Legs.sol",
  "contracts/libraries/SignerRecovery.sol",
  "contracts/libraries/FillMath.sol",
  "contracts/libraries/IntentHash.sol",
  "contracts/libraries/WorkingMemory.sol",
  "contracts/datafee/OptimismDataFee.sol",
  "contracts/datafee/ArbitrumDataFee.sol",
];
export const settlement = "contracts/Settlement.sol";
export const settlementPath = `${settlement}/Settlement`;
export const wanted = { [settlement]: "Settlement" };
/** What is tested by itself, beside the settlement. */
export const others = {
  "test/mocks/LibraryHarness.sol": "LibraryHarness",
  "contracts/datafee/OptimismDataFee.sol": "OptimismDataFee",
  "contracts/datafee/ArbitrumDataFee.sol": "ArbitrumDataFee",
};

/** The creation bytecode of what is tested, by file and contract ("contracts/Settlement.sol/Settlement"). */
export type Code = ReadonlyMap<string, string>;

/** The settlement and the others; null if they do not compile. */
export function compileAll(all: Sources, effort: Effort = "quick"): Code | null {
  const contracts = { ...wanted, ...others };
  const { errors, bytecode } = compile(all, contracts, effort);
  if (errors.length > 0) return null;
  return new Map(
    Object.entries(contracts).map(([file, name]) => [`${file}/${name}`, bytecode(file, name)] as const),
  );
}

/** The core contracts and the harness that calls their libraries one by one. */
export const coreSources = (): Sources => readSources(settlement, ...Object.keys(others));
