/** What is mutated, and measured by coverage: every contract there is, and what it consists of. */
import { createHash } from "node:crypto";
import { findRevertData } from "@walras/sdk";
import { AuctionChain } from "../reference/AuctionChain.ts";
import { auctionSteps } from "../reference/auctionSteps.ts";
import { Chain } from "../reference/Chain.ts";
import { steps } from "../reference/steps.ts";
import type { Difference } from "../reference/wire.ts";
import { compile, readSources, type Compiled, type Effort, type Sources } from "./compile.ts";
import { findMutants, type Mutant } from "./mutants.ts";

/** A chain that campaigns are played on, each from its seed. */
export type Lives<Step> = {
  reset: (bytecode: string, seed: number) => Promise<void>;
  play: (step: Step) => Promise<Difference>;
};

/** Says by which step of a campaign this creation bytecode is told from the reference, null if by none. */
export type Differential = (bytecode: string, most?: number) => Promise<string | null>;

export type Target = {
  name: string;
  title: string;
  /** In the order in which they are judged. */
  files: readonly string[];
  /** What is deployed, or tested by itself, by file. */
  contracts: Readonly<Record<string, string>>;
  /** The one of them that campaigns are played with; null if there is no reference, so that tests have to tell all. */
  played: { file: string; differential: () => Promise<Differential> } | null;
  /** As hardhat.config.ts has it for these contracts. */
  optimizerRuns: number;
  /** How code with switches is optimized: "quick" where that leaves room enough on the stack. */
  switchEffort: Effort;
  /** Mutants of several files are compiled at once where there are no more of them. */
  mostSwitches: number;
  /** Libraries that are also tested by themselves: in which of `contracts`, and by which tests of the folder. */
  units: readonly { files: readonly string[]; harness: string; tests: readonly string[] }[];
  /** Where its Solidity tests lie, and those of them that are long and hardly find what nothing else does. */
  testFolder: string;
  longTests: readonly string[];
  /** A test in mocha where real gas prices are, if there is one, and the functions, by file and name, that it looks at. */
  metered: { file: string; scope: RegExp } | null;
  /** Tests in mocha that count for coverage. */
  mochaTests: readonly string[];
};

const settlement: Target = {
  name: "settlement",
  title: "Settlement",
  files: [
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
  ],
  contracts: {
    "contracts/Settlement.sol": "Settlement",
    "test/mocks/LibraryHarness.sol": "LibraryHarness",
    "contracts/datafee/OptimismDataFee.sol": "OptimismDataFee",
    "contracts/datafee/ArbitrumDataFee.sol": "ArbitrumDataFee",
  },
  played: {
    file: "contracts/Settlement.sol",
    differential: async () => {
      const chain = await Chain.create();
      const campaigns = [1, 2].map((seed) => steps(chain.world, seed).take(100).toArray());
      return differentialOf(chain, campaigns);
    },
  },
  optimizerRuns: 1_000_000,
  switchEffort: "quick",
  mostSwitches: 0,
  units: [],
  testFolder: "test/contracts",
  longTests: ["Invariants.t.sol", "Differential.t.sol"],
  metered: {
    file: "test/e2e/meteredFee.ts",
    scope: /^(?!.*\/libraries\/).*(cost|claim|fee|fresh|meter|settle |quote|_GAS|_BYTES)/i,
  },
  mochaTests: ["test/e2e/settlement.ts", "test/e2e/meteredFee.ts"],
};

const auction: Target = {
  name: "auction",
  title: "CallAuction",
  files: [
    "contracts/libraries/AuctionMath.sol",
    "contracts/auction/Clearing.sol",
    "contracts/auction/Claiming.sol",
    "contracts/libraries/AuctionOrder.sol",
    "contracts/libraries/SmallFloat.sol",
    "contracts/auction/Placing.sol",
    "contracts/auction/AuctionMeter.sol",
    "contracts/libraries/IntentLoader.sol",
    "contracts/auction/AuctionBase.sol",
    "contracts/CallAuction.sol",
  ],
  contracts: {
    "contracts/CallAuction.sol": "CallAuction",
    "test/mocks/AuctionHarness.sol": "AuctionHarness",
  },
  played: {
    file: "contracts/CallAuction.sol",
    differential: async () => {
      const chain = await AuctionChain.create();
      const campaigns = [1, 2, 3].map((seed) => auctionSteps(chain.world, seed).toArray());
      return differentialOf(chain, campaigns);
    },
  },
  optimizerRuns: 10_000,
  switchEffort: "deployed",
  mostSwitches: 300,
  units: [
    {
      files: ["contracts/libraries/AuctionMath.sol", "contracts/libraries/SmallFloat.sol"],
      harness: "test/mocks/AuctionHarness.sol",
      tests: ["AuctionMath.t.sol"],
    },
  ],
  testFolder: "test/contracts/auction",
  longTests: ["AuctionInvariants.t.sol"],
  metered: null,
  mochaTests: [
    "test/e2e/auctionDifferential.ts",
    "test/e2e/auctionSchemes.ts",
    "test/e2e/auctionPages.ts",
    "test/e2e/auctionRolls.ts",
  ],
};

