import { addressKey, MAX_UINT128 } from "./arithmetic.ts";
import { BookError } from "./errors.ts";
import type { Address, Book, BookIntent, BookToken, IntentKind, Spendable } from "./types.ts";

const UINT256_END = 1n << 256n;
const MAX_DECIMALS = 77;

/** Keys of the file form that carry no meaning for matching; they are allowed and ignored. */
const BOOK_KEYS = new Set(["name", "source", "tokens", "intents", "balances"]);
const TOKEN_KEYS = new Set(["address", "symbol", "decimals", "referencePrice"]);
const INTENT_KEYS = new Set([
  "id",
  "owner",
  "sellToken",
  "buyToken",
  "kind",
  "sellAmount",
  "buyAmount",
  "limitBuyAmount",
  "partiallyFillable",
  "filled",
  "maxFee",
  "fee",
  "nonce",
]);

/**
 * Reads the file form of a book (docs/BOOK.md). Strict: unknown keys and wrong types are refused, so that a slip of the
 * pen does not silently change a book. A token listed twice is kept as first listed and loses its reference price, since
 * nobody can tell which of the two is meant; `Book.warnings` says so.
 *
 * @throws BookError that names the path of the bad value and how to mend it
 */
export function parseBook(json: unknown): Book {
  const root = readObject(json, "book", BOOK_KEYS);
  const warnings: string[] = [];
  const tokens = readTokens(root["tokens"], warnings);
  const known = new Set(tokens.map((token) => addressKey(token.address)));
  const intents = readArray(root["intents"], "intents").map((value, i) => readIntent(value, i, known));
  refuseRepeatedIds(intents);
  for (const intent of intents) {
    if (addressKey(intent.sellToken) === addressKey(intent.buyToken)) {
      warnings.push(`Intent ${intent.id} sells and buys the same token; it can never fill.`);
    }
  }
  return { tokens, intents, spendable: readBalances(root["balances"]), warnings };
}

function readTokens(value: unknown, warnings: string[]): BookToken[] {
  const tokens = new Map<string, BookToken>();
  readArray(value, "tokens").forEach((entry, i) => {
    const path = `tokens[${i}]`;
    const fields = readObject(entry, path, TOKEN_KEYS);
    const address = readAddress(fields["address"], `${path}.address`);
    const token: BookToken = {
      address,
      ...(fields["symbol"] === undefined ? {} : { symbol: readText(fields["symbol"], `${path}.symbol`) }),
      ...(fields["decimals"] === undefined
        ? {}
        : { decimals: readDecimals(fields["decimals"], `${path}.decimals`) }),
      ...(fields["referencePrice"] === undefined
        ? {}
        : {
            referencePrice: readAmount(fields["referencePrice"], `${path}.referencePrice`, UINT256_END - 1n),
          }),
    };
    const first = tokens.get(addressKey(address));
    if (first === undefined) {
      tokens.set(addressKey(address), token);
      return;
    }
    const { referencePrice: _ambiguous, ...kept } = first;
    tokens.set(addressKey(address), kept);
    warnings.push(
      `Token ${address} is listed again at ${path}: the first entry stands, and its reference price is ignored.`,
    );
  });
  return [...tokens.values()];
}

function readIntent(value: unknown, index: number, known: ReadonlySet<string>): BookIntent {
  const path = `intents[${index}]`;
  const fields = readObject(value, path, INTENT_KEYS);
  const amount = (key: string, fallback?: bigint): bigint => {
    const given = fields[key];
    return given === undefined && fallback !== undefined
      ? fallback
      : readAmount(given, `${path}.${key}`, MAX_UINT128);
  };
  const token = (key: string): Address => {
    const address = readAddress(fields[key], `${path}.${key}`);
    if (known.has(addressKey(address))) return address;
    throw new BookError(
      "unknown-token",
      `${path}.${key}`,
      `${address} is not in tokens`,
      "Add it to tokens, or mend it",
    );
  };
  const buyAmount = positive(amount("buyAmount"), `${path}.buyAmount`);
  const maxFee = amount("maxFee", 0n);
  return {
    id: fields["id"] === undefined ? `${index}` : readText(fields["id"], `${path}.id`),
    owner: readAddress(fields["owner"], `${path}.owner`),
    sellToken: token("sellToken"),
    buyToken: token("buyToken"),
    kind: readKind(fields["kind"], `${path}.kind`),
    sellAmount: positive(amount("sellAmount"), `${path}.sellAmount`),
    buyAmount,
    limitBuyAmount: positive(amount("limitBuyAmount", buyAmount), `${path}.limitBuyAmount`),
    partiallyFillable: readFlag(fields["partiallyFillable"], `${path}.partiallyFillable`),
    filled: amount("filled", 0n),
    maxFee,
    fee: notAbove(amount("fee", maxFee), maxFee, `${path}.fee`, "maxFee"),
    nonce:
      fields["nonce"] === undefined
        ? BigInt(index)
        : readAmount(fields["nonce"], `${path}.nonce`, UINT256_END - 1n),
  };
}

