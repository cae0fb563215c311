import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

/** The coin as an ERC-20, for local chains, which have none. */
export default buildModule("LocalWrappedNative", (m) => ({ wrappedNative: m.contract("WrappedEther") }));
