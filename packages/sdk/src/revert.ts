import { AbiCoder, type Interface } from "ethers";
import { isHex, type Hex } from "./hex.ts";

/** A revert in words. */
export type DecodedRevert = {
  /** The error's name in Solidity; "Empty" when it reverted without data, "Unknown" for a selector of nobody's. */
  name: string;
  args: Record<string, string | bigint>;
  message: string;
};

/** What Solidity's own errors mean, in words. */
export const builtInMessages: Record<string, string> = {
  Error: "The call reverted: {reason}",
  Panic: "The call failed with panic code {code}.",
};

type Decoded = Pick<DecodedRevert, "name" | "args">;

function decodeBuiltIn(data: Hex): Decoded | null {
  const coder = AbiCoder.defaultAbiCoder();
  try {
    if (data.startsWith("0x08c379a0")) {
      const [reason] = Array.from<unknown>(coder.decode(["string"], `0x${data.slice(10)}`));
      return { name: "Error", args: { reason: String(reason) } };
    }
    if (data.startsWith("0x4e487b71")) {
      const [code] = Array.from<unknown>(coder.decode(["uint256"], `0x${data.slice(10)}`));
      return { name: "Panic", args: { code: typeof code === "bigint" ? code : 0n } };
    }
    return null;
  } catch {
    return null;
  }
}

function decodeCustom(contract: Interface, data: Hex): Decoded | null {
  try {
    const parsed = contract.parseError(data);
    if (parsed === null) return null;
    const values = Array.from<unknown>(parsed.args);
    const args = parsed.fragment.inputs.map((input, index): [string, string | bigint] => {
      const value = values[index];
      return [input.name, typeof value === "bigint" ? value : String(value)];
    });
    return { name: parsed.name, args: Object.fromEntries(args) };
  } catch {
    return null;
  }
}

/**
 * Says why a call reverted. Never throws: whatever the data is, there is an answer.
 *
 * @param messages what each error of the contract means; `{name}` stands for an argument of the error
 * @param whose for the message about an error of another contract: "the settlement contract"
 */
export function decodeRevert(
  data: Hex,
  contract: Interface,
  messages: Record<string, string>,
  whose: string,
): DecodedRevert {
  if (data === "0x") {
    const message = "The call reverted without data: out of gas, or an account without code.";
    return { name: "Empty", args: {}, message };
  }
  const decoded = decodeBuiltIn(data) ?? decodeCustom(contract, data);
  if (decoded === null) {
    const message = `The call reverted with data that is no error of ${whose}: ${data.slice(0, 74)}`;
    return { name: "Unknown", args: { data }, message };
  }
  const { name, args } = decoded;
  const template = messages[name] ?? builtInMessages[name] ?? name;
  return { name, args, message: template.replace(/\{(\w+)\}/g, (_, key: string) => String(args[key])) };
}

/**
 * The revert data inside an error of ethers, viem or JSON-RPC; null if there is none, so it was not a revert.
 *
 * @example
 * try { await provider.call(tx) } catch (error) {
 *   const data = findRevertData(error);
 *   if (data === null) throw error; // the node failed, not the call
 *   console.log(decodeSettlementError(data).message);
 * }
 */
export function findRevertData(error: unknown): Hex | null {
  const seen = new Set<unknown>();
  const search = (value: unknown): Hex | null => {
    if (typeof value !== "object" || value === null || seen.has(value)) return null;
    seen.add(value);
    if ("data" in value) {
      if (isHex(value.data)) return value.data;
      const nested = search(value.data);
      if (nested !== null) return nested;
    }
    for (const key of ["cause", "error", "info"]) {
      const nested = search(Reflect.get(value, key));
      if (nested !== null) return nested;
    }
    return null;
  };
  return search(error);
}
