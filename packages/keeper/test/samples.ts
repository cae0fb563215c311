/** Values for tests that need no chain. */
import { randomBytes } from "node:crypto";
import { type Address, type Hex, type Intent, parseAddress, parseHex, zeroAddress } from "@walras/sdk";
import type {
  AdmittedIntent,
  Attempt,
  BatchFillRecord,
  SimulatedCall,
  SimulatedSettlement,
} from "../src/domain.ts";

export const settlement = parseAddress("0x00000000000000000000000000000000000057e1");
export const auction = parseAddress("0x000000000000000000000000000000000000ca11");
export const tokenA = parseAddress("0x00000000000000000000000000000000000000aa");
export const tokenB = parseAddress("0x00000000000000000000000000000000000000bb");
export const alice = parseAddress("0x000000000000000000000000000000000000a11c");
export const identity = { chainId: 31337, settlement };

export function randomHash(): Hex {
  return parseHex(`0x${randomBytes(32).toString("hex")}`, "hash");
}

export const sampleIntent: Intent = {
  sellToken: tokenA,
  buyToken: tokenB,
  receiver: zeroAddress,
  sellAmount: 1000n,
  buyAmount: 900n,
  startBuyAmount: 0n,
  maxFee: 0n,
  feePerWei: 0n,
  validFrom: 0,
  decayEnd: 0,
  validTo: 2_000_000_000,
  nonce: (1n << 256n) - 1n,
  kind: "sell",
  partiallyFillable: false,
  settler: zeroAddress,
  condition: zeroAddress,
  conditionData: "0x",
};

/** An intent as if admission had passed it. */
export function admitted(
  fields: Partial<Intent> = {},
  {
    intentHash = randomHash(),
    owner = alice,
    auction = null,
  }: { intentHash?: Hex; owner?: Address; auction?: Address | null } = {},
): AdmittedIntent {
  const signed = {
    intent: { ...sampleIntent, ...fields },
    signature: { scheme: "ecdsa" as const, signature: parseHex(`0x${"11".repeat(65)}`, "signature") },
  };
  // Only tests may claim the proof without the step that gives it.
  return { intentHash, owner, signed, auction } as AdmittedIntent;
}

/** A settlement as if simulation had passed it, executing so much of each intent. */
export function simulated(fills: { intent: AdmittedIntent; executed: bigint }[]): SimulatedSettlement {
  const simulatedOne = {
    to: settlement,
    tokens: [tokenA, tokenB],
    prices: [1n, 1n],
    value: { basis: "equilibrium", surplus: 14n, bound: 16n, gap: 2n, certified: true },
    fills: fills.map(({ intent, executed }): BatchFillRecord => ({
      intentHash: intent.intentHash,
      owner: intent.owner,
      executed,
      sold: executed,
      bought: executed - 2n,
      fee: 2n,
      surplus: 7n,
    })),
    calldata: "0x1234",
    gasLimit: 100_000n,
    simulatedAt: { number: 1, hash: randomHash(), parentHash: randomHash(), timestamp: 1, baseFeePerGas: 1n },
  };
  return simulatedOne as SimulatedSettlement;
}

/** A call of an auction as if simulation had passed it. */
export function simulatedCall(
  intents: AdmittedIntent[],
  kind: SimulatedCall["kind"] = "place",
): SimulatedCall {
  const simulatedAt = {
    number: 1,
    hash: randomHash(),
    parentHash: randomHash(),
    timestamp: 1,
    baseFeePerGas: 1n,
  };
  const intentHashes = intents.map(({ intentHash }) => intentHash);
  const call = {
    kind,
    to: auction,
    window: 7,
    intentHashes,
    calldata: "0x5678",
    gasLimit: 90_000n,
    simulatedAt,
  };
  return call as SimulatedCall;
}

export function attempt(purpose: Attempt["purpose"] = "settle"): Omit<Attempt, "batchId"> {
  return {
    transactionHash: randomHash(),
    rawTransaction: "0x02",
    from: alice,
    accountNonce: 7,
    gasLimit: 100_000n,
    maxFeePerGas: 2n * 10n ** 30n,
    maxPriorityFeePerGas: 1n,
    purpose,
    createdAt: 5,
  };
}

export function minedIn(transactionHash: Hex, blockNumber = 10) {
  return {
    transactionHash,
    blockNumber,
    blockHash: randomHash(),
    gasUsed: 77n,
    effectiveGasPrice: 10n ** 20n,
  };
}
