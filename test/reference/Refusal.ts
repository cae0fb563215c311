import { settlementAbi } from "@walras/sdk";
import { Interface } from "ethers";

const errors = new Interface(settlementAbi);

/** Thrown where `settle` reverts: by the name and the arguments of its error, or by bytes that are no error of its own. */
export class Refusal extends Error {
  /** What the transaction reverts with. */
  readonly data: string;

  constructor(errorName: string, args: readonly (bigint | number | string)[]) {
    super(`${errorName}(${args.map(String).join(", ")})`);
    this.data = errorName === "" ? "0x" : errors.encodeErrorResult(errorName, args);
  }

  /** A revert without a reason: Solidity's own checks of a call. */
  static silent(): Refusal {
    return new Refusal("", []);
  }
}
