/**
 * An account of where the gas of a settlement goes: every step of the transaction, by what it is for. A step inside a token
 * counts as the token's, whatever it does there.
 */
import type { World } from "./world.ts";

export const categories = [
  "calldata",
  "ecrecover",
  "storage",
  "log",
  "token calls",
  "hashing",
  "memory",
  "calldata reads",
  "arithmetic",
  "stack",
  "jumps",
] as const;
export type Category = (typeof categories)[number];

/** Gas by category; with the 21,000 that every transaction costs, the sum is the gas of the transaction. */
export type Account = Record<Category, number>;

/** One step of a trace, as `debug_traceTransaction` gives it. */
export type Step = { op: string; gas: number; depth: number };

/** What every transaction costs. */
const transactionGas = 21_000;

/**
 * Adds up a transaction.
 *
 * @param steps of the whole transaction, in the order in which they ran
 * @param data the calldata
 * @param gasUsed what the receipt says
 * @throws Error when the steps do not add up to `gasUsed`
 */
export function accountOf(steps: readonly Step[], data: Uint8Array, gasUsed: number): Account {
  const account: Account = { ...empty(), calldata: calldataGas(data) };
  const own = steps.flatMap((step, index) => (step.depth === 1 ? [{ ...step, index }] : []));
  for (const [place, { op, gas, index }] of own.entries()) {
    // What is left at the next own step tells what this one cost, with all that it called.
    const left = own[place + 1]?.gas;
    if (left === undefined) continue;
    const called = (steps[index + 1]?.depth ?? 1) > 1;
    account[categoryOf(op, called)] += gas - left;
  }
  const sum = Object.values(account).reduce((total, gas) => total + gas, transactionGas);
  if (sum !== gasUsed) throw new Error(`The account comes to ${sum}, the transaction used ${gasUsed}.`);
  return account;
}

/** What one more intent costs, by category, from the accounts of two batches. */
export function marginalAccount(few: Account, many: Account, moreIntents: number): Account {
  const account = empty();
  for (const category of categories) account[category] = (many[category] - few[category]) / moreIntents;
  return account;
}

/** 16 gas for each byte, 4 for a zero. */
export function calldataGas(data: Uint8Array): number {
  return data.reduce((gas, byte) => gas + (byte === 0 ? 4 : 16), 0);
}

/** Traces a transaction of the world's EVM. */
export async function traceSteps({ provider }: World, hash: string): Promise<Step[]> {
  const options = { disableMemory: true, disableStack: true, disableStorage: true };
  const trace: unknown = await provider.request({
    method: "debug_traceTransaction",
    params: [hash, options],
  });
  if (typeof trace === "object" && trace !== null && "structLogs" in trace) {
    const { structLogs } = trace;
    if (Array.isArray(structLogs) && structLogs.every(isStep)) return structLogs;
  }
  throw new Error("The EVM gave a trace of another form.");
}

function isStep(value: unknown): value is Step {
  return (
    typeof value === "object" &&
    value !== null &&
    "op" in value &&
    typeof value.op === "string" &&
    "gas" in value &&
    typeof value.gas === "number" &&
    "depth" in value &&
    typeof value.depth === "number"
  );
}

function categoryOf(op: string, called: boolean): Category {
  // The only precompile that is called is ecrecover, which has no steps; a token has.
  if (op === "CALL" || op === "STATICCALL") return called ? "token calls" : "ecrecover";
  if (/^(SLOAD|SSTORE|TLOAD|TSTORE)$/.test(op)) return "storage";
  if (op.startsWith("LOG")) return "log";
  if (op === "KECCAK256") return "hashing";
  if (/^(MLOAD|MSTORE8?|MCOPY|CALLDATACOPY|CODECOPY|RETURNDATACOPY)$/.test(op)) return "memory";
  if (op === "CALLDATALOAD") return "calldata reads";
  if (op.startsWith("JUMP")) return "jumps";
  if (/^(PUSH|DUP|SWAP|POP)/.test(op)) return "stack";
  return "arithmetic";
}

function empty(): Account {
  return {
    calldata: 0,
    ecrecover: 0,
    storage: 0,
    log: 0,
    "token calls": 0,
    hashing: 0,
    memory: 0,
    "calldata reads": 0,
    arithmetic: 0,
    stack: 0,
    jumps: 0,
  };
}
