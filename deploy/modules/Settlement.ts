import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import { ZeroAddress } from "ethers";
import { tipCap } from "../parameters.ts";

/** The instant lane: one immutable contract. Parameter `dataFee`: where the chain's data fee is read, if it has one. */
export default buildModule("Settlement", (m) => ({
  settlement: m.contract("Settlement", [tipCap, m.getParameter("dataFee", ZeroAddress)]),
}));
