import { addressKey, MAX_UINT128 } from "./arithmetic.ts";
import { BookError } from "./errors.ts";
import { readPool } from "./pools/parsePool.ts";
import {
  nameOf,
  notAbove,
  positive,
  readAddress,
  readAmount,
  readArray,
  readFlag,
  readInteger,
  readObject,
  readText,
} from "./readJson.ts";
import type { Address, Book, BookIntent, BookToken, IntentKind, Spendable } from "./types.ts";

const UINT256_END = 1n << 256n;
const MAX_DECIMALS = 77;

/** Keys of the file form that carry no meaning for matching; they are allowed and ignored. */
const BOOK_KEYS = new Set(["name", "source", "tokens", "intents", "balances", "pools"]);
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
  const pools = root["pools"] === undefined ? [] : readArray(root["pools"], "pools");
  for (const intent of intents) {
    if (addressKey(intent.sellToken) === addressKey(intent.buyToken)) {
      warnings.push(`Intent ${intent.id} sells and buys the same token; it can never fill.`);
    }
  }
  return {
    tokens,
    intents,
    spendable: readBalances(root["balances"]),
    ...(pools.length === 0 ? {} : { pools: pools.map((value, i) => readPool(value, `pools[${i}]`, known)) }),
    warnings,
  };
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
        : { decimals: readInteger(fields["decimals"], `${path}.decimals`, 0, MAX_DECIMALS) }),
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

function readKind(value: unknown, path: string): IntentKind {
  if (value === "sell" || value === "buy") return value;
  const code = value === undefined ? "missing" : "wrong-type";
  throw new BookError(code, path, `it is ${nameOf(value)}`, 'Write "sell" or "buy"');
}
