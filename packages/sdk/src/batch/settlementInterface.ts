import { Interface } from "ethers";
import { settlementAbi } from "../generated/settlementAbi.ts";

/** The settlement contract as ethers reads it; shared, since it is costly to build. */
export const settlementInterface = /* @__PURE__ */ new Interface(settlementAbi);