/** What stands around them, each small and by itself; each intent that names a condition relies on one of these. */
const periphery: Target = {
  name: "periphery",
  title: "Periphery and conditions",
  files: [
    "contracts/periphery/Executor.sol",
    "contracts/periphery/NativeIntents.sol",
    "contracts/periphery/NativeReceiver.sol",
    "contracts/periphery/SettlementLens.sol",
    "contracts/periphery/BoundedCall.sol",
    "contracts/conditions/NonceFilledCondition.sol",
    "contracts/conditions/TimeSlicedCondition.sol",
    "contracts/conditions/PriceFeedCondition.sol",
    "contracts/conditions/MinimumBalanceCondition.sol",
    "contracts/conditions/AllOfCondition.sol",
    "contracts/conditions/AnyOfCondition.sol",
  ],
  contracts: {
    "contracts/periphery/Executor.sol": "Executor",
    "contracts/periphery/NativeIntents.sol": "NativeIntents",
    "contracts/periphery/SettlementLens.sol": "SettlementLens",
    "contracts/conditions/NonceFilledCondition.sol": "NonceFilledCondition",
    "contracts/conditions/TimeSlicedCondition.sol": "TimeSlicedCondition",
    "contracts/conditions/PriceFeedCondition.sol": "PriceFeedCondition",
    "contracts/conditions/MinimumBalanceCondition.sol": "MinimumBalanceCondition",
    "contracts/conditions/AllOfCondition.sol": "AllOfCondition",
    "contracts/conditions/AnyOfCondition.sol": "AnyOfCondition",
  },
  played: null,
  optimizerRuns: 1_000_000,
  switchEffort: "deployed",
  mostSwitches: 60,
  units: [],
  testFolder: "test/contracts/periphery",
  longTests: [],
  metered: null,
  mochaTests: [],
};

export const targets: readonly Target[] = [settlement, auction, periphery];

/** Milliseconds for each step. Campaigns of seeds 1, 2 and so on; at most so many steps in all. */
function differentialOf<Step>(chain: Lives<Step>, campaigns: readonly Step[][]): Differential {
  return async (bytecode, most = Infinity) => {
    let tried = 0;
    for (const [index, campaign] of campaigns.entries()) {
      for (const [count, step] of campaign.entries()) {
        if (tried++ >= most) return null;
        if (count === 0 && !(await isDeployed(chain.reset(bytecode, index + 1)))) {
          return `differential, seed ${index + 1}: it refuses to be deployed`;
        }
        const difference = await chain.play(step);
        if (difference !== null) return `differential, seed ${index + 1}, step ${count}: ${difference.what}`;
      }
    }
    return null;
  };
}

/** Whether a deployment comes to its end. A refusal is an answer; any other failure is none. */
async function isDeployed(deployment: Promise<void>): Promise<boolean> {
  try {
    await deployment;
    return true;
  } catch (error) {
    if (findRevertData(error) === null) throw error;
    return false;
  }
}

/* CODE */

/** The creation bytecode of what is tested, by file and contract ("contracts/Settlement.sol/Settlement"). */
export type Code = ReadonlyMap<string, string>;

export const pathOf = ({ contracts }: Target, file: string): string => `${file}/${contracts[file] ?? ""}`;

/** All sources of a target, and those that campaigns are played with. */
export const sourcesOf = ({ contracts }: Target): Sources => readSources(...Object.keys(contracts));
export const partsOf = ({ played }: Target): Sources =>
  played === null ? new Map<string, string>() : readSources(played.file);

/** @param trees the syntax trees of these sources */
export function mutantsOf({ files }: Target, sources: Sources, trees: Compiled): Mutant[] {
  return files.flatMap((file) => findMutants(file, sources.get(file) ?? "", trees.ast(file)));
}

/** What tells one version of a target's code from another; it stays the same when only words about the code change. */
export function versionOf({ files }: Target, sources: Sources): string {
  return createHash("sha256")
    .update(files.map((file) => withoutComments(sources.get(file) ?? "")).join())
    .digest("hex");
}

/** What a source says to the compiler. */
function withoutComments(source: string): string {
  return source
    .replace(/\/\*[^]*?\*\/|\/\/.*/g, "")
    .replace(/\s+/g, " ")
    .trim();
}

/** The contracts of a target in which some of its files are. */
export function contractsWith({ contracts }: Target, files: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(contracts).filter(([file]) => {
      const parts = readSources(file);
      return files.some((each) => parts.has(each));
    }),
  );
}

/** The contracts of a target, or only these of them; null if they do not compile. */
export function compileAll(
  target: Target,
  all: Sources,
  effort: Effort = target.switchEffort,
  contracts: Readonly<Record<string, string>> = target.contracts,
): Code | null {
  const { errors, bytecode } = compile(all, contracts, effort, target.optimizerRuns);
  if (errors.length > 0) return null;
  return new Map(
    Object.entries(contracts).map(([file, name]) => [`${file}/${name}`, bytecode(file, name)] as const),
  );
}
