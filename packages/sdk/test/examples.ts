import { Wallet } from "ethers";
import { parseAddress } from "../src/hex.ts";
import { buildIntent } from "../src/intent/buildIntent.ts";
import type { IntentDomain } from "../src/intent/Intent.ts";
import { SdkError, type SdkErrorCode } from "../src/errors.ts";

export const tokenA = parseAddress("0x1000000000000000000000000000000000000001");
export const tokenB = parseAddress("0x2000000000000000000000000000000000000002");
export const domain: IntentDomain = {
  chainId: 31337,
  verifyingContract: parseAddress("0x5FbDB2315678afecb367f032d93F642f64180aa3"),
};

/** The first account of every local chain. */
export const wallet = new Wallet("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80");
export const stranger = new Wallet("0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d");

export const exampleIntent = buildIntent({
  sellToken: tokenA,
  buyToken: tokenB,
  sellAmount: 1_000_000n,
  buyAmount: 2_000_000_000_000_000_000n,
  validTo: 4_000_000_000,
  nonce: 7n,
});

/** The code of the SdkError that `action` throws; fails the test when it throws nothing, or anything else. */
export function codeOf(action: () => unknown): SdkErrorCode {
  try {
    action();
  } catch (error) {
    if (error instanceof SdkError) return error.code;
    throw error;
  }
  throw new Error("nothing was thrown");
}

/** As {@link codeOf}, for a promise. */
export async function rejectionCodeOf(promise: Promise<unknown>): Promise<SdkErrorCode> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof SdkError) return error.code;
    throw error;
  }
  throw new Error("nothing was thrown");
}
