import { addressKey, MAX_UINT128 } from "../arithmetic.ts";
import { BookError } from "../errors.ts";
import {
  nameOf,
  positive,
  readAddress,
  readAmount,
  readArray,
  readInteger,
  readObject,
  readText,
} from "../readJson.ts";
import type { Address } from "../types.ts";
import type { ConcentratedPool, PoolTick } from "./concentrated.ts";
import type { ConstantProductPool } from "./constantProduct.ts";
import type { Pool } from "./pool.ts";
import { GREATEST_TICK, LEAST_TICK, sqrtPriceAt } from "./ticks.ts";

const PRODUCT_KEYS = new Set(["kind", "address", "tokens", "reserves", "feePerThousand"]);
const RANGE_KEYS = new Set([
  "kind",
  "address",
  "tokens",
  "sqrtPrice",
  "tick",
  "liquidity",
  "feePips",
  "tickSpacing",
  "ticks",
  "known",
]);
const TICK_KEYS = new Set(["tick", "liquidityNet"]);
const MAX_UINT112 = (1n << 112n) - 1n;
const MOST_SPACING = 16_384;

/**
 * Reads a pool of the file form of a book (docs/BOOK.md).
 *
 * @param known keys of the book's tokens
 * @throws BookError
 */
export function readPool(value: unknown, path: string, known: ReadonlySet<string>): Pool {
  const { kind } = readObject(value, path);
  if (kind === "constant-product") return readProduct(value, path, known);
  if (kind === "concentrated") return readRanges(value, path, known);
  const code = kind === undefined ? "missing" : "wrong-type";
  throw new BookError(
    code,
    `${path}.kind`,
    `it is ${nameOf(kind)}`,
    'Write "constant-product" or "concentrated"',
  );
}

function readProduct(value: unknown, path: string, known: ReadonlySet<string>): ConstantProductPool {
  const fields = readObject(value, path, PRODUCT_KEYS);
  return {
    kind: "constant-product",
    address: readAddress(fields["address"], `${path}.address`),
    tokens: readTokens(fields["tokens"], `${path}.tokens`, known),
    reserves: readTwo(fields["reserves"], `${path}.reserves`, (entry, place) =>
      readAmount(entry, place, MAX_UINT112),
    ),
    feePerThousand: BigInt(readInteger(fields["feePerThousand"], `${path}.feePerThousand`, 0, 999)),
  };
}

function readRanges(value: unknown, path: string, known: ReadonlySet<string>): ConcentratedPool {
  const fields = readObject(value, path, RANGE_KEYS);
  const integer = (key: string, least: number, most: number): number =>
    readInteger(fields[key], `${path}.${key}`, least, most);
  const ticks = readArray(fields["ticks"], `${path}.ticks`).map((entry, i) =>
    readTick(entry, `${path}.ticks[${i}]`),
  );
  ticks.forEach(({ tick }, i) => {
    const before = ticks[i - 1]?.tick;
    if (before === undefined || before < tick) return;
    const problem = `${tick} does not come after ${before}`;
    throw new BookError("out-of-range", `${path}.ticks[${i}]`, problem, "Write each tick once, ascending");
  });
  const readRange = (entry: unknown, place: string): number =>
    readInteger(entry, place, -(2 ** 23), 2 ** 23 - 1);
  return {
    kind: "concentrated",
    address: readAddress(fields["address"], `${path}.address`),
    tokens: readTokens(fields["tokens"], `${path}.tokens`, known),
    sqrtPrice: positive(
      readAmount(fields["sqrtPrice"], `${path}.sqrtPrice`, sqrtPriceAt(GREATEST_TICK)),
      `${path}.sqrtPrice`,
    ),
    tick: integer("tick", LEAST_TICK - 1, GREATEST_TICK),
    liquidity: readAmount(fields["liquidity"], `${path}.liquidity`, MAX_UINT128),
    feePips: BigInt(integer("feePips", 0, 999_999)),
    tickSpacing: integer("tickSpacing", 1, MOST_SPACING),
    ticks,
    ...(fields["known"] === undefined ? {} : { known: readTwo(fields["known"], `${path}.known`, readRange) }),
  };
}

function readTick(value: unknown, path: string): PoolTick {
  const fields = readObject(value, path, TICK_KEYS);
  const place = `${path}.liquidityNet`;
  const text = readText(fields["liquidityNet"], place);
  const isNegative = text.startsWith("-");
  const amount = readAmount(isNegative ? text.slice(1) : text, place, MAX_UINT128);
  return {
    tick: readInteger(fields["tick"], `${path}.tick`, LEAST_TICK, GREATEST_TICK),
    liquidityNet: isNegative ? -amount : amount,
  };
}

function readTokens(value: unknown, path: string, known: ReadonlySet<string>): [Address, Address] {
  const tokens = readTwo(value, path, readAddress);
  tokens.forEach((token, i) => {
    if (known.has(addressKey(token))) return;
    throw new BookError(
      "unknown-token",
      `${path}[${i}]`,
      `${token} is not in tokens`,
      "Add it to tokens, or mend it",
    );
  });
  return tokens;
}

function readTwo<Item>(
  value: unknown,
  path: string,
  read: (entry: unknown, path: string) => Item,
): [Item, Item] {
  const list = readArray(value, path);
  if (list.length !== 2)
    throw new BookError("out-of-range", path, `it has ${list.length} entries`, "Write two of them");
  return [read(list[0], `${path}[0]`), read(list[1], `${path}[1]`)];
}