function readBalances(value: unknown): Spendable {
  const balances = new Map<string, bigint>();
  for (const [owner, tokens] of Object.entries(readObject(value, "balances"))) {
    const ownerPath = `balances.${owner}`;
    readAddress(owner, ownerPath);
    for (const [token, amount] of Object.entries(readObject(tokens, ownerPath))) {
      const path = `${ownerPath}.${token}`;
      readAddress(token, path);
      balances.set(`${addressKey(owner)}:${addressKey(token)}`, readAmount(amount, path, UINT256_END - 1n));
    }
  }
  return (owner, token) => balances.get(`${addressKey(owner)}:${addressKey(token)}`) ?? 0n;
}

function refuseRepeatedIds(intents: readonly BookIntent[]): void {
  const seen = new Map<string, number>();
  intents.forEach(({ id }, i) => {
    const first = seen.get(id);
    if (first !== undefined) {
      throw new BookError(
        "duplicate-id",
        `intents[${i}].id`,
        `${id} is the id of intents[${first}]`,
        "Give each its own",
      );
    }
    seen.set(id, i);
  });
}

function readObject(
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

function readArray(value: unknown, path: string): unknown[] {
  if (value === undefined)
    throw new BookError("missing", path, "it is missing", "Add it, an empty list if need be");
  if (Array.isArray(value)) return value;
  throw new BookError("wrong-type", path, `it is ${nameOf(value)}, not a list`, "Write it as […]");
}

function readText(value: unknown, path: string): string {
  if (typeof value === "string" && value.length > 0) return value;
  throw new BookError("wrong-type", path, `it is ${nameOf(value)}, not a text`, 'Write it as "…", not empty');
}

function readFlag(value: unknown, path: string): boolean {
  if (typeof value === "boolean") return value;
  const code = value === undefined ? "missing" : "wrong-type";
  throw new BookError(code, path, `it is ${nameOf(value)}, not a flag`, "Write true or false");
}

function readKind(value: unknown, path: string): IntentKind {
  if (value === "sell" || value === "buy") return value;
  const code = value === undefined ? "missing" : "wrong-type";
  throw new BookError(code, path, `it is ${nameOf(value)}`, 'Write "sell" or "buy"');
}

function readDecimals(value: unknown, path: string): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= MAX_DECIMALS)
    return value;
  throw new BookError(
    "out-of-range",
    path,
    `it is ${nameOf(value)}`,
    `Write a whole number from 0 to ${MAX_DECIMALS}`,
  );
}

function readAddress(value: unknown, path: string): Address {
  if (typeof value === "string" && /^0x[0-9a-fA-F]{40}$/.test(value)) return value;
  const code = value === undefined ? "missing" : "not-an-address";
  throw new BookError(code, path, `it is ${nameOf(value)}, not an address`, "Write 0x and 40 hex digits");
}

/** Amounts are decimal text: a JSON number would have lost its last digits before anybody could check it. */
function readAmount(value: unknown, path: string, most: bigint): bigint {
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

function positive(value: bigint, path: string): bigint {
  if (value > 0n) return value;
  throw new BookError("out-of-range", path, "it is 0", "Write at least 1");
}

function notAbove(value: bigint, most: bigint, path: string, what: string): bigint {
  if (value <= most) return value;
  throw new BookError("out-of-range", path, `${value} is above ${what}`, `Write at most ${most}`);
}

/** A value as an error message shows it: short, whatever it is. */
function nameOf(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
