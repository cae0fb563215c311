import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

/** Reads the data fee of chains of the OP stack. */
export const optimismDataFee = buildModule("OptimismDataFee", (m) => ({
  dataFee: m.contract("OptimismDataFee"),
}));

/** Reads the data fee of Arbitrum chains. */
export const arbitrumDataFee = buildModule("ArbitrumDataFee", (m) => ({
  dataFee: m.contract("ArbitrumDataFee"),
}));
