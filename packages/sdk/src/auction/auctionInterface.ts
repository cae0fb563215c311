import { Interface } from "ethers";
import { auctionAbi } from "../generated/auctionAbi.ts";

/** The auction contract as ethers reads it; shared, since it is costly to build. */
export const auctionInterface = /* @__PURE__ */ new Interface(auctionAbi);
