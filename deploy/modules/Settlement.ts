import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

/** The instant lane: one immutable contract without constructor arguments. */
export default buildModule("Settlement", (m) => ({ settlement: m.contract("Settlement") }));
