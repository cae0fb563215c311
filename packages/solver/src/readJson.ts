/** Reads single values of the file form of a book, each with the path that its errors name. */
import { BookError } from "./errors.ts";
import type { Address } from "./types.ts";

/** An object, of which all keys are among those given, if any are. */
export function readObject(
  value: unknown,
  path: string,
  keys?: ReadonlySet<string>,
): Partial<Record<string, unknown>> {
  if (value === undefined) throw new BookError("missing", path, "it is missing", "Add it");
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new BookError("wrong-type", path, `it is ${nameOf(value)}, not an object`, "Write it as {…}");
  }
  const entries = Object.entries(value);
  for (const [key] of entries) {
    if (keys !== undefined && !keys.has(key)) {
      const hint = `Known are ${[...keys].join(", ")}`;
      throw new BookError(
        "unknown-key",
        path === "book" ? key : `${path}.${key}`,
        "no such key is known here",
        hint,
      );
    }
  }
  return Object.fromEntries(entries);
}

/** A list. */
export function readArray(value: unknown, path: string): unknown[] {
  if (value === undefined)
    throw new BookError("missing", path, "it is missing", "Add it, an empty list if need be");
  if (Array.isArray(value)) return value;
  throw new BookError("wrong-type", path, `it is ${nameOf(value)}, not a list`, "Write it as […]");
}

/** A text that is not empty. */
export function readText(value: unknown, path: string): string {
  if (typeof value === "string" && value.length > 0) return value;
  throw new BookError("wrong-type", path, `it is ${nameOf(value)}, not a text`, 'Write it as "…", not empty');
}

/** True or false. */
export function readFlag(value: unknown, path: string): boolean {
  if (typeof value === "boolean") return value;
  const code = value === undefined ? "missing" : "wrong-type";
  throw new BookError(code, path, `it is ${nameOf(value)}, not a flag`, "Write true or false");
}

/** An address. */
export function readAddress(value: unknown, path: string): Address {
  if (typeof value === "string" && /^0x[0-9a-fA-F]{40}$/.test(value)) return value;
  const code = value === undefined ? "missing" : "not-an-address";
  throw new BookError(code, path, `it is ${nameOf(value)}, not an address`, "Write 0x and 40 hex digits");
}

/** Amounts are decimal text: a JSON number would have lost its last digits before anybody could check it. */
export function readAmount(value: unknown, path: string, most: bigint): bigint {
  if (typeof value !== "string" || !/^[0-9]{1,78}$/.test(value)) {
    const code = value === undefined ? "missing" : "not-an-amount";
    throw new BookError(
      code,
      path,
      `it is ${nameOf(value)}, not an amount`,
      'Write atoms as decimal text, such as "1000"',
    );
  }
  return notAbove(BigInt(value), most, path, "the range");
}

/** An amount of at least 1. */
export function positive(value: bigint, path: string): bigint {
  if (value > 0n) return value;
  throw new BookError("out-of-range", path, "it is 0", "Write at least 1");
}

/** An amount up to the most that is allowed. */
export function notAbove(value: bigint, most: bigint, path: string, what: string): bigint {
  if (value <= most) return value;
  throw new BookError("out-of-range", path, `${value} is above ${what}`, `Write at most ${most}`);
}

/** A value as an error message shows it: short, whatever it is. */
export function nameOf(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/** A whole number within bounds. */
export function readInteger(value: unknown, path: string, least: number, most: number): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) return value;
  const code = value === undefined ? "missing" : "out-of-range";
  throw new BookError(code, path, `it is ${nameOf(value)}`, `Write a whole number from ${least} to ${most}`);
}
