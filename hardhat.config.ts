import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import hardhatToolbox from "@nomicfoundation/hardhat-toolbox-mocha-ethers";
import { configVariable, defineConfig } from "hardhat/config";
import { deploymentSalt } from "./deploy/address.ts";

// The compiler comes from npm, so that a build needs nothing but the npm registry.
const solc = { version: "0.8.36", path: createRequire(import.meta.url).resolve("solc/soljson.js") };

const solcSettings = {
  viaIR: true,
  evmVersion: "cancun",
  optimizer: { enabled: true, runs: 1_000_000 },
  // Without the metadata hash the bytecode, and with it the CREATE2 address, depends on the code alone.
  metadata: { bytecodeHash: "none", appendCBOR: false },
};

// Test contracts only drive: they deploy the settlement's own artifact, so how they are compiled changes nothing in
// what they prove, and without the optimizer they build in seconds.
const testContracts = readdirSync(new URL("test/contracts", import.meta.url), {
  recursive: true,
  encoding: "utf8",
})
  .filter((file) => file.endsWith(".sol"))
  .map((file) => `test/contracts/${file}`);

// The auction does more than one contract could hold if all of it were unrolled and inlined: this is as fast as fits.
const solcAuctionSettings = { ...solcSettings, optimizer: { enabled: true, runs: 10_000 } };

const solcTestSettings = { ...solcSettings, viaIR: false, optimizer: { enabled: false } };

/** A public testnet: its RPC URL and deployer key live in Hardhat's encrypted keystore, never in the repository. */
function testnet(chainId: number, chainType: "l1" | "op" | "generic", prefix: string) {
  return {
    type: "http" as const,
    chainId,
    chainType,
    url: configVariable(`${prefix}_RPC_URL`),
    accounts: [configVariable("DEPLOYER_PRIVATE_KEY")],
  };
}

// `npm run test:deep` runs the same tests for longer, and has the campaigns leave their figures in this folder.
const isDeep = process.env["WALRAS_DEEP"] === "true";

function solidityTests(fuzzRuns: number, campaigns: number, depth: number) {
  return {
    fsPermissions: {
      readDirectory: ["test/vectors"],
      // The code of Permit2, as it is deployed.
      readFile: ["node_modules/@1inch/solidity-utils/dist/src/permit2.json"],
      readWriteFile: ["cache/deep/invariants.txt"],
    },
    fuzz: { runs: fuzzRuns, seed: "0x77616c726173" },
    invariant: { runs: campaigns, depth, failOnRevert: true },
  };
}

export default defineConfig({
  plugins: [hardhatToolbox],
  paths: {
    ignition: "deploy",
    sources: ["contracts", "test/mocks", "examples"],
    tests: { solidity: "test/contracts", mocha: "test/e2e" },
  },
  solidity: {
    compilers: [{ ...solc, settings: solcSettings }],
    overrides: {
      "contracts/CallAuction.sol": { ...solc, settings: solcAuctionSettings },
      ...Object.fromEntries(testContracts.map((file) => [file, { ...solc, settings: solcTestSettings }])),
    },
  },
  networks: {
    // What `npm run chain` starts: a block for each transaction, and one every two seconds, as confirmations need.
    node: { type: "edr-simulated", chainId: 31337, mining: { auto: true, interval: 2000 } },
    // A chain of the OP stack, with its predeploys.
    opNode: { type: "edr-simulated", chainType: "op", chainId: 31338 },
    localhost: {
      type: "http",
      chainId: 31337,
      url: process.env["WALRAS_LOCALHOST_URL"] ?? "http://127.0.0.1:8545",
    },
    sepolia: testnet(11155111, "l1", "SEPOLIA"),
    baseSepolia: testnet(84532, "op", "BASE_SEPOLIA"),
    arbitrumSepolia: testnet(421614, "generic", "ARBITRUM_SEPOLIA"),
    optimismSepolia: testnet(11155420, "op", "OPTIMISM_SEPOLIA"),
  },
  ignition: { strategyConfig: { create2: { salt: deploymentSalt } } },
  test: {
    mocha: { timeout: isDeep ? 1_200_000 : 120_000 },
    solidity: {
      profiles: {
        default: isDeep ? solidityTests(1024, 320, 64) : solidityTests(256, 32, 32),
        // Of each mutant only whether it is noticed; one that goes round for ever runs out of gas.
        mutation: { ...solidityTests(32, 4, 32), gasLimit: 500_000_000n },
      },
    },
  },
});
