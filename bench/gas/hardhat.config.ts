/**
 * How the gas bench builds what Walras is measured against: the peers' contracts from npm and two floors of our own.
 * Apart from the project's own configuration, so that neither `npm test` nor `npm run demo` compiles any of it.
 */
import { createRequire } from "node:module";
import { join } from "node:path";
import { defineConfig } from "hardhat/config";

const require = createRequire(import.meta.url);
/** Beside the project's own cache, where neither git nor the linters look. */
const built = join(import.meta.dirname, "../../cache/peers");

const settings = {
  viaIR: true,
  evmVersion: "cancun",
  optimizer: { enabled: true, runs: 1_000_000 },
  metadata: { bytecodeHash: "none", appendCBOR: false },
};

/** Seaport's own settings: with the standard steps of the optimizer it does not fit the stack. */
const seaport = {
  version: "0.8.30",
  path: require.resolve("solc-0.8.30/soljson.js"),
  settings: {
    ...settings,
    optimizer: {
      enabled: true,
      runs: 4_294_967_295,
      details: {
        peephole: true,
        jumpdestRemover: true,
        orderLiterals: true,
        deduplicate: true,
        cse: true,
        constantOptimizer: true,
        yulDetails: {
          stackAllocation: true,
          optimizerSteps:
            "dhfoDgvulfnTUtnIf[xa[r]EscLMcCTUtTOntnfDIulLculVcul [j]Tpeulxa[rul]xa[r]cLgvifCTUca[r]LSsTOtfDnca[r]Iulc]jmul[jul] VcTOcul jmul",
        },
      },
    },
  },
};

export default defineConfig({
  paths: {
    sources: join(import.meta.dirname, "contracts"),
    artifacts: join(built, "artifacts"),
    cache: join(built, "cache"),
  },
  solidity: {
    compilers: [
      // The floors, with Walras' own compiler.
      { version: "0.8.36", path: require.resolve("solc/soljson.js"), settings },
      // The newest that 1inch' sources allow.
      { version: "0.8.30", path: require.resolve("solc-0.8.30/soljson.js"), settings },
    ],
    overrides: { "seaport-core/src/Seaport.sol": seaport },
    npmFilesToBuild: [
      "@1inch/limit-order-protocol-contract/contracts/LimitOrderProtocol.sol",
      "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol",
      "seaport-core/src/Seaport.sol",
      "seaport-core/src/conduit/ConduitController.sol",
    ],
  },
});
