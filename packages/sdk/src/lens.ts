import { Interface, Result } from "ethers";
import { settlementInterface } from "./batch/settlementInterface.ts";
import { SdkError } from "./errors.ts";
import { parseAddress, parseHex, zeroAddress, type Address, type Hex } from "./hex.ts";
import type { SignedIntent } from "./intent/Intent.ts";
import type { EthCall } from "./intent/verifySignature.ts";

/** What can keep an intent from settling now, in the order in which the lens looks; docs/PERIPHERY.md says more. */
export const intentObstacles = [
  "UnknownKind",
  "SameToken",
  "WrongSettler",
  "NotYetValid",
  "Expired",
  "InvalidSignature",
  "NotApproved",
  "InvalidDecay",
  "NonceSpent",
  "Filled",
  "TokenUnreadable",
  "InsufficientBalance",
  "InsufficientAllowance",
  "ConditionFails",
] as const;
export type IntentObstacle = (typeof intentObstacles)[number];

/** What there is to know about an intent at the latest block. Amounts are atoms. */
export type IntentState = {
  /** The first thing that keeps it from settling; null for none. `ConditionFails` is a hint only. */
  obstacle: IntentObstacle | null;
  intentHash: Hex;
  /** Who vouches for it: for `ecdsa` whoever the signature recovers to; the zero address for nobody. */
  owner: Address;
  /** What is left to execute, on the exact side. */
  remaining: bigint;
  /** What has to be bought for the whole `sellAmount` at this time. */
  limitBuyAmount: bigint;
  /** Of the sell token; zero where there is no owner to ask about. */
  balance: bigint;
  /** What the settlement may take. */
  allowance: bigint;
  /** What the condition says now; true without one. It is meant for the state after a batch. */
  conditionHolds: boolean;
};

export type ReadIntentsOptions = {
  call: EthCall;
  /** Who would settle; without it, an intent's `settler` is not checked. */
  keeper?: Address;
  /** How many intents go into one call; fewer leave each more gas. Default: 25. */
  chunkSize?: number;
};

const intentType = settlementInterface.getFunction("hashIntent")?.inputs[0]?.format("full") ?? "";

const lensInterface = /* @__PURE__ */ new Interface([
  `function read(tuple(${intentType}, uint8 scheme, address owner, bytes signature)[] queries, address keeper) view returns (tuple(uint8 obstacle, address owner, bool conditionHolds, bytes32 intentHash, uint256 remaining, uint256 limitBuyAmount, uint256 balance, uint256 allowance)[])`,
]);

const schemes = ["ecdsa", "eip1271", "approval"];

/**
 * Looks at many intents in a few calls: what is left of each, what its owner has, and why it cannot settle now.
 *
 * @param lens the `SettlementLens` contract: `peripheryDeployment(chainId).lens`
 * @param intents an `owner` beside an `ecdsa` signature is the one that is expected
 * @returns one state for each intent, in their order
 *
 * @example
 * const states = await readIntents(lens, signedIntents, { call: (transaction) => provider.call(transaction) });
 * const ready = signedIntents.filter((_, index) => states[index]?.obstacle === null);
 *
 * @throws SdkError `LensUnreadable` when there is no lens; errors of `call` pass through
 */
export async function readIntents(
  lens: Address,
  intents: readonly (SignedIntent & { owner?: Address })[],
  { call, keeper = zeroAddress, chunkSize = 25 }: ReadIntentsOptions,
): Promise<IntentState[]> {
  const to = parseAddress(lens, "lens");
  const states: IntentState[] = [];
  for (let start = 0; start < intents.length; start += chunkSize) {
    const queries = intents
      .slice(start, start + chunkSize)
      .map(({ intent, signature, owner }) => [
        intent,
        schemes.indexOf(signature.scheme),
        signature.scheme === "ecdsa" ? (owner ?? zeroAddress) : signature.owner,
        signature.scheme === "approval" ? "0x" : signature.signature,
      ]);
    const data = lensInterface.encodeFunctionData("read", [queries, parseAddress(keeper, "keeper")]);
    const answer = await call({ to, data: parseHex(data, "data") });
    states.push(...decodeStates(to, answer, queries.length));
  }
  return states;
}

function decodeStates(lens: Address, answer: string, count: number): IntentState[] {
  let states: unknown;
  try {
    states = Array.from<unknown>(lensInterface.decodeFunctionResult("read", answer))[0];
  } catch (cause) {
    throw new SdkError("LensUnreadable", { lens }, { cause });
  }
  if (!(states instanceof Result) || states.length !== count) throw new SdkError("LensUnreadable", { lens });
  return states.toArray().map((state) => readState(lens, state));
}

function readState(lens: Address, state: unknown): IntentState {
  if (!(state instanceof Result)) throw new SdkError("LensUnreadable", { lens });
  const amount = (name: string) => BigInt(String(state.getValue(name)));
  return {
    // The contract's enum begins with "None".
    obstacle: intentObstacles[Number(amount("obstacle")) - 1] ?? null,
    intentHash: parseHex(state.getValue("intentHash"), "intentHash", 32),
    owner: parseAddress(state.getValue("owner"), "owner"),
    remaining: amount("remaining"),
    limitBuyAmount: amount("limitBuyAmount"),
    balance: amount("balance"),
    allowance: amount("allowance"),
    conditionHolds: state.getValue("conditionHolds") === true,
  };
}
